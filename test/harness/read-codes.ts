/** Reads codes off pictures as a scanner would: by another library than the one that draws them. */
import { readFileSync } from 'node:fs';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import { packageRoot } from '../../src/system/package-root.ts';

let prepared = false;

/** What the QR codes in a PNG say. */
export async function readCodes(png: Buffer): Promise<string[]> {
  if (!prepared) {
    // Else it would be fetched from a server of somebody else.
    const wasm = new URL('node_modules/zxing-wasm/dist/reader/zxing_reader.wasm', packageRoot());
    prepareZXingModule({ overrides: { wasmBinary: new Uint8Array(readFileSync(wasm)).buffer } });
    prepared = true;
  }
  const found = await readBarcodes(new Uint8Array(png), { formats: ['QRCode'], maxNumberOfSymbols: 4 });
  return found.map(({ text }) => text);
}
