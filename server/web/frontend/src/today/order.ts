// In which order to walk to some doors: nearest first, then crossings of the way taken out. Straight lines, no roads.

export type Place = readonly [longitude: number, latitude: number];

const EARTH_M = 6_371_008.8;
const MOST_ROUNDS = 30;

/** Metres in a straight line. */
export function metresBetween(one: Place, other: Place): number {
  const rad = Math.PI / 180;
  const height = Math.sin(((other[1] - one[1]) * rad) / 2);
  const width = Math.sin(((other[0] - one[0]) * rad) / 2);
  const part = height ** 2 + Math.cos(one[1] * rad) * Math.cos(other[1] * rad) * width ** 2;
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(part)));
}

/** The numbers of the doors in the order of the way that begins at `start` and ends at the last door. For some 200 doors. */
export function orderWay(start: Place, doors: readonly Place[]): number[] {
  return uncross(start, doors, nearestFirst(start, doors));
}

/** How long such a way is, in metres. */
export function lengthOf(start: Place, doors: readonly Place[], way: readonly number[]): number {
  return way.reduce((sum, door, at) => sum + metresBetween(at ? doors[way[at - 1]] : start, doors[door]), 0);
}

export function nearestFirst(start: Place, doors: readonly Place[]): number[] {
  const left = new Set(doors.keys());
  const way: number[] = [];
  for (let here = start; left.size; here = doors[way[way.length - 1]]) {
    let nearest = -1;
    let least = Infinity;
    for (const door of left) {
      const metres = metresBetween(here, doors[door]);
      if (metres < least) [nearest, least] = [door, metres];
    }
    left.delete(nearest);
    way.push(nearest);
  }
  return way;
}

/** Turns parts of the way round as long as that makes it shorter (2-opt). The way back is nobody's walk: the end is free. */
function uncross(start: Place, doors: readonly Place[], given: readonly number[]): number[] {
  const way = [...given];
  const placeAt = (at: number): Place => (at < 0 ? start : doors[way[at]]);
  let better = true;
  for (let round = 0; better && round < MOST_ROUNDS; round++) {
    better = false;
    for (let from = 0; from < way.length - 1; from++) {
      for (let to = from + 1; to < way.length; to++) {
        const isLast = to === way.length - 1;
        const before = metresBetween(placeAt(from - 1), placeAt(from)) + (isLast ? 0 : metresBetween(placeAt(to), placeAt(to + 1)));
        const after = metresBetween(placeAt(from - 1), placeAt(to)) + (isLast ? 0 : metresBetween(placeAt(from), placeAt(to + 1)));
        if (after + 0.01 < before) {
          way.splice(from, to - from + 1, ...way.slice(from, to + 1).reverse());
          better = true;
        }
      }
    }
  }
  return way;
}
