/** The form's XML with the translation marked that fits the page: Web Forms begins with it, and keeps the others to choose. */
export function leadTheLanguage(xml: string, page: string): string {
  const form = new DOMParser().parseFromString(xml, "application/xml");
  const all = [...form.getElementsByTagName("translation")];
  const wanted = all.find((one) => fits(one.getAttribute("lang") ?? "", page));
  if (!wanted) return xml;
  for (const one of all) one.removeAttribute("default");
  wanted.setAttribute("default", "true()");
  return new XMLSerializer().serializeToString(form);
}

/** `中文 (zh)`, `zh-CN` and `Chinese (zh-Hans)` are Chinese, as the code in brackets or the whole name says. */
function fits(name: string, page: string): boolean {
  const code = (/\(([^()]+)\)\s*$/.exec(name)?.[1] ?? name).toLowerCase();
  return code.split(/[-_]/)[0] === page.split("-")[0];
}
