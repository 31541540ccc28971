"""What the database itself asks before an account begins again: the lock behind `members.py` and `actions.py`.

A reset is asked in one's own name and done by another. Where the body has an administrator besides the person herself, one of the two
belongs to it; a sponsor alone waits `SPONSOR_WAITS`. One link for one reset, and only for whoever gave the second yes.
A link for a membership is made by an administrator who answers for it. A sponsor lets in and confirms, where there is one
administrator; it ends nobody's work.
"""

from __future__ import annotations

from datetime import timedelta

SPONSOR_WAITS = timedelta(hours=72)
"""Between the request and the second yes, where nobody of the body itself can answer for her."""
QUIET_AFTER = timedelta(days=30)
"""So long after such a reset the sponsor does not also confirm her."""

_REFUSED = "USING ERRCODE = 'insufficient_privilege'"
_DEFINER = "SECURITY DEFINER SET search_path = pg_catalog, pg_temp"
_RUNS = """m.role = 'administrator' AND m.approved_at IS NOT NULL AND m.accepted_at IS NOT NULL
        AND m.suspended_at IS NULL AND m.ended_at IS NULL"""

COUNTS = f"""
CREATE FUNCTION public.administers(who uuid, body uuid) RETURNS boolean LANGUAGE sql STABLE {_DEFINER} AS $$
    SELECT EXISTS (SELECT FROM public.accounts_membership m WHERE m.user_id = who AND m.organisation_id = body AND {_RUNS})
$$;
CREATE FUNCTION public.administrators_but(who uuid, body uuid) RETURNS bigint LANGUAGE sql STABLE {_DEFINER} AS $$
    SELECT count(DISTINCT m.user_id) FROM public.accounts_membership m
    WHERE m.organisation_id = body AND m.user_id IS DISTINCT FROM who AND {_RUNS}
$$;
CREATE FUNCTION public.answers_for(body uuid) RETURNS boolean LANGUAGE sql STABLE {_DEFINER} AS $$
    SELECT public.acting('role') = 'administrator' AND (public.acting('organisation')::uuid = body
        OR public.administrators_but(NULL, body) < 2 AND EXISTS (SELECT FROM public.directory_organisation o
            WHERE o.id = body AND o.sponsor_id = public.acting('organisation')::uuid))
$$;
REVOKE ALL ON FUNCTION public.administers(uuid, uuid), public.administrators_but(uuid, uuid), public.answers_for(uuid) FROM PUBLIC;
"""  # noqa: S608 constants of this file

RESETS = f"""
CREATE FUNCTION public.reset_takes_two() RETURNS trigger LANGUAGE plpgsql {_DEFINER} AS $$
DECLARE
    refused constant text := 'an account begins again by two persons, one of them of its own organisation';
    me uuid := public.acting('user')::uuid;
BEGIN
    IF NOT coalesce(public.answers_for(NEW.organisation_id), false) THEN
        RAISE EXCEPTION '%', refused {_REFUSED};
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.first_by_id IS DISTINCT FROM me OR NEW.second_by_id IS NOT NULL OR NEW.done_at IS NOT NULL
            OR NEW.asked_at < transaction_timestamp() - interval '6 hours' OR NOT EXISTS (
                SELECT FROM public.accounts_membership m WHERE m.user_id = NEW.user_id AND m.organisation_id = NEW.organisation_id
                    AND m.approved_at IS NOT NULL AND m.accepted_at IS NOT NULL AND m.ended_at IS NULL
            ) THEN
            RAISE EXCEPTION '%', refused {_REFUSED};
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.done_at IS NOT NULL OR NEW.done_at IS NULL OR NEW.second_by_id IS DISTINCT FROM me THEN
        RAISE EXCEPTION '%', refused {_REFUSED};
    END IF;
    IF NOT public.administers(NEW.first_by_id, NEW.organisation_id) AND NOT public.administers(me, NEW.organisation_id)
        AND (public.administrators_but(NEW.user_id, NEW.organisation_id) > 0
            OR NEW.asked_at > transaction_timestamp() - interval '{int(SPONSOR_WAITS.total_seconds())} seconds') THEN
        RAISE EXCEPTION '%', refused {_REFUSED};
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER reset_takes_two BEFORE INSERT OR UPDATE ON accounts_factorreset
    FOR EACH ROW WHEN (current_user <> 'repere_owner') EXECUTE FUNCTION reset_takes_two();
"""  # noqa: S608 constants of this file

