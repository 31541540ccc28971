"""What the database itself asks where a second person, her consent or a text must be: the lock behind the verbs of `actions/`.

Policies look at one row at a time and cannot compare old and new; these triggers do. A row begins with one voice, in one's own name;
every further voice is given by an update, in one's own name, once, and is never taken away. SQL smuggled onto the connection of one
person is therefore never two. The owner of the tables (restore, erasure) is not asked.
"""

REVIEW_HOURS = 72

_REFUSED = "USING ERRCODE = 'insufficient_privilege'"
_PATH = "SET search_path = pg_catalog, pg_temp"


def _trigger(name: str, table: str, when: str, body: str, *, definer: bool = False, declare: str = "") -> str:
    runs = f"SECURITY DEFINER {_PATH}" if definer else _PATH
    return f"""
CREATE FUNCTION public.{name}() RETURNS trigger LANGUAGE plpgsql {runs} AS $$
DECLARE
    me uuid := public.acting('user')::uuid;
    {declare}
BEGIN
    {body}
    RETURN NEW;
END $$;
CREATE TRIGGER {name} BEFORE {when} ON {table}
    FOR EACH ROW WHEN (current_user <> 'repere_owner') EXECUTE FUNCTION {name}();
"""


def _unless(condition: str, words: str) -> str:
    return f"IF {condition} THEN RAISE EXCEPTION '{words}' {_REFUSED}; END IF;"


def _given_once(column: str) -> str:
    """A voice that changes is mine, and nobody's was there before."""
    return f"NEW.{column} IS DISTINCT FROM OLD.{column} AND (OLD.{column} IS NOT NULL OR NEW.{column} IS DISTINCT FROM me)"


STEP_BY = {"checked": "checked_by_id", "prepared": "prepared_by_id", "answered": "answered_by_id", "refused": "answered_by_id"}
_STEPS = "ARRAY['received', 'checked', 'prepared', 'answered', 'refused']"


def _taken_by(step: str, column: str) -> str:
    """A step is entered by giving the voice it takes, now: no step is walked again under a voice that stands."""
    return f" OR NEW.state = '{step}' AND OLD.state <> '{step}' AND (OLD.{column} IS NOT NULL OR NEW.{column} IS DISTINCT FROM me)"


