-- The log of deliveries does not grow for ever: what was delivered or given up long ago is forgotten, found by this.
create index deliveries_finished on deliveries (state, finished_at) where state <> 'waiting';

-- Of attempts that sent the same body, the first alone keeps it: it makes up most of such a row.
alter table delivery_attempts alter column body drop not null;
