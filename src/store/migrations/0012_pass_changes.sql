-- When a pass changed last in a way that its other columns do not tell: by a give-back, a resumption, the notice that it
-- ends soon. Two processes' clocks differ by up to a second, and the history of a pass must not run backwards for that.
-- Null for what changed before this migration: nobody's clock is as far behind as that.
alter table passes add column changed_at timestamptz(3);
