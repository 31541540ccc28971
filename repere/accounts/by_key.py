"""Sessions and counters of sign-in: reached one row at a time, by whoever knows its key.

Both are needed before anybody is known, so no policy can ask who acts. Their keys are keyed hashes (`session_store.row_key`,
`throttle`) that only the application makes, with a secret of its data folder. The pages' role therefore has no right on the tables,
only on these functions, which run as the owner of the tables and take one key: SQL smuggled onto that connection cannot list, change
or delete what it cannot name. It may still add rows, which open nothing.
"""

TABLES = ("django_session", "accounts_signinbucket")
POLICIES = {table: {"through its functions": "TO repere_owner USING (true) WITH CHECK (true)"} for table in TABLES}
RUNS = "SECURITY DEFINER SET search_path = pg_catalog, pg_temp"

SESSIONS = f"""
CREATE OR REPLACE FUNCTION public.session_row(wanted text) RETURNS TABLE (content text, until timestamptz)
LANGUAGE sql STABLE {RUNS} AS $$
    SELECT s.session_data, s.expire_date FROM public.django_session s WHERE s.session_key = wanted
$$;
CREATE OR REPLACE FUNCTION public.begin_session(wanted text, content text, until timestamptz) RETURNS boolean
LANGUAGE plpgsql {RUNS} AS $$
BEGIN
    INSERT INTO public.django_session (session_key, session_data, expire_date) VALUES (wanted, content, until) ON CONFLICT DO NOTHING;
    RETURN FOUND;
END $$;
CREATE OR REPLACE FUNCTION public.keep_session(wanted text, content text, until timestamptz) RETURNS boolean
LANGUAGE plpgsql {RUNS} AS $$
BEGIN
    UPDATE public.django_session SET session_data = content, expire_date = until WHERE session_key = wanted;
    RETURN FOUND;
END $$;
CREATE OR REPLACE FUNCTION public.end_session(wanted text) RETURNS boolean
LANGUAGE plpgsql {RUNS} AS $$
BEGIN
    DELETE FROM public.django_session WHERE session_key = wanted;
    RETURN FOUND;
END $$;
"""  # noqa: S608 constants of this file

COUNTERS = f"""
CREATE OR REPLACE FUNCTION public.take_token(wanted bytea, size float8, seconds float8) RETURNS float8
LANGUAGE sql {RUNS} AS $$
    INSERT INTO public.accounts_signinbucket AS bucket (key, tokens, refilled_at) VALUES (wanted, size - 1, clock_timestamp())
    ON CONFLICT (key) DO UPDATE SET
        tokens = GREATEST(-1, LEAST(size, GREATEST(bucket.tokens, 0)
            + EXTRACT(EPOCH FROM clock_timestamp() - bucket.refilled_at) * size / seconds) - 1),
        refilled_at = clock_timestamp()
    RETURNING tokens
$$;
-- All or nothing: what is refused takes nothing, so that trying again too soon never makes the wait longer.
CREATE OR REPLACE FUNCTION public.take_tokens(wanted bytea, size float8, seconds float8, needed integer) RETURNS float8
LANGUAGE sql {RUNS} AS $$
    INSERT INTO public.accounts_signinbucket AS bucket (key, tokens, refilled_at) VALUES (wanted, size - needed, clock_timestamp())
    ON CONFLICT (key) DO UPDATE SET
        tokens = LEAST(size, GREATEST(bucket.tokens, 0)
            + EXTRACT(EPOCH FROM clock_timestamp() - bucket.refilled_at) * size / seconds) - needed,
        refilled_at = clock_timestamp()
    WHERE LEAST(size, GREATEST(bucket.tokens, 0)
            + EXTRACT(EPOCH FROM clock_timestamp() - bucket.refilled_at) * size / seconds) >= needed
    RETURNING tokens
$$;
CREATE OR REPLACE FUNCTION public.token_refilled_at(wanted bytea) RETURNS timestamptz
LANGUAGE sql STABLE {RUNS} AS $$
    SELECT b.refilled_at FROM public.accounts_signinbucket b WHERE b.key = wanted
$$;
-- What lay still for a month goes with it; by the database's own clock, so that no date given from outside empties the table.
CREATE OR REPLACE FUNCTION public.forget_tokens(tried bytea, known bytea, moment timestamptz) RETURNS void
LANGUAGE sql {RUNS} AS $$
    DELETE FROM public.accounts_signinbucket WHERE key = tried OR refilled_at < clock_timestamp() - interval '30 days';
    INSERT INTO public.accounts_signinbucket (key, tokens, refilled_at) VALUES (known, 0, moment)
    ON CONFLICT (key) DO UPDATE SET tokens = 0, refilled_at = moment
$$;
"""  # noqa: S608 constants of this file

CALLED = (
    "session_row(text)", "begin_session(text, text, timestamptz)", "keep_session(text, text, timestamptz)", "end_session(text)",
    "take_token(bytea, float8, float8)", "take_tokens(bytea, float8, float8, integer)", "token_refilled_at(bytea)",
    "forget_tokens(bytea, bytea, timestamptz)",
)  # fmt: skip
RIGHTS = [
    statement
    for call in CALLED
    for statement in (f"REVOKE ALL ON FUNCTION public.{call} FROM PUBLIC", f"GRANT EXECUTE ON FUNCTION public.{call} TO repere_web")
]
ENDED = f"""
CREATE OR REPLACE FUNCTION public.forget_ended_sessions() RETURNS bigint
LANGUAGE sql {RUNS} AS $$
    WITH gone AS (DELETE FROM public.django_session WHERE expire_date < clock_timestamp() RETURNING 1) SELECT count(*) FROM gone
$$;
REVOKE ALL ON FUNCTION public.forget_ended_sessions() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.forget_ended_sessions() TO repere_worker;
"""  # noqa: S608 constants of this file
"""Rows whose browser never came back: they open nothing. By the database's own clock, and by the worker alone."""

UNDONE = [f"DROP FUNCTION public.{call}" for call in CALLED]