LINKS = f"""
CREATE FUNCTION public.link_is_answered_for() RETURNS trigger LANGUAGE plpgsql {_DEFINER} AS $$
BEGIN
    IF public.acting('kind') = 'system' THEN
        RETURN NEW;
    END IF;
    IF NEW.membership_id IS NULL AND EXISTS (
        SELECT FROM public.accounts_factorreset r WHERE r.id = NEW.reset_id AND r.user_id = NEW.user_id AND r.done_at IS NOT NULL
            AND r.second_by_id = public.acting('user')::uuid
    ) OR NEW.membership_id IS NOT NULL AND NEW.reset_id IS NULL AND EXISTS (
        SELECT FROM public.accounts_membership m WHERE m.id = NEW.membership_id AND m.user_id = NEW.user_id
            AND m.approved_at IS NOT NULL AND m.ended_at IS NULL AND public.answers_for(m.organisation_id)
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a link is made for a membership that was approved, or for a reset that two persons did' {_REFUSED};
END $$;
CREATE TRIGGER link_is_answered_for BEFORE INSERT ON accounts_invitation
    FOR EACH ROW WHEN (current_user <> 'repere_owner') EXECUTE FUNCTION link_is_answered_for();
"""  # noqa: S608 constants of this file

SPONSORS = f"""
CREATE FUNCTION public.sponsor_ends_nothing() RETURNS trigger LANGUAGE plpgsql {_DEFINER} AS $$
BEGIN
    IF public.acting('kind') IS DISTINCT FROM 'person' OR OLD.organisation_id = public.acting('organisation')::uuid THEN
        RETURN NEW;
    END IF;
    IF NOT coalesce(public.answers_for(OLD.organisation_id), false) OR NEW.ended_at IS DISTINCT FROM OLD.ended_at
        OR NEW.ended_by_id IS DISTINCT FROM OLD.ended_by_id
        OR NEW.suspended_at IS NOT NULL AND NEW.suspended_at IS DISTINCT FROM OLD.suspended_at
        OR NEW.notice_at IS NOT NULL AND NEW.notice_at IS DISTINCT FROM OLD.notice_at
        OR NEW.suspended_at IS DISTINCT FROM OLD.suspended_at AND EXISTS (
            SELECT FROM public.accounts_factorreset r WHERE r.user_id = OLD.user_id AND r.organisation_id = OLD.organisation_id
                AND (r.done_at IS NULL OR r.done_at > transaction_timestamp() - interval '{QUIET_AFTER.days} days')
                AND NOT public.administers(r.first_by_id, r.organisation_id)
                AND NOT public.administers(r.second_by_id, r.organisation_id)
        ) THEN
        RAISE EXCEPTION 'a sponsor lets in and confirms, where there is one administrator, and ends nothing' {_REFUSED};
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER sponsor_ends_nothing BEFORE UPDATE ON accounts_membership
    FOR EACH ROW WHEN (current_user <> 'repere_owner') EXECUTE FUNCTION sponsor_ends_nothing();
"""

GUARDS = (COUNTS, RESETS, LINKS, SPONSORS)
UNDONE = (
    "DROP TRIGGER sponsor_ends_nothing ON accounts_membership; DROP FUNCTION sponsor_ends_nothing();",
    "DROP TRIGGER link_is_answered_for ON accounts_invitation; DROP FUNCTION link_is_answered_for();",
    "DROP TRIGGER reset_takes_two ON accounts_factorreset; DROP FUNCTION reset_takes_two();",
    "DROP FUNCTION answers_for(uuid); DROP FUNCTION administrators_but(uuid, uuid); DROP FUNCTION administers(uuid, uuid);",
)
