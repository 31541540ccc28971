"""What the database itself asks of a new row of the ledger: it is written by who acts, and its columns say what its body says.

The body is what is hashed and sealed, the columns are what pages and jobs search. SQL smuggled onto a connection that serves could
otherwise write a row in another person's name, one whose columns contradict its body, or one at a place in the order that was
already sealed. The owner of the tables (restore, retention) is not asked.
"""

from repere.ledger.policy import ACTING_JOB, ACTING_KIND, ACTING_ORGANISATION, ACTING_USER

WRITTEN = "a row is written by who acts"
POLICY = {
    WRITTEN: (
        f"FOR INSERT WITH CHECK ({ACTING_JOB} OR {ACTING_KIND} IS NOT NULL AND actor_id IS NOT DISTINCT FROM {ACTING_USER}"
        f" AND organisation_id IS NOT DISTINCT FROM {ACTING_ORGANISATION})"
    )
}

SAYS = """
CREATE FUNCTION public.ledger_entry_says_what_it_holds() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    said json := convert_from(NEW.body, 'UTF8')::json;
BEGIN
    IF NEW.leaf IS DISTINCT FROM sha256('\\x00'::bytea || NEW.body)
        OR (said ->> 'id')::uuid IS DISTINCT FROM NEW.id
        OR said ->> 'act' IS DISTINCT FROM NEW.act
        OR said ->> 'kind' IS DISTINCT FROM NEW.kind
        OR (said ->> 'actor')::uuid IS DISTINCT FROM NEW.actor_id
        OR (said ->> 'organisation')::uuid IS DISTINCT FROM NEW.organisation_id
        OR (said ->> 'at')::timestamptz IS DISTINCT FROM NEW.at
        OR ARRAY(SELECT json_array_elements_text(said -> 'subjects')::uuid) IS DISTINCT FROM NEW.subjects THEN
        RAISE EXCEPTION 'a row of the ledger says what its body says' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- Its moment is that of the act (a clock may be set back a little), its place the next one: neither is given from outside.
    IF NEW.at NOT BETWEEN transaction_timestamp() - interval '1 minute' AND clock_timestamp() + interval '1 minute'
        OR NEW.position <> currval('public.ledger_entry_position_seq') THEN
        RAISE EXCEPTION 'a row of the ledger is written when it happens' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_entry_says_what_it_holds BEFORE INSERT ON ledger_entry
    FOR EACH ROW WHEN (current_user IN ('repere_web', 'repere_worker')) EXECUTE FUNCTION ledger_entry_says_what_it_holds();
"""
UNDONE = "DROP TRIGGER ledger_entry_says_what_it_holds ON ledger_entry; DROP FUNCTION ledger_entry_says_what_it_holds();"
