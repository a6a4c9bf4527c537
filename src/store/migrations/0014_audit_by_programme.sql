-- Whoever works in one programme reads its lines alone, and the log is never shortened.
create index audit_log_programme on audit_log (in_program, number);
