"""Who may touch the directory's tables."""

GRANTS = {
    "directory_organisation": {"web": "SELECT, INSERT, UPDATE", "worker": "SELECT"},
}
