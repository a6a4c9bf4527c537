import type { FastifyInstance } from 'fastify';
import { Refusal } from '../domain/refusal.ts';
import { publicKeySet } from '../operations/signing-keys.ts';
import type { World } from '../operations/world.ts';

/** Where the keys are found by those who know the convention, and under the API's own three paths. */
const paths = ['/.well-known/jwks.json', '/v2/event/keys', '/api/v2/event/keys', '/event/keys'];

/**
 * Serves the public keys with which receivers verify push events, as a plain JWK set (RFC 7517), which
 * libraries read as it is. Open to everybody; may be kept for five minutes.
 */
export function serveKeys(server: FastifyInstance, world: () => World | null): void {
  for (const path of paths) {
    server.get(path, async (request, reply) => {
      const present = world();
      if (present === null) throw new Refusal('UNAVAILABLE');
      return reply
        .header('x-request-id', request.id)
        .header('cache-control', 'public, max-age=300')
        .header('access-control-allow-origin', '*')
        .type('application/jwk-set+json')
        .send(await publicKeySet(present));
    });
  }
}
