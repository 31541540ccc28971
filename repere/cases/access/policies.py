"""The same declaration as row-level security: the second lock.

The words come from `cases_reach`, which holds the policy; each list is read once per statement (a scalar sub-select), and a
row is compared with it. Policies are written anew after every migration (`restate`), like the rights of the database roles:
the database never says anything else than this declaration.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.migrations import RunSQL

from repere.accounts.access import BY_THE_HOUSE
from repere.cases import erasing, watching
from repere.cases.access.reach import REACH, Reach
from repere.cases.exports import declared as exports
from repere.cases.handover import declared as handover
from repere.cases.outside import declared as outside
from repere.cases.policy import SYSTEM
from repere.cases.referral import doors as referral
from repere.directory.tiers import PAST_PROBATION
from repere.ledger.policy import ACTING_JOB, ACTING_ORGANISATION, ACTING_ROLE, ACTING_USER, protect

RUNNING = "g.revoked_at IS NULL AND (g.ends_at IS NULL OR g.ends_at > now())"
BLOCKED = "(SELECT cases_blocked())::uuid[]"
WHOLE_TEAM = "(SELECT cases_whole_team())"


def _words(relation: str) -> str:
    """The words of the acting role through one relation, as an array read once per statement."""
    return f"(SELECT cases_words('{relation}'))::text[]"


OF_THE_TEAM = _words("own")
OF_ANY_RELATION = _words("any")
OF_TEAM_ALONE = _words("team")
OF_ASSIGNED = _words("assigned")
IF_AGREED = _words("agreed")
URGENT_WORDS = _words("urgent")
GRANTED = _words("granted")
GRANTED_IF_AGREED = _words("granted_if_agreed")
WITHHELD = _words("withheld")

# What an acting member holds, looked up once per statement. Functions, and not sub-selects, because the policies of the tables that
# a sub-select reads would be unfolded within every policy: planning a list then took ten times as long as running it. They run
# as the owner of the tables, whom row-level security binds too: they see what the acting member's organisation sees.
# Planning costs by the number of sub-selects in a policy: one answer for a word, not one for each way to it.
FUNCTIONS = {
    "cases_blocked() RETURNS uuid[]": """
    BEGIN
        RETURN (SELECT coalesce(array_agg(c.case_id) || array_agg(c.person_id), '{}') FROM public.cases_conflictofinterest c
            WHERE c.user_id = (SELECT public.acting('user')::uuid) AND c.ended_at IS NULL
            -- What a member of another body declares about her counts there; what she said of herself, everywhere.
            AND (c.organisation_id = (SELECT public.acting('organisation')::uuid) OR c.declared_by_id = c.user_id));
    END""",
    "cases_whole_team() RETURNS boolean": """
    BEGIN
        RETURN (SELECT coalesce(bool_or(t.whole_team), false) FROM public.cases_teampractice t
            WHERE t.organisation_id = (SELECT public.acting('organisation')::uuid));
    END""",
    "cases_holds(wanted text) RETURNS boolean": """
    DECLARE
        mine text := public.acting('role');
        through text := CASE WHEN public.cases_whole_team() THEN 'assigned' ELSE 'team' END;
    BEGIN
        RETURN EXISTS (SELECT FROM public.cases_reach r
            WHERE r.role = mine AND r.relation = through AND r.purpose = '' AND r.word = wanted);
    END""",
    "cases_opened(wanted text) RETURNS SETOF uuid": """
    DECLARE
        me uuid := public.acting('user')::uuid;
        mine text := public.acting('role');
    BEGIN
        RETURN QUERY SELECT unnest(ARRAY[b.case_id, b.person_id]) FROM public.cases_breakglass b
            WHERE b.user_id = me AND b.ends_at > now() AND wanted = ANY (b.words);
        IF EXISTS (SELECT FROM public.cases_reach r
            WHERE r.role = mine AND r.relation = 'assigned' AND r.purpose = '' AND r.word = wanted) THEN
            RETURN QUERY SELECT unnest(ARRAY[a.case_id, a.person_id]) FROM public.cases_assignment a
                WHERE a.user_id = me AND a.ended_at IS NULL;
        END IF;
    END""",
    "cases_words(wanted text) RETURNS text[]": """
    DECLARE
        mine text := public.acting('role');
    BEGIN
        IF wanted = 'withheld' THEN
            RETURN ARRAY(SELECT (r.purpose || ':' || r.word)::text FROM public.cases_reach r WHERE r.relation = 'withheld');
        ELSIF wanted IN ('granted', 'granted_if_agreed') THEN
            -- An organisation on probation reads no file that another opened, whatever access was written for it.
            IF NOT EXISTS (SELECT FROM public.directory_organisation o
                WHERE o.id = public.acting('organisation')::uuid AND o.state = 'active') THEN
                RETURN '{}';
            END IF;
            RETURN ARRAY(SELECT (r.purpose || ':' || r.word)::text FROM public.cases_reach r WHERE r.role = mine AND r.purpose <> ''
                AND r.relation = CASE wanted WHEN 'granted' THEN 'granted' ELSE 'agreed' END);
        ELSIF wanted = 'any' THEN
            RETURN ARRAY(SELECT DISTINCT r.word::text FROM public.cases_reach r WHERE r.role = mine AND r.relation IN ('team', 'assigned'));
        ELSIF wanted = 'own' THEN
            wanted := CASE WHEN public.cases_whole_team() THEN 'assigned' ELSE 'team' END;
        END IF;
        RETURN ARRAY(SELECT r.word::text FROM public.cases_reach r WHERE r.role = mine AND r.relation = wanted AND r.purpose = '');
    END""",
    # Whether the ledger of the acting organisation tells of this sending, as it stands. Asked before anything of her opens by it.
    "cases_was_sent(her uuid, sent uuid, sender uuid, looked_at text) RETURNS boolean": """
    BEGIN
        RETURN EXISTS (
            WITH hers AS MATERIALIZED (
                SELECT e.actor_id, convert_from(e.body, 'UTF8')::json -> 'detail' AS told FROM public.ledger_entry e
                WHERE e.subjects @> ARRAY[her] AND e.act = 'send_referral'
                    AND e.organisation_id = public.acting('organisation')::uuid
            )
            SELECT FROM hers h WHERE h.actor_id = sender AND (h.told ->> 'referral')::uuid = sent AND h.told ->> 'digest' = looked_at
        );
    END""",
    "cases_followed() RETURNS SETOF uuid": """
    BEGIN
        RETURN QUERY SELECT unnest(ARRAY[a.case_id, a.person_id]) FROM public.cases_assignment a
            WHERE a.user_id = (SELECT public.acting('user')::uuid) AND a.ended_at IS NULL;
    END""",
    "cases_urgent() RETURNS TABLE (file uuid, word text)": """
    BEGIN
        RETURN QUERY SELECT f.file, w.word FROM public.cases_breakglass b, unnest(ARRAY[b.case_id, b.person_id]) f(file),
            unnest(b.words::text[]) w(word) WHERE b.user_id = (SELECT public.acting('user')::uuid) AND b.ends_at > now();
    END""",
}
FOLLOWED = "(SELECT cases_followed())"


def of_word(word: str, by: str) -> str:
    """The acting member holds one word about the file that `by` names: through team or role, assignment, or urgency."""
    return f"((SELECT cases_holds('{word}')) OR {by} IN (SELECT cases_opened('{word}')))"


OPENED_BY_URGENCY = "(SELECT u.file, u.word FROM cases_urgent() u)"

SEEN = "seen by those in whose hands it lies"
ADDED = "added by those in whose hands it lies"
CHANGED = "changed by those in whose hands it lies"
REMOVED = "removed by those in whose hands it lies"


def policies(reach: Reach) -> dict[str, str]:
    """What follows the table in CREATE POLICY, by speaking name."""
    seen = _seen(reach)
    added = seen if reach.added is None else _added(reach)
    if reach.housed:
        added = f"({added} OR {reach.owner} = {ACTING_ORGANISATION} AND {ACTING_USER} IS NULL) AND {BY_THE_HOUSE}"
    if reach.author:
        added = f"({added}) AND {reach.author} = {ACTING_ORGANISATION}"
    if reach.signed:
        added = f"({added}) AND ({reach.signed} IS NOT DISTINCT FROM {ACTING_USER} OR {ACTING_ROLE} = '{SYSTEM}')"
    changed, removed = _owned(reach) if reach.granted and not reach.holder else seen, seen
    if reach.judged:
        added, changed, removed = (f"({rule}) AND {ACTING_ROLE} = '{SYSTEM}'" for rule in (added, changed, removed))
    written = f"({changed}) AND {BY_THE_HOUSE}" if reach.housed else changed
    found = {SEEN: f"FOR SELECT USING ({seen})", ADDED: f"FOR INSERT WITH CHECK ({added})"}
    if reach.changes:
        found[CHANGED] = f"FOR UPDATE USING ({changed}) WITH CHECK ({written})"
    if reach.removes:
        found[REMOVED] = f"FOR DELETE USING ({removed})"
    return found | _job_policies(reach)


def _added(reach: Reach) -> str:
    if not reach.added:
        return _owned(reach)
    return f"{reach.owner} = {ACTING_ORGANISATION} AND '{reach.added}' = ANY ({OF_ANY_RELATION})"


def _seen(reach: Reach) -> str:
    seen = _owned(reach)
    if reach.granted:
        seen = f"({seen}) OR EXISTS ({_grant_sql(reach)})"
    if reach.holder:
        seen = f"{reach.holder} = {ACTING_ORGANISATION} AND ({seen})"
    if reach.user:
        seen = f"({seen}) AND {reach.user} = {ACTING_USER}"
    return f"({seen}) AND {unblocked(_column(reach, reach.by))}" if reach.by else seen


def _owned(reach: Reach) -> str:
    """In the organisation that opened the file, through team, assignment, her consent or urgency."""
    held = _held(reach)
    return f"{reach.owner} = {ACTING_ORGANISATION}" + (f" AND ({held})" if held else "")


def _held(reach: Reach) -> str:
    word = _word(reach)
    if word is None:
        return ""
    named = [f"{reach.to} = {ACTING_USER}"] if reach.to else []
    if reach.any_file or reach.by is None:
        return " OR ".join([f"{word} = ANY ({OF_ANY_RELATION})", *named])
    by = _column(reach, reach.by)
    if reach.word:
        return " OR ".join([of_word(reach.word, by), *named])
    assigned = f"{by} IN {FOLLOWED}"
    ways = [f"{word} = ANY ({OF_THE_TEAM})", f"{word} = ANY ({OF_ASSIGNED}) AND {assigned}"]
    if reach.writer and reach.group:
        ways.append(f"{word} = ANY ({IF_AGREED}) AND ({WHOLE_TEAM} OR {assigned}) AND ({_agreed(reach)})")
    ways.append(f"({by}, {word}) IN {OPENED_BY_URGENCY}")
    return " OR ".join(f"({way})" for way in (*ways, *named))


def _word(reach: Reach) -> str | None:
    if reach.group:
        return f"{reach.table}.{reach.group}::text"
    return f"'{reach.word}'::text" if reach.word else None


def _column(reach: Reach, name: str | None) -> str:
    return f"{reach.table}.{name}"


def _agreed(reach: Reach) -> str:
    return (
        f"{_column(reach, reach.writer)} = {ACTING_USER} OR EXISTS (SELECT 1 FROM cases_case c"  # noqa: S608
        f" WHERE c.id = {_column(reach, reach.by)} AND {_column(reach, reach.group)} = ANY (c.agreed))"
    )


def unblocked(column: str) -> str:
    return f"({column} IS NULL OR NOT ({column} = ANY ({BLOCKED})))"


def _grant_sql(reach: Reach) -> str:
    sql = (
        f"SELECT 1 FROM cases_grant g WHERE g.{reach.of}_id = {_column(reach, reach.by)}"  # noqa: S608 names come from the declaration
        f" AND g.organisation_id = {ACTING_ORGANISATION} AND {RUNNING} AND {_opened(reach)}"
    )
    if reach.groups:
        sql += f" AND {_column(reach, reach.groups)} <@ g.groups"
    if reach.view:
        sql += f" AND EXISTS (SELECT 1 FROM cases_view v WHERE v.id = {_column(reach, reach.view)} AND v.groups <@ g.groups)"  # noqa: S608
    if reach.kind:
        kind = _column(reach, reach.kind)
        sql += (
            f" AND ({_column(reach, reach.author)} = {ACTING_ORGANISATION} OR {kind} = ANY (g.named_kinds)"
            f" OR NOT (g.purpose || ':' || {kind})::text = ANY ({WITHHELD}))"
            f" AND ({_column(reach, reach.author)} = {ACTING_ORGANISATION} OR ((g.through_revision IS NULL OR"
            f" {reach.table}.revision <= g.through_revision) AND NOT {reach.table}.id = ANY (g.left_out)))"
        )
    return sql


def _opened(reach: Reach) -> str:
    named = f"(g.purpose || ':' || {_word(reach)})::text"
    opened = f"{named} = ANY ({GRANTED})"
    if not reach.group:
        return opened
    if reach.writer:
        opened = f"({opened} OR ({named} = ANY ({GRANTED_IF_AGREED}) AND ({_agreed(reach)})))"
    return f"{_column(reach, reach.group)} = ANY (g.groups) AND {opened}"


def _job_policies(reach: Reach) -> dict[str, str]:
    """A job acting for an organisation reaches what is made for it; for nobody, what `jobs` says."""
    if not (reach.jobs or reach.holder):
        return {}
    mine = f"{reach.holder or reach.owner} = {ACTING_ORGANISATION}"
    found = {}
    for name, command, words in (
        ("read", "SELECT", "USING ({})"), ("add", "INSERT", "WITH CHECK ({})"), ("change", "UPDATE", "USING ({0}) WITH CHECK ({0})"),
    ):  # fmt: skip
        reached = [mine] if reach.holder else []
        if name in reach.jobs:
            reached.append(f"{ACTING_ORGANISATION} IS NULL")
        if reached:
            rule = f"{ACTING_JOB} AND ({' OR '.join(reached)})"
            found[f"{name} by jobs"] = f"FOR {command} TO repere_worker " + words.format(rule)
    return found


# ---- tables of the relations themselves

OURS = f"owner_id = {ACTING_ORGANISATION}"
ON_FILES = f"'file' = ANY ({OF_TEAM_ALONE})"
NOT_BLOCKED = unblocked("case_id")
_GIVING = Reach(REACH[0].model, owner="owner_id", by="case_id", word="shares")


def _of_grant(word: str) -> str:
    """The relation to the file of a grant, for one word of the policy."""
    return f"{OURS} AND {of_word(word, 'case_id')}"


RECEIVED = f"organisation_id = {ACTING_ORGANISATION} AND (purpose || ':file')::text = ANY ({GRANTED})"
GRANT_POLICIES = {
    "seen by giver and receiver": f"FOR SELECT USING ((({_of_grant('shares')}) OR ({RECEIVED})) AND {NOT_BLOCKED})",
    # After the verb asked who may share, and not while on probation: whoever poses as an association would put a name before every
    # house, and see which of them looks twice. One that carries out a referral is compared with it (`referral.GRANT_POLICY`).
    "given by the verb of whoever opened the file": (
        f"FOR INSERT WITH CHECK ({OURS} AND {BY_THE_HOUSE} AND {PAST_PROBATION} AND referral IS NULL)"
    ),
    "ended by whoever gave it": f"FOR UPDATE USING ({_of_grant('shares')} AND {NOT_BLOCKED}) WITH CHECK ({OURS} AND {BY_THE_HOUSE})",
    "read by jobs": f"FOR SELECT TO repere_worker USING ({ACTING_JOB} AND {ACTING_ORGANISATION} IS NULL)",
    **referral.GRANT_POLICY,
}

INVOLVED = f"({ON_FILES} OR user_id = {ACTING_USER} OR told_id = {ACTING_USER})"
ANOTHER = f"user_id IS DISTINCT FROM {ACTING_USER}"
MEMBER = f"organisation_id = {ACTING_ORGANISATION}"
CHOOSES = f"{MEMBER} AND {ACTING_ROLE} = ANY (ARRAY['administrator', '{SYSTEM}'])"

# Who follows a file and who is kept away from it is written in the application's own capacity, after the verb has asked: nobody
# writes it on her own connection, in her name or in a colleague's.
RELATION_POLICIES: dict[str, dict[str, str]] = {
    "cases_assignment": {
        SEEN: f"FOR SELECT USING ({OURS} AND {ON_FILES} AND {NOT_BLOCKED})",
        ADDED: f"FOR INSERT WITH CHECK ({OURS} AND {ON_FILES} AND {BY_THE_HOUSE})",
        CHANGED: f"FOR UPDATE USING ({OURS} AND {ON_FILES} AND {NOT_BLOCKED}) WITH CHECK ({OURS} AND {BY_THE_HOUSE})",
    },
    "cases_breakglass": {
        SEEN: f"FOR SELECT USING ({OURS} AND {INVOLVED} AND {NOT_BLOCKED})",
        "opened by oneself, for four hours": (
            f"FOR INSERT WITH CHECK ({OURS} AND user_id = {ACTING_USER} AND role = {ACTING_ROLE} AND {NOT_BLOCKED}"
            f" AND starts_at <= now() AND ends_at <= now() + interval '4 hours' AND reviewed_at IS NULL"
            f" AND words::text[] <@ ({URGENT_WORDS} || ARRAY['file', 'tasks', 'findings', 'shares']))"
        ),
        "reviewed by another": (
            f"FOR UPDATE USING ({OURS} AND {INVOLVED} AND {ANOTHER} AND {NOT_BLOCKED})"
            f" WITH CHECK ({OURS} AND reviewed_by_id = {ACTING_USER})"
        ),
    },
    "cases_conflictofinterest": {
        "seen by colleagues": f"FOR SELECT USING ({MEMBER} AND {ANOTHER})",
        "read to keep away": "FOR SELECT TO repere_owner USING (true)",
        "declared by the verb": f"FOR INSERT WITH CHECK ({MEMBER} AND {BY_THE_HOUSE} AND ended_at IS NULL)",
        "ended by another": f"FOR UPDATE USING ({MEMBER} AND {ANOTHER}) WITH CHECK ({MEMBER} AND {BY_THE_HOUSE})",
    },
    "cases_keptawaynote": {
        "read by whom it is for": f"FOR SELECT USING ({MEMBER} AND reader_id = {ACTING_USER})",
        "told by the verb": f"FOR INSERT WITH CHECK ({MEMBER} AND {BY_THE_HOUSE} AND read_at IS NULL)",
        "put away by whom it is for": f"FOR UPDATE USING ({MEMBER} AND reader_id = {ACTING_USER}) WITH CHECK ({MEMBER})",
    },
    "cases_teampractice": {
        # The functions above ask for the acting organisation themselves: its policy need not ask again.
        "read to hold": "FOR SELECT TO repere_owner USING (true)",
        "seen in the organisation": f"FOR SELECT USING ({MEMBER})",
        "chosen by its administrators": f"FOR INSERT WITH CHECK ({CHOOSES})",
        "changed by its administrators": f"FOR UPDATE USING ({CHOOSES}) WITH CHECK ({CHOOSES})",
    },
}


def protect_tables() -> Iterable[RunSQL]:
    """For the first migration: close every table of that day. What opens them is written after the migrations."""
    for table in ("cases_grant", *(reach.table for reach in REACH if reach.table not in PROTECTED_LATER)):
        yield protect(table, {})


PROTECTED_LATER = frozenset({"cases_consent", "cases_consentcopy", "cases_erasure", "cases_hold", "cases_paper", "cases_requisition"})


def protect_table(table: str) -> RunSQL:
    """For the migration that makes a table after the first one."""
    return protect(table, {})


def declared_policies() -> dict[str, dict[str, str]]:
    """Every policy by table: what `restate` writes, and what the boot check and a test compare with the database."""
    found = {"cases_grant": GRANT_POLICIES} | {reach.table: policies(reach) for reach in REACH} | RELATION_POLICIES
    found |= erasing.STANDING_POLICIES | watching.POLICIES | exports.POLICIES
    found |= handover.policies(ON_FILES, NOT_BLOCKED) | outside.POLICIES
    found |= referral.policies(_of_grant, GRANTED, NOT_BLOCKED)
    found["cases_nametoken"] = found["cases_nametoken"] | watching.NAMESAKE_POLICIES
    return {table: opened | erasing.opened_to_the_owner(table) for table, opened in found.items()}


def restate(cursor: Any) -> None:
    """Write every policy in its present wording; by the owner of the tables, after the migrations, in one transaction."""
    for head, body in FUNCTIONS.items():
        name = head.partition(" RETURNS")[0].replace("wanted ", "")
        cursor.execute(
            f"CREATE OR REPLACE FUNCTION public.{head} LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED"
            f" SET search_path = pg_catalog, pg_temp AS $${body} $$"
        )
        cursor.execute(f"REVOKE ALL ON FUNCTION public.{name} FROM PUBLIC")
        cursor.execute(f"GRANT EXECUTE ON FUNCTION public.{name} TO repere_web, repere_worker, repere_owner")
    for table, opened in declared_policies().items():
        cursor.execute("SELECT policyname FROM pg_policies WHERE schemaname = 'public' AND tablename = %s", [table])
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP POLICY "{name}" ON {table}')
        for name, rule in opened.items():
            cursor.execute(f'CREATE POLICY "{name}" ON {table} {rule}')
