import encodeQR from 'qr';
import { drawing } from './element.ts';

/** Modules of white around the code; readers need four. */
const margin = 4;

/**
 * Draws the QR code of a pass number: black on its own white square, in dark mode too. Sixteen digits
 * fit the smallest code with the strongest correction, so that its modules are as large as can be and
 * a scratched screen or a crease in the paper does no harm.
 */
export function drawCode(number: string, label: string): SVGSVGElement {
  const rows = encodeQR(number, 'raw', { ecc: 'high', border: margin });
  const path = rows.flatMap((row, y) => runsOf(row).map(([x, length]) => `M${x} ${y}h${length}v1h-${length}z`));
  return drawing(rows.length, path.join(''), {
    class: 'code-drawing',
    role: 'img',
    'aria-label': label,
    // Whole modules: without soft edges, and without hairlines between them.
    'shape-rendering': 'crispEdges',
  });
}

/** Where dark modules begin in a row, and how many follow one another. */
function runsOf(row: readonly boolean[]): [start: number, length: number][] {
  const runs: [number, number][] = [];
  row.forEach((dark, x) => {
    if (!dark) return;
    const last = runs[runs.length - 1];
    if (last !== undefined && last[0] + last[1] === x) last[1] += 1;
    else runs.push([x, 1]);
  });
  return runs;
}
