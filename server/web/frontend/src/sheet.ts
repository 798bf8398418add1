// What opens as a sheet from below on a phone, and stands on the page on a desk. Esc closes it; the focus stays inside and goes back.

const PHONE = "(max-width: 599px)";

export function enhanceSheet(button: HTMLElement): void {
  const sheet = document.getElementById(button.dataset.sheet ?? "");
  if (!sheet) return;
  const close = sheet.querySelector<HTMLElement>("[data-close-sheet]");
  const show = (is: boolean): void => {
    sheet.classList.toggle("is-open", is);
    document.documentElement.classList.toggle("has-sheet", is);
    if (!is) return leave(sheet, button);
    sheet.setAttribute("role", "dialog");
    sheet.setAttribute("aria-modal", "true");
    sheet.querySelector<HTMLElement>("h2")?.focus();
  };
  sheet.classList.add("has-script");
  button.hidden = false;
  button.addEventListener("click", () => show(true));
  if (close) {
    close.hidden = false;
    close.addEventListener("click", () => show(false));
  }
  sheet.addEventListener("keydown", (event) => {
    if (!sheet.classList.contains("is-open")) return;
    if (event.key === "Escape") show(false);
    if (event.key === "Tab") stayInside(sheet, event);
  });
  matchMedia(PHONE).addEventListener("change", (now) => {
    if (!now.matches && sheet.classList.contains("is-open")) show(false); // turned on its side it stands on the page
  });
  if ("sheetOpen" in sheet.dataset && button.getClientRects().length) show(true);
}

function leave(sheet: HTMLElement, button: HTMLElement): void {
  sheet.removeAttribute("role");
  sheet.removeAttribute("aria-modal");
  button.focus();
}

function stayInside(sheet: HTMLElement, event: KeyboardEvent): void {
  const fields = [...sheet.querySelectorAll<HTMLElement>("a[href], button, select, input, summary")];
  const shown = fields.filter((one) => one.getClientRects().length);
  const [first, last] = [shown[0], shown[shown.length - 1]];
  const at = document.activeElement;
  if (event.shiftKey ? at === first || !shown.includes(at as HTMLElement) : at === last) {
    event.preventDefault();
    (event.shiftKey ? last : first)?.focus();
  }
}
