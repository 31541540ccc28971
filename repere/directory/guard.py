"""What the database itself sees to: two voices before anything is offered, a changed contact beside the old one, and the search.

The search runs as the owner of the tables because the operator of text search may not be pushed below row-level security
(it is not "leakproof"), so that no index would serve. It gives back ids of vetted entries of the tiers that are open to whoever asks;
the pages then read them under the policies, like everything else.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

MATCHING = """
    SELECT s.id, coalesce(ts_rank(s.search, query), 0::real) AS nearness
    FROM public.directory_service s
    WHERE (s.tier <= open_tier OR s.tier = 1 AND s.organisation_id = me) AND s.vetted_at IS NOT NULL AND s.closed_on IS NULL
        AND (query IS NULL OR s.search @@ query)
        AND (of_function = '' OR s.function = of_function)
        AND (spoken = '' OR s.languages @> ARRAY[spoken::varchar])
        AND (served = '' OR s.territories && ARRAY[served::varchar, 'FR'])
    ORDER BY (served <> '' AND s.territories @> ARRAY[served::varchar]) DESC, nearness DESC, s.id
    LIMIT most;
"""
"""The statement of the search; the names without a dot are arguments and variables of the function."""

SEARCH = f"""
CREATE OR REPLACE FUNCTION public.directory_matches(
    asked text, of_function text, spoken text, served text, most integer
) RETURNS TABLE (id uuid, rank real)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    query tsquery := CASE WHEN asked <> '' THEN websearch_to_tsquery('pg_catalog.french', asked) END;
    me uuid := public.acting('organisation')::uuid;
    open_tier integer := 0;
BEGIN
    IF me IS NULL THEN
        RETURN;
    END IF;
    -- As in `tiers.py`: the members' tier opens to organisations past their probation.
    IF EXISTS (SELECT FROM public.directory_organisation o WHERE o.id = me AND o.state = 'active') THEN
        open_tier := 1;
    END IF;
    IF query IS NOT NULL AND numnode(query) = 0 THEN
        query := NULL;
    END IF;
    RETURN QUERY
    {MATCHING}
