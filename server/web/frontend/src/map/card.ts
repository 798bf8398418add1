// A village's card over the map: fetched when a village is chosen on the map, closed with its button or Escape.
import { fetchInto } from "../fetching";

export function tieCard(box: HTMLElement): (code: string | null) => void {
  const card = box.querySelector<HTMLElement>("#village-card");
  const close = (): void => {
    if (!card?.childElementCount) return;
    const code = card.dataset.code ?? "";
    const inside = card.contains(document.activeElement);
    card.replaceChildren();
    keepInAddress(null);
    if (inside) document.querySelector<HTMLElement>(`button.village[data-code="${CSS.escape(code)}"]`)?.focus();
  };
  card?.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-close-card]")) close();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });

  return (code) => {
    if (!card) return;
    if (code === null) return close();
    card.dataset.code = code;
    keepInAddress(code);
    const month = box.dataset.month ? `?month=${encodeURIComponent(box.dataset.month)}` : "";
    const shown = fetchInto(card, `${box.dataset.card}${encodeURIComponent(code)}${month}`);
    if (matchMedia("(max-width: 599px)").matches) void shown.then(() => card.scrollIntoView({ block: "center" }));
  };
}

function keepInAddress(code: string | null): void {
  const url = new URL(location.href);
  if (code === null) url.searchParams.delete("village");
  else url.searchParams.set("village", code);
  history.replaceState(history.state, "", url.href);
}
