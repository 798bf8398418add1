// The map on paper and as a picture: numbers by village, marked as internal. No pin of anybody is on either.
import type { Map as MapLibreMap } from "maplibre-gl";

const OF_HOMES = ["pins", "pin-tiles", "health"]; // sources whose layers are left out
const WIDE = 2400; // pixels: some 220 a inch on A4
const FOOT = 0.045; // of the width: a line below the map, and one for the legend

export function tiePicture(box: HTMLElement, map: MapLibreMap): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-picture]")) {
    button.hidden = false;
    button.addEventListener("click", () => void make(box, map, button));
  }
}

/** The server writes it down first; where it cannot, there is no picture. */
async function make(box: HTMLElement, map: MapLibreMap, button: HTMLButtonElement): Promise<void> {
  const form = document.querySelector<HTMLFormElement>("form[data-picture-noted]")!;
  const told = new FormData(form);
  told.set("as", button.dataset.picture!);
  button.disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body: told });
    if (!answer.ok) throw new Error(`The picture was not noted: ${answer.status}`);
    const sheet = draw(box, map);
    if (button.dataset.picture === "png") save(box, sheet);
    else await print(sheet);
    show(false);
  } catch (reason) {
    console.warn(reason);
    show(true);
  } finally {
    button.disabled = false;
  }
}

function show(failed: boolean): void {
  const line = document.querySelector<HTMLElement>("[data-no-picture]");
  if (line) line.hidden = !failed;
}

function save(box: HTMLElement, sheet: HTMLCanvasElement): void {
  const link = document.createElement("a");
  link.href = sheet.toDataURL("image/png");
  link.download = box.dataset.pictureName ?? "map.png";
  link.click();
}

async function print(sheet: HTMLCanvasElement): Promise<void> {
  const picture = document.querySelector<HTMLImageElement>(".print-map")!;
  picture.src = sheet.toDataURL("image/png");
  picture.hidden = false;
  await picture.decode();
  window.print();
}

/** The map without pins, its legend and foot, and over all of it the mark. */
export function draw(box: HTMLElement, map: MapLibreMap): HTMLCanvasElement {
  const view = map.getCanvas().getBoundingClientRect();
  const [width, height] = [WIDE, Math.round((WIDE * view.height) / view.width)];
  const sheet = document.createElement("canvas");
  sheet.width = width;
  sheet.height = height + Math.round(width * FOOT);
  const pen = sheet.getContext("2d")!;
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  pen.fillStyle = colour("--surface");
  pen.fillRect(0, 0, sheet.width, sheet.height);
  photograph(map, WIDE / view.width, (canvas) => pen.drawImage(canvas, 0, 0, width, height));
  const font = (size: number, weight = 400): string => `${weight} ${Math.round(width * size)}px ${colour("--font")}`;
  drawLegend(pen, font(0.011), colour("--ink"), height + width * 0.014);
  pen.font = font(0.011);
  pen.fillText(box.dataset.pictureFoot ?? "", width * 0.01, height + width * 0.036);
  const lines = [box.dataset.pictureMark ?? "", box.dataset.pictureWho ?? ""];
  mark(pen, lines, font, colour("--ink"));
  return sheet;
}

/** Draws without what is of homes, hands the canvas over in the same moment, and puts everything back. */
function photograph(map: MapLibreMap, ratio: number, take: (canvas: HTMLCanvasElement) => void): void {
  const layers = map.getStyle().layers.filter((layer) => "source" in layer && OF_HOMES.includes(String(layer.source)));
  const hidden = layers.filter((layer) => map.getLayoutProperty(layer.id, "visibility") !== "none");
  const before = map.getPixelRatio();
  for (const layer of hidden) map.setLayoutProperty(layer.id, "visibility", "none");
  map.setPixelRatio(ratio);
  map.redraw();
  take(map.getCanvas());
  map.setPixelRatio(before);
  for (const layer of hidden) map.setLayoutProperty(layer.id, "visibility", "visible");
}

/** Swatches and their words, of the legend that is shown; the marks of pins are not, as there are none. */
function drawLegend(pen: CanvasRenderingContext2D, font: string, ink: string, y: number): void {
  pen.font = font;
  pen.textBaseline = "middle";
  let x = pen.canvas.width * 0.01;
  const unit = pen.canvas.width * 0.01;
  for (const part of document.querySelectorAll<HTMLElement>("[data-legend]:not([hidden]) > span")) {
    const swatch = part.querySelector<HTMLElement>(".swatch");
    if (!swatch && !part.classList.contains("strong")) continue;
    if (swatch) {
      drawSwatch(pen, swatch, x, y - unit / 2, unit * 2, unit);
      x += unit * 2.4;
    }
    pen.fillStyle = ink;
    const words = (part.textContent ?? "").trim();
    pen.fillText(words, x, y);
    x += pen.measureText(words).width + unit * 1.6;
  }
  pen.fillStyle = ink;
}

function drawSwatch(pen: CanvasRenderingContext2D, swatch: HTMLElement, x: number, y: number, width: number, height: number): void {
  const style = getComputedStyle(swatch);
  pen.save();
  pen.beginPath();
  pen.rect(x, y, width, height);
  pen.clip();
  pen.fillStyle = style.backgroundColor;
  pen.fillRect(x, y, width, height);
  pen.strokeStyle = getComputedStyle(document.documentElement).getPropertyValue("--hatch").trim();
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

/** Faintly all over, and plainly in a corner. */
function mark(pen: CanvasRenderingContext2D, lines: string[], font: (size: number, weight?: number) => string, ink: string): void {
  const { width, height } = pen.canvas;
  pen.save();
  pen.fillStyle = ink;
  pen.globalAlpha = 0.09;
  pen.font = font(0.016, 600);
  pen.rotate(-Math.PI / 8);
  const words = lines.join(" · ");
  const step = pen.measureText(words).width + width * 0.06;
  for (let y = 0, row = 0; y < height + width; y += width * 0.075, row++)
    for (let x = -height - (row % 2) * (step / 2); x < width * 1.2; x += step) pen.fillText(words, x, y);
  pen.restore();
  pen.save();
  pen.font = font(0.013, 600);
  pen.textAlign = "right";
  lines.forEach((line, index) => pen.fillText(line, width * 0.99, width * (0.018 + index * 0.018)));
  pen.restore();
}
