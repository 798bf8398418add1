// Finds villages in the table by name, code or pinyin; Enter goes to the first that is found, or asks the server for a household.
import { asTyped, beginsWith, syllablesOf } from "./readings";

export function tieSearch(choose: (button: HTMLButtonElement) => void): void {
  const input = document.querySelector<HTMLInputElement>("[data-find-village]");
  const status = document.querySelector<HTMLElement>("#found-villages");
  if (!input || !status) return;
  const villages = [...document.querySelectorAll<HTMLButtonElement>("button.village")].map((button) => ({
    button,
    name: button.textContent?.trim().toLowerCase() ?? "",
    code: button.dataset.code ?? "",
    syllables: syllablesOf(button.dataset.readings ?? ""),
  }));

  const find = (): HTMLButtonElement[] => {
    const [plain, typed] = [input.value.trim().toLowerCase(), asTyped(input.value)];
    const found = villages.filter(({ button, name, code, syllables }) => {
      const fits = !plain || name.includes(plain) || code.startsWith(plain) || beginsWith(syllables, typed);
      button.closest("tr")!.hidden = !fits;
      return fits;
    });
    const words = found.length ? `${input.dataset.wordFound ?? ""}${found.length}` : (input.dataset.wordNone ?? "");
    status.textContent = plain ? words : "";
    return found.map(({ button }) => button);
  };
  input.addEventListener("input", find);
  input.form?.addEventListener("submit", (event) => {
    const [first] = input.value.trim() ? find() : [];
    if (!first && input.value.trim()) return; // the server knows more: it looks for a household
    event.preventDefault();
    if (first) choose(first);
  });
}
