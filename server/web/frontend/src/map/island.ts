// The village map: boundaries, names, counts, pins. A pin opens the review panel beside it, without leaving the page.
import "maplibre-gl/dist/maplibre-gl.css";
import type { FeatureCollection, Point } from "geojson";
import { Map as MapLibreMap, NavigationControl, ScaleControl, setWorkerUrl, type GeoJSONSource } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { fetchInto } from "../fetching";
import { PITCH } from "./column_shapes";
import { boundsOf, drawable, fetchGeoJson, namePoints, placeBy, type HealthNumber, type Pin } from "./data";
import { addImages } from "./images";
import { readPalette } from "./palette";
import { tiePicture } from "./picture";
import { listPins } from "./pin_list";
import { blankStyle } from "./style";
import { tieTable } from "./village_table";
import { tieViews } from "./views";
import { wordsOf } from "./words";

setWorkerUrl(workerUrl);

const CLOSE = 16.5; // where pins stand alone

let gcj: typeof import("./gcj") | undefined; // where the base is in GCJ-02, everything is drawn there
let tiles: typeof import("./tiles") | undefined;

const box = document.querySelector<HTMLElement>("[data-village-map]");
if (box) void start(box);
const drawn = document.querySelector<HTMLElement>("[data-draw]");
if (drawn) void import("./drawing").then(({ startDrawing }) => startDrawing(drawn)).catch((reason: unknown) => console.warn(reason));

async function start(box: HTMLElement): Promise<void> {
  try {
    if (box.dataset.shift === "gcj02") placeBy((gcj = await import("./gcj")).shiftCollection);
    if (box.dataset.tiles) tiles = await import("./tiles");
    const villages = await fetchGeoJson(box.dataset.villages!);
    draw(box, villages);
  } catch (reason) {
    console.warn(reason);
    hide(box, ".drawing", true);
    hide(box, ".no-map", false);
  }
}

function hide(box: HTMLElement, selector: string, hidden: boolean): void {
  const part = box.querySelector<HTMLElement>(selector);
  if (part) part.hidden = hidden;
}

function draw(box: HTMLElement, villages: FeatureCollection): void {
  const map = makeMap(box, villages);
  box.querySelector("canvas")?.setAttribute("aria-label", box.dataset.label ?? "");
  let wanted: AbortController | undefined;
  let again: (() => void) | undefined;

  const refresh = async (): Promise<void> => {
    if (!box.dataset.features) return; // numbers only, for who may not read records
    if (tiles) return again?.();
    wanted?.abort();
    wanted = new AbortController();
    try {
      const pins = drawable(await fetchGeoJson(pinsUrl(box, map), wanted.signal));
      (map.getSource("pins") as GeoJSONSource | undefined)?.setData(pins);
      listPins(box, pins, (id) => void openPanel(box, id));
      box.dataset.pins = String(pins.features.length);
      await refreshHealth(box, map);
      hide(box, ".no-pins", true);
    } catch (reason) {
      if (reason instanceof DOMException && reason.name === "AbortError") return; // a newer question is on its way
      console.warn(reason);
      hide(box, ".no-pins", false);
    }
  };

  map.on("load", () => {
    addImages(map, readPalette());
    (map.getSource("villages") as GeoJSONSource).setData(villages);
    (map.getSource("names") as GeoJSONSource).setData(namePoints(villages));
    tieTable(box, map, villages);
    if (tiles && box.dataset.features) again = drawTiles(box, map, villages);
    tieViews(box, map, villages);
    tiePicture(box, map);
    if (box.dataset.base) void import("./base").then(({ addBase }) => addBase(map, box));
    if (tiles) void refreshHealth(box, map).catch(() => hide(box, ".no-pins", false));
    else {
      void refresh();
      map.on("moveend", () => void refresh());
    }
    goToPin(box, map);
    map.once("idle", () => hide(box, ".drawing", true)); // drawn, not only begun: without a graphics card that takes seconds
    box.dataset.ready = "true";
  });
  box.querySelector("[data-again]")?.addEventListener("click", () => void refresh());
  map.on("click", "pin", (event) => {
    const id = event.features?.[0]?.properties?.id as string | undefined;
    if (id !== undefined) void openPanel(box, id);
  });
  map.on("click", "cluster", (event) => zoomIn(map, event.features?.[0]));
  map.on("click", "health", (event) => {
    const facts = event.features?.[0]?.properties as HealthNumber | undefined;
    if (facts) void openInPlace(box, `/review/health/${encodeURIComponent(facts.village)}`);
  });
  for (const layer of ["pin", "cluster", "health"]) {
    map.on("mouseenter", layer, () => (map.getCanvas().style.cursor = "pointer"));
    map.on("mouseleave", layer, () => (map.getCanvas().style.cursor = ""));
  }
  document.body.addEventListener("reviewed", () => void refresh());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => location.reload());
}

