// Finds villages in the table by name, code or pinyin; Enter goes to the first that is found, or asks the server for a household.
import { asTyped, beginsWith, syllablesOf } from "./readings";

interface Also {
  names: [string, string][];
  codes: string[];
}

/** A village by all its names and codes: its own first, then what it is also called and what was merged into it. */
function calledAs(button: HTMLButtonElement) {
  const also: Also = JSON.parse(button.dataset.also ?? '{"names":[],"codes":[]}');
  const names: [string, string][] = [[button.textContent ?? "", button.dataset.readings ?? ""], ...also.names];
  return {
    button,
    names: names.map(([name, readings]) => ({ name: name.trim().toLowerCase(), syllables: syllablesOf(readings) })),
    codes: [button.dataset.code ?? "", ...also.codes].map((code) => code.toLowerCase()),
  };
}

export function tieSearch(choose: (button: HTMLButtonElement) => void): void {
  const input = document.querySelector<HTMLInputElement>("[data-find-village]");
  const status = document.querySelector<HTMLElement>("#found-villages");
  if (!input || !status) return;
  const villages = [...document.querySelectorAll<HTMLButtonElement>("button.village")].map(calledAs);

  const find = (): HTMLButtonElement[] => {
    const [plain, typed] = [input.value.trim().toLowerCase(), asTyped(input.value)];
    const found = villages.filter(({ button, names, codes }) => {
      const named = names.some(({ name, syllables }) => name.includes(plain) || beginsWith(syllables, typed));
      const fits = !plain || named || codes.some((code) => code.startsWith(plain));
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
