-- Reports: passes found by name, refusals at the door by the hour, and at what a usage is settled.

-- By the folded keys of names, byte by byte: a prefix is a range of such an index, in any locale.
create index holders_by_last_name on holders (program_id, last_key collate "C", first_key collate "C", client_user_id);
create index holders_by_first_name on holders (program_id, first_key collate "C", last_key collate "C", client_user_id);

-- Many passes end at the same instant: with their ids the index tells them apart, and a list of them goes on anywhere.
drop index passes_by_expiration;
create index passes_by_expiration on passes (program_id, expiration_at, pass_id);

create index entries_given_back on entries (program_id, at) where kind = 'give-back';

-- How often a door said no. The history holds what happened; a refusal happened to nobody's pass. `hour` is the instant
-- at which an hour began by the clock on the wall of the resource. Each process adds its counts every few seconds.
create table door_refusals (
  program_id text collate "C" not null references programs,
  resource_id text collate "C" not null references resources,
  hour timestamptz(3) not null,
  reason text collate "C" not null check (reason ~ '^[A-Z_]{1,64}$'),
  count bigint not null check (count > 0),
  primary key (program_id, resource_id, hour, reason)
);
create index door_refusals_by_hour on door_refusals (program_id, hour);

-- What the programme owes for a usage, in whole minor units of a currency. A line stays in force until a later
-- `valid_from` of its module; of two with the same, the one entered last counts.
create table settlement_rates (
  program_id text collate "C" not null references programs,
  number int not null check (number > 0),
  module smallint not null,
  valid_from timestamptz(3) not null,
  amount bigint not null check (amount between 0 and 10000000),
  currency text collate "C" not null check (currency ~ '^[A-Z]{3}$'),
  entered_at timestamptz(3) not null,
  entered_by text collate "C" not null,
  primary key (program_id, number)
);
create trigger rates_are_append_only before update or delete or truncate on settlement_rates
  for each statement execute function history_is_append_only();
