/** SQL that fills a database with bench passes: ids `1788` and twelve digits, from `from` to `to`. */
export function fillPasses(from: number, to: number): string {
  // The holders are there: asking for each one again would take longer than all the rest.
  return `
    set session_replication_role = replica;
    insert into holders (program_id, client_user_id, first_key, last_key, bound_at)
    select 'DEMO', 'bench-' || n, 'ada', 'lovelace', now() from generate_series(${from}, ${to}) n;
    insert into passes (program_id, pass_id, order_id, module, allowed_modules, client_user_id, first_name, last_name,
      created_at, activation_at, expiration_at, granted, restriction, restricted_to, entries)
    select 'DEMO', '1788' || lpad(n::text, 12, '0'), 'DP' || lpad(n::text, 14, '0'), 1, '{1}', 'bench-' || n, 'Ada', 'Lovelace',
      now() - interval '1 minute', now() - interval '1 minute', '2099-12-31', 10000, 'resourceIds', '{}', 1
    from generate_series(${from}, ${to}) n;
    set session_replication_role = origin;`;
}

/**
 * One pass takes 10,000 uses at most, which a bench of one hot pass is through within a second:
 * the bench database, and no other, lets it have more.
 */
export const letHotPassLast = `
  alter table passes drop constraint passes_granted_check;
  alter table passes disable trigger pass_terms_are_final;
  update passes set granted = 2000000000 where program_id = 'DEMO' and pass_id = '1788000000000001';
  alter table passes enable trigger pass_terms_are_final;`;
