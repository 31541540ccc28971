"""Who may touch the tables of `models/watching.py`: the organisation alone, through pages or through its job.

What watches over colleagues is written by the verbs in the application's own capacity, never on the connection of one colleague: SQL
smuggled there closes no alert about her, freezes nobody and takes no name out of the comparison.
"""

from __future__ import annotations

from repere.accounts.access import BY_THE_HOUSE
from repere.ledger.policy import ACTING_JOB, ACTING_ORGANISATION

OURS = f"organisation_id = {ACTING_ORGANISATION}"
_SEEN, _ADDED = f"FOR SELECT USING ({OURS})", f"FOR INSERT WITH CHECK ({OURS})"
_WRITTEN = f"FOR INSERT WITH CHECK ({OURS} AND {BY_THE_HOUSE})"
_CHANGED = f"FOR UPDATE USING ({OURS}) WITH CHECK ({OURS} AND {BY_THE_HOUSE})"

POLICIES = {
    "cases_alert": {"seen by its organisation": _SEEN, "added for its organisation": _ADDED, "looked into by its organisation": _CHANGED},
    "cases_freeze": {"seen by its organisation": _SEEN, "added by its organisation": _WRITTEN, "lifted by its organisation": _CHANGED},
    "cases_readername": {
        "compared for its organisation": _SEEN,
        "added by its organisation": _WRITTEN,
        "replaced by its organisation": f"FOR DELETE USING ({OURS} AND {BY_THE_HOUSE})",
    },
    "cases_canary": {
        "known to the job of its organisation": f"FOR SELECT TO repere_worker USING ({OURS})",
        # By the verb alone: whoever could add a mark would be told by the refusal which files bear one.
        "added for its organisation": _WRITTEN,
        "left out of counts": f"FOR SELECT TO repere_owner USING ({OURS})",
    },
}
"""Table → policies. A canary is marked by pages and known to the worker: no page can tell it from any other file."""

NAMESAKE_POLICIES = {
    "compared by the job of its organisation": f"FOR SELECT TO repere_worker USING ({ACTING_JOB} AND {OURS})",
    "replaced by the verbs": f"FOR ALL TO repere_web USING ({OURS} AND {BY_THE_HOUSE}) WITH CHECK ({OURS} AND {BY_THE_HOUSE})",
}
"""For blind tokens of names: the job holds no key, it only sees which ones are equal. Who is found by which name is written when an
identity is, in the application's own capacity: one statement of a member makes nobody impossible to find."""

GRANTS = {
    "cases_alert": {"web": "SELECT, UPDATE (seen_at, seen_by_id)", "worker": "SELECT, INSERT"},
    "cases_freeze": {"web": "SELECT, INSERT, UPDATE (told_at, lifted_by_id, lifted_at)"},
    "cases_readername": {"web": "SELECT, INSERT, DELETE", "worker": "SELECT"},
    "cases_canary": {"web": "INSERT", "worker": "SELECT"},
    "cases_keptawaynote": {"web": "SELECT, INSERT, UPDATE (read_at)"},
}

# Pages read the ledger's rows of their own organisation only. What others looked at in a file of ours is ours to know too; this
# is the one way to it. Subjects are found by their index before row-level security looks at rows, hence a function of the owner.
LOOKS_AT_PERSON = f"""
CREATE FUNCTION looks_at_person(her uuid, below bigint, at_most integer)
RETURNS TABLE (row_position bigint, row_at timestamptz, row_act text, row_kind text, row_actor uuid, row_organisation uuid, row_body bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM public.cases_case c WHERE c.person_id = her AND c.organisation_id = {ACTING_ORGANISATION}) THEN
        RETURN;
    END IF;
    RETURN QUERY
        WITH hers AS MATERIALIZED (
            SELECT e.position, e.at, e.act, e.kind, e.actor_id, e.organisation_id, e.body
            FROM public.ledger_entry e WHERE e.subjects @> ARRAY[her]
        )
        SELECT h.position, h.at, h.act::text, h.kind::text, h.actor_id, h.organisation_id, h.body
        FROM hers h WHERE below IS NULL OR h.position < below ORDER BY h.position DESC LIMIT at_most;
END $$;
REVOKE ALL ON FUNCTION looks_at_person(uuid, bigint, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION looks_at_person(uuid, bigint, integer) TO repere_web;
"""  # noqa: S608 names of this file

# What was done about persons of the acting organisation, by whichever body, for the job that compares records with the ledger. The
# rows of looks are left out: they record nothing.
LEDGER_ABOUT = f"""
CREATE FUNCTION ledger_about(hers uuid[]) RETURNS TABLE (row_body bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    ours uuid[];
BEGIN
    SELECT array_agg(c.person_id) INTO ours FROM public.cases_case c
        WHERE c.person_id = ANY (hers) AND c.organisation_id = {ACTING_ORGANISATION};
    RETURN QUERY
        WITH theirs AS MATERIALIZED (
            SELECT e.position, e.kind, e.body FROM public.ledger_entry e WHERE e.subjects && ours
        )
        SELECT t.body FROM theirs t WHERE t.kind IN ('write', 'system') ORDER BY t.position;
END $$;
REVOKE ALL ON FUNCTION ledger_about(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_about(uuid[]) TO repere_worker;
"""  # noqa: S608 names of this file
