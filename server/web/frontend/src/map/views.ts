// What the map shows: records with their pins, or what is overdue by village. One of the two at a time.
import type { Map as MapLibreMap } from "maplibre-gl";
import { nameWith } from "./style";

const LAYERS: Record<string, string[]> = {
  records: ["village-hatch", "health", "pin-halo", "cluster", "pin"],
  overdue: ["overdue-fill", "overdue-hatch"],
};

/** Ties the two buttons above the map to its layers, names and legends. */
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
  const band = ["match", ["get", "overdue"], "hidden", box.dataset.wordHidden ?? "", "1-4", "1–4", "5-9", "5–9", ["get", "overdue"]];
  map.setLayoutProperty("village-name", "text-field", nameWith(view === "overdue" ? (band as never) : ["get", "count_text"]));
  box.dataset.view = view;
}

/** The view is in the address, so that it can be sent to a colleague. */
function withView(view: string): string {
  const url = new URL(location.href);
  if (view === "overdue") url.searchParams.set("show", view);
  else url.searchParams.delete("show");
  return url.href;
}
