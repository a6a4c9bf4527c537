import { setTimeout as pause } from 'node:timers/promises';
import { type Api, apiFlags, connect } from './api.ts';
import { CliProblem, type Command, exit, type Given, type Shell } from './command.ts';
import type { NewFile } from './outside.ts';

/** A job as the API tells it; what is used of it here. */
interface Job {
  readonly jobId: string;
  readonly state: string;
  readonly problem: string | null;
  readonly rows: number;
  readonly good: number;
  readonly issued: number;
  readonly repeated: number;
  readonly refused: number;
}

const types: Readonly<Record<string, string>> = { csv: 'text/csv', ndjson: 'application/x-ndjson' };
/** Milliseconds between two looks at a job. */
const lookEvery = 300;

export const issueCommand: Command = {
  name: 'issue',
  what: 'Issue many E-passes from a file of rows: checked first, then issued, each row once',
  group: 'passes',
  flags: {
    file: { what: 'rows as CSV or NDJSON; - for standard input', value: 'file' },
    format: { what: 'of the rows; by the end of the name unless given', value: 'format', choices: Object.keys(types) },
    job: { what: 'go on with a job that was sent before, instead of a file', value: 'jobId' },
    'dry-run': { what: 'only tell what each row would come to' },
    'skip-refused': { what: 'issue the good rows although others are refused' },
    result: { what: 'where to write the verdict of every row, as CSV', value: 'file' },
    ...apiFlags,
  },
  settings: ['DATA_DIR'],
  more: `Every row has a reference of its own: the same file sent again, after whatever interruption, issues nothing twice. The
server does the work: if this command is stopped the job goes on, and --job shows it to its end.`,
  examples: [
    ['issue --file passes.csv --dry-run', 'Check a file; nothing is issued.'],
    ['issue --file passes.csv --result passes.result.csv', 'Check it, issue it, and write what became of each row.'],
    ['issue --file passes.ndjson --skip-refused --json', 'Issue what is good.'],
    ['issue --job bulk_0123456789abcdef', 'Go on with a job.'],
  ],
  async run(given, shell) {
    const path = given.text('result');
    // Looked at before any server is asked: a path that cannot be read or written is told now.
    const rows = given.text('job') === null ? await openRows(given, shell) : null;
    const result = path === null ? null : await shell.outside.openNewFile(path);
    try {
      return await issue(given, shell, rows, result);
    } finally {
      await result?.abandon();
    }
  },
};

async function issue(given: Given, shell: Shell, rows: Rows | null, result: NewFile | null): Promise<number> {
  const api = await connect(given, shell, 'people');
  try {
    const checked = rows === null ? await find(api, given) : await send(api, rows, shell);
    const job = await goOn(api, checked, given, shell);
    const problem = result === null ? null : await fill(result, api, job);
    const written = result !== null && problem === null;
    const lines = [lineOf(job), ...(written ? [`The verdict of every row is in ${given.text('result')}.`] : [])];
    // Whatever became of the file: this is what was issued.
    shell.print.result(job, lines);
    if (problem !== null) {
      const again = `passdesk issue --job ${job.jobId} --dry-run --result <file> writes them`;
      throw new CliProblem(`the verdicts could not be written: ${problem.message}; ${again}`);
    }
    return job.refused === 0 && ['done', 'checked'].includes(job.state) ? exit.ok : exit.failed;
  } finally {
    await api.end();
  }
}

/** Writes the verdict of every row; gives what went wrong. */
function fill(result: NewFile, api: Api, job: Job): Promise<Error | null> {
  const written = api.download('downloadBulkResult', paramsOf(job)).then((chunks) => result.fill(chunks));
  return written.then(
    () => null,
    (problem: Error) => problem,
  );
}

const paramsOf = ({ jobId }: Pick<Job, 'jobId'>) => ({ params: { jobId } });

function lineOf({ jobId, state, rows, good, issued, repeated, refused, problem }: Job): string {
  const why = problem === null ? '' : ` (${problem})`;
  return `Job ${jobId} is ${state}${why}: of ${rows} rows ${issued} issued, ${repeated} issued before, ${good} still good, ${refused} refused.`;
}

