/** A real name server over UDP on this machine, which answers as the test says. */
import { createSocket } from 'node:dgram';

/** Addresses of a name; none at all, `unknown` (NXDOMAIN) or no answer ever. */
type Verdict = readonly string[] | 'unknown' | 'silence';

export interface NameServer {
  /** As `dns.Resolver` takes it. */
  readonly address: string;
  /** Every question, as `A name` or `AAAA name`. */
  readonly questions: string[];
  close(): void;
}

const types: Readonly<Record<number, 'A' | 'AAAA'>> = { 1: 'A', 28: 'AAAA' };

/** Starts a name server that answers with what `verdictOn` says of a name and a type. */
export async function openNameServer(verdictOn: (name: string, type: 'A' | 'AAAA') => Verdict): Promise<NameServer> {
  const socket = createSocket('udp4');
  const questions: string[] = [];
  socket.on('message', (query, from) => {
    const { name, end } = nameIn(query);
    const type = types[query.readUInt16BE(end)];
    if (type === undefined) return;
    questions.push(`${type} ${name}`);
    const verdict = verdictOn(name, type);
    if (verdict !== 'silence') socket.send(answerTo(query, end + 4, type, verdict), from.port, from.address);
  });
  await new Promise<void>((bound) => socket.bind(0, '127.0.0.1', bound));
  return { address: `127.0.0.1:${socket.address().port}`, questions, close: () => socket.close() };
}

/** The name that is asked for, and where it ends. */
function nameIn(query: Buffer): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at]!; length > 0; length = query[at]!) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), end: at + 1 };
}

function answerTo(query: Buffer, questionEnd: number, type: 'A' | 'AAAA', verdict: readonly string[] | 'unknown') {
  const addresses = verdict === 'unknown' ? [] : verdict;
  const head = Buffer.alloc(12);
  query.copy(head, 0, 0, 2);
  head.writeUInt16BE(verdict === 'unknown' ? 0x8183 : 0x8180, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(addresses.length, 6);
  const records = addresses.map((address) => {
    const bytes = type === 'A' ? Buffer.from(address.split('.').map(Number)) : bytesOf6(address);
    const record = Buffer.alloc(12);
    record.writeUInt16BE(0xc00c, 0);
    record.writeUInt16BE(type === 'A' ? 1 : 28, 2);
    record.writeUInt16BE(1, 4);
    record.writeUInt16BE(bytes.length, 10);
    return Buffer.concat([record, bytes]);
  });
  return Buffer.concat([head, query.subarray(12, questionEnd), ...records]);
}

/** Of an address with one `::` at the most. */
function bytesOf6(address: string): Buffer {
  const [left = [], right = []] = address.split('::').map((half) => half.split(':').filter((group) => group !== ''));
  const groups = [...left, ...new Array<string>(8 - left.length - right.length).fill('0'), ...right];
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex');
}
