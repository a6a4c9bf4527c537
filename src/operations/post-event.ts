import type { Sender } from '../store/endpoints.ts';
import type { Posted, World } from './world.ts';

/** Bytes of an answer that are read: enough to see what it was. */
const mostBytes = 65_536;

/** Nothing was sent, for this reason. */
export const notSent = (reason: string): Posted => ({ failed: reason, detail: reason, milliseconds: 0 });

/**
 * Posts a signed event to an endpoint; in a live programme to https alone, although the endpoint may have been
 * registered while the programme was a sandbox.
 */
export async function postEvent(
  world: World,
  { programId, url }: Pick<Sender, 'programId' | 'url'>,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<Posted> {
  const programme = world.directory.current().programmes.get(programId)?.programme;
  if (programme?.sandbox !== true && !url.startsWith('https:')) {
    return notSent('the address must begin with https:// in a live programme');
  }
  return world.post(url, headers, body, { deadline: world.push.deadline, mostBytes });
}
