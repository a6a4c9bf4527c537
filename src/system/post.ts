import type { LookupAddress } from 'node:dns';
import { type IncomingMessage, request } from 'node:http';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type Allowance, isPublicAddress, plainAddress } from './addresses.ts';
import { type LookUp, openNames } from './names.ts';

/*
 * A POST to an address that a customer has chosen. The name is resolved once, every address it has
 * is judged, the connection goes to those very addresses, and the one it reached is looked at again
 * before a byte is sent. No redirect is followed, no connection is kept, and no proxy is asked.
 */

type Limits = { readonly deadline: number; readonly mostBytes: number };
type Answer = { readonly status: number; readonly text: string; readonly retryAfter: string | null };

/** Why no answer came: `told` to the endpoint's owner, and the whole truth for the operator's log. */
class Failed extends Error {
  readonly told: string;

  constructor(told: string, detail = told) {
    super(detail);
    this.told = told;
  }
}

/** One sentence for all of these: otherwise the owner of an endpoint could map a network by it. */
const notReached = 'the host could not be reached';

/** Of a host that may be reached and was: its owner is helped by knowing why. */
const notSecure = 'no secure connection could be made';
const certificateProblems: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'the certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another host',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is signed by nobody known',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate is signed by nobody known',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'the certificate is signed by nobody known, or its chain is incomplete',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the certificate is signed by nobody known, or its chain is incomplete',
};

/** Makes the function that posts, for the world; tests look names up in their own way. */
export function openPost(allowance: Allowance, lookUp: LookUp = openNames()) {
  return async (url: string, headers: Readonly<Record<string, string>>, body: string, limits: Limits) => {
    const started = performance.now();
    const call = new Call(limits);
    const milliseconds = () => Math.round(performance.now() - started);
    try {
      const target = await call.within(targetOf(url, allowance, lookUp));
      const answer = await call.within(call.send(target, headers, body));
      return { ...answer, milliseconds: milliseconds() };
    } catch (problem) {
      const { told, message } = problem instanceof Failed ? problem : new Failed(notReached, String(problem));
      return { failed: told, detail: message, milliseconds: milliseconds() };
    } finally {
      call.close();
    }
  };
}

interface Target {
  readonly url: URL;
  readonly host: string;
  /** All judged, in plain form. */
  readonly addresses: readonly string[];
}

/** The addresses of a URL's host. Refuses it when a single one may not be connected to. */
async function targetOf(text: string, allowance: Allowance, lookUp: LookUp): Promise<Target> {
  if (!URL.canParse(text)) throw new Failed('the address is no URL');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new Failed('the address is not http or https');
  if (url.username !== '' || url.password !== '') throw new Failed('the address holds credentials');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const found = isIP(host) === 0 ? await addressesOf(host, lookUp) : [host];
  const allowed = isIP(host) === 0 && allowance.allowsHost(host);
  const refused = found.find((address) => !allowed && !isPublicAddress(address) && !allowance.allowsAddress(address));
  if (refused !== undefined) throw new Failed(notReached, `${refused} is not public`);
  return { url, host, addresses: found };
}

async function addressesOf(host: string, lookUp: LookUp): Promise<string[]> {
  const found = await lookUp(host).catch((problem: unknown) => {
    throw new Failed(notReached, String(problem));
  });
  if (found.length === 0) throw new Failed(notReached, 'the name has no address');
  return found.map(({ address }) => address);
}

/** One connection, from the name to the answer, under one deadline. */
class Call {
  readonly #limits: Limits;
  readonly #late: Promise<never>;
  readonly #timer: NodeJS.Timeout;
  readonly #sockets: Socket[] = [];

  constructor(limits: Limits) {
    this.#limits = limits;
    const { promise, reject } = withRejection();
    this.#late = promise;
    const sentence = `no answer within ${limits.deadline / 1000} s`;
    this.#timer = setTimeout(() => reject(new Failed(sentence)), limits.deadline);
  }

