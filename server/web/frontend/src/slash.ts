// "/" leads to the field for looking: the page's own where it has one, else the one in the bar. Turned off with the other single keys.
import { keysAreOff } from "./review_keys";

export function watchSlash(): void {
  document.addEventListener("keydown", (event) => {
    const typing = (event.target as HTMLElement).closest?.("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey || keysAreOff()) return;
    const fields = [...document.querySelectorAll<HTMLInputElement>("[data-slash]")];
    const shown = fields.filter((one) => one.getClientRects().length);
    const field = shown.find((one) => one.dataset.slash === "first") ?? shown[0];
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
}
