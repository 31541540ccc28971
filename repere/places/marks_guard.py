"""What the database itself asks before a line about another person ends: who said so, and, where it protects somebody else, two of them."""

ENDS = """
CREATE FUNCTION public.mark_ends_by_its_people() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL OR NOT EXISTS (
        SELECT FROM public.places_markend m
        WHERE m.ended AND (TG_TABLE_NAME = 'places_apart' AND m.apart_id = NEW.id
            OR TG_TABLE_NAME = 'places_carried' AND m.carried_id = NEW.id AND m.second_user_id <> m.user_id)
    ) THEN
        RAISE EXCEPTION 'what was said of another person ends by its people, once' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER mark_ends_by_its_people BEFORE UPDATE ON places_apart FOR EACH ROW EXECUTE FUNCTION mark_ends_by_its_people();
CREATE TRIGGER mark_ends_by_its_people BEFORE UPDATE ON places_carried FOR EACH ROW EXECUTE FUNCTION mark_ends_by_its_people();
"""

UNDONE = """
DROP TRIGGER mark_ends_by_its_people ON places_apart;
DROP TRIGGER mark_ends_by_its_people ON places_carried;
DROP FUNCTION mark_ends_by_its_people();
"""
