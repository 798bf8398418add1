// Waiting says so: lines in the shape of what comes after 300 ms, and words after five seconds, so that nobody wonders
// whether the press was felt.

const LINES_MS = 300;
const WORDS_MS = 5_000;
const LINES = 6;

export function watchWaiting(): void {
  document.body.addEventListener("htmx:beforeSend", (event) => {
    const { xhr, target, elt } = (event as CustomEvent).detail as Request;
    if (elt.getAttribute("hx-trigger")?.includes("every")) return; // it asks by itself; nobody waits
    waitFor(xhr, target, elt.closest("form") === null);
  });
  // Before what came is put in: what is hidden behind the lines takes no focus.
  document.body.addEventListener("htmx:beforeOnLoad", (event) => {
    const { xhr, target } = (event as CustomEvent).detail as Request;
    stopWaiting(xhr, target);
  });
  document.addEventListener("click", waitForPage);
  document.addEventListener("submit", waitForPage);
  window.addEventListener("pagehide", () => unsay());
}

const timers = new WeakMap<XMLHttpRequest, number[]>();

interface Request {
  xhr: XMLHttpRequest;
  target: HTMLElement;
  elt: Element;
}

/** A form that is being sent stays as it is, with what stands in it; what is fetched anew makes room. */
function waitFor(xhr: XMLHttpRequest, target: HTMLElement, makesRoom: boolean): void {
  const lines = makesRoom ? window.setTimeout(() => showLines(target), LINES_MS) : 0;
  const words = window.setTimeout(() => sayIn(target), WORDS_MS);
  timers.set(xhr, [lines, words]);
  xhr.addEventListener("loadend", () => stopWaiting(xhr, target));
}

function stopWaiting(xhr: XMLHttpRequest, target: HTMLElement): void {
  const own = timers.get(xhr);
  if (!own) return;
  own.forEach((one) => window.clearTimeout(one));
  timers.delete(xhr);
  target.classList.remove("is-fetching");
  target.querySelectorAll(":scope > .skeleton, :scope > .slow").forEach((one) => one.remove());
}

function showLines(target: HTMLElement): void {
  const lines = make("skeleton");
  lines.setAttribute("aria-hidden", "true");
  for (let number = 0; number < LINES; number++) lines.append(document.createElement("i"));
  target.classList.add("is-fetching");
  target.prepend(lines);
}

function sayIn(target: HTMLElement): void {
  target.prepend(slowWords());
}

/** A page is drawn when it is there; until then the old one stands, and after five seconds says why. */
function waitForPage(event: Event): void {
  unsay();
  window.setTimeout(() => {
    if (!event.defaultPrevented && leaves(event)) {
      document.body.dataset.leaving = String(window.setTimeout(() => document.body.append(slowWords("at-foot")), WORDS_MS));
    }
  });
}

function leaves(event: Event): boolean {
  if ((event.target as Element).closest("[data-file]")) return false; // a file comes, and this page stays
  if (event.type === "submit") return !(event.target as HTMLElement).hasAttribute("hx-post");
  const press = event as MouseEvent;
  const link = (press.target as Element).closest<HTMLAnchorElement>("a[href]");
  if (!link || press.ctrlKey || press.metaKey || press.shiftKey || link.target || link.hasAttribute("download")) return false;
  return link.origin === location.origin && !link.hash;
}

function unsay(): void {
  window.clearTimeout(Number(document.body.dataset.leaving ?? 0));
  document.querySelectorAll(".slow.at-foot").forEach((one) => one.remove());
}

function slowWords(more = ""): HTMLElement {
  const words = make(`slow ${more}`);
  words.setAttribute("role", "status");
  window.setTimeout(() => (words.textContent = document.body.dataset.busyWord ?? "")); // a status that changes is read out
  return words;
}

function make(kind: string): HTMLElement {
  return Object.assign(document.createElement("div"), { className: kind.trim() });
}
