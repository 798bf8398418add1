// Pins of a town with more records than a browser should hold at once: as vector tiles, each asked for when it is seen.
import type { Feature, FeatureCollection } from "geojson";
import type { ExpressionSpecification, LayerSpecification, Map as MapLibreMap, VectorTileSource } from "maplibre-gl";
import { drawable } from "./data";

const SOURCE = "pin-tiles";
const ALONE_FROM = 17; // where the server gathers pins no longer: closer ones are drawn from these tiles
const LAYERS = ["pin-halo", "cluster", "pin"];

/** What drawable() works out for each pin, as the map works it out: the picture, and pixels a metre at zoom 20. */
const SHAPE: ExpressionSpecification = [
  "case",
  ["==", ["get", "how"], "inside"], ["coalesce", ["get", "state"], "received"],
  ["has", "state"], ["get", "state"],
  "estimated",
];

/** Draws the pins' layers from tiles instead. Gives a function that asks for them again. */
export function drawTiles(map: MapLibreMap, box: HTMLElement, latitude: number): () => void {
  const asked = new URL(box.dataset.tiles!, location.href).href.replaceAll("%7B", "{").replaceAll("%7D", "}");
  map.addSource(SOURCE, { type: "vector", tiles: [asked], maxzoom: ALONE_FROM });
  for (const id of LAYERS) redraw(map, id, latitude);
  let round = 0;
  return () => (map.getSource(SOURCE) as VectorTileSource | undefined)?.setTiles([`${asked}&round=${++round}`]);
}

function redraw(map: MapLibreMap, id: string, latitude: number): void {
  const layers = map.getStyle().layers;
  const index = layers.findIndex((layer) => layer.id === id);
  if (index < 0) return;
  const unit = (512 * 2 ** 20) / (40_075_016.7 * Math.cos((latitude * Math.PI) / 180));
  const text = JSON.stringify({ ...layers[index], source: SOURCE, "source-layer": "pins" })
    .replaceAll('["get","unit"]', String(unit))
    .replaceAll('["get","shape"]', JSON.stringify(SHAPE));
  map.removeLayer(id);
  map.addLayer(JSON.parse(text) as LayerSpecification, layers[index + 1]?.id);
}

/** What is seen of them, for the list beside the map. */
export function seenPins(map: MapLibreMap): FeatureCollection {
  const found = new Map<string, Feature>();
  for (const one of map.queryRenderedFeatures({ layers: ["cluster", "pin"] })) {
    const place = JSON.stringify(one.geometry);
    const feature: Feature = { type: "Feature", geometry: one.geometry, properties: { ...one.properties } };
    found.set(String(one.properties.id ?? place), feature);
  }
  return drawable({ type: "FeatureCollection", features: [...found.values()] });
}
