"""What must hold before a page or a job is served. Each problem says what was found and how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.db import DatabaseError, connection

from repere.accounts import boot
from repere.accounts.rootkey import RootKeyMissing, root_key
from repere.cases import tombstones
from repere.cases.policy import reach_problems
from repere.web import database, embedded, logging

Row = tuple[Any, ...]


def problems() -> list[str]:
    """Every reason not to serve; empty when all is well."""
    if settings.REPERE_ROLE == "public":
        return _role_obeys_row_security()
    if _rows("SELECT to_regclass('directory_organisation')")[0][0] is None:
        return ["The tables are missing. Run: repere migrate"]
    return [problem for check in CHECKS for problem in check()]


def _rows(statement: str, values: Sequence[Any] = ()) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _access_file_asks_for_secrets() -> list[str]:
    if database.external_url() is not None:
        return _external_access_asks_for_secrets()
    lines = [line.split("#")[0].split() for line in embedded.access_file().read_text().splitlines()]
    return [
        f"pg_hba.conf lets people in by {words[-1]!r}: every line must end in scram-sha-256. Restore the file that Repère wrote."
        for words in lines
        if words and words[-1] != "scram-sha-256"
    ]


def _external_access_asks_for_secrets() -> list[str]:
    with database.admin_connection() as admin:
        allowed = admin.execute("SELECT has_table_privilege('pg_hba_file_rules', 'SELECT')").fetchone()
        if not allowed or not allowed[0]:
            return []
        rules = admin.execute("SELECT line_number FROM pg_hba_file_rules WHERE auth_method = 'trust'").fetchall()
    return [f"pg_hba.conf line {line} says trust: use scram-sha-256." for (line,) in rules]


def _role_obeys_row_security() -> list[str]:
    name, is_super, bypasses = _rows("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")[0]
    found = []
    if is_super or bypasses:
        found.append(f"The database role {name} passes over row-level security. Serve as repere_web or repere_worker.")
    owned = _rows("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")[0][0]
    if owned:
        found.append(f"The database role {name} owns {owned} tables. Serve as repere_web or repere_worker.")
    for (other,) in _rows(
        "SELECT rolname FROM pg_roles WHERE rolname <> current_user AND pg_has_role(current_user, oid, 'MEMBER')"
        " AND NOT rolname LIKE 'pg\\_%%'"
    ):
        found.append(f"The database role {name} may become {other}: revoke that membership.")
    return found


def _policies_bind_the_owner_too() -> list[str]:
    loose = _rows(
        "SELECT DISTINCT c.oid::regclass::text FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid"
        " WHERE c.relkind IN ('r', 'p') AND (p.oid IS NOT NULL OR c.relrowsecurity)"
        " AND NOT (c.relrowsecurity AND c.relforcerowsecurity) ORDER BY 1"
    )
    return [f"Table {table} has policies that its owner may pass over: FORCE ROW LEVEL SECURITY." for (table,) in loose]


def _views_keep_row_security() -> list[str]:
    leaky = _rows(
        "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname IN ('public', 'keys', 'published') AND (c.relkind = 'm' OR c.relkind = 'v'"
        " AND NOT COALESCE(c.reloptions @> ARRAY['security_invoker=true'], false)) ORDER BY 1"
    )
    return [f"View {view} reads with its owner's rights: make it security_invoker." for (view,) in leaky]


def _definer_functions_fix_their_path() -> list[str]:
    loose = _rows(
        "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
        " WHERE n.nspname IN ('public', 'keys', 'published') AND p.prosecdef"
        " AND NOT COALESCE(array_to_string(p.proconfig, ',') LIKE '%%search_path%%', false) ORDER BY 1"
    )
    return [f"Function {name} runs with its owner's rights and no fixed search_path." for (name,) in loose]


def _demonstration_stands_alone() -> list[str]:
    real = _rows("SELECT count(*) FROM directory_organisation WHERE NOT is_invented")[0][0]
    found = []
    if real and settings.REPERE_DEMO:
        found.append(
            f"REPERE_DEMO is set beside {real} real organisation(s): its sign-in without password must not exist there. "
            "Use another data folder for the demonstration."
        )
    if not (settings.REPERE_RATES or settings.REPERE_DEMO):
        found.append("REPERE_NO_RATES is set where no demonstration is: pages would be answered at any pace. Unset it.")
    if settings.DEBUG and (real or not settings.REPERE_DEMO):
        found.append("REPERE_DEBUG is set beside real data: error pages would show them. Unset it.")
    return found


def _logs_quote_nobody() -> list[str]:
    """Beside real data neither our log nor the server's may hold a statement: its values are names."""
    found = logging.problems()
    if settings.REPERE_DEMO:
        return found
    wrong = _rows("SELECT name, setting, current_user FROM pg_settings WHERE name = ANY (%s) ORDER BY name", [list(database.QUIET)])
    return found + [
        f"The server writes statements or values into its log ({name} is {value}). Have its administrator run:"
        f" ALTER ROLE {role} SET {name} = '{database.QUIET[name]}'"
        for name, value, role in wrong
        if value != database.QUIET[name]
    ]


