-- How long a delivery was to wait when its last attempt was written down, in milliseconds: after the clock was set back
-- it must wait no longer than that, and no shorter, however many processes see to it.
alter table deliveries add column wait_milliseconds int not null default 0;
update deliveries set wait_milliseconds = least(extract(epoch from next_attempt_at - clock_timestamp()) * 1000, 104000000)
where state = 'waiting' and lease is null and next_attempt_at > clock_timestamp();

-- Whoever works in one programme reads its lines alone, and the log is never shortened.
create index audit_log_programme on audit_log (in_program, number);
