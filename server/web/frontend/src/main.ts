// What every page has: htmx for fragments, and small helps that the page also works without.
import htmx from "htmx.org";
import { watchConnection } from "./connection";
import { enhance } from "./enhance";
import { keepWhatIsTyped } from "./keeping";
import { coverWhenIdle } from "./mask";
import { offerPasskeys } from "./passkeys";
import { offerPush } from "./push";
import { watchReviewKeys } from "./review_keys";
import { watchSlash } from "./slash";
import { watchWaiting } from "./waiting";

declare global {
  interface Window {
    htmx: typeof htmx;
  }
}
window.htmx = htmx;

document.body.addEventListener("htmx:configRequest", (event) => {
  const detail = (event as CustomEvent).detail as { headers: Record<string, string> };
  detail.headers["X-Requested-With"] = "XMLHttpRequest";
});

// A fragment that explains what went wrong is shown like any other answer.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  const detail = (event as CustomEvent).detail as { xhr: XMLHttpRequest; shouldSwap: boolean; isError: boolean };
  if (detail.xhr.status >= 400 && detail.xhr.getResponseHeader("Content-Type")?.startsWith("text/html")) {
    detail.shouldSwap = true;
    detail.isError = false;
  }
});

document.body.addEventListener("htmx:afterSwap", (event) => enhance(event.target as HTMLElement));

// The table beside the panel shows the new state at once: the same mark and word as the panel's head.
document.body.addEventListener("reviewed", (event) => {
  const { id } = (event as CustomEvent).detail as { id: number };
  window.setTimeout(() => {
    const mark = document.querySelector("#panel .panel-head .state");
    const cell = document.querySelector(`[data-record="${id}"] .card-state`);
    if (mark && cell) cell.replaceChildren(mark.cloneNode(true));
  }, 60);
});

enhance(document.body);
watchConnection();
keepWhatIsTyped();
watchWaiting();
watchReviewKeys();
watchSlash();
coverWhenIdle();
offerPasskeys();
offerPush();
