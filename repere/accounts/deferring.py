"""Which jobs the pages may ask for: those of this list, and only while somebody acts whom the database believes.

The worker runs what stands in the queue with rights of its own. SQL smuggled onto the pages' connection without an actor adds
nothing there; with one it reaches only jobs that the pages themselves ask for, which look at what they are given under the policies.
Such a job is asked for at once and keeps no other out: a lock of a periodic job, or a moment far ahead, would stop that one for good;
so would some thousands that go before all others, or a queue that nobody works on.
The queue belongs to a library: its rows hold names of jobs, ids and moments.

A trigger says so, not a policy: under row-level security PostgreSQL names no longer which key of a row stands already, and the
library, which reads it there, ends the worker when a periodic job is due while the one before still waits.
"""

from repere.ledger.policy import ACTING_KIND

BY_PAGES = (
    "repere.cases.jobs.evaluate_others", "repere.cases.jobs.evaluate_views", "repere.cases.jobs.note_place_event",
    "repere.cases.jobs.write_heads", "repere.places.jobs.send_to_unlisted",
)  # fmt: skip
_NAMES = ", ".join(f"'{name}'" for name in BY_PAGES)
HEADS = "repere.cases.jobs.write_heads"
_KEEPS_NONE_OUT = (
    f"NEW.lock IS NULL AND (NEW.queueing_lock IS NULL OR NEW.queueing_lock = 'write_heads' AND NEW.task_name = '{HEADS}')"
    " AND (NEW.scheduled_at IS NULL OR NEW.scheduled_at <= now() + interval '1 hour')"
    " AND NEW.priority = 0 AND NEW.queue_name = 'default'"
)
BEFORE_PAGES = 1
"""Priority of what the clock asks for: however much the pages ask for, it goes before. A page may ask with priority 0 alone."""
MOST_AT_ONCE = 1000
"""Jobs that a person asks for on one connection in a moment: the largest import asks for 250. PostgreSQL counts rows it has not yet
told to its statistics, that is of this transaction and about a second before it. Nobody who serves can read that count or set it back:
the owner asks."""

GRANTS = {
    "procrastinate_jobs": {
        "web": (
            "SELECT (id, status, scheduled_at, queueing_lock),"
            " INSERT (queue_name, task_name, priority, lock, queueing_lock, args, scheduled_at)"
        ),
        "worker": "SELECT, INSERT, UPDATE, DELETE",
    },
    # Deferring a job inserts the job and, by trigger, its first events.
    "procrastinate_events": {"web": "INSERT (job_id, type, at)", "worker": "SELECT, INSERT, UPDATE, DELETE"},
}
_WORK = {
    "worked on by the worker": "TO repere_worker USING (true) WITH CHECK (true)",
    "kept by the owner": "TO repere_owner USING (true) WITH CHECK (true)",
}
POLICIES = {
    "procrastinate_events": {"told with the job": f"FOR INSERT TO repere_web WITH CHECK ({ACTING_KIND} IS NOT NULL)", **_WORK},
}

ASKED_FOR = f"""
CREATE OR REPLACE FUNCTION job_is_asked_for() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF public.acting('kind') IS NULL OR NEW.task_name NOT IN ({_NAMES}) OR NOT ({_KEEPS_NONE_OUT}) THEN
        RAISE insufficient_privilege USING MESSAGE = 'pages do not ask for this job';
    END IF;
    IF public.acting('kind') <> 'system' AND pg_catalog.pg_stat_get_xact_tuples_inserted(TG_RELID) >= {MOST_AT_ONCE} THEN
        RAISE insufficient_privilege USING MESSAGE = 'pages do not ask for so many jobs at once';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER job_is_asked_for BEFORE INSERT ON procrastinate_jobs
    FOR EACH ROW WHEN (current_user = 'repere_web') EXECUTE FUNCTION job_is_asked_for();
"""
ASKED_FOR_UNDONE = "DROP TRIGGER IF EXISTS job_is_asked_for ON procrastinate_jobs; DROP FUNCTION IF EXISTS job_is_asked_for();"
