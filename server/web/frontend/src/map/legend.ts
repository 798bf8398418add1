// What a picture of the map says about itself: the legend below it, and on a flat map its scale and north.
import type { Map as MapLibreMap } from "maplibre-gl";
import { BAND_SIZE, drawBand } from "./bands";
import type { Palette } from "./palette";

const AROUND = 40_075_016.7; // metres of the equator
const LONGEST = 110; // of the screen's pixels: a scale bar

/** Swatches, marks and their words, of the legend that is shown; the marks of pins are not, as there are none. */
export function drawLegend(pen: CanvasRenderingContext2D, colours: Palette, y: number): void {
  pen.textBaseline = "middle";
  const unit = pen.canvas.width * 0.01;
  let x = unit;
  for (const part of document.querySelectorAll<HTMLElement>("[data-legend]:not([hidden]) > span")) {
    const swatch = part.querySelector<HTMLElement>(".swatch");
    const band = [0, 1, 2, 3].find((one) => part.querySelector(`svg.band-${one}`));
    if (!swatch && band === undefined && !part.classList.contains("strong")) continue;
    if (swatch) {
      drawSwatch(pen, swatch, colours, x, y - unit / 2, unit * 2, unit);
      x += unit * 2.4;
    }
    if (band !== undefined) {
      stamp(pen, x, y, unit * 1.2, () => drawBand(pen, band, colours));
      x += unit * 1.5;
    }
    pen.fillStyle = colours.ink;
    const words = (part.textContent ?? "").trim();
    pen.fillText(words, x, y);
    x += pen.measureText(words).width + unit * 1.6;
  }
}

/** A mark of BAND_SIZE units, `size` wide, its middle at the height of the words. */
function stamp(pen: CanvasRenderingContext2D, x: number, y: number, size: number, draw: () => void): void {
  pen.save();
  pen.translate(x, y - size / 2);
  pen.scale(size / BAND_SIZE, size / BAND_SIZE);
  draw();
  pen.restore();
}

function drawSwatch(
  pen: CanvasRenderingContext2D,
  swatch: HTMLElement,
  colours: Palette,
  x: number,
  y: number,
  width: number,
  height: number,
): void {
  pen.save();
  pen.beginPath();
  pen.rect(x, y, width, height);
  pen.clip();
  pen.fillStyle = getComputedStyle(swatch).backgroundColor;
  pen.fillRect(x, y, width, height);
  pen.strokeStyle = colours.hatch;
  pen.lineWidth = height / 8;
  pen.strokeRect(x, y, width, height);
  if (swatch.classList.contains("hatched"))
    for (let at = x - height; at < x + width; at += height / 2) {
      pen.beginPath();
      pen.moveTo(at, y + height);
      pen.lineTo(at + height, y);
      pen.stroke();
    }
  pen.restore();
}

/** A bar of 1, 2 or 5 times a power of ten metres at the middle of the map, in its lower right corner. */
export function drawScale(
  pen: CanvasRenderingContext2D,
  box: HTMLElement,
  map: MapLibreMap,
  ratio: number,
  bottom: number,
  colours: Palette,
): void {
  const metres = roundMetres(metresOfPixel(map) * LONGEST);
  const length = (metres / metresOfPixel(map)) * ratio;
  const [right, unit] = [pen.canvas.width * 0.985, pen.canvas.width * 0.01];
  const low = bottom - unit * 1.2;
  const words = metres < 1000 ? `${metres} ${box.dataset.wordMetres ?? "m"}` : `${metres / 1000} ${box.dataset.wordKilometres ?? "km"}`;
  pen.save();
  pen.fillStyle = colours.surface;
  pen.fillRect(right - length, low - unit * 1.7, length, unit * 1.7);
  pen.strokeStyle = pen.fillStyle = colours.ink;
  pen.lineWidth = unit / 6;
  pen.beginPath();
  pen.moveTo(right - length, low - unit);
  pen.lineTo(right - length, low);
  pen.lineTo(right, low);
  pen.lineTo(right, low - unit);
  pen.stroke();
  pen.textAlign = "center";
  pen.fillText(words, right - length / 2, low - unit * 0.5);
  pen.restore();
}

function metresOfPixel(map: MapLibreMap): number {
  return (AROUND * Math.cos((map.getCenter().lat * Math.PI) / 180)) / (512 * 2 ** map.getZoom());
}

export function roundMetres(most: number): number {
  const ten = 10 ** Math.floor(Math.log10(most));
  return ten * ([5, 2].find((times) => times * ten <= most) ?? 1);
}

/** An arrow up, above the scale. */
export function drawNorth(pen: CanvasRenderingContext2D, bottom: number, colours: Palette): void {
  const unit = pen.canvas.width * 0.01;
  const [x, y] = [pen.canvas.width * 0.975, bottom - unit * 5.4];
  pen.save();
  pen.fillStyle = colours.ink;
  pen.strokeStyle = colours.surface;
  pen.lineWidth = unit / 5;
  pen.beginPath();
  for (const [right, down] of [[0, 0], [0.8, 2.2], [0, 1.6], [-0.8, 2.2]]) pen.lineTo(x + right * unit, y + down * unit);
  pen.closePath();
  pen.stroke();
  pen.fill();
  pen.restore();
}
