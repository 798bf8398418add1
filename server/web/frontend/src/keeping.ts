// What somebody took long to write is not lost to a session that ended or a server that is away: before such a form
// leaves its page, the page asks. What is sent within a minute of opening is sent at once.
import { isOffline, showOffline } from "./connection";
import { askServer, type SignedIn } from "./server";
import { isButtonKnown, submitForm } from "./submitting";

const LONG_MS = 60_000;
const TYPED = "input:not([type=hidden]), textarea, select";
const asking = new WeakSet<HTMLFormElement>();
const asked = new WeakSet<HTMLFormElement>();

export function keepWhatIsTyped(): void {
  document.addEventListener("submit", askFirst, { capture: true });
  document.body.addEventListener("htmx:beforeSwap", keepFragment);
}

function askFirst(event: SubmitEvent): void {
  const form = event.target as HTMLFormElement;
  if (asked.delete(form) || isOffline() || form.getAttribute("method") !== "post" || form.hasAttribute("hx-post")) return;
  if (performance.now() < LONG_MS || !isWrittenIn(form) || !isButtonKnown(event)) return;
  event.preventDefault();
  event.stopPropagation();
  if (asking.has(form)) return; // pressed twice: it is sent once
  asking.add(form);
  void askServer().then((found) => {
    asking.delete(form);
    if (!found) {
      showOffline(true);
      say(form, "kept-no-server");
    } else if (isSomebodyElse(found)) {
      say(form, "kept-signed-out");
    } else {
      renewTokens(found.csrf);
      asked.add(form);
      submitForm(form, event.submitter);
    }
  });
}

/** A fragment's form stays as it is, too, when nobody is signed in any more or the server cannot take it. */
function keepFragment(event: Event): void {
  const detail = (event as CustomEvent).detail as {
    xhr: XMLHttpRequest;
    requestConfig: { elt: Element };
    shouldSwap: boolean;
  };
  const form = detail.requestConfig.elt.closest("form");
  if (!form || (detail.xhr.status !== 401 && detail.xhr.status < 500)) return;
  detail.shouldSwap = false;
  say(form, detail.xhr.status === 401 ? "kept-signed-out" : "kept-no-server");
}

function isWrittenIn(form: HTMLFormElement): boolean {
  return [...form.querySelectorAll<HTMLElement>(TYPED)].some((field) => {
    if (field instanceof HTMLSelectElement)
      return [...field.options].some((one) => one.selected !== one.defaultSelected) && field.selectedIndex > 0;
    const box = field as HTMLInputElement;
    return box.value !== box.defaultValue || box.checked !== box.defaultChecked;
  });
}

function isSomebodyElse(found: SignedIn): boolean {
  const opened = document.querySelector<HTMLElement>("[data-actor]")?.dataset.actor ?? "";
  return opened !== "" && opened !== String(found.actor ?? "");
}

/** After signing in again in another window the forms of this page belong to the new session. */
function renewTokens(csrf: string): void {
  document.querySelectorAll<HTMLInputElement>("input[name=__csrf]").forEach((field) => (field.value = csrf));
}

/** A sentence on top of the form, with the focus on it; that of a second try takes its place. */
function say(form: HTMLFormElement, id: string): void {
  const words = document.getElementById(id) as HTMLTemplateElement | null;
  if (!words) return;
  document.querySelectorAll("[data-kept]").forEach((old) => old.remove());
  form.prepend(words.content.cloneNode(true));
  form.querySelector<HTMLElement>("[data-kept]")?.focus();
}