END $$;
"""

# The first form of the directed question took any list of départements; `safe_place_by_region` takes its place.
SAFE_PLACE = """
CREATE FUNCTION public.directory_safe_place(served text[], audience text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT false
$$;
"""


def safe_place_by_region(departments: Mapping[str, Iterable[str]]) -> str:
    """The directed question in SQL: a yes or a no for a whole région, nothing of who, where or how many.

    It takes the code of a région, so that not even raw SQL asks for one département. Questions are counted by the application.
    `departments`: codes of départements by région, written into the function as it is made.
    """
    known = json.dumps({region: sorted(codes) for region, codes in sorted(departments.items())})
    return f"""
DROP FUNCTION IF EXISTS public.directory_safe_place(text[], text);
CREATE OR REPLACE FUNCTION public.directory_safe_place(of_region text, audience text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT public.acting('organisation') IS NOT NULL AND EXISTS (
        SELECT FROM public.directory_organisation o WHERE o.id = public.acting('organisation')::uuid AND o.state = 'active'
    ) AND EXISTS (
        SELECT FROM public.directory_service s
        WHERE s.function = 'shelter' AND s.tier = 2 AND s.vetted_at IS NOT NULL AND s.closed_on IS NULL
            AND s.territories && (
                SELECT array_agg(code)::varchar[] || 'FR'::varchar
                FROM jsonb_array_elements_text('{known}'::jsonb -> of_region) AS departments (code)
            )
            AND (audience = '' OR s.audiences @> ARRAY[audience::varchar])
    )
$$;
"""  # noqa: S608 codes of the official list


# The body that an entry tells of does not vouch for itself.
VOICES = """
CREATE FUNCTION public.directory_two_voices() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE public.directory_service s SET vetted_at = NEW.at
    WHERE s.id = NEW.service_id AND s.vetted_at IS NULL AND (
        SELECT count(DISTINCT v.user_id) >= 2 AND count(DISTINCT v.organisation_id) >= 2
        FROM public.directory_voice v
        JOIN public.directory_organisation o ON o.id = v.organisation_id AND o.state = 'active'
        JOIN public.directory_structure b ON b.id = s.structure_id
        WHERE v.service_id = s.id AND b.member_id IS DISTINCT FROM v.organisation_id
    );
    RETURN NULL;
END $$;
CREATE TRIGGER directory_two_voices AFTER INSERT ON directory_voice FOR EACH ROW EXECUTE FUNCTION directory_two_voices();
CREATE FUNCTION public.directory_unvetted() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    IF NEW.vetted_at IS NOT NULL AND public.acting('kind') IS DISTINCT FROM 'system' THEN
        RAISE EXCEPTION 'an entry is vetted by two persons of two organisations' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER directory_unvetted BEFORE INSERT ON directory_service FOR EACH ROW EXECUTE FUNCTION directory_unvetted();
"""

CHANGES = """
CREATE FUNCTION public.directory_contact_is_called_back() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    refused constant text := 'a changed contact waits for a call to the former one';
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.called_back_on IS NOT NULL OR NEW.replaces_id IS NULL AND EXISTS (
            SELECT FROM public.directory_contact c
            WHERE c.service_id = NEW.service_id AND c.mandate_id IS NOT DISTINCT FROM NEW.mandate_id AND c.kind = NEW.kind
        ) THEN
            RAISE EXCEPTION '%', refused USING ERRCODE = 'insufficient_privilege';
        END IF;
    ELSIF NEW.verified_on IS DISTINCT FROM OLD.verified_on AND NEW.replaces_id IS NOT NULL AND NEW.called_back_on IS NULL THEN
        RAISE EXCEPTION '%', refused USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER directory_contact_is_called_back BEFORE INSERT OR UPDATE ON directory_contact
    FOR EACH ROW EXECUTE FUNCTION directory_contact_is_called_back();
"""

EVERY = (SEARCH, SAFE_PLACE, VOICES, CHANGES)

# Beside what stands above: nobody confirms, verifies or calls back in another's name, and only who keeps a post ends a mandate.
IN_ONES_OWN_NAME = """
CREATE OR REPLACE FUNCTION public.directory_own_name() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    refused constant text := 'nobody says it in the name of another';
    me uuid := public.acting('user')::uuid;
    keeper uuid := (SELECT s.organisation_id FROM public.directory_service s WHERE s.id = NEW.service_id);
BEGIN
    IF TG_TABLE_NAME = 'directory_contact' THEN
        IF NEW.verified_by IS DISTINCT FROM OLD.verified_by AND NEW.verified_by IS DISTINCT FROM me
            OR NEW.called_back_by IS DISTINCT FROM OLD.called_back_by AND NEW.called_back_by IS DISTINCT FROM me THEN
            RAISE EXCEPTION '%', refused USING ERRCODE = 'insufficient_privilege';
        END IF;
    ELSIF NEW.confirmed_by IS DISTINCT FROM OLD.confirmed_by AND NEW.confirmed_by IS DISTINCT FROM me
        OR NEW.ends_on IS DISTINCT FROM OLD.ends_on AND keeper IS DISTINCT FROM public.acting('organisation')::uuid THEN
        RAISE EXCEPTION '%', refused USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER directory_own_name BEFORE UPDATE ON directory_contact FOR EACH ROW EXECUTE FUNCTION directory_own_name();
CREATE TRIGGER directory_own_name BEFORE UPDATE ON directory_mandate FOR EACH ROW EXECUTE FUNCTION directory_own_name();
"""

# A contact ends by a call and not otherwise: a change that waits is refused by somebody else than who asked for it, or the former
# contact makes room on the day on which the same person confirmed the change. A proved mailbox is noted by who keeps the entry.
ENDED_BY_A_CALL = """
CREATE FUNCTION public.directory_contact_ends() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me uuid := public.acting('user')::uuid;
    keeper uuid := (SELECT s.organisation_id FROM public.directory_service s WHERE s.id = NEW.service_id);
BEGIN
    IF NEW.ended_on IS DISTINCT FROM OLD.ended_on AND (me IS NULL OR NEW.ended_on IS NULL OR OLD.ended_on IS NOT NULL OR NOT (
        NEW.replaces_id IS NOT NULL AND OLD.called_back_on IS NULL AND NEW.called_back_on IS NULL AND NEW.entered_by <> me
        OR EXISTS (
            SELECT FROM public.directory_contact c
            WHERE c.replaces_id = NEW.id AND c.called_back_by = me AND c.called_back_on = NEW.ended_on AND c.ended_on IS NULL
        )
    )) THEN
        RAISE EXCEPTION 'a contact ends by a call' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NEW.mailbox_proved_on IS DISTINCT FROM OLD.mailbox_proved_on AND keeper IS DISTINCT FROM public.acting('organisation')::uuid THEN
        RAISE EXCEPTION 'a mailbox is proved to who keeps the entry' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER directory_contact_ends BEFORE UPDATE ON directory_contact FOR EACH ROW EXECUTE FUNCTION directory_contact_ends();
"""

# Two voices vouch for what an entry said of itself when they were given. Whoever changes its name, its kind or what it is for has
# another entry: it waits for two voices again. A website, hours or a territory may change without it.
VOUCHED_AS_IT_WAS = """
CREATE OR REPLACE FUNCTION public.directory_two_voices() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE public.directory_service s SET vetted_at = NEW.at
    WHERE s.id = NEW.service_id AND s.vetted_at IS NULL AND (
        SELECT count(DISTINCT v.user_id) >= 2 AND count(DISTINCT v.organisation_id) >= 2
        FROM public.directory_voice v
        JOIN public.directory_organisation o ON o.id = v.organisation_id AND o.state = 'active'
        JOIN public.directory_structure b ON b.id = s.structure_id
        WHERE v.service_id = s.id AND v.version = s.version AND b.member_id IS DISTINCT FROM v.organisation_id
    );
    RETURN NULL;
END $$;
CREATE FUNCTION public.directory_voice_of_today() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.version := (SELECT s.version FROM public.directory_service s WHERE s.id = NEW.service_id);
    RETURN NEW;
END $$;
CREATE TRIGGER directory_voice_of_today BEFORE INSERT ON directory_voice FOR EACH ROW EXECUTE FUNCTION directory_voice_of_today();
CREATE FUNCTION public.directory_service_is_another() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    NEW.vetted_at := NULL;
    NEW.version := OLD.version + 1;
    RETURN NEW;
END $$;
CREATE TRIGGER directory_service_is_another BEFORE UPDATE ON directory_service FOR EACH ROW
    WHEN ((OLD.name, OLD.function, OLD.structure_id) IS DISTINCT FROM (NEW.name, NEW.function, NEW.structure_id))
    EXECUTE FUNCTION directory_service_is_another();
CREATE FUNCTION public.directory_structure_is_another() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE public.directory_service s SET vetted_at = NULL, version = s.version + 1 WHERE s.structure_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER directory_structure_is_another AFTER UPDATE ON directory_structure FOR EACH ROW
    WHEN ((OLD.name, OLD.kind) IS DISTINCT FROM (NEW.name, NEW.kind)) EXECUTE FUNCTION directory_structure_is_another();
"""

# A number is sure when somebody else reached it: neither who keeps the entry nor the body that it tells of.
REACHED_BY_ANOTHER = """
CREATE FUNCTION public.directory_reached_by_another() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    mine uuid := public.acting('organisation')::uuid;
BEGIN
    IF ((NEW.verified_on, NEW.verified_by) IS DISTINCT FROM (OLD.verified_on, OLD.verified_by)
            OR (NEW.called_back_on, NEW.called_back_by) IS DISTINCT FROM (OLD.called_back_on, OLD.called_back_by)) AND (
        mine IS NULL OR EXISTS (
            SELECT FROM public.directory_service s JOIN public.directory_structure b ON b.id = s.structure_id
            WHERE s.id = NEW.service_id AND (s.organisation_id = mine OR b.member_id = mine)
        )
    ) OR NEW.verified_organisation_id IS DISTINCT FROM OLD.verified_organisation_id AND NEW.verified_organisation_id IS DISTINCT FROM mine
    THEN
        RAISE EXCEPTION 'another organisation reaches a contact' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER directory_reached_by_another BEFORE UPDATE ON directory_contact
    FOR EACH ROW EXECUTE FUNCTION directory_reached_by_another();
"""

# What one person tells corrects the trust of an entry; what one person tells of every entry would empty the directory.
OUTCOMES_A_DAY = 40
TOLD_BY_ONE = f"""
CREATE FUNCTION public.directory_outcomes_of_one_day() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.told_at := clock_timestamp();
    IF (SELECT count(*) FROM public.directory_outcome o
            WHERE o.user_id = NEW.user_id AND o.told_at > NEW.told_at - interval '1 day') >= {OUTCOMES_A_DAY} THEN
        RAISE EXCEPTION 'one person tells so many outcomes in a day' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER directory_outcomes_of_one_day BEFORE INSERT ON directory_outcome
    FOR EACH ROW WHEN (current_user <> 'repere_owner') EXECUTE FUNCTION directory_outcomes_of_one_day();
"""  # noqa: S608 a constant of this file

# Who keeps an entry does not say itself that its mailbox is read: the application does, once a link that it sent was opened.
PROVED_BY_A_LINK = """
CREATE FUNCTION public.directory_mailbox_is_proved_by_a_link() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF public.acting('kind') IS DISTINCT FROM 'system' THEN
        RAISE EXCEPTION 'a mailbox is proved by a link' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER directory_mailbox_is_proved_by_a_link BEFORE UPDATE ON directory_contact FOR EACH ROW
    WHEN (NEW.mailbox_proved_on IS DISTINCT FROM OLD.mailbox_proved_on)
    EXECUTE FUNCTION directory_mailbox_is_proved_by_a_link();
CREATE TRIGGER directory_mailbox_is_not_proved_at_once BEFORE INSERT ON directory_contact FOR EACH ROW
    WHEN (NEW.mailbox_proved_on IS NOT NULL)
    EXECUTE FUNCTION directory_mailbox_is_proved_by_a_link();
"""
