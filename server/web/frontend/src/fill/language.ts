/**
 * The form's XML as Web Forms reads it best: it begins in the page's language and bears its title in it, what is meant to be
 * bold is bold, and what only looks like a list is none. `title` is "" for a form that has one title for all languages.
 */
export function fitToPage(xml: string, page: string, title: string): string {
  const form = new DOMParser().parseFromString(xml, "application/xml");
  const translations = [...form.getElementsByTagName("translation")];
  leadTheLanguage(translations, page);
  nameTheLanguages(translations);
  const head = form.getElementsByTagNameNS(XHTML, "title")[0];
  if (head && title) head.textContent = title;
  for (const element of form.querySelectorAll("value, label, hint")) {
    for (const part of element.childNodes) if (part.nodeType === Node.TEXT_NODE) part.nodeValue = setOff(spell(part.nodeValue ?? ""));
  }
  return new XMLSerializer().serializeToString(form);
}

/** Web Forms takes the translation that is marked first, and keeps the others to choose. */
function leadTheLanguage(all: Element[], page: string): void {
  const wanted = all.find((one) => fits(one.getAttribute("lang") ?? "", page));
  if (!wanted) return;
  for (const one of all) one.removeAttribute("default");
  wanted.setAttribute("default", "true()");
}

/** `中文 (zh)` is chosen from a list as 中文: the code tells a person nothing. */
function nameTheLanguages(all: Element[]): void {
  const names = all.map((one) => (one.getAttribute("lang") ?? "").replace(/\s*\([A-Za-z-]+\)$/, ""));
  if (new Set(names).size < all.length || names.includes("")) return;
  all.forEach((one, number) => one.setAttribute("lang", names[number]));
}

/** `中文 (zh)`, `zh-CN` and `Chinese (zh-Hans)` are Chinese, as the code in brackets or the whole name says. */
function fits(name: string, page: string): boolean {
  const code = (/\(([^()]+)\)\s*$/.exec(name)?.[1] ?? name).toLowerCase();
  return code.split(/[-_]/)[0] === page.split("-")[0];
}

/** An answer that reads `+` is a plus, as on the phone; Markdown makes an empty list of it. */
function spell(text: string): string {
  return text.replace(/^(\s*)([+*-])(?=\s*$)/, "$1\\$2");
}

/**
 * `**要紧。**然后`: marks of bold between a full stop and a letter are none in Markdown, which looks for a blank there; the
 * phone app takes them. A hair of space is such a blank.
 */
function setOff(text: string): string {
  return text.replace(/\*\*(\S(?:[^*]*\S)?)\*\*/gu, (bold: string, inner: string, at: number) => {
    const before = LETTER_LAST.test(text.slice(0, at)) && /^\p{P}/u.test(inner) ? HAIR : "";
    const after = /\p{P}$/u.test(inner) && LETTER_FIRST.test(text.slice(at + bold.length)) ? HAIR : "";
    return before + bold + after;
  });
}

const XHTML = "http://www.w3.org/1999/xhtml";
const HAIR = "\u200a";
const LETTER_LAST = /[\p{L}\p{N}]$/u;
const LETTER_FIRST = /^[\p{L}\p{N}]/u;
