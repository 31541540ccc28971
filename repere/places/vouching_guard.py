"""What the database itself sees to: a shelter receives nobody before two persons of two other organisations vouched for it, where it
lies and under its name.
"""

VOICES = """
CREATE FUNCTION public.shelter_has_two_voices() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE public.places_shelter s SET vouched_at = NEW.said_at
    WHERE s.id = NEW.shelter_id AND s.vouched_at IS NULL AND (
        SELECT count(DISTINCT v.user_id) >= 2 AND count(DISTINCT v.organisation_id) >= 2
        FROM public.places_sheltervoice v JOIN public.directory_organisation o ON o.id = v.organisation_id AND o.state = 'active'
        WHERE v.shelter_id = s.id AND v.said_at IS NOT NULL AND v.zone = s.zone AND v.name = s.name
            AND v.organisation_id <> s.organisation_id
    );
    RETURN NULL;
END $$;
CREATE TRIGGER shelter_has_two_voices AFTER UPDATE ON places_sheltervoice FOR EACH ROW EXECUTE FUNCTION shelter_has_two_voices();
CREATE FUNCTION public.shelter_is_unvouched() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.vouched_at := NULL;
    ELSIF (NEW.zone, NEW.name) IS DISTINCT FROM (OLD.zone, OLD.name) THEN
        -- Whoever moves a house, or gives it another name, has another one: the voices said where it lay and what it is called.
        NEW.vouched_at := NULL;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER shelter_is_unvouched BEFORE INSERT OR UPDATE ON places_shelter FOR EACH ROW EXECUTE FUNCTION shelter_is_unvouched();
"""

REPLACED = VOICES.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION").replace("CREATE TRIGGER", "CREATE OR REPLACE TRIGGER")
"""For an installation on which an earlier wording stands."""

UNDONE = """
DROP TRIGGER shelter_has_two_voices ON places_sheltervoice;
DROP TRIGGER shelter_is_unvouched ON places_shelter;
DROP FUNCTION shelter_has_two_voices(), shelter_is_unvouched();
"""
