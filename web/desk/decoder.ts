import wasm from 'zxing-wasm/reader/zxing_reader.wasm?url';

/** Finds the text of a QR code in a picture, or null. */
export type Decode = (image: ImageData) => Promise<string | null>;

interface NativeDetector {
  detect(image: ImageData): Promise<readonly { readonly rawValue: string }[]>;
}
interface NativeDetectorClass {
  new (options: { readonly formats: readonly string[] }): NativeDetector;
  getSupportedFormats(): Promise<readonly string[]>;
}

/** The browser's own reader where there is one, or ours: a WebAssembly module that this server serves. */
export async function openDecoder(): Promise<Decode> {
  return (await ofBrowser()) ?? (await ofOurs());
}

async function ofBrowser(): Promise<Decode | null> {
  const { BarcodeDetector } = globalThis as { BarcodeDetector?: NativeDetectorClass };
  if (BarcodeDetector === undefined) return null;
  const formats = await BarcodeDetector.getSupportedFormats().catch((): string[] => []);
  if (!formats.includes('qr_code')) return null;
  const detector = new BarcodeDetector({ formats: ['qr_code'] });
  return async (image) => (await detector.detect(image))[0]?.rawValue ?? null;
}

async function ofOurs(): Promise<Decode> {
  const { prepareZXingModule, readBarcodes } = await import('zxing-wasm/reader');
  await prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true });
  const options = { formats: ['QRCode' as const], maxNumberOfSymbols: 1, tryDownscale: false };
  return async (image) => {
    const [found] = await readBarcodes(image, options);
    return found?.isValid === true ? found.text : null;
  };
}
