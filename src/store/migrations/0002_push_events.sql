-- Where a programme's events are pushed. A paused endpoint keeps collecting; nothing is lost.
create table endpoints (
  program_id text collate "C" not null references programs,
  endpoint_id text collate "C" not null check (endpoint_id ~ '^ep_[A-Za-z0-9_-]{16,32}$'),
  url text not null,
  event_types text[] collate "C" not null check (cardinality(event_types) > 0),
  state text collate "C" not null check (state in ('active', 'paused')),
  paused_reason text,
  created_at timestamptz(3) not null,
  primary key (program_id, endpoint_id)
);
create trigger directory_changed after insert or update or delete on endpoints
  for each statement execute function directory_changed();

-- Up to two signing keys an endpoint: the one in use, and the one that takes over at its time.
create table signing_keys (
  program_id text collate "C" not null,
  endpoint_id text collate "C" not null,
  kid text collate "C" not null check (kid ~ '^[A-Za-z0-9_-]{1,64}$'),
  private_key text not null,
  public_key text not null,
  created_at timestamptz(3) not null,
  signs_from timestamptz(3) not null,
  -- Until when receivers must still accept it; null while it signs or will.
  retired_at timestamptz(3),
  primary key (program_id, endpoint_id, kid),
  foreign key (program_id, endpoint_id) references endpoints
);

-- One event for one endpoint, from the transaction that made the event until it is told or parked.
create table deliveries (
  program_id text collate "C" not null,
  endpoint_id text collate "C" not null,
  pass_id text collate "C" not null,
  number int not null,
  event_type text collate "C" not null,
  state text collate "C" not null default 'waiting' check (state in ('waiting', 'delivered', 'parked')),
  attempts int not null default 0,
  -- How many attempts there had been when it was last resent: the schedule starts anew there.
  resent_after int not null default 0,
  created_at timestamptz(3) not null,
  -- Not before this. While a worker holds it: the end of its lease, so that a worker that died is
  -- succeeded. Behind an earlier event of its pass: a guess, corrected when that one is finished.
  next_attempt_at timestamptz(3) not null,
  leased_until timestamptz(3),
  lease text,
  finished_at timestamptz(3),
  primary key (program_id, endpoint_id, pass_id, number),
  foreign key (program_id, endpoint_id) references endpoints
) with (fillfactor = 70);
-- By endpoint, so that the backlog of one is never read for another.
create index deliveries_due on deliveries (program_id, endpoint_id, next_attempt_at) where state = 'waiting';
create index deliveries_in_order on deliveries (program_id, endpoint_id, pass_id, number) where state = 'waiting';
create index deliveries_parked on deliveries (program_id, endpoint_id) where state = 'parked';
create index deliveries_by_endpoint on deliveries (program_id, endpoint_id, created_at);

-- What was sent and what came back, attempt by attempt; append-only.
create table delivery_attempts (
  program_id text collate "C" not null,
  endpoint_id text collate "C" not null,
  pass_id text collate "C" not null,
  number int not null,
  attempt int not null,
  at timestamptz(3) not null,
  milliseconds int not null,
  url text not null,
  body text not null,
  kid text not null,
  -- HTTP status; null when no answer came.
  status int,
  -- The first 256 characters of the answer, or why there was none.
  answer text not null,
  succeeded boolean not null,
  primary key (program_id, endpoint_id, pass_id, number, attempt)
);

-- The history gets one more kind: a pass that expires soon is told once.
alter table programs add column expiring_days int not null default 7 check (expiring_days between 0 and 365);
alter table entries drop constraint entries_kind_check;
alter table entries add constraint entries_kind_check
  check (kind in ('issue', 'use', 'give-back', 'cancel', 'suspend', 'resume', 'expiring'));
create unique index entries_expiring_once on entries (program_id, pass_id) where kind = 'expiring';
