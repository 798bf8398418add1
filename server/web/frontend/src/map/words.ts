// What MapLibre says by itself, in the language of the page.

export function wordsOf(box: HTMLElement): Record<string, string> {
  return {
    "NavigationControl.ZoomIn": box.dataset.wordCloser ?? "",
    "NavigationControl.ZoomOut": box.dataset.wordFarther ?? "",
    "Map.Title": box.dataset.label ?? "",
    "ScaleControl.Meters": box.dataset.wordMetres ?? "m",
    "ScaleControl.Kilometers": box.dataset.wordKilometres ?? "km",
  };
}
