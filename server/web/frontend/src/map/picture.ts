// The map on paper and as a picture: numbers by village, marked as internal. No pin of anybody is on either.
import type { Map as MapLibreMap } from "maplibre-gl";
import { drawLegend, drawNorth, drawScale } from "./legend";
import { drawOnPaper, inLight, readPaperPalette } from "./paper";
import { withDensity } from "./png";

const WIDE = 3508; // pixels: DENSITY an inch on A4 that lies, edge to edge
const DENSITY = 300;
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
    const sheet = await draw(box, map);
    if (button.dataset.picture === "png") await save(box, sheet);
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

async function save(box: HTMLElement, sheet: HTMLCanvasElement): Promise<void> {
  const blob = await new Promise<Blob | null>((done) => sheet.toBlob(done, "image/png"));
  if (!blob) throw new Error("The picture is too large for this browser.");
  const address = URL.createObjectURL(withDensity(new Uint8Array(await blob.arrayBuffer()), DENSITY));
  const link = document.createElement("a");
  link.href = address;
  link.download = box.dataset.pictureName ?? "map.png";
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

async function print(sheet: HTMLCanvasElement): Promise<void> {
  const picture = document.querySelector<HTMLImageElement>(".print-map")!;
  picture.src = sheet.toDataURL("image/png");
  picture.hidden = false;
  await picture.decode();
  window.print();
}

/** The map without pins, its legend and foot, and over all of it the mark. */
export async function draw(box: HTMLElement, map: MapLibreMap): Promise<HTMLCanvasElement> {
  const view = map.getCanvas().getBoundingClientRect();
  const [width, height] = [WIDE, Math.round((WIDE * view.height) / view.width)];
  const sheet = document.createElement("canvas");
  sheet.width = width;
  sheet.height = height + Math.round(width * FOOT);
  const pen = sheet.getContext("2d")!;
  const colours = readPaperPalette();
  pen.fillStyle = colours.surface;
  pen.fillRect(0, 0, sheet.width, sheet.height);
  const font = (size: number, weight = 400): string => `${weight} ${Math.round(width * size)}px ${colours.font}`;
  pen.font = font(0.011);
  inLight(() => drawLegend(pen, colours, height + width * 0.014)); // of this moment, as the map: the screen may be changed meanwhile
  pen.fillStyle = colours.ink;
  pen.fillText(footOf(box), width * 0.01, height + width * 0.036);
  await drawOnPaper(map, WIDE / view.width, (canvas) => pen.drawImage(canvas, 0, 0, width, height));
  if (!map.getPitch()) {
    drawScale(pen, box, map, WIDE / view.width, height, colours);
    drawNorth(pen, height, colours);
  }
  const lines = [box.dataset.pictureMark ?? "", box.dataset.pictureWho ?? ""];
  mark(pen, lines, font, colours.ink);
  return sheet;
}

/** What is shown, of which months, and what the page says of where it comes from. */
function footOf(box: HTMLElement): string {
  const view = document.querySelector("[data-map-view][aria-pressed=true]");
  const months = document.querySelector<HTMLElement>("[data-months]:not([hidden])");
  const said = [view, ...(months?.querySelectorAll("output, .month-counted:not([hidden])") ?? [])].map((one) => one?.textContent?.trim());
  return [...said, box.dataset.pictureFoot].filter(Boolean).join(" · ");
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
