-- Links to the pages of passes. A token is made from the nonce and a secret that is not in the
-- database, and found by its hash: whoever reads this table learns no link.
create table pass_links (
  program_id text collate "C" not null,
  token_hash text collate "C" not null check (token_hash ~ '^[A-Za-z0-9_-]{43}$'),
  pass_id text collate "C" not null,
  nonce text not null,
  -- Which secret the token is made with, by a name that tells nothing of it.
  made_with text collate "C" not null,
  created_at timestamptz(3) not null,
  created_by text collate "C" not null,
  revoked_at timestamptz(3),
  revoked_by text collate "C",
  primary key (program_id, token_hash),
  foreign key (program_id, pass_id) references passes,
  check ((revoked_at is null) = (revoked_by is null))
);
-- One link of a pass stands at a time. Under another secret it cannot be made again: that process
-- makes one of its own beside it, and a revocation ends both.
create unique index pass_links_standing on pass_links (program_id, pass_id, made_with) where revoked_at is null;
-- A token does not tell its programme.
create index pass_links_by_token on pass_links (token_hash) where revoked_at is null;
