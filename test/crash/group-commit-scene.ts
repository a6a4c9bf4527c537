/** What the tests of the group commit share: a product in this process, commands for it, and a database that fails. */

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Answer, success } from '../../src/contract/answer.ts';
import { redeem } from '../../src/domain/redeem.ts';
import { Refusal } from '../../src/domain/refusal.ts';
import type { Command } from '../../src/operations/command.ts';
import { type GroupCommit, groupCommitLimits, openGroupCommit } from '../../src/operations/group-commit.ts';
import type { Ids } from '../../src/operations/world.ts';
import type { Database } from '../../src/store/database.ts';
import { ids as realIds } from '../../src/system/ids.ts';
import { altered } from '../harness/altered.ts';
import { openClient, type TestClient } from '../harness/client.ts';
import type { OpenDatabase } from '../harness/databases.ts';
import { openProduct, type ProductHere } from '../harness/product.ts';

export interface Scene {
  readonly product: ProductHere;
  readonly database: Database;
  readonly partner: TestClient;
  readonly venue: TestClient;
}

const scenes = new Map<OpenDatabase, { readonly scene: Promise<Scene>; ids: Ids }>();

/** One product for all tests of a database, which is slow to open; `ids` are its ids from now on. */
export function openScene(open: OpenDatabase, ids: Ids = realIds): Promise<Scene> {
  const known = scenes.get(open);
  if (known === undefined) scenes.set(open, { scene: makeScene(open), ids });
  else known.ids = ids;
  return scenes.get(open)!.scene;
}

export async function closeScene(open: OpenDatabase): Promise<void> {
  await (await scenes.get(open)?.scene)?.product.close();
}

async function makeScene(open: OpenDatabase): Promise<Scene> {
  const now = () => scenes.get(open)!.ids;
  const ids: Ids = {
    passId: (prefix) => now().passId(prefix),
    orderId: () => now().orderId(),
    uuid: () => now().uuid(),
    secret: () => now().secret(),
  };
  const database = await open();
  const product = await openProduct(database, { ids });
  const { baseUrl, credentials } = product;
  const [partner, venue] = await Promise.all([
    openClient(baseUrl, credentials.partner),
    openClient(baseUrl, credentials.venue),
  ]);
  return { product, database, partner, venue };
}

/** A use by one adult at N00001, repeatable under a new request id. */
export function useOf({ product }: Scene, passId: string, over: Partial<Command> = {}): Command {
  const offers = product.world.directory.current().programmes.get('DEMO')!;
  const resource = offers.resources.get('N00001')!;
  const repeat = { programId: 'DEMO', clientId: 'test', route: 'redeemPass', key: randomUUID() };
  return {
    programId: 'DEMO',
    requestId: randomUUID(),
    passId,
    clientUserId: null,
    useNumber: null,
    repeats: [{ ...repeat, fingerprint: passId, reused: 'IDEMPOTENCY_KEY_REUSED' }],
    time: { clock: (now) => now, mayGoBack: false },
    decide: ({ pass }, now) => {
      const asked = { adults: 1, children: 0, orderId: realIds.orderId(), clientId: 'test' };
      return pass === null ? new Refusal('E_PASS_UNKNOWN') : redeem(pass, resource, asked, now);
    },
    answer: ({ entry, pass }) => success({ orderId: entry.orderId, dpId: pass.passId, left: entry.left }),
    ...over,
  };
}

export async function issueMany({ partner }: Scene, count: number, usages = 5): Promise<string[]> {
  const issued = await Promise.all(Array.from({ length: count }, () => partner.issue(usages)));
  return issued.map(({ ePassId }) => ePassId);
}

export async function usedOf({ database }: Scene, passId: string): Promise<number> {
  const text = `select (select used from passes where pass_id = $1) as used,
    (select count(*)::int from entries where pass_id = $1 and kind = 'use') as lines`;
  const [row] = await database.read<{ used: number; lines: number }>({ name: 'used_of', text }, [passId]);
  assert.equal(row?.used, row?.lines, 'counter and ledger agree');
  return row!.used;
}

/** A group commit of its own over the scene's database, seen through `change`. */
export function commitOver(scene: Scene, change: Partial<Database>, limits = groupCommitLimits): GroupCommit {
  const { database } = scene;
  const seen = altered(database, { lanes: 1, close: async () => {}, ...change });
  return openGroupCommit({ database: seen, clock: { now: Date.now }, log: () => {}, limits });
}

export const limits = (over: Partial<typeof groupCommitLimits>) => ({ ...groupCommitLimits, ...over });
export const refused = (name: string) => (problem: unknown) => problem instanceof Refusal && problem.refusal === name;
export const statuses = (answers: readonly Answer[]) => [...new Set(answers.map(({ status }) => status))];

/** A promise that must settle: nothing in the group commit may hang. */
export async function settles<T>(promise: Promise<T>, within = 60_000): Promise<T> {
  const late = pause(within, null, { ref: false }).then(() => assert.fail(`not settled within ${within} ms`));
  return Promise.race([promise, late]);
}
