// Map and table are two views of the same villages: choosing one in either marks it in both; arrow keys move through.
import type { FeatureCollection } from "geojson";
import type { Map as MapLibreMap } from "maplibre-gl";
import { tieCard } from "./card";
import { boundsOf } from "./data";
import { tieSearch } from "./search";

export function tieTable(box: HTMLElement, map: MapLibreMap, villages: FeatureCollection): void {
  const openCard = tieCard(box);
  const buttons = [...document.querySelectorAll<HTMLButtonElement>("button.village")];
  let chosen: string | null = null;

  const choose = (code: string | null): void => {
    if (chosen !== null) map.setFeatureState({ source: "villages", id: chosen }, { selected: false });
    chosen = code;
    if (code !== null) map.setFeatureState({ source: "villages", id: code }, { selected: true });
    for (const button of buttons) {
      button.closest("tr")?.setAttribute("aria-selected", String(button.dataset.code === code));
      if (button.dataset.code === code) button.closest("tr")?.scrollIntoView({ block: "nearest" });
    }
  };

  const go = (button: HTMLButtonElement): void => {
    choose(button.dataset.code ?? null);
    show(map, villages, button.dataset.code ?? "");
    openCard(button.dataset.code ?? null);
  };
  tieSearch(go);
  const asked = buttons.find((button) => button.dataset.code === new URL(location.href).searchParams.get("village"));
  if (asked) go(asked);
  buttons.forEach((button, index) => {
    button.addEventListener("click", () => go(button));
    button.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const next = buttons[(index + step + buttons.length) % buttons.length];
      next.focus();
      choose(next.dataset.code ?? null);
    });
  });
  map.on("click", "village-fill", (event) => {
    if (map.queryRenderedFeatures(event.point, { layers: ["pin", "cluster", "health"] }).length) return;
    const code = String(event.features?.[0]?.properties?.code ?? "") || null;
    choose(code);
    openCard(code);
  });
}

function show(map: MapLibreMap, villages: FeatureCollection, code: string): void {
  const features = villages.features.filter((village) => village.properties?.code === code);
  const bounds = boundsOf({ type: "FeatureCollection", features });
  if (bounds) map.fitBounds(bounds, { padding: 40, duration: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 400 });
}
