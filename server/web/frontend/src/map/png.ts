// A PNG that says how many pixels go to a metre, so that programs print it in the size that it was drawn for (PNG 1.2, 4.2.4.2).

const AFTER_HEADER = 33; // 8 bytes of signature, 25 of IHDR, which comes first

/** The same file with the chunk pHYs behind its header. */
export function withDensity(png: Uint8Array<ArrayBuffer>, dotsPerInch: number): Blob {
  const chunk = new DataView(new ArrayBuffer(21));
  const perMetre = Math.round(dotsPerInch / 0.0254);
  chunk.setUint32(0, 9);
  [..."pHYs"].forEach((letter, index) => chunk.setUint8(4 + index, letter.charCodeAt(0)));
  chunk.setUint32(8, perMetre);
  chunk.setUint32(12, perMetre);
  chunk.setUint8(16, 1); // the unit is the metre
  chunk.setUint32(17, checksum(new Uint8Array(chunk.buffer, 4, 13)));
  return new Blob([png.slice(0, AFTER_HEADER), chunk.buffer, png.slice(AFTER_HEADER)], { type: "image/png" });
}

/** CRC-32 as PNG counts it. */
function checksum(bytes: Uint8Array): number {
  let left = 0xffffffff;
  for (const byte of bytes) {
    left ^= byte;
    for (let bit = 0; bit < 8; bit++) left = left & 1 ? (left >>> 1) ^ 0xedb88320 : left >>> 1;
  }
  return (left ^ 0xffffffff) >>> 0;
}
