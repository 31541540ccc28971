"""Who may touch the tables of `models/handover.py`: colleagues who work on files; whoever is proposed a file answers for herself."""

from __future__ import annotations

from repere.accounts.access import BY_THE_HOUSE
from repere.ledger.policy import ACTING_ORGANISATION, ACTING_ROLE, ACTING_USER

OURS = f"owner_id = {ACTING_ORGANISATION}"
MEMBER = f"organisation_id = {ACTING_ORGANISATION}"
HERSELF = f"{MEMBER} AND user_id = {ACTING_USER}"


def policies(on_files: str, not_blocked: str) -> dict[str, dict[str, str]]:
    """Table → policies. `on_files`: the acting role works on files; `not_blocked`: no conflict of interest about the file."""
    seen = f"{OURS} AND {on_files} AND {not_blocked}"
    return {
        "cases_handover": {
            "seen by colleagues": f"FOR SELECT USING ({seen})",
            # After the verb asked who follows the file, and was given what the next one must know first.
            "proposed in one's own name": (
                f"FOR INSERT WITH CHECK ({seen} AND {BY_THE_HOUSE} AND proposed_by_id = {ACTING_USER} AND state = 'proposed'"
                " AND (giver_id IS NULL OR successor_id <> proposed_by_id))"
            ),
            "answered by the successor, taken back by who proposed": (
                f"FOR UPDATE USING ({seen} AND state = 'proposed') WITH CHECK ({OURS} AND {BY_THE_HOUSE} AND ("
                f"state IN ('accepted', 'declined') AND successor_id = {ACTING_USER}"
                f" OR state = 'withdrawn' AND {ACTING_USER} IN (giver_id, proposed_by_id)"
                f" OR state IN ('withdrawn', 'carried') AND {ACTING_ROLE} = 'system'))"
            ),
        },
        "cases_spokenlanguages": {
            "seen in the organisation": f"FOR SELECT USING ({MEMBER} AND {on_files})",
            "said by herself": f"FOR INSERT WITH CHECK ({HERSELF})",
            "changed by herself": f"FOR UPDATE USING ({HERSELF}) WITH CHECK ({HERSELF})",
        },
    }


GRANTS = {
    "cases_handover": {"web": "SELECT, INSERT, UPDATE (state, answered_at, answer)"},
    "cases_spokenlanguages": {"web": "SELECT, INSERT, UPDATE (languages, said_at)"},
}
