// Small helps, asked for by data attributes; the same page works without them.
import { enhanceBulk } from "./bulk";
import { fetchInto } from "./fetching";
import { enhanceSheet } from "./sheet";
import { submitForm } from "./submitting";

export function enhance(root: HTMLElement): void {
  each(root, "[data-submit-on-change]", (field) =>
    field.addEventListener("change", () => {
      // In a phone's sheet several wishes are made before they are sent.
      if (field.dataset.submitOnChange === "desk" && matchMedia(PHONE).matches) return;
      const { form } = field as HTMLSelectElement;
      if (form) submitForm(form);
    }));
  each(root, "[data-hide-with-script]", (button) => (button.hidden = true));
  each(root, "[data-reveal]", enhanceReveal);
  each(root, "[data-fold]", enhanceFold);
  each(root, "[data-sheet]", enhanceSheet);
  each(root, "[data-copy]", enhanceCopy);
  each(root, "[data-print]", (button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
  each(root, "[data-panel-href]", enhancePanelLink);
  each(root, "[data-close-panel]", (link) => link.addEventListener("click", closePanel));
  each(root, "[data-back]", (link) => link.addEventListener("click", goBack));
  each(root, "[data-take-focus]", (block) => block.focus());
  each(root, "[data-toast]", enhanceToast);
  each(root, "form[data-bulk]", enhanceBulk);
  each(root, "form[data-once]", (form) => form.addEventListener("submit", () => sayBusy(form as HTMLFormElement)));
}

function each(root: HTMLElement, selector: string, act: (element: HTMLElement) => void): void {
  if (root.matches(selector)) act(root);
  root.querySelectorAll<HTMLElement>(selector).forEach(act);
}

function enhanceReveal(button: HTMLElement): void {
  const box = document.getElementById(button.dataset.reveal ?? "") as HTMLInputElement | null;
  const word = button.querySelector("span");
  if (!box || !word) return;
  const show = word.textContent ?? "";
  button.hidden = false;
  button.addEventListener("click", () => {
    const hidden = box.type === "password";
    box.type = hidden ? "text" : "password";
    word.textContent = hidden ? (button.dataset.wordHide ?? show) : show;
    button.setAttribute("aria-pressed", String(hidden));
    box.focus();
  });
}

/** On a phone what narrows a list opens below its button, and is open while it narrows; without script it always is. */
function enhanceFold(button: HTMLElement): void {
  const folded = document.getElementById(button.dataset.fold ?? "");
  if (!folded) return;
  const open = (is: boolean): void => {
    button.setAttribute("aria-expanded", String(is));
    folded.classList.toggle("folded", !is);
  };
  button.hidden = false;
  open(button.getAttribute("aria-expanded") === "true");
  button.addEventListener("click", () => open(button.getAttribute("aria-expanded") !== "true"));
}

function enhanceCopy(button: HTMLElement): void {
  if (!navigator.clipboard) return; // plain http: the text can still be selected by hand
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copy ?? "")?.textContent ?? "";
    await navigator.clipboard.writeText(text.trim());
    button.textContent = button.dataset.wordDone ?? button.textContent;
  });
}

const DESK = "(min-width: 1024px)";
const PHONE = "(max-width: 599px)";

/** On a desk a record opens beside the list; on a narrow screen the link leads to its own page. */
function enhancePanelLink(link: HTMLElement): void {
  link.addEventListener("click", (event) => {
    const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
    const panel = document.getElementById("panel");
    if (!plain || !panel || !matchMedia(DESK).matches) return;
    event.preventDefault();
    document.querySelectorAll("[data-record]").forEach((row) => row.setAttribute("aria-selected", "false"));
    link.closest("[data-record]")?.setAttribute("aria-selected", "true");
    void fetchInto(panel, link.dataset.panelHref!);
  });
}

/** Gives the place beside the list or the map back, and the focus to where the person was. */
function closePanel(event: Event): void {
  const panel = document.getElementById("panel");
  if (!panel) return;
  event.preventDefault();
  panel.replaceChildren();
  document.getElementById("map-side")?.classList.remove("has-panel");
  const chosen = document.querySelector<HTMLElement>("[data-record][aria-selected=true] a.title, .maplibregl-canvas");
  chosen?.focus();
}

function goBack(event: Event): void {
  if (history.length > 1 && document.referrer.startsWith(location.origin)) {
    event.preventDefault();
    history.back();
  }
}

const TOAST_MS = 10_000;

/** A toast goes after ten seconds; hovering or focusing it stops the clock. */
export function enhanceToast(toast: HTMLElement): void {
  const close = toast.querySelector<HTMLElement>("[data-close-toast]");
  if (close) close.hidden = false;
  let timer = window.setTimeout(() => toast.remove(), TOAST_MS);
  const pause = () => window.clearTimeout(timer);
  const resume = () => {
    pause();
    if (!toast.matches(":hover, :focus-within")) timer = window.setTimeout(() => toast.remove(), TOAST_MS);
  };
  toast.addEventListener("mouseenter", pause);
  toast.addEventListener("mouseleave", resume);
  toast.addEventListener("focusin", pause);
  toast.addEventListener("focusout", () => window.setTimeout(resume));
  close?.addEventListener("click", () => toast.remove());
}

/** Uploads and conversions take seconds: the button says so and is not pressed twice. */
function sayBusy(form: HTMLFormElement): void {
  const button = form.querySelector<HTMLButtonElement>("button.primary");
  const word = button?.dataset.wordBusy;
  if (!button || !word) return;
  window.setTimeout(() => {
    button.disabled = true;
    button.textContent = word;
  });
}
