-- A front desk's phone or tablet: a token of its own for one door. It belongs to the programme in
-- which it was made, which lists and revokes it; `every_program` says whether it also admits the
-- passes of the other programmes that offer the same place. Codes and token are kept hashed.
create table devices (
  program_id text collate "C" not null,
  device_id text collate "C" not null,
  name text not null,
  resource_id text collate "C" not null,
  every_program boolean not null,
  created_at timestamptz(3) not null,
  created_by text collate "C" not null,
  pairing_until timestamptz(3) not null,
  pairing_hash text collate "C" not null,
  short_hash text collate "C" not null,
  token_hash text collate "C",
  paired_at timestamptz(3),
  revoked_at timestamptz(3),
  primary key (program_id, device_id),
  foreign key (program_id, resource_id) references offers,
  check ((token_hash is null) = (paired_at is null))
);
create index devices_by_age on devices (program_id, created_at, device_id);
-- Whoever pairs knows a code and nothing else. Two devices never have the same: no unique index,
-- because it would tell one programme of another's codes.
create index devices_by_pairing_code on devices (pairing_hash);
create index devices_by_short_code on devices (short_hash, pairing_until);

create trigger directory_changed after insert or update or delete on devices
  for each statement execute function directory_changed();
