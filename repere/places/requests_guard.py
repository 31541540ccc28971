"""What the database itself asks of a search for a place: it is ended, and sent, by who asked; a host says a first yes and nothing else."""

ENDED = """
CREATE FUNCTION public.search_is_ended_by_who_asked() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.first_yes_at IS DISTINCT FROM OLD.first_yes_at AND OLD.first_yes_at IS NOT NULL THEN
        RAISE EXCEPTION 'the first yes to a search is said once' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF (NEW.closed_at, NEW.outcome, NEW.sent_at) IS NOT DISTINCT FROM (OLD.closed_at, OLD.outcome, OLD.sent_at) THEN
        RETURN NEW;
    END IF;
    IF OLD.organisation_id IS DISTINCT FROM public.acting('organisation')::uuid AND NOT (
        current_user = 'repere_worker' AND public.acting('kind') = 'system'
        AND (NEW.closed_at, NEW.outcome) IS NOT DISTINCT FROM (OLD.closed_at, OLD.outcome)
    ) THEN
        RAISE EXCEPTION 'a search is ended by who asked' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF OLD.closed_at IS NOT NULL AND (NEW.closed_at, NEW.outcome) IS DISTINCT FROM (OLD.closed_at, OLD.outcome) THEN
        RAISE EXCEPTION 'a search ends once' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER search_is_ended_by_who_asked BEFORE UPDATE ON places_request FOR EACH ROW WHEN (
    current_user <> 'repere_owner' AND (NEW.closed_at, NEW.outcome, NEW.sent_at, NEW.first_yes_at)
        IS DISTINCT FROM (OLD.closed_at, OLD.outcome, OLD.sent_at, OLD.first_yes_at)
) EXECUTE FUNCTION search_is_ended_by_who_asked();
"""

UNDONE = "DROP TRIGGER search_is_ended_by_who_asked ON places_request; DROP FUNCTION search_is_ended_by_who_asked()"

# A house that received the request may say a first yes on its row: not by which telephone who asked is reached.
LINE = """
CREATE FUNCTION public.line_is_told_by_who_asked() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF OLD.organisation_id IS DISTINCT FROM public.acting('organisation')::uuid THEN
        RAISE EXCEPTION 'the telephone is told by who asked' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER line_is_told_by_who_asked BEFORE UPDATE ON places_request FOR EACH ROW WHEN (NEW.line IS DISTINCT FROM OLD.line)
    EXECUTE FUNCTION line_is_told_by_who_asked();
"""
LINE_UNDONE = "DROP TRIGGER line_is_told_by_who_asked ON places_request; DROP FUNCTION line_is_told_by_who_asked()"
