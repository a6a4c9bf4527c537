-- Ids and codes compare byte-wise everywhere: collation "C" makes that true of their indexes too.

create table programs (
  program_id text collate "C" primary key check (program_id ~ '^[A-Za-z0-9_-]{1,32}$'),
  name text not null,
  issuer_prefix text collate "C" not null unique check (issuer_prefix ~ '^[0-9]{4}$'),
  sandbox boolean not null,
  modules smallint[] not null,
  cross_modules smallint[] not null,
  clock_offset bigint not null default 0,
  created_at timestamptz(3) not null,
  constraint live_programmes_keep_real_time check (sandbox or clock_offset = 0)
);

create table transport_hubs (
  transport_hub_id text collate "C" primary key,
  name text not null,
  iata text collate "C",
  city text not null,
  country_or_region text collate "C" not null,
  zone text not null,
  latitude float8 not null,
  longitude float8 not null
);

-- A resource is one real place, known by the same id in every programme that offers it.
create table resources (
  resource_id text collate "C" primary key,
  module smallint not null,
  name text not null,
  transport_hub_id text collate "C" not null references transport_hubs,
  location text not null,
  image text,
  latitude float8 not null,
  longitude float8 not null
);

create table offers (
  program_id text collate "C" not null references programs,
  resource_id text collate "C" not null references resources,
  children_count boolean not null default true,
  closed_at timestamptz(3),
  closed_reason text,
  primary key (program_id, resource_id),
  check ((closed_at is null) = (closed_reason is null))
);

create table clients (
  client_id text collate "C" primary key,
  name text not null,
  issuer text collate "C" not null unique,
  scopes text[] not null,
  secret text not null,
  rate_per_minute int not null check (rate_per_minute > 0),
  created_at timestamptz(3) not null,
  revoked_at timestamptz(3)
);

create table client_keys (
  client_id text collate "C" not null references clients,
  kid text collate "C" not null check (kid ~ '^[A-Za-z0-9_-]{1,64}$'),
  public_key text not null,
  created_at timestamptz(3) not null,
  primary key (client_id, kid)
);

create table client_programs (
  program_id text collate "C" not null references programs,
  client_id text collate "C" not null references clients,
  primary key (program_id, client_id)
);

-- The doors a venue client stands at.
create table client_resources (
  client_id text collate "C" not null references clients,
  resource_id text collate "C" not null references resources,
  primary key (client_id, resource_id)
);

create table administrators (
  email text collate "C" primary key,
  role text not null check (role in ('administrator', 'operator', 'auditor')),
  password_hash text not null,
  created_at timestamptz(3) not null
);

-- Every process keeps the tables above in memory and asks for this one number several times a
-- second: that is how a revocation reaches all of them within a second.
create table directory_version (
  only_row boolean primary key default true check (only_row),
  version bigint not null
);
insert into directory_version (version) values (1);

create function directory_changed() returns trigger language plpgsql as $$
begin
  update directory_version set version = version + 1;
  return null;
end $$;