/** A file of rows, open. */
interface Rows {
  readonly path: string;
  readonly type: string;
  readonly size: number | null;
  readonly body: ReadableStream<Uint8Array>;
}

async function openRows(given: Given, shell: Shell): Promise<Rows> {
  const path = given.text('file');
  if (path === null) throw new CliProblem('--file or --job is missing. See: passdesk issue --help', exit.usage);
  const format = given.text('format') ?? /\.(\w+)$/.exec(path)?.[1] ?? '';
  const type = types[format];
  if (type === undefined) throw new CliProblem('--format is missing: csv or ndjson', exit.usage);
  return { path, type, ...(await shell.outside.openFile(path)) };
}

/** Sends a file to be checked, and waits until every row has its verdict. */
async function send(api: Api, { path, type, size, body }: Rows, shell: Shell): Promise<Job> {
  const bar = shell.print.bar('Sending');
  bar.total(size ?? 0);
  const reading = watched(body, (bytes) => bar.add(bytes));
  try {
    const query = { dryRun: 'true', name: path === '-' ? 'standard input' : path.split('/').at(-1)!.slice(0, 100) };
    const job = (await api.call('uploadBulk', { query, stream: { type, body: reading.body } })) as Job;
    shell.print.note(`Sent as job ${job.jobId}.`);
    return job;
  } catch (problem) {
    const failure = reading.failure();
    if (failure === null) throw problem;
    // What was sent broke off here, and the server is not to blame.
    throw new CliProblem(`${path} cannot be read: ${failure.message}`);
  } finally {
    bar.stop();
  }
}

/** The same stream; tells how much of it was read, and why no more can be. */
function watched(body: ReadableStream<Uint8Array>, tell: (bytes: number) => void) {
  let failure: Error | null = null;
  async function* chunks() {
    try {
      for await (const chunk of body) {
        tell(chunk.length);
        yield chunk;
      }
    } catch (problem) {
      failure = problem as Error;
      throw problem;
    }
  }
  return { body: ReadableStream.from(chunks()) as ReadableStream<Uint8Array>, failure: () => failure as Error | null };
}

async function find(api: Api, given: Given): Promise<Job> {
  return (await api.call('getBulkJob', { params: { jobId: given.text('job')! } })) as Job;
}

/** Takes a job from where it is to its end, as far as it was asked for. */
async function goOn(api: Api, sent: Job, given: Given, shell: Shell): Promise<Job> {
  let job = await watch(api, sent, ['receiving', 'checking'], 'Checking', shell, ({ rows }) => [rows, rows]);
  if (job.state === 'checked' && !given.on('dry-run')) {
    shell.print.note(lineOf(job));
    if (job.refused > 0 && !given.on('skip-refused')) {
      shell.print.note(`Nothing was issued: correct the file, or go on with --job ${job.jobId} --skip-refused.`);
      return job;
    }
    job = (await api.call('startBulkJob', paramsOf(job))) as Job;
  } else if (job.state === 'stopped' && !given.on('dry-run')) {
    job = (await api.call('resumeBulkJob', paramsOf(job))) as Job;
  }
  const all = job.good + job.issued + job.repeated;
  return watch(api, job, ['running'], 'Issuing', shell, ({ issued, repeated }) => [issued + repeated, all]);
}

/** Looks at a job until it has left these states. */
async function watch(
  api: Api,
  start: Job,
  states: readonly string[],
  what: string,
  { print }: Shell,
  progress: (job: Job) => readonly [done: number, all: number],
): Promise<Job> {
  const bar = print.bar(what);
  let job = start;
  let shown = 0;
  try {
    while (states.includes(job.state)) {
      const [done, all] = progress(job);
      bar.total(all);
      bar.add(done - shown);
      shown = done;
      await pause(lookEvery);
      job = (await api.call('getBulkJob', paramsOf(job))) as Job;
    }
    return job;
  } finally {
    bar.stop();
  }
}
