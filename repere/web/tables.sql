-- Written by `python -m repere.web.tables write` from the migrations, by nobody's hand.

CREATE TYPE public.procrastinate_job_event_type AS ENUM (
    'deferred',
    'started',
    'deferred_for_retry',
    'failed',
    'succeeded',
    'cancelled',
    'abort_requested',
    'aborted',
    'scheduled',
    'retried'
);

CREATE TYPE public.procrastinate_job_status AS ENUM (
    'todo',
    'doing',
    'succeeded',
    'failed',
    'cancelled',
    'aborting',
    'aborted'
);

CREATE TYPE public.procrastinate_job_to_defer_v1 AS (
	queue_name character varying,
	task_name character varying,
	priority integer,
	lock text,
	queueing_lock text,
	args jsonb,
	scheduled_at timestamp with time zone
);

CREATE TYPE public.uuidrange AS RANGE (
    subtype = uuid,
    multirange_type_name = public.uuidmultirange
);

CREATE FUNCTION public.access_goes_to_who_stands() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.directory_organisation o WHERE o.id = NEW.organisation_id AND o.state = 'active') THEN
        RAISE EXCEPTION 'what is in a file goes only to an organisation past its probation' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.account_opens_by_its_steps() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    kind text := public.acting('kind');
BEGIN
    IF kind = 'system' OR kind = 'sign_in' AND TG_OP = 'UPDATE'
            AND (NEW.id, NEW.email, NEW.name, NEW.is_active) IS NOT DISTINCT FROM (OLD.id, OLD.email, OLD.name, OLD.is_active) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the means of an account are changed by its own steps' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION public.accounts_vettingstep_is_append_only() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
        BEGIN
            RAISE EXCEPTION 'accounts_vettingstep is append-only' USING ERRCODE = 'integrity_constraint_violation';
        END $$;

CREATE FUNCTION public.acting(part text) RETURNS text
    LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    proof text := current_setting('repere.proof', true);
    until text := split_part(proof, '.', 2);
    message text;
    key record;
BEGIN
    IF proof IS NULL OR proof = '' THEN
        RETURN NULL;
    END IF;
    SELECT k.inner_pad, k.outer_pad INTO key FROM keys.actor_key k WHERE k.id = split_part(proof, '.', 1);
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    message := 'repere actor 1|' || pg_backend_pid() || '|' || until || '|' || coalesce(current_setting('repere.kind', true), '')
        || '|' || coalesce(current_setting('repere.user', true), '')
        || '|' || coalesce(current_setting('repere.organisation', true), '')
        || '|' || coalesce(current_setting('repere.role', true), '');
    IF encode(sha256(key.outer_pad || sha256(key.inner_pad || convert_to(message, 'UTF8'))), 'hex') <> split_part(proof, '.', 3)
        OR until::bigint < extract(epoch FROM transaction_timestamp()) THEN
        RETURN NULL;
    END IF;
    RETURN NULLIF(current_setting('repere.' || part, true), '');
END $$;

