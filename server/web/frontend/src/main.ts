// What every page has: htmx for fragments, and small helps that the page also works without.
import htmx from "htmx.org";
import { watchConnection } from "./connection";
import { enhance } from "./enhance";
import { watchReviewKeys } from "./review_keys";
import { showToast } from "./toast";

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
document.body.addEventListener("toast", (event) => showToast((event as CustomEvent).detail));

enhance(document.body);
watchConnection();
watchReviewKeys();
