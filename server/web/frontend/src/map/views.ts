// What the map shows: records with their pins, health records by village, or what is overdue. One at a time.
import type { ExpressionSpecification, Map as MapLibreMap } from "maplibre-gl";
import { nameWith } from "./style";

const LAYERS: Record<string, string[]> = {
  records: ["village-hatch", "pin-halo", "cluster", "pin"],
  health: ["health"],
  overdue: ["overdue-fill", "overdue-hatch"],
};

/** Ties the buttons above the map to its layers, names and legends. */
export function tieViews(box: HTMLElement, map: MapLibreMap): void {
  const buttons = [...document.querySelectorAll<HTMLButtonElement>("[data-map-view]")];
  for (const button of buttons) {
    button.addEventListener("click", () => {
      const view = button.dataset.mapView!;
      for (const one of buttons) one.setAttribute("aria-pressed", String(one === button));
      show(box, map, view);
      history.replaceState(history.state, "", withView(view));
    });
  }
  show(box, map, box.dataset.view ?? "records");
}

function show(box: HTMLElement, map: MapLibreMap, view: string): void {
  for (const [name, layers] of Object.entries(LAYERS))
    for (const layer of layers) map.setLayoutProperty(layer, "visibility", name === view ? "visible" : "none");
  for (const legend of document.querySelectorAll<HTMLElement>("[data-legend]")) legend.hidden = legend.dataset.legend !== view;
  map.setLayoutProperty("village-name", "text-field", nameWith(numberOf(view, box.dataset.wordHidden ?? "")));
  box.dataset.view = view;
}

/** What stands below a village's name; the number of health records stands in its own mark. */
function numberOf(view: string, hidden: string): ExpressionSpecification | string {
  if (view === "records") return ["get", "count_text"];
  if (view === "health") return "";
  return ["match", ["get", "overdue"], "hidden", hidden, "1-4", "1–4", "5-9", "5–9", ["get", "overdue"]];
}

/** The view is in the address, so that it can be sent to a colleague. */
function withView(view: string): string {
  const url = new URL(location.href);
  if (view === "records") url.searchParams.delete("show");
  else url.searchParams.set("show", view);
  return url.href;
}
