/** A restore that is interrupted leaves nothing, or a database that nobody serves by mistake. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openPrinter } from '../../src/cli/print.ts';
import { restoreCommand } from '../../src/cli/restore.ts';
import { examineData } from '../../src/operations/examine.ts';
import { finishRestore, restore } from '../../src/operations/restore.ts';
import { openOutside } from '../../src/outside.ts';
import { migrations } from '../../src/product.ts';
import { filledTables, tablesOf } from '../../src/store/tables.ts';
import { refuseUnfinished } from '../../src/store/unfinished-restore.ts';
import { readBackUp } from '../../src/system/backup-file.ts';
import { makeBackUp, restoreSettings } from '../harness/back-ups.ts';
import { runCli } from '../harness/cli.ts';
import { eachDatabase } from '../harness/databases.ts';

const fixture = 'test/fixtures/first-release.backup';
const sentence = /was not finished: drop the database/;

await eachDatabase(
  'an interrupted restore',
  (open) => {
    test('while it compares: the database is as empty as before', async () => {
      const database = await open();
      let left = Number.NaN;
      const progress = {
        total: (rows: number) => {
          left = rows / 2;
        },
        add: (rows: number) => {
          left -= rows;
          if (left < 0) throw new Error('interrupted');
        },
      };
      await assert.rejects(
        restore(database, await readBackUp(fixture), { ...restoreSettings, progress }),
        /interrupted/,
      );
      const filled = await filledTables(database, await tablesOf(database));
      // What the migrations themselves put in.
      assert.deepEqual(filled, ['directory_version']);
      await refuseUnfinished(database);
    });

    test('before its end: nobody takes the database for whole', async () => {
      const database = await open();
      const restored = await restore(database, await readBackUp(fixture), restoreSettings);
      await assert.rejects(refuseUnfinished(database), sentence);
      await assert.rejects(makeBackUp(database), sentence);
      await assert.rejects(restore(database, await readBackUp(fixture), restoreSettings), sentence);
      const found = await examineData(database, migrations, Date.now);
      const bad = found.filter(({ state }) => state === 'bad');
      assert.match(bad.map(({ detail }) => detail).join(), /was not finished/);

      assert.equal(await finishRestore(database, restored, restoreSettings), 1);
      await refuseUnfinished(database);
      const { result } = await makeBackUp(database);
      assert.ok(result.tables.every(({ table }) => table !== 'unfinished_restore'));
    });
  },
  { prepared: false },
);

test('a restore that cannot write the files leaves a database on which no server starts', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'passdesk-unfinished-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const outside = { ...openOutside(), writeFiles: () => Promise.reject(new Error('no room for the files')) };
  const print = openPrinter({ out: () => {}, error: () => {}, isTerminal: false }, { json: false, quiet: true });
  const given = { operands: {}, text: () => fixture, texts: () => [], on: () => false };
  const shell = { environment: { DATA_DIR: folder }, print, outside };
  await assert.rejects(restoreCommand.run(given, shell), /no room for the files/);
  const { code, error } = await runCli(['serve', '--port', '0'], { DATA_DIR: folder });
  assert.equal(code, 1);
  assert.match(error, /Passdesk cannot start: a restore or a move into this database was not finished: drop/);
});
