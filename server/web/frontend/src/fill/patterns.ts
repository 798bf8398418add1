/**
 * A pattern as phones read it. They are Java and write a character by its number as `\x{20000}`; a browser writes
 * `\u{20000}`, and only where it is told to count by characters.
 */
export function patternOf(text: string): RegExp {
  const written = text.replace(NUMBERED, "\\u{$1}");
  return new RegExp(written, written === text ? "" : "u");
}

const NUMBERED = /\\x\{([0-9a-f]+)\}/gi;
