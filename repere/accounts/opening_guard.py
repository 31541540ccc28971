"""What the database itself asks before the means of an account change: the lock behind `factors.py`, `sessions.py` and `actions.py`.

A password, an address and whether an account is open are written by the house or at the door, never by SQL in a request of a person:
the hash of somebody else's password would open her account. A session that ended or was locked is not opened again that way, nor is
a proof shown that nobody gave, nor is a session said to have been used when it was not. Under what name she works is typed by who
invited her. Her language and the end of a session stay hers to write.
"""

_REFUSED = "USING ERRCODE = 'insufficient_privilege'"
_SERVES = "current_user <> 'repere_owner'"


# Django marks a password that opens nothing with "!": whoever invites makes no other. At the door a first password is set, and an
# older hash is written anew; an address stays what it is.
ACCOUNT = f"""
CREATE FUNCTION public.account_opens_by_its_steps() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    kind text := public.acting('kind');
BEGIN
    IF kind = 'system' OR kind = 'sign_in' AND TG_OP = 'UPDATE'
            AND (NEW.id, NEW.email, NEW.is_active) IS NOT DISTINCT FROM (OLD.id, OLD.email, OLD.is_active) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the means of an account are changed by its own steps' {_REFUSED};
END $$;
CREATE TRIGGER account_begins_closed BEFORE INSERT ON accounts_user
    FOR EACH ROW WHEN ({_SERVES} AND NOT starts_with(NEW.password, '!')) EXECUTE FUNCTION account_opens_by_its_steps();
CREATE TRIGGER account_opens_by_its_steps BEFORE UPDATE ON accounts_user
    FOR EACH ROW WHEN ({_SERVES} AND (NEW.id, NEW.password, NEW.email, NEW.is_active)
        IS DISTINCT FROM (OLD.id, OLD.password, OLD.email, OLD.is_active)) EXECUTE FUNCTION account_opens_by_its_steps();
"""
SESSION = f"""
CREATE FUNCTION public.session_is_proved() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF public.acting('kind') = 'system' AND (OLD.ended_at IS NULL OR NEW.ended_at IS NOT DISTINCT FROM OLD.ended_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a session is proved by a factor, and one that ended stays ended' {_REFUSED};
END $$;
CREATE TRIGGER session_is_proved BEFORE UPDATE ON accounts_signedin
    FOR EACH ROW WHEN ({_SERVES} AND ((NEW.id, NEW.user_id, NEW.began_at, NEW.confirmed_at, NEW.proved_by)
            IS DISTINCT FROM (OLD.id, OLD.user_id, OLD.began_at, OLD.confirmed_at, OLD.proved_by)
        OR OLD.locked_at IS NOT NULL AND NEW.locked_at IS DISTINCT FROM OLD.locked_at
        OR OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at)) EXECUTE FUNCTION session_is_proved();
"""
LEAVING = f"""
CREATE FUNCTION public.who_ends_a_membership_says_so() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF public.acting('kind') = 'person' AND (NEW.ended_by_id IS DISTINCT FROM public.acting('user')::uuid OR NEW.ended_at IS NULL) THEN
        RAISE EXCEPTION 'a membership is ended in one''s own name' {_REFUSED};
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER who_ends_a_membership_says_so BEFORE UPDATE ON accounts_membership
    FOR EACH ROW WHEN ({_SERVES} AND (NEW.ended_at, NEW.ended_by_id)
        IS DISTINCT FROM (OLD.ended_at, OLD.ended_by_id))
    EXECUTE FUNCTION who_ends_a_membership_says_so();
"""
GUARDS = (ACCOUNT, SESSION, LEAVING)


def _anew(guards: str) -> str:
    return guards.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION").replace("CREATE TRIGGER", "CREATE OR REPLACE TRIGGER")


SINCE_0094_UNDONE = _anew(ACCOUNT + SESSION)
SINCE_0094 = (
    SINCE_0094_UNDONE.replace("NEW.email, NEW.is_active)", "NEW.email, NEW.name, NEW.is_active)")
    .replace("OLD.email, OLD.is_active)", "OLD.email, OLD.name, OLD.is_active)")
    .replace("NEW.began_at, NEW.confirmed_at", "NEW.began_at, NEW.seen_at, NEW.confirmed_at")
    .replace("OLD.began_at, OLD.confirmed_at", "OLD.began_at, OLD.seen_at, OLD.confirmed_at")
)
"""A member who calls herself another body misleads who reads her name; a session seen in a year to come never locks."""
UNDONE = (
    "DROP TRIGGER who_ends_a_membership_says_so ON accounts_membership; DROP FUNCTION who_ends_a_membership_says_so();",
    "DROP TRIGGER session_is_proved ON accounts_signedin; DROP FUNCTION session_is_proved();",
    "DROP TRIGGER account_opens_by_its_steps ON accounts_user; DROP TRIGGER account_begins_closed ON accounts_user;"
    " DROP FUNCTION account_opens_by_its_steps();",
)