def _roles_bring_nothing_of_their_own() -> list[str]:
    """A role may change its own settings, so whoever ran SQL as it may have: `row_security` off would close every page for good."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        name = cursor.fetchone()[0]
        found = sorted({setting for _within, setting in database.foreign_settings(cursor, name)})
    if not found:
        return []
    return [
        f"The database role {name} brings settings that Repère did not give it ({', '.join(found)}). Run: repere migrate"
        " (a setting that you want belongs to the database, not to the role)"
    ]


def _root_key_is_here() -> list[str]:
    """After a restore the root key comes back by its keepers. Without it every page about a person would fail, and say nothing why."""
    if settings.REPERE_ROLE != "web":
        return []
    try:
        root_key()
    except RootKeyMissing as missing:
        return [f"{missing} Bring it back: repere keys restore-root"]
    return []


def _erasures_are_replayed() -> list[str]:
    """A backup older than an erasure brings the person back: nothing is served before she is gone again."""
    try:
        missing = tombstones.unreplayed()
    except tombstones.TombstonesDamaged as damaged:
        return [f"{damaged} Compare it with its copy beside a backup."]
    return [f"{len(missing)} erasures were made after this backup. Run: repere erasure replay"] if missing else []


def _reach_is_the_policy() -> list[str]:
    return reach_problems([(row[0], row[1], row[2], row[3]) for row in _rows("SELECT role, relation, purpose, word FROM cases_reach")])


def warnings() -> list[str]:
    """What does not stop an installation and should be mended by whoever runs it."""
    if settings.REPERE_ROLE == "public" or not settings.HTTPS or settings.REPERE_PROXIES:
        return []
    if not _rows("SELECT count(*) FROM directory_organisation WHERE NOT is_invented")[0][0]:
        return []
    return [
        "REPERE_HTTPS says that a TLS front stands before Repère, and REPERE_PROXIES is not set: every visitor seems to come from"
        " one address, so that anybody's wrong passwords delay everybody. Set REPERE_PROXIES to the number of proxies, usually 1."
    ]


CHECKS: list[Callable[[], list[str]]] = [
    _reach_is_the_policy,
    _access_file_asks_for_secrets,
    _role_obeys_row_security,
    _policies_bind_the_owner_too,
    _views_keep_row_security,
    _definer_functions_fix_their_path,
    _demonstration_stands_alone,
    _logs_quote_nobody,
    _roles_bring_nothing_of_their_own,
    _root_key_is_here,
    _erasures_are_replayed,
    *boot.CHECKS,
]


def as_django_checks(app_configs: Any = None, databases: Sequence[str] | None = None, **_others: Any) -> list[CheckMessage]:
    """For `manage.py check --database default`."""
    if not databases or "default" not in databases:
        return []
    try:
        found: list[CheckMessage] = [Error(problem, id="repere.E001") for problem in problems()]
        return found or [Warning(words, id="repere.W001") for words in warnings()]
    except DatabaseError as error:
        return [Error(f"The boot check could not be made: {type(error).__name__}.", id="repere.E002")]
