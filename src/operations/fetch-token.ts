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
 * Gives a client a token for its secret. The token is the one the client could have signed itself:
 * there is one kind of token and one way to verify and revoke it. An unknown client costs the same
 * comparison as a wrong secret.
 */
export async function fetchToken(world: World, request: { readonly body: Static<typeof TokenBody> }): Promise<Answer> {
  const client = world.directory.current().clientsById.get(request.body.clientId);
  const matches = timingSafeEqual(digest(client?.secret ?? ''), digest(request.body.secret));
  if (client === undefined || !matches) throw new Refusal('CREDENTIALS_REFUSED');
  const issuedAt = Math.floor(world.clock.now() / 1000);
  const token = await new SignJWT()
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(client.issuer)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + tokenLife)
    .sign(client.secretKey);
  return success({ token, tokenType: 'Bearer', expiresIn: tokenLife });
}
