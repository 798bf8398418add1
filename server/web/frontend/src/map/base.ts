// What lies under the villages: the town's own PMTiles, or Tianditu through our server. Muted, so that the villages speak.
import { addProtocol, type Map as MapLibreMap, type LayerSpecification, type SourceSpecification } from "maplibre-gl";
import { PMTiles } from "pmtiles";
import { readPalette } from "./palette";

interface Base {
  kind: "file" | "tianditu";
  url: string;
  tiles: string;
  least: number;
  most: number;
}

type Ask = (tile: string, abort: AbortSignal) => Promise<ArrayBuffer>;

const SOURCES = ["base-0", "base-1"];
const LAYERS = ["vec", "cva"]; // of Tianditu: roads and waters, and over them the names
const SEE_THROUGH: Record<string, number> = { "village-fill": 0.3, "village-hatch": 0.55, "overdue-fill": 0.75, "overdue-hatch": 0.55 };
const EMPTY = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

/** Draws the base below everything else. */
export async function addBase(map: MapLibreMap, box: HTMLElement): Promise<void> {
  const base = JSON.parse(box.dataset.base!) as Base;
  const below = map.getStyle().layers.find((layer) => layer.type !== "background")?.id;
  const tell = (why: string): void => say(box, why);
  const add = (name: string, source: SourceSpecification, layers: LayerSpecification[]): void => {
    map.addSource(name, source);
    for (const layer of layers) map.addLayer(layer, below);
  };
  try {
    if (base.kind === "tianditu") addTianditu(base, add, tell);
    else await addFile(base, add);
    for (const [layer, opacity] of Object.entries(SEE_THROUGH))
      if (map.getLayer(layer)) map.setPaintProperty(layer, "fill-opacity", opacity);
    box.dataset.drawnUpon = base.kind;
  } catch (reason) {
    console.warn(reason);
    tell("no-answer");
  }
}

function addTianditu(base: Base, add: (name: string, source: SourceSpecification, layers: LayerSpecification[]) => void, tell: (why: string) => void): void {
  serve("tianditu", async (tile, abort) => {
    const answer = await fetch(tile, { signal: abort });
    const why = answer.ok ? answer.headers.get("X-Map-Base") : "no-answer";
    if (why) tell(why);
    return answer.ok ? await answer.arrayBuffer() : bytes(EMPTY);
  });
  const asked = new URL(base.url, location.href).href.replaceAll("%7B", "{").replaceAll("%7D", "}");
  LAYERS.forEach((layer, index) => add(SOURCES[index], rasterSource(base, `tianditu://${asked.replace("{layer}", layer)}`), [raster(SOURCES[index])]));
}

async function addFile(base: Base, add: (name: string, source: SourceSpecification, layers: LayerSpecification[]) => void): Promise<void> {
  const file = new PMTiles(new URL(base.url, location.href).href);
  const isVector = base.tiles === "mvt";
  serve("town", async (tile, abort) => {
    const [zoom, x, y] = tile.split("/").map(Number);
    const found = await file.getZxy(zoom, x, y, abort);
    return found?.data ?? (isVector ? new ArrayBuffer(0) : bytes(EMPTY));
  });
  if (!isVector) return add(SOURCES[0], rasterSource(base, "town://{z}/{x}/{y}"), [raster(SOURCES[0])]);
  const told = (await file.getMetadata()) as { vector_layers?: { id: string }[] };
  const source: SourceSpecification = { type: "vector", tiles: ["town://{z}/{x}/{y}"], minzoom: base.least, maxzoom: base.most };
  add(SOURCES[0], source, (told.vector_layers ?? []).flatMap(({ id }) => linesAndAreas(id)));
}

/** Addresses of a scheme of ours, which MapLibre asks us for. */
function serve(scheme: string, ask: Ask): void {
  addProtocol(scheme, async (request, abort) => ({ data: await ask(request.url.slice(scheme.length + 3), abort.signal) }));
}

function rasterSource(base: Base, address: string): SourceSpecification {
  return { type: "raster", tiles: [address], tileSize: 256, minzoom: base.least, maxzoom: base.most };
}

/** A quarter of its colour is left. */
function raster(source: string): LayerSpecification {
  return {
    id: source,
    type: "raster",
    source,
    paint: { "raster-saturation": -0.75, "raster-opacity": 0.8, "raster-fade-duration": 0 },
  };
}

/** Whatever the layers are called and mean: grey lines, and areas a little darker than the ground. */
function linesAndAreas(layer: string): LayerSpecification[] {
  const grey = readPalette().hatch;
  return [
    {
      id: `base-area-${layer}`,
      type: "fill",
      source: SOURCES[0],
      "source-layer": layer,
      filter: ["==", ["geometry-type"], "Polygon"],
      paint: { "fill-color": grey, "fill-opacity": 0.18 },
    },
    {
      id: `base-line-${layer}`,
      type: "line",
      source: SOURCES[0],
      "source-layer": layer,
      filter: ["==", ["geometry-type"], "LineString"],
      paint: { "line-color": grey, "line-opacity": 0.8, "line-width": ["interpolate", ["linear"], ["zoom"], 10, 0.6, 16, 2.5] },
    },
  ];
}

function bytes(base64: string): ArrayBuffer {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)).buffer;
}

function say(box: HTMLElement, why: string): void {
  const line = box.querySelector<HTMLElement>(".no-base");
  if (!line) return;
  line.textContent = line.getAttribute(`data-word-${why}`) ?? line.getAttribute("data-word-no-answer");
  line.hidden = false;
}
