// The map for paper: the same view drawn again out of sight, in the light colours whatever the screen has, and sharp enough for print.
import { Map as MapLibreMap, type StyleSpecification } from "maplibre-gl";
import { bandImage } from "./bands";
import { PITCH } from "./column_shapes";
import { addImages } from "./images";
import { readPalette, type Palette } from "./palette";

const OF_HOMES = ["pins", "pin-tiles", "health"]; // sources that are left out, with their layers
const MOST_PIXELS = 8192; // a side: what a phone's graphics still take
const NAMES = [
  ...["surface", "land", "land-selected", "border-village", "hatch", "ink", "ink2", "brand", "brandweak", "due-icon", "amber-icon", "column"],
  ...[0, 1, 2, 3].map((band) => `band-${band}`),
  ...[0, 1, 2, 3, 4].map((rate) => `rate-${rate}`),
];
const STRONGER: Record<string, string> = { "border-village": "ink2", hatch: "ink3" }; // on paper lines are as dark as words

/** What is worked out while the page has its light colours, as it has on paper; nobody sees it change. */
export function inLight<T>(work: () => T): T {
  const sheets = [...document.querySelectorAll<HTMLLinkElement>("link[rel=stylesheet][href*='/dark.']")];
  const media = sheets.map((sheet) => sheet.media);
  for (const sheet of sheets) sheet.media = "not all";
  try {
    return work();
  } finally {
    sheets.forEach((sheet, index) => (sheet.media = media[index]));
  }
}

export function readPaperPalette(): Palette {
  return inLight(() => {
    const style = getComputedStyle(document.documentElement);
    const value = (name: string): string => style.getPropertyValue(`--${name}`).trim();
    return { ...readPalette(), border: value(STRONGER["border-village"]), hatch: value(STRONGER.hatch) };
  });
}

/** Gives `take` the canvas of the view, `ratio` pixels to one of the screen's, without anything of homes on it. */
export async function drawOnPaper(map: MapLibreMap, ratio: number, take: (canvas: HTMLCanvasElement) => void): Promise<void> {
  const { width, height } = map.getCanvas().getBoundingClientRect();
  const container = document.createElement("div");
  container.className = "out-of-sight";
  container.inert = true;
  container.style.setProperty("width", `${width}px`);
  container.style.setProperty("height", `${height}px`);
  document.body.append(container);
  const style = ofPaper(map.getStyle());
  const paper = new MapLibreMap({
    container,
    style: { ...style, sources: {}, layers: [] },
    localIdeographFontFamily: readPalette().font,
    center: map.getCenter(),
    zoom: map.getZoom(),
    bearing: map.getBearing(),
    pitch: map.getPitch(),
    maxPitch: PITCH,
    pixelRatio: ratio,
    maxCanvasSize: [MOST_PIXELS, MOST_PIXELS],
    interactive: false,
    attributionControl: false,
    fadeDuration: 0,
  });
  try {
    await paper.once("load");
    fill(paper, map, style);
    await paper.once("idle");
    paper.redraw(); // the canvas is whole in this moment alone
    take(paper.getCanvas());
  } finally {
    paper.remove();
    container.remove();
  }
}

function fill(paper: MapLibreMap, map: MapLibreMap, style: StyleSpecification): void {
  const colours = readPaperPalette();
  addImages(paper, colours);
  for (const band of [0, 1, 2, 3]) paper.addImage(`band-${band}`, bandImage(band, colours), { pixelRatio: 2 });
  for (const [name, source] of Object.entries(style.sources)) paper.addSource(name, source);
  for (const layer of style.layers) paper.addLayer(layer);
  for (const village of map.querySourceFeatures("villages")) {
    const id = village.properties.code as string;
    paper.setFeatureState({ source: "villages", id }, map.getFeatureState({ source: "villages", id }));
  }
}

/** The style without homes, each colour of the screen in its light one. */
function ofPaper(screen: StyleSpecification): StyleSpecification {
  const light = lightOf();
  const layers = screen.layers.filter((layer) => !("source" in layer && OF_HOMES.includes(String(layer.source))));
  const relight = (_key: string, value: unknown): unknown => (typeof value === "string" ? (light.get(value) ?? value) : value);
  return {
    ...screen,
    sources: Object.fromEntries(Object.entries(screen.sources).filter(([name]) => !OF_HOMES.includes(name))),
    layers: JSON.parse(JSON.stringify(layers), relight) as typeof layers,
  };
}

/** What stands for each colour of the screen on paper. */
function lightOf(): Map<string, string> {
  const read = (names: string[]): string[] => {
    const style = getComputedStyle(document.documentElement);
    return names.map((name) => style.getPropertyValue(`--${name}`).trim());
  };
  const light = inLight(() => read(NAMES.map((name) => STRONGER[name] ?? name)));
  return new Map(read(NAMES).map((colour, index) => [colour, light[index]]));
}
