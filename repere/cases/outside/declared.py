"""Who may touch the tables of `models/outside.py`.

A member sees her own wishes; the verbs write them, in the house's capacity for her: an address of her days, or where letters go, is
never planted by SQL in a request of hers. The door finds a calendar by the hash of its secret. The worker reads the addresses of those
who asked for letters, and writes and sends letters; it holds no right on the addresses of anybody else (`accounts/access.py`).
"""

from __future__ import annotations

from repere.accounts.access import BY_THE_HOUSE
from repere.ledger.policy import ACTING_JOB, ACTING_KIND, ACTING_ORGANISATION, ACTING_USER

HERSELF = f"organisation_id = {ACTING_ORGANISATION} AND user_id = {ACTING_USER}"
KEPT_FOR_HER = f"{HERSELF} AND {BY_THE_HOUSE}"
AT_THE_DOOR = f"{ACTING_KIND} = 'sign_in'"
JOBS = f"TO repere_worker USING ({ACTING_JOB} AND {ACTING_ORGANISATION} IS NULL)"

POLICIES = {
    "cases_calendaraddress": {
        "seen by herself": f"FOR SELECT USING ({HERSELF})",
        "asked for by the verb": f"FOR INSERT WITH CHECK ({KEPT_FOR_HER})",
        "ended by the verb, marked when it is read": f"FOR UPDATE USING ({KEPT_FOR_HER}) WITH CHECK ({KEPT_FOR_HER})",
        "found at the door": f"FOR SELECT USING ({AT_THE_DOOR})",
    },
    "cases_mailwish": {
        "seen by herself": f"FOR SELECT USING ({HERSELF})",
        "asked for by the verb": f"FOR INSERT WITH CHECK ({KEPT_FOR_HER})",
        "ended by the verb": f"FOR UPDATE USING ({KEPT_FOR_HER}) WITH CHECK ({KEPT_FOR_HER})",
        "read by jobs": f"FOR SELECT {JOBS}",
    },
    "cases_letter": {
        "read by jobs": f"FOR SELECT {JOBS}",
        "written by jobs": f"FOR INSERT TO repere_worker WITH CHECK ({ACTING_JOB} AND {ACTING_ORGANISATION} IS NULL)",
        "sent by jobs": f"FOR UPDATE {JOBS}",
    },
}

GRANTS = {
    "cases_calendaraddress": {"web": "SELECT, INSERT, UPDATE (ended_at, fetched_at)"},
    "cases_mailwish": {"web": "SELECT, INSERT, UPDATE (ended_at)", "worker": "SELECT"},
    "cases_letter": {"worker": "SELECT, INSERT, UPDATE (sent_at, tries, failure)"},
}
