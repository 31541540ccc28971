"""What the database itself asks before a membership counts: that its person accepted it (the lock behind `actions.py`).

Nobody accepts for another. The door sets the moment, for somebody who came with her link; a further role in an organisation
that she works in already is accepted from the start.
"""

from repere.accounts.vetting_guard import VOICES_NEEDED

ACCEPTING_GUARD = """
CREATE FUNCTION public.member_accepts_herself() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    refused constant text := 'a membership counts once its person accepted it herself';
    untouched public.accounts_membership := NEW;
BEGIN
    IF public.acting('kind') = 'system' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.accepted_at IS NOT NULL AND NOT EXISTS (
            SELECT FROM public.accounts_membership m WHERE m.user_id = NEW.user_id AND m.organisation_id = NEW.organisation_id
                AND m.accepted_at IS NOT NULL AND m.ended_at IS NULL
        ) THEN
            RAISE EXCEPTION '%', refused USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NEW;
    END IF;
    IF public.acting('kind') = 'sign_in' THEN
        untouched.accepted_at := OLD.accepted_at;
        IF untouched IS DISTINCT FROM OLD OR OLD.accepted_at IS NOT NULL OR OLD.approved_at IS NULL OR OLD.ended_at IS NOT NULL THEN
            RAISE EXCEPTION '%', refused USING ERRCODE = 'insufficient_privilege';
        END IF;
    ELSIF NEW.accepted_at IS DISTINCT FROM OLD.accepted_at THEN
        RAISE EXCEPTION '%', refused USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER member_accepts_herself BEFORE INSERT OR UPDATE ON accounts_membership
    FOR EACH ROW EXECUTE FUNCTION member_accepts_herself();
"""
UNDONE = "DROP TRIGGER member_accepts_herself ON accounts_membership; DROP FUNCTION member_accepts_herself();"

ACCEPTED_VOICES = f"""
CREATE OR REPLACE FUNCTION public.two_voices_for(about uuid, what text, since timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT count(DISTINCT s.user_id) >= {VOICES_NEEDED} AND count(DISTINCT s.by_organisation_id) >= {VOICES_NEEDED}
    FROM public.accounts_vettingstep s
    JOIN public.directory_organisation o ON o.id = s.by_organisation_id AND o.state = 'active' AND o.id <> about
    WHERE s.organisation_id = about AND s.step = what AND s.at >= since AND EXISTS (
        SELECT FROM public.accounts_membership m
        WHERE m.user_id = s.user_id AND m.organisation_id = s.by_organisation_id AND m.role = 'administrator'
            AND m.approved_at IS NOT NULL AND m.accepted_at IS NOT NULL AND m.suspended_at IS NULL AND m.ended_at IS NULL
    )
$$;
"""  # noqa: S608 a number of this house
