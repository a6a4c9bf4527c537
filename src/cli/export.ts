import { parseInstant } from '../domain/instant.ts';
import {
  type ExportFormat,
  type ExportKind,
  exportAll,
  exportFormats,
  exportKinds,
  exportText,
} from '../operations/export.ts';
import { CliProblem, type Command, exit, type Given } from './command.ts';

export const exportCommand: Command = {
  name: 'export',
  what: 'Write all passes, usages or lines of history, as of one instant, as NDJSON or CSV',
  group: 'data',
  operands: [{ name: 'what', what: exportKinds.join(', ') }],
  flags: {
    format: { what: 'ndjson unless given', value: 'format', choices: exportFormats },
    program: { what: 'of one programme alone', value: 'programId' },
    from: { what: 'issued, or happened, at or after', value: 'instant' },
    to: { what: 'issued, or happened, before', value: 'instant' },
  },
  settings: ['DATA_DIR', 'DATABASE_URL'],
  more: `Reads the database itself, of every programme: it is the operator's. Of a running embedded server it reads a copy made at
this moment. Fields are named as in the API; CSV is safe to open in a spreadsheet.`,
  examples: [
    ['export passes > passes.ndjson', 'Every pass with its state now.'],
    [
      'export usages --format csv --from 2026-11-01T00:00:00Z --to 2026-12-01T00:00:00Z > november.csv',
      "A month's uses and give-backs.",
    ],
    ['export entries --program LIVE | gzip > history.ndjson.gz', 'The whole history of a programme.'],
  ],
  async run(given, { environment, outside, print }) {
    const kind = kindOf(given.operands.what!);
    const format = (given.text('format') ?? 'ndjson') as ExportFormat;
    const filter = { programId: programOf(given), from: instantOf(given, 'from'), to: instantOf(given, 'to') };
    // Lines that run over a terminal show by themselves how far it is.
    const bar = print.isWatched && !process.stdout.isTTY ? print.bar('Exporting') : null;
    const data = await outside.openData(environment);
    try {
      let first = true;
      const count = await exportAll(
        data.database,
        kind,
        filter,
        Date.now(),
        async (lines) => {
          await print.write(exportText(lines, format, first));
          first = false;
        },
        bar,
      );
      bar?.stop();
      print.note(`${count} ${kind} exported`);
    } finally {
      bar?.stop();
      await data.close();
    }
    return exit.ok;
  },
};

function kindOf(text: string): ExportKind {
  const known = exportKinds.find((kind) => kind === text);
  if (known === undefined) throw new CliProblem(`"${text}" cannot be exported: ${exportKinds.join(', ')}`, exit.usage);
  return known;
}

function programOf(given: Given): string | null {
  const text = given.text('program');
  if (text === null || /^[A-Za-z0-9_-]{1,32}$/.test(text)) return text;
  throw new CliProblem('--program is no id of a programme', exit.usage);
}

function instantOf(given: Given, flag: 'from' | 'to'): number | null {
  const text = given.text(flag);
  if (text === null) return null;
  const instant = parseInstant(text);
  if (instant === null) throw new CliProblem(`--${flag} must be an instant such as 2026-11-01T00:00:00Z`, exit.usage);
  return instant;
}
