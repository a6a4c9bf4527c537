import type { Database } from '../store/database.ts';
import { type BackUpFacts, backUp } from './back-up.ts';
import { Channel } from './channel.ts';
import { type RestoreResult, type RestoreSettings, restore } from './restore.ts';

/** Copies one database into another that is empty, as a back-up and its restore would, without a file in between. */
export async function copyOver(
  from: Database,
  to: Database,
  facts: BackUpFacts,
  settings: RestoreSettings,
): Promise<RestoreResult> {
  const channel = new Channel();
  const written = backUp(from, facts, (text) => channel.write(text)).then(
    () => channel.end(),
    (problem: unknown) => channel.end(problem),
  );
  try {
    return await restore(to, channel.lines(), settings);
  } catch (problem) {
    channel.refuse(problem);
    throw problem;
  } finally {
    await written;
  }
}
