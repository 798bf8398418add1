// Single keys on the review pages: J K next and previous, X choose, A approve, I has issues, R return to the phone (all that are
// chosen, or the one that is shown), U undo, ? the list.
// They can be turned off on the page (WCAG 2.1.4); the choice stays in this browser.

const STORED = "fangshi.keys";
const DECISIONS: Record<string, string> = { a: "approved", i: "hasIssues" };

export function watchReviewKeys(): void {
  if (!document.querySelector("[data-review-keys]")) return;
  const box = document.querySelector<HTMLInputElement>("[data-review-keys-switch]");
  if (box) {
    box.checked = !keysAreOff();
    box.closest<HTMLElement>("[hidden]")?.removeAttribute("hidden");
    box.addEventListener("change", () => localStorage.setItem(STORED, box.checked ? "on" : "off"));
  }
  document.addEventListener("keydown", onKey);
}

export function keysAreOff(): boolean {
  return localStorage.getItem(STORED) === "off";
}

function onKey(event: KeyboardEvent): void {
  const typing = (event.target as HTMLElement).closest("input, textarea, select, [contenteditable], .maplibregl-canvas");
  if (typing || event.ctrlKey || event.metaKey || event.altKey || keysAreOff()) return;
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") move(key === "j" ? 1 : -1);
  else if (key in DECISIONS) press(`.panel button[name="state"][value="${DECISIONS[key]}"]`);
  else if (key === "r") openReturn();
  else if (key === "x") press("[data-record][aria-selected=true] input[name=record]");
  else if (key === "u") press("[data-toast] form button, #panel .block.good form button");
  else if (key === "?") document.querySelector<HTMLElement>("[data-review-keys] summary")?.click();
  else return;
  event.preventDefault();
}

function openReturn(): void {
  const many = document.querySelector<HTMLElement>("[data-bulk-bar]:not([hidden]) button[value=return]");
  if (many) return many.click();
  const asked = document.querySelector<HTMLDetailsElement>(".panel [data-return]");
  if (!asked) return;
  asked.open = true;
  asked.querySelector("textarea")?.focus();
}

function press(selector: string): void {
  document.querySelector<HTMLElement>(selector)?.click();
}

function move(step: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-record]")];
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.getAttribute("aria-selected") === "true");
  const next = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
  next?.querySelector<HTMLElement>("a.title")?.click();
  next?.scrollIntoView({ block: "nearest" });
}
