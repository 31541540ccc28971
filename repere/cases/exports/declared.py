"""Who may touch `cases_extract`, and how statistics are counted: inside the database, where files about nobody are known."""

from __future__ import annotations

from repere.ledger.policy import ACTING_JOB, ACTING_ORGANISATION, ACTING_USER

OURS = f"organisation_id = {ACTING_ORGANISATION}"
ON_FILES = "'file' = ANY ((SELECT cases_words('team'))::text[])"
MINE = f"{OURS} AND asked_by_id = {ACTING_USER}"
ANOTHER = f"{OURS} AND asked_by_id <> {ACTING_USER}"
EVERYWHERE = f"{ACTING_JOB} AND {ACTING_ORGANISATION} IS NULL"
BY_COMMAND = f"{OURS} AND (SELECT acting('kind')) = 'system'"

POLICIES = {
    "cases_extract": {
        "seen by colleagues who work on files": f"FOR SELECT USING ({OURS} AND {ON_FILES})",
        "traced by the command": f"FOR SELECT USING ({BY_COMMAND})",
        "asked in one's own name": f"FOR INSERT WITH CHECK ({MINE} AND {ON_FILES} AND state = 'asked' AND decided_by_id IS NULL)",
        "decided by another": (
            f"FOR UPDATE USING ({ANOTHER} AND {ON_FILES} AND state = 'asked')"
            f" WITH CHECK ({ANOTHER} AND decided_by_id = {ACTING_USER} AND state IN ('approved', 'refused'))"
        ),
        "made and fetched by who asked": (
            f"FOR UPDATE USING ({MINE} AND {ON_FILES} AND state IN ('approved', 'ready'))"
            f" WITH CHECK ({MINE} AND state IN ('ready', 'fetched', 'void', 'ended'))"
        ),
        "read by the job that ends": f"FOR SELECT TO repere_worker USING ({EVERYWHERE})",
        "ended by the job": f"FOR UPDATE TO repere_worker USING ({EVERYWHERE}) WITH CHECK ({EVERYWHERE} AND file IS NULL)",
    },
}
GRANTS = {
    "cases_extract": {
        "web": "SELECT, INSERT, UPDATE (state, frozen, file, decided_by_id, decided_at, fetched_at, closed_at)",
        "worker": "SELECT, UPDATE (state, frozen, file, closed_at)",
    },
}

# A decision is written in one's own name: the policies above look at one row at a time and cannot compare old and new.
NAMED = """
CREATE FUNCTION cases_extract_decided() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF NEW.decided_by_id IS DISTINCT FROM OLD.decided_by_id AND NEW.decided_by_id IS DISTINCT FROM public.acting('user')::uuid THEN
        RAISE EXCEPTION 'a decision is written in one''s own name' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER cases_extract_decided BEFORE UPDATE ON cases_extract FOR EACH ROW EXECUTE FUNCTION cases_extract_decided();
"""

THRESHOLD = 5
# Files about nobody are left out here, because no page may know which they are. Counts below the threshold come back empty and the
# others are rounded to it: neither one person nor one decoy can be found by subtracting two tables.
COUNTED = f"""
CREATE FUNCTION cases_counted() RETURNS TABLE (opened_year integer, place text, files integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT {ON_FILES} THEN
        RETURN;
    END IF;
    RETURN QUERY
        SELECT g.y, g.t, CASE WHEN g.n < {THRESHOLD} THEN NULL ELSE (round(g.n / {THRESHOLD}.0) * {THRESHOLD})::integer END
        FROM (
            SELECT extract(year FROM c.opened_on)::integer AS y, c.territory::text AS t, count(*) AS n FROM public.cases_case c
            WHERE c.organisation_id = {ACTING_ORGANISATION} AND NOT EXISTS (SELECT 1 FROM public.cases_canary k WHERE k.decoy = c.person_id)
            GROUP BY 1, 2
        ) g ORDER BY g.y, g.t;
END $$;
REVOKE ALL ON FUNCTION cases_counted() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION cases_counted() TO repere_web;
"""  # noqa: S608 names of this file
