/** A reporter for `node --test`: a JSON line per skipped test, failed test, test file and count of the final summary. */
import { relative } from 'node:path';

const COUNT = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) /;

export default async function* report(events) {
  for await (const { type, data } of events) {
    if (type === 'test:diagnostic' && data.nesting === 0 && COUNT.test(data.message))
      yield line({ count: data.message });
    if (type === 'test:fail' && data.details.error?.failureType !== 'subtestsFailed')
      yield line({ failed: data.name, file: fileOf(data) });
    const ended = type === 'test:pass' || type === 'test:fail';
    if (ended && (data.skip !== undefined || data.todo !== undefined)) yield line(skipped(data));
  }
}

function fileOf({ file }) {
  return file ? relative(process.cwd(), file).replace(/^dist\/test\//, '') : '';
}

function skipped({ name, skip, todo }) {
  const reason = skip ?? todo;
  return { skipped: name, reason: typeof reason === 'string' && reason !== '' ? reason : 'no reason given' };
}

function line(fact) {
  return `${JSON.stringify(fact)}\n`;
}
