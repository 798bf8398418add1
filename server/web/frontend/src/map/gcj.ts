// Where a base in GCJ-02 draws a WGS-84 place. For drawing alone: everything that is kept, asked or sent stays WGS-84.
// The same numbers as geo/crs.py, which says where they are from; a test compares the two.
import type { FeatureCollection } from "geojson";

type Place = [number, number];
type Edges = [number, number, number, number];

const AXIS = 6378245.0;
const ECCENTRICITY = 0.00669342162296594323;
const SHIFTED: Edges = [72.004, 0.8293, 137.8347, 55.8271];

/** Where map services draw without the shift, roughly outlined: about map services only. */
const UNSHIFTED: Place[][] = [
  [
    [113.82, 22.13], [113.82, 22.42], [113.98, 22.49], [114.06, 22.505], [114.11, 22.53], [114.16, 22.56], [114.23, 22.555],
    [114.34, 22.56], [114.45, 22.5], [114.45, 22.13],
  ],
  [[113.526, 22.1], [113.526, 22.21], [113.556, 22.215], [113.61, 22.2], [113.61, 22.1]],
  [[119.95, 21.8], [122.1, 21.8], [122.1, 25.4], [119.95, 25.4]],
];

export function toGcj(lon: number, lat: number): Place {
  if (!isShifted(lon, lat)) return [lon, lat];
  const [east, north] = shiftAt(lon, lat);
  return [lon + east, lat + north];
}

/** By iteration: the shift changes by less than 1 % of a step. */
export function toWgs(lon: number, lat: number): Place {
  let guess: Place = [lon, lat];
  for (let round = 0; round < 7; round++) {
    const [east, north] = shiftAt(guess[0], guess[1]);
    guess = [lon - east, lat - north];
  }
  return isShifted(guess[0], guess[1]) ? guess : [lon, lat];
}

/** A box of the map as the server is asked for it: a little more than what is seen. */
export function askedBox([west, south, east, north]: Edges): Edges {
  const [left, bottom] = toWgs(west, south);
  const [right, top] = toWgs(east, north);
  const more = 0.002;
  return [left - more, bottom - more, right + more, top + more];
}

/** Moves the geometries, and what properties say of places: `lon` and `lat` of a label, the `box` of a cluster. */
export function shiftCollection(data: FeatureCollection): FeatureCollection {
  for (const feature of data.features) {
    const geometry = feature.geometry as { coordinates?: unknown } | null;
    if (geometry) geometry.coordinates = shiftAll(geometry.coordinates);
    const facts = (feature.properties ?? {}) as { lon?: unknown; lat?: unknown; box?: unknown };
    if (typeof facts.lon === "number" && typeof facts.lat === "number") [facts.lon, facts.lat] = toGcj(facts.lon, facts.lat);
    if (Array.isArray(facts.box)) {
      const [west, south, east, north] = facts.box as Edges;
      facts.box = [...toGcj(west, south), ...toGcj(east, north)];
    }
  }
  return data;
}

function shiftAll(part: unknown): unknown {
  if (!Array.isArray(part)) return part;
  if (typeof part[0] !== "number") return part.map(shiftAll);
  return [...toGcj(part[0], part[1] as number), ...part.slice(2)];
}

function isShifted(lon: number, lat: number): boolean {
  const [west, south, east, north] = SHIFTED;
  return lon >= west && lon <= east && lat >= south && lat <= north && !UNSHIFTED.some((ring) => isInside(ring, lon, lat));
}

function isInside(ring: Place[], lon: number, lat: number): boolean {
  let inside = false;
  ring.forEach(([x, y], index) => {
    const [fromX, fromY] = ring[(index + ring.length - 1) % ring.length];
    if (y > lat !== fromY > lat && lon < ((fromX - x) * (lat - y)) / (fromY - y) + x) inside = !inside;
  });
  return inside;
}

/** Degrees east and north. */
function shiftAt(lon: number, lat: number): Place {
  const { PI, abs, cos, sin, sqrt } = Math;
  const [x, y] = [lon - 105, lat - 35];
  const root = sqrt(abs(x));
  const ripple = ((20 * sin(6 * PI * x) + 20 * sin(2 * PI * x)) * 2) / 3;
  let north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple;
  north += ((20 * sin(PI * y) + 40 * sin((PI * y) / 3)) * 2) / 3 + ((160 * sin((PI * y) / 12) + 320 * sin((PI * y) / 30)) * 2) / 3;
  let east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple;
  east += ((20 * sin(PI * x) + 40 * sin((PI * x) / 3)) * 2) / 3 + ((150 * sin((PI * x) / 12) + 300 * sin((PI * x) / 30)) * 2) / 3;
  const radians = (lat * PI) / 180;
  const bend = 1 - ECCENTRICITY * sin(radians) ** 2;
  const perLat = ((AXIS * (1 - ECCENTRICITY)) / (bend * sqrt(bend))) * (PI / 180);
  const perLon = (AXIS / sqrt(bend)) * cos(radians) * (PI / 180);
  return [east / perLon, north / perLat];
}
