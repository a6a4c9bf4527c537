/** Reads codes off pictures as a scanner would: by another library than the one that draws them. */
import { readFileSync } from 'node:fs';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import { packageRoot } from '../../src/system/package-root.ts';

let prepared = false;

function prepare(): void {
  if (prepared) return;
  // Else it would be fetched from a server of somebody else.
  const wasm = new URL('node_modules/zxing-wasm/dist/reader/zxing_reader.wasm', packageRoot());
  prepareZXingModule({ overrides: { wasmBinary: new Uint8Array(readFileSync(wasm)).buffer } });
  prepared = true;
}

/** What the QR codes in a PNG say. */
export async function readCodes(png: Buffer): Promise<string[]> {
  prepare();
  const found = await readBarcodes(new Uint8Array(png), { formats: ['QRCode'], maxNumberOfSymbols: 4 });
  return found.map(({ text }) => text);
}

/** A square as a terminal shows it for two blanks with a background: white 47, or black 40. */
const square = new RegExp(`${String.fromCharCode(27)}\\[(?:\\d+;)?(4[07])m {2}`, 'g');
/** Pixels for a square of a code. */
const size = 4;

/** What the QR code says that a terminal was told to draw. */
export async function readTerminalCode(output: string): Promise<string[]> {
  prepare();
  const rows = output.split(/\r?\n/).map((line) => [...line.matchAll(square)].map(([, colour]) => colour === '40'));
  const drawn = rows.filter((row) => row.length > 10);
  const width = drawn[0]!.length * size;
  const height = drawn.length * size;
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    const row = drawn[Math.floor(pixel / width / size)]!;
    if (row[Math.floor((pixel % width) / size)] === true) data.fill(0, pixel * 4, pixel * 4 + 3);
  }
  const picture = { data, width, height, colorSpace: 'srgb' } as const;
  const found = await readBarcodes(picture, { formats: ['QRCode'] });
  return found.map(({ text }) => text);
}
