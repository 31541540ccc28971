"""Who may touch the tables of a referral, as row-level security. Each row is written by a verb (`BY_THE_HOUSE`), whoever it names.

Sending is a person's decision (`may_share`), written by the verb in her name, and what a referral may open is written down by it
and cannot be changed after. Everything later follows from that row and from its row in the ledger: an access is opened by a job's
capacity only where an accepted offer of a referral that was sent says so.
"""

from __future__ import annotations

from collections.abc import Callable

from repere.accounts.access import BY_THE_HOUSE
from repere.ledger.policy import ACTING_JOB, ACTING_KIND, ACTING_ORGANISATION, ACTING_ROLE, ACTING_USER

OURS = f"owner_id = {ACTING_ORGANISATION}"
AT_THE_DOOR = f"{ACTING_KIND} = 'sign_in'"
NIGHTLY = f"{ACTING_JOB} AND {ACTING_ORGANISATION} IS NULL"
JOBS = f"TO repere_worker USING ({NIGHTLY})"
OF_OURS = "EXISTS (SELECT 1 FROM cases_referral r WHERE r.id = referral_id)"
THROUGH_OFFER = "EXISTS (SELECT 1 FROM cases_offer o WHERE o.id = offer_id)"
NAMED = f"{OF_OURS[:-1]} AND r.state = 'open' AND (organisation_id = ANY (r.recipients) OR service = ANY (r.recipients)))"

# What an accepted offer opens: no group, kind, day or fact more than the sender wrote down, and nothing that the ledger does not know.
ACCEPTED = """EXISTS (SELECT 1 FROM cases_referral r JOIN cases_offer o ON o.referral_id = r.id
    WHERE r.id = cases_grant.referral AND r.case_id = cases_grant.case_id AND r.state = 'open' AND o.state = 'accepted'
    AND o.organisation_id = cases_grant.organisation_id AND o.organisation_id = ANY (r.recipients)
    AND cases_grant.groups <@ r.groups AND cases_grant.purpose = r.purpose AND cases_grant.law = r.law
    AND cases_grant.consent_fact IS NOT DISTINCT FROM r.consent_fact AND cases_grant.named_kinds <@ r.named_kinds
    AND cases_grant.left_out @> r.left_out AND (r.ongoing OR cases_grant.through_revision = r.through_revision)
    AND cases_grant.ends_at <= r.access_ends_at AND cases_was_sent(r.person_id, r.id, r.sent_by_id, r.digest))"""
GRANT_POLICY = {"given by an accepted referral": f"FOR INSERT WITH CHECK ({OURS} AND {ACTING_ROLE} = 'system' AND {ACCEPTED})"}


def policies(of_file: Callable[[str], str], granted: str, not_blocked: str) -> dict[str, dict[str, str]]:
    """Table → policies. `of_file`: the relation to a file for a word of the policy; `granted`: what accesses open to the acting role."""
    received = f"organisation_id = {ACTING_ORGANISATION} AND state <> 'waiting' AND (purpose || ':file')::text = ANY ({granted})"
    sent, ours = f"{of_file('shares')} AND {not_blocked}", f"{OURS} AND {OF_OURS}"
    return {
        "cases_referral": {
            "seen by whoever sees the shares": f"FOR SELECT USING ({sent})",
            "sent by whoever may share": (
                f"FOR INSERT WITH CHECK ({of_file('may_share')} AND {not_blocked} AND {BY_THE_HOUSE} AND sent_by_id = {ACTING_USER})"
            ),
            "followed by whoever sees the shares": f"FOR UPDATE USING ({sent}) WITH CHECK ({OURS} AND {BY_THE_HOUSE})",
            "read by jobs": f"FOR SELECT {JOBS}",
            "followed by jobs": f"FOR UPDATE {JOBS} WITH CHECK ({ACTING_JOB})",
        },
        "cases_offer": {
            "seen by both sides": f"FOR SELECT USING (({ours}) OR ({received}))",
            "put to whom the referral names": (
                f"FOR INSERT WITH CHECK ({OURS} AND {BY_THE_HOUSE} AND {ACTING_ROLE} <> 'system' AND {NAMED})"
            ),
            "followed by the sender": f"FOR UPDATE USING ({ours}) WITH CHECK ({OURS} AND {BY_THE_HOUSE})",
            "answered by the receiver": f"FOR UPDATE USING ({received}) WITH CHECK ({received} AND {BY_THE_HOUSE})",
            "read by jobs": f"FOR SELECT {JOBS}",
            "followed by jobs": f"FOR UPDATE {JOBS} WITH CHECK ({ACTING_JOB})",
        },
        "cases_jointstep": {
            "seen by both sides": f"FOR SELECT USING ({THROUGH_OFFER})",
            "added by either side": f"FOR INSERT WITH CHECK ({THROUGH_OFFER} AND {BY_THE_HOUSE})",
            "done by either side": f"FOR UPDATE USING ({THROUGH_OFFER}) WITH CHECK ({THROUGH_OFFER} AND {BY_THE_HOUSE})",
        },
        "cases_capsule": {
            "seen by the sender": f"FOR SELECT USING ({OURS} AND {THROUGH_OFFER})",
            "made by the sender": (
                f"FOR INSERT WITH CHECK ({OURS} AND {THROUGH_OFFER} AND {BY_THE_HOUSE} AND {ACTING_ROLE} <> 'system')"
            ),
            "called back by the sender": (
                f"FOR UPDATE USING ({OURS} AND {THROUGH_OFFER}) WITH CHECK ({OURS} AND {BY_THE_HOUSE})"
            ),
            "opened at the door": f"FOR SELECT USING ({AT_THE_DOOR})",
            "answered at the door": f"FOR UPDATE USING ({AT_THE_DOOR}) WITH CHECK ({AT_THE_DOOR})",
        },
    }


FOLLOWED = (
    "state, sent_at, acknowledge_by, answer_by, next_step_at, acknowledged_at, reminded_at, escalated_at, answered_at, answered_by_id,"
    " refusal, grant_id, outcome, outcome_on, news_for_sender, news_for_receiver"
)
GRANTS = {
    "cases_consent": {"web": "SELECT, INSERT, UPDATE (withdrawn_at)"},
    "cases_referral": {"web": "SELECT, INSERT, UPDATE (state, closed_at)", "worker": "SELECT, UPDATE (state, closed_at)"},
    "cases_offer": {"web": f"SELECT, INSERT, UPDATE ({FOLLOWED})", "worker": f"SELECT, UPDATE ({FOLLOWED})"},
    "cases_jointstep": {"web": "SELECT, INSERT, UPDATE (done_at)"},
    "cases_capsule": {"web": "SELECT, INSERT, UPDATE (tries, opened_at, closed_at, person, accepted_by, ring_since)"},
}
