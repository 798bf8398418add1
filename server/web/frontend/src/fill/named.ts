// Controls that Web Forms leaves without a name for who hears the page: numbers, whose label leads to the box around the
// field, the menu of an entry in a list, and the button that takes off what was chosen.
import { isChinese } from "./words";

const UNNAMED = "input[role=spinbutton]:not([aria-labelledby]), .button-menu:not([aria-label]), .clear-button:not([aria-label])";

/** Names what is there and whatever an answer opens later. */
export function nameControls(place: HTMLElement): void {
  new MutationObserver(() => nameAll(place)).observe(place, { childList: true, subtree: true });
  nameAll(place);
}

function nameAll(place: HTMLElement): void {
  for (const control of place.querySelectorAll<HTMLElement>(UNNAMED)) {
    if (control.matches("input")) nameByQuestion(control);
    else control.setAttribute("aria-label", nameOf(control));
  }
}

function nameOf(button: HTMLElement): string {
  if (button.matches(".clear-button")) return isChinese() ? "去掉" : "Remove";
  return isChinese() ? "这一项还能做的" : "More for this entry";
}

function nameByQuestion(input: HTMLElement): void {
  const label = input.closest(".question-container")?.querySelector<HTMLLabelElement>("label[for]");
  if (!label) return;
  label.id ||= `${label.htmlFor}:label`;
  input.setAttribute("aria-labelledby", label.id);
}