  /** Gives what `work` gives, unless the deadline comes first. */
  within<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#late]);
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const socket of this.#sockets) socket.destroy();
  }

  async send(target: Target, headers: Readonly<Record<string, string>>, body: string): Promise<Answer> {
    const socket = await this.#connect(target);
    const { url } = target;
    return new Promise((give, fail) => {
      const sent = request({
        createConnection: () => socket,
        host: target.host,
        port: portOf(url),
        path: `${url.pathname}${url.search}`,
        method: 'POST',
        headers: { ...headers, Host: url.host, 'Content-Length': Buffer.byteLength(body), Connection: 'close' },
        maxHeaderSize: 16_384,
        insecureHTTPParser: false,
      });
      let answered = false;
      sent.on('response', (response) => {
        answered = true;
        this.#read(response).then(give, fail);
      });
      sent.on('error', (problem) =>
        fail(new Failed('the connection broke or the answer is not HTTP', String(problem))),
      );
      // An answer that switches protocols is none; without this the request would never end.
      sent.on('upgrade', () => fail(new Failed('the answer is not HTTP')));
      sent.on('close', () => answered || fail(new Failed('the connection was closed without an answer')));
      sent.end(body);
    });
  }

  async #connect(target: Target): Promise<Socket> {
    const { url, host, addresses } = target;
    const known: LookupAddress[] = addresses.map((address) => ({ address, family: isIP(address) }));
    const lookup: LookupFunction = (_host, options, found) =>
      options.all === true ? found(null, known) : found(null, known[0]!.address, known[0]!.family);
    const socket = this.#keep(connect({ host, port: portOf(url), lookup, autoSelectFamily: true }));
    await opened(socket, 'connect', notReached);
    const reached = plainAddress(socket.remoteAddress ?? '');
    if (!addresses.some((address) => plainAddress(address) === reached)) {
      throw new Failed(notReached, `connected to ${reached}, which was not asked for`);
    }
    if (url.protocol === 'http:') return socket;
    const servername = isIP(host) === 0 ? host.replace(/\.$/, '') : '';
    const secured = this.#keep(
      connectTls({ socket, host, servername, rejectUnauthorized: true, ALPNProtocols: ['http/1.1'] }),
    );
    await opened(secured, 'secureConnect', notSecure);
    return secured;
  }

  #keep<S extends Socket>(socket: S): S {
    this.#sockets.push(socket);
    // Told once by whoever waits; what comes after that is of no interest and must not end the process.
    socket.on('error', () => {});
    return socket;
  }

  async #read(response: IncomingMessage): Promise<Answer> {
    const chunks: Buffer[] = [];
    let size = 0;
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > this.#limits.mostBytes)
          throw new Failed(`the answer is longer than ${this.#limits.mostBytes} bytes`);
        chunks.push(chunk);
      }
    } catch (problem) {
      throw problem instanceof Failed ? problem : new Failed('the answer broke off', String(problem));
    }
    if (!response.complete) throw new Failed('the answer broke off');
    const text = Buffer.concat(chunks).toString('utf8');
    return { status: response.statusCode ?? 0, text, retryAfter: response.headers['retry-after'] ?? null };
  }
}

function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

function opened(socket: Socket, event: 'connect' | 'secureConnect', told: string): Promise<void> {
  return new Promise((done, fail) => {
    socket.once(event, () => done());
    socket.once('error', (problem: NodeJS.ErrnoException) =>
      fail(new Failed(certificateProblems[problem.code ?? ''] ?? told, String(problem))),
    );
    socket.once('close', () => fail(new Failed(told, 'the connection was closed')));
  });
}

/** A promise that only ever fails, and that nobody needs to be waiting for when it does. */
function withRejection(): { promise: Promise<never>; reject: (problem: Error) => void } {
  let reject: (problem: Error) => void = () => {};
  const promise = new Promise<never>((_, fail) => {
    reject = fail;
  });
  promise.catch(() => {});
  return { promise, reject };
}
