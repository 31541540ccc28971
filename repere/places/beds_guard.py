"""What the database itself asks of a hold and of the beds kept for it, and how it says which beds are taken.

A hold begins as a question with an end, and goes on one way only. Its beds lie in its unit, are no more than the household needs (all
of a unit that is given whole), and end with it. Whether a bed of another house is free is said; since when, until when and for whom is
not.
"""

from repere.places.clocks import LONGEST_HOURS
from repere.places.roles import reading

_MAY_ASK = ", ".join(f"'{role}'" for role in sorted(reading("places_bed")))

HOLDS = f"""
CREATE FUNCTION public.hold_goes_one_way() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'asked' OR NEW.ends_at IS NULL OR NEW.ends_at > NEW.asked_at + interval '{LONGEST_HOURS} hours' THEN
            RAISE EXCEPTION 'a hold begins as a question with an end' USING ERRCODE = 'insufficient_privilege';
        END IF;
    ELSIF NEW.state <> OLD.state AND NOT (
        OLD.state = 'asked' AND NEW.state IN ('accepted', 'declined', 'expired', 'withdrawn')
        OR OLD.state = 'accepted' AND NEW.state IN ('arrived', 'expired', 'withdrawn')
        OR OLD.state = 'arrived' AND NEW.state IN ('left', 'withdrawn')
    ) THEN
        RAISE EXCEPTION 'a hold that is % does not become %', OLD.state, NEW.state USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER hold_goes_one_way BEFORE INSERT OR UPDATE ON places_hold FOR EACH ROW EXECUTE FUNCTION hold_goes_one_way();
"""

# Rows that the same statement wrote before are counted: the function sees them.
BEDS = """
CREATE FUNCTION public.bed_is_kept_for_its_hold() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    asked record;
BEGIN
    SELECT h.unit_id, h.ends_at, CASE WHEN u.one_household THEN u.capacity ELSE r.size END AS most INTO asked
    FROM public.places_hold h JOIN public.places_unit u ON u.id = h.unit_id JOIN public.places_request r ON r.id = h.request_id
    WHERE h.id = NEW.hold_id;
    IF upper(NEW.during) IS DISTINCT FROM asked.ends_at THEN
        RAISE EXCEPTION 'a bed is kept until its hold ends' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'INSERT' AND NOT EXISTS (
        SELECT FROM public.places_bed b WHERE b.id = NEW.bed_id AND b.unit_id = asked.unit_id
    ) THEN
        RAISE EXCEPTION 'a bed is kept for a hold of its unit' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'INSERT' AND (
        SELECT count(*) >= asked.most FROM public.places_occupancy o WHERE o.hold_id = NEW.hold_id AND o.live
    ) THEN
        RAISE EXCEPTION 'no more beds are kept than a household needs' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER bed_is_kept_for_its_hold BEFORE INSERT OR UPDATE OF during ON places_occupancy
    FOR EACH ROW EXECUTE FUNCTION bed_is_kept_for_its_hold();
"""

# By the end alone, and never later than now: whoever asks about many moments learns neither since when nor until when a bed is taken.
TAKEN = f"""
CREATE FUNCTION public.taken_beds(moment timestamptz, of_unit uuid DEFAULT NULL) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    mine uuid := public.acting('organisation')::uuid;
    from_then tstzrange := tstzrange(least(moment, now()), NULL);
BEGIN
    IF (public.acting('role') IN ({_MAY_ASK}) OR public.acting('kind') = 'system') IS NOT TRUE THEN
        RETURN;
    END IF;
    RETURN QUERY SELECT b.id FROM public.places_bed b
    WHERE (of_unit IS NULL OR b.unit_id = of_unit)
        AND (b.organisation_id = mine OR b.listed AND EXISTS (
            SELECT FROM public.directory_organisation d WHERE d.id = mine AND d.state = 'active'))
        AND b.id IN (SELECT o.bed_id FROM public.places_occupancy o WHERE o.live AND o.during && from_then);
END $$;
REVOKE ALL ON FUNCTION public.taken_beds(timestamptz, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.taken_beds(timestamptz, uuid) TO repere_web;
"""  # noqa: S608 constants of this room

GUARDS = HOLDS + BEDS + TAKEN
UNDONE = """
DROP TRIGGER hold_goes_one_way ON places_hold;
DROP TRIGGER bed_is_kept_for_its_hold ON places_occupancy;
DROP FUNCTION hold_goes_one_way(), bed_is_kept_for_its_hold(), taken_beds(timestamptz, uuid);
"""
