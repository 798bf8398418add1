// The marks of what is overdue: ring, disc, triangle, diamond, as in icons.svg; the shape says it first, colour last.
import type { Palette } from "./palette";

export const BAND_SIZE = 22;

export function bandImage(band: number, colours: Palette): ImageData {
  const sheet = document.createElement("canvas");
  sheet.width = sheet.height = BAND_SIZE * 2;
  const pen = sheet.getContext("2d")!;
  pen.scale(2, 2);
  drawBand(pen, band, colours);
  return pen.getImageData(0, 0, sheet.width, sheet.height);
}

/** In a square of BAND_SIZE units. */
export function drawBand(pen: CanvasRenderingContext2D, band: number, colours: Palette): void {
  pen.lineJoin = "round";
  pen.beginPath();
  outline(pen, band);
  pen.fillStyle = band ? colours.bands[band] : colours.surface;
  pen.strokeStyle = colours.ink;
  pen.lineWidth = 1.8;
  pen.fill();
  pen.stroke();
}

function outline(pen: CanvasRenderingContext2D, band: number): void {
  const middle = BAND_SIZE / 2;
  if (band < 2) {
    pen.arc(middle, middle, band ? 8.5 : 5.5, 0, 7);
    return;
  }
  const corners = band === 2 ? [[11, 2], [20, 19], [2, 19]] : [[11, 1.5], [20.5, 11], [11, 20.5], [1.5, 11]];
  corners.forEach(([x, y], index) => (index ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.closePath();
}
