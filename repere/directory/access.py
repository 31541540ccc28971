"""Who may touch the directory's tables.

That an organisation exists is no secret inside the house; who may make one, and change what it is, is. A person never adds one:
an application comes through the door, the first two through the founding. Which changes of state are possible is checked by a
trigger of the accounts (`accounts/vetting_guard.py`), which counts the voices.
"""

from repere.directory import tiers
from repere.ledger.policy import ACTING_JOB, ACTING_KIND, ACTING_ORGANISATION

GRANTS = {
    "directory_organisation": {
        "web": "SELECT, INSERT, UPDATE (name, territory, language, state, state_since, probation_until, sponsor_id)",
        "worker": "SELECT, UPDATE (state, state_since)",
    },
    **tiers.GRANTS,
}

POLICIES = {
    "known inside the house": "FOR SELECT USING (true)",
    "by application or founding": f"FOR INSERT WITH CHECK ({ACTING_KIND} IN ('sign_in', 'system'))",
    "by who acts for an organisation": f"FOR UPDATE USING ({ACTING_ORGANISATION} IS NOT NULL OR {ACTING_JOB})"
    f" WITH CHECK ({ACTING_ORGANISATION} IS NOT NULL OR {ACTING_JOB})",
}


def declared_policies() -> dict[str, dict[str, str]]:
    return {"directory_organisation": POLICIES, **tiers.POLICIES, **tiers.ADDED, **tiers.LINKS}
