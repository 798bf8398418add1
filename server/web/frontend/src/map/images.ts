// Pins and the hatch are drawn here, with the shapes of icons.svg: the state is told by shape first, colour last.
import type { Map as MapLibreMap } from "maplibre-gl";
import type { Palette } from "./palette";

const SIZE = 30;
const RATIO = 2;

type Draw = (pen: CanvasRenderingContext2D, colours: Palette) => void;

const PINS: Record<string, Draw> = {
  received: (pen, c) => disc(pen, c.due, c.surface, [[15, 9], [15, 15], [19, 17.5]]),
  edited: (pen, c) => disc(pen, c.due, c.surface, [[10.5, 19.5], [19.5, 10.5]]),
  hasIssues: triangle,
  approved: (pen, c) => ring(pen, c.brand, c.surface, [[[10, 15.4], [13.6, 19], [20, 11.6]]]),
  returned: (pen, c) => ring(pen, c.ink2, c.surface, [[[15, 20.5], [15, 10]], [[10.8, 14], [15, 9.8], [19.2, 14]]], [4.6, 4.04]),
  rejected: (pen, c) => ring(pen, c.ink2, c.surface, [[[11, 11], [19, 19]], [[19, 11], [11, 19]]]),
  estimated: square,
};

export function addImages(map: MapLibreMap, colours: Palette): void {
  for (const [name, draw] of Object.entries(PINS)) put(map, `pin-${name}`, canvas(SIZE, (pen) => draw(pen, colours)));
  put(map, "cluster", canvas(34, (pen) => cluster(pen, colours), 34));
  put(map, "health", canvas(34, (pen) => health(pen, colours), 34));
  put(map, "hatch", canvas(16, (pen) => hatch(pen, colours), 16));
}

function put(map: MapLibreMap, name: string, image: ImageData): void {
  if (map.hasImage(name)) map.updateImage(name, image);
  else map.addImage(name, image, { pixelRatio: RATIO });
}

function canvas(size: number, draw: (pen: CanvasRenderingContext2D) => void, units = SIZE): ImageData {
  const sheet = document.createElement("canvas");
  sheet.width = sheet.height = size * RATIO;
  const pen = sheet.getContext("2d")!;
  pen.scale((size * RATIO) / units, (size * RATIO) / units);
  pen.lineCap = pen.lineJoin = "round";
  draw(pen);
  return pen.getImageData(0, 0, sheet.width, sheet.height);
}

function line(pen: CanvasRenderingContext2D, points: number[][], colour: string, width: number): void {
  pen.beginPath();
  points.forEach(([x, y], index) => (index ? pen.lineTo(x, y) : pen.moveTo(x, y)));
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.stroke();
}

function disc(pen: CanvasRenderingContext2D, fill: string, mark: string, path: number[][]): void {
  pen.beginPath();
  pen.arc(15, 15, 12, 0, 7);
  pen.fillStyle = fill;
  pen.fill();
  pen.strokeStyle = mark;
  pen.lineWidth = 2;
  pen.stroke();
  line(pen, path, mark, 2.4);
}

function ring(pen: CanvasRenderingContext2D, colour: string, ground: string, paths: number[][][], dashes: number[] = []): void {
  pen.beginPath();
  pen.arc(15, 15, 11, 0, 2 * Math.PI);
  pen.fillStyle = ground;
  pen.fill();
  pen.strokeStyle = colour;
  pen.lineWidth = 3;
  pen.lineCap = dashes.length ? "butt" : "round";
  pen.setLineDash(dashes);
  pen.stroke();
  pen.setLineDash([]);
  pen.lineCap = "round";
  for (const path of paths) line(pen, path, colour, 2.8);
}

function triangle(pen: CanvasRenderingContext2D, c: Palette): void {
  pen.beginPath();
  pen.moveTo(15, 3);
  pen.lineTo(28, 26);
  pen.lineTo(2, 26);
  pen.closePath();
  pen.fillStyle = c.amber;
  pen.fill();
  pen.strokeStyle = c.surface;
  pen.lineWidth = 2;
  pen.stroke();
  line(pen, [[15, 11.5], [15, 18]], c.surface, 2.8);
  line(pen, [[15, 22], [15, 22]], c.surface, 3.2);
}

function square(pen: CanvasRenderingContext2D, c: Palette): void {
  pen.fillStyle = c.surface;
  pen.strokeStyle = c.ink;
  pen.lineWidth = 3;
  pen.beginPath();
  pen.rect(6, 6, 18, 18);
  pen.fill();
  pen.stroke();
}

function cluster(pen: CanvasRenderingContext2D, c: Palette): void {
  pen.beginPath();
  pen.arc(17, 17, 15, 0, 7);
  pen.fillStyle = c.surface;
  pen.fill();
  pen.strokeStyle = c.brand;
  pen.lineWidth = 2.5;
  pen.stroke();
}

function health(pen: CanvasRenderingContext2D, c: Palette): void {
  pen.beginPath();
  pen.roundRect(2, 5, 30, 24, 6);
  pen.fillStyle = c.surface;
  pen.fill();
  pen.strokeStyle = c.due;
  pen.lineWidth = 2.5;
  pen.stroke();
}

function hatch(pen: CanvasRenderingContext2D, c: Palette): void {
  pen.fillStyle = c.land;
  pen.fillRect(0, 0, 16, 16);
  for (const offset of [-8, 0, 8, 16]) line(pen, [[offset - 2, 18], [offset + 18, -2]], c.hatch, 1.3);
}
