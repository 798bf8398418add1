// The two answers the map asks the server for, and what they become before they are drawn.
import type { FeatureCollection, Feature, Point } from "geojson";

export interface Village {
  code: string;
  name: string;
  count_text: string;
  suppressed: boolean;
  overdue?: "0" | "1-4" | "5-9" | "10+" | "hidden";
  lon: number;
  lat: number;
}

export interface Pin {
  id: string | number;
  state: string | null;
  how: string;
  accuracy: number | null;
  village: string | null;
  cluster?: boolean;
  count?: number | string;
  count_text?: string;
}

/** How many health records a village has: only the care team is sent these. */
export interface HealthNumber {
  village: string;
  village_name: string;
  count_text: string;
}

/** Set where the base is in another system: moves what was fetched to where that base draws it. */
let place = (data: FeatureCollection): FeatureCollection => data;

export function placeBy(way: (data: FeatureCollection) => FeatureCollection): void {
  place = way;
}

export async function fetchGeoJson(url: string, signal?: AbortSignal): Promise<FeatureCollection> {
  const answer = await fetch(url, { headers: { Accept: "application/json" }, signal });
  if (!answer.ok) throw new Error(`The map data could not be had: ${answer.status}`);
  return place((await answer.json()) as FeatureCollection);
}

/** Names go on one point a village, so that a village of several parts is named once. */
export function namePoints(villages: FeatureCollection): FeatureCollection {
  const features = villages.features.map((village): Feature<Point> => {
    const facts = village.properties as Village;
    return { type: "Feature", geometry: { type: "Point", coordinates: [facts.lon, facts.lat] }, properties: facts };
  });
  return { type: "FeatureCollection", features };
}

/** Pixels a metre at zoom 20 and this latitude: Web Mercator's scale. */
function pixelsPerMetre(latitude: number): number {
  return (512 * 2 ** 20) / (40_075_016.7 * Math.cos((latitude * Math.PI) / 180));
}

export function drawable(pins: FeatureCollection): FeatureCollection {
  for (const pin of pins.features) {
    const facts = pin.properties as Pin & { shape?: string; unit?: number };
    facts.shape = facts.how === "inside" ? (facts.state ?? "received") : facts.state ? facts.state : "estimated";
    facts.unit = pixelsPerMetre((pin.geometry as Point).coordinates[1]);
    facts.count_text ??= facts.count === undefined ? "" : String(facts.count);
  }
  return pins;
}

export function boundsOf(villages: FeatureCollection): [number, number, number, number] | null {
  let box: [number, number, number, number] | null = null;
  const take = (part: unknown): void => {
    if (!Array.isArray(part)) return;
    if (typeof part[0] === "number" && typeof part[1] === "number") {
      const [x, y] = part as [number, number];
      box = box
        ? [Math.min(box[0], x), Math.min(box[1], y), Math.max(box[2], x), Math.max(box[3], y)]
        : [x, y, x, y];
      return;
    }
    part.forEach(take);
  };
  for (const village of villages.features) take((village.geometry as { coordinates?: unknown } | null)?.coordinates);
  return box;
}
