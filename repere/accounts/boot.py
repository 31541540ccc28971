"""What must hold of row-level security before anything is served: every table closed, every policy as it was written.

`repere migrate` marks each policy with a digest of its text as PostgreSQL reads it back. A policy that was changed by hand no
longer fits its mark; one that was added by hand has none.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from django.db import connection

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.proof import ProofKeyMissing

WITHOUT_POLICY = {
    "django_migrations": "names of migrations",
    "django_content_type": "names of tables",
    "cases_keptmechanism": "the rule book, which is public",
    "cases_reach": "which role may do what: the declaration itself, without a person",
    "account_emailaddress": "of a library, unused: no role has a right on it",
    "account_emailconfirmation": "of a library, unused: no role has a right on it",
}
"""Tables that row-level security does not close, and why. Any other open table stops the boot."""
LIBRARY_PREFIXES = ("procrastinate_", "auth_")
"""The worker's own tables beside the queue (moments, ids), and a library's tables of groups that nobody has a right on."""

EVERY_POLICY = """
    SELECT c.oid::regclass::text, p.polname, p.polcmd::text, p.polpermissive::text,
        ARRAY(SELECT r.rolname::text FROM pg_roles r WHERE r.oid = ANY (p.polroles) ORDER BY 1)::text,
        coalesce(pg_get_expr(p.polqual, p.polrelid), ''), coalesce(pg_get_expr(p.polwithcheck, p.polrelid), ''),
        coalesce(obj_description(p.oid, 'pg_policy'), '')
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname IN ('public', 'keys', 'published') ORDER BY 1, 2
"""


def mark_policies(cursor: Any) -> None:
    """Keep how PostgreSQL reads each policy back. By the owner of the tables, once all policies are written."""
    cursor.execute("SET LOCAL search_path = public")
    cursor.execute(EVERY_POLICY)
    for table, name, *text, _mark in cursor.fetchall():
        quoted = name.replace('"', '""')
        cursor.execute(f"COMMENT ON POLICY \"{quoted}\" ON {table} IS '{_digest(text)}'")


def _digest(text: list[str]) -> str:
    return sha256("\0".join(text).encode()).hexdigest()


def policies_are_as_written() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(EVERY_POLICY)
        return [
            f"Policy “{name}” on {table} is not as Repère wrote it. Run: repere migrate"
            for table, name, *text, mark in cursor.fetchall()
            if mark != _digest(text)
        ]


def every_table_is_closed() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname IN ('public', 'keys') AND c.relkind IN ('r', 'p') AND NOT (c.relrowsecurity AND c.relforcerowsecurity)"
            " ORDER BY 1, 2"
        )
        return [
            f"Table {table} is open to every row: protect it, or say in accounts/boot.py why it need not be."
            for schema, table in cursor.fetchall()
            if schema != "public" or (table not in WITHOUT_POLICY and not table.startswith(LIBRARY_PREFIXES))
        ]


# Whoever may not enter the schema cannot even ask about a table in it.
READS_PROOF_KEYS = """
    SELECT CASE WHEN has_schema_privilege(current_user, 'keys', 'USAGE')
        THEN has_table_privilege(current_user, 'keys.actor_key', 'SELECT') ELSE false END
"""


def the_actor_is_proved() -> list[str]:
    """The database believes the application, and nobody who serves can read the key with which it does."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(READS_PROOF_KEYS)
        if cursor.fetchone()[0]:
            found.append("The role that serves can read the key that proves who acts. Run: repere migrate")
    try:
        with acting_as(Actor.system("boot")), connection.cursor() as cursor:
            cursor.execute("SELECT acting('kind')")
            if cursor.fetchone()[0] != "system":
                found.append("The database does not accept the proof of who acts. Run: repere migrate")
    except ProofKeyMissing as missing:
        found.append(str(missing))
    return found


CHECKS: list[Callable[[], list[str]]] = [policies_are_as_written, every_table_is_closed, the_actor_is_proved]