CREATE FUNCTION public.administers(who uuid, body uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT EXISTS (SELECT FROM public.accounts_membership m WHERE m.user_id = who AND m.organisation_id = body AND m.role = 'administrator' AND m.approved_at IS NOT NULL AND m.accepted_at IS NOT NULL
        AND m.suspended_at IS NULL AND m.ended_at IS NULL)
$$;

CREATE FUNCTION public.administrators_but(who uuid, body uuid) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT count(DISTINCT m.user_id) FROM public.accounts_membership m
    WHERE m.organisation_id = body AND m.user_id IS DISTINCT FROM who AND m.role = 'administrator' AND m.approved_at IS NOT NULL AND m.accepted_at IS NOT NULL
        AND m.suspended_at IS NULL AND m.ended_at IS NULL
$$;

CREATE FUNCTION public.answers_for(body uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT public.acting('role') = 'administrator' AND (public.acting('organisation')::uuid = body
        OR public.administrators_but(NULL, body) < 2 AND EXISTS (SELECT FROM public.directory_organisation o
            WHERE o.id = body AND o.sponsor_id = public.acting('organisation')::uuid))
$$;

CREATE FUNCTION public.bed_in_use_stays() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
BEGIN
    IF OLD.closed_on IS NOT NULL AND NEW.closed_on IS DISTINCT FROM OLD.closed_on THEN
        RAISE EXCEPTION 'a bed that was taken away does not come back' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.closed_on IS NOT NULL AND OLD.closed_on IS NULL AND EXISTS (
        SELECT FROM public.places_occupancy o WHERE o.bed_id = NEW.id AND o.live AND (upper_inf(o.during) OR upper(o.during) > now())
    ) THEN
        RAISE EXCEPTION 'this bed is held or slept in' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.bed_is_kept_for_its_hold() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.begin_session(wanted text, content text, until timestamp with time zone) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO public.django_session (session_key, session_data, expire_date) VALUES (wanted, content, until) ON CONFLICT DO NOTHING;
    RETURN FOUND;
END $$;

CREATE FUNCTION public.cases_counted() RETURNS TABLE(opened_year integer, place text, files integer)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF NOT 'file' = ANY ((SELECT cases_words('team'))::text[]) THEN
        RETURN;
    END IF;
    RETURN QUERY
        SELECT g.y, g.t, CASE WHEN g.n < 5 THEN NULL ELSE (round(g.n / 5.0) * 5)::integer END
        FROM (
            SELECT extract(year FROM c.opened_on)::integer AS y, c.territory::text AS t, count(*) AS n FROM public.cases_case c
            WHERE c.organisation_id = (SELECT acting('organisation')::uuid) AND NOT EXISTS (SELECT 1 FROM public.cases_canary k WHERE k.decoy = c.person_id)
            GROUP BY 1, 2
        ) g ORDER BY g.y, g.t;
END $$;

CREATE FUNCTION public.cases_extract_decided() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
BEGIN
    IF NEW.decided_by_id IS DISTINCT FROM OLD.decided_by_id AND NEW.decided_by_id IS DISTINCT FROM public.acting('user')::uuid THEN
        RAISE EXCEPTION 'a decision is written in one''s own name' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.directory_contact_ends() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.directory_contact_is_called_back() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.directory_mailbox_is_proved_by_a_link() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    IF public.acting('kind') IS DISTINCT FROM 'system' THEN
        RAISE EXCEPTION 'a mailbox is proved by a link' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.directory_matches(asked text, of_function text, spoken text, served text, most integer) RETURNS TABLE(id uuid, rank real)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan'
    AS $$
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
    
    SELECT s.id, coalesce(ts_rank(s.search, query), 0::real) AS nearness
    FROM public.directory_service s
    WHERE (s.tier <= open_tier OR s.tier = 1 AND s.organisation_id = me) AND s.vetted_at IS NOT NULL AND s.closed_on IS NULL
        AND (query IS NULL OR s.search @@ query)
        AND (of_function = '' OR s.function = of_function)
        AND (spoken = '' OR s.languages @> ARRAY[spoken::varchar])
        AND (served = '' OR s.territories && ARRAY[served::varchar, 'FR'])
    ORDER BY (served <> '' AND s.territories @> ARRAY[served::varchar]) DESC, nearness DESC, s.id
    LIMIT most;

END $$;

CREATE FUNCTION public.directory_outcomes_of_one_day() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    NEW.told_at := clock_timestamp();
    IF (SELECT count(*) FROM public.directory_outcome o
            WHERE o.user_id = NEW.user_id AND o.told_at > NEW.told_at - interval '1 day') >= 40 THEN
        RAISE EXCEPTION 'one person tells so many outcomes in a day' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.directory_own_name() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.directory_reached_by_another() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.directory_safe_place(of_region text, audience text) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT public.acting('organisation') IS NOT NULL AND EXISTS (
        SELECT FROM public.directory_organisation o WHERE o.id = public.acting('organisation')::uuid AND o.state = 'active'
    ) AND EXISTS (
        SELECT FROM public.directory_service s
        WHERE s.function = 'shelter' AND s.tier = 2 AND s.vetted_at IS NOT NULL AND s.closed_on IS NULL
            AND s.territories && (
                SELECT array_agg(code)::varchar[] || 'FR'::varchar
                FROM jsonb_array_elements_text('{"01": ["971"], "02": ["972"], "03": ["973"], "04": ["974"], "06": ["976"], "11": ["75", "77", "78", "91", "92", "93", "94", "95"], "24": ["18", "28", "36", "37", "41", "45"], "27": ["21", "25", "39", "58", "70", "71", "89", "90"], "28": ["14", "27", "50", "61", "76"], "32": ["02", "59", "60", "62", "80"], "44": ["08", "10", "51", "52", "54", "55", "57", "67", "68", "88"], "52": ["44", "49", "53", "72", "85"], "53": ["22", "29", "35", "56"], "75": ["16", "17", "19", "23", "24", "33", "40", "47", "64", "79", "86", "87"], "76": ["09", "11", "12", "30", "31", "32", "34", "46", "48", "65", "66", "81", "82"], "84": ["01", "03", "07", "15", "26", "38", "42", "43", "63", "69", "73", "74"], "93": ["04", "05", "06", "13", "83", "84"], "94": ["2A", "2B"], "975": ["975"], "977": ["977"], "978": ["978"], "984": ["984"], "986": ["986"], "987": ["987"], "988": ["988"], "989": ["989"]}'::jsonb -> of_region) AS departments (code)
            )
            AND (audience = '' OR s.audiences @> ARRAY[audience::varchar])
    )
$$;

CREATE FUNCTION public.directory_service_is_another() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
BEGIN
    NEW.vetted_at := NULL;
    NEW.version := OLD.version + 1;
    RETURN NEW;
END $$;

CREATE FUNCTION public.directory_structure_is_another() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    UPDATE public.directory_service s SET vetted_at = NULL, version = s.version + 1 WHERE s.structure_id = NEW.id;
    RETURN NULL;
END $$;

CREATE FUNCTION public.directory_two_voices() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.directory_unvetted() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
BEGIN
    IF NEW.vetted_at IS NOT NULL AND public.acting('kind') IS DISTINCT FROM 'system' THEN
        RAISE EXCEPTION 'an entry is vetted by two persons of two organisations' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.directory_voice_of_today() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    NEW.version := (SELECT s.version FROM public.directory_service s WHERE s.id = NEW.service_id);
    RETURN NEW;
END $$;

CREATE FUNCTION public.end_session(wanted text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    DELETE FROM public.django_session WHERE session_key = wanted;
    RETURN FOUND;
END $$;

CREATE FUNCTION public.erasure_takes_two() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    me uuid := public.acting('user')::uuid;
    
BEGIN
    IF TG_OP = 'INSERT' THEN IF NEW.asked_by_id IS DISTINCT FROM me OR num_nonnulls(NEW.confirmed_by_id, NEW.confirmed_at, NEW.withdrawn_at) > 0 THEN RAISE EXCEPTION 'an erasure is asked in one''s own name and confirmed by another' USING ERRCODE = 'insufficient_privilege'; END IF; ELSE IF NEW.confirmed_by_id IS DISTINCT FROM OLD.confirmed_by_id AND (OLD.confirmed_by_id IS NOT NULL OR NEW.confirmed_by_id IS DISTINCT FROM me) OR OLD.confirmed_at IS NOT NULL AND NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at OR OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at THEN RAISE EXCEPTION 'an erasure is confirmed in one''s own name, and what was withdrawn is asked anew' USING ERRCODE = 'insufficient_privilege'; END IF; END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.extract_goes_to_who_stands() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.directory_organisation o WHERE o.id = NEW.receiver_id AND o.state = 'active') THEN
        RAISE EXCEPTION 'what is in a file goes only to an organisation past its probation' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.file_is_kept_by_the_house() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    IF public.acting('kind') IS DISTINCT FROM 'system' THEN
        RAISE EXCEPTION '%', coalesce(TG_ARGV[0], 'what lists say of a file is copied from its facts by the house')
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.forget_ended_sessions() RETURNS bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    WITH gone AS (DELETE FROM public.django_session WHERE expire_date < clock_timestamp() RETURNING 1) SELECT count(*) FROM gone
$$;

CREATE FUNCTION public.forget_tokens(tried bytea, known bytea, moment timestamp with time zone) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    DELETE FROM public.accounts_signinbucket WHERE key = tried OR refilled_at < clock_timestamp() - interval '30 days';
    INSERT INTO public.accounts_signinbucket (key, tokens, refilled_at) VALUES (known, 0, moment)
    ON CONFLICT (key) DO UPDATE SET tokens = 0, refilled_at = moment
$$;

CREATE FUNCTION public.grant_is_carried() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    me uuid := public.acting('user')::uuid;
    giver text; receiver text; origin boolean;
BEGIN
    
    IF public.acting('kind') = 'system' AND NEW.referral IS NOT NULL THEN
        RETURN NEW;
    END IF;
    SELECT o.kind INTO giver FROM public.directory_organisation o WHERE o.id = NEW.owner_id;
    SELECT o.kind INTO receiver FROM public.directory_organisation o WHERE o.id = NEW.organisation_id;
    origin := EXISTS (SELECT FROM public.cases_reach r WHERE r.relation = 'origin' AND r.word = receiver);
    IF NEW.organisation_id IS NOT DISTINCT FROM NEW.owner_id OR NOT EXISTS (SELECT FROM public.cases_reach r WHERE r.relation = 'receives' AND r.purpose = NEW.purpose AND r.word = receiver) THEN RAISE EXCEPTION 'an access is given for a purpose that its receiver has' USING ERRCODE = 'insufficient_privilege'; END IF;IF NEW.law <> '' AND NOT EXISTS (SELECT FROM public.cases_reach r
            WHERE r.relation = 'law' AND r.purpose = NEW.purpose AND r.word = NEW.law)
        OR NEW.consent_fact IS NOT NULL AND NOT EXISTS (SELECT FROM public.cases_fact f
            JOIN public.cases_reach r ON r.relation = 'consent' AND r.word = f.fields ->> 'purpose'
                AND r.purpose = CASE WHEN origin THEN 'origin' ELSE NEW.purpose END
            WHERE f.id = NEW.consent_fact AND f.case_id = NEW.case_id AND f.kind = 'consent_given')
        OR origin AND NEW.consent_fact IS NULL
        OR NEW.law = '' AND NEW.consent_fact IS NULL AND (NOT EXISTS (SELECT FROM public.cases_reach r
                WHERE r.relation = 'home' AND r.purpose = NEW.purpose AND r.word = giver)
            OR EXISTS (SELECT FROM public.cases_reach r WHERE r.relation = 'state' AND r.word = receiver
                AND NOT EXISTS (SELECT FROM public.cases_reach g
                    WHERE g.relation = 'state' AND g.word = giver AND g.purpose = r.purpose))) THEN RAISE EXCEPTION 'an access that crosses a wall is carried by her consent or by a rule' USING ERRCODE = 'insufficient_privilege'; END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.hold_goes_one_way() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state <> 'asked' OR NEW.ends_at IS NULL OR NEW.ends_at > NEW.asked_at + interval '72 hours' THEN
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

CREATE FUNCTION public.hold_is_ones_own() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    me uuid := public.acting('user')::uuid;
    
BEGIN
    IF TG_OP = 'INSERT' THEN IF NEW.set_by_id IS DISTINCT FROM me OR num_nonnulls(NEW.lifted_by_id, NEW.lifted_at) > 0 THEN RAISE EXCEPTION 'a hold is set in one''s own name' USING ERRCODE = 'insufficient_privilege'; END IF; ELSE IF NEW.lifted_by_id IS DISTINCT FROM OLD.lifted_by_id AND (OLD.lifted_by_id IS NOT NULL OR NEW.lifted_by_id IS DISTINCT FROM me) OR num_nonnulls(NEW.lifted_by_id, NEW.lifted_at) = 1 THEN RAISE EXCEPTION 'a hold is lifted in one''s own name' USING ERRCODE = 'insufficient_privilege'; END IF; END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.holds_key_of(person uuid, organisation uuid) RETURNS boolean
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    RETURN EXISTS (SELECT FROM keys.person_key_wrap held WHERE held.person_id = person AND held.organisation_id = organisation);
END $$;

CREATE FUNCTION public.job_is_asked_for() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    IF public.acting('kind') IS NULL OR NEW.task_name NOT IN ('repere.cases.jobs.evaluate_others', 'repere.cases.jobs.evaluate_views', 'repere.cases.jobs.note_place_event', 'repere.cases.jobs.write_heads', 'repere.places.jobs.send_to_unlisted') OR NOT (NEW.lock IS NULL AND (NEW.queueing_lock IS NULL OR NEW.queueing_lock = 'write_heads' AND NEW.task_name = 'repere.cases.jobs.write_heads') AND (NEW.scheduled_at IS NULL OR NEW.scheduled_at <= now() + interval '1 hour') AND NEW.priority = 0 AND NEW.queue_name = 'default') THEN
        RAISE insufficient_privilege USING MESSAGE = 'pages do not ask for this job';
    END IF;
    IF public.acting('kind') <> 'system' AND pg_catalog.pg_stat_get_xact_tuples_inserted(TG_RELID) >= 1000 THEN
        RAISE insufficient_privilege USING MESSAGE = 'pages do not ask for so many jobs at once';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.keep_session(wanted text, content text, until timestamp with time zone) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    UPDATE public.django_session SET session_data = content, expire_date = until WHERE session_key = wanted;
    RETURN FOUND;
END $$;

CREATE FUNCTION public.ledger_about(hers uuid[]) RETURNS TABLE(row_body bytea)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
DECLARE
    ours uuid[];
BEGIN
    SELECT array_agg(c.person_id) INTO ours FROM public.cases_case c
        WHERE c.person_id = ANY (hers) AND c.organisation_id = (SELECT acting('organisation')::uuid);
    RETURN QUERY
        WITH theirs AS MATERIALIZED (
            SELECT e.position, e.kind, e.body FROM public.ledger_entry e WHERE e.subjects && ours
        )
        SELECT t.body FROM theirs t WHERE t.kind IN ('write', 'system') ORDER BY t.position;
END $$;

CREATE FUNCTION public.ledger_entry_is_append_only() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND current_user = 'repere_owner' AND EXISTS (SELECT 1 FROM public.ledger_retention) THEN
            RETURN NULL;
        END IF;
        RAISE EXCEPTION 'ledger_entry is append-only' USING ERRCODE = 'integrity_constraint_violation';
    END $$;

CREATE FUNCTION public.ledger_entry_says_what_it_holds() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    said json := convert_from(NEW.body, 'UTF8')::json;
BEGIN
    IF NEW.leaf IS DISTINCT FROM sha256('\x00'::bytea || NEW.body)
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

CREATE FUNCTION public.ledger_retention_is_append_only() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
        BEGIN
            RAISE EXCEPTION 'ledger_retention is append-only' USING ERRCODE = 'integrity_constraint_violation';
        END $$;

CREATE FUNCTION public.ledger_seal_is_append_only() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
        BEGIN
            RAISE EXCEPTION 'ledger_seal is append-only' USING ERRCODE = 'integrity_constraint_violation';
        END $$;

CREATE FUNCTION public.line_is_told_by_who_asked() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    IF OLD.organisation_id IS DISTINCT FROM public.acting('organisation')::uuid THEN
        RAISE EXCEPTION 'the telephone is told by who asked' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.link_is_answered_for() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    IF public.acting('kind') = 'system' THEN
        RETURN NEW;
    END IF;
    IF NEW.membership_id IS NULL AND EXISTS (
        SELECT FROM public.accounts_factorreset r WHERE r.id = NEW.reset_id AND r.user_id = NEW.user_id AND r.done_at IS NOT NULL
            AND r.second_by_id = public.acting('user')::uuid
    ) OR NEW.membership_id IS NOT NULL AND NEW.reset_id IS NULL AND EXISTS (
        SELECT FROM public.accounts_membership m WHERE m.id = NEW.membership_id AND m.user_id = NEW.user_id
            AND m.approved_at IS NOT NULL AND m.ended_at IS NULL AND public.answers_for(m.organisation_id)
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a link is made for a membership that was approved, or for a reset that two persons did' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION public.looks_at_person(her uuid, below bigint, at_most integer) RETURNS TABLE(row_position bigint, row_at timestamp with time zone, row_act text, row_kind text, row_actor uuid, row_organisation uuid, row_body bytea)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'public', 'pg_temp'
    AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM public.cases_case c WHERE c.person_id = her AND c.organisation_id = (SELECT acting('organisation')::uuid)) THEN
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

CREATE FUNCTION public.mark_ends_by_its_people() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.member_accepts_herself() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    refused constant text := 'a membership counts once its person accepted it herself';
    untouched public.accounts_membership := NEW;
BEGIN
    IF public.acting('kind') = 'system' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.accepted_at IS NOT NULL AND NOT EXISTS (
            SELECT FROM public.accounts_membership m WHERE m.user_id = NEW.user_id AND m.organisation_id = NEW.organisation_id
                AND m.accepted_at IS NOT NULL AND m.ended_at IS NULL
        ) THEN
            RAISE EXCEPTION '%', refused USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NEW;
    END IF;
    IF public.acting('kind') = 'sign_in' THEN
        untouched.accepted_at := OLD.accepted_at;
        IF untouched IS DISTINCT FROM OLD OR OLD.accepted_at IS NOT NULL OR OLD.approved_at IS NULL OR OLD.ended_at IS NOT NULL THEN
            RAISE EXCEPTION '%', refused USING ERRCODE = 'insufficient_privilege';
        END IF;
    ELSIF NEW.accepted_at IS DISTINCT FROM OLD.accepted_at THEN
        RAISE EXCEPTION '%', refused USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.member_is_approved() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    IF public.acting('kind') = 'system' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' AND NEW.approved_at IS NULL AND NEW.invited_by_id = public.acting('user')::uuid THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at THEN
        RAISE EXCEPTION 'what ended does not begin again' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'UPDATE' AND (NEW.approved_at IS NULL OR OLD.approved_at IS NOT NULL
        OR (NEW.approved_by_id = public.acting('user')::uuid AND NEW.approved_by_id <> NEW.user_id
            AND NEW.approved_by_id IS DISTINCT FROM NEW.invited_by_id)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a member works only after another person approved it' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION public.needs_changed_by_who_asked() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'public'
    AS $$
BEGIN
    IF (NEW.household, NEW.size, NEW.minors, NEW.phase, NEW.urgency, NEW.changed_at)
        IS NOT DISTINCT FROM (OLD.household, OLD.size, OLD.minors, OLD.phase, OLD.urgency, OLD.changed_at) THEN
        RETURN NEW;
    END IF;
    IF OLD.organisation_id IS DISTINCT FROM (SELECT acting('organisation')::uuid) THEN
        RAISE EXCEPTION 'needs are changed by who asked' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT EXISTS (
        SELECT FROM public.places_formerneeds f WHERE f.request_id = OLD.id AND f.created_at = NEW.changed_at
            AND f.household = OLD.household AND f.urgency = OLD.urgency AND f.phase = OLD.phase
    ) THEN
        RAISE EXCEPTION 'what a request said before is kept' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.organisation_is_its_own() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    IF public.acting('kind') = 'system' THEN
        RETURN NEW;
    END IF;
    -- What state it is in, since when and until when: `vetting.py` writes it once the voices are counted. A second voice that
    -- wrote these herself would say that a probation of minutes was over long ago.
    IF (NEW.state, NEW.state_since, NEW.probation_until, NEW.sponsor_id)
            IS DISTINCT FROM (OLD.state, OLD.state_since, OLD.probation_until, OLD.sponsor_id)
        OR (NEW.id, NEW.name, NEW.territory, NEW.language) IS DISTINCT FROM (OLD.id, OLD.name, OLD.territory, OLD.language)
        AND OLD.id IS DISTINCT FROM public.acting('organisation')::uuid THEN
        RAISE EXCEPTION 'an organisation is changed by itself, stopped by two persons of two others'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.organisation_is_vetted() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    refused constant text := 'an organisation works only after two persons of two other organisations let it in';
BEGIN
    IF NEW.state NOT IN ('probation', 'active') THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' THEN
        -- The founding, and the invented organisations of a demonstration.
        IF public.acting('kind') IS DISTINCT FROM 'system' THEN
            RAISE EXCEPTION '%', refused USING ERRCODE = 'insufficient_privilege';
        END IF;
    ELSIF OLD.state = NEW.state AND OLD.probation_until IS NOT DISTINCT FROM NEW.probation_until THEN
        RETURN NEW;
    ELSIF OLD.state = 'sponsor_confirmed' AND NEW.state = 'probation' THEN
        IF NOT public.two_voices_for(NEW.id, 'approval', OLD.state_since) OR NEW.sponsor_id IS NULL OR NEW.sponsor_id = NEW.id
            OR NEW.probation_until < NEW.state_since + interval '30 days' THEN
            RAISE EXCEPTION '%', refused USING ERRCODE = 'insufficient_privilege';
        END IF;
    ELSIF OLD.state = 'probation' AND NEW.state = 'active' THEN
        IF OLD.probation_until > NEW.state_since OR public.acting('kind') IS DISTINCT FROM 'system' THEN
            RAISE EXCEPTION 'a probation runs its course' USING ERRCODE = 'insufficient_privilege';
        END IF;
    ELSIF OLD.state = 'suspended' THEN
        IF NOT public.two_voices_for(NEW.id, 'resumption', OLD.state_since)
            OR (NEW.state = 'active' AND OLD.probation_until > NEW.state_since) THEN
            RAISE EXCEPTION '%', refused USING ERRCODE = 'insufficient_privilege';
        END IF;
    ELSE
        RAISE EXCEPTION '%', refused USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.placed_requests(moment timestamp with time zone) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    from_then timestamptz := least(moment, now());
BEGIN
    IF (public.acting('role') = 'coordination') IS NOT TRUE THEN
        RETURN;
    END IF;
    RETURN QUERY SELECT h.request_id FROM public.places_hold h
    WHERE h.state = 'arrived' OR h.state = 'accepted' AND h.ends_at > from_then;
END $$;

CREATE FUNCTION public.places_event_is_append_only() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
        BEGIN
            RAISE EXCEPTION 'places_event is append-only' USING ERRCODE = 'integrity_constraint_violation';
        END $$;

CREATE FUNCTION public.places_formerneeds_is_append_only() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
        BEGIN
            RAISE EXCEPTION 'places_formerneeds is append-only' USING ERRCODE = 'integrity_constraint_violation';
        END $$;

CREATE FUNCTION public.places_refusedbyher_is_append_only() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
        BEGIN
            RAISE EXCEPTION 'places_refusedbyher is append-only' USING ERRCODE = 'integrity_constraint_violation';
        END $$;

CREATE FUNCTION public.places_shelterchange_is_append_only() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
        BEGIN
            RAISE EXCEPTION 'places_shelterchange is append-only' USING ERRCODE = 'integrity_constraint_violation';
        END $$;

CREATE FUNCTION public.procrastinate_cancel_job_v1(job_id bigint, abort boolean, delete_job boolean) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
DECLARE
    _job_id bigint;
BEGIN
    IF delete_job THEN
        DELETE FROM procrastinate_jobs
        WHERE id = job_id AND status = 'todo'
        RETURNING id INTO _job_id;
    END IF;
    IF _job_id IS NULL THEN
        IF abort THEN
            UPDATE procrastinate_jobs
            SET abort_requested = true,
                status = CASE status
                    WHEN 'todo' THEN 'cancelled'::procrastinate_job_status ELSE status
                END
            WHERE id = job_id AND status IN ('todo', 'doing')
            RETURNING id INTO _job_id;
        ELSE
            UPDATE procrastinate_jobs
            SET status = 'cancelled'::procrastinate_job_status
            WHERE id = job_id AND status = 'todo'
            RETURNING id INTO _job_id;
        END IF;
    END IF;
    RETURN _job_id;
END;
$$;

CREATE FUNCTION public.procrastinate_defer_jobs_v1(jobs public.procrastinate_job_to_defer_v1[]) RETURNS bigint[]
    LANGUAGE plpgsql
    AS $$
DECLARE
    job_ids bigint[];
BEGIN
    WITH inserted_jobs AS (
        INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args, scheduled_at)
        SELECT (job).queue_name,
               (job).task_name,
               (job).priority,
               (job).lock,
               (job).queueing_lock,
               (job).args,
               (job).scheduled_at
        FROM unnest(jobs) AS job
        RETURNING id
    )
    SELECT array_agg(id) FROM inserted_jobs INTO job_ids;

    RETURN job_ids;
END;
$$;

CREATE FUNCTION public.procrastinate_defer_periodic_job_v2(_queue_name character varying, _lock character varying, _queueing_lock character varying, _task_name character varying, _priority integer, _periodic_id character varying, _defer_timestamp bigint, _args jsonb) RETURNS bigint
    LANGUAGE plpgsql
    AS $$
DECLARE
	_job_id bigint;
	_defer_id bigint;
BEGIN
    INSERT
        INTO procrastinate_periodic_defers (task_name, periodic_id, defer_timestamp)
        VALUES (_task_name, _periodic_id, _defer_timestamp)
        ON CONFLICT DO NOTHING
        RETURNING id into _defer_id;

    IF _defer_id IS NULL THEN
        RETURN NULL;
    END IF;

    UPDATE procrastinate_periodic_defers
        SET job_id = (
            SELECT COALESCE((
                SELECT unnest(procrastinate_defer_jobs_v1(
                    ARRAY[
                        ROW(
                            _queue_name,
                            _task_name,
                            _priority,
                            _lock,
                            _queueing_lock,
                            _args,
                            NULL::timestamptz
                        )
                    ]::procrastinate_job_to_defer_v1[]
                ))
            ), NULL)
        )
        WHERE id = _defer_id
        RETURNING job_id INTO _job_id;

    DELETE
        FROM procrastinate_periodic_defers
        USING (
            SELECT id
            FROM procrastinate_periodic_defers
            WHERE procrastinate_periodic_defers.task_name = _task_name
            AND procrastinate_periodic_defers.periodic_id = _periodic_id
            AND procrastinate_periodic_defers.defer_timestamp < _defer_timestamp
            ORDER BY id
            FOR UPDATE
        ) to_delete
        WHERE procrastinate_periodic_defers.id = to_delete.id;

    RETURN _job_id;
END;
$$;

CREATE TABLE public.procrastinate_jobs (
    id bigint NOT NULL,
    queue_name character varying(128) NOT NULL,
    task_name character varying(128) NOT NULL,
    lock text,
    args jsonb DEFAULT '{}'::jsonb NOT NULL,
    status public.procrastinate_job_status DEFAULT 'todo'::public.procrastinate_job_status NOT NULL,
    scheduled_at timestamp with time zone,
    attempts integer DEFAULT 0 NOT NULL,
    queueing_lock text,
    priority integer DEFAULT 0 NOT NULL,
    abort_requested boolean DEFAULT false NOT NULL,
    worker_id bigint,
    CONSTRAINT check_not_todo_abort_requested CHECK ((NOT ((status = 'todo'::public.procrastinate_job_status) AND (abort_requested = true))))
);

CREATE FUNCTION public.procrastinate_fetch_job_v2(target_queue_names character varying[], p_worker_id bigint) RETURNS public.procrastinate_jobs
    LANGUAGE plpgsql
    AS $$
DECLARE
	found_jobs procrastinate_jobs;
BEGIN
    WITH candidate AS (
        SELECT jobs.*
            FROM procrastinate_jobs AS jobs
            WHERE
                -- reject the job if its lock has earlier or higher priority jobs
                NOT EXISTS (
                    SELECT 1
                        FROM procrastinate_jobs AS other_jobs
                        WHERE
                            jobs.lock IS NOT NULL
                            AND other_jobs.lock = jobs.lock
                            AND (
                                -- job with same lock is already running
                                other_jobs.status = 'doing'
                                OR
                                -- job with same lock is waiting and has higher priority (or same priority but was queued first)
                                (
                                    other_jobs.status = 'todo'
                                    AND (
                                        other_jobs.priority > jobs.priority
                                        OR (
                                        other_jobs.priority = jobs.priority
                                        AND other_jobs.id < jobs.id
                                        )
                                    )
                                )
                            )
                )
                AND jobs.status = 'todo'
                AND (target_queue_names IS NULL OR jobs.queue_name = ANY( target_queue_names ))
                AND (jobs.scheduled_at IS NULL OR jobs.scheduled_at <= now())
            ORDER BY jobs.priority DESC, jobs.id ASC LIMIT 1
            FOR UPDATE OF jobs SKIP LOCKED
    )
    UPDATE procrastinate_jobs
        SET status = 'doing', worker_id = p_worker_id
        FROM candidate
        WHERE procrastinate_jobs.id = candidate.id
        RETURNING procrastinate_jobs.* INTO found_jobs;

 RETURN found_jobs;
END;
$$;

CREATE FUNCTION public.procrastinate_finish_job_v1(job_id bigint, end_status public.procrastinate_job_status, delete_job boolean) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    _job_id bigint;
BEGIN
    IF end_status NOT IN ('succeeded', 'failed', 'aborted') THEN
        RAISE 'End status should be either "succeeded", "failed" or "aborted" (job id: %)', job_id;
    END IF;
    IF delete_job THEN
        DELETE FROM procrastinate_jobs
        WHERE id = job_id AND status IN ('todo', 'doing')
        RETURNING id INTO _job_id;
    ELSE
        UPDATE procrastinate_jobs
        SET status = end_status,
            abort_requested = false,
            attempts = CASE status
                WHEN 'doing' THEN attempts + 1 ELSE attempts
            END
        WHERE id = job_id AND status IN ('todo', 'doing')
        RETURNING id INTO _job_id;
    END IF;
    IF _job_id IS NULL THEN
        RAISE 'Job was not found or not in "doing" or "todo" status (job id: %)', job_id;
    END IF;
END;
$$;

CREATE FUNCTION public.procrastinate_notify_queue_abort_job_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    payload TEXT;
BEGIN
    SELECT json_build_object('type', 'abort_job_requested', 'job_id', NEW.id)::text INTO payload;
	PERFORM pg_notify('procrastinate_queue_v1#' || NEW.queue_name, payload);
	PERFORM pg_notify('procrastinate_any_queue_v1', payload);
	RETURN NEW;
END;
$$;

CREATE FUNCTION public.procrastinate_notify_queue_job_inserted_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    payload TEXT;
BEGIN
    SELECT json_build_object('type', 'job_inserted', 'job_id', NEW.id)::text INTO payload;
	PERFORM pg_notify('procrastinate_queue_v1#' || NEW.queue_name, payload);
	PERFORM pg_notify('procrastinate_any_queue_v1', payload);
	RETURN NEW;
END;
$$;

CREATE FUNCTION public.procrastinate_prune_stalled_workers_v1(seconds_since_heartbeat double precision) RETURNS TABLE(worker_id bigint)
    LANGUAGE plpgsql
    AS $$
BEGIN
    RETURN QUERY
    DELETE FROM procrastinate_workers
    WHERE last_heartbeat < NOW() - (seconds_since_heartbeat || 'SECOND')::INTERVAL
    RETURNING procrastinate_workers.id;
END;
$$;

CREATE FUNCTION public.procrastinate_register_worker_v1() RETURNS TABLE(worker_id bigint)
    LANGUAGE plpgsql
    AS $$
BEGIN
    RETURN QUERY
    INSERT INTO procrastinate_workers DEFAULT VALUES
    RETURNING procrastinate_workers.id;
END;
$$;

CREATE FUNCTION public.procrastinate_retry_job_v1(job_id bigint, retry_at timestamp with time zone, new_priority integer, new_queue_name character varying, new_lock character varying) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    _job_id bigint;
    _abort_requested boolean;
BEGIN
    SELECT abort_requested FROM procrastinate_jobs
    WHERE id = job_id AND status = 'doing'
    FOR UPDATE
    INTO _abort_requested;
    IF _abort_requested THEN
        UPDATE procrastinate_jobs
        SET status = 'failed'::procrastinate_job_status
        WHERE id = job_id AND status = 'doing'
        RETURNING id INTO _job_id;
    ELSE
        UPDATE procrastinate_jobs
        SET status = 'todo'::procrastinate_job_status,
            attempts = attempts + 1,
            scheduled_at = retry_at,
            priority = COALESCE(new_priority, priority),
            queue_name = COALESCE(new_queue_name, queue_name),
            lock = COALESCE(new_lock, lock)
        WHERE id = job_id AND status = 'doing'
        RETURNING id INTO _job_id;
    END IF;

    IF _job_id IS NULL THEN
        RAISE 'Job was not found or not in "doing" status (job id: %)', job_id;
    END IF;
END;
$$;

CREATE FUNCTION public.procrastinate_retry_job_v2(job_id bigint, retry_at timestamp with time zone, new_priority integer, new_queue_name character varying, new_lock character varying) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE
    _job_id bigint;
    _abort_requested boolean;
    _current_status procrastinate_job_status;
BEGIN
    SELECT status, abort_requested FROM procrastinate_jobs
    WHERE id = job_id AND status IN ('doing', 'failed')
    FOR UPDATE
    INTO _current_status, _abort_requested;
    IF _current_status = 'doing' AND _abort_requested THEN
        UPDATE procrastinate_jobs
        SET status = 'failed'::procrastinate_job_status
        WHERE id = job_id AND status = 'doing'
        RETURNING id INTO _job_id;
    ELSE
        UPDATE procrastinate_jobs
        SET status = 'todo'::procrastinate_job_status,
            attempts = attempts + 1,
            scheduled_at = retry_at,
            priority = COALESCE(new_priority, priority),
            queue_name = COALESCE(new_queue_name, queue_name),
            lock = COALESCE(new_lock, lock)
        WHERE id = job_id AND status IN ('doing', 'failed')
        RETURNING id INTO _job_id;
    END IF;

    IF _job_id IS NULL THEN
        RAISE 'Job was not found or has an invalid status to retry (job id: %)', job_id;
    END IF;

END;
$$;

CREATE FUNCTION public.procrastinate_trigger_abort_requested_events_procedure_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO procrastinate_events(job_id, type)
        VALUES (NEW.id, 'abort_requested'::procrastinate_job_event_type);
    RETURN NEW;
END;
$$;

CREATE FUNCTION public.procrastinate_trigger_function_scheduled_events_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO procrastinate_events(job_id, type, at)
        VALUES (NEW.id, 'scheduled'::procrastinate_job_event_type, NEW.scheduled_at);

	RETURN NEW;
END;
$$;

CREATE FUNCTION public.procrastinate_trigger_function_status_events_insert_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    INSERT INTO procrastinate_events(job_id, type)
        VALUES (NEW.id, 'deferred'::procrastinate_job_event_type);
	RETURN NEW;
END;
$$;

CREATE FUNCTION public.procrastinate_trigger_function_status_events_update_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    WITH t AS (
        SELECT CASE
            WHEN OLD.status = 'todo'::procrastinate_job_status
                AND NEW.status = 'doing'::procrastinate_job_status
                THEN 'started'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'todo'::procrastinate_job_status
                THEN 'deferred_for_retry'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'failed'::procrastinate_job_status
                THEN 'failed'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'succeeded'::procrastinate_job_status
                THEN 'succeeded'::procrastinate_job_event_type
            WHEN OLD.status = 'todo'::procrastinate_job_status
                AND (
                    NEW.status = 'cancelled'::procrastinate_job_status
                    OR NEW.status = 'failed'::procrastinate_job_status
                    OR NEW.status = 'succeeded'::procrastinate_job_status
                )
                THEN 'cancelled'::procrastinate_job_event_type
            WHEN OLD.status = 'doing'::procrastinate_job_status
                AND NEW.status = 'aborted'::procrastinate_job_status
                THEN 'aborted'::procrastinate_job_event_type
            WHEN OLD.status = 'failed'::procrastinate_job_status
                AND NEW.status = 'todo'::procrastinate_job_status
                THEN 'retried'::procrastinate_job_event_type
            ELSE NULL
        END as event_type
    )
    INSERT INTO procrastinate_events(job_id, type)
        SELECT NEW.id, t.event_type
        FROM t
        WHERE t.event_type IS NOT NULL;
	RETURN NEW;
END;
$$;

CREATE FUNCTION public.procrastinate_unlink_periodic_defers_v1() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE procrastinate_periodic_defers
    SET job_id = NULL
    WHERE job_id = OLD.id;
    RETURN OLD;
END;
$$;

CREATE FUNCTION public.procrastinate_unregister_worker_v1(worker_id bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    DELETE FROM procrastinate_workers
    WHERE id = worker_id;
END;
$$;

CREATE FUNCTION public.procrastinate_update_heartbeat_v1(worker_id bigint) RETURNS void
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE procrastinate_workers
    SET last_heartbeat = NOW()
    WHERE id = worker_id;
END;
$$;

CREATE FUNCTION public.referral_goes_to_who_stands() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.directory_organisation o WHERE o.id = NEW.organisation_id AND o.state = 'active') THEN
        RAISE EXCEPTION 'what is in a file goes only to an organisation past its probation' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.requisition_takes_two() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    me uuid := public.acting('user')::uuid;
    
BEGIN
    IF TG_OP = 'INSERT' THEN IF NEW.received_by_id IS DISTINCT FROM me OR NEW.state <> 'received' OR cardinality(NEW.given) > 0 OR num_nonnulls(NEW.checked_by_id, NEW.checked_at, NEW.prepared_by_id, NEW.answered_by_id, NEW.answered_at) > 0 THEN RAISE EXCEPTION 'a requisition is received in one''s own name and answered by two' USING ERRCODE = 'insufficient_privilege'; END IF; ELSE IF NEW.checked_by_id IS DISTINCT FROM OLD.checked_by_id AND (OLD.checked_by_id IS NOT NULL OR NEW.checked_by_id IS DISTINCT FROM me) OR NEW.prepared_by_id IS DISTINCT FROM OLD.prepared_by_id AND (OLD.prepared_by_id IS NOT NULL OR NEW.prepared_by_id IS DISTINCT FROM me) OR NEW.answered_by_id IS DISTINCT FROM OLD.answered_by_id AND (OLD.answered_by_id IS NOT NULL OR NEW.answered_by_id IS DISTINCT FROM me) OR NEW.state = 'checked' AND OLD.state <> 'checked' AND (OLD.checked_by_id IS NOT NULL OR NEW.checked_by_id IS DISTINCT FROM me) OR NEW.state = 'prepared' AND OLD.state <> 'prepared' AND (OLD.prepared_by_id IS NOT NULL OR NEW.prepared_by_id IS DISTINCT FROM me) OR NEW.state = 'answered' AND OLD.state <> 'answered' AND (OLD.answered_by_id IS NOT NULL OR NEW.answered_by_id IS DISTINCT FROM me) OR NEW.state = 'refused' AND OLD.state <> 'refused' AND (OLD.answered_by_id IS NOT NULL OR NEW.answered_by_id IS DISTINCT FROM me) OR array_position(ARRAY['received', 'checked', 'prepared', 'answered', 'refused'], NEW.state::text) < array_position(ARRAY['received', 'checked', 'prepared', 'answered', 'refused'], OLD.state::text) OR OLD.state = 'answered' AND NEW.state = 'refused' OR OLD.state IN ('answered', 'refused') AND (NEW.outcome, NEW.answered_at) IS DISTINCT FROM (OLD.outcome, OLD.answered_at) OR NEW.state = 'answered' AND (OLD.state NOT IN ('prepared', 'answered') OR NEW.answered_by_id IS NULL) OR NEW.state = 'refused' AND (NEW.answered_by_id IS NULL OR cardinality(NEW.given) > 0) OR NEW.given <> OLD.given AND NEW.state <> 'refused' AND NOT (OLD.state = 'checked' AND NEW.state = 'prepared') THEN RAISE EXCEPTION 'each step of a requisition is taken in one''s own name, and an answer goes out as another prepared it' USING ERRCODE = 'insufficient_privilege'; END IF; END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.reset_takes_two() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    refused constant text := 'an account begins again by two persons, one of them of its own organisation';
    me uuid := public.acting('user')::uuid;
BEGIN
    IF NOT coalesce(public.answers_for(NEW.organisation_id), false) THEN
        RAISE EXCEPTION '%', refused USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.first_by_id IS DISTINCT FROM me OR NEW.second_by_id IS NOT NULL OR NEW.done_at IS NOT NULL
            OR NEW.asked_at < transaction_timestamp() - interval '6 hours' OR NOT EXISTS (
                SELECT FROM public.accounts_membership m WHERE m.user_id = NEW.user_id AND m.organisation_id = NEW.organisation_id
                    AND m.approved_at IS NOT NULL AND m.accepted_at IS NOT NULL AND m.ended_at IS NULL
            ) THEN
            RAISE EXCEPTION '%', refused USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.done_at IS NOT NULL OR NEW.done_at IS NULL OR NEW.second_by_id IS DISTINCT FROM me THEN
        RAISE EXCEPTION '%', refused USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF NOT public.administers(NEW.first_by_id, NEW.organisation_id) AND NOT public.administers(me, NEW.organisation_id)
        AND (public.administrators_but(NEW.user_id, NEW.organisation_id) > 0
            OR NEW.asked_at > transaction_timestamp() - interval '259200 seconds') THEN
        RAISE EXCEPTION '%', refused USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.search_is_ended_by_who_asked() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.session_is_proved() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    IF public.acting('kind') = 'system' AND (OLD.ended_at IS NULL OR NEW.ended_at IS NOT DISTINCT FROM OLD.ended_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a session is proved by a factor, and one that ended stays ended' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION public.session_row(wanted text) RETURNS TABLE(content text, until timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT s.session_data, s.expire_date FROM public.django_session s WHERE s.session_key = wanted
$$;

CREATE FUNCTION public.shelter_has_two_voices() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

CREATE FUNCTION public.shelter_is_unvouched() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW.vouched_at := NULL;
    ELSIF (NEW.zone, NEW.name) IS DISTINCT FROM (OLD.zone, OLD.name) THEN
        -- Whoever moves a house, or gives it another name, has another one: the voices said where it lay and what it is called.
        NEW.vouched_at := NULL;
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.shelter_moved() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog'
    AS $$
BEGIN
    NEW.zone_since := CASE WHEN NEW.zone IS DISTINCT FROM OLD.zone THEN (now() AT TIME ZONE 'UTC')::date ELSE OLD.zone_since END;
    RETURN NEW;
END $$;

CREATE FUNCTION public.sponsor_ends_nothing() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    IF public.acting('kind') IS DISTINCT FROM 'person' OR OLD.organisation_id = public.acting('organisation')::uuid THEN
        RETURN NEW;
    END IF;
    IF NOT coalesce(public.answers_for(OLD.organisation_id), false) OR NEW.ended_at IS DISTINCT FROM OLD.ended_at
        OR NEW.ended_by_id IS DISTINCT FROM OLD.ended_by_id
        OR NEW.suspended_at IS NOT NULL AND NEW.suspended_at IS DISTINCT FROM OLD.suspended_at
        OR NEW.notice_at IS NOT NULL AND NEW.notice_at IS DISTINCT FROM OLD.notice_at
        OR NEW.suspended_at IS DISTINCT FROM OLD.suspended_at AND EXISTS (
            SELECT FROM public.accounts_factorreset r WHERE r.user_id = OLD.user_id AND r.organisation_id = OLD.organisation_id
                AND (r.done_at IS NULL OR r.done_at > transaction_timestamp() - interval '30 days')
                AND NOT public.administers(r.first_by_id, r.organisation_id)
                AND NOT public.administers(r.second_by_id, r.organisation_id)
        ) THEN
        RAISE EXCEPTION 'a sponsor lets in and confirms, where there is one administrator, and ends nothing' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.take_token(wanted bytea, size double precision, seconds double precision) RETURNS double precision
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    INSERT INTO public.accounts_signinbucket AS bucket (key, tokens, refilled_at) VALUES (wanted, size - 1, clock_timestamp())
    ON CONFLICT (key) DO UPDATE SET
        tokens = GREATEST(-1, LEAST(size, GREATEST(bucket.tokens, 0)
            + EXTRACT(EPOCH FROM clock_timestamp() - bucket.refilled_at) * size / seconds) - 1),
        refilled_at = clock_timestamp()
    RETURNING tokens
$$;

CREATE FUNCTION public.take_tokens(wanted bytea, size double precision, seconds double precision, needed integer) RETURNS double precision
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    INSERT INTO public.accounts_signinbucket AS bucket (key, tokens, refilled_at) VALUES (wanted, size - needed, clock_timestamp())
    ON CONFLICT (key) DO UPDATE SET
        tokens = LEAST(size, GREATEST(bucket.tokens, 0)
            + EXTRACT(EPOCH FROM clock_timestamp() - bucket.refilled_at) * size / seconds) - needed,
        refilled_at = clock_timestamp()
    WHERE LEAST(size, GREATEST(bucket.tokens, 0)
            + EXTRACT(EPOCH FROM clock_timestamp() - bucket.refilled_at) * size / seconds) >= needed
    RETURNING tokens
$$;

CREATE FUNCTION public.taken_beds(moment timestamp with time zone, of_unit uuid DEFAULT NULL::uuid) RETURNS SETOF uuid
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    mine uuid := public.acting('organisation')::uuid;
    from_then tstzrange := tstzrange(least(moment, now()), NULL);
BEGIN
    IF (public.acting('role') IN ('case_worker', 'child_protection', 'coordination', 'gendarmerie', 'health_worker', 'labour_inspector', 'lawyer', 'local_authority', 'outreach_worker', 'police', 'prosecutor', 'shelter_worker', 'youth_justice') OR public.acting('kind') = 'system') IS NOT TRUE THEN
        RETURN;
    END IF;
    RETURN QUERY SELECT b.id FROM public.places_bed b
    WHERE (of_unit IS NULL OR b.unit_id = of_unit)
        AND (b.organisation_id = mine OR b.listed AND EXISTS (
            SELECT FROM public.directory_organisation d WHERE d.id = mine AND d.state = 'active'))
        AND b.id IN (SELECT o.bed_id FROM public.places_occupancy o WHERE o.live AND o.during && from_then);
END $$;

CREATE FUNCTION public.token_refilled_at(wanted bytea) RETURNS timestamp with time zone
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT b.refilled_at FROM public.accounts_signinbucket b WHERE b.key = wanted
$$;

CREATE FUNCTION public.two_voices_for(about uuid, what text, since timestamp with time zone) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT count(DISTINCT s.user_id) >= 2 AND count(DISTINCT s.by_organisation_id) >= 2
    FROM public.accounts_vettingstep s
    JOIN public.directory_organisation o ON o.id = s.by_organisation_id AND o.state = 'active' AND o.id <> about
    WHERE s.organisation_id = about AND s.step = what AND s.at >= since AND EXISTS (
        SELECT FROM public.accounts_membership m
        WHERE m.user_id = s.user_id AND m.organisation_id = s.by_organisation_id AND m.role = 'administrator'
            AND m.approved_at IS NOT NULL AND m.accepted_at IS NOT NULL AND m.suspended_at IS NULL AND m.ended_at IS NULL
    )
$$;

CREATE FUNCTION public.urgency_is_told() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    me uuid := public.acting('user')::uuid;
    
BEGIN
    IF NEW.told_id IS NULL OR NEW.told_id = me OR NEW.review_due_at IS NULL OR NEW.review_due_at > NEW.starts_at + interval '72 hours' OR NEW.ends_at < NEW.starts_at OR num_nonnulls(NEW.reviewed_by_id, NEW.was_right, NEW.review) > 0 OR NOT EXISTS (SELECT FROM public.accounts_membership m WHERE m.user_id = NEW.told_id AND m.organisation_id = NEW.owner_id AND m.approved_at IS NOT NULL AND m.accepted_at IS NOT NULL AND m.ended_at IS NULL AND m.suspended_at IS NULL) THEN RAISE EXCEPTION 'a file opened by urgency is told to a colleague and reviewed within three days' USING ERRCODE = 'insufficient_privilege'; END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.who_ends_a_membership_says_so() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    IF public.acting('kind') = 'person' AND (NEW.ended_by_id IS DISTINCT FROM public.acting('user')::uuid OR NEW.ended_at IS NULL) THEN
        RAISE EXCEPTION 'a membership is ended in one''s own name' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;

CREATE TABLE keys.actor_key (
    id text NOT NULL,
    inner_pad bytea NOT NULL,
    outer_pad bytea NOT NULL,
    made_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY keys.actor_key FORCE ROW LEVEL SECURITY;

CREATE TABLE keys.index_key (
    id uuid NOT NULL,
    version integer NOT NULL,
    wrapped bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    organisation_id uuid NOT NULL,
    CONSTRAINT index_key_version_check CHECK ((version >= 0))
);

ALTER TABLE ONLY keys.index_key FORCE ROW LEVEL SECURITY;

CREATE TABLE keys.organisation_key (
    id uuid NOT NULL,
    version integer NOT NULL,
    wrapped bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    organisation_id uuid NOT NULL,
    CONSTRAINT organisation_key_version_check CHECK ((version >= 0))
);

ALTER TABLE ONLY keys.organisation_key FORCE ROW LEVEL SECURITY;

CREATE TABLE keys.organisation_key_pair (
    id uuid NOT NULL,
    version integer NOT NULL,
    public bytea NOT NULL,
    wrapped bytea NOT NULL,
    key_version integer NOT NULL,
    created_at timestamp with time zone NOT NULL,
    organisation_id uuid NOT NULL,
    CONSTRAINT organisation_key_pair_key_version_check CHECK ((key_version >= 0)),
    CONSTRAINT organisation_key_pair_version_check CHECK ((version >= 0))
);

ALTER TABLE ONLY keys.organisation_key_pair FORCE ROW LEVEL SECURITY;

CREATE TABLE keys.person_key_rotation (
    person_id uuid NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    organisation_id uuid NOT NULL
);

ALTER TABLE ONLY keys.person_key_rotation FORCE ROW LEVEL SECURITY;

CREATE TABLE keys.person_key_wrap (
    id uuid NOT NULL,
    person_id uuid NOT NULL,
    version integer NOT NULL,
    wrapped bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    organisation_id uuid NOT NULL,
    shared_by_id uuid,
    generation integer DEFAULT 1 NOT NULL,
    CONSTRAINT person_key_wrap_generation_check CHECK ((generation >= 0)),
    CONSTRAINT person_key_wrap_version_check CHECK ((version >= 0))
);

ALTER TABLE ONLY keys.person_key_wrap FORCE ROW LEVEL SECURITY;

CREATE TABLE public.account_emailaddress (
    id integer NOT NULL,
    email character varying(254) NOT NULL,
    verified boolean NOT NULL,
    "primary" boolean NOT NULL,
    user_id uuid NOT NULL
);

ALTER TABLE public.account_emailaddress ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.account_emailaddress_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.account_emailconfirmation (
    id integer NOT NULL,
    created timestamp with time zone NOT NULL,
    sent timestamp with time zone,
    key character varying(64) NOT NULL,
    email_address_id integer NOT NULL
);

ALTER TABLE public.account_emailconfirmation ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.account_emailconfirmation_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.accounts_application (
    id uuid NOT NULL,
    contact_name character varying(120) NOT NULL,
    contact_email character varying(254) NOT NULL,
    contact_phone character varying(40) NOT NULL,
    register_number character varying(40) NOT NULL,
    domain character varying(120) NOT NULL,
    sponsor_named character varying(200) NOT NULL,
    words text NOT NULL,
    applied_at timestamp with time zone NOT NULL,
    organisation_id uuid NOT NULL
);

ALTER TABLE ONLY public.accounts_application FORCE ROW LEVEL SECURITY;

CREATE TABLE public.accounts_factorreset (
    id uuid NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    reason text NOT NULL,
    done_at timestamp with time zone,
    first_by_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    second_by_id uuid,
    user_id uuid NOT NULL,
    CONSTRAINT a_reset_takes_two_others CHECK (((NOT (first_by_id = user_id)) AND ((second_by_id IS NULL) OR ((NOT ((second_by_id = user_id) AND (second_by_id IS NOT NULL))) AND (NOT ((second_by_id = first_by_id) AND (second_by_id IS NOT NULL)))))))
);

ALTER TABLE ONLY public.accounts_factorreset FORCE ROW LEVEL SECURITY;

CREATE TABLE public.accounts_invitation (
    id uuid NOT NULL,
    token_hash bytea NOT NULL,
    created_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    user_id uuid NOT NULL,
    membership_id uuid,
    reset_id uuid,
    code_hash bytea
);

ALTER TABLE ONLY public.accounts_invitation FORCE ROW LEVEL SECURITY;

CREATE TABLE public.accounts_membership (
    id uuid NOT NULL,
    role character varying(64) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    organisation_id uuid NOT NULL,
    user_id uuid NOT NULL,
    invited_by_id uuid,
    approved_by_id uuid,
    approved_at timestamp with time zone,
    confirmed_at timestamp with time zone,
    notice_at timestamp with time zone,
    suspended_at timestamp with time zone,
    suspended_why character varying(20) NOT NULL,
    ended_by_id uuid,
    accepted_at timestamp with time zone,
    typed_name character varying(120) NOT NULL,
    CONSTRAINT nobody_approves_whom_they_invited CHECK (((approved_by_id IS NULL) OR (invited_by_id IS NULL) OR (NOT ((approved_by_id = invited_by_id) AND (approved_by_id IS NOT NULL) AND (invited_by_id IS NOT NULL)))))
);

ALTER TABLE ONLY public.accounts_membership FORCE ROW LEVEL SECURITY;

CREATE TABLE public.accounts_outsideidentity (
    id uuid NOT NULL,
    issuer character varying(200) NOT NULL,
    subject_hash bytea NOT NULL,
    linked_at timestamp with time zone NOT NULL,
    user_id uuid NOT NULL
);

ALTER TABLE ONLY public.accounts_outsideidentity FORCE ROW LEVEL SECURITY;

CREATE TABLE public.accounts_signedin (
    id uuid NOT NULL,
    device character varying(60) NOT NULL,
    proved_by character varying(16) NOT NULL,
    began_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    confirmed_at timestamp with time zone NOT NULL,
    locked_at timestamp with time zone,
    ended_at timestamp with time zone,
    user_id uuid NOT NULL,
    organisation_id uuid
);

ALTER TABLE ONLY public.accounts_signedin FORCE ROW LEVEL SECURITY;

CREATE TABLE public.accounts_signinbucket (
    key bytea NOT NULL,
    tokens double precision NOT NULL,
    refilled_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.accounts_signinbucket FORCE ROW LEVEL SECURITY;

CREATE TABLE public.accounts_usedcode (
    id bigint NOT NULL,
    step bigint NOT NULL,
    used_at timestamp with time zone NOT NULL,
    user_id uuid NOT NULL
);

ALTER TABLE ONLY public.accounts_usedcode FORCE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_usedcode ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.accounts_usedcode_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.accounts_user (
    password character varying(512) NOT NULL,
    last_login timestamp with time zone,
    id uuid NOT NULL,
    email character varying(254) NOT NULL,
    name character varying(120) NOT NULL,
    language character varying(2) NOT NULL,
    is_active boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    CONSTRAINT account_address_is_in_lower_case CHECK (((email)::text = lower((email)::text)))
);

ALTER TABLE ONLY public.accounts_user FORCE ROW LEVEL SECURITY;

CREATE TABLE public.accounts_vettingstep (
    id uuid NOT NULL,
    step character varying(20) NOT NULL,
    at timestamp with time zone NOT NULL,
    reason text NOT NULL,
    results jsonb NOT NULL,
    by_organisation_id uuid,
    organisation_id uuid NOT NULL,
    user_id uuid,
    CONSTRAINT nobody_vouches_for_themselves CHECK (((user_id IS NULL) OR (NOT ((by_organisation_id = organisation_id) AND (by_organisation_id IS NOT NULL))) OR ((step)::text = 'closing'::text)))
);

ALTER TABLE ONLY public.accounts_vettingstep FORCE ROW LEVEL SECURITY;

CREATE TABLE public.auth_group (
    id integer NOT NULL,
    name character varying(150) NOT NULL
);

ALTER TABLE public.auth_group ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_group_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.auth_group_permissions (
    id bigint NOT NULL,
    group_id integer NOT NULL,
    permission_id integer NOT NULL
);

ALTER TABLE public.auth_group_permissions ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_group_permissions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.auth_permission (
    id integer NOT NULL,
    name character varying(255) NOT NULL,
    content_type_id integer NOT NULL,
    codename character varying(100) NOT NULL
);

ALTER TABLE public.auth_permission ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.auth_permission_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.cases_alert (
    id uuid NOT NULL,
    rule character varying(16) NOT NULL,
    day date NOT NULL,
    numbers jsonb NOT NULL,
    at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone,
    organisation_id uuid NOT NULL,
    seen_by_id uuid,
    user_id uuid NOT NULL,
    CONSTRAINT alert_rule_is_known CHECK (((rule)::text = ANY (ARRAY[('breadth'::character varying)::text, ('night'::character varying)::text, ('same_name'::character varying)::text, ('in_order'::character varying)::text, ('no_relation'::character varying)::text, ('canary'::character varying)::text, ('denials'::character varying)::text, ('set_aside'::character varying)::text])))
);

ALTER TABLE ONLY public.cases_alert FORCE ROW LEVEL SECURITY;

CREATE TABLE public.cases_assignment (
    id uuid NOT NULL,
    way character varying(12) NOT NULL,
    reason bytea,
    since timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    case_id uuid NOT NULL,
    person_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    user_id uuid NOT NULL,
    CONSTRAINT assignment_says_how CHECK (((way)::text = ANY (ARRAY[('opened'::character varying)::text, ('taken_over'::character varying)::text, ('covered'::character varying)::text])))
);

ALTER TABLE ONLY public.cases_assignment FORCE ROW LEVEL SECURITY;

CREATE TABLE public.cases_breakglass (
    id uuid NOT NULL,
    role character varying(64) NOT NULL,
    words character varying(64)[] NOT NULL,
    motive character varying(24) NOT NULL,
    reason bytea NOT NULL,
    starts_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    review_due_at timestamp with time zone NOT NULL,
    reviewed_at timestamp with time zone,
    was_right boolean,
    review bytea,
    case_id uuid NOT NULL,
    person_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    user_id uuid NOT NULL,
    told_id uuid,
    reviewed_by_id uuid,
    CONSTRAINT urgency_lasts_four_hours CHECK ((ends_at <= (starts_at + '04:00:00'::interval))),
    CONSTRAINT urgency_reviewed_by_another CHECK (((reviewed_by_id IS NULL) OR (NOT ((reviewed_by_id = user_id) AND (reviewed_by_id IS NOT NULL))))),
    CONSTRAINT urgency_says_why CHECK (((motive)::text = ANY (ARRAY[('danger'::character varying)::text, ('lost_contact'::character varying)::text, ('hospital'::character varying)::text, ('runaway'::character varying)::text, ('colleague_unreachable'::character varying)::text]))),
    CONSTRAINT urgency_told_to_another CHECK (((told_id IS NULL) OR (NOT ((told_id = user_id) AND (told_id IS NOT NULL)))))
);

ALTER TABLE ONLY public.cases_breakglass FORCE ROW LEVEL SECURITY;

CREATE TABLE public.cases_calendaraddress (
    id uuid NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    role character varying(64) NOT NULL,
    token_hash bytea NOT NULL,
    fetched_at timestamp with time zone,
    organisation_id uuid NOT NULL,
    user_id uuid NOT NULL
);

ALTER TABLE ONLY public.cases_calendaraddress FORCE ROW LEVEL SECURITY;

CREATE TABLE public.cases_canary (
    decoy uuid NOT NULL,
    made_at timestamp with time zone NOT NULL,
    organisation_id uuid NOT NULL
);

ALTER TABLE ONLY public.cases_canary FORCE ROW LEVEL SECURITY;

CREATE TABLE public.cases_capsule (
    id uuid NOT NULL,
    needs bytea NOT NULL,
    person bytea,
    tries smallint NOT NULL,
    made_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    opened_at timestamp with time zone,
    closed_at timestamp with time zone,
    accepted_by bytea,
    owner_id uuid NOT NULL,
    offer_id uuid NOT NULL,
    ring_since timestamp with time zone,
    CONSTRAINT cases_capsule_tries_check CHECK ((tries >= 0))
);

ALTER TABLE ONLY public.cases_capsule FORCE ROW LEVEL SECURITY;

CREATE TABLE public.cases_case (
    id uuid NOT NULL,
    code character varying(8) NOT NULL,
    jurisdiction character varying(2) NOT NULL,
    mechanism character varying(80) NOT NULL,
    territory character varying(12) NOT NULL,
    zone character varying(40) NOT NULL,
    role character varying(64) NOT NULL,
    pseudonym character varying(60) NOT NULL,
    opened_on date NOT NULL,
    opened_at timestamp with time zone NOT NULL,
    revision integer NOT NULL,
    status_on date NOT NULL,
    closed_on date,
    organisation_id uuid NOT NULL,
    person_id uuid NOT NULL,
    agreed character varying(40)[] DEFAULT '{}'::character varying[] NOT NULL,
    place_reference uuid DEFAULT gen_random_uuid() NOT NULL,
    CONSTRAINT cases_case_revision_check CHECK ((revision >= 0))
);

ALTER TABLE ONLY public.cases_case FORCE ROW LEVEL SECURITY;

CREATE TABLE public.cases_conflictofinterest (
    id uuid NOT NULL,
    declared_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    case_id uuid NOT NULL,
    person_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    user_id uuid NOT NULL,
    declared_by_id uuid NOT NULL,
    ended_by_id uuid,
    CONSTRAINT conflict_ended_by_another CHECK (((ended_by_id IS NULL) OR (NOT ((ended_by_id = user_id) AND (ended_by_id IS NOT NULL)))))
);

ALTER TABLE ONLY public.cases_conflictofinterest FORCE ROW LEVEL SECURITY;

CREATE TABLE public.cases_consent (
    id uuid NOT NULL,
    version integer NOT NULL,
    fact uuid,
    said_by character varying(16) NOT NULL,
    representative character varying(20) NOT NULL,
    heard character varying(20) NOT NULL,
    purpose character varying(40) NOT NULL,
    recipient character varying(40) NOT NULL,
    groups character varying(40)[] NOT NULL,
    channels character varying(16)[] NOT NULL,
    language character varying(3) NOT NULL,
    people bytea NOT NULL,
    ongoing boolean NOT NULL,
    paper character varying(12) NOT NULL,
    starts_on date NOT NULL,
    ends_on date,
    recorded_at timestamp with time zone NOT NULL,
    withdrawn_at timestamp with time zone,
    case_id uuid NOT NULL,
    organisation_id uuid,
    owner_id uuid NOT NULL,
    person_id uuid NOT NULL,
    user_id uuid,
    CONSTRAINT cases_consent_version_check CHECK ((version >= 0)),
    CONSTRAINT consent_ends_after_start CHECK (((ends_on IS NULL) OR (ends_on >= starts_on))),
    CONSTRAINT consent_says_in_whose_voice CHECK (((said_by)::text = ANY (ARRAY[('herself'::character varying)::text, ('representative'::character varying)::text, ('staff'::character varying)::text]))),
    CONSTRAINT consent_says_where_its_paper_is CHECK (((paper)::text = ANY (ARRAY[('kept_here'::character varying)::text, ('with_her'::character varying)::text]))),
    CONSTRAINT what_staff_say_of_her_is_no_consent_of_hers CHECK ((((fact IS NULL) AND ((said_by)::text = 'staff'::text)) OR ((NOT ((said_by)::text = 'staff'::text)) AND (NOT (fact IS NULL)))))
);

ALTER TABLE ONLY public.cases_consent FORCE ROW LEVEL SECURITY;

CREATE TABLE public.cases_consentcopy (
    id uuid NOT NULL,
    language character varying(5) NOT NULL,
    kept character varying(12) NOT NULL,
    made_at timestamp with time zone NOT NULL,
    case_id uuid NOT NULL,
    consent_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    person_id uuid NOT NULL,
    user_id uuid,
    CONSTRAINT consent_copy_says_where_it_is CHECK (((kept)::text = ANY (ARRAY[('kept_here'::character varying)::text, ('with_her'::character varying)::text])))
);

ALTER TABLE ONLY public.cases_consentcopy FORCE ROW LEVEL SECURITY;

CREATE TABLE public.cases_draft (
    id uuid NOT NULL,
    form character varying(80) NOT NULL,
    body bytea NOT NULL,
    saved_at timestamp with time zone NOT NULL,
    case_id uuid,
    organisation_id uuid NOT NULL,
    user_id uuid NOT NULL
);

ALTER TABLE ONLY public.cases_draft FORCE ROW LEVEL SECURITY;

CREATE TABLE public.cases_erasure (
    id uuid NOT NULL,
    reason character varying(20) NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    confirmed_at timestamp with time zone,
    withdrawn_at timestamp with time zone,
    person_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    asked_by_id uuid NOT NULL,
    confirmed_by_id uuid,
    CONSTRAINT erasure_is_confirmed_by_another CHECK ((((confirmed_at IS NULL) AND (confirmed_by_id IS NULL)) OR ((NOT (confirmed_by_id IS NULL)) AND (NOT (confirmed_at IS NULL)) AND (NOT ((confirmed_by_id = asked_by_id) AND (confirmed_by_id IS NOT NULL)))))),
    CONSTRAINT erasure_reason_is_known CHECK (((reason)::text = ANY (ARRAY[('she_asks'::character varying)::text, ('retention'::character varying)::text, ('opened_in_error'::character varying)::text])))
);

ALTER TABLE ONLY public.cases_erasure FORCE ROW LEVEL SECURITY;

CREATE TABLE public.cases_extract (
    id uuid NOT NULL,
    serial character varying(8) NOT NULL,
    purpose character varying(24) NOT NULL,
    columns character varying(40)[] NOT NULL,
    format character varying(4) NOT NULL,
    rows integer NOT NULL,
    state character varying(8) NOT NULL,
    digest bytea NOT NULL,
    frozen bytea,
    mark bytea NOT NULL,
    file bytea,
    asked_at timestamp with time zone NOT NULL,
    decided_at timestamp with time zone,
    fetched_at timestamp with time zone,
    closed_at timestamp with time zone,
    organisation_id uuid NOT NULL,
    receiver_id uuid NOT NULL,
    asked_by_id uuid NOT NULL,
    decided_by_id uuid,
    CONSTRAINT cases_extract_rows_check CHECK ((rows >= 0)),
    CONSTRAINT extract_decided_by_another CHECK (((decided_by_id IS NULL) OR (NOT ((decided_by_id = asked_by_id) AND (decided_by_id IS NOT NULL))))),
    CONSTRAINT extract_format_is_known CHECK (((format)::text = ANY (ARRAY[('csv'::character varying)::text, ('xlsx'::character varying)::text]))),
    CONSTRAINT extract_kept_until_fetched CHECK (((file IS NULL) OR ((state)::text = 'ready'::text))),
    CONSTRAINT extract_leaves_approved CHECK (((NOT ((state)::text = ANY (ARRAY[('approved'::character varying)::text, ('ready'::character varying)::text, ('fetched'::character varying)::text]))) OR (NOT (decided_by_id IS NULL)))),
    CONSTRAINT extract_step_is_known CHECK (((state)::text = ANY (ARRAY[('asked'::character varying)::text, ('approved'::character varying)::text, ('ready'::character varying)::text, ('fetched'::character varying)::text, ('refused'::character varying)::text, ('void'::character varying)::text, ('ended'::character varying)::text])))
);

ALTER TABLE ONLY public.cases_extract FORCE ROW LEVEL SECURITY;

CREATE TABLE public.cases_fact (
    id uuid NOT NULL,
    kind character varying(64) NOT NULL,
    version smallint NOT NULL,
    data_group character varying(40) NOT NULL,
    earliest date NOT NULL,
    latest date NOT NULL,
    hour smallint,
    recorded_at timestamp with time zone NOT NULL,
    revision integer NOT NULL,
    role character varying(64) NOT NULL,
    basis character varying(12) NOT NULL,
    fields jsonb NOT NULL,
    sealed bytea,
    batch uuid,
    case_id uuid NOT NULL,
    corrects_id uuid,
    organisation_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    user_id uuid,
    CONSTRAINT cases_fact_hour_check CHECK ((hour >= 0)),
    CONSTRAINT cases_fact_revision_check CHECK ((revision >= 0)),
    CONSTRAINT cases_fact_version_check CHECK ((version >= 0)),
    CONSTRAINT fact_basis_is_known CHECK (((basis)::text = ANY (ARRAY[('own_act'::character varying)::text, ('observed'::character varying)::text, ('person_said'::character varying)::text, ('document'::character varying)::text, ('third_party'::character varying)::text]))),
    CONSTRAINT fact_day_starts_before_it_ends CHECK ((earliest <= latest)),
    CONSTRAINT fact_hour_is_of_a_day CHECK (((hour IS NULL) OR (hour <= 23)))
);

ALTER TABLE ONLY public.cases_fact FORCE ROW LEVEL SECURITY;

CREATE TABLE public.cases_finding (
    id bigint NOT NULL,
    rule_id character varying(100) NOT NULL,
    kind character varying(12) NOT NULL,
    outcome character varying(14) NOT NULL,
    since date,
    until date,
    due_earliest date,
    due_latest date,
    detail jsonb NOT NULL,
    case_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    view_id uuid NOT NULL
);

ALTER TABLE ONLY public.cases_finding FORCE ROW LEVEL SECURITY;

ALTER TABLE public.cases_finding ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.cases_finding_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.cases_freeze (
    id uuid NOT NULL,
    reason character varying(20) NOT NULL,
    frozen_at timestamp with time zone NOT NULL,
    told_at timestamp with time zone,
    lifted_at timestamp with time zone,
    frozen_by_id uuid NOT NULL,
    lifted_by_id uuid,
    organisation_id uuid NOT NULL,
    told_id uuid,
    user_id uuid NOT NULL,
    CONSTRAINT freeze_reason_is_known CHECK (((reason)::text = ANY (ARRAY[('threatened'::character varying)::text, ('device_lost'::character varying)::text, ('unusual_reading'::character varying)::text, ('left'::character varying)::text, ('other'::character varying)::text]))),
    CONSTRAINT nobody_opens_their_own_frozen_account CHECK (((lifted_by_id IS NULL) OR (NOT ((lifted_by_id = user_id) AND (lifted_by_id IS NOT NULL)))))
);

ALTER TABLE ONLY public.cases_freeze FORCE ROW LEVEL SECURITY;

CREATE TABLE public.cases_grant (
    id uuid NOT NULL,
    groups character varying(40)[] NOT NULL,
    reason bytea NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone,
    revoked_at timestamp with time zone,
    case_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    person_id uuid NOT NULL,
    purpose character varying(24) NOT NULL,
    consent_fact uuid,
    law character varying(100) NOT NULL,
    named_kinds character varying(64)[] NOT NULL,
    left_out uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    referral uuid,
    through_revision integer,
    danger boolean DEFAULT false NOT NULL,
    CONSTRAINT cases_grant_through_revision_check CHECK ((through_revision >= 0)),
    CONSTRAINT danger_opens_for_four_hours CHECK (((NOT danger) OR ((ends_at IS NOT NULL) AND (ends_at <= (starts_at + '04:00:00'::interval))))),
    CONSTRAINT grant_ends_after_start CHECK (((ends_at IS NULL) OR (ends_at > starts_at))),
    CONSTRAINT nobody_grants_to_themselves CHECK ((NOT (owner_id = organisation_id))),
    CONSTRAINT what_may_harm_leaves_with_her_consent CHECK (((named_kinds = '{}'::character varying(64)[]) OR (NOT (consent_fact IS NULL))))
);

ALTER TABLE ONLY public.cases_grant FORCE ROW LEVEL SECURITY;

CREATE TABLE public.cases_handover (
    id uuid NOT NULL,
    batch uuid NOT NULL,
    proposed_at timestamp with time zone NOT NULL,
    why character varying(12) NOT NULL,
    last_day date,
    note bytea NOT NULL,
    told character varying(20) NOT NULL,
    state character varying(12) NOT NULL,
    answered_at timestamp with time zone,
    answer bytea,
    case_id uuid NOT NULL,
    giver_id uuid,
    owner_id uuid NOT NULL,
    person_id uuid NOT NULL,
    proposed_by_id uuid NOT NULL,
    successor_id uuid NOT NULL,
    CONSTRAINT handover_says_what_she_was_told CHECK (((told)::text = ANY (ARRAY[('agrees'::character varying)::text, ('wishes_otherwise'::character varying)::text, ('not_told_yet'::character varying)::text, ('not_safe_to_tell'::character varying)::text]))),
    CONSTRAINT handover_says_why CHECK (((why)::text = ANY (ARRAY[('leaves'::character varying)::text, ('long_leave'::character varying)::text, ('nobody'::character varying)::text]))),
    CONSTRAINT handover_state_is_known CHECK (((state)::text = ANY (ARRAY[('proposed'::character varying)::text, ('accepted'::character varying)::text, ('declined'::character varying)::text, ('withdrawn'::character varying)::text, ('carried'::character varying)::text]))),
    CONSTRAINT nobody_hands_over_to_themselves CHECK (((giver_id IS NULL) OR (NOT ((giver_id = successor_id) AND (giver_id IS NOT NULL)))))
);

ALTER TABLE ONLY public.cases_handover FORCE ROW LEVEL SECURITY;

CREATE TABLE public.cases_hold (
    id uuid NOT NULL,
    kind character varying(20) NOT NULL,
    set_at timestamp with time zone NOT NULL,
    lifted_at timestamp with time zone,
    person_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    set_by_id uuid NOT NULL,
    lifted_by_id uuid,
    CONSTRAINT hold_kind_is_known CHECK (((kind)::text = ANY (ARRAY[('requisition'::character varying)::text, ('proceeding'::character varying)::text])))
);

ALTER TABLE ONLY public.cases_hold FORCE ROW LEVEL SECURITY;

CREATE TABLE public.cases_jointstep (
    id uuid NOT NULL,
    by_sender boolean NOT NULL,
    what character varying(24) NOT NULL,
    due_on date NOT NULL,
    done_at timestamp with time zone,
    added_at timestamp with time zone NOT NULL,
    offer_id uuid NOT NULL
);

ALTER TABLE ONLY public.cases_jointstep FORCE ROW LEVEL SECURITY;

CREATE TABLE public.cases_keptawaynote (
    id uuid NOT NULL,
    ended boolean NOT NULL,
    at timestamp with time zone NOT NULL,
    read_at timestamp with time zone,
    about_id uuid NOT NULL,
    by_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    reader_id uuid NOT NULL
);

ALTER TABLE ONLY public.cases_keptawaynote FORCE ROW LEVEL SECURITY;

CREATE TABLE public.cases_keptmechanism (
    hash character varying(64) NOT NULL,
    name character varying(80) NOT NULL,
    content bytea NOT NULL,
    kept_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
);

CREATE TABLE public.cases_letter (
    id uuid NOT NULL,
    step character varying(20) NOT NULL,
    written_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    tries smallint NOT NULL,
    failure character varying(60) NOT NULL,
    offer_id uuid NOT NULL,
    wish_id uuid NOT NULL,
    CONSTRAINT cases_letter_tries_check CHECK ((tries >= 0))
);

ALTER TABLE ONLY public.cases_letter FORCE ROW LEVEL SECURITY;

CREATE TABLE public.cases_mailwish (
    id uuid NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    address character varying(254) NOT NULL,
    language character varying(5) NOT NULL,
    organisation_id uuid NOT NULL,
    user_id uuid NOT NULL
);

ALTER TABLE ONLY public.cases_mailwish FORCE ROW LEVEL SECURITY;

CREATE TABLE public.cases_nametoken (
    id bigint NOT NULL,
    token bytea NOT NULL,
    organisation_id uuid NOT NULL,
    person_id uuid NOT NULL,
    key_version smallint DEFAULT 1 NOT NULL,
    CONSTRAINT cases_nametoken_key_version_check CHECK ((key_version >= 0))
);

ALTER TABLE ONLY public.cases_nametoken FORCE ROW LEVEL SECURITY;

ALTER TABLE public.cases_nametoken ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.cases_nametoken_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.cases_notice (
    id uuid NOT NULL,
    role character varying(64) NOT NULL,
    step character varying(24) NOT NULL,
    at timestamp with time zone NOT NULL,
    read_at timestamp with time zone,
    case_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    user_id uuid,
    task_id uuid
);

ALTER TABLE ONLY public.cases_notice FORCE ROW LEVEL SECURITY;

CREATE TABLE public.cases_offer (
    id uuid NOT NULL,
    service uuid,
    rank smallint NOT NULL,
    state character varying(12) NOT NULL,
    code character varying(8) NOT NULL,
    handling character varying(10) NOT NULL,
    purpose character varying(24) NOT NULL,
    urgency character varying(10) NOT NULL,
    needs jsonb NOT NULL,
    digest character varying(64) NOT NULL,
    sent_at timestamp with time zone,
    acknowledge_by timestamp with time zone,
    answer_by timestamp with time zone,
    next_step_at timestamp with time zone,
    acknowledged_at timestamp with time zone,
    reminded_at timestamp with time zone,
    escalated_at timestamp with time zone,
    answered_at timestamp with time zone,
    refusal character varying(20) NOT NULL,
    outcome character varying(20) NOT NULL,
    outcome_on date,
    news_for_sender character varying(20) NOT NULL,
    news_for_receiver character varying(20) NOT NULL,
    answered_by_id uuid,
    grant_id uuid,
    organisation_id uuid,
    owner_id uuid NOT NULL,
    referral_id uuid NOT NULL,
    CONSTRAINT a_refusal_says_why CHECK (((NOT ((state)::text = 'refused'::text)) OR (NOT ((refusal)::text = ''::text)))),
    CONSTRAINT cases_offer_rank_check CHECK ((rank >= 0)),
    CONSTRAINT offer_state_is_known CHECK (((state)::text = ANY (ARRAY[('waiting'::character varying)::text, ('sent'::character varying)::text, ('acknowledged'::character varying)::text, ('accepted'::character varying)::text, ('refused'::character varying)::text, ('no_answer'::character varying)::text, ('called_back'::character varying)::text, ('not_needed'::character varying)::text])))
);

ALTER TABLE ONLY public.cases_offer FORCE ROW LEVEL SECURITY;

CREATE TABLE public.cases_paper (
    id uuid NOT NULL,
    data_group character varying(40) NOT NULL,
    tier character varying(48) NOT NULL,
    kind character varying(4) NOT NULL,
    size integer NOT NULL,
    pages integer,
    state character varying(10) NOT NULL,
    title bytea NOT NULL,
    blob bytea NOT NULL,
    received_at timestamp with time zone NOT NULL,
    scanned_at timestamp with time zone,
    case_id uuid NOT NULL,
    person_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    user_id uuid NOT NULL,
    CONSTRAINT cases_paper_pages_check CHECK ((pages >= 0)),
    CONSTRAINT cases_paper_size_check CHECK ((size >= 0)),
    CONSTRAINT clean_paper_was_scanned CHECK (((NOT ((state)::text = 'clean'::text)) OR (NOT (scanned_at IS NULL)))),
    CONSTRAINT paper_kind_is_known CHECK (((kind)::text = ANY (ARRAY[('pdf'::character varying)::text, ('jpg'::character varying)::text, ('png'::character varying)::text]))),
    CONSTRAINT paper_state_is_known CHECK (((state)::text = ANY (ARRAY[('quarantine'::character varying)::text, ('clean'::character varying)::text])))
);

ALTER TABLE ONLY public.cases_paper FORCE ROW LEVEL SECURITY;

CREATE TABLE public.cases_person (
    id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    organisation_id uuid NOT NULL
);

ALTER TABLE ONLY public.cases_person FORCE ROW LEVEL SECURITY;

CREATE TABLE public.cases_reach (
    id bigint NOT NULL,
    role character varying(64) NOT NULL,
    relation character varying(12) NOT NULL,
    purpose character varying(24) NOT NULL,
    word character varying(64) NOT NULL
);

ALTER TABLE public.cases_reach ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.cases_reach_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.cases_readername (
    id bigint NOT NULL,
    token bytea NOT NULL,
    organisation_id uuid NOT NULL,
    user_id uuid NOT NULL
);

ALTER TABLE ONLY public.cases_readername FORCE ROW LEVEL SECURITY;

ALTER TABLE public.cases_readername ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.cases_readername_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.cases_receipt (
    id uuid NOT NULL,
    key uuid NOT NULL,
    act character varying(40) NOT NULL,
    result uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    organisation_id uuid NOT NULL
);

ALTER TABLE ONLY public.cases_receipt FORCE ROW LEVEL SECURITY;

CREATE TABLE public.cases_referral (
    id uuid NOT NULL,
    code character varying(8) NOT NULL,
    state character varying(12) NOT NULL,
    handling character varying(10) NOT NULL,
    purpose character varying(24) NOT NULL,
    groups character varying(40)[] NOT NULL,
    named_kinds character varying(64)[] NOT NULL,
    left_out uuid[] NOT NULL,
    consent_fact uuid,
    ground character varying(16) NOT NULL,
    law character varying(100) NOT NULL,
    ongoing boolean NOT NULL,
    through_revision integer NOT NULL,
    package jsonb NOT NULL,
    digest character varying(64) NOT NULL,
    urgency character varying(10) NOT NULL,
    recipients uuid[] NOT NULL,
    access_ends_at timestamp with time zone NOT NULL,
    note bytea NOT NULL,
    sent_at timestamp with time zone NOT NULL,
    closed_at timestamp with time zone,
    case_id uuid NOT NULL,
    consent_id uuid,
    owner_id uuid NOT NULL,
    person_id uuid NOT NULL,
    sent_by_id uuid,
    CONSTRAINT cases_referral_through_revision_check CHECK ((through_revision >= 0)),
    CONSTRAINT referral_has_a_recipient CHECK ((NOT (recipients = '{}'::uuid[]))),
    CONSTRAINT referral_names_the_fact_of_its_consent CHECK ((((consent_id IS NULL) AND (consent_fact IS NULL)) OR ((NOT (consent_id IS NULL)) AND (NOT (consent_fact IS NULL))))),
    CONSTRAINT referral_says_how_urgent CHECK (((urgency)::text = ANY (ARRAY[('now'::character varying)::text, ('today'::character varying)::text, ('week'::character varying)::text, ('planned'::character varying)::text]))),
    CONSTRAINT referral_shares_or_transfers CHECK (((handling)::text = ANY (ARRAY[('share'::character varying)::text, ('transfer'::character varying)::text]))),
    CONSTRAINT referral_state_is_known CHECK (((state)::text = ANY (ARRAY[('open'::character varying)::text, ('taken'::character varying)::text, ('exhausted'::character varying)::text, ('recalled'::character varying)::text])))
);

ALTER TABLE ONLY public.cases_referral FORCE ROW LEVEL SECURITY;

CREATE TABLE public.cases_reminder (
    id bigint NOT NULL,
    step character varying(24) NOT NULL,
    at timestamp with time zone NOT NULL,
    organisation_id uuid NOT NULL,
    task_id uuid NOT NULL
);

ALTER TABLE ONLY public.cases_reminder FORCE ROW LEVEL SECURITY;

ALTER TABLE public.cases_reminder ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.cases_reminder_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.cases_requisition (
    id uuid NOT NULL,
    state character varying(10) NOT NULL,
    demand bytea NOT NULL,
    asked character varying(64)[] NOT NULL,
    given character varying(64)[] NOT NULL,
    outcome bytea,
    received_at timestamp with time zone NOT NULL,
    checked_at timestamp with time zone,
    answered_at timestamp with time zone,
    told_on date,
    silence_text character varying(200) NOT NULL,
    silence_review_on date,
    case_id uuid NOT NULL,
    person_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    received_by_id uuid NOT NULL,
    checked_by_id uuid,
    prepared_by_id uuid,
    answered_by_id uuid,
    CONSTRAINT requisition_answered_by_two CHECK (((answered_by_id IS NULL) OR ((state)::text = 'refused'::text) OR ((NOT (prepared_by_id IS NULL)) AND (NOT ((answered_by_id = prepared_by_id) AND (answered_by_id IS NOT NULL) AND (prepared_by_id IS NOT NULL)))))),
    CONSTRAINT requisition_gives_no_more_than_asked CHECK ((given <@ asked)),
    CONSTRAINT requisition_step_is_known CHECK (((state)::text = ANY (ARRAY[('received'::character varying)::text, ('checked'::character varying)::text, ('prepared'::character varying)::text, ('answered'::character varying)::text, ('refused'::character varying)::text]))),
    CONSTRAINT silence_is_looked_at_again CHECK ((((silence_text)::text = ''::text) OR (NOT (silence_review_on IS NULL))))
);

ALTER TABLE ONLY public.cases_requisition FORCE ROW LEVEL SECURITY;

CREATE TABLE public.cases_retainedcount (
    id bigint NOT NULL,
    year smallint NOT NULL,
    dimension character varying(40) NOT NULL,
    code character varying(64) NOT NULL,
    files integer NOT NULL,
    changed_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    CONSTRAINT cases_retainedcount_files_check CHECK ((files >= 0)),
    CONSTRAINT cases_retainedcount_year_check CHECK ((year >= 0))
);

ALTER TABLE ONLY public.cases_retainedcount FORCE ROW LEVEL SECURITY;

ALTER TABLE public.cases_retainedcount ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.cases_retainedcount_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.cases_sealedrecord (
    id uuid NOT NULL,
    tier character varying(24) NOT NULL,
    data_group character varying(40) NOT NULL,
    version integer NOT NULL,
    blob bytea NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    owner_id uuid NOT NULL,
    person_id uuid NOT NULL,
    user_id uuid,
    CONSTRAINT cases_sealedrecord_version_check CHECK ((version >= 0))
);

ALTER TABLE ONLY public.cases_sealedrecord FORCE ROW LEVEL SECURITY;

CREATE TABLE public.cases_spokenlanguages (
    id uuid NOT NULL,
    languages character varying(3)[] NOT NULL,
    said_at timestamp with time zone NOT NULL,
    organisation_id uuid NOT NULL,
    user_id uuid NOT NULL
);

ALTER TABLE ONLY public.cases_spokenlanguages FORCE ROW LEVEL SECURITY;

CREATE TABLE public.cases_task (
    id uuid NOT NULL,
    rule_id character varying(100) NOT NULL,
    role character varying(64) NOT NULL,
    level character varying(24) NOT NULL,
    due_earliest date,
    due_latest date,
    opened_at timestamp with time zone NOT NULL,
    overdue_at timestamp with time zone,
    plan jsonb NOT NULL,
    next_step_at timestamp with time zone,
    closed_at timestamp with time zone,
    closing character varying(20) NOT NULL,
    snoozed_until date,
    note bytea,
    assignee_id uuid,
    case_id uuid NOT NULL,
    closed_by_id uuid,
    closing_fact_id uuid,
    organisation_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    trigger_fact_id uuid,
    view_id uuid NOT NULL,
    urgent_since date,
    CONSTRAINT closed_task_says_how CHECK ((((closed_at IS NULL) AND ((closing)::text = ''::text)) OR (((closing)::text = ANY (ARRAY[('fact'::character varying)::text, ('waiver'::character varying)::text, ('no_longer_required'::character varying)::text, ('missed'::character varying)::text])) AND (NOT (closed_at IS NULL)))))
);

ALTER TABLE ONLY public.cases_task FORCE ROW LEVEL SECURITY;

CREATE TABLE public.cases_teampractice (
    organisation_id uuid NOT NULL,
    whole_team boolean NOT NULL,
    user_id uuid,
    chosen_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.cases_teampractice FORCE ROW LEVEL SECURITY;

CREATE TABLE public.cases_tombstone (
    id uuid NOT NULL,
    mark bytea NOT NULL,
    erased_on date NOT NULL,
    reason character varying(20) NOT NULL
);

ALTER TABLE ONLY public.cases_tombstone FORCE ROW LEVEL SECURITY;

CREATE TABLE public.cases_view (
    id uuid NOT NULL,
    groups character varying(40)[],
    zone character varying(40) NOT NULL,
    mechanism character varying(80) NOT NULL,
    mechanism_hash character varying(64) NOT NULL,
    evaluated_at timestamp with time zone,
    evaluated_on date,
    next_change_on date,
    revision integer NOT NULL,
    case_id uuid NOT NULL,
    grant_id uuid,
    organisation_id uuid NOT NULL,
    owner_id uuid NOT NULL,
    CONSTRAINT cases_view_revision_check CHECK ((revision >= 0)),
    CONSTRAINT only_the_owner_sees_every_group CHECK ((((groups IS NULL) AND (organisation_id = owner_id)) OR ((NOT (groups IS NULL)) AND (NOT (organisation_id = owner_id)))))
);

ALTER TABLE ONLY public.cases_view FORCE ROW LEVEL SECURITY;

CREATE TABLE public.directory_contact (
    id uuid NOT NULL,
    kind character varying(8) NOT NULL,
    value character varying(254) NOT NULL,
    entered_at timestamp with time zone NOT NULL,
    entered_by uuid NOT NULL,
    verified_on date,
    verified_by uuid,
    called_back_on date,
    called_back_by uuid,
    ended_on date,
    mailbox_proved_on date,
    entered_organisation_id uuid NOT NULL,
    replaces_id uuid,
    verified_organisation_id uuid,
    mandate_id uuid,
    service_id uuid NOT NULL,
    CONSTRAINT another_person_calls_back CHECK (((called_back_by IS NULL) OR (NOT ((called_back_by = entered_by) AND (called_back_by IS NOT NULL)))))
);

ALTER TABLE ONLY public.directory_contact FORCE ROW LEVEL SECURITY;

CREATE TABLE public.directory_convention (
    id uuid NOT NULL,
    parties character varying(200)[] NOT NULL,
    object text NOT NULL,
    state character varying(12) NOT NULL,
    territories character varying(3)[] NOT NULL,
    starts_on date,
    ends_on date,
    money character varying(300) NOT NULL,
    agent character varying(120) NOT NULL,
    successor character varying(120) NOT NULL,
    changed_at timestamp with time zone NOT NULL,
    organisation_id uuid NOT NULL,
    successor_role character varying(200) NOT NULL,
    reminded_days smallint,
    CONSTRAINT a_convention_ends_after_it_starts CHECK (((starts_on IS NULL) OR (ends_on IS NULL) OR (ends_on >= starts_on))),
    CONSTRAINT directory_convention_reminded_days_check CHECK ((reminded_days >= 0))
);

ALTER TABLE ONLY public.directory_convention FORCE ROW LEVEL SECURITY;

CREATE TABLE public.directory_importbatch (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    format character varying(20) NOT NULL,
    source character varying(80) NOT NULL,
    digest character varying(64) NOT NULL,
    content text NOT NULL,
    state character varying(12) NOT NULL,
    brought_at timestamp with time zone NOT NULL,
    applied_at timestamp with time zone,
    undone_at timestamp with time zone,
    organisation_id uuid NOT NULL
);

ALTER TABLE ONLY public.directory_importbatch FORCE ROW LEVEL SECURITY;

CREATE TABLE public.directory_importchange (
    id uuid NOT NULL,
    service_id uuid NOT NULL,
    before jsonb,
    after jsonb NOT NULL,
    batch_id uuid NOT NULL
);

ALTER TABLE ONLY public.directory_importchange FORCE ROW LEVEL SECURITY;

CREATE TABLE public.directory_mailboxlink (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    secret_hash bytea NOT NULL,
    made_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    failure character varying(60) NOT NULL,
    used_at timestamp with time zone,
    contact_id uuid NOT NULL,
    organisation_id uuid NOT NULL
);

ALTER TABLE ONLY public.directory_mailboxlink FORCE ROW LEVEL SECURITY;

CREATE TABLE public.directory_mandate (
    id uuid NOT NULL,
    rank character varying(8) NOT NULL,
    name character varying(120) NOT NULL,
    training character varying(300) NOT NULL,
    starts_on date NOT NULL,
    ends_on date,
    entered_by uuid NOT NULL,
    ended_entered_by uuid,
    confirmed_on date,
    confirmed_by uuid,
    confirmed_organisation_id uuid,
    entered_organisation_id uuid NOT NULL,
    service_id uuid NOT NULL,
    CONSTRAINT a_mandate_ends_after_it_starts CHECK (((ends_on IS NULL) OR (ends_on >= starts_on))),
    CONSTRAINT nobody_confirms_whom_they_named CHECK (((confirmed_by IS NULL) OR (NOT ((confirmed_by = entered_by) AND (confirmed_by IS NOT NULL)))))
);

ALTER TABLE ONLY public.directory_mandate FORCE ROW LEVEL SECURITY;

CREATE TABLE public.directory_organisation (
    id uuid NOT NULL,
    name character varying(200) NOT NULL,
    kind character varying(24) NOT NULL,
    territory character varying(12) NOT NULL,
    language character varying(2) NOT NULL,
    is_invented boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    state character varying(20) NOT NULL,
    state_since timestamp with time zone NOT NULL,
    probation_until timestamp with time zone,
    sponsor_id uuid
);

ALTER TABLE ONLY public.directory_organisation FORCE ROW LEVEL SECURITY;

CREATE TABLE public.directory_outcome (
    id uuid NOT NULL,
    user_id uuid,
    "on" date NOT NULL,
    what character varying(16) NOT NULL,
    organisation_id uuid NOT NULL,
    service_id uuid NOT NULL,
    told_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL
);

ALTER TABLE ONLY public.directory_outcome FORCE ROW LEVEL SECURITY;

CREATE TABLE public.directory_question (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    region character varying(3) NOT NULL,
    audience character varying(12) NOT NULL,
    organisation_id uuid NOT NULL
);

ALTER TABLE ONLY public.directory_question FORCE ROW LEVEL SECURITY;

CREATE TABLE public.directory_regionkept (
    id bigint NOT NULL,
    function character varying(32) NOT NULL,
    region character varying(3) NOT NULL,
    "on" date NOT NULL
);

ALTER TABLE ONLY public.directory_regionkept FORCE ROW LEVEL SECURITY;

ALTER TABLE public.directory_regionkept ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.directory_regionkept_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.directory_reminderletter (
    id uuid NOT NULL,
    wish_id uuid NOT NULL,
    days smallint NOT NULL,
    ends_on date NOT NULL,
    written_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    tries smallint NOT NULL,
    failure character varying(60) NOT NULL,
    convention_id uuid NOT NULL,
    CONSTRAINT directory_reminderletter_days_check CHECK ((days >= 0)),
    CONSTRAINT directory_reminderletter_tries_check CHECK ((tries >= 0))
);

ALTER TABLE ONLY public.directory_reminderletter FORCE ROW LEVEL SECURITY;

CREATE TABLE public.directory_secret (
    id uuid NOT NULL,
    blob bytea NOT NULL,
    until timestamp with time zone,
    given_at timestamp with time zone NOT NULL,
    holder_id uuid NOT NULL,
    service_id uuid NOT NULL,
    stage character varying(16) NOT NULL
);

ALTER TABLE ONLY public.directory_secret FORCE ROW LEVEL SECURITY;

CREATE TABLE public.directory_service (
    id uuid NOT NULL,
    tier smallint NOT NULL,
    function character varying(32) NOT NULL,
    name character varying(200) NOT NULL,
    description text NOT NULL,
    support character varying(12) NOT NULL,
    audiences character varying(40)[] NOT NULL,
    forms character varying(40)[] NOT NULL,
    languages character varying(3)[] NOT NULL,
    territories character varying(3)[] NOT NULL,
    remote boolean NOT NULL,
    travel character varying(300) NOT NULL,
    eligibility character varying(500) NOT NULL,
    first_evaluation boolean NOT NULL,
    frame character varying(300) NOT NULL,
    training character varying(300) NOT NULL,
    trained_on date,
    caution character varying(200) NOT NULL,
    cost character varying(200) NOT NULL,
    hours character varying(200) NOT NULL,
    website character varying(300) NOT NULL,
    origin character varying(16) NOT NULL,
    source character varying(80) NOT NULL,
    source_key character varying(200) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    closed_on date,
    vetted_at timestamp with time zone,
    words text NOT NULL,
    search tsvector GENERATED ALWAYS AS (to_tsvector('french'::regconfig, COALESCE(words, ''::text))) STORED,
    batch_id uuid,
    organisation_id uuid NOT NULL,
    structure_id uuid NOT NULL,
    known_to uuid[] NOT NULL,
    version integer DEFAULT 0 NOT NULL,
    CONSTRAINT a_service_serves_a_territory CHECK ((NOT (territories = '{}'::character varying(3)[]))),
    CONSTRAINT directory_service_tier_check CHECK ((tier >= 0)),
    CONSTRAINT directory_service_version_check CHECK ((version >= 0)),
    CONSTRAINT what_is_need_to_know_is_not_searched CHECK (((tier < 2) OR (words = ''::text)))
);

ALTER TABLE ONLY public.directory_service FORCE ROW LEVEL SECURITY;

CREATE TABLE public.directory_structure (
    id uuid NOT NULL,
    tier smallint NOT NULL,
    name character varying(200) NOT NULL,
    kind character varying(32) NOT NULL,
    website character varying(300) NOT NULL,
    source character varying(80) NOT NULL,
    source_key character varying(200) NOT NULL,
    created_at timestamp with time zone NOT NULL,
    closed_on date,
    words text NOT NULL,
    member_id uuid,
    organisation_id uuid NOT NULL,
    known_to uuid[] NOT NULL,
    CONSTRAINT directory_structure_tier_check CHECK ((tier >= 0))
);

ALTER TABLE ONLY public.directory_structure FORCE ROW LEVEL SECURITY;

CREATE TABLE public.directory_voice (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    reason character varying(300) NOT NULL,
    organisation_id uuid NOT NULL,
    service_id uuid NOT NULL,
    version integer DEFAULT 0 NOT NULL,
    CONSTRAINT directory_voice_version_check CHECK ((version >= 0))
);

ALTER TABLE ONLY public.directory_voice FORCE ROW LEVEL SECURITY;

CREATE TABLE public.django_content_type (
    id integer NOT NULL,
    app_label character varying(100) NOT NULL,
    model character varying(100) NOT NULL
);

ALTER TABLE public.django_content_type ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_content_type_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.django_migrations (
    id bigint NOT NULL,
    app character varying(255) NOT NULL,
    name character varying(255) NOT NULL,
    applied timestamp with time zone NOT NULL
);

ALTER TABLE public.django_migrations ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.django_migrations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.django_session (
    session_key character varying(40) NOT NULL,
    session_data text NOT NULL,
    expire_date timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.django_session FORCE ROW LEVEL SECURITY;

CREATE TABLE public.ledger_comparison (
    organisation_id uuid NOT NULL,
    after_person uuid,
    looked_at timestamp with time zone NOT NULL,
    whole_at timestamp with time zone,
    missing uuid[] NOT NULL,
    number integer NOT NULL,
    CONSTRAINT ledger_comparison_number_check CHECK ((number >= 0))
);

ALTER TABLE ONLY public.ledger_comparison FORCE ROW LEVEL SECURITY;

CREATE TABLE public.ledger_dispatch (
    id uuid NOT NULL,
    seal_number bigint NOT NULL,
    written_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    tries integer NOT NULL,
    failure character varying(80) NOT NULL,
    witness_id uuid NOT NULL,
    CONSTRAINT ledger_dispatch_tries_check CHECK ((tries >= 0))
);

ALTER TABLE ONLY public.ledger_dispatch FORCE ROW LEVEL SECURITY;

CREATE TABLE public.ledger_entry (
    id uuid NOT NULL,
    "position" bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    act character varying(80) NOT NULL,
    kind character varying(8) NOT NULL,
    actor_id uuid,
    organisation_id uuid,
    subjects uuid[] NOT NULL,
    body bytea NOT NULL,
    leaf bytea NOT NULL,
    CONSTRAINT ledger_kind_is_known CHECK (((kind)::text = ANY (ARRAY[('write'::character varying)::text, ('look'::character varying)::text, ('denial'::character varying)::text, ('system'::character varying)::text])))
);

ALTER TABLE ONLY public.ledger_entry FORCE ROW LEVEL SECURITY;

ALTER TABLE public.ledger_entry ALTER COLUMN "position" ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.ledger_entry_position_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.ledger_retention (
    id uuid NOT NULL,
    through_seal bigint NOT NULL,
    through_position bigint NOT NULL,
    recorded_at timestamp with time zone NOT NULL,
    body bytea NOT NULL,
    signature bytea NOT NULL
);

ALTER TABLE ONLY public.ledger_retention FORCE ROW LEVEL SECURITY;

CREATE TABLE public.ledger_seal (
    id uuid NOT NULL,
    number bigint NOT NULL,
    first_position bigint NOT NULL,
    last_position bigint NOT NULL,
    entries integer NOT NULL,
    root bytea NOT NULL,
    previous bytea NOT NULL,
    sealed_at timestamp with time zone NOT NULL,
    signature bytea NOT NULL,
    body bytea NOT NULL,
    marks bytea NOT NULL,
    CONSTRAINT ledger_seal_entries_check CHECK ((entries >= 0)),
    CONSTRAINT ledger_seal_runs_forward CHECK ((last_position >= first_position))
);

ALTER TABLE ONLY public.ledger_seal FORCE ROW LEVEL SECURITY;

CREATE TABLE public.ledger_witness (
    id uuid NOT NULL,
    organisation character varying(200) NOT NULL,
    address character varying(254) NOT NULL,
    since timestamp with time zone NOT NULL,
    until timestamp with time zone
);

ALTER TABLE ONLY public.ledger_witness FORCE ROW LEVEL SECURITY;

CREATE TABLE public.mfa_authenticator (
    id bigint NOT NULL,
    type character varying(20) NOT NULL,
    data jsonb NOT NULL,
    user_id uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    last_used_at timestamp with time zone
);

ALTER TABLE ONLY public.mfa_authenticator FORCE ROW LEVEL SECURITY;

ALTER TABLE public.mfa_authenticator ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.mfa_authenticator_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.places_alert (
    id uuid NOT NULL,
    zone character varying(3) NOT NULL,
    kind character varying(16) NOT NULL,
    "on" date NOT NULL,
    taken_back_on date
);

ALTER TABLE ONLY public.places_alert FORCE ROW LEVEL SECURITY;

CREATE TABLE public.places_apart (
    id uuid NOT NULL,
    other uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    organisation_id uuid NOT NULL,
    request_id uuid NOT NULL,
    ended_at timestamp with time zone
);

ALTER TABLE ONLY public.places_apart FORCE ROW LEVEL SECURITY;

CREATE TABLE public.places_arrival (
    id uuid NOT NULL,
    items jsonb NOT NULL,
    user_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    organisation_id uuid NOT NULL,
    hold_id uuid NOT NULL
);

ALTER TABLE ONLY public.places_arrival FORCE ROW LEVEL SECURITY;

CREATE TABLE public.places_bed (
    id uuid NOT NULL,
    listed boolean NOT NULL,
    number smallint NOT NULL,
    out_of_use boolean NOT NULL,
    organisation_id uuid NOT NULL,
    unit_id uuid NOT NULL,
    opened_on date,
    closed_on date,
    CONSTRAINT a_bed_taken_away_is_given_to_nobody CHECK (((closed_on IS NULL) OR out_of_use)),
    CONSTRAINT places_bed_number_check CHECK ((number >= 0))
);

ALTER TABLE ONLY public.places_bed FORCE ROW LEVEL SECURITY;

CREATE TABLE public.places_carried (
    id uuid NOT NULL,
    mark uuid NOT NULL,
    created_at timestamp with time zone NOT NULL,
    organisation_id uuid NOT NULL,
    request_id uuid NOT NULL,
    ended_at timestamp with time zone
);

ALTER TABLE ONLY public.places_carried FORCE ROW LEVEL SECURITY;

CREATE TABLE public.places_event (
    id uuid NOT NULL,
    reference uuid NOT NULL,
    user_id uuid,
    role character varying(32) NOT NULL,
    kind character varying(20) NOT NULL,
    phase character varying(16) NOT NULL,
    until date,
    "on" date NOT NULL,
    at timestamp with time zone NOT NULL,
    by_organisation_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    told_to_id uuid,
    CONSTRAINT only_some_steps_are_told_back CHECK (((told_to_id IS NULL) OR ((kind)::text = ANY (ARRAY[('not_there'::character varying)::text, ('requested'::character varying)::text, ('arrived'::character varying)::text, ('search_ended'::character varying)::text]))))
);

ALTER TABLE ONLY public.places_event FORCE ROW LEVEL SECURITY;

CREATE TABLE public.places_formerneeds (
    created_at timestamp with time zone NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    household jsonb NOT NULL,
    phase character varying(16) NOT NULL,
    urgency smallint NOT NULL,
    organisation_id uuid NOT NULL,
    request_id uuid NOT NULL,
    CONSTRAINT places_formerneeds_urgency_check CHECK ((urgency >= 0))
);

ALTER TABLE ONLY public.places_formerneeds FORCE ROW LEVEL SECURITY;

CREATE TABLE public.places_hold (
    id uuid NOT NULL,
    listed boolean NOT NULL,
    state character varying(12) NOT NULL,
    said_yes boolean NOT NULL,
    user_id uuid,
    asked_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone,
    answered_at timestamp with time zone,
    answered_by uuid,
    second_look_by uuid,
    arrived_at timestamp with time zone,
    left_at timestamp with time zone,
    key uuid,
    asking_id uuid NOT NULL,
    host_id uuid NOT NULL,
    request_id uuid NOT NULL,
    shelter_id uuid NOT NULL,
    unit_id uuid
);

ALTER TABLE ONLY public.places_hold FORCE ROW LEVEL SECURITY;

CREATE TABLE public.places_incident (
    id uuid NOT NULL,
    kind character varying(16) NOT NULL,
    user_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    organisation_id uuid NOT NULL,
    shelter_id uuid NOT NULL,
    paused_before timestamp with time zone,
    alert uuid,
    taken_back_at timestamp with time zone,
    why character varying(16) NOT NULL,
    CONSTRAINT taken_back_with_a_reason CHECK ((((taken_back_at IS NULL) AND ((why)::text = ''::text)) OR ((taken_back_at IS NOT NULL) AND (NOT ((why)::text = ''::text)))))
);

ALTER TABLE ONLY public.places_incident FORCE ROW LEVEL SECURITY;

CREATE TABLE public.places_markend (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    reason character varying(12) NOT NULL,
    at timestamp with time zone NOT NULL,
    second_user_id uuid,
    decided_at timestamp with time zone,
    ended boolean NOT NULL,
    apart_id uuid,
    carried_id uuid,
    organisation_id uuid NOT NULL,
    CONSTRAINT an_end_has_a_day CHECK (((NOT ended) OR (decided_at IS NOT NULL))),
    CONSTRAINT one_line_ends CHECK ((((apart_id IS NULL) AND (carried_id IS NOT NULL)) OR ((apart_id IS NOT NULL) AND (carried_id IS NULL)))),
    CONSTRAINT what_protects_another_ends_by_two CHECK (((NOT ended) OR (carried_id IS NULL) OR ((second_user_id IS NOT NULL) AND (NOT ((second_user_id = user_id) AND (second_user_id IS NOT NULL))))))
);

ALTER TABLE ONLY public.places_markend FORCE ROW LEVEL SECURITY;

CREATE TABLE public.places_occupancy (
    id uuid NOT NULL,
    during tstzrange NOT NULL,
    live boolean NOT NULL,
    bed_id uuid NOT NULL,
    hold_id uuid NOT NULL
);

ALTER TABLE ONLY public.places_occupancy FORCE ROW LEVEL SECURITY;

CREATE TABLE public.places_privatereason (
    id uuid NOT NULL,
    reason character varying(12) NOT NULL,
    hold_id uuid NOT NULL,
    organisation_id uuid NOT NULL
);

ALTER TABLE ONLY public.places_privatereason FORCE ROW LEVEL SECURITY;

CREATE TABLE public.places_question (
    id uuid NOT NULL,
    text character varying(300) NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    answer character varying(300) NOT NULL,
    answered_at timestamp with time zone,
    hold_id uuid NOT NULL,
    request_id uuid NOT NULL,
    CONSTRAINT an_answer_says_something CHECK (((((answer)::text = ''::text) AND (answered_at IS NULL)) OR ((answered_at IS NOT NULL) AND (NOT ((answer)::text = ''::text)))))
);

ALTER TABLE ONLY public.places_question FORCE ROW LEVEL SECURITY;

CREATE TABLE public.places_refusedbyher (
    id uuid NOT NULL,
    said_at timestamp with time zone NOT NULL,
    organisation_id uuid NOT NULL,
    request_id uuid NOT NULL,
    shelter_id uuid NOT NULL
);

ALTER TABLE ONLY public.places_refusedbyher FORCE ROW LEVEL SECURITY;

CREATE TABLE public.places_request (
    id uuid NOT NULL,
    reference uuid NOT NULL,
    user_id uuid NOT NULL,
    household jsonb NOT NULL,
    size smallint NOT NULL,
    minors smallint NOT NULL,
    phase character varying(16) NOT NULL,
    urgency smallint NOT NULL,
    zone character varying(3) NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    sent_at timestamp with time zone,
    first_yes_at timestamp with time zone,
    closed_at timestamp with time zone,
    outcome character varying(12) NOT NULL,
    moved_from uuid,
    key uuid NOT NULL,
    organisation_id uuid NOT NULL,
    told_to_id uuid,
    changed_at timestamp with time zone,
    line character varying(20) NOT NULL,
    CONSTRAINT places_request_minors_check CHECK ((minors >= 0)),
    CONSTRAINT places_request_size_check CHECK ((size >= 0)),
    CONSTRAINT places_request_urgency_check CHECK ((urgency >= 0))
);

ALTER TABLE ONLY public.places_request FORCE ROW LEVEL SECURITY;

CREATE TABLE public.places_shelter (
    id uuid NOT NULL,
    name character varying(80) NOT NULL,
    listed boolean NOT NULL,
    zone character varying(3) NOT NULL,
    languages character varying(3)[] NOT NULL,
    trained_for character varying(32)[] NOT NULL,
    security smallint NOT NULL,
    men_on_site boolean NOT NULL,
    papers_law character varying(200) NOT NULL,
    most_households smallint,
    most_minors smallint,
    confirmed_at timestamp with time zone,
    confirmed_by uuid,
    paused_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    organisation_id uuid NOT NULL,
    zone_since date NOT NULL,
    vouched_at timestamp with time zone,
    CONSTRAINT places_shelter_most_households_check CHECK ((most_households >= 0)),
    CONSTRAINT places_shelter_most_minors_check CHECK ((most_minors >= 0)),
    CONSTRAINT security_is_0_to_2 CHECK (((security >= 0) AND (security <= 2)))
);

ALTER TABLE ONLY public.places_shelter FORCE ROW LEVEL SECURITY;

CREATE TABLE public.places_shelterchange (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    changed jsonb NOT NULL,
    organisation_id uuid NOT NULL,
    shelter_id uuid NOT NULL,
    unit_id uuid
);

ALTER TABLE ONLY public.places_shelterchange FORCE ROW LEVEL SECURITY;

CREATE TABLE public.places_sheltervoice (
    id uuid NOT NULL,
    name character varying(80) NOT NULL,
    zone character varying(3) NOT NULL,
    asked_at timestamp with time zone NOT NULL,
    user_id uuid,
    said_at timestamp with time zone,
    reason character varying(300) NOT NULL,
    keeper_id uuid NOT NULL,
    organisation_id uuid NOT NULL,
    shelter_id uuid NOT NULL
);

ALTER TABLE ONLY public.places_sheltervoice FORCE ROW LEVEL SECURITY;

CREATE TABLE public.places_unit (
    id uuid NOT NULL,
    listed boolean NOT NULL,
    label character varying(40) NOT NULL,
    capacity smallint NOT NULL,
    one_household boolean NOT NULL,
    gender character varying(8) NOT NULL,
    children boolean NOT NULL,
    unaccompanied_minors boolean NOT NULL,
    couples boolean NOT NULL,
    step_free boolean NOT NULL,
    pets boolean NOT NULL,
    collective boolean NOT NULL,
    requires_papers boolean NOT NULL,
    remote boolean NOT NULL,
    phases character varying(16)[] NOT NULL,
    out_of_use boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    organisation_id uuid NOT NULL,
    shelter_id uuid NOT NULL,
    isolated_first boolean NOT NULL,
    CONSTRAINT capacity_is_1_to_60 CHECK (((capacity >= 1) AND (capacity <= 60))),
    CONSTRAINT places_unit_capacity_check CHECK ((capacity >= 0))
);

ALTER TABLE ONLY public.places_unit FORCE ROW LEVEL SECURITY;

CREATE TABLE public.places_voicereminder (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    shown_on date NOT NULL,
    organisation_id uuid NOT NULL,
    shelter_id uuid NOT NULL
);

ALTER TABLE ONLY public.places_voicereminder FORCE ROW LEVEL SECURITY;

CREATE TABLE public.procrastinate_events (
    id bigint NOT NULL,
    job_id bigint NOT NULL,
    type public.procrastinate_job_event_type,
    at timestamp with time zone DEFAULT now()
);

ALTER TABLE ONLY public.procrastinate_events FORCE ROW LEVEL SECURITY;

CREATE SEQUENCE public.procrastinate_events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.procrastinate_events_id_seq OWNED BY public.procrastinate_events.id;

CREATE SEQUENCE public.procrastinate_jobs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.procrastinate_jobs_id_seq OWNED BY public.procrastinate_jobs.id;

CREATE TABLE public.procrastinate_periodic_defers (
    id bigint NOT NULL,
    task_name character varying(128) NOT NULL,
    defer_timestamp bigint,
    job_id bigint,
    periodic_id character varying(128) DEFAULT ''::character varying NOT NULL
);

CREATE SEQUENCE public.procrastinate_periodic_defers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.procrastinate_periodic_defers_id_seq OWNED BY public.procrastinate_periodic_defers.id;

CREATE TABLE public.procrastinate_workers (
    id bigint NOT NULL,
    last_heartbeat timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE public.procrastinate_workers ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.procrastinate_workers_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE published.directory_coverage (
    id bigint NOT NULL,
    function character varying(32) NOT NULL,
    territory character varying(3) NOT NULL,
    state character varying(12) NOT NULL,
    as_of date NOT NULL
);

ALTER TABLE published.directory_coverage ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME published.directory_coverage_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE published.directory_region (
    id bigint NOT NULL,
    function character varying(32) NOT NULL,
    region character varying(3) NOT NULL,
    as_of date NOT NULL
);

ALTER TABLE published.directory_region ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME published.directory_region_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE published.directory_service (
    id uuid NOT NULL,
    name character varying(200) NOT NULL,
    structure character varying(200) NOT NULL,
    function character varying(32) NOT NULL,
    territories character varying(3)[] NOT NULL,
    languages character varying(3)[] NOT NULL,
    phone character varying(30) NOT NULL,
    website character varying(300) NOT NULL,
    verified_on date
);

ALTER TABLE ONLY public.procrastinate_events ALTER COLUMN id SET DEFAULT nextval('public.procrastinate_events_id_seq'::regclass);

ALTER TABLE ONLY public.procrastinate_jobs ALTER COLUMN id SET DEFAULT nextval('public.procrastinate_jobs_id_seq'::regclass);

ALTER TABLE ONLY public.procrastinate_periodic_defers ALTER COLUMN id SET DEFAULT nextval('public.procrastinate_periodic_defers_id_seq'::regclass);

ALTER TABLE ONLY keys.actor_key
    ADD CONSTRAINT actor_key_pkey PRIMARY KEY (id);

ALTER TABLE ONLY keys.index_key
    ADD CONSTRAINT index_key_pkey PRIMARY KEY (id);

ALTER TABLE ONLY keys.index_key
    ADD CONSTRAINT one_index_key_per_version UNIQUE (organisation_id, version);

ALTER TABLE ONLY keys.organisation_key_pair
    ADD CONSTRAINT one_key_pair_per_version UNIQUE (organisation_id, version);

ALTER TABLE ONLY keys.organisation_key
    ADD CONSTRAINT one_key_per_version UNIQUE (organisation_id, version);

ALTER TABLE ONLY keys.person_key_wrap
    ADD CONSTRAINT one_wrap_per_person_and_organisation UNIQUE (person_id, organisation_id);

ALTER TABLE ONLY keys.organisation_key_pair
    ADD CONSTRAINT organisation_key_pair_pkey PRIMARY KEY (id);

ALTER TABLE ONLY keys.organisation_key
    ADD CONSTRAINT organisation_key_pkey PRIMARY KEY (id);

ALTER TABLE ONLY keys.person_key_rotation
    ADD CONSTRAINT person_key_rotation_pkey PRIMARY KEY (person_id);

ALTER TABLE ONLY keys.person_key_wrap
    ADD CONSTRAINT person_key_wrap_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_usedcode
    ADD CONSTRAINT a_code_is_accepted_once UNIQUE (user_id, step);

ALTER TABLE ONLY public.ledger_dispatch
    ADD CONSTRAINT a_head_is_sent_once_to_a_witness UNIQUE (witness_id, seal_number);

ALTER TABLE ONLY public.account_emailaddress
    ADD CONSTRAINT account_emailaddress_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.account_emailaddress
    ADD CONSTRAINT account_emailaddress_user_id_email_987c8728_uniq UNIQUE (user_id, email);

ALTER TABLE ONLY public.account_emailconfirmation
    ADD CONSTRAINT account_emailconfirmation_key_key UNIQUE (key);

ALTER TABLE ONLY public.account_emailconfirmation
    ADD CONSTRAINT account_emailconfirmation_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_application
    ADD CONSTRAINT accounts_application_organisation_id_key UNIQUE (organisation_id);

ALTER TABLE ONLY public.accounts_application
    ADD CONSTRAINT accounts_application_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_factorreset
    ADD CONSTRAINT accounts_factorreset_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_invitation
    ADD CONSTRAINT accounts_invitation_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_invitation
    ADD CONSTRAINT accounts_invitation_reset_id_key UNIQUE (reset_id);

ALTER TABLE ONLY public.accounts_invitation
    ADD CONSTRAINT accounts_invitation_token_hash_key UNIQUE (token_hash);

ALTER TABLE ONLY public.accounts_membership
    ADD CONSTRAINT accounts_membership_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_outsideidentity
    ADD CONSTRAINT accounts_outsideidentity_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_signedin
    ADD CONSTRAINT accounts_signedin_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_signinbucket
    ADD CONSTRAINT accounts_signinbucket_pkey PRIMARY KEY (key);

ALTER TABLE ONLY public.accounts_usedcode
    ADD CONSTRAINT accounts_usedcode_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_user
    ADD CONSTRAINT accounts_user_email_key UNIQUE (email);

ALTER TABLE ONLY public.accounts_user
    ADD CONSTRAINT accounts_user_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.accounts_vettingstep
    ADD CONSTRAINT accounts_vettingstep_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.auth_group
    ADD CONSTRAINT auth_group_name_key UNIQUE (name);

ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_permission_id_0cd325b0_uniq UNIQUE (group_id, permission_id);

ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.auth_group
    ADD CONSTRAINT auth_group_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_codename_01ab375a_uniq UNIQUE (content_type_id, codename);

ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT case_with_its_organisation UNIQUE (id, organisation_id);

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT case_with_its_person UNIQUE (id, person_id, organisation_id);

ALTER TABLE ONLY public.cases_alert
    ADD CONSTRAINT cases_alert_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_assignment
    ADD CONSTRAINT cases_assignment_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_breakglass
    ADD CONSTRAINT cases_breakglass_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_calendaraddress
    ADD CONSTRAINT cases_calendaraddress_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_calendaraddress
    ADD CONSTRAINT cases_calendaraddress_token_hash_key UNIQUE (token_hash);

ALTER TABLE ONLY public.cases_canary
    ADD CONSTRAINT cases_canary_pkey PRIMARY KEY (decoy);

ALTER TABLE ONLY public.cases_capsule
    ADD CONSTRAINT cases_capsule_offer_id_key UNIQUE (offer_id);

ALTER TABLE ONLY public.cases_capsule
    ADD CONSTRAINT cases_capsule_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT cases_case_code_key UNIQUE (code);

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT cases_case_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT cases_case_place_reference_key UNIQUE (place_reference);

ALTER TABLE ONLY public.cases_conflictofinterest
    ADD CONSTRAINT cases_conflictofinterest_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_consent
    ADD CONSTRAINT cases_consent_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_consentcopy
    ADD CONSTRAINT cases_consentcopy_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_draft
    ADD CONSTRAINT cases_draft_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_erasure
    ADD CONSTRAINT cases_erasure_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_extract
    ADD CONSTRAINT cases_extract_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_extract
    ADD CONSTRAINT cases_extract_serial_key UNIQUE (serial);

ALTER TABLE ONLY public.cases_fact
    ADD CONSTRAINT cases_fact_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_finding
    ADD CONSTRAINT cases_finding_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_freeze
    ADD CONSTRAINT cases_freeze_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_grant
    ADD CONSTRAINT cases_grant_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_handover
    ADD CONSTRAINT cases_handover_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_hold
    ADD CONSTRAINT cases_hold_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_jointstep
    ADD CONSTRAINT cases_jointstep_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_keptawaynote
    ADD CONSTRAINT cases_keptawaynote_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_keptmechanism
    ADD CONSTRAINT cases_keptmechanism_pkey PRIMARY KEY (hash);

ALTER TABLE ONLY public.cases_letter
    ADD CONSTRAINT cases_letter_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_mailwish
    ADD CONSTRAINT cases_mailwish_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_nametoken
    ADD CONSTRAINT cases_nametoken_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_notice
    ADD CONSTRAINT cases_notice_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_offer
    ADD CONSTRAINT cases_offer_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_paper
    ADD CONSTRAINT cases_paper_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_person
    ADD CONSTRAINT cases_person_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_reach
    ADD CONSTRAINT cases_reach_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_readername
    ADD CONSTRAINT cases_readername_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_receipt
    ADD CONSTRAINT cases_receipt_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_referral
    ADD CONSTRAINT cases_referral_code_key UNIQUE (code);

ALTER TABLE ONLY public.cases_referral
    ADD CONSTRAINT cases_referral_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_reminder
    ADD CONSTRAINT cases_reminder_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_requisition
    ADD CONSTRAINT cases_requisition_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_retainedcount
    ADD CONSTRAINT cases_retainedcount_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_sealedrecord
    ADD CONSTRAINT cases_sealedrecord_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_spokenlanguages
    ADD CONSTRAINT cases_spokenlanguages_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_task
    ADD CONSTRAINT cases_task_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_teampractice
    ADD CONSTRAINT cases_teampractice_pkey PRIMARY KEY (organisation_id);

ALTER TABLE ONLY public.cases_tombstone
    ADD CONSTRAINT cases_tombstone_mark_key UNIQUE (mark);

ALTER TABLE ONLY public.cases_tombstone
    ADD CONSTRAINT cases_tombstone_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.cases_view
    ADD CONSTRAINT cases_view_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.places_formerneeds
    ADD CONSTRAINT changed_once_at_a_time UNIQUE (request_id, created_at);

ALTER TABLE ONLY public.directory_contact
    ADD CONSTRAINT directory_contact_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.directory_convention
    ADD CONSTRAINT directory_convention_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.directory_importbatch
    ADD CONSTRAINT directory_importbatch_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.directory_importchange
    ADD CONSTRAINT directory_importchange_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.directory_mailboxlink
    ADD CONSTRAINT directory_mailboxlink_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.directory_mandate
    ADD CONSTRAINT directory_mandate_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.directory_organisation
    ADD CONSTRAINT directory_organisation_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.directory_outcome
    ADD CONSTRAINT directory_outcome_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.directory_question
    ADD CONSTRAINT directory_question_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.directory_regionkept
    ADD CONSTRAINT directory_regionkept_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.directory_reminderletter
    ADD CONSTRAINT directory_reminderletter_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.directory_secret
    ADD CONSTRAINT directory_secret_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.directory_service
    ADD CONSTRAINT directory_service_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.directory_structure
    ADD CONSTRAINT directory_structure_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.directory_voice
    ADD CONSTRAINT directory_voice_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.django_content_type
    ADD CONSTRAINT django_content_type_app_label_model_76bd3d3b_uniq UNIQUE (app_label, model);

ALTER TABLE ONLY public.django_content_type
    ADD CONSTRAINT django_content_type_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.django_migrations
    ADD CONSTRAINT django_migrations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.django_session
    ADD CONSTRAINT django_session_pkey PRIMARY KEY (session_key);

ALTER TABLE ONLY public.cases_fact
    ADD CONSTRAINT fact_with_its_case UNIQUE (case_id, id);

ALTER TABLE ONLY public.ledger_comparison
    ADD CONSTRAINT ledger_comparison_pkey PRIMARY KEY (organisation_id);

ALTER TABLE ONLY public.ledger_dispatch
    ADD CONSTRAINT ledger_dispatch_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.ledger_entry
    ADD CONSTRAINT ledger_entry_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.ledger_entry
    ADD CONSTRAINT ledger_entry_position_key UNIQUE ("position");

ALTER TABLE ONLY public.ledger_retention
    ADD CONSTRAINT ledger_retention_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.ledger_retention
    ADD CONSTRAINT ledger_retention_through_seal_key UNIQUE (through_seal);

ALTER TABLE ONLY public.ledger_seal
    ADD CONSTRAINT ledger_seal_does_not_fork UNIQUE (previous);

ALTER TABLE ONLY public.ledger_seal
    ADD CONSTRAINT ledger_seal_number_key UNIQUE (number);

ALTER TABLE ONLY public.ledger_seal
    ADD CONSTRAINT ledger_seal_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.ledger_witness
    ADD CONSTRAINT ledger_witness_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.mfa_authenticator
    ADD CONSTRAINT mfa_authenticator_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.places_occupancy
    ADD CONSTRAINT nobody_holds_a_held_bed EXCLUDE USING gist (public.uuidrange(bed_id, bed_id, '[]'::text) WITH &&, during WITH &&) WHERE (live);

ALTER TABLE ONLY public.cases_offer
    ADD CONSTRAINT offers_one_after_the_other UNIQUE (referral_id, rank);

ALTER TABLE ONLY public.accounts_outsideidentity
    ADD CONSTRAINT one_account_per_outside_identity UNIQUE (issuer, subject_hash);

ALTER TABLE ONLY public.cases_alert
    ADD CONSTRAINT one_alert_per_reader_rule_and_day UNIQUE (organisation_id, user_id, rule, day);

ALTER TABLE ONLY public.places_bed
    ADD CONSTRAINT one_bed_of_a_number UNIQUE (unit_id, number);

ALTER TABLE ONLY public.cases_consent
    ADD CONSTRAINT one_consent_per_version UNIQUE (case_id, version);

ALTER TABLE ONLY public.cases_draft
    ADD CONSTRAINT one_draft_per_form UNIQUE NULLS NOT DISTINCT (user_id, organisation_id, case_id, form);

ALTER TABLE ONLY public.cases_finding
    ADD CONSTRAINT one_finding_per_view_and_rule UNIQUE (view_id, rule_id);

ALTER TABLE ONLY public.cases_jointstep
    ADD CONSTRAINT one_joint_step_of_a_kind UNIQUE (offer_id, by_sender, what);

ALTER TABLE ONLY public.directory_reminderletter
    ADD CONSTRAINT one_letter_per_reminder_and_member UNIQUE (convention_id, wish_id, days, ends_on);

ALTER TABLE ONLY public.cases_letter
    ADD CONSTRAINT one_letter_per_step_and_member UNIQUE (offer_id, wish_id, step);

ALTER TABLE ONLY public.cases_reach
    ADD CONSTRAINT one_line_of_the_policy UNIQUE (role, relation, purpose, word);

ALTER TABLE ONLY public.cases_spokenlanguages
    ADD CONSTRAINT one_list_of_languages_per_member UNIQUE (organisation_id, user_id);

ALTER TABLE ONLY public.cases_nametoken
    ADD CONSTRAINT one_name_token_per_person UNIQUE (organisation_id, token, person_id);

ALTER TABLE ONLY public.cases_notice
    ADD CONSTRAINT one_notice_per_task_and_step UNIQUE (task_id, step);

ALTER TABLE ONLY public.cases_readername
    ADD CONSTRAINT one_reader_name_per_token UNIQUE (organisation_id, user_id, token);

ALTER TABLE ONLY public.cases_receipt
    ADD CONSTRAINT one_receipt_per_key UNIQUE (organisation_id, key);

ALTER TABLE ONLY public.cases_reminder
    ADD CONSTRAINT one_reminder_per_task_and_step UNIQUE (task_id, step);

ALTER TABLE ONLY public.cases_retainedcount
    ADD CONSTRAINT one_retained_count_per_code UNIQUE (year, dimension, code);

ALTER TABLE ONLY public.cases_sealedrecord
    ADD CONSTRAINT one_sealed_record_per_version UNIQUE (person_id, tier, version);

ALTER TABLE ONLY public.cases_task
    ADD CONSTRAINT one_task_per_duty_trigger_and_role UNIQUE NULLS NOT DISTINCT (view_id, rule_id, trigger_fact_id, role);

ALTER TABLE ONLY public.cases_view
    ADD CONSTRAINT one_view_per_case_and_organisation UNIQUE (case_id, organisation_id);

ALTER TABLE ONLY public.places_sheltervoice
    ADD CONSTRAINT one_voice_for_a_shelter UNIQUE (shelter_id, organisation_id, zone, name);

ALTER TABLE ONLY public.directory_voice
    ADD CONSTRAINT one_voice_per_organisation_and_version UNIQUE (service_id, organisation_id, version);

ALTER TABLE ONLY public.cases_person
    ADD CONSTRAINT person_with_its_organisation UNIQUE (id, organisation_id);

ALTER TABLE ONLY public.places_alert
    ADD CONSTRAINT places_alert_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.places_apart
    ADD CONSTRAINT places_apart_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.places_arrival
    ADD CONSTRAINT places_arrival_hold_id_key UNIQUE (hold_id);

ALTER TABLE ONLY public.places_arrival
    ADD CONSTRAINT places_arrival_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.places_bed
    ADD CONSTRAINT places_bed_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.places_carried
    ADD CONSTRAINT places_carried_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.places_event
    ADD CONSTRAINT places_event_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.places_formerneeds
    ADD CONSTRAINT places_formerneeds_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.places_hold
    ADD CONSTRAINT places_hold_key_key UNIQUE (key);

ALTER TABLE ONLY public.places_hold
    ADD CONSTRAINT places_hold_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.places_incident
    ADD CONSTRAINT places_incident_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.places_markend
    ADD CONSTRAINT places_markend_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.places_occupancy
    ADD CONSTRAINT places_occupancy_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.places_privatereason
    ADD CONSTRAINT places_privatereason_hold_id_key UNIQUE (hold_id);

ALTER TABLE ONLY public.places_privatereason
    ADD CONSTRAINT places_privatereason_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.places_question
    ADD CONSTRAINT places_question_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.places_refusedbyher
    ADD CONSTRAINT places_refusedbyher_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.places_request
    ADD CONSTRAINT places_request_key_key UNIQUE (key);

ALTER TABLE ONLY public.places_request
    ADD CONSTRAINT places_request_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.places_shelter
    ADD CONSTRAINT places_shelter_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.places_shelterchange
    ADD CONSTRAINT places_shelterchange_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.places_sheltervoice
    ADD CONSTRAINT places_sheltervoice_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.places_unit
    ADD CONSTRAINT places_unit_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.places_voicereminder
    ADD CONSTRAINT places_voicereminder_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.procrastinate_events
    ADD CONSTRAINT procrastinate_events_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.procrastinate_jobs
    ADD CONSTRAINT procrastinate_jobs_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.procrastinate_periodic_defers
    ADD CONSTRAINT procrastinate_periodic_defers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.procrastinate_periodic_defers
    ADD CONSTRAINT procrastinate_periodic_defers_unique UNIQUE (task_name, periodic_id, defer_timestamp);

ALTER TABLE ONLY public.procrastinate_workers
    ADD CONSTRAINT procrastinate_workers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY public.directory_regionkept
    ADD CONSTRAINT region_kept_once_a_day UNIQUE (function, region, "on");

ALTER TABLE ONLY public.places_request
    ADD CONSTRAINT request_with_its_organisation UNIQUE (id, organisation_id);

ALTER TABLE ONLY public.places_voicereminder
    ADD CONSTRAINT shown_once_a_day UNIQUE (shelter_id, user_id, shown_on);

ALTER TABLE ONLY public.directory_outcome
    ADD CONSTRAINT told_once_a_day_by_one_body UNIQUE (service_id, organisation_id, "on", what);

ALTER TABLE ONLY public.cases_view
    ADD CONSTRAINT view_with_its_case UNIQUE (id, case_id, organisation_id, owner_id);

ALTER TABLE ONLY published.directory_coverage
    ADD CONSTRAINT directory_coverage_pkey PRIMARY KEY (id);

ALTER TABLE ONLY published.directory_region
    ADD CONSTRAINT directory_region_pkey PRIMARY KEY (id);

ALTER TABLE ONLY published.directory_service
    ADD CONSTRAINT directory_service_pkey PRIMARY KEY (id);

ALTER TABLE ONLY published.directory_coverage
    ADD CONSTRAINT published_coverage_once UNIQUE (function, territory);

ALTER TABLE ONLY published.directory_region
    ADD CONSTRAINT published_region_once UNIQUE (function, region);

CREATE INDEX index_key_organisation_id_e4052522 ON keys.index_key USING btree (organisation_id);

CREATE INDEX organisation_key_organisation_id_da1b7fdc ON keys.organisation_key USING btree (organisation_id);

CREATE INDEX organisation_key_pair_organisation_id_d7d226bb ON keys.organisation_key_pair USING btree (organisation_id);

CREATE INDEX person_key_rotation_organisation_id_3b073b2c ON keys.person_key_rotation USING btree (organisation_id);

CREATE INDEX person_key_wrap_organisation_id_ee9363e3 ON keys.person_key_wrap USING btree (organisation_id);

CREATE INDEX person_key_wrap_shared_by_id_b83c399e ON keys.person_key_wrap USING btree (shared_by_id);

CREATE UNIQUE INDEX a_fact_is_corrected_once ON public.cases_fact USING btree (corrects_id) WHERE (NOT (corrects_id IS NULL));

CREATE UNIQUE INDEX a_witness_is_named_once ON public.ledger_witness USING btree (address) WHERE (until IS NULL);

CREATE INDEX account_emailaddress_email_03be32b2 ON public.account_emailaddress USING btree (email);

CREATE INDEX account_emailaddress_email_03be32b2_like ON public.account_emailaddress USING btree (email varchar_pattern_ops);

CREATE INDEX account_emailaddress_user_id_2c513194 ON public.account_emailaddress USING btree (user_id);

CREATE INDEX account_emailconfirmation_email_address_id_5b7f8c58 ON public.account_emailconfirmation USING btree (email_address_id);

CREATE INDEX account_emailconfirmation_key_f43612bd_like ON public.account_emailconfirmation USING btree (key varchar_pattern_ops);

CREATE INDEX accounts_factorreset_first_by_id_f245d388 ON public.accounts_factorreset USING btree (first_by_id);

CREATE INDEX accounts_factorreset_organisation_id_ce3d0b9d ON public.accounts_factorreset USING btree (organisation_id);

CREATE INDEX accounts_factorreset_second_by_id_3eb3155f ON public.accounts_factorreset USING btree (second_by_id);

CREATE INDEX accounts_factorreset_user_id_e684bddb ON public.accounts_factorreset USING btree (user_id);

CREATE INDEX accounts_invitation_membership_id_1bdb31a1 ON public.accounts_invitation USING btree (membership_id);

CREATE INDEX accounts_invitation_user_id_83f45191 ON public.accounts_invitation USING btree (user_id);

CREATE INDEX accounts_membership_approved_by_id_5b7ed7d5 ON public.accounts_membership USING btree (approved_by_id);

CREATE INDEX accounts_membership_ended_by_id_4b6afac2 ON public.accounts_membership USING btree (ended_by_id);

CREATE INDEX accounts_membership_invited_by_id_343e11d6 ON public.accounts_membership USING btree (invited_by_id);

CREATE INDEX accounts_membership_organisation_id_98e5c22b ON public.accounts_membership USING btree (organisation_id);

CREATE INDEX accounts_membership_user_id_487fb39e ON public.accounts_membership USING btree (user_id);

CREATE INDEX accounts_outsideidentity_user_id_6b7c6b7f ON public.accounts_outsideidentity USING btree (user_id);

CREATE INDEX accounts_signedin_organisation_id_a3e7a68f ON public.accounts_signedin USING btree (organisation_id);

CREATE INDEX accounts_signedin_user_id_118d7b15 ON public.accounts_signedin USING btree (user_id);

CREATE INDEX accounts_usedcode_user_id_7de66298 ON public.accounts_usedcode USING btree (user_id);

CREATE INDEX accounts_user_email_b2644a56_like ON public.accounts_user USING btree (email varchar_pattern_ops);

CREATE INDEX accounts_vettingstep_by_organisation_id_8a7419c8 ON public.accounts_vettingstep USING btree (by_organisation_id);

CREATE INDEX accounts_vettingstep_organisation_id_bcc749cf ON public.accounts_vettingstep USING btree (organisation_id);

CREATE INDEX accounts_vettingstep_user_id_801ccc16 ON public.accounts_vettingstep USING btree (user_id);

CREATE UNIQUE INDEX an_account_is_frozen_once ON public.cases_freeze USING btree (organisation_id, user_id) WHERE (lifted_at IS NULL);

CREATE UNIQUE INDEX asked_once_at_a_time ON public.places_markend USING btree (carried_id) WHERE (decided_at IS NULL);

CREATE UNIQUE INDEX assigned_once ON public.cases_assignment USING btree (case_id, user_id) WHERE (ended_at IS NULL);

CREATE INDEX auth_group_name_a6ea08ec_like ON public.auth_group USING btree (name varchar_pattern_ops);

CREATE INDEX auth_group_permissions_group_id_b120cbf9 ON public.auth_group_permissions USING btree (group_id);

CREATE INDEX auth_group_permissions_permission_id_84c5c92e ON public.auth_group_permissions USING btree (permission_id);

CREATE INDEX auth_permission_content_type_id_2f476e4b ON public.auth_permission USING btree (content_type_id);

CREATE INDEX beds_of_a_hold ON public.places_occupancy USING btree (hold_id);

CREATE INDEX capsules_to_ring_about ON public.cases_capsule USING btree (owner_id, ring_since) WHERE (NOT (ring_since IS NULL));

CREATE UNIQUE INDEX carried_once ON public.places_carried USING btree (request_id, mark) WHERE (ended_at IS NULL);

CREATE INDEX cases_assignment_case_id_b0be0e7a ON public.cases_assignment USING btree (case_id);

CREATE INDEX cases_breakglass_case_id_0f17e3e2 ON public.cases_breakglass USING btree (case_id);

CREATE INDEX cases_canary_organisation_id_eec24e2b ON public.cases_canary USING btree (organisation_id);

CREATE INDEX cases_capsule_owner_id_e38eb6f4 ON public.cases_capsule USING btree (owner_id);

CREATE INDEX cases_case_code_afd6bdc8_like ON public.cases_case USING btree (code varchar_pattern_ops);

CREATE INDEX cases_case_person_id_f87eeffa ON public.cases_case USING btree (person_id);

CREATE INDEX cases_conflictofinterest_organisation_id_edab0581 ON public.cases_conflictofinterest USING btree (organisation_id);

CREATE INDEX cases_consent_case_id_ac946417 ON public.cases_consent USING btree (case_id);

CREATE INDEX cases_consentcopy_case_id_aaaf2679 ON public.cases_consentcopy USING btree (case_id);

CREATE INDEX cases_consentcopy_consent_id_6e0a550f ON public.cases_consentcopy USING btree (consent_id);

CREATE INDEX cases_draft_case_id_2bc2a7d9 ON public.cases_draft USING btree (case_id);

CREATE INDEX cases_draft_organisation_id_0bfac563 ON public.cases_draft USING btree (organisation_id);

CREATE INDEX cases_draft_user_id_61805eab ON public.cases_draft USING btree (user_id);

CREATE INDEX cases_erasure_organisation_id_0baa6eaa ON public.cases_erasure USING btree (organisation_id);

CREATE INDEX cases_erasure_person_id_e09ac24f ON public.cases_erasure USING btree (person_id);

CREATE INDEX cases_extract_organisation_id_8135052e ON public.cases_extract USING btree (organisation_id);

CREATE INDEX cases_extract_serial_b176c33c_like ON public.cases_extract USING btree (serial varchar_pattern_ops);

CREATE INDEX cases_grant_case_id_520717f5 ON public.cases_grant USING btree (case_id);

CREATE INDEX cases_grant_owner_id_5b0d159a ON public.cases_grant USING btree (owner_id);

CREATE INDEX cases_handover_case_id_d0f7ad3b ON public.cases_handover USING btree (case_id);

CREATE INDEX cases_hold_organisation_id_99231bda ON public.cases_hold USING btree (organisation_id);

CREATE INDEX cases_hold_person_id_299ed123 ON public.cases_hold USING btree (person_id);

CREATE INDEX cases_jointstep_offer_id_0d4fcdc9 ON public.cases_jointstep USING btree (offer_id);

CREATE INDEX cases_keptmechanism_hash_b02ce34a_like ON public.cases_keptmechanism USING btree (hash varchar_pattern_ops);

CREATE INDEX cases_letter_offer_id_1f5b2fdd ON public.cases_letter USING btree (offer_id);

CREATE INDEX cases_nametoken_person_id_89896cff ON public.cases_nametoken USING btree (person_id);

CREATE INDEX cases_newest_first ON public.cases_case USING btree (organisation_id, opened_at DESC);

CREATE INDEX cases_notice_case_id_cd438a78 ON public.cases_notice USING btree (case_id);

CREATE INDEX cases_notice_organisation_id_2b12c4c0 ON public.cases_notice USING btree (organisation_id);

CREATE INDEX cases_notice_task_id_a44a8c97 ON public.cases_notice USING btree (task_id);

CREATE INDEX cases_notice_user_id_bb53d4f5 ON public.cases_notice USING btree (user_id);

CREATE INDEX cases_offer_referral_id_5dc91e02 ON public.cases_offer USING btree (referral_id);

CREATE INDEX cases_paper_case_id_1d2fd58d ON public.cases_paper USING btree (case_id);

CREATE INDEX cases_referral_case_id_5223ea54 ON public.cases_referral USING btree (case_id);

CREATE INDEX cases_referral_code_a41f9951_like ON public.cases_referral USING btree (code varchar_pattern_ops);

CREATE INDEX cases_reminder_organisation_id_b37c5c8f ON public.cases_reminder USING btree (organisation_id);

CREATE INDEX cases_reminder_task_id_dccba572 ON public.cases_reminder USING btree (task_id);

CREATE INDEX cases_requisition_case_id_de9a6f1c ON public.cases_requisition USING btree (case_id);

CREATE INDEX cases_task_assignee_id_4e3ad7d1 ON public.cases_task USING btree (assignee_id);

CREATE INDEX cases_view_organisation_id_8d162fdc ON public.cases_view USING btree (organisation_id);

CREATE INDEX changes_of_a_shelter ON public.places_shelterchange USING btree (shelter_id, at DESC);

CREATE INDEX conflicts_of_a_member ON public.cases_conflictofinterest USING btree (user_id) WHERE (ended_at IS NULL);

CREATE INDEX directory_contact_entered_organisation_id_ba6e6d02 ON public.directory_contact USING btree (entered_organisation_id);

CREATE INDEX directory_contact_mandate_id_247ccec7 ON public.directory_contact USING btree (mandate_id);

CREATE INDEX directory_contact_replaces_id_37f40dc8 ON public.directory_contact USING btree (replaces_id);

CREATE INDEX directory_contact_service_id_cb984089 ON public.directory_contact USING btree (service_id);

CREATE INDEX directory_contact_verified_organisation_id_ee2ea2c7 ON public.directory_contact USING btree (verified_organisation_id);

CREATE INDEX directory_convention_organisation_id_d617f7f1 ON public.directory_convention USING btree (organisation_id);

CREATE INDEX directory_importbatch_organisation_id_34ac3eb4 ON public.directory_importbatch USING btree (organisation_id);

CREATE INDEX directory_importchange_batch_id_04ef596a ON public.directory_importchange USING btree (batch_id);

CREATE INDEX directory_mailboxlink_contact_id_8b9bc275 ON public.directory_mailboxlink USING btree (contact_id);

CREATE INDEX directory_mandate_confirmed_organisation_id_17a9441f ON public.directory_mandate USING btree (confirmed_organisation_id);

CREATE INDEX directory_mandate_entered_organisation_id_81566eac ON public.directory_mandate USING btree (entered_organisation_id);

CREATE INDEX directory_mandate_service_id_f010bf02 ON public.directory_mandate USING btree (service_id);

CREATE INDEX directory_organisation_sponsor_id_ba93a772 ON public.directory_organisation USING btree (sponsor_id);

CREATE INDEX directory_outcome_organisation_id_aa234ffc ON public.directory_outcome USING btree (organisation_id);

CREATE INDEX directory_outcome_service_id_4db3a8cf ON public.directory_outcome USING btree (service_id);

CREATE INDEX directory_question_organisation_id_91253ba5 ON public.directory_question USING btree (organisation_id);

CREATE INDEX directory_secret_holder_id_406b0092 ON public.directory_secret USING btree (holder_id);

CREATE INDEX directory_secret_service_id_5ab7e29e ON public.directory_secret USING btree (service_id);

CREATE INDEX directory_service_batch_id_f7e4794b ON public.directory_service USING btree (batch_id);

CREATE INDEX directory_service_organisation_id_8b30567f ON public.directory_service USING btree (organisation_id);

CREATE INDEX directory_service_structure_id_ab8250e6 ON public.directory_service USING btree (structure_id);

CREATE INDEX directory_structure_member_id_b8719e07 ON public.directory_structure USING btree (member_id);

CREATE INDEX directory_structure_organisation_id_a20f842b ON public.directory_structure USING btree (organisation_id);

CREATE INDEX directory_voice_organisation_id_195d3d51 ON public.directory_voice USING btree (organisation_id);

CREATE INDEX directory_voice_service_id_867a46f2 ON public.directory_voice USING btree (service_id);

CREATE INDEX django_session_expire_date_a5c62663 ON public.django_session USING btree (expire_date);

CREATE INDEX django_session_session_key_c0390e0f_like ON public.django_session USING btree (session_key varchar_pattern_ops);

CREATE INDEX files_of_a_member ON public.cases_assignment USING btree (user_id, case_id) WHERE (ended_at IS NULL);

CREATE INDEX grants_by_receiver_and_case ON public.cases_grant USING btree (organisation_id, case_id) WHERE (revoked_at IS NULL);

CREATE INDEX grants_by_receiver_and_person ON public.cases_grant USING btree (organisation_id, person_id) WHERE (revoked_at IS NULL);

CREATE INDEX handovers_to_answer ON public.cases_handover USING btree (owner_id, successor_id) WHERE ((state)::text = 'proposed'::text);

CREATE INDEX holds_of_a_host ON public.places_hold USING btree (host_id, state);

CREATE INDEX holds_of_a_request ON public.places_hold USING btree (request_id);

CREATE INDEX holds_that_end ON public.places_hold USING btree (ends_at) WHERE ((state)::text = ANY (ARRAY[('asked'::character varying)::text, ('accepted'::character varying)::text]));

CREATE INDEX idx_procrastinate_jobs_worker_not_null ON public.procrastinate_jobs USING btree (worker_id) WHERE ((worker_id IS NOT NULL) AND (status = 'doing'::public.procrastinate_job_status));

CREATE INDEX idx_procrastinate_workers_last_heartbeat ON public.procrastinate_workers USING btree (last_heartbeat);

CREATE INDEX kept_away_to_read ON public.cases_keptawaynote USING btree (reader_id) WHERE (read_at IS NULL);

CREATE INDEX ledger_by_actor ON public.ledger_entry USING btree (actor_id, at);

CREATE INDEX ledger_by_organisation ON public.ledger_entry USING btree (organisation_id, "position");

CREATE INDEX ledger_by_subject ON public.ledger_entry USING gin (subjects);

CREATE INDEX ledger_dispatch_witness_id_f8abfa61 ON public.ledger_dispatch USING btree (witness_id);

CREATE INDEX letters_to_send ON public.cases_letter USING btree (written_at) WHERE (sent_at IS NULL);

CREATE INDEX mfa_authenticator_user_id_0c3a50c0 ON public.mfa_authenticator USING btree (user_id);

CREATE INDEX next_reminders ON public.cases_task USING btree (next_step_at) WHERE (closed_at IS NULL);

CREATE INDEX offers_next_step ON public.cases_offer USING btree (next_step_at) WHERE ((state)::text = ANY (ARRAY[('sent'::character varying)::text, ('acknowledged'::character varying)::text]));

CREATE INDEX offers_sent ON public.cases_offer USING btree (owner_id, sent_at DESC);

CREATE INDEX offers_to_answer ON public.cases_offer USING btree (organisation_id, answer_by) WHERE ((state)::text = ANY (ARRAY[('sent'::character varying)::text, ('acknowledged'::character varying)::text]));

CREATE UNIQUE INDEX one_calendar_per_member ON public.cases_calendaraddress USING btree (user_id, organisation_id) WHERE (ended_at IS NULL);

CREATE UNIQUE INDEX one_change_at_a_time ON public.directory_contact USING btree (replaces_id) WHERE (ended_on IS NULL);

CREATE UNIQUE INDEX one_conflict_of_interest ON public.cases_conflictofinterest USING btree (case_id, user_id) WHERE (ended_at IS NULL);

CREATE UNIQUE INDEX one_current_membership_per_role ON public.accounts_membership USING btree (user_id, organisation_id, role) WHERE (ended_at IS NULL);

CREATE UNIQUE INDEX one_erasure_asked_per_person ON public.cases_erasure USING btree (person_id) WHERE (withdrawn_at IS NULL);

CREATE UNIQUE INDEX one_handover_waits_per_file ON public.cases_handover USING btree (case_id) WHERE ((state)::text = 'proposed'::text);

CREATE UNIQUE INDEX one_holder_at_a_time ON public.directory_mandate USING btree (service_id) WHERE ((ends_on IS NULL) AND ((rank)::text = 'holder'::text));

CREATE UNIQUE INDEX one_mail_wish_per_member ON public.cases_mailwish USING btree (user_id, organisation_id) WHERE (ended_at IS NULL);

CREATE UNIQUE INDEX one_need_at_a_time_for_an_unlisted_shelter ON public.places_hold USING btree (request_id, shelter_id) WHERE ((NOT listed) AND ((state)::text = ANY (ARRAY[('asked'::character varying)::text, ('accepted'::character varying)::text, ('arrived'::character varying)::text])));

CREATE UNIQUE INDEX one_offer_runs_at_a_time ON public.cases_offer USING btree (referral_id) WHERE ((state)::text = ANY (ARRAY[('sent'::character varying)::text, ('acknowledged'::character varying)::text, ('accepted'::character varying)::text]));

CREATE UNIQUE INDEX one_reset_at_a_time ON public.accounts_factorreset USING btree (user_id, organisation_id) WHERE (done_at IS NULL);

CREATE UNIQUE INDEX one_running_grant_per_receiver ON public.cases_grant USING btree (case_id, organisation_id) WHERE (revoked_at IS NULL);

CREATE UNIQUE INDEX one_yes_for_a_request ON public.places_hold USING btree (request_id) WHERE ((state)::text = ANY (ARRAY[('accepted'::character varying)::text, ('arrived'::character varying)::text]));

CREATE INDEX open_sessions_of_a_user ON public.accounts_signedin USING btree (user_id) WHERE (ended_at IS NULL);

CREATE INDEX open_tasks_by_age ON public.cases_task USING btree (organisation_id, opened_at, id) WHERE (closed_at IS NULL);

CREATE INDEX open_tasks_by_day ON public.cases_task USING btree (organisation_id, overdue_at NULLS FIRST, opened_at, id) WHERE (closed_at IS NULL);

CREATE INDEX outcomes_of_a_service ON public.directory_outcome USING btree (service_id, "on");

CREATE INDEX papers_of_a_member ON public.cases_paper USING btree (user_id, received_at);

CREATE INDEX persons_of_a_member ON public.cases_assignment USING btree (user_id, person_id) WHERE (ended_at IS NULL);

CREATE INDEX places_apart_organisation_id_73331ce9 ON public.places_apart USING btree (organisation_id);

CREATE INDEX places_apart_request_id_141f3066 ON public.places_apart USING btree (request_id);

CREATE INDEX places_arrival_organisation_id_3287fda5 ON public.places_arrival USING btree (organisation_id);

CREATE INDEX places_bed_organisation_id_5beab94c ON public.places_bed USING btree (organisation_id);

CREATE INDEX places_bed_unit_id_8a675f74 ON public.places_bed USING btree (unit_id);

CREATE INDEX places_carried_organisation_id_389978b7 ON public.places_carried USING btree (organisation_id);

CREATE INDEX places_carried_request_id_ec51867b ON public.places_carried USING btree (request_id);

CREATE INDEX places_event_by_organisation_id_40fdc15a ON public.places_event USING btree (by_organisation_id);

CREATE INDEX places_event_organisation_id_37322018 ON public.places_event USING btree (organisation_id);

CREATE INDEX places_formerneeds_organisation_id_61475af0 ON public.places_formerneeds USING btree (organisation_id);

CREATE INDEX places_formerneeds_request_id_a1b3a15f ON public.places_formerneeds USING btree (request_id);

CREATE INDEX places_hold_asking_id_3258beb0 ON public.places_hold USING btree (asking_id);

CREATE INDEX places_hold_host_id_06b29e66 ON public.places_hold USING btree (host_id);

CREATE INDEX places_hold_request_id_98771632 ON public.places_hold USING btree (request_id);

CREATE INDEX places_hold_shelter_id_84d67cfb ON public.places_hold USING btree (shelter_id);

CREATE INDEX places_hold_unit_id_6920ace0 ON public.places_hold USING btree (unit_id);

CREATE INDEX places_incident_organisation_id_12c34880 ON public.places_incident USING btree (organisation_id);

CREATE INDEX places_incident_shelter_id_21ee0383 ON public.places_incident USING btree (shelter_id);

CREATE INDEX places_markend_apart_id_070a7d82 ON public.places_markend USING btree (apart_id);

CREATE INDEX places_markend_carried_id_04e3ac8e ON public.places_markend USING btree (carried_id);

CREATE INDEX places_occupancy_bed_id_4edf7e49 ON public.places_occupancy USING btree (bed_id);

CREATE INDEX places_occupancy_hold_id_2e65669f ON public.places_occupancy USING btree (hold_id);

CREATE INDEX places_privatereason_organisation_id_2b92df04 ON public.places_privatereason USING btree (organisation_id);

CREATE INDEX places_question_hold_id_9857c9a7 ON public.places_question USING btree (hold_id);

CREATE INDEX places_question_request_id_dcb15469 ON public.places_question USING btree (request_id);

CREATE INDEX places_refusedbyher_request_id_a95b2963 ON public.places_refusedbyher USING btree (request_id);

CREATE INDEX places_request_organisation_id_fd2c8e1f ON public.places_request USING btree (organisation_id);

CREATE INDEX places_shelter_organisation_id_20bf2106 ON public.places_shelter USING btree (organisation_id);

CREATE INDEX places_shelterchange_organisation_id_4c7b24b0 ON public.places_shelterchange USING btree (organisation_id);

CREATE INDEX places_shelterchange_shelter_id_28c20763 ON public.places_shelterchange USING btree (shelter_id);

CREATE INDEX places_shelterchange_unit_id_b84c12f5 ON public.places_shelterchange USING btree (unit_id);

CREATE INDEX places_sheltervoice_keeper_id_7061bc2a ON public.places_sheltervoice USING btree (keeper_id);

CREATE INDEX places_sheltervoice_organisation_id_86194e5b ON public.places_sheltervoice USING btree (organisation_id);

CREATE INDEX places_sheltervoice_shelter_id_efe3afd9 ON public.places_sheltervoice USING btree (shelter_id);

CREATE INDEX places_unit_organisation_id_26a755a8 ON public.places_unit USING btree (organisation_id);

CREATE INDEX places_unit_shelter_id_efdf7d49 ON public.places_unit USING btree (shelter_id);

CREATE INDEX procrastinate_events_job_id_fkey_v1 ON public.procrastinate_events USING btree (job_id);

CREATE INDEX procrastinate_jobs_id_lock_idx_v1 ON public.procrastinate_jobs USING btree (id, lock) WHERE (status = ANY (ARRAY['todo'::public.procrastinate_job_status, 'doing'::public.procrastinate_job_status]));

CREATE UNIQUE INDEX procrastinate_jobs_lock_idx_v1 ON public.procrastinate_jobs USING btree (lock) WHERE (status = 'doing'::public.procrastinate_job_status);

CREATE INDEX procrastinate_jobs_priority_idx_v1 ON public.procrastinate_jobs USING btree (priority DESC, id) WHERE (status = 'todo'::public.procrastinate_job_status);

CREATE INDEX procrastinate_jobs_queue_name_idx_v1 ON public.procrastinate_jobs USING btree (queue_name);

CREATE UNIQUE INDEX procrastinate_jobs_queueing_lock_idx_v1 ON public.procrastinate_jobs USING btree (queueing_lock) WHERE (status = 'todo'::public.procrastinate_job_status);

CREATE INDEX procrastinate_periodic_defers_job_id_fkey_v1 ON public.procrastinate_periodic_defers USING btree (job_id);

CREATE INDEX questions_that_wait ON public.places_question USING btree (request_id) WHERE (answered_at IS NULL);

CREATE INDEX referrals_sent ON public.cases_referral USING btree (owner_id, sent_at DESC);

CREATE INDEX reminders_to_send ON public.directory_reminderletter USING btree (written_at) WHERE (sent_at IS NULL);

CREATE INDEX requests_of_a_file ON public.places_request USING btree (organisation_id, reference);

CREATE INDEX requests_waiting ON public.places_request USING btree (asked_at) WHERE (closed_at IS NULL);

CREATE UNIQUE INDEX said_once ON public.places_apart USING btree (request_id, other) WHERE (ended_at IS NULL);

CREATE INDEX service_by_function ON public.directory_service USING btree (function) WHERE (closed_on IS NULL);

CREATE INDEX service_by_language ON public.directory_service USING gin (languages);

CREATE INDEX service_by_source ON public.directory_service USING btree (organisation_id, source, source_key);

CREATE INDEX service_by_territory ON public.directory_service USING gin (territories);

CREATE INDEX service_by_words ON public.directory_service USING gin (search);

CREATE INDEX structure_by_source ON public.directory_structure USING btree (organisation_id, source, source_key);

CREATE INDEX tasks_of_a_case ON public.cases_task USING btree (case_id);

CREATE INDEX tasks_that_cannot_wait ON public.cases_task USING btree (organisation_id, urgent_since DESC, id) WHERE ((closed_at IS NULL) AND (urgent_since IS NOT NULL));

CREATE UNIQUE INDEX unique_authenticator_type ON public.mfa_authenticator USING btree (user_id, type) WHERE ((type)::text = ANY (ARRAY[('totp'::character varying)::text, ('recovery_codes'::character varying)::text]));

CREATE UNIQUE INDEX unique_primary_email ON public.account_emailaddress USING btree (user_id, "primary") WHERE "primary";

CREATE UNIQUE INDEX unique_verified_email ON public.account_emailaddress USING btree (email) WHERE verified;

CREATE INDEX units_of_a_shelter ON public.places_unit USING btree (shelter_id);

CREATE INDEX unread_notices ON public.cases_notice USING btree (organisation_id, at DESC) WHERE (read_at IS NULL);

CREATE INDEX urgencies_of_a_member ON public.cases_breakglass USING btree (user_id, ends_at);

CREATE INDEX urgencies_to_review ON public.cases_breakglass USING btree (owner_id, review_due_at) WHERE (reviewed_at IS NULL);

CREATE INDEX views_by_mechanism ON public.cases_view USING btree (mechanism, mechanism_hash);

CREATE INDEX views_due_by_zone ON public.cases_view USING btree (zone, next_change_on);

CREATE TRIGGER access_goes_to_who_stands BEFORE INSERT ON public.cases_grant FOR EACH ROW WHEN (((CURRENT_USER <> 'repere_owner'::name) AND (new.organisation_id IS NOT NULL))) EXECUTE FUNCTION public.access_goes_to_who_stands();

CREATE TRIGGER account_begins_closed BEFORE INSERT ON public.accounts_user FOR EACH ROW WHEN (((CURRENT_USER <> 'repere_owner'::name) AND (NOT starts_with((new.password)::text, '!'::text)))) EXECUTE FUNCTION public.account_opens_by_its_steps();

CREATE TRIGGER account_opens_by_its_steps BEFORE UPDATE ON public.accounts_user FOR EACH ROW WHEN (((CURRENT_USER <> 'repere_owner'::name) AND ((new.id IS DISTINCT FROM old.id) OR ((new.password)::text IS DISTINCT FROM (old.password)::text) OR ((new.email)::text IS DISTINCT FROM (old.email)::text) OR ((new.name)::text IS DISTINCT FROM (old.name)::text) OR (new.is_active IS DISTINCT FROM old.is_active)))) EXECUTE FUNCTION public.account_opens_by_its_steps();

CREATE TRIGGER accounts_vettingstep_is_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.accounts_vettingstep FOR EACH STATEMENT EXECUTE FUNCTION public.accounts_vettingstep_is_append_only();

ALTER TABLE public.accounts_vettingstep ENABLE ALWAYS TRIGGER accounts_vettingstep_is_append_only;

CREATE TRIGGER agreed_is_copied BEFORE INSERT ON public.cases_case FOR EACH ROW WHEN (((CURRENT_USER <> 'repere_owner'::name) AND (new.agreed <> '{}'::character varying[]))) EXECUTE FUNCTION public.file_is_kept_by_the_house('what her consents open is copied from them by the house');

CREATE TRIGGER agreed_stays_copied BEFORE UPDATE OF agreed ON public.cases_case FOR EACH ROW WHEN (((CURRENT_USER <> 'repere_owner'::name) AND (new.agreed IS DISTINCT FROM old.agreed))) EXECUTE FUNCTION public.file_is_kept_by_the_house('what her consents open is copied from them by the house');

CREATE TRIGGER bed_in_use_stays BEFORE UPDATE ON public.places_bed FOR EACH ROW EXECUTE FUNCTION public.bed_in_use_stays();

CREATE TRIGGER bed_is_kept_for_its_hold BEFORE INSERT OR UPDATE OF during ON public.places_occupancy FOR EACH ROW EXECUTE FUNCTION public.bed_is_kept_for_its_hold();

CREATE TRIGGER cases_extract_decided BEFORE UPDATE ON public.cases_extract FOR EACH ROW EXECUTE FUNCTION public.cases_extract_decided();

CREATE TRIGGER directory_contact_ends BEFORE UPDATE ON public.directory_contact FOR EACH ROW EXECUTE FUNCTION public.directory_contact_ends();

CREATE TRIGGER directory_contact_is_called_back BEFORE INSERT OR UPDATE ON public.directory_contact FOR EACH ROW EXECUTE FUNCTION public.directory_contact_is_called_back();

CREATE TRIGGER directory_mailbox_is_not_proved_at_once BEFORE INSERT ON public.directory_contact FOR EACH ROW WHEN ((new.mailbox_proved_on IS NOT NULL)) EXECUTE FUNCTION public.directory_mailbox_is_proved_by_a_link();

CREATE TRIGGER directory_mailbox_is_proved_by_a_link BEFORE UPDATE ON public.directory_contact FOR EACH ROW WHEN ((new.mailbox_proved_on IS DISTINCT FROM old.mailbox_proved_on)) EXECUTE FUNCTION public.directory_mailbox_is_proved_by_a_link();

CREATE TRIGGER directory_outcomes_of_one_day BEFORE INSERT ON public.directory_outcome FOR EACH ROW WHEN ((CURRENT_USER <> 'repere_owner'::name)) EXECUTE FUNCTION public.directory_outcomes_of_one_day();

CREATE TRIGGER directory_own_name BEFORE UPDATE ON public.directory_contact FOR EACH ROW EXECUTE FUNCTION public.directory_own_name();

CREATE TRIGGER directory_own_name BEFORE UPDATE ON public.directory_mandate FOR EACH ROW EXECUTE FUNCTION public.directory_own_name();

CREATE TRIGGER directory_reached_by_another BEFORE UPDATE ON public.directory_contact FOR EACH ROW EXECUTE FUNCTION public.directory_reached_by_another();

CREATE TRIGGER directory_service_is_another BEFORE UPDATE ON public.directory_service FOR EACH ROW WHEN ((((old.name)::text IS DISTINCT FROM (new.name)::text) OR ((old.function)::text IS DISTINCT FROM (new.function)::text) OR (old.structure_id IS DISTINCT FROM new.structure_id))) EXECUTE FUNCTION public.directory_service_is_another();

CREATE TRIGGER directory_structure_is_another AFTER UPDATE ON public.directory_structure FOR EACH ROW WHEN ((((old.name)::text IS DISTINCT FROM (new.name)::text) OR ((old.kind)::text IS DISTINCT FROM (new.kind)::text))) EXECUTE FUNCTION public.directory_structure_is_another();

CREATE TRIGGER directory_two_voices AFTER INSERT ON public.directory_voice FOR EACH ROW EXECUTE FUNCTION public.directory_two_voices();

CREATE TRIGGER directory_unvetted BEFORE INSERT ON public.directory_service FOR EACH ROW EXECUTE FUNCTION public.directory_unvetted();

CREATE TRIGGER directory_voice_of_today BEFORE INSERT ON public.directory_voice FOR EACH ROW EXECUTE FUNCTION public.directory_voice_of_today();

CREATE TRIGGER erasure_takes_two BEFORE INSERT OR UPDATE ON public.cases_erasure FOR EACH ROW WHEN ((CURRENT_USER <> 'repere_owner'::name)) EXECUTE FUNCTION public.erasure_takes_two();

CREATE TRIGGER extract_goes_to_who_stands BEFORE INSERT OR UPDATE OF state ON public.cases_extract FOR EACH ROW WHEN (((CURRENT_USER <> 'repere_owner'::name) AND (new.receiver_id IS NOT NULL) AND (new.receiver_id <> new.organisation_id) AND ((new.state)::text = ANY (ARRAY[('asked'::character varying)::text, ('approved'::character varying)::text, ('ready'::character varying)::text, ('fetched'::character varying)::text])))) EXECUTE FUNCTION public.extract_goes_to_who_stands();

CREATE TRIGGER file_is_kept_by_the_house BEFORE UPDATE ON public.cases_case FOR EACH ROW WHEN (((CURRENT_USER <> 'repere_owner'::name) AND ((new.revision IS DISTINCT FROM old.revision) OR (new.status_on IS DISTINCT FROM old.status_on) OR (new.closed_on IS DISTINCT FROM old.closed_on) OR ((new.jurisdiction)::text IS DISTINCT FROM (old.jurisdiction)::text) OR ((new.mechanism)::text IS DISTINCT FROM (old.mechanism)::text) OR ((new.territory)::text IS DISTINCT FROM (old.territory)::text) OR ((new.zone)::text IS DISTINCT FROM (old.zone)::text)))) EXECUTE FUNCTION public.file_is_kept_by_the_house();

CREATE TRIGGER grant_is_carried BEFORE INSERT ON public.cases_grant FOR EACH ROW WHEN ((CURRENT_USER <> 'repere_owner'::name)) EXECUTE FUNCTION public.grant_is_carried();

CREATE TRIGGER hold_goes_one_way BEFORE INSERT OR UPDATE ON public.places_hold FOR EACH ROW EXECUTE FUNCTION public.hold_goes_one_way();

CREATE TRIGGER hold_is_ones_own BEFORE INSERT OR UPDATE ON public.cases_hold FOR EACH ROW WHEN ((CURRENT_USER <> 'repere_owner'::name)) EXECUTE FUNCTION public.hold_is_ones_own();

CREATE TRIGGER job_is_asked_for BEFORE INSERT ON public.procrastinate_jobs FOR EACH ROW WHEN ((CURRENT_USER = 'repere_web'::name)) EXECUTE FUNCTION public.job_is_asked_for();

CREATE TRIGGER ledger_entry_is_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_entry_is_append_only();

ALTER TABLE public.ledger_entry ENABLE ALWAYS TRIGGER ledger_entry_is_append_only;

CREATE TRIGGER ledger_entry_says_what_it_holds BEFORE INSERT ON public.ledger_entry FOR EACH ROW WHEN ((CURRENT_USER = ANY (ARRAY['repere_web'::name, 'repere_worker'::name]))) EXECUTE FUNCTION public.ledger_entry_says_what_it_holds();

CREATE TRIGGER ledger_retention_is_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.ledger_retention FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_retention_is_append_only();

ALTER TABLE public.ledger_retention ENABLE ALWAYS TRIGGER ledger_retention_is_append_only;

CREATE TRIGGER ledger_seal_is_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.ledger_seal FOR EACH STATEMENT EXECUTE FUNCTION public.ledger_seal_is_append_only();

ALTER TABLE public.ledger_seal ENABLE ALWAYS TRIGGER ledger_seal_is_append_only;

CREATE TRIGGER line_is_told_by_who_asked BEFORE UPDATE ON public.places_request FOR EACH ROW WHEN (((new.line)::text IS DISTINCT FROM (old.line)::text)) EXECUTE FUNCTION public.line_is_told_by_who_asked();

CREATE TRIGGER link_is_answered_for BEFORE INSERT ON public.accounts_invitation FOR EACH ROW WHEN ((CURRENT_USER <> 'repere_owner'::name)) EXECUTE FUNCTION public.link_is_answered_for();

CREATE TRIGGER mark_ends_by_its_people BEFORE UPDATE ON public.places_apart FOR EACH ROW EXECUTE FUNCTION public.mark_ends_by_its_people();

CREATE TRIGGER mark_ends_by_its_people BEFORE UPDATE ON public.places_carried FOR EACH ROW EXECUTE FUNCTION public.mark_ends_by_its_people();

CREATE TRIGGER member_accepts_herself BEFORE INSERT OR UPDATE ON public.accounts_membership FOR EACH ROW EXECUTE FUNCTION public.member_accepts_herself();

CREATE TRIGGER member_is_approved BEFORE INSERT OR UPDATE ON public.accounts_membership FOR EACH ROW EXECUTE FUNCTION public.member_is_approved();

CREATE TRIGGER needs_changed_by_who_asked BEFORE UPDATE ON public.places_request FOR EACH ROW EXECUTE FUNCTION public.needs_changed_by_who_asked();

CREATE TRIGGER organisation_is_its_own BEFORE UPDATE ON public.directory_organisation FOR EACH ROW EXECUTE FUNCTION public.organisation_is_its_own();

CREATE TRIGGER organisation_is_vetted BEFORE INSERT OR UPDATE ON public.directory_organisation FOR EACH ROW EXECUTE FUNCTION public.organisation_is_vetted();

CREATE TRIGGER places_event_is_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.places_event FOR EACH STATEMENT EXECUTE FUNCTION public.places_event_is_append_only();

ALTER TABLE public.places_event ENABLE ALWAYS TRIGGER places_event_is_append_only;

CREATE TRIGGER places_formerneeds_is_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.places_formerneeds FOR EACH STATEMENT EXECUTE FUNCTION public.places_formerneeds_is_append_only();

ALTER TABLE public.places_formerneeds ENABLE ALWAYS TRIGGER places_formerneeds_is_append_only;

CREATE TRIGGER places_refusedbyher_is_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.places_refusedbyher FOR EACH STATEMENT EXECUTE FUNCTION public.places_refusedbyher_is_append_only();

ALTER TABLE public.places_refusedbyher ENABLE ALWAYS TRIGGER places_refusedbyher_is_append_only;

CREATE TRIGGER places_shelterchange_is_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.places_shelterchange FOR EACH STATEMENT EXECUTE FUNCTION public.places_shelterchange_is_append_only();

ALTER TABLE public.places_shelterchange ENABLE ALWAYS TRIGGER places_shelterchange_is_append_only;

CREATE TRIGGER procrastinate_jobs_notify_queue_job_aborted_v1 AFTER UPDATE OF abort_requested ON public.procrastinate_jobs FOR EACH ROW WHEN (((old.abort_requested = false) AND (new.abort_requested = true) AND (new.status = 'doing'::public.procrastinate_job_status))) EXECUTE FUNCTION public.procrastinate_notify_queue_abort_job_v1();

CREATE TRIGGER procrastinate_jobs_notify_queue_job_inserted_v1 AFTER INSERT ON public.procrastinate_jobs FOR EACH ROW WHEN ((new.status = 'todo'::public.procrastinate_job_status)) EXECUTE FUNCTION public.procrastinate_notify_queue_job_inserted_v1();

CREATE TRIGGER procrastinate_trigger_abort_requested_events_v1 AFTER UPDATE OF abort_requested ON public.procrastinate_jobs FOR EACH ROW WHEN ((new.abort_requested = true)) EXECUTE FUNCTION public.procrastinate_trigger_abort_requested_events_procedure_v1();

CREATE TRIGGER procrastinate_trigger_delete_jobs_v1 BEFORE DELETE ON public.procrastinate_jobs FOR EACH ROW EXECUTE FUNCTION public.procrastinate_unlink_periodic_defers_v1();

CREATE TRIGGER procrastinate_trigger_scheduled_events_v1 AFTER INSERT OR UPDATE ON public.procrastinate_jobs FOR EACH ROW WHEN (((new.scheduled_at IS NOT NULL) AND (new.status = 'todo'::public.procrastinate_job_status))) EXECUTE FUNCTION public.procrastinate_trigger_function_scheduled_events_v1();

CREATE TRIGGER procrastinate_trigger_status_events_insert_v1 AFTER INSERT ON public.procrastinate_jobs FOR EACH ROW WHEN ((new.status = 'todo'::public.procrastinate_job_status)) EXECUTE FUNCTION public.procrastinate_trigger_function_status_events_insert_v1();

CREATE TRIGGER procrastinate_trigger_status_events_update_v1 AFTER UPDATE OF status ON public.procrastinate_jobs FOR EACH ROW EXECUTE FUNCTION public.procrastinate_trigger_function_status_events_update_v1();

CREATE TRIGGER referral_goes_to_who_stands BEFORE INSERT ON public.cases_offer FOR EACH ROW WHEN (((CURRENT_USER <> 'repere_owner'::name) AND (new.organisation_id IS NOT NULL))) EXECUTE FUNCTION public.referral_goes_to_who_stands();

CREATE TRIGGER requisition_takes_two BEFORE INSERT OR UPDATE ON public.cases_requisition FOR EACH ROW WHEN ((CURRENT_USER <> 'repere_owner'::name)) EXECUTE FUNCTION public.requisition_takes_two();

CREATE TRIGGER reset_takes_two BEFORE INSERT OR UPDATE ON public.accounts_factorreset FOR EACH ROW WHEN ((CURRENT_USER <> 'repere_owner'::name)) EXECUTE FUNCTION public.reset_takes_two();

CREATE TRIGGER search_is_ended_by_who_asked BEFORE UPDATE ON public.places_request FOR EACH ROW WHEN (((CURRENT_USER <> 'repere_owner'::name) AND ((new.closed_at IS DISTINCT FROM old.closed_at) OR ((new.outcome)::text IS DISTINCT FROM (old.outcome)::text) OR (new.sent_at IS DISTINCT FROM old.sent_at) OR (new.first_yes_at IS DISTINCT FROM old.first_yes_at)))) EXECUTE FUNCTION public.search_is_ended_by_who_asked();

CREATE TRIGGER session_is_proved BEFORE UPDATE ON public.accounts_signedin FOR EACH ROW WHEN (((CURRENT_USER <> 'repere_owner'::name) AND ((new.id IS DISTINCT FROM old.id) OR (new.user_id IS DISTINCT FROM old.user_id) OR (new.began_at IS DISTINCT FROM old.began_at) OR (new.seen_at IS DISTINCT FROM old.seen_at) OR (new.confirmed_at IS DISTINCT FROM old.confirmed_at) OR ((new.proved_by)::text IS DISTINCT FROM (old.proved_by)::text) OR ((old.locked_at IS NOT NULL) AND (new.locked_at IS DISTINCT FROM old.locked_at)) OR ((old.ended_at IS NOT NULL) AND (new.ended_at IS DISTINCT FROM old.ended_at))))) EXECUTE FUNCTION public.session_is_proved();

CREATE TRIGGER shelter_has_two_voices AFTER UPDATE ON public.places_sheltervoice FOR EACH ROW EXECUTE FUNCTION public.shelter_has_two_voices();

CREATE TRIGGER shelter_is_unvouched BEFORE INSERT OR UPDATE ON public.places_shelter FOR EACH ROW EXECUTE FUNCTION public.shelter_is_unvouched();

CREATE TRIGGER shelter_moved BEFORE UPDATE ON public.places_shelter FOR EACH ROW EXECUTE FUNCTION public.shelter_moved();

CREATE TRIGGER sponsor_ends_nothing BEFORE UPDATE ON public.accounts_membership FOR EACH ROW WHEN ((CURRENT_USER <> 'repere_owner'::name)) EXECUTE FUNCTION public.sponsor_ends_nothing();

CREATE TRIGGER urgency_is_told BEFORE INSERT ON public.cases_breakglass FOR EACH ROW WHEN ((CURRENT_USER <> 'repere_owner'::name)) EXECUTE FUNCTION public.urgency_is_told();

CREATE TRIGGER who_ends_a_membership_says_so BEFORE UPDATE ON public.accounts_membership FOR EACH ROW WHEN (((CURRENT_USER <> 'repere_owner'::name) AND ((new.ended_at IS DISTINCT FROM old.ended_at) OR (new.ended_by_id IS DISTINCT FROM old.ended_by_id)))) EXECUTE FUNCTION public.who_ends_a_membership_says_so();

ALTER TABLE ONLY keys.index_key
    ADD CONSTRAINT index_key_organisation_id_e4052522_fk_directory_organisation_id FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY keys.organisation_key
    ADD CONSTRAINT organisation_key_organisation_id_da1b7fdc_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY keys.organisation_key_pair
    ADD CONSTRAINT organisation_key_pai_organisation_id_d7d226bb_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY keys.person_key_rotation
    ADD CONSTRAINT person_key_rotation_organisation_id_3b073b2c_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY keys.person_key_wrap
    ADD CONSTRAINT person_key_wrap_organisation_id_ee9363e3_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY keys.person_key_wrap
    ADD CONSTRAINT person_key_wrap_shared_by_id_b83c399e_fk_directory FOREIGN KEY (shared_by_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.account_emailaddress
    ADD CONSTRAINT account_emailaddress_user_id_2c513194_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.account_emailconfirmation
    ADD CONSTRAINT account_emailconfirm_email_address_id_5b7f8c58_fk_account_e FOREIGN KEY (email_address_id) REFERENCES public.account_emailaddress(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_application
    ADD CONSTRAINT accounts_application_organisation_id_a7b556cc_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_factorreset
    ADD CONSTRAINT accounts_factorreset_first_by_id_f245d388_fk_accounts_user_id FOREIGN KEY (first_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_factorreset
    ADD CONSTRAINT accounts_factorreset_organisation_id_ce3d0b9d_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_factorreset
    ADD CONSTRAINT accounts_factorreset_second_by_id_3eb3155f_fk_accounts_user_id FOREIGN KEY (second_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_factorreset
    ADD CONSTRAINT accounts_factorreset_user_id_e684bddb_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_invitation
    ADD CONSTRAINT accounts_invitation_membership_id_1bdb31a1_fk_accounts_ FOREIGN KEY (membership_id) REFERENCES public.accounts_membership(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_invitation
    ADD CONSTRAINT accounts_invitation_reset_id_3241da78_fk_accounts_ FOREIGN KEY (reset_id) REFERENCES public.accounts_factorreset(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_invitation
    ADD CONSTRAINT accounts_invitation_user_id_83f45191_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_membership
    ADD CONSTRAINT accounts_membership_approved_by_id_5b7ed7d5_fk_accounts_user_id FOREIGN KEY (approved_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_membership
    ADD CONSTRAINT accounts_membership_ended_by_id_4b6afac2_fk_accounts_user_id FOREIGN KEY (ended_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_membership
    ADD CONSTRAINT accounts_membership_invited_by_id_343e11d6_fk_accounts_user_id FOREIGN KEY (invited_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_membership
    ADD CONSTRAINT accounts_membership_organisation_id_98e5c22b_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_membership
    ADD CONSTRAINT accounts_membership_user_id_487fb39e_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_outsideidentity
    ADD CONSTRAINT accounts_outsideidentity_user_id_6b7c6b7f_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_signedin
    ADD CONSTRAINT accounts_signedin_organisation_id_a3e7a68f_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_signedin
    ADD CONSTRAINT accounts_signedin_user_id_118d7b15_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_usedcode
    ADD CONSTRAINT accounts_usedcode_user_id_7de66298_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_vettingstep
    ADD CONSTRAINT accounts_vettingstep_by_organisation_id_8a7419c8_fk_directory FOREIGN KEY (by_organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_vettingstep
    ADD CONSTRAINT accounts_vettingstep_organisation_id_bcc749cf_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.accounts_vettingstep
    ADD CONSTRAINT accounts_vettingstep_user_id_801ccc16_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_hold
    ADD CONSTRAINT asked_for_a_request_of_its_own FOREIGN KEY (request_id, asking_id) REFERENCES public.places_request(id, organisation_id);

ALTER TABLE ONLY public.cases_assignment
    ADD CONSTRAINT assignment_of_its_owner FOREIGN KEY (case_id, person_id, owner_id) REFERENCES public.cases_case(id, person_id, organisation_id);

ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissio_permission_id_84c5c92e_fk_auth_perm FOREIGN KEY (permission_id) REFERENCES public.auth_permission(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.auth_group_permissions
    ADD CONSTRAINT auth_group_permissions_group_id_b120cbf9_fk_auth_group_id FOREIGN KEY (group_id) REFERENCES public.auth_group(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.auth_permission
    ADD CONSTRAINT auth_permission_content_type_id_2f476e4b_fk_django_co FOREIGN KEY (content_type_id) REFERENCES public.django_content_type(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_case
    ADD CONSTRAINT case_of_a_person_of_the_same_organisation FOREIGN KEY (person_id, organisation_id) REFERENCES public.cases_person(id, organisation_id);

ALTER TABLE ONLY public.cases_alert
    ADD CONSTRAINT cases_alert_organisation_id_43e8f66b_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_alert
    ADD CONSTRAINT cases_alert_seen_by_id_7580782f_fk_accounts_user_id FOREIGN KEY (seen_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_alert
    ADD CONSTRAINT cases_alert_user_id_25871b2c_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_assignment
    ADD CONSTRAINT cases_assignment_user_id_8a4a8fb6_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_breakglass
    ADD CONSTRAINT cases_breakglass_reviewed_by_id_2abc415d_fk_accounts_user_id FOREIGN KEY (reviewed_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_breakglass
    ADD CONSTRAINT cases_breakglass_told_id_6f530fa4_fk_accounts_user_id FOREIGN KEY (told_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_breakglass
    ADD CONSTRAINT cases_breakglass_user_id_f0faf15c_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_calendaraddress
    ADD CONSTRAINT cases_calendaraddres_organisation_id_8a55b9a7_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_calendaraddress
    ADD CONSTRAINT cases_calendaraddress_user_id_0944c253_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_canary
    ADD CONSTRAINT cases_canary_organisation_id_eec24e2b_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_capsule
    ADD CONSTRAINT cases_capsule_owner_id_e38eb6f4_fk_directory_organisation_id FOREIGN KEY (owner_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_conflictofinterest
    ADD CONSTRAINT cases_conflictofinte_declared_by_id_c26a39dc_fk_accounts_ FOREIGN KEY (declared_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_conflictofinterest
    ADD CONSTRAINT cases_conflictofinte_ended_by_id_552ceff7_fk_accounts_ FOREIGN KEY (ended_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_conflictofinterest
    ADD CONSTRAINT cases_conflictofinte_organisation_id_edab0581_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_conflictofinterest
    ADD CONSTRAINT cases_conflictofinterest_user_id_32d3a82b_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_consent
    ADD CONSTRAINT cases_consent_organisation_id_486b85ae_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_consent
    ADD CONSTRAINT cases_consent_user_id_40fc4cfc_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_consentcopy
    ADD CONSTRAINT cases_consentcopy_user_id_a411ed75_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_draft
    ADD CONSTRAINT cases_draft_case_id_2bc2a7d9_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_draft
    ADD CONSTRAINT cases_draft_organisation_id_0bfac563_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_draft
    ADD CONSTRAINT cases_draft_user_id_61805eab_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_erasure
    ADD CONSTRAINT cases_erasure_asked_by_id_d237c17b_fk_accounts_user_id FOREIGN KEY (asked_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_erasure
    ADD CONSTRAINT cases_erasure_confirmed_by_id_67446876_fk_accounts_user_id FOREIGN KEY (confirmed_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_extract
    ADD CONSTRAINT cases_extract_asked_by_id_254583fc_fk_accounts_user_id FOREIGN KEY (asked_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_extract
    ADD CONSTRAINT cases_extract_decided_by_id_9aa71eac_fk_accounts_user_id FOREIGN KEY (decided_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_extract
    ADD CONSTRAINT cases_extract_organisation_id_8135052e_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_extract
    ADD CONSTRAINT cases_extract_receiver_id_31a34ee8_fk_directory_organisation_id FOREIGN KEY (receiver_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_fact
    ADD CONSTRAINT cases_fact_organisation_id_b2006a62_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_fact
    ADD CONSTRAINT cases_fact_user_id_a6166ab6_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_freeze
    ADD CONSTRAINT cases_freeze_frozen_by_id_3f71e583_fk_accounts_user_id FOREIGN KEY (frozen_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_freeze
    ADD CONSTRAINT cases_freeze_lifted_by_id_ced1778f_fk_accounts_user_id FOREIGN KEY (lifted_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_freeze
    ADD CONSTRAINT cases_freeze_organisation_id_e4800bc7_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_freeze
    ADD CONSTRAINT cases_freeze_told_id_1dbdc19f_fk_accounts_user_id FOREIGN KEY (told_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_freeze
    ADD CONSTRAINT cases_freeze_user_id_d1478652_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_grant
    ADD CONSTRAINT cases_grant_organisation_id_72ee9e90_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_handover
    ADD CONSTRAINT cases_handover_giver_id_a465e6b0_fk_accounts_user_id FOREIGN KEY (giver_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_handover
    ADD CONSTRAINT cases_handover_proposed_by_id_8ce2f316_fk_accounts_user_id FOREIGN KEY (proposed_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_handover
    ADD CONSTRAINT cases_handover_successor_id_2fc75a4d_fk_accounts_user_id FOREIGN KEY (successor_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_hold
    ADD CONSTRAINT cases_hold_lifted_by_id_c9942c4d_fk_accounts_user_id FOREIGN KEY (lifted_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_hold
    ADD CONSTRAINT cases_hold_set_by_id_272515c0_fk_accounts_user_id FOREIGN KEY (set_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_keptawaynote
    ADD CONSTRAINT cases_keptawaynote_about_id_be15bbfb_fk_accounts_user_id FOREIGN KEY (about_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_keptawaynote
    ADD CONSTRAINT cases_keptawaynote_by_id_1ac41629_fk_accounts_user_id FOREIGN KEY (by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_keptawaynote
    ADD CONSTRAINT cases_keptawaynote_organisation_id_db90ac22_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_keptawaynote
    ADD CONSTRAINT cases_keptawaynote_reader_id_e0384a5b_fk_accounts_user_id FOREIGN KEY (reader_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_letter
    ADD CONSTRAINT cases_letter_wish_id_0d2773b3_fk_cases_mailwish_id FOREIGN KEY (wish_id) REFERENCES public.cases_mailwish(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_mailwish
    ADD CONSTRAINT cases_mailwish_organisation_id_7e0aaa7d_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_mailwish
    ADD CONSTRAINT cases_mailwish_user_id_ec2ad3ab_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_notice
    ADD CONSTRAINT cases_notice_case_id_cd438a78_fk_cases_case_id FOREIGN KEY (case_id) REFERENCES public.cases_case(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_notice
    ADD CONSTRAINT cases_notice_organisation_id_2b12c4c0_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_notice
    ADD CONSTRAINT cases_notice_task_id_a44a8c97_fk_cases_task_id FOREIGN KEY (task_id) REFERENCES public.cases_task(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_notice
    ADD CONSTRAINT cases_notice_user_id_bb53d4f5_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_offer
    ADD CONSTRAINT cases_offer_answered_by_id_bcf0226d_fk_accounts_user_id FOREIGN KEY (answered_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_offer
    ADD CONSTRAINT cases_offer_organisation_id_2b09436c_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_offer
    ADD CONSTRAINT cases_offer_owner_id_68ca0e21_fk_directory_organisation_id FOREIGN KEY (owner_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_paper
    ADD CONSTRAINT cases_paper_user_id_3cd75126_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_person
    ADD CONSTRAINT cases_person_organisation_id_a3dddabc_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_readername
    ADD CONSTRAINT cases_readername_organisation_id_3d347bcd_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_readername
    ADD CONSTRAINT cases_readername_user_id_fba1c189_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_receipt
    ADD CONSTRAINT cases_receipt_organisation_id_3a680a37_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_referral
    ADD CONSTRAINT cases_referral_consent_id_b9dc80e7_fk_cases_consent_id FOREIGN KEY (consent_id) REFERENCES public.cases_consent(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_referral
    ADD CONSTRAINT cases_referral_sent_by_id_a85c498a_fk_accounts_user_id FOREIGN KEY (sent_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_reminder
    ADD CONSTRAINT cases_reminder_organisation_id_b37c5c8f_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_reminder
    ADD CONSTRAINT cases_reminder_task_id_dccba572_fk_cases_task_id FOREIGN KEY (task_id) REFERENCES public.cases_task(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_requisition
    ADD CONSTRAINT cases_requisition_answered_by_id_a1128172_fk_accounts_user_id FOREIGN KEY (answered_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_requisition
    ADD CONSTRAINT cases_requisition_checked_by_id_e36c90d2_fk_accounts_user_id FOREIGN KEY (checked_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_requisition
    ADD CONSTRAINT cases_requisition_prepared_by_id_08133081_fk_accounts_user_id FOREIGN KEY (prepared_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_requisition
    ADD CONSTRAINT cases_requisition_received_by_id_d29bacea_fk_accounts_user_id FOREIGN KEY (received_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_sealedrecord
    ADD CONSTRAINT cases_sealedrecord_user_id_e67f8903_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_spokenlanguages
    ADD CONSTRAINT cases_spokenlanguage_organisation_id_da9be0db_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_spokenlanguages
    ADD CONSTRAINT cases_spokenlanguages_user_id_a6bed01d_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_task
    ADD CONSTRAINT cases_task_assignee_id_4e3ad7d1_fk_accounts_user_id FOREIGN KEY (assignee_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_task
    ADD CONSTRAINT cases_task_closed_by_id_d4d8d618_fk_accounts_user_id FOREIGN KEY (closed_by_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_task
    ADD CONSTRAINT cases_task_closing_fact_id_e70ca6ef_fk_cases_fact_id FOREIGN KEY (closing_fact_id) REFERENCES public.cases_fact(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_task
    ADD CONSTRAINT cases_task_trigger_fact_id_2a0701c6_fk_cases_fact_id FOREIGN KEY (trigger_fact_id) REFERENCES public.cases_fact(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_teampractice
    ADD CONSTRAINT cases_teampractice_organisation_id_1aafc901_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_teampractice
    ADD CONSTRAINT cases_teampractice_user_id_0c3d13c0_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_view
    ADD CONSTRAINT cases_view_grant_id_9328f05e_fk_cases_grant_id FOREIGN KEY (grant_id) REFERENCES public.cases_grant(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_view
    ADD CONSTRAINT cases_view_organisation_id_8d162fdc_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_consentcopy
    ADD CONSTRAINT consent_copy_of_its_owner FOREIGN KEY (case_id, person_id, owner_id) REFERENCES public.cases_case(id, person_id, organisation_id);

ALTER TABLE ONLY public.cases_consent
    ADD CONSTRAINT consent_of_its_owner FOREIGN KEY (case_id, person_id, owner_id) REFERENCES public.cases_case(id, person_id, organisation_id);

ALTER TABLE ONLY public.cases_fact
    ADD CONSTRAINT correction_within_the_case FOREIGN KEY (case_id, corrects_id) REFERENCES public.cases_fact(case_id, id);

ALTER TABLE ONLY public.directory_contact
    ADD CONSTRAINT directory_contact_entered_organisation_ba6e6d02_fk_directory FOREIGN KEY (entered_organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.directory_contact
    ADD CONSTRAINT directory_contact_mandate_id_247ccec7_fk_directory_mandate_id FOREIGN KEY (mandate_id) REFERENCES public.directory_mandate(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.directory_contact
    ADD CONSTRAINT directory_contact_replaces_id_37f40dc8_fk_directory_contact_id FOREIGN KEY (replaces_id) REFERENCES public.directory_contact(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.directory_contact
    ADD CONSTRAINT directory_contact_service_id_cb984089_fk_directory_service_id FOREIGN KEY (service_id) REFERENCES public.directory_service(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.directory_contact
    ADD CONSTRAINT directory_contact_verified_organisatio_ee2ea2c7_fk_directory FOREIGN KEY (verified_organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.directory_convention
    ADD CONSTRAINT directory_convention_organisation_id_d617f7f1_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.directory_importbatch
    ADD CONSTRAINT directory_importbatc_organisation_id_34ac3eb4_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.directory_importchange
    ADD CONSTRAINT directory_importchan_batch_id_04ef596a_fk_directory FOREIGN KEY (batch_id) REFERENCES public.directory_importbatch(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.directory_mailboxlink
    ADD CONSTRAINT directory_mailboxlin_contact_id_8b9bc275_fk_directory FOREIGN KEY (contact_id) REFERENCES public.directory_contact(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.directory_mailboxlink
    ADD CONSTRAINT directory_mailboxlin_organisation_id_7f0fbae1_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.directory_mandate
    ADD CONSTRAINT directory_mandate_confirmed_organisati_17a9441f_fk_directory FOREIGN KEY (confirmed_organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.directory_mandate
    ADD CONSTRAINT directory_mandate_entered_organisation_81566eac_fk_directory FOREIGN KEY (entered_organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.directory_mandate
    ADD CONSTRAINT directory_mandate_service_id_f010bf02_fk_directory_service_id FOREIGN KEY (service_id) REFERENCES public.directory_service(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.directory_organisation
    ADD CONSTRAINT directory_organisati_sponsor_id_ba93a772_fk_directory FOREIGN KEY (sponsor_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.directory_outcome
    ADD CONSTRAINT directory_outcome_organisation_id_aa234ffc_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.directory_outcome
    ADD CONSTRAINT directory_outcome_service_id_4db3a8cf_fk_directory_service_id FOREIGN KEY (service_id) REFERENCES public.directory_service(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.directory_question
    ADD CONSTRAINT directory_question_organisation_id_91253ba5_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.directory_reminderletter
    ADD CONSTRAINT directory_reminderle_convention_id_c87d1d94_fk_directory FOREIGN KEY (convention_id) REFERENCES public.directory_convention(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.directory_secret
    ADD CONSTRAINT directory_secret_holder_id_406b0092_fk_directory FOREIGN KEY (holder_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.directory_secret
    ADD CONSTRAINT directory_secret_service_id_5ab7e29e_fk_directory_service_id FOREIGN KEY (service_id) REFERENCES public.directory_service(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.directory_service
    ADD CONSTRAINT directory_service_batch_id_f7e4794b_fk_directory_importbatch_id FOREIGN KEY (batch_id) REFERENCES public.directory_importbatch(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.directory_service
    ADD CONSTRAINT directory_service_organisation_id_8b30567f_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.directory_service
    ADD CONSTRAINT directory_service_structure_id_ab8250e6_fk_directory FOREIGN KEY (structure_id) REFERENCES public.directory_structure(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.directory_structure
    ADD CONSTRAINT directory_structure_member_id_b8719e07_fk_directory FOREIGN KEY (member_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.directory_structure
    ADD CONSTRAINT directory_structure_organisation_id_a20f842b_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.directory_voice
    ADD CONSTRAINT directory_voice_organisation_id_195d3d51_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.directory_voice
    ADD CONSTRAINT directory_voice_service_id_867a46f2_fk_directory_service_id FOREIGN KEY (service_id) REFERENCES public.directory_service(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_erasure
    ADD CONSTRAINT erasure_of_its_owner FOREIGN KEY (person_id, organisation_id) REFERENCES public.cases_person(id, organisation_id);

ALTER TABLE ONLY public.cases_fact
    ADD CONSTRAINT fact_of_its_owner FOREIGN KEY (case_id, owner_id) REFERENCES public.cases_case(id, organisation_id);

ALTER TABLE ONLY public.cases_finding
    ADD CONSTRAINT finding_of_its_view FOREIGN KEY (view_id, case_id, organisation_id, owner_id) REFERENCES public.cases_view(id, case_id, organisation_id, owner_id);

ALTER TABLE ONLY public.cases_grant
    ADD CONSTRAINT grant_of_its_owner FOREIGN KEY (case_id, person_id, owner_id) REFERENCES public.cases_case(id, person_id, organisation_id);

ALTER TABLE ONLY public.cases_handover
    ADD CONSTRAINT handover_of_its_owner FOREIGN KEY (case_id, person_id, owner_id) REFERENCES public.cases_case(id, person_id, organisation_id);

ALTER TABLE ONLY public.cases_hold
    ADD CONSTRAINT hold_of_its_owner FOREIGN KEY (person_id, organisation_id) REFERENCES public.cases_person(id, organisation_id);

ALTER TABLE ONLY public.ledger_dispatch
    ADD CONSTRAINT ledger_dispatch_witness_id_f8abfa61_fk_ledger_witness_id FOREIGN KEY (witness_id) REFERENCES public.ledger_witness(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.mfa_authenticator
    ADD CONSTRAINT mfa_authenticator_user_id_0c3a50c0_fk_accounts_user_id FOREIGN KEY (user_id) REFERENCES public.accounts_user(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.cases_nametoken
    ADD CONSTRAINT name_token_of_its_owner FOREIGN KEY (person_id, organisation_id) REFERENCES public.cases_person(id, organisation_id);

ALTER TABLE ONLY public.cases_paper
    ADD CONSTRAINT paper_of_its_owner FOREIGN KEY (case_id, person_id, owner_id) REFERENCES public.cases_case(id, person_id, organisation_id);

ALTER TABLE ONLY public.places_apart
    ADD CONSTRAINT places_apart_organisation_id_73331ce9_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_apart
    ADD CONSTRAINT places_apart_request_id_141f3066_fk_places_request_id FOREIGN KEY (request_id) REFERENCES public.places_request(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_arrival
    ADD CONSTRAINT places_arrival_hold_id_136f661e_fk_places_hold_id FOREIGN KEY (hold_id) REFERENCES public.places_hold(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_arrival
    ADD CONSTRAINT places_arrival_organisation_id_3287fda5_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_bed
    ADD CONSTRAINT places_bed_organisation_id_5beab94c_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_bed
    ADD CONSTRAINT places_bed_unit_id_8a675f74_fk_places_unit_id FOREIGN KEY (unit_id) REFERENCES public.places_unit(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_carried
    ADD CONSTRAINT places_carried_organisation_id_389978b7_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_carried
    ADD CONSTRAINT places_carried_request_id_ec51867b_fk_places_request_id FOREIGN KEY (request_id) REFERENCES public.places_request(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_event
    ADD CONSTRAINT places_event_by_organisation_id_40fdc15a_fk_directory FOREIGN KEY (by_organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_event
    ADD CONSTRAINT places_event_organisation_id_37322018_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_event
    ADD CONSTRAINT places_event_told_to_id_82ce5a07_fk_directory_organisation_id FOREIGN KEY (told_to_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_formerneeds
    ADD CONSTRAINT places_formerneeds_organisation_id_61475af0_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_formerneeds
    ADD CONSTRAINT places_formerneeds_request_id_a1b3a15f_fk_places_request_id FOREIGN KEY (request_id) REFERENCES public.places_request(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_hold
    ADD CONSTRAINT places_hold_asking_id_3258beb0_fk_directory_organisation_id FOREIGN KEY (asking_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_hold
    ADD CONSTRAINT places_hold_host_id_06b29e66_fk_directory_organisation_id FOREIGN KEY (host_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_hold
    ADD CONSTRAINT places_hold_request_id_98771632_fk_places_request_id FOREIGN KEY (request_id) REFERENCES public.places_request(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_hold
    ADD CONSTRAINT places_hold_shelter_id_84d67cfb_fk_places_shelter_id FOREIGN KEY (shelter_id) REFERENCES public.places_shelter(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_hold
    ADD CONSTRAINT places_hold_unit_id_6920ace0_fk_places_unit_id FOREIGN KEY (unit_id) REFERENCES public.places_unit(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_incident
    ADD CONSTRAINT places_incident_organisation_id_12c34880_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_incident
    ADD CONSTRAINT places_incident_shelter_id_21ee0383_fk_places_shelter_id FOREIGN KEY (shelter_id) REFERENCES public.places_shelter(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_markend
    ADD CONSTRAINT places_markend_apart_id_070a7d82_fk_places_apart_id FOREIGN KEY (apart_id) REFERENCES public.places_apart(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_markend
    ADD CONSTRAINT places_markend_carried_id_04e3ac8e_fk_places_carried_id FOREIGN KEY (carried_id) REFERENCES public.places_carried(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_markend
    ADD CONSTRAINT places_markend_organisation_id_b515141c_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_occupancy
    ADD CONSTRAINT places_occupancy_bed_id_4edf7e49_fk_places_bed_id FOREIGN KEY (bed_id) REFERENCES public.places_bed(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_occupancy
    ADD CONSTRAINT places_occupancy_hold_id_2e65669f_fk_places_hold_id FOREIGN KEY (hold_id) REFERENCES public.places_hold(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_privatereason
    ADD CONSTRAINT places_privatereason_hold_id_b41161fa_fk_places_hold_id FOREIGN KEY (hold_id) REFERENCES public.places_hold(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_privatereason
    ADD CONSTRAINT places_privatereason_organisation_id_2b92df04_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_question
    ADD CONSTRAINT places_question_hold_id_9857c9a7_fk_places_hold_id FOREIGN KEY (hold_id) REFERENCES public.places_hold(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_question
    ADD CONSTRAINT places_question_request_id_dcb15469_fk_places_request_id FOREIGN KEY (request_id) REFERENCES public.places_request(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_refusedbyher
    ADD CONSTRAINT places_refusedbyher_organisation_id_76a605f9_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_refusedbyher
    ADD CONSTRAINT places_refusedbyher_request_id_a95b2963_fk_places_request_id FOREIGN KEY (request_id) REFERENCES public.places_request(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_refusedbyher
    ADD CONSTRAINT places_refusedbyher_shelter_id_d23268cb_fk_places_shelter_id FOREIGN KEY (shelter_id) REFERENCES public.places_shelter(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_request
    ADD CONSTRAINT places_request_organisation_id_fd2c8e1f_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_request
    ADD CONSTRAINT places_request_told_to_id_736f1d71_fk_directory_organisation_id FOREIGN KEY (told_to_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_shelter
    ADD CONSTRAINT places_shelter_organisation_id_20bf2106_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_shelterchange
    ADD CONSTRAINT places_shelterchange_organisation_id_4c7b24b0_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_shelterchange
    ADD CONSTRAINT places_shelterchange_shelter_id_28c20763_fk_places_shelter_id FOREIGN KEY (shelter_id) REFERENCES public.places_shelter(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_shelterchange
    ADD CONSTRAINT places_shelterchange_unit_id_b84c12f5_fk_places_unit_id FOREIGN KEY (unit_id) REFERENCES public.places_unit(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_sheltervoice
    ADD CONSTRAINT places_sheltervoice_keeper_id_7061bc2a_fk_directory FOREIGN KEY (keeper_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_sheltervoice
    ADD CONSTRAINT places_sheltervoice_organisation_id_86194e5b_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_sheltervoice
    ADD CONSTRAINT places_sheltervoice_shelter_id_efe3afd9_fk_places_shelter_id FOREIGN KEY (shelter_id) REFERENCES public.places_shelter(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_unit
    ADD CONSTRAINT places_unit_organisation_id_26a755a8_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_unit
    ADD CONSTRAINT places_unit_shelter_id_efdf7d49_fk_places_shelter_id FOREIGN KEY (shelter_id) REFERENCES public.places_shelter(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_voicereminder
    ADD CONSTRAINT places_voicereminder_organisation_id_f9db9583_fk_directory FOREIGN KEY (organisation_id) REFERENCES public.directory_organisation(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.places_voicereminder
    ADD CONSTRAINT places_voicereminder_shelter_id_dc1c9617_fk_places_shelter_id FOREIGN KEY (shelter_id) REFERENCES public.places_shelter(id) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY public.procrastinate_events
    ADD CONSTRAINT procrastinate_events_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.procrastinate_jobs(id) ON DELETE CASCADE;

ALTER TABLE ONLY public.procrastinate_jobs
    ADD CONSTRAINT procrastinate_jobs_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES public.procrastinate_workers(id) ON DELETE SET NULL;

ALTER TABLE ONLY public.procrastinate_periodic_defers
    ADD CONSTRAINT procrastinate_periodic_defers_job_id_fkey FOREIGN KEY (job_id) REFERENCES public.procrastinate_jobs(id);

ALTER TABLE ONLY public.cases_referral
    ADD CONSTRAINT referral_of_its_owner FOREIGN KEY (case_id, person_id, owner_id) REFERENCES public.cases_case(id, person_id, organisation_id);

ALTER TABLE ONLY public.cases_requisition
    ADD CONSTRAINT requisition_of_its_owner FOREIGN KEY (case_id, person_id, owner_id) REFERENCES public.cases_case(id, person_id, organisation_id);

ALTER TABLE ONLY public.cases_sealedrecord
    ADD CONSTRAINT sealed_record_of_its_owner FOREIGN KEY (person_id, owner_id) REFERENCES public.cases_person(id, organisation_id);

ALTER TABLE ONLY public.cases_task
    ADD CONSTRAINT task_of_its_view FOREIGN KEY (view_id, case_id, organisation_id, owner_id) REFERENCES public.cases_view(id, case_id, organisation_id, owner_id);

ALTER TABLE ONLY public.cases_breakglass
    ADD CONSTRAINT urgency_of_its_owner FOREIGN KEY (case_id, person_id, owner_id) REFERENCES public.cases_case(id, person_id, organisation_id);

ALTER TABLE ONLY public.cases_view
    ADD CONSTRAINT view_of_its_owner FOREIGN KEY (case_id, owner_id) REFERENCES public.cases_case(id, organisation_id);

ALTER TABLE keys.actor_key ENABLE ROW LEVEL SECURITY;

CREATE POLICY "asked by who took a share back" ON keys.person_key_rotation FOR INSERT WITH CHECK (((( SELECT public.acting('kind'::text) AS acting) = 'system'::text) AND (organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))));

CREATE POLICY "erased by the owner" ON keys.person_key_rotation TO repere_owner USING ((person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK (false);

CREATE POLICY "erased by the owner" ON keys.person_key_wrap TO repere_owner USING ((person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK (false);

CREATE POLICY "for oneself, or shared by a holder" ON keys.person_key_wrap FOR INSERT WITH CHECK (((( SELECT public.acting('kind'::text) AS acting) = 'system'::text) AND (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (shared_by_id IS NULL)) OR ((shared_by_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND public.holds_key_of(person_id, ( SELECT (public.acting('organisation'::text))::uuid AS acting))))));

CREATE POLICY "held or shared by who acts" ON keys.person_key_wrap FOR SELECT USING (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (shared_by_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))));

ALTER TABLE keys.index_key ENABLE ROW LEVEL SECURITY;

CREATE POLICY "kept by the owner" ON keys.index_key TO repere_owner USING (( SELECT (current_setting('repere.work'::text, true) = 'keys'::text))) WITH CHECK (( SELECT (current_setting('repere.work'::text, true) = 'keys'::text)));

CREATE POLICY "kept by the owner" ON keys.organisation_key TO repere_owner USING (( SELECT (current_setting('repere.work'::text, true) = 'keys'::text))) WITH CHECK (( SELECT (current_setting('repere.work'::text, true) = 'keys'::text)));

CREATE POLICY "kept by the owner" ON keys.organisation_key_pair TO repere_owner USING (( SELECT (current_setting('repere.work'::text, true) = 'keys'::text))) WITH CHECK (( SELECT (current_setting('repere.work'::text, true) = 'keys'::text)));

CREATE POLICY "kept by the owner" ON keys.person_key_rotation TO repere_owner USING (( SELECT (current_setting('repere.work'::text, true) = 'keys'::text))) WITH CHECK (( SELECT (current_setting('repere.work'::text, true) = 'keys'::text)));

CREATE POLICY "kept by the owner" ON keys.person_key_wrap TO repere_owner USING (( SELECT (current_setting('repere.work'::text, true) = 'keys'::text))) WITH CHECK (( SELECT (current_setting('repere.work'::text, true) = 'keys'::text)));

CREATE POLICY "made by who acts for it" ON keys.organisation_key_pair FOR INSERT WITH CHECK (((( SELECT public.acting('kind'::text) AS acting) = 'system'::text) AND (organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (version = 1)));

ALTER TABLE keys.organisation_key ENABLE ROW LEVEL SECURITY;

ALTER TABLE keys.organisation_key_pair ENABLE ROW LEVEL SECURITY;

ALTER TABLE keys.person_key_rotation ENABLE ROW LEVEL SECURITY;

ALTER TABLE keys.person_key_wrap ENABLE ROW LEVEL SECURITY;

CREATE POLICY "read by who acts for it" ON keys.index_key FOR SELECT USING ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)));

CREATE POLICY "seen by who asked" ON keys.person_key_rotation FOR SELECT USING ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)));

CREATE POLICY "the owner looks for whom to erase" ON keys.person_key_wrap FOR SELECT TO repere_owner USING (( SELECT (current_setting('repere.work'::text, true) = 'erasing'::text)));

CREATE POLICY "the owner of the function" ON keys.actor_key TO repere_owner USING (true) WITH CHECK (true);

CREATE POLICY "what was shared may be taken back" ON keys.person_key_wrap FOR DELETE USING (((( SELECT public.acting('kind'::text) AS acting) = 'system'::text) AND ((shared_by_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)))));

CREATE POLICY "who acts may close for a receiver" ON keys.organisation_key_pair FOR SELECT USING ((( SELECT (public.acting('organisation'::text))::uuid AS acting) IS NOT NULL));

CREATE POLICY "who acts may make a first key" ON keys.organisation_key FOR INSERT WITH CHECK (((( SELECT public.acting('kind'::text) AS acting) = 'system'::text) AND (organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (version = 1)));

CREATE POLICY "who acts may wrap for a receiver" ON keys.organisation_key FOR SELECT USING ((( SELECT (public.acting('organisation'::text))::uuid AS acting) IS NOT NULL));

CREATE POLICY "a row is written by who acts" ON public.ledger_entry FOR INSERT WITH CHECK ((( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name))) OR ((( SELECT public.acting('kind'::text) AS acting) IS NOT NULL) AND (NOT (actor_id IS DISTINCT FROM ( SELECT (public.acting('user'::text))::uuid AS acting))) AND (NOT (organisation_id IS DISTINCT FROM ( SELECT (public.acting('organisation'::text))::uuid AS acting))))));

CREATE POLICY "accepted at the door" ON public.accounts_membership FOR UPDATE USING ((( SELECT public.acting('kind'::text) AS acting) = 'sign_in'::text)) WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'sign_in'::text));

ALTER TABLE public.accounts_application ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_factorreset ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_invitation ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_membership ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_outsideidentity ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_signedin ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_signinbucket ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_usedcode ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_user ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.accounts_vettingstep ENABLE ROW LEVEL SECURITY;

CREATE POLICY "added by its organisation" ON public.cases_freeze FOR INSERT WITH CHECK (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "added by its organisation" ON public.cases_readername FOR INSERT WITH CHECK (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "added by the house" ON public.accounts_signedin FOR INSERT WITH CHECK (((user_id = ( SELECT (public.acting('user'::text))::uuid AS acting)) AND (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "added by the house" ON public.accounts_usedcode FOR INSERT WITH CHECK (((user_id = ( SELECT (public.acting('user'::text))::uuid AS acting)) AND (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "added by the house" ON public.mfa_authenticator FOR INSERT WITH CHECK (((user_id = ( SELECT (public.acting('user'::text))::uuid AS acting)) AND (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "added by the verbs" ON public.places_alert AS RESTRICTIVE FOR INSERT TO repere_web WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "added by the verbs" ON public.places_apart AS RESTRICTIVE FOR INSERT TO repere_web WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "added by the verbs" ON public.places_arrival AS RESTRICTIVE FOR INSERT TO repere_web WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "added by the verbs" ON public.places_bed AS RESTRICTIVE FOR INSERT TO repere_web WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "added by the verbs" ON public.places_carried AS RESTRICTIVE FOR INSERT TO repere_web WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "added by the verbs" ON public.places_event AS RESTRICTIVE FOR INSERT TO repere_web WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "added by the verbs" ON public.places_formerneeds AS RESTRICTIVE FOR INSERT TO repere_web WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "added by the verbs" ON public.places_hold AS RESTRICTIVE FOR INSERT TO repere_web WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "added by the verbs" ON public.places_incident AS RESTRICTIVE FOR INSERT TO repere_web WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "added by the verbs" ON public.places_markend AS RESTRICTIVE FOR INSERT TO repere_web WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "added by the verbs" ON public.places_occupancy AS RESTRICTIVE FOR INSERT TO repere_web WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "added by the verbs" ON public.places_privatereason AS RESTRICTIVE FOR INSERT TO repere_web WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "added by the verbs" ON public.places_question AS RESTRICTIVE FOR INSERT TO repere_web WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "added by the verbs" ON public.places_refusedbyher AS RESTRICTIVE FOR INSERT TO repere_web WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "added by the verbs" ON public.places_request AS RESTRICTIVE FOR INSERT TO repere_web WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "added by the verbs" ON public.places_shelter AS RESTRICTIVE FOR INSERT TO repere_web WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "added by the verbs" ON public.places_shelterchange AS RESTRICTIVE FOR INSERT TO repere_web WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "added by the verbs" ON public.places_sheltervoice AS RESTRICTIVE FOR INSERT TO repere_web WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "added by the verbs" ON public.places_unit AS RESTRICTIVE FOR INSERT TO repere_web WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "added by the verbs" ON public.places_voicereminder AS RESTRICTIVE FOR INSERT TO repere_web WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "added for its organisation" ON public.cases_alert FOR INSERT WITH CHECK ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)));

CREATE POLICY "added for its organisation" ON public.cases_canary FOR INSERT WITH CHECK (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "an organisation reads its own rows" ON public.ledger_entry FOR SELECT USING ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)));

CREATE POLICY "answered by the shelter, given back by who asked" ON public.places_hold FOR UPDATE USING (((host_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR ((asking_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (listed OR said_yes)) OR (( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name))) AND (( SELECT (public.acting('organisation'::text))::uuid AS acting) IS NULL)))) WITH CHECK ((((( SELECT public.acting('kind'::text) AS acting) = 'system'::text) AND (((host_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (((state)::text <> ALL (ARRAY[('accepted'::character varying)::text, ('arrived'::character varying)::text])) OR (EXISTS ( SELECT
   FROM public.directory_organisation o
  WHERE ((o.id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND ((o.state)::text = 'active'::text)))))) OR ((asking_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND ((state)::text = 'withdrawn'::text)))) OR (( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name))) AND (( SELECT (public.acting('organisation'::text))::uuid AS acting) IS NULL) AND ((state)::text = ANY (ARRAY[('expired'::character varying)::text, ('withdrawn'::character varying)::text])))));

CREATE POLICY "answered by who asked for the place" ON public.places_question FOR UPDATE USING (((request_id IN ( SELECT r.id
   FROM public.places_request r
  WHERE (r.organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)))) AND (answered_at IS NULL))) WITH CHECK (((request_id IN ( SELECT r.id
   FROM public.places_request r
  WHERE (r.organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)))) AND (answered_at IS NOT NULL)));

CREATE POLICY "applied or undone" ON public.directory_importbatch FOR UPDATE USING ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))) WITH CHECK ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)));

CREATE POLICY "asked by an administrator" ON public.accounts_factorreset FOR INSERT WITH CHECK ((((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (organisation_id IN ( SELECT o.id
   FROM public.directory_organisation o
  WHERE (o.sponsor_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))))) AND (( SELECT public.acting('role'::text) AS acting) = ANY (ARRAY['administrator'::text, 'system'::text])) AND (first_by_id = ( SELECT (public.acting('user'::text))::uuid AS acting))));

CREATE POLICY "asked by oneself" ON public.directory_question FOR INSERT WITH CHECK (((user_id = ( SELECT (public.acting('user'::text))::uuid AS acting)) AND (organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))));

CREATE POLICY "asked by the house" ON public.places_question FOR INSERT WITH CHECK ((((hold_id, request_id) IN ( SELECT h.id,
    h.request_id
   FROM public.places_hold h
  WHERE ((h.host_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (((h.state)::text = 'arrived'::text) OR (((h.state)::text = ANY (ARRAY[('asked'::character varying)::text, ('accepted'::character varying)::text])) AND (EXISTS ( SELECT
           FROM public.directory_organisation o
          WHERE ((o.id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND ((o.state)::text = 'active'::text))))))))) AND (answered_at IS NULL)));

CREATE POLICY "asked by us, or of us" ON public.places_question FOR SELECT USING ((((hold_id, request_id) IN ( SELECT h.id,
    h.request_id
   FROM public.places_hold h
  WHERE ((h.host_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (((h.state)::text = 'arrived'::text) OR (((h.state)::text = ANY (ARRAY[('asked'::character varying)::text, ('accepted'::character varying)::text])) AND (EXISTS ( SELECT
           FROM public.directory_organisation o
          WHERE ((o.id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND ((o.state)::text = 'active'::text))))))))) OR (request_id IN ( SELECT r.id
   FROM public.places_request r
  WHERE (r.organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))))));

CREATE POLICY "asked by us, or of us" ON public.places_sheltervoice FOR SELECT USING (((keeper_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))));

CREATE POLICY "asked by whoever keeps the shelter" ON public.places_sheltervoice FOR INSERT WITH CHECK (((keeper_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (organisation_id <> ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (said_at IS NULL) AND (user_id IS NULL) AND ((shelter_id, (zone)::text) IN ( SELECT s.id,
    s.zone
   FROM public.places_shelter s
  WHERE (s.organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))))));

CREATE POLICY "asked in one's own name" ON public.places_markend FOR INSERT WITH CHECK (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (user_id = ( SELECT (public.acting('user'::text))::uuid AS acting)) AND (second_user_id IS NULL) AND ((apart_id IN ( SELECT a.id
   FROM public.places_apart a
  WHERE (a.organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)))) OR ((carried_id IN ( SELECT c.id
   FROM public.places_carried c
  WHERE (c.organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)))) AND (decided_at IS NULL)))));

CREATE POLICY "asked in one's own name" ON public.places_request FOR INSERT WITH CHECK (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (user_id = ( SELECT (public.acting('user'::text))::uuid AS acting))));

CREATE POLICY "asked of a listed unit" ON public.places_hold FOR INSERT WITH CHECK (((asking_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (( SELECT public.acting('kind'::text) AS acting) = 'system'::text) AND listed AND (NOT said_yes) AND ((state)::text = 'asked'::text) AND ((unit_id, shelter_id, host_id) IN ( SELECT u.id,
    u.shelter_id,
    u.organisation_id
   FROM public.places_unit u
  WHERE u.listed)) AND (host_id IN ( SELECT o.id
   FROM public.directory_organisation o
  WHERE ((o.state)::text = 'active'::text))) AND (shelter_id IN ( SELECT s.id
   FROM public.places_shelter s
  WHERE (s.vouched_at IS NOT NULL)))));

CREATE POLICY "asked of us, or by us" ON public.places_hold FOR SELECT USING (((host_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR ((asking_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (listed OR said_yes)) OR (listed AND (( SELECT public.acting('role'::text) AS acting) = 'coordination'::text)) OR (( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name))) AND (( SELECT (public.acting('organisation'::text))::uuid AS acting) IS NULL))));

CREATE POLICY "begun by its job" ON public.ledger_comparison FOR INSERT TO repere_worker WITH CHECK (( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name))));

CREATE POLICY "brought by oneself" ON public.directory_importbatch FOR INSERT WITH CHECK (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (user_id = ( SELECT (public.acting('user'::text))::uuid AS acting))));

CREATE POLICY "by application or founding" ON public.directory_organisation FOR INSERT WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = ANY (ARRAY['sign_in'::text, 'system'::text])));

CREATE POLICY "by the job that publishes" ON public.directory_regionkept USING (( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name)))) WITH CHECK (( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name))));

CREATE POLICY "by tier" ON public.directory_service FOR SELECT USING ((((tier = 0) AND (( SELECT (public.acting('organisation'::text))::uuid AS acting) IS NOT NULL)) OR (organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (( SELECT (public.acting('organisation'::text))::uuid AS acting) = ANY (known_to)) OR ((tier = 1) AND (EXISTS ( SELECT
   FROM public.directory_organisation o
  WHERE ((o.id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND ((o.state)::text = 'active'::text))))) OR (( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name))) AND (tier <= 1))));

CREATE POLICY "by tier" ON public.directory_structure FOR SELECT USING ((((tier = 0) AND (( SELECT (public.acting('organisation'::text))::uuid AS acting) IS NOT NULL)) OR (organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (( SELECT (public.acting('organisation'::text))::uuid AS acting) = ANY (known_to)) OR ((tier = 1) AND (EXISTS ( SELECT
   FROM public.directory_organisation o
  WHERE ((o.id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND ((o.state)::text = 'active'::text))))) OR (( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name))) AND (tier <= 1))));

CREATE POLICY "by who acts for an organisation" ON public.directory_organisation FOR UPDATE USING (((( SELECT (public.acting('organisation'::text))::uuid AS acting) IS NOT NULL) OR ( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name))))) WITH CHECK (((( SELECT (public.acting('organisation'::text))::uuid AS acting) IS NOT NULL) OR ( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name)))));

CREATE POLICY "carried on by its job" ON public.ledger_comparison FOR UPDATE TO repere_worker USING (( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name)))) WITH CHECK (( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name))));

ALTER TABLE public.cases_alert ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_assignment ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_breakglass ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_calendaraddress ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_canary ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_capsule ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_case ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_conflictofinterest ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_consent ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_consentcopy ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_draft ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_erasure ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_extract ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_fact ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_finding ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_freeze ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_grant ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_handover ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_hold ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_jointstep ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_keptawaynote ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_letter ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_mailwish ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_nametoken ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_notice ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_offer ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_paper ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_person ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_readername ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_receipt ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_referral ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_reminder ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_requisition ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_retainedcount ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_sealedrecord ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_spokenlanguages ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_task ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_teampractice ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_tombstone ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.cases_view ENABLE ROW LEVEL SECURITY;

CREATE POLICY "changed by herself" ON public.accounts_signedin FOR UPDATE USING ((user_id = ( SELECT (public.acting('user'::text))::uuid AS acting))) WITH CHECK ((user_id = ( SELECT (public.acting('user'::text))::uuid AS acting)));

CREATE POLICY "changed by herself" ON public.accounts_user FOR UPDATE USING (((id = ( SELECT (public.acting('user'::text))::uuid AS acting)) OR (( SELECT public.acting('kind'::text) AS acting) = 'sign_in'::text) OR ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text) AND (EXISTS ( SELECT
   FROM public.accounts_membership m
  WHERE ((m.user_id = accounts_user.id) AND (m.accepted_at IS NOT NULL) AND ((m.organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (m.organisation_id IN ( SELECT o.id
           FROM public.directory_organisation o
          WHERE (o.sponsor_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))))))))))) WITH CHECK (((id = ( SELECT (public.acting('user'::text))::uuid AS acting)) OR (( SELECT public.acting('kind'::text) AS acting) = 'sign_in'::text) OR ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text) AND (EXISTS ( SELECT
   FROM public.accounts_membership m
  WHERE ((m.user_id = accounts_user.id) AND (m.accepted_at IS NOT NULL) AND ((m.organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (m.organisation_id IN ( SELECT o.id
           FROM public.directory_organisation o
          WHERE (o.sponsor_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)))))))))));

CREATE POLICY "changed by the house" ON public.accounts_usedcode FOR UPDATE USING (((user_id = ( SELECT (public.acting('user'::text))::uuid AS acting)) AND (( SELECT public.acting('kind'::text) AS acting) = 'system'::text))) WITH CHECK (((user_id = ( SELECT (public.acting('user'::text))::uuid AS acting)) AND (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "changed by the house" ON public.mfa_authenticator FOR UPDATE USING (((user_id = ( SELECT (public.acting('user'::text))::uuid AS acting)) AND (( SELECT public.acting('kind'::text) AS acting) = 'system'::text))) WITH CHECK (((user_id = ( SELECT (public.acting('user'::text))::uuid AS acting)) AND (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "changed by the organisation or its sponsor" ON public.accounts_membership FOR UPDATE USING ((((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (organisation_id IN ( SELECT o.id
   FROM public.directory_organisation o
  WHERE (o.sponsor_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))))) AND (( SELECT public.acting('role'::text) AS acting) = ANY (ARRAY['administrator'::text, 'system'::text])))) WITH CHECK ((((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (organisation_id IN ( SELECT o.id
   FROM public.directory_organisation o
  WHERE (o.sponsor_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))))) AND (( SELECT public.acting('role'::text) AS acting) = ANY (ARRAY['administrator'::text, 'system'::text]))));

CREATE POLICY "changed by the verbs" ON public.places_alert AS RESTRICTIVE FOR UPDATE TO repere_web USING (true) WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "changed by the verbs" ON public.places_apart AS RESTRICTIVE FOR UPDATE TO repere_web USING (true) WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "changed by the verbs" ON public.places_arrival AS RESTRICTIVE FOR UPDATE TO repere_web USING (true) WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "changed by the verbs" ON public.places_bed AS RESTRICTIVE FOR UPDATE TO repere_web USING (true) WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "changed by the verbs" ON public.places_carried AS RESTRICTIVE FOR UPDATE TO repere_web USING (true) WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "changed by the verbs" ON public.places_event AS RESTRICTIVE FOR UPDATE TO repere_web USING (true) WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "changed by the verbs" ON public.places_formerneeds AS RESTRICTIVE FOR UPDATE TO repere_web USING (true) WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "changed by the verbs" ON public.places_hold AS RESTRICTIVE FOR UPDATE TO repere_web USING (true) WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "changed by the verbs" ON public.places_incident AS RESTRICTIVE FOR UPDATE TO repere_web USING (true) WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "changed by the verbs" ON public.places_markend AS RESTRICTIVE FOR UPDATE TO repere_web USING (true) WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "changed by the verbs" ON public.places_occupancy AS RESTRICTIVE FOR UPDATE TO repere_web USING (true) WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "changed by the verbs" ON public.places_privatereason AS RESTRICTIVE FOR UPDATE TO repere_web USING (true) WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "changed by the verbs" ON public.places_question AS RESTRICTIVE FOR UPDATE TO repere_web USING (true) WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "changed by the verbs" ON public.places_refusedbyher AS RESTRICTIVE FOR UPDATE TO repere_web USING (true) WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "changed by the verbs" ON public.places_request AS RESTRICTIVE FOR UPDATE TO repere_web USING (true) WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "changed by the verbs" ON public.places_shelter AS RESTRICTIVE FOR UPDATE TO repere_web USING (true) WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "changed by the verbs" ON public.places_shelterchange AS RESTRICTIVE FOR UPDATE TO repere_web USING (true) WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "changed by the verbs" ON public.places_sheltervoice AS RESTRICTIVE FOR UPDATE TO repere_web USING (true) WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "changed by the verbs" ON public.places_unit AS RESTRICTIVE FOR UPDATE TO repere_web USING (true) WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "changed by the verbs" ON public.places_voicereminder AS RESTRICTIVE FOR UPDATE TO repere_web USING (true) WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "changed by us, or received before" ON public.places_formerneeds FOR SELECT USING (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR ((request_id IN ( SELECT h.request_id
   FROM public.places_hold h
  WHERE ((h.host_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (((h.state)::text = 'arrived'::text) OR (((h.state)::text = ANY (ARRAY[('asked'::character varying)::text, ('accepted'::character varying)::text])) AND (EXISTS ( SELECT
           FROM public.directory_organisation o
          WHERE ((o.id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND ((o.state)::text = 'active'::text))))))))) AND (EXISTS ( SELECT
   FROM public.places_hold h
  WHERE ((h.request_id = places_formerneeds.request_id) AND (h.host_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (h.asked_at <= places_formerneeds.created_at)))))));

CREATE POLICY "changed by who keeps it" ON public.directory_convention FOR UPDATE USING ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))) WITH CHECK ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)));

CREATE POLICY "changed by who keeps it" ON public.directory_service FOR UPDATE USING ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))) WITH CHECK ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)));

CREATE POLICY "changed by who keeps it" ON public.directory_structure FOR UPDATE USING ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))) WITH CHECK ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)));

CREATE POLICY "changed by whoever keeps it" ON public.places_bed FOR UPDATE USING ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))) WITH CHECK ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)));

CREATE POLICY "changed by whoever keeps it" ON public.places_shelter FOR UPDATE USING ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))) WITH CHECK ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)));

CREATE POLICY "changed by whoever keeps it" ON public.places_unit FOR UPDATE USING ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))) WITH CHECK ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)));

CREATE POLICY "compared for its organisation" ON public.cases_readername FOR SELECT USING ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)));

CREATE POLICY "confirmed by another" ON public.accounts_factorreset FOR UPDATE USING ((((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (organisation_id IN ( SELECT o.id
   FROM public.directory_organisation o
  WHERE (o.sponsor_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))))) AND (( SELECT public.acting('role'::text) AS acting) = ANY (ARRAY['administrator'::text, 'system'::text])))) WITH CHECK ((((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (organisation_id IN ( SELECT o.id
   FROM public.directory_organisation o
  WHERE (o.sponsor_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))))) AND (second_by_id = ( SELECT (public.acting('user'::text))::uuid AS acting))));

CREATE POLICY "counted by the guard" ON public.accounts_factorreset FOR SELECT TO repere_owner USING (true);

CREATE POLICY "counted by the guard" ON public.accounts_membership FOR SELECT TO repere_owner USING (true);

CREATE POLICY "counted by the guard" ON public.accounts_vettingstep FOR SELECT TO repere_owner USING (true);

CREATE POLICY "counted by the guard" ON public.directory_contact FOR SELECT TO repere_owner USING (true);

CREATE POLICY "counted by the guard" ON public.directory_structure FOR SELECT TO repere_owner USING (true);

CREATE POLICY "counted by the guard" ON public.directory_voice FOR SELECT TO repere_owner USING (true);

CREATE POLICY "counted by the guard" ON public.places_bed FOR SELECT TO repere_owner USING (true);

CREATE POLICY "counted by the guard" ON public.places_hold FOR SELECT TO repere_owner USING (true);

CREATE POLICY "counted by the guard" ON public.places_occupancy FOR SELECT TO repere_owner USING (true);

CREATE POLICY "counted by the guard" ON public.places_shelter FOR SELECT TO repere_owner USING (true);

CREATE POLICY "counted by the guard" ON public.places_sheltervoice FOR SELECT TO repere_owner USING (true);

CREATE POLICY "counted by the owner" ON public.cases_retainedcount TO repere_owner USING (true) WITH CHECK (true);

CREATE POLICY "decided in one's own name" ON public.places_markend FOR UPDATE USING (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (decided_at IS NULL))) WITH CHECK (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (second_user_id = ( SELECT (public.acting('user'::text))::uuid AS acting)) AND (decided_at IS NOT NULL) AND ((NOT ended) OR (user_id <> ( SELECT (public.acting('user'::text))::uuid AS acting)))));

ALTER TABLE public.directory_contact ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.directory_convention ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.directory_importbatch ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.directory_importchange ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.directory_mailboxlink ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.directory_mandate ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.directory_organisation ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.directory_outcome ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.directory_question ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.directory_regionkept ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.directory_reminderletter ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.directory_secret ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.directory_service ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.directory_structure ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.directory_voice ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.django_session ENABLE ROW LEVEL SECURITY;

CREATE POLICY "ended by the command" ON public.ledger_witness FOR UPDATE TO repere_web USING (((( SELECT public.acting('kind'::text) AS acting) = 'system'::text) AND (( SELECT (public.acting('user'::text))::uuid AS acting) IS NULL))) WITH CHECK (((( SELECT public.acting('kind'::text) AS acting) = 'system'::text) AND (( SELECT (public.acting('user'::text))::uuid AS acting) IS NULL)));

CREATE POLICY "ended by the house" ON public.places_apart FOR UPDATE USING (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (( SELECT public.acting('kind'::text) AS acting) = 'system'::text))) WITH CHECK (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "ended by the house" ON public.places_carried FOR UPDATE USING (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (( SELECT public.acting('kind'::text) AS acting) = 'system'::text))) WITH CHECK (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "ended or confirmed" ON public.directory_mandate FOR UPDATE USING (((service_id IN ( SELECT s.id
   FROM public.directory_service s)) AND ((EXISTS ( SELECT
   FROM public.directory_organisation o
  WHERE ((o.id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND ((o.state)::text = 'active'::text)))) OR (service_id IN ( SELECT s.id
   FROM public.directory_service s
  WHERE (s.organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))))))) WITH CHECK (((service_id IN ( SELECT s.id
   FROM public.directory_service s)) AND ((EXISTS ( SELECT
   FROM public.directory_organisation o
  WHERE ((o.id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND ((o.state)::text = 'active'::text)))) OR (service_id IN ( SELECT s.id
   FROM public.directory_service s
  WHERE (s.organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)))))));

CREATE POLICY "ended with its hold" ON public.places_occupancy FOR UPDATE USING (((hold_id IN ( SELECT h.id
   FROM public.places_hold h
  WHERE ((h.host_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (h.asking_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))))) OR (( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name))) AND (( SELECT (public.acting('organisation'::text))::uuid AS acting) IS NULL)))) WITH CHECK ((((hold_id IN ( SELECT h.id
   FROM public.places_hold h
  WHERE ((h.host_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (h.asking_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))))) AND (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)) OR (( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name))) AND (( SELECT (public.acting('organisation'::text))::uuid AS acting) IS NULL))));

CREATE POLICY "followed by both" ON public.places_request FOR UPDATE USING (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (id IN ( SELECT h.request_id
   FROM public.places_hold h
  WHERE ((h.host_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (((h.state)::text = 'arrived'::text) OR (((h.state)::text = ANY (ARRAY[('asked'::character varying)::text, ('accepted'::character varying)::text])) AND (EXISTS ( SELECT
           FROM public.directory_organisation o
          WHERE ((o.id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND ((o.state)::text = 'active'::text))))))))) OR (( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name))) AND (( SELECT (public.acting('organisation'::text))::uuid AS acting) IS NULL)))) WITH CHECK (true);

CREATE POLICY "for a hold of ours" ON public.places_occupancy FOR INSERT WITH CHECK (((hold_id IN ( SELECT h.id
   FROM public.places_hold h
  WHERE ((h.host_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (h.asking_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))))) AND (bed_id IN ( SELECT b.id
   FROM public.places_bed b)) AND (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "for shelters of the zone" ON public.places_alert FOR SELECT USING ((((EXISTS ( SELECT
   FROM public.directory_organisation o
  WHERE ((o.id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND ((o.state)::text = 'active'::text)))) AND (EXISTS ( SELECT
   FROM public.places_shelter s
  WHERE ((s.organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND ((s.zone)::text = (places_alert.zone)::text) AND (s.zone_since < places_alert."on") AND (s.vouched_at IS NOT NULL))))) OR ((EXISTS ( SELECT
   FROM public.directory_organisation o
  WHERE ((o.id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND ((o.state)::text = 'active'::text)))) AND (id IN ( SELECT i.alert
   FROM public.places_incident i
  WHERE (i.organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)))))));

CREATE POLICY "for who seeks or hosts" ON public.places_alert AS RESTRICTIVE TO repere_web USING (((( SELECT public.acting('role'::text) AS acting) = ANY (ARRAY['case_worker'::text, 'child_protection'::text, 'gendarmerie'::text, 'health_worker'::text, 'labour_inspector'::text, 'lawyer'::text, 'local_authority'::text, 'outreach_worker'::text, 'police'::text, 'prosecutor'::text, 'shelter_worker'::text, 'youth_justice'::text])) OR (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "for who seeks or hosts" ON public.places_apart AS RESTRICTIVE TO repere_web USING (((( SELECT public.acting('role'::text) AS acting) = ANY (ARRAY['case_worker'::text, 'child_protection'::text, 'gendarmerie'::text, 'health_worker'::text, 'labour_inspector'::text, 'lawyer'::text, 'local_authority'::text, 'outreach_worker'::text, 'police'::text, 'prosecutor'::text, 'shelter_worker'::text, 'youth_justice'::text])) OR (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "for who seeks or hosts" ON public.places_arrival AS RESTRICTIVE TO repere_web USING (((( SELECT public.acting('role'::text) AS acting) = ANY (ARRAY['case_worker'::text, 'child_protection'::text, 'gendarmerie'::text, 'health_worker'::text, 'labour_inspector'::text, 'lawyer'::text, 'local_authority'::text, 'outreach_worker'::text, 'police'::text, 'prosecutor'::text, 'shelter_worker'::text, 'youth_justice'::text])) OR (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "for who seeks or hosts" ON public.places_bed AS RESTRICTIVE TO repere_web USING (((( SELECT public.acting('role'::text) AS acting) = ANY (ARRAY['case_worker'::text, 'child_protection'::text, 'coordination'::text, 'gendarmerie'::text, 'health_worker'::text, 'labour_inspector'::text, 'lawyer'::text, 'local_authority'::text, 'outreach_worker'::text, 'police'::text, 'prosecutor'::text, 'shelter_worker'::text, 'youth_justice'::text])) OR (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "for who seeks or hosts" ON public.places_carried AS RESTRICTIVE TO repere_web USING (((( SELECT public.acting('role'::text) AS acting) = ANY (ARRAY['case_worker'::text, 'child_protection'::text, 'gendarmerie'::text, 'health_worker'::text, 'labour_inspector'::text, 'lawyer'::text, 'local_authority'::text, 'outreach_worker'::text, 'police'::text, 'prosecutor'::text, 'shelter_worker'::text, 'youth_justice'::text])) OR (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "for who seeks or hosts" ON public.places_event AS RESTRICTIVE TO repere_web USING (((( SELECT public.acting('role'::text) AS acting) = ANY (ARRAY['case_worker'::text, 'child_protection'::text, 'gendarmerie'::text, 'health_worker'::text, 'labour_inspector'::text, 'lawyer'::text, 'local_authority'::text, 'outreach_worker'::text, 'police'::text, 'prosecutor'::text, 'shelter_worker'::text, 'youth_justice'::text])) OR (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "for who seeks or hosts" ON public.places_formerneeds AS RESTRICTIVE TO repere_web USING (((( SELECT public.acting('role'::text) AS acting) = ANY (ARRAY['case_worker'::text, 'child_protection'::text, 'gendarmerie'::text, 'health_worker'::text, 'labour_inspector'::text, 'lawyer'::text, 'local_authority'::text, 'outreach_worker'::text, 'police'::text, 'prosecutor'::text, 'shelter_worker'::text, 'youth_justice'::text])) OR (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "for who seeks or hosts" ON public.places_hold AS RESTRICTIVE TO repere_web USING (((( SELECT public.acting('role'::text) AS acting) = ANY (ARRAY['case_worker'::text, 'child_protection'::text, 'coordination'::text, 'gendarmerie'::text, 'health_worker'::text, 'labour_inspector'::text, 'lawyer'::text, 'local_authority'::text, 'outreach_worker'::text, 'police'::text, 'prosecutor'::text, 'shelter_worker'::text, 'youth_justice'::text])) OR (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "for who seeks or hosts" ON public.places_incident AS RESTRICTIVE TO repere_web USING (((( SELECT public.acting('role'::text) AS acting) = ANY (ARRAY['case_worker'::text, 'child_protection'::text, 'gendarmerie'::text, 'health_worker'::text, 'labour_inspector'::text, 'lawyer'::text, 'local_authority'::text, 'outreach_worker'::text, 'police'::text, 'prosecutor'::text, 'shelter_worker'::text, 'youth_justice'::text])) OR (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "for who seeks or hosts" ON public.places_markend AS RESTRICTIVE TO repere_web USING (((( SELECT public.acting('role'::text) AS acting) = ANY (ARRAY['case_worker'::text, 'child_protection'::text, 'gendarmerie'::text, 'health_worker'::text, 'labour_inspector'::text, 'lawyer'::text, 'local_authority'::text, 'outreach_worker'::text, 'police'::text, 'prosecutor'::text, 'shelter_worker'::text, 'youth_justice'::text])) OR (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "for who seeks or hosts" ON public.places_occupancy AS RESTRICTIVE TO repere_web USING (((( SELECT public.acting('role'::text) AS acting) = ANY (ARRAY['case_worker'::text, 'child_protection'::text, 'gendarmerie'::text, 'health_worker'::text, 'labour_inspector'::text, 'lawyer'::text, 'local_authority'::text, 'outreach_worker'::text, 'police'::text, 'prosecutor'::text, 'shelter_worker'::text, 'youth_justice'::text])) OR (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "for who seeks or hosts" ON public.places_privatereason AS RESTRICTIVE TO repere_web USING (((( SELECT public.acting('role'::text) AS acting) = ANY (ARRAY['case_worker'::text, 'child_protection'::text, 'gendarmerie'::text, 'health_worker'::text, 'labour_inspector'::text, 'lawyer'::text, 'local_authority'::text, 'outreach_worker'::text, 'police'::text, 'prosecutor'::text, 'shelter_worker'::text, 'youth_justice'::text])) OR (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "for who seeks or hosts" ON public.places_question AS RESTRICTIVE TO repere_web USING (((( SELECT public.acting('role'::text) AS acting) = ANY (ARRAY['case_worker'::text, 'child_protection'::text, 'gendarmerie'::text, 'health_worker'::text, 'labour_inspector'::text, 'lawyer'::text, 'local_authority'::text, 'outreach_worker'::text, 'police'::text, 'prosecutor'::text, 'shelter_worker'::text, 'youth_justice'::text])) OR (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "for who seeks or hosts" ON public.places_refusedbyher AS RESTRICTIVE TO repere_web USING (((( SELECT public.acting('role'::text) AS acting) = ANY (ARRAY['case_worker'::text, 'child_protection'::text, 'coordination'::text, 'gendarmerie'::text, 'health_worker'::text, 'labour_inspector'::text, 'lawyer'::text, 'local_authority'::text, 'outreach_worker'::text, 'police'::text, 'prosecutor'::text, 'shelter_worker'::text, 'youth_justice'::text])) OR (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "for who seeks or hosts" ON public.places_request AS RESTRICTIVE TO repere_web USING (((( SELECT public.acting('role'::text) AS acting) = ANY (ARRAY['case_worker'::text, 'child_protection'::text, 'coordination'::text, 'gendarmerie'::text, 'health_worker'::text, 'labour_inspector'::text, 'lawyer'::text, 'local_authority'::text, 'outreach_worker'::text, 'police'::text, 'prosecutor'::text, 'shelter_worker'::text, 'youth_justice'::text])) OR (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "for who seeks or hosts" ON public.places_shelter AS RESTRICTIVE TO repere_web USING (((( SELECT public.acting('role'::text) AS acting) = ANY (ARRAY['case_worker'::text, 'child_protection'::text, 'coordination'::text, 'gendarmerie'::text, 'health_worker'::text, 'labour_inspector'::text, 'lawyer'::text, 'local_authority'::text, 'outreach_worker'::text, 'police'::text, 'prosecutor'::text, 'shelter_worker'::text, 'youth_justice'::text])) OR (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "for who seeks or hosts" ON public.places_shelterchange AS RESTRICTIVE TO repere_web USING (((( SELECT public.acting('role'::text) AS acting) = ANY (ARRAY['case_worker'::text, 'child_protection'::text, 'gendarmerie'::text, 'health_worker'::text, 'labour_inspector'::text, 'lawyer'::text, 'local_authority'::text, 'outreach_worker'::text, 'police'::text, 'prosecutor'::text, 'shelter_worker'::text, 'youth_justice'::text])) OR (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "for who seeks or hosts" ON public.places_sheltervoice AS RESTRICTIVE TO repere_web USING (((( SELECT public.acting('role'::text) AS acting) = ANY (ARRAY['case_worker'::text, 'child_protection'::text, 'gendarmerie'::text, 'health_worker'::text, 'labour_inspector'::text, 'lawyer'::text, 'local_authority'::text, 'outreach_worker'::text, 'police'::text, 'prosecutor'::text, 'shelter_worker'::text, 'youth_justice'::text])) OR (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "for who seeks or hosts" ON public.places_unit AS RESTRICTIVE TO repere_web USING (((( SELECT public.acting('role'::text) AS acting) = ANY (ARRAY['case_worker'::text, 'child_protection'::text, 'coordination'::text, 'gendarmerie'::text, 'health_worker'::text, 'labour_inspector'::text, 'lawyer'::text, 'local_authority'::text, 'outreach_worker'::text, 'police'::text, 'prosecutor'::text, 'shelter_worker'::text, 'youth_justice'::text])) OR (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "for who seeks or hosts" ON public.places_voicereminder AS RESTRICTIVE TO repere_web USING (((( SELECT public.acting('role'::text) AS acting) = ANY (ARRAY['case_worker'::text, 'child_protection'::text, 'gendarmerie'::text, 'health_worker'::text, 'labour_inspector'::text, 'lawyer'::text, 'local_authority'::text, 'outreach_worker'::text, 'police'::text, 'prosecutor'::text, 'shelter_worker'::text, 'youth_justice'::text])) OR (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "given by who keeps the service" ON public.directory_contact FOR INSERT WITH CHECK (((service_id IN ( SELECT s.id
   FROM public.directory_service s
  WHERE (s.organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)))) AND (entered_by = ( SELECT (public.acting('user'::text))::uuid AS acting)) AND (entered_organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (verified_on IS NULL)));

CREATE POLICY "given by who keeps the service" ON public.directory_secret FOR INSERT WITH CHECK ((service_id IN ( SELECT s.id
   FROM public.directory_service s
  WHERE (s.organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)))));

CREATE POLICY "gone on with" ON public.places_arrival FOR UPDATE USING ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))) WITH CHECK ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)));

CREATE POLICY "heads are no secret" ON public.ledger_seal FOR SELECT USING (true);

CREATE POLICY "her own, those of her organisation" ON public.accounts_membership FOR SELECT USING (((user_id = ( SELECT (public.acting('user'::text))::uuid AS acting)) OR (( SELECT public.acting('kind'::text) AS acting) = 'sign_in'::text) OR ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (organisation_id IN ( SELECT o.id
   FROM public.directory_organisation o
  WHERE (o.sponsor_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)))))));

CREATE POLICY "herself, her colleagues, anybody at the door" ON public.accounts_user FOR SELECT USING (((id = ( SELECT (public.acting('user'::text))::uuid AS acting)) OR (( SELECT public.acting('kind'::text) AS acting) = 'sign_in'::text) OR (EXISTS ( SELECT
   FROM public.accounts_membership m
  WHERE ((m.user_id = accounts_user.id) AND (m.accepted_at IS NOT NULL) AND ((m.organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (m.organisation_id IN ( SELECT o.id
           FROM public.directory_organisation o
          WHERE (o.sponsor_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))))))))));

CREATE POLICY "how many is no secret" ON public.ledger_comparison FOR SELECT USING (true);

CREATE POLICY "invited into one's organisation" ON public.accounts_membership FOR INSERT WITH CHECK (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (( SELECT public.acting('role'::text) AS acting) = ANY (ARRAY['administrator'::text, 'system'::text]))));

CREATE POLICY "its holder while it lasts, and who gave it" ON public.directory_secret FOR SELECT USING ((((holder_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND ((until IS NULL) OR (until > transaction_timestamp()))) OR (service_id IN ( SELECT s.id
   FROM public.directory_service s
  WHERE (s.organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))))));

CREATE POLICY "kept by the owner" ON public.cases_draft TO repere_owner USING (( SELECT (current_setting('repere.work'::text, true) = 'keys'::text))) WITH CHECK (( SELECT (current_setting('repere.work'::text, true) = 'keys'::text)));

CREATE POLICY "kept by the owner" ON public.procrastinate_events TO repere_owner USING (true) WITH CHECK (true);

CREATE POLICY "kept by the shelter" ON public.places_arrival FOR INSERT WITH CHECK (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (hold_id IN ( SELECT h.id
   FROM public.places_hold h
  WHERE ((h.host_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (h.asking_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)))))));

CREATE POLICY "kept by the shelter" ON public.places_privatereason FOR INSERT WITH CHECK ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)));

CREATE POLICY "kept by who changes a request of ours" ON public.places_formerneeds FOR INSERT WITH CHECK (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (user_id = ( SELECT (public.acting('user'::text))::uuid AS acting)) AND (request_id IN ( SELECT r.id
   FROM public.places_request r
  WHERE (r.organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))))));

CREATE POLICY "kept by who enters it" ON public.directory_convention FOR INSERT WITH CHECK ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)));

CREATE POLICY "kept by who enters it" ON public.directory_service FOR INSERT WITH CHECK ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)));

CREATE POLICY "kept by who enters it" ON public.directory_structure FOR INSERT WITH CHECK ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)));

CREATE POLICY "known inside the house" ON public.directory_organisation FOR SELECT USING (true);

CREATE POLICY "known to every process" ON public.cases_tombstone FOR SELECT USING (true);

CREATE POLICY "known to the job of its organisation" ON public.cases_canary FOR SELECT TO repere_worker USING ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)));

ALTER TABLE public.ledger_comparison ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.ledger_dispatch ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.ledger_entry ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.ledger_retention ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.ledger_seal ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.ledger_witness ENABLE ROW LEVEL SECURITY;

CREATE POLICY "left at the door" ON public.accounts_application FOR INSERT WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'sign_in'::text));

CREATE POLICY "left out of counts" ON public.cases_canary FOR SELECT TO repere_owner USING ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)));

CREATE POLICY "lifted by its organisation" ON public.cases_freeze FOR UPDATE USING ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))) WITH CHECK (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "listed, or our own" ON public.places_bed FOR SELECT USING (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (listed AND (EXISTS ( SELECT
   FROM public.directory_organisation o
  WHERE ((o.id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND ((o.state)::text = 'active'::text)))) AND (organisation_id IN ( SELECT o.id
   FROM public.directory_organisation o
  WHERE ((o.state)::text = 'active'::text)))) OR (( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name))) AND (( SELECT (public.acting('organisation'::text))::uuid AS acting) IS NULL))));

CREATE POLICY "listed, or our own" ON public.places_shelter FOR SELECT USING (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (listed AND (EXISTS ( SELECT
   FROM public.directory_organisation o
  WHERE ((o.id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND ((o.state)::text = 'active'::text)))) AND (organisation_id IN ( SELECT o.id
   FROM public.directory_organisation o
  WHERE ((o.state)::text = 'active'::text)))) OR (( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name))) AND (( SELECT (public.acting('organisation'::text))::uuid AS acting) IS NULL))));

CREATE POLICY "listed, or our own" ON public.places_unit FOR SELECT USING (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (listed AND (EXISTS ( SELECT
   FROM public.directory_organisation o
  WHERE ((o.id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND ((o.state)::text = 'active'::text)))) AND (organisation_id IN ( SELECT o.id
   FROM public.directory_organisation o
  WHERE ((o.state)::text = 'active'::text)))) OR (( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name))) AND (( SELECT (public.acting('organisation'::text))::uuid AS acting) IS NULL))));

CREATE POLICY "looked into by its organisation" ON public.cases_alert FOR UPDATE USING ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))) WITH CHECK (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "looked up at the door" ON public.accounts_outsideidentity FOR SELECT USING (true);

CREATE POLICY "made by who invites" ON public.accounts_user FOR INSERT WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "made by whoever keeps it" ON public.places_bed FOR INSERT WITH CHECK ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)));

CREATE POLICY "made by whoever keeps it" ON public.places_shelter FOR INSERT WITH CHECK ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)));

CREATE POLICY "made by whoever keeps it" ON public.places_unit FOR INSERT WITH CHECK ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)));

CREATE POLICY "made for a member" ON public.accounts_invitation FOR INSERT WITH CHECK (((( SELECT public.acting('role'::text) AS acting) = ANY (ARRAY['administrator'::text, 'system'::text])) AND (EXISTS ( SELECT
   FROM public.accounts_membership m
  WHERE ((m.user_id = accounts_invitation.user_id) AND (m.approved_at IS NOT NULL) AND ((m.organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (m.organisation_id IN ( SELECT o.id
           FROM public.directory_organisation o
          WHERE (o.sponsor_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))))))))));

CREATE POLICY "marked by a job that reminds" ON public.directory_convention FOR UPDATE USING (( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name)))) WITH CHECK (( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name))));

ALTER TABLE public.mfa_authenticator ENABLE ROW LEVEL SECURITY;

CREATE POLICY "named by the command" ON public.ledger_witness FOR INSERT TO repere_web WITH CHECK (((( SELECT public.acting('kind'::text) AS acting) = 'system'::text) AND (( SELECT (public.acting('user'::text))::uuid AS acting) IS NULL)));

CREATE POLICY "named by who keeps the service" ON public.directory_mandate FOR INSERT WITH CHECK (((service_id IN ( SELECT s.id
   FROM public.directory_service s
  WHERE (s.organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)))) AND (entered_by = ( SELECT (public.acting('user'::text))::uuid AS acting)) AND (entered_organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (confirmed_by IS NULL)));

CREATE POLICY "of beds one may see" ON public.places_occupancy FOR SELECT USING (((hold_id IN ( SELECT h.id
   FROM public.places_hold h
  WHERE ((h.host_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (h.asking_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))))) OR (( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name))) AND (( SELECT (public.acting('organisation'::text))::uuid AS acting) IS NULL))));

CREATE POLICY "of one's batches" ON public.directory_importchange FOR SELECT USING ((batch_id IN ( SELECT b.id
   FROM public.directory_importbatch b)));

CREATE POLICY "of one's organisation" ON public.accounts_factorreset FOR SELECT USING ((((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (organisation_id IN ( SELECT o.id
   FROM public.directory_organisation o
  WHERE (o.sponsor_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))))) AND (( SELECT public.acting('role'::text) AS acting) = ANY (ARRAY['administrator'::text, 'system'::text]))));

CREATE POLICY "of one's organisation" ON public.directory_importbatch FOR SELECT USING ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)));

CREATE POLICY "of one's own entries" ON public.directory_mailboxlink FOR SELECT USING ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)));

CREATE POLICY "of services one may read" ON public.directory_contact FOR SELECT USING ((((mandate_id IS NULL) AND (service_id IN ( SELECT s.id
   FROM public.directory_service s))) OR ((service_id IN ( SELECT s.id
   FROM public.directory_service s)) AND ((EXISTS ( SELECT
   FROM public.directory_organisation o
  WHERE ((o.id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND ((o.state)::text = 'active'::text)))) OR (service_id IN ( SELECT s.id
   FROM public.directory_service s
  WHERE (s.organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)))))) OR ( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name)))));

CREATE POLICY "of services one may read" ON public.directory_mandate FOR SELECT USING ((((service_id IN ( SELECT s.id
   FROM public.directory_service s)) AND ((EXISTS ( SELECT
   FROM public.directory_organisation o
  WHERE ((o.id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND ((o.state)::text = 'active'::text)))) OR (service_id IN ( SELECT s.id
   FROM public.directory_service s
  WHERE (s.organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)))))) OR ( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name)))));

CREATE POLICY "one's own" ON public.directory_question FOR SELECT USING ((user_id = ( SELECT (public.acting('user'::text))::uuid AS acting)));

CREATE POLICY "one's own voice" ON public.accounts_vettingstep FOR INSERT WITH CHECK ((((user_id = ( SELECT (public.acting('user'::text))::uuid AS acting)) AND (by_organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (( SELECT public.acting('role'::text) AS acting) = ANY (ARRAY['administrator'::text, 'system'::text]))) OR ((user_id IS NULL) AND (( SELECT public.acting('kind'::text) AS acting) = ANY (ARRAY['system'::text, 'sign_in'::text])))));

CREATE POLICY "one's own voice" ON public.directory_voice FOR INSERT WITH CHECK (((user_id = ( SELECT (public.acting('user'::text))::uuid AS acting)) AND (organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (service_id IN ( SELECT s.id
   FROM public.directory_service s)) AND (EXISTS ( SELECT
   FROM public.directory_organisation o
  WHERE ((o.id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND ((o.state)::text = 'active'::text))))));

CREATE POLICY "opened by the house" ON public.directory_mailboxlink FOR UPDATE USING (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (( SELECT public.acting('kind'::text) AS acting) = 'system'::text) AND (used_at IS NULL))) WITH CHECK (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "ours, or received" ON public.places_request FOR SELECT USING (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (id IN ( SELECT h.request_id
   FROM public.places_hold h
  WHERE ((h.host_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (((h.state)::text = 'arrived'::text) OR (((h.state)::text = ANY (ARRAY[('asked'::character varying)::text, ('accepted'::character varying)::text])) AND (EXISTS ( SELECT
           FROM public.directory_organisation o
          WHERE ((o.id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND ((o.state)::text = 'active'::text))))))))) OR (( SELECT public.acting('role'::text) AS acting) = 'coordination'::text) OR (( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name))) AND (( SELECT (public.acting('organisation'::text))::uuid AS acting) IS NULL))));

CREATE POLICY "past probation, or one's own" ON public.directory_convention FOR SELECT USING (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (EXISTS ( SELECT
   FROM public.directory_organisation o
  WHERE ((o.id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND ((o.state)::text = 'active'::text))))));

ALTER TABLE public.places_alert ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.places_apart ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.places_arrival ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.places_bed ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.places_carried ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.places_event ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.places_formerneeds ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.places_hold ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.places_incident ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.places_markend ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.places_occupancy ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.places_privatereason ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.places_question ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.places_refusedbyher ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.places_request ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.places_shelter ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.places_shelterchange ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.places_sheltervoice ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.places_unit ENABLE ROW LEVEL SECURITY;

ALTER TABLE public.places_voicereminder ENABLE ROW LEVEL SECURITY;

CREATE POLICY "points are no secret" ON public.ledger_retention FOR SELECT USING (true);

ALTER TABLE public.procrastinate_events ENABLE ROW LEVEL SECURITY;

CREATE POLICY "read at the door" ON public.accounts_invitation FOR SELECT USING (((user_id = ( SELECT (public.acting('user'::text))::uuid AS acting)) OR (( SELECT public.acting('kind'::text) AS acting) = 'sign_in'::text) OR ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text) AND (EXISTS ( SELECT
   FROM public.accounts_membership m
  WHERE ((m.user_id = accounts_invitation.user_id) AND (m.approved_at IS NOT NULL) AND ((m.organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (m.organisation_id IN ( SELECT o.id
           FROM public.directory_organisation o
          WHERE (o.sponsor_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)))))))))));

CREATE POLICY "read by a job that reminds" ON public.directory_convention FOR SELECT USING (( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name))));

CREATE POLICY "read by all" ON public.cases_retainedcount FOR SELECT USING (true);

CREATE POLICY "read by functions of the owner" ON public.ledger_entry FOR SELECT TO repere_owner USING (true);

CREATE POLICY "read by herself" ON public.accounts_signedin FOR SELECT USING ((user_id = ( SELECT (public.acting('user'::text))::uuid AS acting)));

CREATE POLICY "read by herself" ON public.accounts_usedcode FOR SELECT USING ((user_id = ( SELECT (public.acting('user'::text))::uuid AS acting)));

CREATE POLICY "read by herself" ON public.mfa_authenticator FOR SELECT USING ((user_id = ( SELECT (public.acting('user'::text))::uuid AS acting)));

CREATE POLICY "read by jobs" ON public.accounts_membership FOR SELECT TO repere_worker USING (( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name))));

CREATE POLICY "read by jobs" ON public.accounts_user FOR SELECT TO repere_worker USING (( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name))));

CREATE POLICY "read by jobs" ON public.directory_reminderletter FOR SELECT USING (( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name))));

CREATE POLICY "read by organisations that vet" ON public.accounts_application FOR SELECT USING (((( SELECT public.acting('role'::text) AS acting) = ANY (ARRAY['administrator'::text, 'system'::text])) AND (EXISTS ( SELECT
   FROM public.directory_organisation o
  WHERE ((o.id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND ((o.state)::text = 'active'::text))))));

CREATE POLICY "read by organisations that vet" ON public.accounts_vettingstep FOR SELECT USING (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR ((( SELECT public.acting('role'::text) AS acting) = ANY (ARRAY['administrator'::text, 'system'::text])) AND (EXISTS ( SELECT
   FROM public.directory_organisation o
  WHERE ((o.id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND ((o.state)::text = 'active'::text))))) OR ( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name)))));

CREATE POLICY "read inside the house" ON public.directory_outcome FOR SELECT USING (((service_id IN ( SELECT s.id
   FROM public.directory_service s)) OR ( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name)))));

CREATE POLICY "read inside the house" ON public.directory_voice FOR SELECT USING ((service_id IN ( SELECT s.id
   FROM public.directory_service s)));

CREATE POLICY "replaced by its organisation" ON public.cases_readername FOR DELETE USING (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "reported by the shelter" ON public.places_incident FOR INSERT WITH CHECK (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (user_id = ( SELECT (public.acting('user'::text))::uuid AS acting))));

CREATE POLICY "said by us, for the proposal" ON public.places_refusedbyher FOR SELECT USING (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (( SELECT public.acting('role'::text) AS acting) = 'coordination'::text)));

CREATE POLICY "said by us, or received" ON public.places_apart FOR SELECT USING (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (request_id IN ( SELECT h.request_id
   FROM public.places_hold h
  WHERE ((h.host_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (((h.state)::text = 'arrived'::text) OR (((h.state)::text = ANY (ARRAY[('asked'::character varying)::text, ('accepted'::character varying)::text])) AND (EXISTS ( SELECT
           FROM public.directory_organisation o
          WHERE ((o.id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND ((o.state)::text = 'active'::text)))))))))));

CREATE POLICY "said by us, or received" ON public.places_carried FOR SELECT USING (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (request_id IN ( SELECT h.request_id
   FROM public.places_hold h
  WHERE ((h.host_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (((h.state)::text = 'arrived'::text) OR (((h.state)::text = ANY (ARRAY[('asked'::character varying)::text, ('accepted'::character varying)::text])) AND (EXISTS ( SELECT
           FROM public.directory_organisation o
          WHERE ((o.id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND ((o.state)::text = 'active'::text)))))))))));

CREATE POLICY "said in one's own name" ON public.places_sheltervoice FOR UPDATE USING (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (said_at IS NULL) AND (EXISTS ( SELECT
   FROM public.directory_organisation o
  WHERE ((o.id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND ((o.state)::text = 'active'::text)))))) WITH CHECK (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (user_id = ( SELECT (public.acting('user'::text))::uuid AS acting)) AND (said_at IS NOT NULL)));

CREATE POLICY "said of a place that we had asked for" ON public.places_refusedbyher FOR INSERT WITH CHECK (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (( SELECT public.acting('kind'::text) AS acting) = 'system'::text) AND ((request_id, shelter_id) IN ( SELECT h.request_id,
    h.shelter_id
   FROM public.places_hold h
  WHERE ((h.asking_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND h.listed)))));

CREATE POLICY "said of a request of ours" ON public.places_apart FOR INSERT WITH CHECK (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (request_id IN ( SELECT r.id
   FROM public.places_request r
  WHERE (r.organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))))));

CREATE POLICY "said of a request of ours" ON public.places_carried FOR INSERT WITH CHECK (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (request_id IN ( SELECT r.id
   FROM public.places_request r
  WHERE (r.organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))))));

CREATE POLICY "searched by the guard" ON public.directory_service FOR SELECT TO repere_owner USING (true);

CREATE POLICY "seen by its organisation" ON public.cases_alert FOR SELECT USING ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)));

CREATE POLICY "seen by its organisation" ON public.cases_freeze FOR SELECT USING ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)));

CREATE POLICY "sent by jobs" ON public.directory_reminderletter FOR UPDATE USING (( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name)))) WITH CHECK (( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name))));

CREATE POLICY "sent by the house" ON public.directory_mailboxlink FOR INSERT WITH CHECK (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (( SELECT public.acting('kind'::text) AS acting) = 'system'::text) AND (used_at IS NULL) AND (contact_id IN ( SELECT c.id
   FROM (public.directory_contact c
     JOIN public.directory_service s ON ((s.id = c.service_id)))
  WHERE (s.organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))))));

CREATE POLICY "sent by the worker" ON public.ledger_dispatch FOR UPDATE TO repere_worker USING (true) WITH CHECK (true);

CREATE POLICY "sent to a shelter that is not listed" ON public.places_hold FOR INSERT WITH CHECK ((( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name))) AND (( SELECT (public.acting('organisation'::text))::uuid AS acting) IS NULL) AND (NOT listed) AND (NOT said_yes) AND ((state)::text = 'asked'::text) AND (unit_id IS NULL) AND (host_id IN ( SELECT o.id
   FROM public.directory_organisation o
  WHERE ((o.state)::text = 'active'::text))) AND (asking_id IN ( SELECT o.id
   FROM public.directory_organisation o
  WHERE ((o.state)::text = 'active'::text))) AND (shelter_id IN ( SELECT s.id
   FROM public.places_shelter s
  WHERE (s.vouched_at IS NOT NULL)))));

CREATE POLICY "set by the owner" ON public.cases_tombstone FOR INSERT TO repere_owner WITH CHECK (true);

CREATE POLICY "shown to oneself" ON public.places_voicereminder FOR INSERT WITH CHECK (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (user_id = ( SELECT (public.acting('user'::text))::uuid AS acting)) AND (shelter_id IN ( SELECT s.id
   FROM public.places_shelter s
  WHERE (s.organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))))));

CREATE POLICY "suspended by jobs" ON public.accounts_membership FOR UPDATE TO repere_worker USING (( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name)))) WITH CHECK (( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name))));

CREATE POLICY "taken away by herself or her house" ON public.accounts_outsideidentity FOR DELETE USING ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text));

CREATE POLICY "taken away by the house" ON public.accounts_signedin FOR DELETE USING (((user_id = ( SELECT (public.acting('user'::text))::uuid AS acting)) AND (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "taken away by the house" ON public.accounts_usedcode FOR DELETE USING (((user_id = ( SELECT (public.acting('user'::text))::uuid AS acting)) AND (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "taken away by the house" ON public.mfa_authenticator FOR DELETE USING (((user_id = ( SELECT (public.acting('user'::text))::uuid AS acting)) AND (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "taken back by who keeps the service" ON public.directory_secret FOR DELETE USING ((service_id IN ( SELECT s.id
   FROM public.directory_service s
  WHERE (s.organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)))));

CREATE POLICY "taken back by who reported it" ON public.places_incident FOR UPDATE USING (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (user_id = ( SELECT (public.acting('user'::text))::uuid AS acting)) AND (taken_back_at IS NULL) AND (at > (now() - '02:10:00'::interval)))) WITH CHECK (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (user_id = ( SELECT (public.acting('user'::text))::uuid AS acting)) AND (taken_back_at IS NOT NULL)));

CREATE POLICY "taken back with its incident" ON public.places_alert FOR UPDATE USING (((( SELECT public.acting('kind'::text) AS acting) = 'system'::text) AND (id IN ( SELECT i.alert
   FROM public.places_incident i
  WHERE (i.organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)))))) WITH CHECK (((( SELECT public.acting('kind'::text) AS acting) = 'system'::text) AND (id IN ( SELECT i.alert
   FROM public.places_incident i
  WHERE (i.organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))))));

CREATE POLICY "the owner erases what was said about her" ON public.places_question TO repere_owner USING ((request_id IN ( SELECT r.id
   FROM public.places_request r
  WHERE (r.reference = ANY ((string_to_array(( SELECT NULLIF(current_setting('repere.erased_references'::text, true), ''::text) AS "nullif"), ','::text))::uuid[])))));

CREATE POLICY "the owner looks for what was asked for her" ON public.places_request FOR SELECT TO repere_owner USING ((reference = ANY ((string_to_array(( SELECT NULLIF(current_setting('repere.erased_references'::text, true), ''::text) AS "nullif"), ','::text))::uuid[])));

CREATE POLICY "the owner looks for whom to erase" ON public.cases_case FOR SELECT TO repere_owner USING (( SELECT (current_setting('repere.work'::text, true) = 'erasing'::text)));

CREATE POLICY "the owner looks for whom to erase" ON public.cases_erasure FOR SELECT TO repere_owner USING (( SELECT (current_setting('repere.work'::text, true) = 'erasing'::text)));

CREATE POLICY "the owner looks for whom to erase" ON public.cases_person FOR SELECT TO repere_owner USING (( SELECT (current_setting('repere.work'::text, true) = 'erasing'::text)));

CREATE POLICY "the owner works on one person at a time" ON public.cases_assignment TO repere_owner USING ((person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY "the owner works on one person at a time" ON public.cases_breakglass TO repere_owner USING ((person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY "the owner works on one person at a time" ON public.cases_capsule TO repere_owner USING ((offer_id IN ( SELECT o.id
   FROM public.cases_offer o
  WHERE (o.referral_id IN ( SELECT r.id
           FROM public.cases_referral r
          WHERE (r.person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif"))))))) WITH CHECK ((offer_id IN ( SELECT o.id
   FROM public.cases_offer o
  WHERE (o.referral_id IN ( SELECT r.id
           FROM public.cases_referral r
          WHERE (r.person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif")))))));

CREATE POLICY "the owner works on one person at a time" ON public.cases_case TO repere_owner USING ((person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY "the owner works on one person at a time" ON public.cases_conflictofinterest TO repere_owner USING ((person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY "the owner works on one person at a time" ON public.cases_consent TO repere_owner USING ((person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY "the owner works on one person at a time" ON public.cases_consentcopy TO repere_owner USING ((person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY "the owner works on one person at a time" ON public.cases_draft TO repere_owner USING ((case_id IN ( SELECT c.id
   FROM public.cases_case c
  WHERE (c.person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif"))))) WITH CHECK ((case_id IN ( SELECT c.id
   FROM public.cases_case c
  WHERE (c.person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif")))));

CREATE POLICY "the owner works on one person at a time" ON public.cases_erasure TO repere_owner USING ((person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY "the owner works on one person at a time" ON public.cases_fact TO repere_owner USING ((case_id IN ( SELECT c.id
   FROM public.cases_case c
  WHERE (c.person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif"))))) WITH CHECK ((case_id IN ( SELECT c.id
   FROM public.cases_case c
  WHERE (c.person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif")))));

CREATE POLICY "the owner works on one person at a time" ON public.cases_finding TO repere_owner USING ((case_id IN ( SELECT c.id
   FROM public.cases_case c
  WHERE (c.person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif"))))) WITH CHECK ((case_id IN ( SELECT c.id
   FROM public.cases_case c
  WHERE (c.person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif")))));

CREATE POLICY "the owner works on one person at a time" ON public.cases_grant TO repere_owner USING ((person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY "the owner works on one person at a time" ON public.cases_handover TO repere_owner USING ((person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY "the owner works on one person at a time" ON public.cases_hold TO repere_owner USING ((person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY "the owner works on one person at a time" ON public.cases_jointstep TO repere_owner USING ((offer_id IN ( SELECT o.id
   FROM public.cases_offer o
  WHERE (o.referral_id IN ( SELECT r.id
           FROM public.cases_referral r
          WHERE (r.person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif"))))))) WITH CHECK ((offer_id IN ( SELECT o.id
   FROM public.cases_offer o
  WHERE (o.referral_id IN ( SELECT r.id
           FROM public.cases_referral r
          WHERE (r.person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif")))))));

CREATE POLICY "the owner works on one person at a time" ON public.cases_letter TO repere_owner USING ((offer_id IN ( SELECT o.id
   FROM public.cases_offer o
  WHERE (o.referral_id IN ( SELECT r.id
           FROM public.cases_referral r
          WHERE (r.person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif"))))))) WITH CHECK ((offer_id IN ( SELECT o.id
   FROM public.cases_offer o
  WHERE (o.referral_id IN ( SELECT r.id
           FROM public.cases_referral r
          WHERE (r.person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif")))))));

CREATE POLICY "the owner works on one person at a time" ON public.cases_nametoken TO repere_owner USING ((person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY "the owner works on one person at a time" ON public.cases_notice TO repere_owner USING ((case_id IN ( SELECT c.id
   FROM public.cases_case c
  WHERE (c.person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif"))))) WITH CHECK ((case_id IN ( SELECT c.id
   FROM public.cases_case c
  WHERE (c.person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif")))));

CREATE POLICY "the owner works on one person at a time" ON public.cases_offer TO repere_owner USING ((referral_id IN ( SELECT r.id
   FROM public.cases_referral r
  WHERE (r.person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif"))))) WITH CHECK ((referral_id IN ( SELECT r.id
   FROM public.cases_referral r
  WHERE (r.person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif")))));

CREATE POLICY "the owner works on one person at a time" ON public.cases_paper TO repere_owner USING ((person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY "the owner works on one person at a time" ON public.cases_person TO repere_owner USING ((id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY "the owner works on one person at a time" ON public.cases_receipt TO repere_owner USING (((result IN ( SELECT c.id
   FROM public.cases_case c
  WHERE (c.person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif")))) OR (result IN ( SELECT f.id
   FROM public.cases_fact f
  WHERE (f.case_id IN ( SELECT c.id
           FROM public.cases_case c
          WHERE (c.person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif")))))))) WITH CHECK (((result IN ( SELECT c.id
   FROM public.cases_case c
  WHERE (c.person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif")))) OR (result IN ( SELECT f.id
   FROM public.cases_fact f
  WHERE (f.case_id IN ( SELECT c.id
           FROM public.cases_case c
          WHERE (c.person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif"))))))));

CREATE POLICY "the owner works on one person at a time" ON public.cases_referral TO repere_owner USING ((person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY "the owner works on one person at a time" ON public.cases_reminder TO repere_owner USING ((task_id IN ( SELECT t.id
   FROM public.cases_task t
  WHERE (t.case_id IN ( SELECT c.id
           FROM public.cases_case c
          WHERE (c.person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif"))))))) WITH CHECK ((task_id IN ( SELECT t.id
   FROM public.cases_task t
  WHERE (t.case_id IN ( SELECT c.id
           FROM public.cases_case c
          WHERE (c.person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif")))))));

CREATE POLICY "the owner works on one person at a time" ON public.cases_requisition TO repere_owner USING ((person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY "the owner works on one person at a time" ON public.cases_sealedrecord TO repere_owner USING ((person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif"))) WITH CHECK ((person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif")));

CREATE POLICY "the owner works on one person at a time" ON public.cases_task TO repere_owner USING ((case_id IN ( SELECT c.id
   FROM public.cases_case c
  WHERE (c.person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif"))))) WITH CHECK ((case_id IN ( SELECT c.id
   FROM public.cases_case c
  WHERE (c.person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif")))));

CREATE POLICY "the owner works on one person at a time" ON public.cases_view TO repere_owner USING ((case_id IN ( SELECT c.id
   FROM public.cases_case c
  WHERE (c.person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif"))))) WITH CHECK ((case_id IN ( SELECT c.id
   FROM public.cases_case c
  WHERE (c.person_id = ( SELECT (NULLIF(current_setting('repere.erased'::text, true), ''::text))::uuid AS "nullif")))));

CREATE POLICY "the sealer reads all" ON public.ledger_entry FOR SELECT TO repere_sealer USING (true);

CREATE POLICY "the sealer records them" ON public.ledger_retention FOR INSERT TO repere_sealer WITH CHECK (true);

CREATE POLICY "the sealer seals" ON public.ledger_seal FOR INSERT TO repere_sealer WITH CHECK (true);

CREATE POLICY "the shelter's own" ON public.places_arrival FOR SELECT USING ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)));

CREATE POLICY "the shelter's own" ON public.places_incident FOR SELECT USING ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)));

CREATE POLICY "the shelter's own" ON public.places_privatereason FOR SELECT USING ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)));

CREATE POLICY "the shelter's own" ON public.places_shelterchange FOR SELECT USING ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)));

CREATE POLICY "the shelter's own" ON public.places_voicereminder FOR SELECT USING ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)));

CREATE POLICY "through its functions" ON public.accounts_signinbucket TO repere_owner USING (true) WITH CHECK (true);

CREATE POLICY "through its functions" ON public.django_session TO repere_owner USING (true) WITH CHECK (true);

CREATE POLICY "tied by herself" ON public.accounts_outsideidentity FOR INSERT WITH CHECK (((user_id = ( SELECT (public.acting('user'::text))::uuid AS acting)) AND (( SELECT public.acting('kind'::text) AS acting) = 'system'::text)));

CREATE POLICY "told by a shelter of the zone" ON public.places_alert FOR INSERT WITH CHECK (((EXISTS ( SELECT
   FROM public.directory_organisation o
  WHERE ((o.id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND ((o.state)::text = 'active'::text)))) AND ((zone)::text IN ( SELECT s.zone
   FROM public.places_shelter s
  WHERE ((s.organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (s.vouched_at IS NOT NULL))))));

CREATE POLICY "told by who referred" ON public.directory_outcome FOR INSERT WITH CHECK (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (user_id = ( SELECT (public.acting('user'::text))::uuid AS acting)) AND (service_id IN ( SELECT s.id
   FROM public.directory_service s))));

CREATE POLICY "told in one's own name" ON public.places_event FOR INSERT WITH CHECK (((by_organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (user_id = ( SELECT (public.acting('user'::text))::uuid AS acting)) AND ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (((kind)::text <> ALL (ARRAY[('arrived'::character varying)::text, ('not_there'::character varying)::text])) AND (reference IN ( SELECT r.reference
   FROM public.places_request r
  WHERE (r.id IN ( SELECT h.request_id
           FROM public.places_hold h
          WHERE ((h.host_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (((h.state)::text = 'arrived'::text) OR (((h.state)::text = ANY (ARRAY[('asked'::character varying)::text, ('accepted'::character varying)::text])) AND (EXISTS ( SELECT
                   FROM public.directory_organisation o
                  WHERE ((o.id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND ((o.state)::text = 'active'::text)))))))))))) OR (((kind)::text = ANY (ARRAY[('said_there'::character varying)::text, ('search_ended'::character varying)::text, ('taken_back'::character varying)::text])) AND (reference IN ( SELECT r.reference
   FROM public.places_request r
  WHERE ((r.organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (r.told_to_id = places_event.organisation_id))))))));

CREATE POLICY "told to us, or by us" ON public.places_event FOR SELECT USING (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (by_organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (told_to_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name))) AND (( SELECT (public.acting('organisation'::text))::uuid AS acting) IS NULL))));

CREATE POLICY "told with the job" ON public.procrastinate_events FOR INSERT TO repere_web WITH CHECK ((( SELECT public.acting('kind'::text) AS acting) IS NOT NULL));

CREATE POLICY "used at the door" ON public.accounts_invitation FOR UPDATE USING (((( SELECT public.acting('kind'::text) AS acting) = 'sign_in'::text) OR ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text) AND (EXISTS ( SELECT
   FROM public.accounts_membership m
  WHERE ((m.user_id = accounts_invitation.user_id) AND (m.approved_at IS NOT NULL) AND ((m.organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (m.organisation_id IN ( SELECT o.id
           FROM public.directory_organisation o
          WHERE (o.sponsor_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))))))))))) WITH CHECK (((( SELECT public.acting('kind'::text) AS acting) = 'sign_in'::text) OR ((( SELECT public.acting('kind'::text) AS acting) = 'system'::text) AND (EXISTS ( SELECT
   FROM public.accounts_membership m
  WHERE ((m.user_id = accounts_invitation.user_id) AND (m.approved_at IS NOT NULL) AND ((m.organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) OR (m.organisation_id IN ( SELECT o.id
           FROM public.directory_organisation o
          WHERE (o.sponsor_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)))))))))));

CREATE POLICY "verified by members" ON public.directory_contact FOR UPDATE USING (((service_id IN ( SELECT s.id
   FROM public.directory_service s)) AND ((EXISTS ( SELECT
   FROM public.directory_organisation o
  WHERE ((o.id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND ((o.state)::text = 'active'::text)))) OR (service_id IN ( SELECT s.id
   FROM public.directory_service s
  WHERE (s.organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))))))) WITH CHECK (((service_id IN ( SELECT s.id
   FROM public.directory_service s)) AND ((EXISTS ( SELECT
   FROM public.directory_organisation o
  WHERE ((o.id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND ((o.state)::text = 'active'::text)))) OR (service_id IN ( SELECT s.id
   FROM public.directory_service s
  WHERE (s.organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)))))));

CREATE POLICY "vetted by the guard" ON public.directory_service FOR UPDATE TO repere_owner USING (true) WITH CHECK (true);

CREATE POLICY "vouched for by the guard" ON public.places_shelter FOR UPDATE TO repere_owner USING (true) WITH CHECK (true);

CREATE POLICY "what is past its time may go" ON public.ledger_entry FOR DELETE TO repere_owner USING (("position" <= ( SELECT max(ledger_retention.through_position) AS max
   FROM public.ledger_retention)));

CREATE POLICY "what was sent is no secret" ON public.ledger_dispatch FOR SELECT USING (true);

CREATE POLICY "who said it" ON public.places_markend FOR SELECT USING ((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)));

CREATE POLICY "witnesses are no secret" ON public.ledger_witness FOR SELECT USING (true);

CREATE POLICY "worked on by the worker" ON public.procrastinate_events TO repere_worker USING (true) WITH CHECK (true);

CREATE POLICY "written by jobs" ON public.directory_reminderletter FOR INSERT WITH CHECK (( SELECT ((public.acting('kind'::text) = 'system'::text) AND (CURRENT_USER = 'repere_worker'::name))));

CREATE POLICY "written down by the worker" ON public.ledger_dispatch FOR INSERT TO repere_worker WITH CHECK (true);

CREATE POLICY "written in one's own name" ON public.places_shelterchange FOR INSERT WITH CHECK (((organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting)) AND (user_id = ( SELECT (public.acting('user'::text))::uuid AS acting)) AND (shelter_id IN ( SELECT s.id
   FROM public.places_shelter s
  WHERE (s.organisation_id = ( SELECT (public.acting('organisation'::text))::uuid AS acting))))));

CREATE POLICY "written with the batch" ON public.directory_importchange FOR INSERT WITH CHECK ((batch_id IN ( SELECT b.id
   FROM public.directory_importbatch b)));

REVOKE ALL ON FUNCTION public.administers(who uuid, body uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.administrators_but(who uuid, body uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.answers_for(body uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION public.begin_session(wanted text, content text, until timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.begin_session(wanted text, content text, until timestamp with time zone) TO repere_web;

REVOKE ALL ON FUNCTION public.cases_counted() FROM PUBLIC;
GRANT ALL ON FUNCTION public.cases_counted() TO repere_web;

REVOKE ALL ON FUNCTION public.end_session(wanted text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.end_session(wanted text) TO repere_web;

REVOKE ALL ON FUNCTION public.forget_ended_sessions() FROM PUBLIC;
GRANT ALL ON FUNCTION public.forget_ended_sessions() TO repere_worker;

REVOKE ALL ON FUNCTION public.forget_tokens(tried bytea, known bytea, moment timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.forget_tokens(tried bytea, known bytea, moment timestamp with time zone) TO repere_web;

REVOKE ALL ON FUNCTION public.keep_session(wanted text, content text, until timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.keep_session(wanted text, content text, until timestamp with time zone) TO repere_web;

REVOKE ALL ON FUNCTION public.ledger_about(hers uuid[]) FROM PUBLIC;
GRANT ALL ON FUNCTION public.ledger_about(hers uuid[]) TO repere_worker;

REVOKE ALL ON FUNCTION public.looks_at_person(her uuid, below bigint, at_most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.looks_at_person(her uuid, below bigint, at_most integer) TO repere_web;

REVOKE ALL ON FUNCTION public.placed_requests(moment timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION public.placed_requests(moment timestamp with time zone) TO repere_web;

REVOKE ALL ON FUNCTION public.session_row(wanted text) FROM PUBLIC;
GRANT ALL ON FUNCTION public.session_row(wanted text) TO repere_web;

REVOKE ALL ON FUNCTION public.take_token(wanted bytea, size double precision, seconds double precision) FROM PUBLIC;
GRANT ALL ON FUNCTION public.take_token(wanted bytea, size double precision, seconds double precision) TO repere_web;

REVOKE ALL ON FUNCTION public.take_tokens(wanted bytea, size double precision, seconds double precision, needed integer) FROM PUBLIC;
GRANT ALL ON FUNCTION public.take_tokens(wanted bytea, size double precision, seconds double precision, needed integer) TO repere_web;

REVOKE ALL ON FUNCTION public.taken_beds(moment timestamp with time zone, of_unit uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION public.taken_beds(moment timestamp with time zone, of_unit uuid) TO repere_web;

REVOKE ALL ON FUNCTION public.token_refilled_at(wanted bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION public.token_refilled_at(wanted bytea) TO repere_web;

INSERT INTO public.django_migrations (app, name, applied) VALUES
    ('account', '0001_initial', now()),
    ('account', '0002_email_max_length', now()),
    ('account', '0003_alter_emailaddress_create_unique_verified_email', now()),
    ('account', '0004_alter_emailaddress_drop_unique_email', now()),
    ('account', '0005_emailaddress_idx_upper_email', now()),
    ('account', '0006_emailaddress_lower', now()),
    ('account', '0007_emailaddress_idx_email', now()),
    ('account', '0008_emailaddress_unique_primary_email_fixup', now()),
    ('account', '0009_emailaddress_unique_primary_email', now()),
    ('accounts', '0001_initial', now()),
    ('accounts', '0002_signing_in', now()),
    ('accounts', '0010_belonging', now()),
    ('accounts', '0030_keys', now()),
    ('accounts', '0050_session_numbers', now()),
    ('accounts', '0055_rows_of_organisations', now()),
    ('accounts', '0060_acceptance', now()),
    ('accounts', '0070_reached_by_key', now()),
    ('accounts', '0071_keyed_passwords', now()),
    ('accounts', '0080_written_by_who_acts', now()),
    ('accounts', '0090_jobs_by_trigger', now()),
    ('accounts', '0091_written_by_the_house', now()),
    ('accounts', '0092_ended_sessions_go', now()),
    ('accounts', '0094_named_by_the_house', now()),
    ('accounts', '0095_jobs_counted_by_the_owner', now()),
    ('auth', '0001_initial', now()),
    ('auth', '0002_alter_permission_name_max_length', now()),
    ('auth', '0003_alter_user_email_max_length', now()),
    ('auth', '0004_alter_user_username_opts', now()),
    ('auth', '0005_alter_user_last_login_null', now()),
    ('auth', '0006_require_contenttypes_0002', now()),
    ('auth', '0007_alter_validators_add_error_messages', now()),
    ('auth', '0008_alter_user_username_max_length', now()),
    ('auth', '0009_alter_user_last_name_max_length', now()),
    ('auth', '0010_alter_group_name_max_length', now()),
    ('auth', '0011_update_proxy_permissions', now()),
    ('auth', '0012_alter_user_first_name_max_length', now()),
    ('cases', '0001_initial', now()),
    ('cases', '0004_missed', now()),
    ('cases', '0006_standing', now()),
    ('cases', '0010_watching', now()),
    ('cases', '0020_erasure', now()),
    ('cases', '0030_leaving_and_arriving', now()),
    ('cases', '0040_consent_and_referral', now()),
    ('cases', '0050_worklist_order', now()),
    ('cases', '0060_leaving_and_outside', now()),
    ('cases', '0070_place_reference', now()),
    ('cases', '0090_voices_of_two', now()),
    ('cases', '0095_notes_of_conflicts', now()),
    ('cases', '0103_steps_in_order', now()),
    ('cases', '0110_agreed_is_asked_seldom', now()),
    ('cases', '0112_receivers_that_stand', now()),
    ('cases', '0113_written_by_the_house', now()),
    ('cases', '0114_what_cannot_wait', now()),
    ('cases', '0115_services_to_ring', now()),
    ('cases', '0117_many_tasks_set_aside', now()),
    ('contenttypes', '0001_initial', now()),
    ('contenttypes', '0002_remove_content_type_name', now()),
    ('directory', '0001_initial', now()),
    ('directory', '0002_vetting', now()),
    ('directory', '0006_entries', now()),
    ('directory', '0007_known_to', now()),
    ('directory', '0008_own_name', now()),
    ('directory', '0009_contact_ends', now()),
    ('directory', '0019_told_late', now()),
    ('directory', '0030_reminder_letters', now()),
    ('directory', '0040_vouched_as_it_was', now()),
    ('directory', '0042_outcomes_of_one_day', now()),
    ('directory', '0043_mailbox_links', now()),
    ('ledger', '0001_initial', now()),
    ('ledger', '0002_seals_witnesses_retention', now()),
    ('ledger', '0003_witnesses_closed', now()),
    ('ledger', '0020_rows_that_say_what_they_hold', now()),
    ('ledger', '0021_comparison', now()),
    ('mfa', '0001_initial', now()),
    ('mfa', '0002_authenticator_timestamps', now()),
    ('mfa', '0003_authenticator_type_uniq', now()),
    ('places', '0001_initial', now()),
    ('places', '0011_isolated_marks_and_history', now()),
    ('places', '0020_bodies_that_may_receive', now()),
    ('places', '0030_beds_that_come_and_go', now()),
    ('places', '0031_requests_that_change', now()),
    ('places', '0040_said_by_who_keeps_the_file', now()),
    ('places', '0041_shelters_are_vouched_for', now()),
    ('places', '0042_alter_event_kind', now()),
    ('places', '0043_asking_back', now()),
    ('places', '0045_ended_by_who_asked', now()),
    ('places', '0046_told_back', now()),
    ('places', '0047_written_by_verbs', now()),
    ('places', '0048_refused_by_her', now()),
    ('places', '0049_marks_that_end', now()),
    ('places', '0050_taken_back', now()),
    ('places', '0051_every_row_by_verbs', now()),
    ('procrastinate', '0001_initial', now()),
    ('procrastinate', '0002_drop_started_at_column', now()),
    ('procrastinate', '0003_drop_started_at_column', now()),
    ('procrastinate', '0004_drop_procrastinate_version_table', now()),
    ('procrastinate', '0005_fix_procrastinate_fetch_job', now()),
    ('procrastinate', '0006_fix_trigger_status_events_insert', now()),
    ('procrastinate', '0007_add_queueing_lock_column', now()),
    ('procrastinate', '0008_close_fetch_job_race_condition', now()),
    ('procrastinate', '0009_add_defer_job_function', now()),
    ('procrastinate', '0010_add_procrastinate_periodic_defers', now()),
    ('procrastinate', '0011_add_foreign_key_index', now()),
    ('procrastinate', '0012_add_locks_to_periodic_defer', now()),
    ('procrastinate', '0013_fix_procrastinate_defer_periodic_job', now()),
    ('procrastinate', '0014_add_finish_job_and_retry_job_functions', now()),
    ('procrastinate', '0015_add_trigger_on_job_deletion', now()),
    ('procrastinate', '0016_delete_finished_jobs', now()),
    ('procrastinate', '0017_add_checks_to_finish_job', now()),
    ('procrastinate', '0018_add_checks_to_retry_job', now()),
    ('procrastinate', '0019_fix_finish_job_compat_issue', now()),
    ('procrastinate', '0020_add_index_on_procrastinate_jobs', now()),
    ('procrastinate', '0021_add_kwargs_to_defer_periodic_job', now()),
    ('procrastinate', '0022_null_locks_excluded', now()),
    ('procrastinate', '0023_remove_old_finish_job_function', now()),
    ('procrastinate', '0024_job_id_bigint', now()),
    ('procrastinate', '0025_add_models', now()),
    ('procrastinate', '0026_add_job_priority', now()),
    ('procrastinate', '0027_add_periodic_job_priority', now()),
    ('procrastinate', '0028_add_cancel_states', now()),
    ('procrastinate', '0029_add_additional_params_to_retry_job', now()),
    ('procrastinate', '0030_alter_procrastinateevent_options', now()),
    ('procrastinate', '0031_add_indexes_for_fetch_job', now()),
    ('procrastinate', '0032_pre_cancel_notification', now()),
    ('procrastinate', '0033_post_cancel_notification', now()),
    ('procrastinate', '0034_pre_add_heartbeat', now()),
    ('procrastinate', '0035_post_add_heartbeat', now()),
    ('procrastinate', '0036_add_worker_model', now()),
    ('procrastinate', '0037_pre_batch_defer_jobs', now()),
    ('procrastinate', '0038_post_batch_defer_jobs', now()),
    ('procrastinate', '0039_pre_priority_lock_fetch_job', now()),
    ('procrastinate', '0040_pre_retry_failed_job', now()),
    ('procrastinate', '0041_post_retry_failed_job', now()),
    ('sessions', '0001_initial', now());
