// An outline as the text that is sent: "longitude, latitude" a line, an empty line before another part, a line of - before a hole.

export type Corner = [lon: number, lat: number];

/** One way around: of a part, or of a hole in the part before it. */
export interface Ring {
  hole: boolean;
  corners: Corner[];
}

/** What can be read of a text that somebody may still be typing; lines that are no corner are left out. */
export function readRings(text: string): Ring[] {
  const rings: Ring[] = [{ hole: false, corners: [] }];
  for (const line of text.split(/\r?\n/)) {
    const said = line.trim();
    if (said === "" || said === "-") {
      rings.push({ hole: said === "-", corners: [] });
      continue;
    }
    const [lon, lat] = said.replace("，", ",").split(",").map(Number);
    if (Number.isFinite(lon) && Number.isFinite(lat)) rings.at(-1)!.corners.push([lon, lat]);
  }
  return rings.filter((ring) => ring.corners.length > 0);
}

/** To a centimetre, as the server writes it. */
export function writeRings(rings: Ring[]): string {
  let text = "";
  for (const ring of rings.filter((one) => one.corners.length > 0)) {
    if (text) text += ring.hole ? "\n-\n" : "\n\n";
    text += ring.corners.map(([lon, lat]) => `${lon.toFixed(7)}, ${lat.toFixed(7)}`).join("\n");
  }
  return text;
}

/** The rings as polygons, each part with its holes; a ring of two corners is a line of no width. */
export function polygonsOf(rings: Ring[]): GeoJSON.MultiPolygon {
  const parts: Corner[][][] = [];
  for (const ring of rings) {
    const closed = [...ring.corners, ring.corners[0]];
    if (ring.hole && parts.length) parts.at(-1)!.push(closed);
    else parts.push([closed]);
  }
  return { type: "MultiPolygon", coordinates: parts };
}
