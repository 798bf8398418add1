// What a press brings into a place of the page. Into one place the newest press goes before an older one, and no place waits for
// another: without an element of its own htmx sends one request after the other, and forgets those in between.

/** Done when this place has its content, or a newer press has taken its turn. */
export function fetchInto(target: HTMLElement, path: string): Promise<void> {
  target.setAttribute("hx-sync", "this:replace");
  return window.htmx.ajax("get", path, { source: target, target, swap: "innerHTML" });
}
