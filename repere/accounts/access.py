"""Who may touch the tables of accounts and keys. The worker holds no key, and public pages nothing at all."""

GRANTS = {
    "accounts_user": {"web": "SELECT, INSERT, UPDATE", "worker": "SELECT (id, name, language, is_active)"},
    "accounts_membership": {"web": "SELECT, INSERT, UPDATE", "worker": "SELECT"},
    "accounts_invitation": {"web": "SELECT, INSERT, UPDATE"},
    "accounts_signinbucket": {"web": "SELECT, INSERT, UPDATE, DELETE"},
    "keys.organisation_key": {"web": "SELECT, INSERT"},
    "keys.person_key_wrap": {"web": "SELECT, INSERT, DELETE"},
}
