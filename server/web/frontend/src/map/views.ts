// What the map shows: a rate, visits to do, records with their pins, health records, or what is overdue. One at a time.
import type { FeatureCollection } from "geojson";
import type { ExpressionSpecification, Map as MapLibreMap } from "maplibre-gl";
import { COLUMN_LAYERS, tieColumns } from "./columns";
import { namePoints } from "./data";
import { tieMonths, type MonthOfRates } from "./months";
import { BAND_LAYERS, RATE_LAYERS, addRateLayers, paintRates } from "./rates";
import { nameWith } from "./style";

type Follow = (view: string) => void;

const LAYERS: Record<string, string[]> = {
  records: ["village-hatch", "pin-halo", "cluster", "pin"],
  health: ["health"],
  overdue: ["overdue-fill", "overdue-hatch"],
  on_time: [...RATE_LAYERS, ...BAND_LAYERS],
  coverage: [...RATE_LAYERS, ...BAND_LAYERS],
  workload: COLUMN_LAYERS,
};
const EVERY_LAYER = [...new Set(Object.values(LAYERS).flat())];
const RATES = ["on_time", "coverage"];

/** Ties the buttons above the map to its layers, names and legends. */
export function tieViews(box: HTMLElement, map: MapLibreMap, villages: FeatureCollection): void {
  const follow = box.dataset.rates ? tieNumbers(box, map, villages) : () => {};
  const buttons = [...document.querySelectorAll<HTMLButtonElement>("[data-map-view]")];
  for (const button of buttons) {
    button.addEventListener("click", () => {
      const view = button.dataset.mapView!;
      for (const one of buttons) one.setAttribute("aria-pressed", String(one === button));
      show(box, map, view);
      follow(view);
      history.replaceState(history.state, "", withView(view));
    });
  }
  show(box, map, box.dataset.view ?? "records");
  follow(box.dataset.view ?? "records");
}

/** Rates and columns, for who gets them; what it gives is told of each view that is chosen. */
function tieNumbers(box: HTMLElement, map: MapLibreMap, villages: FeatureCollection): Follow {
  const names = namePoints(villages);
  let month: MonthOfRates | undefined;
  addRateLayers(map, villages);
  const stand = tieColumns(box, map, villages);
  const paint = (view: string): void => {
    if (month && RATES.includes(view)) paintRates(map, names, view, month);
  };
  tieMonths(box, (found) => {
    month = found;
    paint(box.dataset.view ?? "");
  });
  return (view) => {
    paint(view);
    stand(view);
  };
}

function show(box: HTMLElement, map: MapLibreMap, view: string): void {
  for (const layer of EVERY_LAYER.filter((one) => map.getLayer(one)))
    map.setLayoutProperty(layer, "visibility", LAYERS[view]?.includes(layer) ? "visible" : "none");
  for (const part of document.querySelectorAll<HTMLElement>("[data-legend-with]"))
    part.hidden = !part.dataset.legendWith!.split(" ").includes(view);
  document.getElementById("villages")?.setAttribute("data-show", view);
  for (const legend of document.querySelectorAll<HTMLElement>("[data-legend]")) legend.hidden = legend.dataset.legend !== view;
  map.setLayoutProperty("village-name", "text-field", nameWith(numberOf(view, box.dataset.wordHidden ?? "")));
  box.dataset.view = view;
}

/** What stands below a village's name; the number of health records stands in its own mark. */
function numberOf(view: string, hidden: string): ExpressionSpecification | string {
  if (view === "records") return ["get", "count_text"];
  if (view === "health" || view === "workload") return "";
  if (RATES.includes(view)) return ["coalesce", ["get", "rate_text"], ""];
  return ["match", ["get", "overdue"], "hidden", hidden, "1-4", "1–4", "5-9", "5–9", ["get", "overdue"]];
}

/** The view is in the address, so that it can be sent to a colleague. */
function withView(view: string): string {
  const url = new URL(location.href);
  if (view === "records") url.searchParams.delete("show");
  else url.searchParams.set("show", view);
  return url.href;
}
