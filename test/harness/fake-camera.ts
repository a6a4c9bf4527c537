/** A film for Chromium's fake camera: codes held before it for a while, with nothing in between. */
import { writeFileSync } from 'node:fs';
import encodeQr from 'qr';

const width = 640;
const height = 480;
export const framesPerSecond = 20;

/** What the camera sees for so many milliseconds: a code, or nothing. */
export interface Shot {
  readonly text: string | null;
  readonly milliseconds: number;
}

/** The flags with which Chromium plays a film, over and over, without asking anybody. */
export function cameraFlags(film: string): string[] {
  return [
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${film}`,
  ];
}

/** Writes the shots as a y4m film. */
export function writeFilm(path: string, shots: readonly Shot[]): void {
  const head = Buffer.from(`YUV4MPEG2 W${width} H${height} F${framesPerSecond}:1 Ip A1:1 C420jpeg\n`);
  const frames = shots.flatMap(({ text, milliseconds }) => {
    const frame = Buffer.concat([Buffer.from('FRAME\n'), text === null ? desk() : codeOnDesk(text)]);
    return Array<Buffer>(Math.round((milliseconds / 1_000) * framesPerSecond)).fill(frame);
  });
  writeFileSync(path, Buffer.concat([head, ...frames]));
}

/** A dim desk, a little lighter to one side; brightness alone, without colour. */
function desk(): Buffer {
  const frame = Buffer.alloc((width * height * 3) / 2, 128);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) frame[y * width + x] = 70 + Math.round((x / width) * 40);
  }
  return frame;
}

/** The screen of a phone with the code, turned by a few degrees as a hand holds it. */
function codeOnDesk(text: string): Buffer {
  const modules = encodeQr(text, 'raw', { border: 4 });
  const frame = desk();
  const size = 330;
  const angle = (7 * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [dx, dy] = [x - width / 2, y - height / 2];
      const row = modules[Math.floor(((dy * cos - dx * sin) / size + 0.5) * modules.length)];
      const dark = row?.[Math.floor(((dx * cos + dy * sin) / size + 0.5) * modules.length)];
      if (dark !== undefined) frame[y * width + x] = dark ? 30 : 225;
    }
  }
  return frame;
}
