// ODK Web Forms as this server may give it out: no outside address, no fonts of its own, styles as a file and as marked
// elements (the page's policy lets no other), and its words in the page's language.
// Each change names the text it expects. An update of Web Forms that says it otherwise stops the build instead of getting by.
import type { Plugin } from "vite";
import { WORDS } from "./src/fill/words.ts";

const STYLES = "virtual:web-forms.css";
const HOME = "/@getodk/web-forms/dist/";

export function webForms(): Plugin {
  let styles = "";
  return {
    name: "web-forms",
    enforce: "pre",
    resolveId: (id) => (id === STYLES ? `\0${STYLES}` : null),
    load: (id) => (id === `\0${STYLES}` ? styles : null),
    transform(code, id) {
      if (!id.includes(HOME)) return null;
      const name = id.slice(id.indexOf(HOME) + HOME.length);
      if (name === "index.js") {
        styles = stylesOf(code);
        return { code: `import "${STYLES}";\n${code.replace(INJECTED, "")}`, map: null };
      }
      if (name.startsWith("index-")) return { code: PATTERN + rewrite(code, ENGINE, WORDS.form), map: null };
      if (name.startsWith("MapBlock-")) return { code: rewrite(code, MAP, WORDS.map), map: null };
      throw new Error(`Web Forms has a part that nobody looked at: ${name}`);
    },
  };
}

const INJECTED = /^\(function\(\)\{"use strict";.*?createTextNode\('(.*?)'\)\),document\.head\.appendChild\(r\)\}\}catch.*?\}\)\(\);$/ms;

/** The style sheet that index.js would put into the page by script, as a file, without its fonts. */
function stylesOf(code: string): string {
  const found = INJECTED.exec(code)?.[1];
  if (!found?.includes("@font-face")) throw new Error("Web Forms' styles are not where they were");
  return found.replaceAll("\\\\", "\\").replace(/@font-face\s*\{[^}]*\}/g, "");
}

const PATTERN = 'import { patternOf as fangshiPattern } from "/src/fill/patterns.ts";\n';

type Change = [from: string | RegExp, to: string];

const MARKED = 'Object.assign(document.createElement("style"), { nonce: globalThis.fangshiNonce })';
const AS_TEXT = (name: string, from: string): string =>
  `let ${name} = ${from}; if (${name}.type === "NODE") ${name} = new StringEvaluation(eA, ${name}.toString());`;
const ENGINE: Change[] = [
  // PrimeVue's own styles: where it makes elements for them, they carry the page's mark.
  [/document\.createElement\("style"\)/g, MARKED],
  [/\|\| aA\.createElement\("style"\)/g, `|| ${MARKED}`],
  // setAttribute("nonce", undefined) would take the mark off again.
  [/nonce: wA\s/g, "nonce: wA || globalThis.fangshiNonce\n"],
  // A day that is read from a list or an answer is a path; JavaRosa takes its text, Web Forms knows only texts and numbers.
  ['const AA = tA.evaluate(eA);\n    switch (AA.type) {\n      case "BOOLEAN":', `${AS_TEXT("AA", "tA.evaluate(eA)")}\n    switch (AA.type) {\n      case "BOOLEAN":`],
  ["const AA = tA.evaluate(eA), nA = evaluateDateTime(eA, AA);", `${AS_TEXT("AA", "tA.evaluate(eA)")} const nA = evaluateDateTime(eA, AA);`],
  // A pattern is written as phones write it.
  ["new RegExp(AA.evaluate(eA).toString()).test(nA)", "fangshiPattern(AA.evaluate(eA).toString()).test(nA)"],
  // Nothing is compiled from text: these two are for programs that Web Forms does not load.
  ["eval(func)", "void func"],
  // Where it names an address inside the form, nobody is helped.
  ["`Failed to load image. File: ${eA.resourceUrl?.href}`", '"Failed to load image."'],
  ["`Failed to load audio. File: ${eA.resourceUrl.href}`", '"Failed to load audio."'],
  ["`Failed to load video. File: ${eA.resourceUrl.href}`", '"Failed to load video."'],
  ["`Media not found. File: ${uA.href}`", '"Media not found."'],
  ["`${QA} questions with errors.`", 'QA + " questions with errors."'],
];
const MAP: Change[] = [
  // No tiles: they would be asked from outside, and would say where somebody lives.
  [/layers: \[new \w+\(\{ source: new \w+\(\) \}\)\]/g, "layers: []"],
  ['"https://tile.openstreetmap.org/{z}/{x}/{y}.png"', '""'],
  ['<a href="https://www.openstreetmap.org/copyright" target="_blank">OpenStreetMap</a>', "OpenStreetMap"],
];

function rewrite(code: string, changes: Change[], words: Record<string, string>): string {
  let found = code;
  for (const [from, to] of changes) found = replaceAll(found, from, to);
  for (const word of Object.keys(words).map((one) => JSON.stringify(one))) found = replaceAll(found, word, `fangshiSay(${word})`);
  return `import { say as fangshiSay } from "/src/fill/words.ts";\n${found}`;
}

function replaceAll(code: string, from: string | RegExp, to: string): string {
  const changed = code.replaceAll(from, to);
  if (changed === code) throw new Error(`Web Forms no longer says ${from}`);
  return changed;
}

