"""What the database itself asks before an organisation or a member may work: the second lock behind `vetting.py` and `members.py`.

The application counts the voices, and so do these triggers, on the rows as they stand. A voice counts when its person is an
administrator, of an organisation that is active, and not the one in question; two persons of two organisations are needed.
"""

from django.db.migrations import RunSQL

VOICES_NEEDED = 2

ORGANISATION_GUARD = f"""
CREATE FUNCTION public.two_voices_for(about uuid, what text, since timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT count(DISTINCT s.user_id) >= {VOICES_NEEDED} AND count(DISTINCT s.by_organisation_id) >= {VOICES_NEEDED}
    FROM public.accounts_vettingstep s
    JOIN public.directory_organisation o ON o.id = s.by_organisation_id AND o.state = 'active' AND o.id <> about
    WHERE s.organisation_id = about AND s.step = what AND s.at >= since AND EXISTS (
        SELECT FROM public.accounts_membership m
        WHERE m.user_id = s.user_id AND m.organisation_id = s.by_organisation_id AND m.role = 'administrator'
            AND m.approved_at IS NOT NULL AND m.suspended_at IS NULL AND m.ended_at IS NULL
    )
$$;
CREATE FUNCTION public.organisation_is_vetted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    refused constant text := 'an organisation works only after two persons of two other organisations let it in';
BEGIN
    IF NEW.state NOT IN ('probation', 'active') THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' THEN
        -- The founding, and the invented organisations of a demonstration.
        IF public.acting('kind') IS DISTINCT FROM 'system' THEN
            RAISE EXCEPTION '%', refused USING ERRCODE = 'insufficient_privilege';
        END IF;
    ELSIF OLD.state = NEW.state AND OLD.probation_until IS NOT DISTINCT FROM NEW.probation_until THEN
        RETURN NEW;
    ELSIF OLD.state = 'sponsor_confirmed' AND NEW.state = 'probation' THEN
        IF NOT public.two_voices_for(NEW.id, 'approval', OLD.state_since) OR NEW.sponsor_id IS NULL OR NEW.sponsor_id = NEW.id
            OR NEW.probation_until < NEW.state_since + interval '30 days' THEN
            RAISE EXCEPTION '%', refused USING ERRCODE = 'insufficient_privilege';
        END IF;
    ELSIF OLD.state = 'probation' AND NEW.state = 'active' THEN
        IF OLD.probation_until > NEW.state_since OR public.acting('kind') IS DISTINCT FROM 'system' THEN
            RAISE EXCEPTION 'a probation runs its course' USING ERRCODE = 'insufficient_privilege';
        END IF;
    ELSIF OLD.state = 'suspended' THEN
        IF NOT public.two_voices_for(NEW.id, 'resumption', OLD.state_since)
            OR (NEW.state = 'active' AND OLD.probation_until > NEW.state_since) THEN
            RAISE EXCEPTION '%', refused USING ERRCODE = 'insufficient_privilege';
        END IF;
    ELSE
        RAISE EXCEPTION '%', refused USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER organisation_is_vetted BEFORE INSERT OR UPDATE ON directory_organisation
    FOR EACH ROW EXECUTE FUNCTION organisation_is_vetted();
"""  # noqa: S608 a number of this file

OWN_ROW_GUARD = """
CREATE FUNCTION public.organisation_is_its_own() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    refused constant text := 'an organisation is changed by itself, stopped by two persons of two others';
    me uuid := public.acting('organisation')::uuid;
    needed text := CASE NEW.state WHEN 'suspended' THEN 'suspension' WHEN 'closed' THEN 'closing' WHEN 'refused' THEN 'refusal' END;
BEGIN
    IF public.acting('kind') = 'system' THEN
        RETURN NEW;
    END IF;
    IF (NEW.id, NEW.name, NEW.territory, NEW.language) IS DISTINCT FROM (OLD.id, OLD.name, OLD.territory, OLD.language)
        AND OLD.id IS DISTINCT FROM me THEN
        RAISE EXCEPTION '%', refused USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.sponsor_id IS DISTINCT FROM OLD.sponsor_id
        AND NOT (OLD.state = 'identity_checked' AND NEW.state = 'sponsor_confirmed' AND NEW.sponsor_id = me) THEN
        RAISE EXCEPTION '%', refused USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.state = OLD.state AND NEW.state_since IS NOT DISTINCT FROM OLD.state_since THEN
        RETURN NEW;
    END IF;
    -- Each step is somebody's voice, written down in the same transaction, and never one's own organisation's.
    IF NEW.state = OLD.state OR OLD.id = me
        OR needed IS NOT NULL AND NOT public.two_voices_for(NEW.id, needed, OLD.state_since)
        OR needed IS NULL AND NEW.state IN ('applied', 'identity_checked', 'sponsor_confirmed') AND NOT EXISTS (
            SELECT FROM public.accounts_vettingstep s WHERE s.organisation_id = NEW.id AND s.step = NEW.state
                AND s.user_id = public.acting('user')::uuid AND s.by_organisation_id = me
        ) THEN
        RAISE EXCEPTION '%', refused USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER organisation_is_its_own BEFORE UPDATE ON directory_organisation
    FOR EACH ROW EXECUTE FUNCTION organisation_is_its_own();
"""

STEPS_ARE_THE_HOUSES = """
CREATE OR REPLACE FUNCTION public.organisation_is_its_own() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF public.acting('kind') = 'system' THEN
        RETURN NEW;
    END IF;
    -- What state it is in, since when and until when: `vetting.py` writes it once the voices are counted. A second voice that
    -- wrote these herself would say that a probation of minutes was over long ago.
    IF (NEW.state, NEW.state_since, NEW.probation_until, NEW.sponsor_id)
            IS DISTINCT FROM (OLD.state, OLD.state_since, OLD.probation_until, OLD.sponsor_id)
        OR (NEW.id, NEW.name, NEW.territory, NEW.language) IS DISTINCT FROM (OLD.id, OLD.name, OLD.territory, OLD.language)
        AND OLD.id IS DISTINCT FROM public.acting('organisation')::uuid THEN
        RAISE EXCEPTION 'an organisation is changed by itself, stopped by two persons of two others'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
"""

MEMBER_GUARD = """
CREATE FUNCTION public.member_is_approved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF public.acting('kind') = 'system' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' AND NEW.approved_at IS NULL AND NEW.invited_by_id = public.acting('user')::uuid THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at THEN
        RAISE EXCEPTION 'what ended does not begin again' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.approved_at IS NULL OR OLD.approved_at IS NOT NULL
        OR (NEW.approved_by_id = public.acting('user')::uuid AND NEW.approved_by_id <> NEW.user_id
            AND NEW.approved_by_id IS DISTINCT FROM NEW.invited_by_id)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a member works only after another person approved it' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER member_is_approved BEFORE INSERT OR UPDATE ON accounts_membership
    FOR EACH ROW EXECUTE FUNCTION member_is_approved();
"""


def guards() -> list[RunSQL]:
    """For the migration that makes the tables of vetting."""
    return [
        RunSQL(
            ORGANISATION_GUARD,
            "DROP TRIGGER organisation_is_vetted ON directory_organisation; DROP FUNCTION organisation_is_vetted();"
            " DROP FUNCTION two_voices_for(uuid, text, timestamptz);",
        ),
        RunSQL(MEMBER_GUARD, "DROP TRIGGER member_is_approved ON accounts_membership; DROP FUNCTION member_is_approved();"),
    ]
