// Columns of numbers: where they stand, how high, and which way to look so that none hides a name. No map in here.
import type { Feature, FeatureCollection, Point, Polygon } from "geojson";

export interface Column {
  code: string;
  name: string;
  place: [number, number];
  number: number;
}

export const PITCH = 50;
const HIGHEST_PX = 96;
const WIDTH_PX = 13;
const EARTH_M = 40_075_016.7;
const NAME_PX = { width: 66, height: 20 };

/** Metres that one pixel is at this zoom and latitude. */
export function metresPerPixel(zoom: number, latitude: number): number {
  return (EARTH_M * Math.cos((latitude * Math.PI) / 180)) / (512 * 2 ** zoom);
}

/** Six-sided columns of the same foot; heights from zero, in proportion to the numbers. */
export function columnShapes(columns: Column[], zoom: number): FeatureCollection<Polygon> {
  const features = columns.map((one): Feature<Polygon> => {
    const metres = metresPerPixel(zoom, one.place[1]);
    const height = (pixelsHigh(one.number, columns) * metres) / Math.sin((PITCH * Math.PI) / 180);
    const geometry: Polygon = { type: "Polygon", coordinates: [hexagon(one.place, WIDTH_PX * metres)] };
    return { type: "Feature", geometry, properties: { code: one.code, height } };
  });
  return { type: "FeatureCollection", features };
}

/** From where the tilted map is seen: what it turns about, and how many pixels the eye is away from that. */
export interface Eye {
  center: [number, number];
  zoom: number;
  bearing: number;
  far: number;
}

/** One point a column for its number: `lift` is from the foot to above the top, in the text's own size. Flat without an eye. */
export function columnNumbers(columns: Column[], eye: Eye | null, textPx: number): FeatureCollection<Point> {
  const features = columns.map((one): Feature<Point> => {
    const [right, down] = eye ? topOf(one, columns, eye) : [0, -10];
    const geometry: Point = { type: "Point", coordinates: one.place };
    return { type: "Feature", geometry, properties: { text: String(one.number), lift: [right / textPx, (down - 12) / textPx] } };
  });
  return { type: "FeatureCollection", features };
}

/** Pixels right and down from the foot of a column to its top, as the eye sees both. */
function topOf(column: Column, columns: Column[], eye: Eye): [number, number] {
  const pitch = (PITCH * Math.PI) / 180;
  const [x, y] = onGround(column.place, eye.bearing, eye.zoom);
  const [middleX, middleY] = onGround(eye.center, eye.bearing, eye.zoom);
  const [right, ahead] = [x - middleX, middleY - y];
  const see = (high: number): [number, number] => {
    const away = eye.far / (eye.far + ahead * Math.sin(pitch) - high * Math.cos(pitch));
    return [right * away, -(ahead * Math.cos(pitch) + high * Math.sin(pitch)) * away];
  };
  const [foot, top] = [see(0), see(pixelsHigh(column.number, columns) / Math.sin(pitch))];
  return [top[0] - foot[0], top[1] - foot[1]];
}

export function pixelsHigh(number: number, columns: Column[]): number {
  const most = Math.max(1, ...columns.map((one) => one.number));
  return (HIGHEST_PX * number) / most;
}

function hexagon([lon, lat]: [number, number], metres: number): [number, number][] {
  const perLat = EARTH_M / 360;
  const perLon = perLat * Math.cos((lat * Math.PI) / 180);
  return [0, 1, 2, 3, 4, 5, 0].map((corner) => {
    const turn = (corner * Math.PI) / 3;
    return [lon + (metres * Math.cos(turn)) / perLon, lat + (metres * Math.sin(turn)) / perLat];
  });
}

/** The bearing nearest to north, in degrees, at which the fewest columns stand before another village's name. */
export function bestBearing(columns: Column[], names: [number, number][], zoom: number): number {
  const bearings = [0, 8, -8, 16, -16, 24, -24, 32, -32, 40, -40];
  let best = { bearing: 0, hidden: Infinity };
  for (const bearing of bearings) {
    const hidden = countHidden(columns, names, bearing, zoom);
    if (hidden < best.hidden) best = { bearing, hidden };
  }
  return best.bearing;
}

function countHidden(columns: Column[], names: [number, number][], bearing: number, zoom: number): number {
  const seen = names.map((place) => onScreen(place, bearing, zoom));
  return columns.reduce((sum, column) => {
    const [x, y] = onScreen(column.place, bearing, zoom);
    const high = pixelsHigh(column.number, columns);
    const covers = ([nameX, nameY]: [number, number]): boolean =>
      Math.abs(nameX - x) < NAME_PX.width / 2 + WIDTH_PX &&
      nameY < y - NAME_PX.height && // behind it, further from the eye
      nameY > y - high - NAME_PX.height;
    return sum + seen.filter(covers).length;
  }, 0);
}

/** The same tilted, by parallel rays. */
function onScreen(place: [number, number], bearing: number, zoom: number): [number, number] {
  const [x, y] = onGround(place, bearing, zoom);
  return [x, y * Math.cos((PITCH * Math.PI) / 180)];
}

/** Pixels right and down from the beginning of the world, on a flat map turned by `bearing`. */
function onGround([lon, lat]: [number, number], bearing: number, zoom: number): [number, number] {
  const world = 512 * 2 ** zoom;
  const sine = Math.sin((lat * Math.PI) / 180);
  const x = (lon / 360) * world;
  const y = (-Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * world;
  const turn = (-bearing * Math.PI) / 180;
  return [x * Math.cos(turn) - y * Math.sin(turn), x * Math.sin(turn) + y * Math.cos(turn)];
}