/** To the record that the address names, where it is a pin of the reader's; its panel opens beside it. */
function goToPin(box: HTMLElement, map: MapLibreMap): void {
  const { goTo, goToLon, goToLat } = box.dataset;
  if (!goTo) return;
  const geometry: Point = { type: "Point", coordinates: [Number(goToLon), Number(goToLat)] };
  const asked: FeatureCollection = { type: "FeatureCollection", features: [{ type: "Feature", geometry, properties: {} }] };
  const [moved] = (gcj ? gcj.shiftCollection(asked) : asked).features;
  map.jumpTo({ center: (moved.geometry as Point).coordinates as [number, number], zoom: CLOSE });
  void openPanel(box, goTo);
}

/** Pins by tiles: those that are seen are listed whenever the map has come to rest. */
function drawTiles(box: HTMLElement, map: MapLibreMap, villages: FeatureCollection): () => void {
  const [, south, , north] = boundsOf(villages) ?? [0, 0, 0, 0];
  const again = tiles!.drawTiles(map, box, (south + north) / 2);
  map.on("idle", () => {
    const pins = tiles!.seenPins(map);
    listPins(box, pins, (id) => void openPanel(box, id));
    box.dataset.pins = String(pins.features.length);
  });
  map.on("error", (event) => {
    if ((event as { sourceId?: string }).sourceId === "pin-tiles") hide(box, ".no-pins", false);
  });
  return () => {
    hide(box, ".no-pins", true);
    again();
  };
}

function makeMap(box: HTMLElement, villages: FeatureCollection): MapLibreMap {
  const bounds = boundsOf(villages) ?? [73, 18, 135, 54];
  const map = new MapLibreMap({
    container: box.querySelector<HTMLElement>(".canvas")!,
    style: blankStyle(readPalette()),
    localIdeographFontFamily: readPalette().font,
    bounds,
    fitBoundsOptions: { padding: 28 },
    maxZoom: 18,
    maxPitch: PITCH,
    dragRotate: false,
    pitchWithRotate: false,
    attributionControl: false,
    cooperativeGestures: false,
    fadeDuration: 0,
    locale: wordsOf(box),
  });
  map.touchPitch.disable(); // tilted by the switch alone, which is there where there are columns
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "top-left");
  map.addControl(new ScaleControl({ maxWidth: 110 }), "bottom-right");
  return map;
}

function pinsUrl(box: HTMLElement, map: MapLibreMap): string {
  const view = map.getBounds();
  const seen: [number, number, number, number] = [view.getWest(), view.getSouth(), view.getEast(), view.getNorth()];
  const edges = (gcj ? gcj.askedBox(seen) : seen).map((edge) => edge.toFixed(6));
  const url = new URL(box.dataset.features!, location.href);
  url.searchParams.set("box", edges.join(","));
  url.searchParams.set("zoom", map.getZoom().toFixed(2));
  return url.href;
}

/** Numbers of health records, where the person gets any: they hang on no view, but a decision may change them. */
async function refreshHealth(box: HTMLElement, map: MapLibreMap): Promise<void> {
  if (!box.dataset.health) return;
  const numbers = await fetchGeoJson(box.dataset.health);
  (map.getSource("health") as GeoJSONSource | undefined)?.setData(numbers);
  box.dataset.healthVillages = String(numbers.features.length);
}

async function openPanel(box: HTMLElement, id: string | number): Promise<void> {
  await openInPlace(box, `/review/${encodeURIComponent(id)}/panel?from=map`);
}

async function openInPlace(box: HTMLElement, path: string): Promise<void> {
  const target = document.getElementById(box.dataset.panel ?? "panel");
  if (!target) return;
  document.getElementById("map-side")?.classList.add("has-panel");
  await fetchInto(target, path);
  target.querySelector<HTMLElement>("h2")?.focus();
  target.scrollIntoView({ block: "nearest" });
}

function zoomIn(map: MapLibreMap, cluster: { geometry: unknown; properties: unknown } | undefined): void {
  if (!cluster) return;
  const [lon, lat] = (cluster.geometry as Point).coordinates;
  const edges = parseBox((cluster.properties as Pin & { box?: unknown }).box);
  if (edges) map.fitBounds(edges, { padding: 80, maxZoom: 17.2 });
  else map.easeTo({ center: [lon, lat], zoom: Math.min(map.getZoom() + 2, 17.2) });
}

function parseBox(value: unknown): [number, number, number, number] | null {
  const edges: unknown = typeof value === "string" ? JSON.parse(value) : value;
  return Array.isArray(edges) && edges.length === 4 ? (edges as [number, number, number, number]) : null;
}
