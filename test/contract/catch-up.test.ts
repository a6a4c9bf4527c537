/** A move takes over what changed since its copy, whatever the order in which the origin's rows lie. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { catchUp, readingFrom } from '../../src/operations/catch-up.ts';
import type { Database } from '../../src/store/database.ts';
import { allRows, assertSameRows, makeBackUp, restoreLines } from '../harness/back-ups.ts';
import { dataOf } from '../harness/client.ts';
import { withPostgres } from '../harness/databases.ts';
import { changeRows, readRows, useScene } from '../harness/scene.ts';

await withPostgres('catching up with an origin', (_, open) => {
  const scene = useScene(open);
  let copy: Database;
  let since: string;
  let ePassId: string;
  const link = async () => dataOf(await scene.partner.post('/v2/orders/ePasses/link', { ePassId }));

  before(async () => {
    ({ ePassId } = await scene.partner.issue(1));
    await link();
    const { lines } = await makeBackUp(scene.database);
    copy = await open();
    await restoreLines(copy, lines);
    const [row] = await readRows<{ id: string }>(scene.database, 'select pg_current_xact_id()::text as id');
    since = row!.id;
  });

  test('a link that was revoked and made anew, the new one before the old', async () => {
    dataOf(await scene.operator.post('/v2/orders/ePasses/link/revoke', { ePassId }));
    await link();
    // Now the row of the revoked one lies behind that of the standing one.
    await changeRows(scene.product, 'update pass_links set revoked_by = revoked_by where revoked_at is not null', []);
    const { changed } = await readingFrom(scene.database, (origin) => catchUp(copy, origin, since));
    assert.ok(changed >= 2, String(changed));
    assertSameRows(await allRows(copy), await allRows(scene.database));
  });
});
