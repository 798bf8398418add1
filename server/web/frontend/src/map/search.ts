// Finds villages in the table by name, code, or the first letters of their pinyin; Enter goes to the first that is found.

// The first character of each letter in the order of pinyin. The browser knows the order, so no list of readings is kept.
const FIRST_OF: [string, string][] = [
  ["a", "阿"], ["b", "八"], ["c", "嚓"], ["d", "哒"], ["e", "妸"], ["f", "发"], ["g", "旮"], ["h", "哈"], ["j", "讥"],
  ["k", "咔"], ["l", "垃"], ["m", "妈"], ["n", "拏"], ["o", "噢"], ["p", "妑"], ["q", "七"], ["r", "呥"], ["s", "仨"],
  ["t", "他"], ["w", "穵"], ["x", "夕"], ["y", "丫"], ["z", "匝"],
];
const byPinyin = new Intl.Collator("zh-Hans-u-co-pinyin");

/** The letters that a name's pinyin begins with, one a character; what is no Chinese character stays as it is. */
export function initials(name: string): string {
  return [...name].map(initial).join("");
}

function initial(character: string): string {
  if (!/\p{Script=Han}/u.test(character)) return character.toLowerCase();
  const found = FIRST_OF.filter(([, first]) => byPinyin.compare(first, character) <= 0).at(-1);
  return found?.[0] ?? "";
}

export function tieSearch(choose: (button: HTMLButtonElement) => void): void {
  const input = document.querySelector<HTMLInputElement>("[data-find-village]");
  const status = document.querySelector<HTMLElement>("#found-villages");
  if (!input || !status) return;
  const buttons = [...document.querySelectorAll<HTMLButtonElement>("button.village")];
  const texts = buttons.map((one) => {
    const name = one.textContent?.trim() ?? "";
    return [name.toLowerCase(), one.dataset.code ?? "", initials(name)];
  });

  const find = (): HTMLButtonElement[] => {
    const wanted = input.value.trim().toLowerCase();
    const found = buttons.filter((button, index) => {
      const fits = !wanted || texts[index].some((text, kind) => (kind ? text.startsWith(wanted) : text.includes(wanted)));
      button.closest("tr")!.hidden = !fits;
      return fits;
    });
    const words = found.length ? `${input.dataset.wordFound ?? ""}${found.length}` : (input.dataset.wordNone ?? "");
    status.textContent = wanted ? words : "";
    return found;
  };
  input.addEventListener("input", find);
  input.addEventListener("keydown", (event) => {
    const [first] = event.key === "Enter" && input.value.trim() ? find() : [];
    if (first) choose(first);
  });
  document.addEventListener("keydown", (event) => {
    const typing = (event.target as HTMLElement).closest?.("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    input.focus();
  });
}
