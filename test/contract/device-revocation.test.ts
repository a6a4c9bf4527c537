/** A device that is revoked is refused within a second by every process, and its token is known to all as fast. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { dataOf } from '../harness/client.ts';
import { withPostgres } from '../harness/databases.ts';
import { makeDevice, openBearer, sendCode } from '../harness/devices.ts';
import { addClient, useFleet } from '../harness/scene.ts';

const atMost = 1_000;

await withPostgres('devices and two processes', (adminUrl) => {
  const fleet = useFleet(adminUrl, 2);

  /** Asks until the status is this one; gives the milliseconds. Fails on anything but 200 and 401. */
  async function until(status: number, ask: () => Promise<{ status: number; text: string }>): Promise<number> {
    const since = performance.now();
    for (;;) {
      const reply = await ask();
      const took = performance.now() - since;
      if (reply.status === status) return took;
      assert.ok([200, 401].includes(reply.status), reply.text);
      assert.ok(took < 5_000, `not ${status} after 5 s`);
      await pause(10);
    }
  }

  test('paired here and known there, revoked here and refused there, within a second', async (context) => {
    const [here, there] = fleet.products.map(({ baseUrl }) => baseUrl) as [string, string];
    const operator = await addClient(fleet.products[0]!, { scopes: ['operator'] });
    await fleet.products[1]!.world.directory.refresh();
    const slowest = { known: 0, refused: 0 };
    for (let round = 0; round < 5; round += 1) {
      const { deviceId, pairingCode } = await makeDevice(operator);
      const { token } = dataOf(await sendCode(here, pairingCode));
      const device = openBearer(there, token);
      const ask = () => device.get('/v2/devices/current');
      slowest.known = Math.max(slowest.known, await until(200, ask));
      await operator.post(`/v2/devices/${deviceId}/revoke`);
      slowest.refused = Math.max(slowest.refused, await until(401, ask));
      assert.equal((await openBearer(here, token).get('/v2/devices/current')).status, 401, 'here at once');
    }
    context.diagnostic(`slowest: known ${slowest.known.toFixed(0)} ms, refused ${slowest.refused.toFixed(0)} ms`);
    assert.ok(slowest.known <= atMost && slowest.refused <= atMost, JSON.stringify(slowest));
  });
});
