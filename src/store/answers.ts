import { hour } from '../domain/calendar.ts';
import { type Column, namesOf, rowParameters, rowsSql } from './columns.ts';
import type { Database, Statement, Transaction } from './database.ts';

/** Names one repeatable request: whose it is, on which route, under which key. */
export interface AnswerKey {
  readonly programId: string;
  readonly clientId: string;
  readonly route: string;
  readonly key: string;
}

/** The first answer to a repeatable request, to be given again byte for byte. */
export interface StoredAnswer extends AnswerKey {
  /** Tells another request under the same key apart from the same request again. */
  readonly fingerprint: string;
  readonly status: number;
  readonly body: string;
}

const findAnswersStatement: Statement = {
  name: 'find_answers',
  text: `select a.program_id as "programId", a.client_id as "clientId", a.route, a.key, a.fingerprint, a.status, a.body
    from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as wanted (program_id, client_id, route, key)
    join answers a on a.program_id = wanted.program_id and a.client_id = wanted.client_id
      and a.route = wanted.route and a.key = wanted.key`,
};

/** The answers that were given before under these keys. */
export function findAnswers(transaction: Transaction, keys: readonly AnswerKey[]): Promise<StoredAnswer[]> {
  return transaction.run<StoredAnswer>(findAnswersStatement, [
    keys.map((key) => key.programId),
    keys.map((key) => key.clientId),
    keys.map((key) => key.route),
    keys.map((key) => key.key),
  ]);
}

/** The answer that was given before under this key, or null; outside a transaction. */
export async function findAnswer(database: Database, key: AnswerKey): Promise<StoredAnswer | null> {
  const { programId, clientId, route } = key;
  const [row] = await database.read<StoredAnswer>(findAnswersStatement, [[programId], [clientId], [route], [key.key]]);
  return row ?? null;
}

/** An answer, column by column. */
const answerColumns: readonly Column<StoredAnswer>[] = [
  ['program_id', 'text', ({ programId }) => programId],
  ['client_id', 'text', ({ clientId }) => clientId],
  ['route', 'text', ({ route }) => route],
  ['key', 'text', ({ key }) => key],
  ['fingerprint', 'text', ({ fingerprint }) => fingerprint],
  ['status', 'smallint', ({ status }) => status],
  ['body', 'text', ({ body }) => body],
];

const names = namesOf(answerColumns.slice(1));

/**
 * The insert, with now as `$first` and the columns as the parameters behind it. In key order, so that two
 * processes that insert the same keys wait in one order.
 */
export const insertAnswersSql = (first: number) => `insert into answers (program_id, ${names}, created_at)
  select program_id, ${names}, $${first}::timestamptz from ${rowsSql(answerColumns, first + 1)}
  order by program_id, client_id, route, key`;

/** The parameters of `insertAnswersSql`. */
export const answerParameters = (answers: readonly StoredAnswer[], now: number) => [
  new Date(now).toISOString(),
  ...rowParameters(answerColumns, answers),
];

const insertAnswersStatement: Statement = { name: 'insert_answers', text: insertAnswersSql(1) };

/** Keeps first answers. A key that another process used meanwhile is a unique violation (23505). */
export async function insertAnswers(
  transaction: Transaction,
  answers: readonly StoredAnswer[],
  now: number,
): Promise<void> {
  await transaction.run(insertAnswersStatement, answerParameters(answers, now));
}

/** How long a request id is remembered (contract, section 2), in milliseconds. */
export const answersKeptFor = 72 * hour;

// Bounded per run, so that a purge never holds up the door. Scan ids (client_id '') stay for ever, so that the index
// it goes by, answers_to_forget, does not hold them.
const purgeAnswersStatement: Statement = {
  name: 'purge_answers',
  text: `delete from answers where ctid = any (array(
      select ctid from answers where created_at < $1::timestamptz and client_id <> '' and program_id is not null
      order by created_at limit 5000))
    returning 1 as gone`,
};

/** Forgets at most 5,000 request ids older than 72 hours; gives how many went. */
export async function purgeAnswers(database: Database, now: number): Promise<number> {
  const before = new Date(now - answersKeptFor).toISOString();
  return database.background(async (transaction) => {
    const rows = await transaction.run(purgeAnswersStatement, [before]);
    return rows.length;
  });
}