do $$
declare changed text;
begin
  foreach changed in array array['programs', 'transport_hubs', 'resources', 'offers', 'clients', 'client_keys',
    'client_programs', 'client_resources'] loop
    execute format('create trigger directory_changed after insert or update or delete on %I
      for each statement execute function directory_changed()', changed);
  end loop;
end $$;

-- One clientUserId, one name: the primary key is what two first issues race for.
create table holders (
  program_id text collate "C" not null references programs,
  client_user_id text collate "C" not null,
  first_key text not null,
  last_key text not null,
  bound_at timestamptz(3) not null,
  primary key (program_id, client_user_id)
);

create table passes (
  program_id text collate "C" not null,
  pass_id text collate "C" not null check (pass_id ~ '^[0-9]{16}$'),
  order_id text collate "C" not null,
  module smallint not null,
  allowed_modules smallint[] not null,
  client_user_id text collate "C" not null,
  first_name text not null,
  last_name text not null,
  created_at timestamptz(3) not null,
  activation_at timestamptz(3) not null,
  expiration_at timestamptz(3) not null,
  granted int not null check (granted between 1 and 10000),
  used int not null default 0 check (used between 0 and granted),
  restriction text not null check (restriction in ('resourceIds', 'iata', 'countryOrRegion')),
  restricted_to text[] collate "C" not null,
  last_use_at timestamptz(3),
  last_use_resource_id text collate "C",
  last_use_number int,
  suspended_at timestamptz(3),
  suspended_reason text,
  cancelled_at timestamptz(3),
  entries int not null,
  primary key (program_id, pass_id),
  unique (program_id, order_id),
  foreign key (program_id, client_user_id) references holders,
  constraint activates_before_it_expires check (activation_at < expiration_at),
  constraint used_within_its_dates check (last_use_at >= activation_at and last_use_at < expiration_at),
  constraint restricted_somewhere check (restriction = 'resourceIds' or cardinality(restricted_to) > 0)
  -- Room on each page for the next version of a row: a use changes no indexed column, so it stays
  -- on its page and touches no index.
) with (fillfactor = 80);
create index passes_by_holder on passes (program_id, client_user_id, created_at);
create index passes_by_expiration on passes (program_id, expiration_at);

create function pass_terms_are_final() returns trigger language plpgsql as $$
begin
  raise exception 'the terms of a pass never change and its cancellation is final'
    using errcode = 'integrity_constraint_violation';
end $$;
-- Named columns: the update of a use, which sets none of them, does not even ask.
create trigger pass_terms_are_final before update of granted, activation_at, expiration_at, module, allowed_modules,
    client_user_id, restriction, restricted_to, order_id, cancelled_at on passes for each row
  when (old.granted <> new.granted or old.activation_at <> new.activation_at or old.expiration_at <> new.expiration_at
    or old.module <> new.module or old.allowed_modules <> new.allowed_modules
    or old.client_user_id <> new.client_user_id or old.restricted_to <> new.restricted_to
    or old.restriction <> new.restriction or old.order_id <> new.order_id
    or (old.cancelled_at is not null and old.cancelled_at is distinct from new.cancelled_at))
  execute function pass_terms_are_final();

-- The append-only history of every pass; a push event is one of these lines, told to somebody.
-- No foreign key to passes: the pass is locked and written by the same transaction, and the check
-- would cost a look-up for every use.
create table entries (
  program_id text collate "C" not null,
  pass_id text collate "C" not null,
  number int not null check (number > 0),
  kind text collate "C" not null check (kind in ('issue', 'use', 'give-back', 'cancel', 'suspend', 'resume')),
  at timestamptz(3) not null,
  units int not null,
  left_after int not null check (left_after >= 0),
  order_id text collate "C" not null,
  client_id text collate "C" not null,
  resource_id text collate "C",
  module smallint not null,
  adults smallint not null,
  children smallint not null,
  reason text,
  -- The writing transaction: readers who follow the history by it never skip one that commits late.
  transaction xid8 not null default pg_current_xact_id(),
  primary key (program_id, pass_id, number),
  check ((kind = 'use') = (units > 0)),
  check ((kind = 'give-back') = (units < 0))
);
-- At most one use and one give-back for a usage order.
create unique index entries_by_order on entries (program_id, order_id, kind) where kind in ('use', 'give-back');
create index entries_by_resource on entries (program_id, resource_id, at) where kind = 'use';
create index entries_by_time on entries (program_id, at);
create index entries_by_transaction on entries (program_id, transaction);

create function history_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'the history is append-only' using errcode = 'insufficient_privilege';
end $$;
create trigger history_is_append_only before update or delete or truncate on entries
  for each statement execute function history_is_append_only();

-- The first answer to every repeatable request. A scan id belongs to nobody (client_id '') and is
-- kept for ever; a request id belongs to its client and route and is kept for 72 hours.
create table answers (
  program_id text collate "C" not null,
  client_id text collate "C" not null,
  route text collate "C" not null,
  key text collate "C" not null,
  fingerprint text collate "C" not null,
  status smallint not null check (status < 500 and status not in (401, 403, 429)),
  body text not null,
  created_at timestamptz(3) not null,
  primary key (program_id, client_id, route, key)
);
create index answers_by_age on answers using brin (created_at) with (pages_per_range = 32);
