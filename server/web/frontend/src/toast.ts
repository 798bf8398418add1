import { enhanceToast } from "./enhance";

/** One toast at a time; the words come from the server, already in the person's language. */
export function showToast(said: { text?: string; html?: string }): void {
  document.querySelectorAll("[data-toast]").forEach((old) => old.remove());
  const template = document.querySelector<HTMLTemplateElement>("template#toast-template");
  const toast = template?.content.firstElementChild?.cloneNode(true) as HTMLElement | undefined;
  if (!toast || !said.text) return;
  const words = toast.querySelector("[data-toast-text]");
  if (words) words.textContent = said.text;
  document.body.append(toast);
  enhanceToast(toast);
}
