"""Row-level security in one wording, for the migrations of every room.

`acting_as` tells the database who acts, per transaction, in three settings and a fourth that proves them: an HMAC-SHA256 made
by the application with a key that only the owner of the tables can read there (`keys.actor_key`). Whoever can run SQL on the
pages' connection can write the settings, but not the proof. Policies read the actor through `acting(part)`, which answers NULL
unless the proof holds; the scalar sub-select makes PostgreSQL ask once per statement, not once per row.
"""

from collections.abc import Mapping

from django.db import migrations

ACTING_USER = "(SELECT acting('user')::uuid)"
ACTING_ORGANISATION = "(SELECT acting('organisation')::uuid)"
ACTING_KIND = "(SELECT acting('kind'))"
# The capacity in which somebody acts: a role of the mechanism, "administrator", or "system" for a job.
ACTING_ROLE = "(SELECT acting('role'))"
# A page cannot call itself a job: the claim counts only on the worker's own connection.
ACTING_JOB = "(SELECT acting('kind') = 'system' AND current_user = 'repere_worker')"

# Run before every migration, because the first policies name the function already; it may run any number of times.
# The proof is `key.until.mac`. It is bound to this connection (its process id) and to a moment: one that was seen elsewhere,
# or kept, proves nothing. `until` is compared with the start of the transaction, so that a long act does not lose its actor.
# HMAC (RFC 2104) with the two padded keys made beforehand, for want of pgcrypto in the embedded server.
ACTOR = """
CREATE TABLE IF NOT EXISTS keys.actor_key (
    id text PRIMARY KEY, inner_pad bytea NOT NULL, outer_pad bytea NOT NULL, made_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE keys.actor_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE keys.actor_key FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS "the owner of the function" ON keys.actor_key;
CREATE POLICY "the owner of the function" ON keys.actor_key TO repere_owner USING (true) WITH CHECK (true);
CREATE OR REPLACE FUNCTION public.acting(part text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL RESTRICTED SET search_path = pg_catalog, pg_temp AS $$
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
"""


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


def rewording(table: str, policies: Mapping[str, str]) -> list[str]:
    """Statements that write policies anew in their present wording; those of other names on the table are left alone."""
    name = table if table.startswith('"') else f'"{table}"'
    return [
        statement
        for title, rule in policies.items()
        for statement in (f'DROP POLICY IF EXISTS "{title}" ON {name}', f'CREATE POLICY "{title}" ON {name} {rule}')
    ]


def restate(table: str, policies: Mapping[str, str]) -> migrations.RunSQL:
    """The same as a migration. Undoing a change of wording changes nothing: the wording comes from the code."""
    return migrations.RunSQL([*rewording(table, policies)], migrations.RunSQL.noop)


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
