// The records on the map as a list of buttons, for those who do not use a pointer.
import type { FeatureCollection } from "geojson";
import type { Pin } from "./data";

const AT_MOST = 60;

export function listPins(box: HTMLElement, pins: FeatureCollection, open: (id: string | number) => void): void {
  const list = document.getElementById(box.dataset.pinList ?? "");
  if (!list) return;
  const alone = pins.features.map((pin) => pin.properties as Pin & { label?: string }).filter((pin) => !pin.cluster);
  list.replaceChildren(...alone.slice(0, AT_MOST).map((pin) => item(box, pin, open)));
  const note = document.getElementById(`${list.id}-note`);
  if (note) note.hidden = alone.length > 0;
}

function item(box: HTMLElement, pin: Pin & { label?: string }, open: (id: string | number) => void): HTMLElement {
  const row = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button small";
  const state = box.getAttribute(`data-state-${(pin.state ?? "received").toLowerCase()}`) ?? "";
  button.textContent = [pin.label ?? `${box.dataset.wordRecord ?? ""} ${pin.id}`, state].join(" · ");
  button.addEventListener("click", () => open(pin.id));
  row.append(button);
  return row;
}
