/** Nobody but its owner opens an embedded database: what others leave there keeps the service from starting. */
import assert from 'node:assert/strict';
import { chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { examine } from '../../src/examine.ts';
import { openOutside } from '../../src/outside.ts';
import { FolderOfAnother, refuseFolderOfAnother } from '../../src/system/folder-owner.ts';

const own = process.getuid?.() ?? null;
const others = 54_321;

describe('a data folder of another user', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'passdesk-owner-'));
    mkdirSync(join(folder, 'postgres'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  test('only its owner is let in, and the refusal says who that is', { skip: own === null }, async () => {
    await refuseFolderOfAnother(folder);
    await refuseFolderOfAnother(folder, null);
    await refuseFolderOfAnother(join(folder, 'not-there'), others);
    await assert.rejects(refuseFolderOfAnother(folder, others), (problem: Error) => {
      assert.ok(problem instanceof FolderOfAnother);
      assert.match(problem.message, /belongs to .+; run this as its owner: sudo -u \S+ passdesk/);
      return true;
    });
    rmSync(join(folder, 'postgres'), { recursive: true });
    await assert.rejects(refuseFolderOfAnother(folder, others), FolderOfAnother, 'an empty one');
  });

  describe('for root', { skip: own === 0 ? false : 'only root may give a folder away' }, () => {
    const environment = () => ({ DATA_DIR: folder });
    const untouched = () => assert.deepEqual(readdirSync(folder, { recursive: true }), ['postgres']);
    beforeEach(() => {
      for (const path of [folder, join(folder, 'postgres')]) chownSync(path, others, others);
    });

    test('what reads, what changes and what restores refuses, and leaves nothing there', async () => {
      const outside = openOutside();
      for (const open of [outside.openData, outside.openOwn, outside.openEmpty]) {
        await assert.rejects(
          open(environment()),
          new RegExp(`belongs to user ${others}.*sudo -u '#${others}' passdesk`),
        );
        untouched();
      }
    });

    test('the doctor says whose it is, and opens nothing', async () => {
      const findings = await examine(environment());
      const found = findings.filter(({ state, detail }) => state === 'bad' && detail.includes(`user ${others}`));
      assert.equal(found.length, 1);
      assert.match(found[0]!.cure!, /^run this as its owner: sudo/);
      untouched();
    });
  });
});
