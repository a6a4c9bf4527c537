/** Devices of front desks, made and paired as an operator and a device would. */
import { randomInt, randomUUID } from 'node:crypto';
import { clientWith, dataOf, type Reply, type TestClient } from './client.ts';
import { plainRequest } from './forged-tokens.ts';

/** What POST /v2/devices answers. */
export interface MadeDevice {
  readonly deviceId: string;
  readonly pairingCode: string;
  readonly shortCode: string;
  readonly pairingUrl: string;
  readonly expiresAt: string;
}

/** Makes a device for a resource, which waits for its code to be used. */
export async function makeDevice(operator: TestClient, resourceId = 'N00001', name = 'Entrance'): Promise<MadeDevice> {
  return dataOf(await operator.post('/v2/devices', { name, resourceId }));
}

/** Sends a code as a device that is a stranger yet, each from an address of its own: wrong codes are counted by it. */
export async function sendCode(baseUrl: string, pairingCode: string, attemptId: string = randomUUID()): Promise<Reply> {
  const { status, headers, text } = await plainRequest(`${baseUrl}/v2/devices/pair`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ pairingCode, attemptId }),
    from: `127.1.${randomInt(256)}.${randomInt(1, 255)}`,
  });
  return { status, headers: new Headers(headers as Record<string, string>), text, json: JSON.parse(text) };
}

/** A client that shows a token that it did not sign. */
export function openBearer(baseUrl: string, token: string): TestClient {
  return clientWith(baseUrl, token, { authorization: `Bearer ${token}` });
}

/** Makes a device, pairs it, and gives a client with its token. */
export async function pairDevice(baseUrl: string, operator: TestClient, resourceId?: string): Promise<TestClient> {
  const { pairingCode } = await makeDevice(operator, resourceId);
  return openBearer(baseUrl, dataOf(await sendCode(baseUrl, pairingCode)).token);
}
