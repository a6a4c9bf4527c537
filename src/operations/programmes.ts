import type { Static } from 'typebox';
import { type Answer, success } from '../contract/answer.ts';
import { keyCursor, keyOfCursor } from '../contract/key-cursors.ts';
import { programmeAnswerOf, programmeChangeOf } from '../contract/management.ts';
import { pageSizeOf } from '../contract/pages.ts';
import type { ListQuery, Programme, ProgrammeBody, ProgrammeChangeBody } from '../contract/schemas-management.ts';
import {
  groundOf,
  type ProgrammeChange,
  type ProgrammeSettings,
  programmeAfter,
  refuseSettings,
  usualExpiringDays,
} from '../domain/programme.ts';
import { fieldRefusal, Refusal } from '../domain/refusal.ts';
import type { Transaction } from '../store/database.ts';
import {
  countProgrammes,
  groundOfProgramme,
  insertProgram,
  isProgrammeTaken,
  lockProgramme,
  lockProgrammes,
  listProgrammes as readProgrammes,
  updateProgramme,
} from '../store/programmes.ts';
import { recordAct } from './audit-log.ts';
import type { Call } from './call.ts';
import { changeDirectory } from './change-directory.ts';
import { programmesOf, wholeInstallation } from './reach.ts';
import type { World } from './world.ts';

const isProgramId = (key: unknown): key is string => typeof key === 'string' && /^[A-Za-z0-9_-]{1,32}$/.test(key);

/** The caller's programmes with their settings and how much there is in each, by id. */
export async function listProgrammes(
  world: World,
  call: Call,
  request: { readonly query: Static<typeof ListQuery> },
): Promise<Answer> {
  const own = [...programmesOf(call).keys()];
  const list = { list: 'programmes' };
  const size = pageSizeOf(request.query.pageSize, 20, 100);
  const after = keyOfCursor(request.query.cursor, list, isProgramId) ?? '';
  const found = await readProgrammes(world.database, own, after, size + 1);
  const rows = found.slice(0, size);
  const page = rows.map(({ programId }) => programId);
  const counts = new Map((await countProgrammes(world.database, page)).map((row) => [row.programId, row]));
  return success({
    programmes: rows.map((row) => programmeAnswerOf(row, counts.get(row.programId)!)),
    nextCursor: found.length > size ? keyCursor(page.at(-1)!, list) : null,
  });
}

const nothing = { passes: 0, resources: 0, clients: 0, endpoints: 0 };

/** Sets a programme up. Refuses an id or a prefix that another has, or had. */
export async function createProgramme(
  world: World,
  call: Call,
  request: { readonly body: Static<typeof ProgrammeBody> },
): Promise<Answer> {
  programmesOf(call);
  const { body } = request;
  const settings = { crossModules: [], expiringDays: usualExpiringDays, ...body } as ProgrammeSettings;
  refuseSettings(settings);
  return changeDirectory(
    world,
    call,
    wholeInstallation,
    body,
    async (transaction, now) => {
      await lockProgrammes(transaction);
      await refuseTaken(transaction, settings);
      await insertProgram(transaction, settings, now);
      const { programId } = settings;
      await recordAct(
        transaction,
        call,
        { act: 'programme.create', subject: programId, programId, details: body },
        now,
      );
    },
    (now) => success(programmeAnswerOf({ ...settings, createdAt: now }, nothing)),
  );
}

async function refuseTaken(transaction: Transaction, { programId, issuerPrefix }: ProgrammeSettings): Promise<void> {
  const { idTaken, prefixTaken } = await isProgrammeTaken(transaction, programId, issuerPrefix);
  if (idTaken) throw fieldRefusal('PROGRAM_EXISTS', 'programId', 'is taken');
  if (prefixTaken) throw fieldRefusal('ISSUER_PREFIX_TAKEN', 'issuerPrefix', 'is taken');
}

/** Changes the settings of a programme that the caller has. */
export async function changeProgramme(
  world: World,
  call: Call,
  request: { readonly params: { readonly programId: string }; readonly body: Static<typeof ProgrammeChangeBody> },
): Promise<Answer> {
  const { params, body } = request;
  const { programId } = params;
  const own = programmesOf(call);
  if (Object.keys(body).length === 0)
    throw fieldRefusal('REQUEST_INVALID', 'body', 'give at least one field to change');
  let told: Static<typeof Programme> | null = null;
  return changeDirectory(
    world,
    call,
    programId,
    { ...params, ...body },
    async (transaction, now) => {
      if (!own.has(programId)) throw new Refusal('PROGRAM_UNKNOWN');
      const { before, after } = await change(transaction, programId, programmeChangeOf(body));
      const [counts] = await countProgrammes(transaction, [programId]);
      told = programmeAnswerOf(after, counts!);
      const was = Object.fromEntries(Object.keys(body).map((field) => [field, before[field as keyof ProgrammeChange]]));
      const details = { before: was, after: body };
      await recordAct(transaction, call, { act: 'programme.change', subject: programId, programId, details }, now);
    },
    () => success(told),
  );
}

/** Locks more than the row only when the prefix or the kind is to change. */
async function change(transaction: Transaction, programId: string, asked: ProgrammeChange) {
  const moves = asked.issuerPrefix !== undefined || asked.sandbox !== undefined;
  if (moves) await lockProgrammes(transaction);
  const before = await lockProgramme(transaction, programId, moves);
  if (before === null) throw new Refusal('PROGRAM_UNKNOWN');
  const ground = await groundOfProgramme(transaction, programId);
  const after = programmeAfter(before, asked, { ...ground, clockOffset: before.clockOffset });
  if (groundOf(asked, before).includes('issuerPrefix')) {
    const { prefixTaken } = await isProgrammeTaken(transaction, programId, after.issuerPrefix);
    if (prefixTaken) throw fieldRefusal('ISSUER_PREFIX_TAKEN', 'issuerPrefix', 'is taken');
  }
  await updateProgramme(transaction, after);
  return { before, after: { ...after, createdAt: before.createdAt } };
}