ERASURE = _trigger(
    "erasure_takes_two", "cases_erasure", "INSERT OR UPDATE",
    "IF TG_OP = 'INSERT' THEN "
    + _unless(
        "NEW.asked_by_id IS DISTINCT FROM me OR num_nonnulls(NEW.confirmed_by_id, NEW.confirmed_at, NEW.withdrawn_at) > 0",
        "an erasure is asked in one''s own name and confirmed by another",
    )
    + " ELSE "
    + _unless(
        f"{_given_once('confirmed_by_id')} OR OLD.confirmed_at IS NOT NULL AND NEW.confirmed_at IS DISTINCT FROM OLD.confirmed_at"
        " OR OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at",
        "an erasure is confirmed in one''s own name, and what was withdrawn is asked anew",
    )
    + " END IF;",
)  # fmt: skip
HOLD = _trigger(
    "hold_is_ones_own", "cases_hold", "INSERT OR UPDATE",
    "IF TG_OP = 'INSERT' THEN "
    + _unless(
        "NEW.set_by_id IS DISTINCT FROM me OR num_nonnulls(NEW.lifted_by_id, NEW.lifted_at) > 0", "a hold is set in one''s own name",
    )
    + " ELSE "
    + _unless(
        f"{_given_once('lifted_by_id')} OR num_nonnulls(NEW.lifted_by_id, NEW.lifted_at) = 1", "a hold is lifted in one''s own name",
    )
    + " END IF;",
)  # fmt: skip
REQUISITION = _trigger(
    "requisition_takes_two", "cases_requisition", "INSERT OR UPDATE",
    "IF TG_OP = 'INSERT' THEN "
    + _unless(
        "NEW.received_by_id IS DISTINCT FROM me OR NEW.state <> 'received' OR cardinality(NEW.given) > 0"
        " OR num_nonnulls(NEW.checked_by_id, NEW.checked_at, NEW.prepared_by_id, NEW.answered_by_id, NEW.answered_at) > 0",
        "a requisition is received in one''s own name and answered by two",
    )
    + " ELSE "
    + _unless(
        " OR ".join(_given_once(column) for column in ("checked_by_id", "prepared_by_id", "answered_by_id"))
        + "".join(_taken_by(step, column) for step, column in STEP_BY.items())
        + f" OR array_position({_STEPS}, NEW.state::text) < array_position({_STEPS}, OLD.state::text)"
        " OR OLD.state = 'answered' AND NEW.state = 'refused'"
        " OR OLD.state IN ('answered', 'refused') AND (NEW.outcome, NEW.answered_at) IS DISTINCT FROM (OLD.outcome, OLD.answered_at)"
        " OR NEW.state = 'answered' AND (OLD.state NOT IN ('prepared', 'answered') OR NEW.answered_by_id IS NULL)"
        " OR NEW.state = 'refused' AND (NEW.answered_by_id IS NULL OR cardinality(NEW.given) > 0)"
        " OR NEW.given <> OLD.given AND NEW.state <> 'refused' AND NOT (OLD.state = 'checked' AND NEW.state = 'prepared')",
        "each step of a requisition is taken in one''s own name, and an answer goes out as another prepared it",
    )
    + " END IF;",
)  # fmt: skip
URGENCY = _trigger(
    "urgency_is_told", "cases_breakglass", "INSERT",
    _unless(
        f"NEW.told_id IS NULL OR NEW.told_id = me OR NEW.review_due_at IS NULL"
        f" OR NEW.review_due_at > NEW.starts_at + interval '{REVIEW_HOURS} hours' OR NEW.ends_at < NEW.starts_at"
        " OR num_nonnulls(NEW.reviewed_by_id, NEW.was_right, NEW.review) > 0"
        " OR NOT EXISTS (SELECT FROM public.accounts_membership m WHERE m.user_id = NEW.told_id AND m.organisation_id = NEW.owner_id"
        " AND m.approved_at IS NOT NULL AND m.accepted_at IS NOT NULL AND m.ended_at IS NULL AND m.suspended_at IS NULL)",
        "a file opened by urgency is told to a colleague and reviewed within three days",
    ),
    definer=True,
)  # fmt: skip
AGREED = _trigger(
    "agreed_is_copied", "cases_case", "INSERT OR UPDATE OF agreed",
    _unless(
        "public.acting('kind') IS DISTINCT FROM 'system'"
        " AND NEW.agreed IS DISTINCT FROM (CASE TG_OP WHEN 'INSERT' THEN '{}' ELSE OLD.agreed END)",
        "what her consents open is copied from them by the house",
    ),
)  # fmt: skip
COUNTED = """
CREATE FUNCTION public.file_is_kept_by_the_house() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF public.acting('kind') IS DISTINCT FROM 'system' THEN
        RAISE EXCEPTION '%', coalesce(TG_ARGV[0], 'what lists say of a file is copied from its facts by the house')
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER file_is_kept_by_the_house BEFORE UPDATE ON cases_case FOR EACH ROW WHEN (
    current_user <> 'repere_owner' AND (
        (NEW.revision, NEW.status_on, NEW.closed_on, NEW.jurisdiction, NEW.mechanism, NEW.territory, NEW.zone)
            IS DISTINCT FROM (OLD.revision, OLD.status_on, OLD.closed_on, OLD.jurisdiction, OLD.mechanism, OLD.territory, OLD.zone)
    )
) EXECUTE FUNCTION file_is_kept_by_the_house();
"""
"""Changes are counted, and columns copied, in the house's own capacity (`actions.facts`): a person's own connection writes none."""

GRANT = _trigger(
    "grant_is_carried", "cases_grant", "INSERT",
    """
    IF public.acting('kind') = 'system' THEN
        RETURN NEW;
    END IF;
    SELECT o.kind INTO giver FROM public.directory_organisation o WHERE o.id = NEW.owner_id;
    SELECT o.kind INTO receiver FROM public.directory_organisation o WHERE o.id = NEW.organisation_id;
    origin := EXISTS (SELECT FROM public.cases_reach r WHERE r.relation = 'origin' AND r.word = receiver);
    """  # noqa: S608 constants of this file
    + _unless(
        "NEW.organisation_id IS NOT DISTINCT FROM NEW.owner_id OR NOT EXISTS (SELECT FROM public.cases_reach r"
        " WHERE r.relation = 'receives' AND r.purpose = NEW.purpose AND r.word = receiver)",
        "an access is given for a purpose that its receiver has",
    )
    + _unless(
        """NEW.law <> '' AND NOT EXISTS (SELECT FROM public.cases_reach r
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
                    WHERE g.relation = 'state' AND g.word = giver AND g.purpose = r.purpose)))""",
        "an access that crosses a wall is carried by her consent or by a rule",
    ),
    declare="giver text; receiver text; origin boolean;",
)  # fmt: skip

