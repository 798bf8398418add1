// The map in three dimensions: one column a village of the visits that are to be done, as the table says them.
import type { FeatureCollection } from "geojson";
import type { GeoJSONSource, Map as MapLibreMap } from "maplibre-gl";
import { PITCH, bestBearing, columnNumbers, columnShapes, type Column, type Eye } from "./column_shapes";
import { boundsOf, type Village } from "./data";
import { readPalette } from "./palette";
import { NOTHING } from "./style";

export const COLUMN_LAYERS = ["columns-hatch", "columns", "column-number"];
const TEXT_PX = 15;
const NEARER_EDGE = 0.5; // of zoom: what is near takes more of a tilted map than of a flat one

/** Adds the layers, and the switch between flat and tilted; `follow` is to be told of each view that is chosen. */
export function tieColumns(box: HTMLElement, map: MapLibreMap, villages: FeatureCollection): (view: string) => void {
  const columns = readColumns(villages);
  addLayers(map, columns);
  drawBars(columns);
  const button = box.querySelector<HTMLButtonElement>("[data-tilt]");
  const anywhere = map.getLayoutProperty("village-name", "text-variable-anchor-offset");
  let wanted = new URL(location.href).searchParams.get("tilt") !== "0";

  const stand = (tilted: boolean): void => {
    const names = villages.features.map((one): [number, number] => [one.properties?.lon as number, one.properties?.lat as number]);
    const bearing = tilted ? bestBearing(columns, names, map.getZoom()) : 0;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const camera = map.cameraForBounds(boundsOf(villages) ?? [0, 0, 0, 0], { padding: 28, bearing });
    const zoom = (camera?.zoom ?? map.getZoom()) - (tilted ? NEARER_EDGE : 0);
    map.easeTo({ center: camera?.center, zoom, pitch: tilted ? PITCH : 0, bearing, duration: still ? 0 : 300 });
    box.dataset.tilted = String(tilted);
    for (const one of document.querySelectorAll<HTMLElement>("[data-tilted]")) if (one !== box) one.hidden = !tilted;
    if (button) button.textContent = (tilted ? button.dataset.wordFlat : button.dataset.wordTilted) ?? "";
    draw(map, columns, tilted);
  };
  button?.addEventListener("click", () => {
    wanted = box.dataset.tilted !== "true";
    keepInAddress(wanted);
    stand(wanted);
  });
  map.on("moveend", () => draw(map, columns, box.dataset.tilted === "true"));

  return (view) => {
    const here = view === "workload";
    if (button) button.hidden = !here;
    map.setLayoutProperty("village-name", "text-variable-anchor-offset", here ? ["top", [0, 0.9]] : anywhere);
    if (here || box.dataset.tilted === "true") stand(here && wanted);
  };
}

function readColumns(villages: FeatureCollection): Column[] {
  const facts = new Map(villages.features.map((one) => [String(one.properties?.code), one.properties as Village]));
  return [...document.querySelectorAll<HTMLElement>("[data-visits]")].flatMap((cell) => {
    const code = cell.closest("tr")?.querySelector<HTMLElement>("button.village")?.dataset.code ?? "";
    const village = facts.get(code);
    const number = Number(cell.dataset.visits);
    return village ? [{ code, name: village.name, place: [village.lon, village.lat] as [number, number], number }] : [];
  });
}

function addLayers(map: MapLibreMap, columns: Column[]): void {
  const colours = readPalette();
  const shown = columns.map((one) => one.code);
  const style = getComputedStyle(document.documentElement);
  map.addSource("columns", { type: "geojson", data: NOTHING });
  map.addSource("column-numbers", { type: "geojson", data: NOTHING });
  map.addLayer(
    {
      id: "columns-hatch",
      type: "fill",
      source: "villages",
      filter: ["!", ["in", ["get", "code"], ["literal", shown]]],
      layout: { visibility: "none" },
      paint: { "fill-pattern": "hatch" },
    },
    "village-line",
  );
  map.addLayer({
    id: "columns",
    type: "fill-extrusion",
    source: "columns",
    layout: { visibility: "none" },
    paint: {
      "fill-extrusion-color": style.getPropertyValue("--column").trim(),
      "fill-extrusion-height": ["get", "height"],
      "fill-extrusion-base": 0,
      "fill-extrusion-opacity": 1,
    },
  }, "village-name"); // no column hides a name
  map.addLayer({
    id: "column-number",
    type: "symbol",
    source: "column-numbers",
    layout: {
      visibility: "none",
      "text-field": ["get", "text"],
      "text-size": TEXT_PX,
      "text-font": ["Noto Sans CJK SC Bold"],
      "text-offset": ["get", "lift"],
      "text-overlap": "always",
      "text-padding": 0,
    },
    paint: { "text-color": colours.ink, "text-halo-color": colours.surface, "text-halo-width": 2 },
  });
  draw(map, columns, false);
}

function draw(map: MapLibreMap, columns: Column[], tilted: boolean): void {
  const tall = columns.filter((one) => one.number > 0);
  (map.getSource("columns") as GeoJSONSource).setData(tilted ? columnShapes(tall, map.getZoom()) : NOTHING);
  (map.getSource("column-numbers") as GeoJSONSource).setData(columnNumbers(columns, tilted ? eyeOf(map) : null, TEXT_PX));
}

function eyeOf(map: MapLibreMap): Eye {
  const { lng, lat } = map.getCenter();
  const far = map.getCanvas().clientHeight / 2 / Math.tan((map.getVerticalFieldOfView() * Math.PI) / 360);
  return { center: [lng, lat], zoom: map.getZoom(), bearing: map.getBearing(), far };
}

/** The same heights lying down, in the table. */
function drawBars(columns: Column[]): void {
  const most = Math.max(1, ...columns.map((one) => one.number));
  for (const cell of document.querySelectorAll<HTMLElement>("[data-visits]")) {
    const bar = cell.querySelector<HTMLElement>(".column-bar");
    bar?.style.setProperty("width", `${(64 * Number(cell.dataset.visits)) / most}px`);
  }
}

function keepInAddress(tilted: boolean): void {
  const url = new URL(location.href);
  if (tilted) url.searchParams.delete("tilt");
  else url.searchParams.set("tilt", "0");
  history.replaceState(history.state, "", url.href);
}
