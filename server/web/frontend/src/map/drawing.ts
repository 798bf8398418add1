// Drawing an outline by hand: its corners on a map, to be dragged, added and taken off. The text beside it is what is sent, so
// whatever is done here is done to the text, and who types sees it drawn.
import type { Feature, FeatureCollection, Point } from "geojson";
import {
  Map as MapLibreMap, NavigationControl, ScaleControl, type GeoJSONSource, type MapMouseEvent, type MapTouchEvent,
  type StyleSpecification,
} from "maplibre-gl";
import { boundsOf, fetchGeoJson } from "./data";
import { readPalette } from "./palette";
import { polygonsOf, readRings, writeRings, type Corner, type Ring } from "./rings";
import { NOTHING } from "./style";
import { wordsOf } from "./words";

const SNAP_PX = 12; // a corner that is dropped so near to a neighbour's becomes the same corner: no strip stays between
const GRIP_PX = 14;

interface Chosen {
  ring: number;
  at: number;
}

export class Drawing {
  private rings: Ring[];
  private chosen: Chosen | null = null;
  private readonly before: string[] = [];

  constructor(private readonly map: MapLibreMap, private readonly text: HTMLTextAreaElement, private readonly others: Corner[]) {
    this.rings = readRings(text.value);
    text.addEventListener("input", () => {
      this.rings = readRings(text.value);
      this.chosen = null;
      this.show();
    });
    map.on("mousedown", (event) => this.grip(event));
    map.on("touchstart", (event) => event.points.length === 1 && this.grip(event));
    map.on("click", (event) => this.press(event));
    this.show();
  }

  /** Begins to move the corner below the pointer; elsewhere the map itself is moved. */
  private grip(event: MapMouseEvent | MapTouchEvent): void {
    const found = this.cornerAt(event.point);
    if (!found) return;
    event.preventDefault();
    this.keep();
    this.chosen = found;
    const follow = (moved: MapMouseEvent | MapTouchEvent): void => {
      this.put(found, [moved.lngLat.lng, moved.lngLat.lat]);
      this.show();
    };
    const drop = (moved: MapMouseEvent | MapTouchEvent): void => {
      this.map.off("mousemove", follow);
      this.map.off("touchmove", follow);
      this.put(found, this.snapped(moved.point) ?? this.rings[found.ring].corners[found.at]);
      if (this.write() === this.before.at(-1)) this.before.pop(); // it was only chosen
      this.show();
    };
    this.map.on("mousemove", follow);
    this.map.on("touchmove", follow);
    this.map.once("mouseup", drop);
    this.map.once("touchend", drop);
  }

  /** A press beside every corner adds one, behind the one that is chosen or the last. */
  private press(event: MapMouseEvent): void {
    if (this.cornerAt(event.point)) return;
    this.keep();
    const corner = this.snapped(event.point) ?? [event.lngLat.lng, event.lngLat.lat];
    if (!this.rings.length) this.rings.push({ hole: false, corners: [] });
    const ring = this.chosen?.ring ?? this.rings.length - 1;
    const at = this.chosen ? this.chosen.at + 1 : this.rings[ring].corners.length;
    this.rings[ring].corners.splice(at, 0, corner);
    this.chosen = { ring, at };
    this.write();
    this.show();
  }

  takeOff(): void {
    if (!this.chosen) return;
    this.keep();
    const { ring, at } = this.chosen;
    this.rings[ring].corners.splice(at, 1);
    if (!this.rings[ring].corners.length) this.rings.splice(ring, 1);
    this.chosen = null;
    this.write();
    this.show();
  }

  undo(): void {
    const text = this.before.pop();
    if (text === undefined) return;
    this.text.value = text;
    this.rings = readRings(text);
    this.chosen = null;
    this.show();
  }

  get can(): { takeOff: boolean; undo: boolean } {
    return { takeOff: this.chosen !== null, undo: this.before.length > 0 };
  }

  private keep(): void {
    this.before.push(this.text.value);
  }

  private write(): string {
    return (this.text.value = writeRings(this.rings));
  }

  private put(where: Chosen, corner: Corner): void {
    this.rings[where.ring].corners[where.at] = corner;
  }

  private cornerAt(point: { x: number; y: number }): Chosen | null {
    let best: Chosen | null = null;
    let nearest = GRIP_PX;
    this.rings.forEach((one, ring) =>
      one.corners.forEach((corner, at) => {
        const away = this.pixels(corner, point);
        if (away < nearest) [nearest, best] = [away, { ring, at }];
      }),
    );
    return best;
  }

