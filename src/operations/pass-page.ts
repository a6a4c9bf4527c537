import { type Answer, success } from '../contract/answer.ts';
import { passPageOf } from '../contract/pass-page.ts';
import { pageLimits } from '../domain/pass-page.ts';
import { Refusal } from '../domain/refusal.ts';
import { findLink } from '../store/pass-links.ts';
import { findPassById } from '../store/passes.ts';
import { listUses } from '../store/usages.ts';
import { clockOf } from './call.ts';
import { hashOfToken } from './link-tokens.ts';
import type { World } from './world.ts';

/**
 * The page behind a link, which is all the caller has. A token that is unknown, one that was
 * revoked and a text that is no token are looked for in the same way and refused alike. Nothing is
 * remembered between requests: a revoked link is dead at once.
 */
export async function getPassPage(
  world: World,
  request: { readonly params: { readonly token: string } },
): Promise<Answer> {
  const { programId, passId } = await linkedPass(world, request.params.token);
  const { programme, resources, everOffered: doors } = world.directory.current().programmes.get(programId)!;
  const pass = await findPassById(world.database, programId, passId);
  const visits = await listUses(world.database, { programId, passId }, { skip: 0, size: pageLimits.visits + 1 });
  const now = clockOf(programme)(world.clock.now());
  return success(passPageOf({ pass: pass!, programme, resources, doors, visits, geography: world.geography }, now));
}

/** The pass that a token leads to. */
export async function linkedPass(world: World, token: string): Promise<{ programId: string; passId: string }> {
  const programIds = [...world.directory.current().programmes.keys()];
  const found = await findLink(world.database, programIds, hashOfToken(token));
  if (found === null) throw new Refusal('PASS_PAGE_UNKNOWN');
  return found;
}
