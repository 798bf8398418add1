// Choropleths of a rate, with the bands of what is overdue as marks over them: one of each, never more (ui.md 6).
import type { Feature, FeatureCollection, Point } from "geojson";
import type { ExpressionSpecification, GeoJSONSource, Map as MapLibreMap } from "maplibre-gl";
import type { Village } from "./data";
import { bandImage } from "./bands";
import type { MonthOfRates, RateWords } from "./months";
import { readPalette } from "./palette";
import { NOTHING } from "./style";

export const RATE_LAYERS = ["rate-fill", "rate-hatch"];
export const BAND_LAYERS = ["overdue-mark"];

const LEVELS = [0, 1, 2, 3, 4];
const NO_CLASS = -1; // of a rate that is hidden, or still to be counted
const state = (name: string): ExpressionSpecification => ["feature-state", name];

/** The layers, not yet shown; villages take their colour from what `paintRates` says of them. */
export function addRateLayers(map: MapLibreMap, villages: FeatureCollection): void {
  const style = getComputedStyle(document.documentElement);
  const ramp = LEVELS.map((level) => style.getPropertyValue(`--rate-${level}`).trim());
  const colours = readPalette();
  for (const band of [0, 1, 2, 3]) map.addImage(`band-${band}`, bandImage(band, colours), { pixelRatio: 2 });
  map.addLayer(
    {
      id: "rate-fill",
      type: "fill",
      source: "villages",
      layout: { visibility: "none" },
      paint: {
        "fill-color": ["match", ["coalesce", state("level"), -1], 0, ramp[0], 1, ramp[1], 2, ramp[2], 3, ramp[3], 4, ramp[4], colours.surface],
      },
    },
    "village-line",
  );
  map.addLayer(
    {
      id: "rate-hatch",
      type: "fill",
      source: "villages",
      layout: { visibility: "none" },
      paint: { "fill-pattern": "hatch", "fill-opacity": ["case", ["boolean", state("few"), false], 1, 0] },
    },
    "village-line",
  );
  map.addSource("bands", { type: "geojson", data: bandPoints(villages) });
  map.addLayer({
    id: "overdue-mark",
    type: "symbol",
    source: "bands",
    layout: {
      visibility: "none",
      "icon-image": ["concat", "band-", ["get", "band"]],
      "icon-offset": [0, -34],
      "icon-overlap": "always",
      "icon-padding": 0,
    },
  });
}

/** A village whose band is hidden has no mark. */
function bandPoints(villages: FeatureCollection): FeatureCollection {
  const features = villages.features.flatMap((village): Feature<Point>[] => {
    const facts = village.properties as Village;
    const band = ["0", "1-4", "5-9", "10+"].indexOf(facts.overdue ?? "");
    const geometry: Point = { type: "Point", coordinates: [facts.lon, facts.lat] };
    return band < 0 ? [] : [{ type: "Feature", geometry, properties: { band } }];
  });
  return { ...NOTHING, features };
}

/** What stands below a name; of a month that is still being counted nothing, as one line says so for all. */
function textOf(rate: RateWords | string | undefined): string {
  return typeof rate === "object" && rate.level !== NO_CLASS ? rate.text : "";
}

/** Colours and words of one month; a name's second line is what the table says. */
export function paintRates(map: MapLibreMap, names: FeatureCollection, measure: string, month: MonthOfRates): void {
  for (const [code, rates] of Object.entries(month.villages)) {
    const rate = rates[measure];
    map.setFeatureState({ source: "villages", id: code }, { level: rate?.level ?? NO_CLASS, few: rate?.level === null });
  }
  const features = names.features.map((one) => {
    const code = String(one.properties?.code);
    return { ...one, properties: { ...one.properties, rate_text: textOf(month.villages[code]?.[measure]) } };
  });
  (map.getSource("names") as GeoJSONSource).setData({ ...NOTHING, features });
}