TRIGGERS = {
    "erasure_takes_two": "cases_erasure", "hold_is_ones_own": "cases_hold", "requisition_takes_two": "cases_requisition",
    "urgency_is_told": "cases_breakglass", "agreed_is_copied": "cases_case", "grant_is_carried": "cases_grant",
}  # fmt: skip
SINCE_0103 = (
    "DROP TRIGGER requisition_takes_two ON cases_requisition; DROP FUNCTION requisition_takes_two()",
    REQUISITION,
    COUNTED,
)
SINCE_0103_UNDONE = "DROP TRIGGER file_is_kept_by_the_house ON cases_case; DROP FUNCTION file_is_kept_by_the_house()"
GUARDS = (ERASURE, HOLD, REQUISITION, URGENCY, AGREED, GRANT)
UNDONE = [f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}()" for name, table in TRIGGERS.items()]
_COPIED = "file_is_kept_by_the_house('what her consents open is copied from them by the house')"
SINCE_0110 = f"""
DROP TRIGGER agreed_is_copied ON cases_case; DROP FUNCTION agreed_is_copied();
CREATE TRIGGER agreed_is_copied BEFORE INSERT ON cases_case
    FOR EACH ROW WHEN (current_user <> 'repere_owner' AND NEW.agreed <> '{{}}') EXECUTE FUNCTION {_COPIED};
CREATE TRIGGER agreed_stays_copied BEFORE UPDATE OF agreed ON cases_case
    FOR EACH ROW WHEN (current_user <> 'repere_owner' AND NEW.agreed IS DISTINCT FROM OLD.agreed) EXECUTE FUNCTION {_COPIED};
"""
"""The same question, asked of those files alone that say something: of ten thousand that come in at once, of none."""
SINCE_0110_UNDONE = f"""
DROP TRIGGER agreed_stays_copied ON cases_case; DROP TRIGGER agreed_is_copied ON cases_case;
{AGREED}
"""

_STANDS = """
CREATE FUNCTION public.{name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.directory_organisation o WHERE o.id = NEW.{receiver} AND o.state = 'active') THEN
        RAISE EXCEPTION 'what is in a file goes only to an organisation past its probation' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {name} BEFORE {when} ON {table} FOR EACH ROW
    WHEN (current_user <> 'repere_owner' AND NEW.{receiver} IS NOT NULL{only}) EXECUTE FUNCTION {name}();
"""
_RECEIVED = (
    ("access_goes_to_who_stands", "cases_grant", "organisation_id", "INSERT", ""),
    ("referral_goes_to_who_stands", "cases_offer", "organisation_id", "INSERT", ""),
    (
        "extract_goes_to_who_stands", "cases_extract", "receiver_id", "INSERT OR UPDATE OF state",
        " AND NEW.receiver_id <> NEW.organisation_id AND NEW.state IN ('asked', 'approved', 'ready', 'fetched')",
    ),
)  # fmt: skip
SINCE_0112 = [
    _STANDS.format(name=name, table=table, receiver=receiver, when=when, only=only) for name, table, receiver, when, only in _RECEIVED
]
"""On probation, suspended or closed: policies close what it was given before, these refuse what would be given."""
SINCE_0112_UNDONE = [f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}()" for name, table, *_rest in _RECEIVED]

_UNCARRIED = "DROP TRIGGER grant_is_carried ON cases_grant; DROP FUNCTION grant_is_carried()"
SINCE_0113 = [_UNCARRIED, GRANT.replace("'system' THEN", "'system' AND NEW.referral IS NOT NULL THEN")]
"""An access is written by the house alone, and asked what carries it all the same; one of a referral is compared with the referral."""
SINCE_0113_UNDONE = [_UNCARRIED, GRANT]
