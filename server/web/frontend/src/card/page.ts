// The page of a service card: it works without any of this.
import { coverWhenIdle } from "../mask";

// The QR code carries the card's code behind the #, which browsers send to nobody; it leaves the address at once.
const code = decodeURIComponent(location.hash.slice(1)).slice(0, 40);
const field = document.querySelector<HTMLInputElement>("input[name=code]");
if (location.hash) history.replaceState(null, "", location.pathname);
if (field && code) {
  field.value = code;
  document.querySelector<HTMLInputElement>("input[name=pin]")?.focus();
}

// A browser that kept the page for its back button asks the server anew, which knows whether it is still open.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
addEventListener("pagehide", () => document.querySelectorAll("input").forEach((one) => (one.value = one.defaultValue)));

coverWhenIdle();
