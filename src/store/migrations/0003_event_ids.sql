-- Part B of push events. The id of an event is made from where it stands in the history
-- (contract/events.ts makes the same), so that it needs no column: an index finds a delivery by it.
create function event_id(program_id text, pass_id text, number int) returns text
  language sql immutable parallel safe
  return 'evt_' || left(translate(encode(sha256(decode(program_id || E'\n' || pass_id || E'\n' || number::text, 'escape')),
    'base64'), '+/', '-_'), 24);
create unique index deliveries_by_event on deliveries (program_id, endpoint_id, event_id(program_id, pass_id, number));
