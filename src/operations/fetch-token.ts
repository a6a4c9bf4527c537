import { createHash, timingSafeEqual } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import type { TokenBody } from '../contract/schemas.ts';
import { Refusal } from '../domain/refusal.ts';
import type { World } from './world.ts';

/** Seconds a fetched token lives (contract, section 2). */
const tokenLife = 3600;

const digest = (text: string) => createHash('sha256').update(text).digest();

/**
 * Gives a client a token for its secret. The token is the one the client could have signed itself, with the very
 * secret it has shown: there is one kind of token and one way to verify and revoke it, and a token for an old secret
 * ends with that. An unknown client costs the same comparisons as a wrong secret.
 */
export async function fetchToken(world: World, request: { readonly body: Static<typeof TokenBody> }): Promise<Answer> {
  const client = world.directory.current().clientsById.get(request.body.clientId);
  const now = world.clock.now();
  const shown = digest(request.body.secret);
  const isPresent = timingSafeEqual(digest(client?.secret ?? ''), shown);
  const isOld = timingSafeEqual(digest(client?.oldSecret?.secret ?? ''), shown);
  const old = client?.oldSecret ?? null;
  const secretKey = isPresent
    ? client?.secretKey
    : isOld && old !== null && old.until > now
      ? old.secretKey
      : undefined;
  if (client === undefined || secretKey === undefined) throw new Refusal('CREDENTIALS_REFUSED');
  const issuedAt = Math.floor(now / 1000);
  const token = await new SignJWT()
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(client.issuer)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + tokenLife)
    .sign(secretKey);
  return success({ token, tokenType: 'Bearer', expiresIn: tokenLife });
}
