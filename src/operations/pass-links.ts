import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import type { LinkBody, PassLink, RevokedLink } from '../contract/schemas-pass-pages.ts';
import { formatInstant } from '../domain/instant.ts';
import { Refusal } from '../domain/refusal.ts';
import { insertLink, type PassLinkRow, revokeLinks, standingLink } from '../store/pass-links.ts';
import { findPassById } from '../store/passes.ts';
import { type Act, recordIfAudited } from './audit-log.ts';
import { type Caller, programmeOf } from './caller.ts';
import { changeDirectory } from './change-directory.ts';
import { hashOfToken, nameOfSecret, tokenOf } from './link-tokens.ts';
import type { World } from './world.ts';

interface LinkRequest {
  readonly body: Static<typeof LinkBody>;
}

/** Times that a link is looked for and made: another request may make or revoke it in between. */
const attempts = 5;

/**
 * The link to the page of a pass; the same one as long as it stands. Unknown passes and those of
 * another programme are the same refusal. The answer is never kept under a request's key: it holds
 * the token.
 */
export async function linkPass(world: World, caller: Caller, request: LinkRequest): Promise<Answer> {
  const name = await passFor(world, caller, request);
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const link = (await standing(world, name)) ?? (await makeLink(world, name, caller));
    if (link !== null) return success(linkOf(world, link));
  }
  throw new Error('a link was made and revoked again and again meanwhile');
}

interface PassName {
  readonly programId: string;
  readonly passId: string;
}

async function passFor(world: World, caller: Caller, { body }: LinkRequest): Promise<PassName> {
  const { programId } = programmeOf(caller);
  const pass = await findPassById(world.database, programId, body.ePassId);
  if (pass === null) throw new Refusal('E_PASS_UNKNOWN');
  return { programId, passId: pass.passId };
}

function standing(world: World, name: PassName): Promise<PassLinkRow | null> {
  return standingLink(world.database, { ...name, madeWith: nameOfSecret(world.linkSecret) });
}

/** Null when another request has made one meanwhile. */
async function makeLink(world: World, name: PassName, caller: Caller): Promise<PassLinkRow | null> {
  const { linkSecret: secret } = world;
  const nonce = world.ids.secret();
  const tokenHash = hashOfToken(tokenOf({ ...name, nonce }, secret));
  const made = { ...name, tokenHash, nonce, madeWith: nameOfSecret(secret), createdAt: world.clock.now() };
  return world.database.transaction(async (transaction) => {
    if (!(await insertLink(transaction, made, caller.client.clientId))) return null;
    await recordIfAudited(transaction, caller, actOn(name, 'link.make'), made.createdAt);
    return made;
  });
}

/** For the audit log; the link's own row tells of everybody who made or revoked it. */
function actOn({ programId, passId }: PassName, act: string): Act {
  return { act, subject: passId, programId, details: {} };
}

function linkOf(world: World, link: PassLinkRow): Static<typeof PassLink> {
  const token = tokenOf(link, world.linkSecret);
  return { url: `${world.publicUrl}/p/${token}`, token, createdAt: formatInstant(link.createdAt) };
}

/** Revokes the link of a pass: every process looks each token up, so that it is dead for all of them at once. */
export async function revokePassLink(world: World, caller: Caller, request: LinkRequest): Promise<Answer> {
  const name = await passFor(world, caller, request);
  return changeDirectory(
    world,
    caller,
    name.programId,
    request.body,
    async (transaction, now) => {
      const revoked = await revokeLinks(transaction, name, caller.client.clientId, now);
      if (revoked === 0) throw new Refusal('PASS_LINK_UNKNOWN');
      await recordIfAudited(transaction, caller, actOn(name, 'link.revoke'), now);
    },
    (now) => success({ ePassId: name.passId, revokedDate: formatInstant(now) } satisfies Static<typeof RevokedLink>),
  );
}
