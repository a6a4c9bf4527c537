/** A reporter for `node --test`: one JSON line per skipped test and per count of the final summary. */

const COUNT = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) /;

export default async function* report(events) {
  for await (const { type, data } of events) {
    if (type === 'test:diagnostic' && data.nesting === 0 && COUNT.test(data.message))
      yield line({ count: data.message });
    const ended = type === 'test:pass' || type === 'test:fail';
    if (ended && (data.skip !== undefined || data.todo !== undefined)) yield line(skipped(data));
  }
}

function skipped({ name, skip, todo }) {
  const reason = skip ?? todo;
  return { skipped: name, reason: typeof reason === 'string' && reason !== '' ? reason : 'no reason given' };
}

function line(fact) {
  return `${JSON.stringify(fact)}\n`;
}
