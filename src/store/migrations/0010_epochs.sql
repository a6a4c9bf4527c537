-- A database that was restored or moved has another server's transaction numbers in its history, and may have lost its
-- last moments. So that cursors of events go on in order and no event id is used twice, each restore begins an epoch:
-- what is written then is numbered from epoch * 10^12 on, which is more than any number that was told before.

-- The number under which a transaction of this server stands in the history. A new epoch replaces this function
-- (store/epochs.ts); until the first, it costs nothing, because the planner puts its body in its place.
create function in_epoch(transaction xid8) returns xid8 language sql stable parallel safe return transaction;
alter table entries alter column transaction set default in_epoch(pg_current_xact_id());

-- The epoch is part of an event's id from the first restore on (contract/events.ts makes the same id). A delivery is
-- written with its line of history, so that a new epoch only has to change this default.
alter table deliveries add column epoch int not null default 0;
create function event_id(program_id text, pass_id text, number int, epoch int) returns text
  language sql immutable parallel safe
  return 'evt_' || left(translate(encode(sha256(decode(program_id || E'\n' || pass_id || E'\n' || number::text
    || case epoch when 0 then '' else E'\n' || epoch::text end, 'escape')), 'base64'), '+/', '-_'), 24);
drop index deliveries_by_event;
create unique index deliveries_by_event
  on deliveries (program_id, endpoint_id, event_id(program_id, pass_id, number, epoch));
