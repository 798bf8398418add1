// The blank base: villages only. No country or county line is drawn that the town did not give us.
import type { ExpressionSpecification, LayerSpecification, StyleSpecification } from "maplibre-gl";
import type { Palette } from "./palette";

export const NOTHING = { type: "FeatureCollection" as const, features: [] };

export function blankStyle(colours: Palette): StyleSpecification {
  return {
    version: 8,
    sources: {
      villages: { type: "geojson", data: NOTHING, promoteId: "code" },
      names: { type: "geojson", data: NOTHING },
      pins: { type: "geojson", data: NOTHING },
      health: { type: "geojson", data: NOTHING },
    },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": colours.surface } },
      ...villageLayers(colours),
      ...healthLayers(colours),
      ...pinLayers(colours),
    ],
  };
}

/** The village's name, and below it a number or a band. */
export function nameWith(number: ExpressionSpecification | string): ExpressionSpecification {
  return ["format", ["get", "name"], { "font-scale": 1 }, "\n", {}, number, { "font-scale": 0.85 }];
}

function villageLayers(c: Palette): LayerSpecification[] {
  return [
    {
      id: "village-fill",
      type: "fill",
      source: "villages",
      paint: { "fill-color": ["case", ["boolean", ["feature-state", "selected"], false], c.selected, c.land] },
    },
    {
      id: "village-hatch",
      type: "fill",
      source: "villages",
      filter: ["==", ["get", "suppressed"], true],
      paint: { "fill-pattern": "hatch" },
    },
    {
      id: "overdue-fill",
      type: "fill",
      source: "villages",
      layout: { visibility: "none" },
      filter: ["all", ["has", "overdue"], ["!=", ["get", "overdue"], "hidden"]],
      paint: {
        "fill-color": ["match", ["get", "overdue"], "1-4", c.bands[1], "5-9", c.bands[2], "10+", c.bands[3], c.bands[0]],
      },
    },
    {
      id: "overdue-hatch",
      type: "fill",
      source: "villages",
      layout: { visibility: "none" },
      filter: ["==", ["get", "overdue"], "hidden"],
      paint: { "fill-pattern": "hatch" },
    },
    { id: "village-line", type: "line", source: "villages", paint: { "line-color": c.border, "line-width": 1.3 } },
    {
      id: "village-selected",
      type: "line",
      source: "villages",
      paint: {
        "line-color": c.brand,
        "line-width": ["case", ["boolean", ["feature-state", "selected"], false], 3.5, 0],
      },
    },
    {
      id: "village-name",
      type: "symbol",
      source: "names",
      layout: {
        "text-field": nameWith(["get", "count_text"]),
        "text-size": 15,
        "text-font": ["Noto Sans CJK SC Bold"],
        "text-line-height": 1.25,
        "text-padding": 1,
        "text-max-width": 12,
        // Pins are placed first; a name steps aside for them where it can, and is never left out.
        "text-variable-anchor-offset": [
          "center", [0, 0], "top", [0, 0.4], "bottom", [0, -0.4], "top", [0, 1.1], "bottom", [0, -1.1],
          "left", [1.2, 0], "right", [-1.2, 0], "top", [0, 2], "bottom", [0, -2],
          "left", [2.2, 0], "right", [-2.2, 0], "top", [0, 3], "bottom", [0, -3],
        ],
        "text-overlap": "always",
      },
      paint: { "text-color": c.ink, "text-halo-color": c.surface, "text-halo-width": 2 },
    },
  ];
}

/** One mark a village, at its name: no place of anybody. */
function healthLayers(c: Palette): LayerSpecification[] {
  return [
    {
      id: "health",
      type: "symbol",
      source: "health",
      layout: {
        "icon-image": "health",
        "icon-offset": [0, -17], // above the name's own place: side by side they do not fit on a phone
        "icon-overlap": "always",
        "icon-padding": 0,
        "text-field": ["get", "count_text"],
        "text-offset": [0, -1.3],
        "text-size": 13,
        "text-font": ["Noto Sans CJK SC Bold"],
        "text-overlap": "always",
        "text-padding": 0,
      },
      paint: { "text-color": c.ink },
    },
  ];
}

function pinLayers(c: Palette): LayerSpecification[] {
  const alone: ["!=", ["get", string], boolean] = ["!=", ["get", "cluster"], true];
  return [
    {
      id: "pin-halo",
      type: "circle",
      source: "pins",
      minzoom: 13,
      filter: ["all", alone, [">", ["coalesce", ["get", "accuracy"], 0], 0]],
      paint: {
        "circle-color": c.due,
        "circle-opacity": 0.14,
        "circle-stroke-color": c.due,
        "circle-stroke-opacity": 0.5,
        "circle-stroke-width": 1,
        "circle-pitch-alignment": "map",
        // accuracy in metres to pixels: doubles with each zoom; `unit` is pixels a metre at zoom 20 (data.ts).
        "circle-radius": [
          "interpolate", ["exponential", 2], ["zoom"],
          10, ["*", ["get", "accuracy"], ["/", ["get", "unit"], 1024]],
          20, ["*", ["get", "accuracy"], ["get", "unit"]],
        ],
      },
    },
    {
      id: "cluster",
      type: "symbol",
      source: "pins",
      filter: ["==", ["get", "cluster"], true],
      layout: {
        "icon-image": "cluster",
        "icon-overlap": "always",
        "icon-padding": 0,
        "text-field": ["to-string", ["get", "count_text"]],
        "text-size": 13,
        "text-font": ["Noto Sans CJK SC Bold"],
        "text-overlap": "always",
        "text-padding": 0,
      },
      paint: { "text-color": c.ink },
    },
    {
      id: "pin",
      type: "symbol",
      source: "pins",
      filter: alone,
      layout: {
        "icon-image": ["concat", "pin-", ["get", "shape"]],
        "icon-size": ["interpolate", ["linear"], ["zoom"], 10, 0.62, 15, 0.95],
        "icon-overlap": "always",
        "icon-padding": 0,
      },
    },
  ];
}
