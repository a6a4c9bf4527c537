/** The product's verbs without its door and without its worker: makes events that others must deliver. */
import { randomUUID } from 'node:crypto';
import { openDirectory } from '../../src/operations/directory.ts';
import { groupCommitLimits, openGroupCommit } from '../../src/operations/group-commit.ts';
import { issuePass } from '../../src/operations/issue-pass.ts';
import { redeemPass } from '../../src/operations/redeem-pass.ts';
import type { World } from '../../src/operations/world.ts';
import type { Database } from '../../src/store/database.ts';
import { ids } from '../../src/system/ids.ts';
import { issueBody } from './client.ts';

export interface Producer {
  /** Issues so many passes and uses each so often: each makes one event more than it has uses. */
  make(passes: number, uses: number): Promise<void>;
  close(): void;
}

/** Opens a producer on a database that is set up and has an endpoint. */
export async function openProducer(database: Database): Promise<Producer> {
  const clock = { now: Date.now };
  const log = () => {};
  const directory = await openDirectory(database, log);
  const outbox = { hasEndpoints: () => true, committed: () => {} };
  const commit = openGroupCommit({ database, clock, log, limits: groupCommitLimits, outbox });
  const world = { database, directory, commit, clock, ids, log, geography: {} } as unknown as World;
  const callOf = (clientId: string) => ({
    caller: directory.current().clientsById.get(clientId)!,
    programId: null,
    requestId: randomUUID(),
    key: randomUUID(),
    operationId: 'producer',
  });

  async function one(uses: number): Promise<void> {
    const issued = await issuePass(world, callOf('demo-partner'), {
      params: { module: 'lounges' },
      body: issueBody(uses) as Parameters<typeof issuePass>[2]['body'],
    });
    const dpId: string = JSON.parse(issued.body).data.extra.ePassId;
    for (let use = 0; use < uses; use += 1) {
      const body = { dpId, resourceId: 'N00001', adultCount: 1, childCount: 0 };
      const used = await redeemPass(world, callOf('demo-venue'), { body });
      if (used.status !== 200) throw new Error(used.body);
    }
  }

  return {
    make: async (passes, uses) => {
      await Promise.all(Array.from({ length: passes }, () => one(uses)));
    },
    close: () => directory.close(),
  };
}
