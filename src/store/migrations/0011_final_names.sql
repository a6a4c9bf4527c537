-- What a pass says of its holder is as final as its other terms: its name, when it was made, and which pass it is.
drop trigger pass_terms_are_final on passes;
-- Named columns: the update of a use, which sets none of them, does not even ask.
create trigger pass_terms_are_final before update of program_id, pass_id, granted, activation_at, expiration_at, module,
    allowed_modules, client_user_id, first_name, last_name, created_at, restriction, restricted_to, order_id, cancelled_at
  on passes for each row
  when (old.program_id <> new.program_id or old.pass_id <> new.pass_id
    or old.granted <> new.granted or old.activation_at <> new.activation_at or old.expiration_at <> new.expiration_at
    or old.module <> new.module or old.allowed_modules <> new.allowed_modules
    or old.client_user_id <> new.client_user_id or old.first_name <> new.first_name or old.last_name <> new.last_name
    or old.created_at <> new.created_at or old.restricted_to <> new.restricted_to
    or old.restriction <> new.restriction or old.order_id <> new.order_id
    or (old.cancelled_at is not null and old.cancelled_at is distinct from new.cancelled_at))
  execute function pass_terms_are_final();

-- Request ids are forgotten by their age. Scan ids, which stay for ever, are not in this index: the one before it had
-- every old scan read at each look for what is to be forgotten.
drop index answers_by_age;
create index answers_to_forget on answers (created_at) where client_id <> '';

-- One clientUserId, one name, for ever.
create function holders_are_final() returns trigger language plpgsql as $$
begin
  raise exception 'the name of a clientUserId is final' using errcode = 'integrity_constraint_violation';
end $$;
create trigger holders_are_final before update on holders for each row
  when (old is distinct from new) execute function holders_are_final();
