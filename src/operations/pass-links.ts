import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import type { LinkBody, PassLink, RevokedLink } from '../contract/schemas-pass-pages.ts';
import { formatInstant } from '../domain/instant.ts';
import { Refusal } from '../domain/refusal.ts';
import { type PassLinkRow, revokeLinks, standingLink } from '../store/pass-links.ts';
import { findPassById } from '../store/passes.ts';
import { recordIfAudited } from './audit-log.ts';
import { type Call, programmeOf } from './call.ts';
import { changeDirectory } from './change-directory.ts';
import { hashOfToken, nameOfSecret, tokenOf } from './link-tokens.ts';
import { makeLink } from './make-links.ts';
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
export async function linkPass(world: World, call: Call, request: LinkRequest): Promise<Answer> {
  const name = await passFor(world, call, request);
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const link = (await standing(world, name)) ?? (await newLink(world, name, call));
    if (link !== null) return success(linkOf(world, link));
  }
  throw new Error('a link was made and revoked again and again meanwhile');
}

interface PassName {
  readonly programId: string;
  readonly passId: string;
}

async function passFor(world: World, call: Call, { body }: LinkRequest): Promise<PassName> {
  const { programId } = programmeOf(call);
  const pass = await findPassById(world.database, programId, body.ePassId);
  if (pass === null) throw new Refusal('E_PASS_UNKNOWN');
  return { programId, passId: pass.passId };
}

function standing(world: World, name: PassName): Promise<PassLinkRow | null> {
  return standingLink(world.database, { ...name, madeWith: nameOfSecret(world.linkSecret) });
}

/** Null when another request has made one meanwhile. */
async function newLink(world: World, name: PassName, call: Call): Promise<PassLinkRow | null> {
  const { linkSecret: secret } = world;
  const nonce = world.ids.secret();
  const tokenHash = hashOfToken(tokenOf({ ...name, nonce }, secret));
  const made = { ...name, tokenHash, nonce, madeWith: nameOfSecret(secret), createdAt: world.clock.now() };
  return (await makeLink(world, call, { ...made, createdBy: call.caller.clientId })) ? made : null;
}

function linkOf(world: World, link: PassLinkRow): Static<typeof PassLink> {
  const token = tokenOf(link, world.linkSecret);
  return { url: `${world.publicUrl}/p/${token}`, token, createdAt: formatInstant(link.createdAt) };
}

/** Revokes the link of a pass: every process looks each token up, so that it is dead for all of them at once. */
export async function revokePassLink(world: World, call: Call, request: LinkRequest): Promise<Answer> {
  const name = await passFor(world, call, request);
  return changeDirectory(
    world,
    call,
    name.programId,
    request.body,
    async (transaction, now) => {
      const revoked = await revokeLinks(transaction, name, call.caller.clientId, now);
      if (revoked === 0) throw new Refusal('PASS_LINK_UNKNOWN');
      const { programId, passId } = name;
      await recordIfAudited(transaction, call, { act: 'link.revoke', subject: passId, programId, details: {} }, now);
    },
    (now) => success({ ePassId: name.passId, revokedDate: formatInstant(now) } satisfies Static<typeof RevokedLink>),
  );
}
