// How a Chinese name is typed by its sound, by the rules of geo/pinyin.py; the readings of each character come from there.

/** Of each character of a name what may be typed for it, as the server writes it: "shi qiao cun", "da bao/bu cun". */
export type Syllables = string[][];

export function syllablesOf(readings: string): Syllables {
  return readings ? readings.split(" ").map((options) => options.split("/")) : [];
}

/** What was typed, without case, spaces, marks and tones. */
export function asTyped(text: string): string {
  const apart = text.toLowerCase().replaceAll("ü", "v").normalize("NFKD");
  return [...apart].filter((one) => /[\p{L}\p{N}]/u.test(one)).join("").replace(/([a-z]{2})[1-5]/g, "$1");
}

/** Whether a name begins as typed: of each character its first letter or all of it; the last one may be begun only. */
export function beginsWith(syllables: Syllables, typed: string): boolean {
  let ends = new Set(typed ? [0] : []);
  for (const options of syllables) {
    for (const at of ends) if (options.some((one) => one.startsWith(typed.slice(at)))) return true;
    ends = new Set([...ends].flatMap((at) => options.flatMap(partsOf).filter((part) => typed.startsWith(part, at)).map((part) => at + part.length)));
  }
  return false;
}

function partsOf(reading: string): string[] {
  return [reading.slice(0, 1), ...(/^[zcs]h/.test(reading) ? [reading.slice(0, 2)] : []), reading];
}
