// While the server cannot be reached: a banner says so, nothing is sent and no page is left, since none would come.
// Both come back by themselves.
import { askServer } from "./server";
import { isButtonKnown, submitForm } from "./submitting";

const EVERY_MS = 15_000;
let timer = 0;
const asking = new WeakSet<HTMLFormElement>();

export function watchConnection(): void {
  window.addEventListener("offline", () => showOffline(true));
  window.addEventListener("online", () => void askAgain());
  document.body.addEventListener("htmx:sendError", () => showOffline(true));
  document.body.addEventListener("htmx:afterSwap", () => markButtons(isOffline()));
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    if (!isOffline()) return;
    event.preventDefault();
    void askAgain();
  });
  document.addEventListener("click", keepThePage, { capture: true });
  document.addEventListener("submit", keepTheForm, { capture: true });
  if (!navigator.onLine) showOffline(true);
}

export function isOffline(): boolean {
  return document.body.classList.contains("is-offline");
}

/** The banner, and on each button that would send something that it does nothing now; a page's main button says why. */
export function showOffline(offline: boolean): void {
  document.body.classList.toggle("is-offline", offline);
  markButtons(offline);
  window.clearTimeout(timer);
  if (offline) timer = window.setTimeout(() => void askAgain(), EVERY_MS);
}

/** Only while it is away, so that the banner goes when it is back. */
async function askAgain(): Promise<boolean> {
  const there = (await askServer()) !== null;
  showOffline(!there);
  return there;
}

function markButtons(offline: boolean): void {
  const why = document.querySelector<HTMLElement>("[data-word-offline-button]")?.dataset.wordOfflineButton ?? "";
  document.querySelectorAll<HTMLButtonElement>("form[method=post] button:not([type=button])").forEach((button) => {
    button.querySelector(".why")?.remove();
    if (!offline) return button.removeAttribute("aria-disabled");
    button.setAttribute("aria-disabled", "true");
    if (!why || !button.classList.contains("primary")) return;
    const said = Object.assign(document.createElement("span"), { className: "why", textContent: why });
    button.append(said);
  });
}

/** Whoever is on the way with a list keeps it: the next page could not come, and the way back could not either. */
function keepThePage(event: MouseEvent): void {
  const link = (event.target as Element).closest<HTMLAnchorElement>("a[href]");
  if (!link || !isOffline() || link.origin !== location.origin || link.hash || link.target) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey) return; // for another window: this page stays anyway
  if (link.matches("[data-close-panel]") && document.getElementById("panel")) return; // closed here, without asking
  stop(event);
  void askAgain().then((there) => {
    if (there) location.assign(link.href);
    else sayItStays();
  });
}

function keepTheForm(event: SubmitEvent): void {
  if (!isOffline()) return;
  stop(event);
  const form = event.target as HTMLFormElement;
  if (asking.has(form)) return; // pressed twice: it is sent once
  asking.add(form);
  void askAgain().then((there) => {
    asking.delete(form);
    if (!there) sayItStays();
    else if (isButtonKnown(event)) submitForm(form, event.submitter);
  });
}

function stop(event: Event): void {
  event.preventDefault();
  event.stopPropagation();
}

/** In the banner, which is a status: read out, and no second message. */
function sayItStays(): void {
  const line = document.querySelector<HTMLElement>(".offline [data-word-stays]");
  if (!line) return;
  line.textContent = "";
  window.setTimeout(() => (line.textContent = line.dataset.wordStays ?? ""), 50);
}
