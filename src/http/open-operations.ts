import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Answer } from '../contract/answer.ts';
import type { Route } from '../contract/routes.ts';
import { readPairingCode } from '../operations/device-secrets.ts';
import { fetchToken } from '../operations/fetch-token.ts';
import { pairDevice } from '../operations/pair-device.ts';
import { getPassPage } from '../operations/pass-page.ts';
import { signIn } from '../operations/sign-in.ts';
import type { World } from '../operations/world.ts';
import { countView, limitGuesses } from './guessing.ts';
import type { OpenOperationId } from './operations.ts';
import { placeOf, refuseStrangers } from './people.ts';
import { readerOf } from './read-request.ts';

/** Answers a request that is not asked who calls; of `reply` it sets headers only. */
type OpenHandle = (world: World, request: FastifyRequest, reply: FastifyReply) => Promise<Answer>;

/** Wrong short pairing codes that all addresses together may send in a minute. */
const wrongShortCodes = 60;

const handles: Readonly<Record<OpenOperationId, (route: Route) => OpenHandle>> = {
  fetchToken: (route) => {
    const read = readerOf(route) as (request: FastifyRequest) => Parameters<typeof fetchToken>[1];
    return async (world, request) => {
      const asked = read(request);
      // By address and client: behind one proxy nobody can lock the others out by sending wrong secrets.
      const guesser = { address: request.ip, of: asked.body.clientId };
      return limitGuesses(world, guesser, 'CREDENTIALS_REFUSED', () => fetchToken(world, asked));
    };
  },
  pairDevice: (route) => {
    const read = readerOf(route) as (request: FastifyRequest) => Parameters<typeof pairDevice>[1];
    return async (world, request) => {
      const asked = read(request);
      // A short code has 50 bits only: all addresses together are slowed down. A long one is not guessed at all.
      const isShort = readPairingCode(asked.body.pairingCode).short;
      const guesser = { address: request.ip, ...(isShort ? { ofAll: wrongShortCodes } : {}) };
      return limitGuesses(world, guesser, 'PAIRING_CODE_REFUSED', () => pairDevice(world, asked));
    };
  },
  signIn: (route) => {
    const read = readerOf(route) as (request: FastifyRequest) => Parameters<typeof signIn>[1];
    return async (world, request) => {
      refuseStrangers(request, world.publicUrl);
      return signIn(world, read(request), placeOf(world, request));
    };
  },
  getPassPage: (route) => {
    const read = readerOf(route) as (request: FastifyRequest) => Parameters<typeof getPassPage>[1];
    return (world, request, reply) => {
      reply.header('x-robots-tag', 'noindex, nofollow');
      return limitGuesses(world, { address: request.ip }, 'PASS_PAGE_UNKNOWN', () => {
        const asked = read(request);
        countView(world, asked.params.token);
        return getPassPage(world, asked);
      });
    };
  },
};

/** The handler of a route that does not ask who calls. */
export function openHandler(operationId: OpenOperationId, route: Route): OpenHandle {
  return handles[operationId](route);
}
