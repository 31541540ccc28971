"""Who may touch the ledger's tables. Nobody may change or delete a row."""

GRANTS = {
    "ledger_entry": {"web": "SELECT, INSERT", "worker": "SELECT, INSERT", "sealer": "SELECT"},
    "ledger_seal": {"web": "SELECT", "worker": "SELECT", "sealer": "SELECT, INSERT"},
}
