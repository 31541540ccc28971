"""Row-level security in one wording, for the migrations of every room.

The settings are set per transaction by `acting_as`. After a transaction they read as an empty string, never as NULL,
hence `NULLIF`; the scalar sub-select makes PostgreSQL read them once per statement, not once per row.
"""

from collections.abc import Mapping

from django.db import migrations

ACTING_USER = "(SELECT NULLIF(current_setting('repere.user', true), '')::uuid)"
ACTING_ORGANISATION = "(SELECT NULLIF(current_setting('repere.organisation', true), '')::uuid)"
ACTING_KIND = "(SELECT current_setting('repere.kind', true))"
# A page cannot call itself a job: the claim counts only on the worker's own connection.
ACTING_JOB = "(SELECT current_setting('repere.kind', true) = 'system' AND current_user = 'repere_worker')"


def protect(table: str, policies: Mapping[str, str]) -> migrations.RunSQL:
    """Close a table, for its owner too, then open what each policy says.

    `policies` maps a speaking name to what follows the table in CREATE POLICY:
    {"own rows": "FOR SELECT USING (organisation_id = …)"}.
    """
    name = table if table.startswith('"') else f'"{table}"'
    opening = [f'CREATE POLICY "{title}" ON {name} {rule}' for title, rule in policies.items()]
    closing = [f'DROP POLICY "{title}" ON {name}' for title in policies]
    return migrations.RunSQL(
        [f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY", f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY", *opening],
        [*closing, f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY", f"ALTER TABLE {name} DISABLE ROW LEVEL SECURITY"],
    )


def append_only(table: str) -> migrations.RunSQL:
    """No UPDATE, DELETE or TRUNCATE, whoever asks, the owner included."""
    guard = f"{table}_is_append_only"
    return migrations.RunSQL(
        f"""
        CREATE FUNCTION {guard}() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
        BEGIN
            RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'integrity_constraint_violation';
        END $$;
        CREATE TRIGGER {guard} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION {guard}();
        ALTER TABLE {table} ENABLE ALWAYS TRIGGER {guard};
        """,
        f"DROP TRIGGER {guard} ON {table}; DROP FUNCTION {guard}();",
    )