  private snapped(point: { x: number; y: number }): Corner | null {
    let best: Corner | null = null;
    let nearest = SNAP_PX;
    for (const corner of this.others) {
      const away = this.pixels(corner, point);
      if (away < nearest) [nearest, best] = [away, corner];
    }
    return best;
  }

  private pixels(corner: Corner, point: { x: number; y: number }): number {
    const at = this.map.project(corner);
    return Math.hypot(at.x - point.x, at.y - point.y);
  }

  private show(): void {
    const corners = this.rings.flatMap((one, ring) =>
      one.corners.map((corner, at): Feature<Point> => ({
        type: "Feature",
        properties: { chosen: this.chosen?.ring === ring && this.chosen.at === at },
        geometry: { type: "Point", coordinates: corner },
      })),
    );
    const area: Feature = { type: "Feature", properties: {}, geometry: polygonsOf(this.rings) };
    (this.map.getSource("drawn") as GeoJSONSource).setData(area);
    (this.map.getSource("corners") as GeoJSONSource).setData({ type: "FeatureCollection", features: corners });
    this.text.dispatchEvent(new CustomEvent("drawn"));
  }
}

function styleOf(): StyleSpecification {
  const c = readPalette();
  const empty = { type: "geojson" as const, data: NOTHING };
  return {
    version: 8,
    sources: { villages: empty, drawn: empty, corners: empty },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": c.surface } },
      { id: "villages", type: "line", source: "villages", paint: { "line-color": c.border, "line-width": 1, "line-dasharray": [3, 2] } },
      { id: "drawn", type: "fill", source: "drawn", paint: { "fill-color": c.land, "fill-opacity": 0.7 } },
      { id: "edge", type: "line", source: "drawn", paint: { "line-color": c.brand, "line-width": 2 } },
      {
        id: "corners",
        type: "circle",
        source: "corners",
        paint: {
          "circle-radius": ["case", ["get", "chosen"], 9, 6],
          "circle-color": ["case", ["get", "chosen"], c.brand, c.surface],
          "circle-stroke-color": c.brand,
          "circle-stroke-width": 2,
        },
      },
    ],
  };
}

/** The corners of everybody else's outlines. */
function cornersOf(villages: FeatureCollection, code: string): Corner[] {
  const found: Corner[] = [];
  const take = (part: unknown): void => {
    if (!Array.isArray(part)) return;
    if (typeof part[0] === "number") found.push(part as Corner);
    else part.forEach(take);
  };
  for (const one of villages.features)
    if (one.properties?.code !== code) take((one.geometry as { coordinates?: unknown } | null)?.coordinates);
  return found;
}

/** Without it the text is there, and enough. */
export async function startDrawing(box: HTMLElement): Promise<void> {
  const text = document.querySelector<HTMLTextAreaElement>("textarea.corners");
  if (!text) return;
  const villages = await fetchGeoJson(box.dataset.villages!);
  const own = villages.features.filter((one) => one.properties?.code === box.dataset.code);
  const bounds = boundsOf(own.length ? { ...villages, features: own } : villages) ?? [73, 18, 135, 54];
  box.hidden = false;
  const map = new MapLibreMap({
    container: box.querySelector<HTMLElement>(".outline-map")!,
    style: styleOf(),
    bounds,
    fitBoundsOptions: { padding: 60 },
    dragRotate: false,
    attributionControl: false,
    fadeDuration: 0,
    doubleClickZoom: false,
    locale: wordsOf(box),
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "top-left");
  map.addControl(new ScaleControl({ maxWidth: 110 }), "bottom-right");
  map.on("load", () => {
    (map.getSource("villages") as GeoJSONSource).setData(villages);
    tie(box, text, new Drawing(map, text, cornersOf(villages, box.dataset.code ?? "")));
    box.dataset.ready = "true";
  });
}

/** The buttons below the map; one that has nothing to do says so by being off. */
function tie(box: HTMLElement, text: HTMLTextAreaElement, drawing: Drawing): void {
  const off = box.querySelector<HTMLButtonElement>("[data-take-off]")!;
  const undo = box.querySelector<HTMLButtonElement>("[data-undo]")!;
  const show = (): void => {
    off.disabled = !drawing.can.takeOff;
    undo.disabled = !drawing.can.undo;
  };
  off.addEventListener("click", () => drawing.takeOff());
  undo.addEventListener("click", () => drawing.undo());
  text.addEventListener("drawn", show);
  show();
}
