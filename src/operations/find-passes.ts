import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import { isPassId, openCursor, sealCursor } from '../contract/cursors.ts';
import { orderOf } from '../contract/orders.ts';
import type { FindBody } from '../contract/schemas-reports.ts';
import { nameKey } from '../domain/name.ts';
import type { Pass } from '../domain/pass.ts';
import { Refusal } from '../domain/refusal.ts';
import { findByName, findNamedPass, type NamedPass, type NameWish } from '../store/found-passes.ts';
import { findPassByOrder, listPassesOfUser } from '../store/passes.ts';
import { findUseByOrder } from '../store/uses.ts';
import { type Call, clockOf, programmeOf } from './call.ts';
import type { World } from './world.ts';

/** One way in which a text can mean passes: at most so many of them, after one of them. */
interface Way {
  readonly find: (after: NamedPass | null, size: number) => Promise<readonly NamedPass[]>;
  /** Whether a pass is found this way, so that a later way leaves it out. */
  readonly finds: (found: NamedPass) => boolean;
}

/** Statements for one page at most, so that a page may be shorter than was asked for. */
const mostReads = 12;

/**
 * Finds passes by whatever an operator has at hand: any id as a whole, or the name of the holder, by
 * the same folding under which names compare. Ids come first; each pass comes once.
 */
export async function findPasses(
  world: World,
  call: Call,
  { body }: { readonly body: Static<typeof FindBody> },
): Promise<Answer> {
  const programme = programmeOf(call);
  const { programId } = programme;
  const list = { list: 'find', programId, text: body.text };
  const ways = waysOf(world, programId, body.text.trim());
  const start = await startOf(world, programId, body.cursor, list, ways.length);
  const { found, next } = await collect(ways, start, body.pageSize ?? 20);
  const now = clockOf(programme)(world.clock.now());
  return success({
    ePasses: found.map(({ pass }) => orderOf(pass, now)),
    nextCursor: next === null ? null : sealCursor([next.way, next.after?.pass.passId ?? ''], list),
  });
}

/** Where a page begins: with which way, and after which of its passes. */
interface Start {
  readonly way: number;
  readonly after: NamedPass | null;
}

async function collect(ways: readonly Way[], start: Start, size: number) {
  const found: NamedPass[] = [];
  let { way, after } = start;
  for (let reads = 0; way < ways.length; reads += 1) {
    if (found.length >= size || reads === mostReads) return { found, next: { way, after } };
    const wanted = size - found.length;
    const rows = await ways[way]!.find(after, wanted);
    const before = ways.slice(0, way);
    found.push(...rows.filter((row) => !before.some(({ finds }) => finds(row))));
    after = rows.at(-1) ?? null;
    if (rows.length === wanted) continue;
    way += 1;
    after = null;
  }
  return { found, next: null };
}

async function startOf(
  world: World,
  programId: string,
  cursor: string | undefined,
  list: object,
  ways: number,
): Promise<Start> {
  if (cursor === undefined) return { way: 0, after: null };
  const [way, passId] = openCursor(cursor, list, 2);
  const isWay = Number.isInteger(way) && (way as number) >= 0 && (way as number) < ways;
  if (isWay && passId === '') return { way: way as number, after: null };
  const after = isWay && isPassId(passId) ? await findNamedPass(world.database, programId, passId) : null;
  if (after === null) throw new Refusal('CURSOR_INVALID');
  return { way: way as number, after };
}

function waysOf(world: World, programId: string, text: string): Way[] {
  const names = wishesOf(text).map((wish): Way => {
    const find: Way['find'] = (after, size) => findByName(world.database, programId, wish, after, size);
    return { find, finds: (found) => fits(wish, found) };
  });
  return [byId(world, programId, text), byUser(world, programId, text), ...names];
}

/** The pass whose id or order's id it is, or that a usage order of this id used. */
function byId(world: World, programId: string, text: string): Way {
  const { database } = world;
  // As it is printed: in groups, in small letters.
  const id = text.replace(/[ -]/g, '').toUpperCase();
  const found = new Set<string>();
  const passIds = async () => {
    if (isPassId(id)) return [id];
    if (!/^DP[0-9]{14}$/.test(id)) return [];
    const pass = await findPassByOrder(database, programId, id);
    const use = await findUseByOrder(database, programId, id);
    return [pass?.passId, use?.passId].filter((passId) => passId !== undefined);
  };
  return {
    find: async (after) => {
      const passes = await Promise.all((await passIds()).map((passId) => findNamedPass(database, programId, passId)));
      for (const named of passes) if (named !== null) found.add(named.pass.passId);
      // There is nothing after the first page.
      return after === null ? passes.filter((named) => named !== null) : [];
    },
    finds: ({ pass }) => found.has(pass.passId) || pass.passId === id || pass.orderId === id,
  };
}

/** The passes of the traveller who has this very id. */
function byUser(world: World, programId: string, clientUserId: string): Way {
  const isId = /^[!-~]{1,128}$/.test(clientUserId);
  return {
    find: async (after, size) => {
      if (!isId) return [];
      const page = { size, skip: 0, ...(after === null ? {} : { after: placeOf(after.pass) }) };
      const passes = await listPassesOfUser(world.database, programId, clientUserId, page);
      // Their names are not looked at: no earlier way goes by them.
      return passes.map((pass) => ({ pass, firstKey: '', lastKey: '' }));
    },
    finds: ({ pass }) => pass.clientUserId === clientUserId,
  };
}

const placeOf = (pass: Pass) => ({ at: pass.createdAt, orderId: pass.orderId });

/** More words are one part of a name. */
const mostWords = 5;

/**
 * What a text can mean as a name: at each gap between two words one part of the name may end and the
 * other begin, in either order; or all of it is the beginning of a part. A comma is a gap.
 */
function wishesOf(text: string): NameWish[] {
  const words = nameKey(text.replaceAll(',', ' ')).split(' ').filter(Boolean);
  if (words.length === 0) return [];
  const gaps = words.length <= mostWords ? words.slice(1).map((_, index) => index + 1) : [];
  const both = gaps.flatMap((gap): NameWish[] => {
    const [whole, beginning] = [words.slice(0, gap).join(' '), words.slice(gap).join(' ')];
    return [
      { lead: 'first', whole, beginning },
      { lead: 'last', whole, beginning },
    ];
  });
  const beginning = words.join(' ');
  return [...both, { lead: 'last', whole: null, beginning }, { lead: 'first', whole: null, beginning }];
}

function fits({ lead, whole, beginning }: NameWish, { firstKey, lastKey }: NamedPass): boolean {
  const [leading, following] = lead === 'first' ? [firstKey, lastKey] : [lastKey, firstKey];
  return whole === null ? leading.startsWith(beginning) : leading === whole && following.startsWith(beginning);
}
