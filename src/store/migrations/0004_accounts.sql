-- People who sign in: accounts with a role, their sessions, and the log of what they did.

alter table administrators rename to accounts;
alter table accounts rename constraint administrators_pkey to accounts_pkey;
alter table accounts rename constraint administrators_role_check to accounts_role_check;
alter table accounts
  add column language text collate "C" not null default 'en' check (language ~ '^[a-z]{2}(-[A-Z]{2})?$'),
  -- The programmes it may work in; null: all, those that come later included.
  add column program_ids text[] collate "C",
  add column disabled_at timestamptz(3),
  -- A password that somebody else has seen must be changed before anything else is done.
  add column password_is_temporary boolean not null default false,
  add column password_set_at timestamptz(3) not null default now(),
  add column signed_in_at timestamptz(3),
  -- Small letters only: one person, one account.
  add constraint accounts_email_check check (email = lower(email) and email ~ '^[!-?A-~]+@[!-?A-~]+$'),
  add constraint administrators_have_every_programme check (role <> 'administrator' or program_ids is null);
alter table accounts alter column password_set_at drop default;

-- A session is found by the hash of its id, so that whoever reads this table cannot take one over.
-- One that is ended is deleted: every process asks here with every request.
create table sessions (
  session_hash text collate "C" primary key,
  email text collate "C" not null references accounts,
  created_at timestamptz(3) not null,
  used_at timestamptz(3) not null
);
create index sessions_by_account on sessions (email);
create index sessions_by_age on sessions (used_at);

-- Browsers in which somebody has signed in before: attempts from elsewhere cannot keep them out.
create table known_devices (
  email text collate "C" not null references accounts,
  device_hash text collate "C" not null,
  used_at timestamptz(3) not null,
  primary key (email, device_hash)
);
create index known_devices_by_age on known_devices (used_at);

-- What was done by whom. Each line's hash covers the line and the hash before it: a line that is
-- changed, taken out or put in afterwards breaks the chain from there on.
create table audit_log (
  number bigint primary key check (number > 0),
  at timestamptz(3) not null,
  actor text collate "C" not null,
  act text collate "C" not null check (act ~ '^[a-z]+(-[a-z]+)*(\.[a-z]+(-[a-z]+)*)+$'),
  subject text collate "C" not null,
  -- The programme it is about; null for what is about none or several.
  in_program text collate "C" references programs,
  request_id text collate "C" not null,
  -- JSON as it was written: the hash covers its bytes.
  details text not null,
  hash text collate "C" not null,
  -- The hash is taken over one field a line.
  constraint audit_log_of_single_lines check (concat(actor, subject, request_id, details) !~ '[\n\r]')
);
create index audit_log_by_actor on audit_log (actor, number);
create index audit_log_by_subject on audit_log (subject, number);
create index audit_log_by_act on audit_log (act, number);
create index audit_log_by_time on audit_log (at);
create trigger history_is_append_only before update or delete or truncate on audit_log
  for each statement execute function history_is_append_only();

-- SHA-256 over the fields, one a line, the hash before it first: anybody can compute it again.
create function audit_hash(previous text, number bigint, at timestamptz, actor text, act text, subject text,
    in_program text, request_id text, details text) returns text
  language sql stable parallel safe
  return encode(sha256(convert_to(concat_ws(E'\n', previous, number::text,
    floor(extract(epoch from at) * 1000)::bigint::text, actor, act, subject, coalesce(in_program, ''), request_id,
    details), 'UTF8')), 'hex');

-- Clients of the API never get what people get, and are never taken for people or devices.
alter table clients
  add constraint clients_scopes_check check (scopes <@ array['issuer', 'venue', 'operator']),
  add constraint clients_are_no_people check (client_id !~ '^(account|device):');
