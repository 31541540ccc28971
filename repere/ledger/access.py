"""Who may touch the ledger's tables. Nobody changes a row; only what a signed retention point covers may go, and only by the owner.

A witness is named and ended by the command of the installation alone, which acts as a job and signs as one: SQL smuggled onto the
pages' connection acts as a person or as nobody, and finds the table closed. Who the witnesses are is no secret.
"""

from repere.ledger.policy import ACTING_JOB, ACTING_KIND, ACTING_USER

THE_COMMAND = f"({ACTING_KIND} = 'system' AND {ACTING_USER} IS NULL)"

GRANTS = {
    "ledger_entry": {"web": "SELECT, INSERT", "worker": "SELECT, INSERT", "sealer": "SELECT"},
    "ledger_seal": {"web": "SELECT", "worker": "SELECT", "sealer": "SELECT, INSERT"},
    "ledger_retention": {"web": "SELECT", "worker": "SELECT", "sealer": "SELECT, INSERT"},
    "ledger_witness": {"web": "SELECT, INSERT, UPDATE (until)", "worker": "SELECT"},
    "ledger_comparison": {
        "web": "SELECT (organisation_id, number, looked_at, whole_at)",
        "worker": "SELECT, INSERT, UPDATE (after_person, looked_at, whole_at, missing, number)",
    },
    "ledger_dispatch": {"web": "SELECT", "worker": "SELECT, INSERT, UPDATE (sent_at, tries, failure)"},
}

POLICIES = {
    "ledger_witness": {
        "witnesses are no secret": "FOR SELECT USING (true)",
        "named by the command": f"FOR INSERT TO repere_web WITH CHECK {THE_COMMAND}",
        "ended by the command": f"FOR UPDATE TO repere_web USING {THE_COMMAND} WITH CHECK {THE_COMMAND}",
    },
    "ledger_dispatch": {
        "what was sent is no secret": "FOR SELECT USING (true)",
        "written down by the worker": "FOR INSERT TO repere_worker WITH CHECK (true)",
        "sent by the worker": "FOR UPDATE TO repere_worker USING (true) WITH CHECK (true)",
    },
}

COMPARISON_POLICIES = {
    "how many is no secret": "FOR SELECT USING (true)",
    "begun by its job": f"FOR INSERT TO repere_worker WITH CHECK ({ACTING_JOB})",
    "carried on by its job": f"FOR UPDATE TO repere_worker USING ({ACTING_JOB}) WITH CHECK ({ACTING_JOB})",
}
"""Which ids they are, only the job reads (`GRANTS`)."""
