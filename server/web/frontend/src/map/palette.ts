// Colours come from the page's custom properties, so that the map follows light, dark and high contrast.

export interface Palette {
  surface: string;
  land: string;
  selected: string;
  border: string;
  hatch: string;
  ink: string;
  ink2: string;
  brand: string;
  brandweak: string;
  due: string;
  amber: string;
  bands: string[];
  font: string;
}

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const value = (name: string) => style.getPropertyValue(name).trim();
  return {
    surface: value("--surface"),
    land: value("--land"),
    selected: value("--land-selected"),
    border: value("--border-village"),
    hatch: value("--hatch"),
    ink: value("--ink"),
    ink2: value("--ink2"),
    brand: value("--brand"),
    brandweak: value("--brandweak"),
    due: value("--due-icon"),
    amber: value("--amber-icon"),
    bands: [0, 1, 2, 3].map((band) => value(`--band-${band}`)),
    font: value("--font"),
  };
}
