/** Tokens made by hand, down to each byte, and a way to show them to the product as they are. */
import { createHmac, createSign, type KeyObject } from 'node:crypto';
import { request } from 'node:http';

/** A part of a token: text goes in as it is, anything else as JSON. */
export function part(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}

/** Signs by HMAC, whatever the header says. */
export function signedByHmac(header: unknown, claims: unknown, secret: string | Buffer, hash = 'sha256'): string {
  const input = `${part(header)}.${part(claims)}`;
  return `${input}.${createHmac(hash, secret).update(input).digest('base64url')}`;
}

/** Signs by RSA, whatever the header says. */
export function signedByRsa(header: unknown, claims: unknown, key: KeyObject, hash = 'sha256'): string {
  const input = `${part(header)}.${part(claims)}`;
  return `${input}.${createSign(hash).update(input).sign(key, 'base64url')}`;
}

/** Claims that are good for an hour. */
export function claimsOf(issuer: unknown, more: object = {}): object {
  const now = Math.floor(Date.now() / 1000);
  return { iss: issuer, iat: now, exp: now + 3600, ...more };
}

export interface PlainReply {
  readonly status: number;
  readonly text: string;
  readonly headers: NodeJS.Dict<string | string[]>;
}

interface PlainRequest {
  readonly method?: string;
  readonly headers?: Record<string, string | string[]>;
  readonly body?: string | Buffer;
  /** The address the request comes from, one of 127.0.0.0/8. */
  readonly from?: string;
}

/** Sends a request without any of the corrections that `fetch` makes. */
export function plainRequest(url: string, { method = 'GET', headers, body, from }: PlainRequest = {}) {
  return new Promise<PlainReply>((resolve, reject) => {
    const options = { method, headers, agent: false, ...(from === undefined ? {} : { localAddress: from }) };
    const sent = request(url, options as object, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode!, text, headers: response.headers });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** The request id that every look at a token carries, so that answers can be compared byte for byte. */
export const fixedRequestId = '00000000-0000-4000-8000-000000000015';

/** Shows an Authorization header to a route that any client may use. */
export function showAuthorization(baseUrl: string, authorization: string | string[]): Promise<PlainReply> {
  return plainRequest(`${baseUrl}/v2/resources`, { headers: { authorization, 'x-request-id': fixedRequestId } });
}

/** Shows a token to a route that any client may use. */
export function showToken(baseUrl: string, token: string): Promise<PlainReply> {
  return showAuthorization(baseUrl, `Bearer ${token}`);
}
