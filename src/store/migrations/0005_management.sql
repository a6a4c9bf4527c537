-- What managing over the API needs: offers that end, secrets that rotate, and what each client asked for.

-- Prefixes that a programme had before its first pass. A process that has not heard of the change yet may
-- issue that first pass under the old one: it must still be found.
alter table programs add column former_prefixes text[] collate "C" not null default '{}';

-- An offer that was withdrawn stays: the history at its door can still be told, and it can be offered again.
alter table offers add column withdrawn_at timestamptz(3);

-- After a rotation the secret before is good until a stated time.
alter table clients
  -- Null: the secret is as old as the client.
  add column secret_at timestamptz(3),
  add column old_secret text,
  add column old_secret_until timestamptz(3),
  add constraint clients_old_secret_ends check ((old_secret is null) = (old_secret_until is null));

-- How often each client asked for what, hour by hour, and what it was refused. Counted in memory and added
-- here every few seconds: these are figures for people, not the books.
create table client_traffic (
  client_id text collate "C" not null references clients,
  hour timestamptz(3) not null,
  operation text collate "C" not null,
  -- The name of the refusal; empty for what was done as asked.
  refusal text collate "C" not null,
  requests bigint not null check (requests > 0),
  primary key (client_id, hour, operation, refusal)
);
create index client_traffic_by_hour on client_traffic (hour);
