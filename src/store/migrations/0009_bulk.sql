-- Bulk issue: a file of rows, staged in chunks so that its job survives the process, and issued chunk by chunk.

create table bulk_jobs (
  program_id text collate "C" not null references programs,
  job_id text collate "C" not null check (job_id ~ '^bulk_[A-Za-z0-9_-]{16,32}$'),
  -- Who sent it: the passes are issued in this name.
  client_id text collate "C" not null,
  name text,
  format text collate "C" not null check (format in ('ndjson', 'csv')),
  -- Whether it goes on by itself once every row has its verdict, or waits to be started.
  starts_itself boolean not null,
  state text collate "C" not null
    check (state in ('receiving', 'checking', 'checked', 'running', 'stopped', 'done', 'cancelled', 'broken')),
  problem text,
  bytes bigint not null default 0,
  rows int not null default 0,
  good int not null default 0,
  issued int not null default 0,
  repeated int not null default 0,
  refused int not null default 0,
  -- How many there are, and the first that still has to be issued.
  chunks int not null default 0,
  next_chunk int not null default 0,
  created_at timestamptz(3) not null,
  started_at timestamptz(3),
  finished_at timestamptz(3),
  changed_at timestamptz(3) not null,
  -- When the rows were forgotten; the counts stay.
  rows_deleted_at timestamptz(3),
  -- Who works on it, and until when by the clock of the database if it says nothing more. Every write of
  -- a job names its lease: a process that was thought dead and comes back writes nothing.
  lease text collate "C",
  leased_until timestamptz,
  served_at timestamptz,
  primary key (program_id, job_id),
  constraint every_row_has_a_verdict check (good + issued + repeated + refused = rows),
  constraint each_count_is_one check (least(good, issued, repeated, refused) >= 0)
);
create index bulk_jobs_by_age on bulk_jobs (program_id, created_at, job_id);
create index bulk_jobs_at_work on bulk_jobs (served_at) where state in ('receiving', 'checking', 'running');
create index bulk_jobs_with_rows on bulk_jobs (changed_at) where rows_deleted_at is null;

-- Some rows of a file; a row of this table for each of them would cost as much as the passes.
create table bulk_chunks (
  program_id text collate "C" not null,
  job_id text collate "C" not null,
  chunk int not null,
  first_row int not null,
  rows int not null,
  good int not null,
  issued int not null,
  repeated int not null,
  refused int not null,
  -- JSON: what is asked for, row by row, and null where nothing is left to do; null when that is all of them.
  requests text,
  -- JSON: the verdicts, row by row.
  results text not null,
  -- How often its verdicts were written: nobody writes over what he has not read.
  writes int not null default 0,
  primary key (program_id, job_id, chunk),
  foreign key (program_id, job_id) references bulk_jobs
);
-- As they are: the server's compression costs more than the disk it saves for some days.
alter table bulk_chunks alter column requests set storage external, alter column results set storage external;

-- Hashes of what must be unique within a file, split into parts that fit into memory; gone once checked.
create table bulk_keys (
  program_id text collate "C" not null,
  job_id text collate "C" not null,
  part smallint not null,
  number int not null,
  reference_keys text not null,
  user_keys text not null,
  primary key (program_id, job_id, part, number),
  foreign key (program_id, job_id) references bulk_jobs
);
alter table bulk_keys alter column reference_keys set storage external, alter column user_keys set storage external;

-- One reference, one pass, for ever. Without a foreign key to passes, as the history: the same transaction
-- writes the pass.
create table bulk_references (
  program_id text collate "C" not null,
  reference text collate "C" not null,
  -- Tells the same row from another one under the same reference.
  fingerprint text collate "C" not null,
  pass_id text collate "C" not null,
  primary key (program_id, reference)
);
