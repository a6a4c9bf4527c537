import type { Module } from '../domain/module.ts';
import type { Database, Statement, Transaction } from './database.ts';

/** At what a usage of a module is settled from an instant on, in minor units of a currency. */
export interface NewRate {
  readonly programId: string;
  readonly module: Module;
  readonly amount: number;
  readonly currency: string;
  readonly validFrom: number;
  readonly enteredAt: number;
  readonly enteredBy: string;
}

export interface RateRow extends NewRate {
  readonly number: number;
  /** When the next one of its module takes over; null while none does. */
  readonly validUntil: number | null;
}

const columns = `program_id as "programId", number, module::int as module, amount, currency, valid_from as "validFrom",
  entered_at as "enteredAt", entered_by as "enteredBy"`;

const listStatement: Statement = {
  name: 'list_rates',
  text: `select ${columns}, lead(valid_from) over (partition by module order by valid_from, number) as "validUntil"
    from settlement_rates where program_id = $1 order by module, valid_from, number`,
};

/** Every rate of a programme. */
export function listRates(database: Database, programId: string): Promise<RateRow[]> {
  return database.read<RateRow>(listStatement, [programId]);
}

// One at a time: the next number is free when this one is taken.
const lockStatement: Statement = {
  name: 'lock_rates',
  text: 'select program_id from programs where program_id = $1 for no key update',
};

const insertStatement: Statement = {
  name: 'insert_rate',
  text: `with taken as (
      select coalesce(max(number), 0) as number from settlement_rates where program_id = $1
    ), entered as (
      insert into settlement_rates (program_id, number, module, valid_from, amount, currency, entered_at, entered_by)
      select $1, taken.number + 1, $2::smallint, $3::timestamptz, $4::int8, $5, $6::timestamptz, $7
      from taken where taken.number < $8::int
      returning number, valid_from
    )
    select entered.number, (select min(s.valid_from) from settlement_rates s where s.program_id = $1
        and s.module = $2::smallint and s.valid_from > entered.valid_from) as "validUntil"
    from entered`,
};

/** Enters a rate as the next line; null when the programme has `most` already. */
export async function insertRate(transaction: Transaction, rate: NewRate, most: number): Promise<RateRow | null> {
  const iso = (instant: number) => new Date(instant).toISOString();
  await transaction.run(lockStatement, [rate.programId]);
  const [row] = await transaction.run<Pick<RateRow, 'number' | 'validUntil'>>(insertStatement, [
    rate.programId,
    rate.module,
    iso(rate.validFrom),
    rate.amount,
    rate.currency,
    iso(rate.enteredAt),
    rate.enteredBy,
    most,
  ]);
  return row === undefined ? null : { ...rate, ...row };
}
