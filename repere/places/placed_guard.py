"""How the database tells the coordination which households a place is kept for, or are in one, while nobody tells it which place.

The yes of a hidden shelter is no row that the coordination reads. Whoever gave such a place back waits again like everybody else.
"""

from repere.places.roles import COORDINATION

# Never later than now: whoever asks about many moments does not learn until when a place is kept.
PLACED = f"""
CREATE FUNCTION public.placed_requests(moment timestamptz) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    from_then timestamptz := least(moment, now());
BEGIN
    IF (public.acting('role') = '{COORDINATION}') IS NOT TRUE THEN
        RETURN;
    END IF;
    RETURN QUERY SELECT h.request_id FROM public.places_hold h
    WHERE h.state = 'arrived' OR h.state = 'accepted' AND h.ends_at > from_then;
END $$;
REVOKE ALL ON FUNCTION public.placed_requests(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.placed_requests(timestamptz) TO repere_web;
"""  # noqa: S608 constants of this room

UNDONE = "DROP FUNCTION placed_requests(timestamptz)"
