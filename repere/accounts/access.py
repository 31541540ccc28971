"""Who may touch the tables of accounts and keys. The worker holds no key, and public pages nothing at all.

A member sees herself and her organisation's members; nobody sees the members of another, but the sponsor of an organisation,
who approves the members of one that has a single administrator. The door (`Actor.at_the_door`) finds an address before anybody
acts: only the application can sign that it stands there.
"""

from collections.abc import Mapping
from typing import Any

from repere.accounts import by_key, deferring
from repere.directory import access as directory
from repere.directory.tiers import PAST_PROBATION
from repere.ledger.policy import ACTING_JOB, ACTING_KIND, ACTING_ORGANISATION, ACTING_ROLE, ACTING_USER, rewording

GRANTS = {
    "accounts_user": {"web": "SELECT, INSERT, UPDATE", "worker": "SELECT (id, name, language, is_active, last_login)"},
    "accounts_membership": {
        # Who, where and in which role never change: a new role is a new membership.
        "web": "SELECT, INSERT, UPDATE (approved_by_id, approved_at, confirmed_at, notice_at, suspended_at, suspended_why,"
        " ended_at, ended_by_id, accepted_at)",
        "worker": "SELECT, UPDATE (notice_at, suspended_at, suspended_why)",
    },
    "accounts_application": {"web": "SELECT, INSERT"},
    "accounts_vettingstep": {"web": "SELECT, INSERT", "worker": "SELECT, INSERT"},
    "accounts_factorreset": {"web": "SELECT, INSERT, UPDATE (second_by_id, done_at)"},
    "accounts_invitation": {"web": "SELECT, INSERT, UPDATE (used_at)"},
    "accounts_signedin": {"web": "SELECT, INSERT, UPDATE, DELETE"},
    "accounts_usedcode": {"web": "SELECT, INSERT, DELETE"},
    "accounts_outsideidentity": {"web": "SELECT, INSERT, DELETE"},
    # The library's own table of factors; its other tables stay closed to everybody.
    "mfa_authenticator": {"web": "SELECT, INSERT, UPDATE, DELETE"},
    "keys.organisation_key": {"web": "SELECT, INSERT"},
    "keys.person_key_wrap": {"web": "SELECT, INSERT, DELETE"},
    "keys.index_key": {"web": "SELECT"},
    "keys.organisation_key_pair": {"web": "SELECT, INSERT"},
    "keys.person_key_rotation": {"web": "SELECT, INSERT"},
    # Sessions and counters have no right here: `by_key.py`.
    **deferring.GRANTS,
}

AT_THE_DOOR = f"{ACTING_KIND} = 'sign_in'"
BY_THE_HOUSE = f"{ACTING_KIND} = 'system'"
SPONSORED = f"organisation_id IN (SELECT o.id FROM directory_organisation o WHERE o.sponsor_id = {ACTING_ORGANISATION})"  # noqa: S608 constants
OURS = f"(organisation_id = {ACTING_ORGANISATION} OR {SPONSORED})"
# What she accepted herself, today or formerly: old files name those who worked on them. A mere proposal opens nothing of her.
ACCEPTED = " AND m.accepted_at IS NOT NULL"
APPROVED = " AND m.approved_at IS NOT NULL"
A_MEMBER = (
    "EXISTS (SELECT FROM accounts_membership m WHERE m.user_id = {user}{so_far} AND (m.organisation_id = {me}"
    " OR m.organisation_id IN (SELECT o.id FROM directory_organisation o WHERE o.sponsor_id = {me})))"
)
MEMBER_OF_OURS = A_MEMBER.format(user="accounts_user.id", so_far=ACCEPTED, me=ACTING_ORGANISATION)
INVITED_BY_US = A_MEMBER.format(user="accounts_invitation.user_id", so_far=APPROVED, me=ACTING_ORGANISATION)
ADMINISTERS = f"{ACTING_ROLE} IN ('administrator', 'system')"
WE_VET = f"{ADMINISTERS} AND {PAST_PROBATION}"
JOBS = f"TO repere_worker USING ({ACTING_JOB})"

POLICIES = {
    # Looked up before anybody is known; tied to an account, and taken from it, by its own person.
    "accounts_outsideidentity": {
        "looked up at the door": "FOR SELECT USING (true)",
        "tied by herself": f"FOR INSERT WITH CHECK (user_id = {ACTING_USER} AND {BY_THE_HOUSE})",
        "taken away by herself or her house": f"FOR DELETE USING ({BY_THE_HOUSE})",
    },
    "accounts_user": {
        "herself, her colleagues, anybody at the door": (
            f"FOR SELECT USING (id = {ACTING_USER} OR {AT_THE_DOOR} OR {MEMBER_OF_OURS})"
        ),
        "read by jobs": f"FOR SELECT {JOBS}",
        # An address that anybody could take beforehand would be kept from its person, and an error would tell who has an account.
        "made by who invites": f"FOR INSERT WITH CHECK ({BY_THE_HOUSE})",
        "changed by herself": (
            f"FOR UPDATE USING (id = {ACTING_USER} OR {AT_THE_DOOR} OR {BY_THE_HOUSE} AND {MEMBER_OF_OURS})"
            f" WITH CHECK (id = {ACTING_USER} OR {AT_THE_DOOR} OR {BY_THE_HOUSE} AND {MEMBER_OF_OURS})"
        ),
    },
    "accounts_membership": {
        "her own, those of her organisation": f"FOR SELECT USING (user_id = {ACTING_USER} OR {AT_THE_DOOR} OR {OURS})",
        "read by jobs": f"FOR SELECT {JOBS}",
        "counted by the guard": "FOR SELECT TO repere_owner USING (true)",
        "invited into one's organisation": f"FOR INSERT WITH CHECK (organisation_id = {ACTING_ORGANISATION} AND {ADMINISTERS})",
        "changed by the organisation or its sponsor": f"FOR UPDATE USING ({OURS} AND {ADMINISTERS}) WITH CHECK ({OURS} AND {ADMINISTERS})",
        "accepted at the door": f"FOR UPDATE USING ({AT_THE_DOOR}) WITH CHECK ({AT_THE_DOOR})",
        "suspended by jobs": f"FOR UPDATE {JOBS} WITH CHECK ({ACTING_JOB})",
    },
    "accounts_invitation": {
        "read at the door": f"FOR SELECT USING (user_id = {ACTING_USER} OR {AT_THE_DOOR} OR {BY_THE_HOUSE} AND {INVITED_BY_US})",
        # A link for a membership asks her to accept it; only for a member of one's own does a link begin an account again.
        # Which of both, and who answers for it, the database asks itself (`beginning_guard.py`).
        "made for a member": f"FOR INSERT WITH CHECK ({ADMINISTERS} AND {INVITED_BY_US})",
        "used at the door": (
            f"FOR UPDATE USING ({AT_THE_DOOR} OR {BY_THE_HOUSE} AND {INVITED_BY_US})"
            f" WITH CHECK ({AT_THE_DOOR} OR {BY_THE_HOUSE} AND {INVITED_BY_US})"
        ),
    },
    "accounts_application": {
        "read by organisations that vet": f"FOR SELECT USING ({WE_VET})",
        "left at the door": f"FOR INSERT WITH CHECK ({AT_THE_DOOR})",
    },
    "accounts_vettingstep": {
        "read by organisations that vet": f"FOR SELECT USING (organisation_id = {ACTING_ORGANISATION} OR ({WE_VET}) OR {ACTING_JOB})",
        "counted by the guard": "FOR SELECT TO repere_owner USING (true)",
        "one's own voice": (
            f"FOR INSERT WITH CHECK (user_id = {ACTING_USER} AND by_organisation_id = {ACTING_ORGANISATION} AND {ADMINISTERS}"
            f" OR user_id IS NULL AND {ACTING_KIND} IN ('system', 'sign_in'))"
        ),
    },
    "accounts_factorreset": {
        "of one's organisation": f"FOR SELECT USING ({OURS} AND {ADMINISTERS})",
        "counted by the guard": "FOR SELECT TO repere_owner USING (true)",
        "asked by an administrator": f"FOR INSERT WITH CHECK ({OURS} AND {ADMINISTERS} AND first_by_id = {ACTING_USER})",
        "confirmed by another": f"FOR UPDATE USING ({OURS} AND {ADMINISTERS}) WITH CHECK ({OURS} AND second_by_id = {ACTING_USER})",
    },
}
"""Tables without a policy here keep none for a reason that `boot.py` names."""

_HERS = f"user_id = {ACTING_USER}"
_KEPT_FOR_HER = f"{_HERS} AND {BY_THE_HOUSE}"
OWN_POLICIES = {
    # What opens an account is written by the house for it (`own.keeper_of`): SQL in a request of hers adds no factor of somebody else.
    **{
        table: {
            "read by herself": f"FOR SELECT USING ({_HERS})",
            "added by the house": f"FOR INSERT WITH CHECK ({_KEPT_FOR_HER})",
            "changed by the house": f"FOR UPDATE USING ({_KEPT_FOR_HER}) WITH CHECK ({_KEPT_FOR_HER})",
            "taken away by the house": f"FOR DELETE USING ({_KEPT_FOR_HER})",
        }
        for table in ("mfa_authenticator", "accounts_usedcode")
    },
    # Seen, locked and ended by herself. What proves her is asked by a trigger (`opening_guard.py`).
    "accounts_signedin": {
        "read by herself": f"FOR SELECT USING ({_HERS})",
        "added by the house": f"FOR INSERT WITH CHECK ({_KEPT_FOR_HER})",
        "changed by herself": f"FOR UPDATE USING ({_HERS}) WITH CHECK ({_HERS})",
        "taken away by the house": f"FOR DELETE USING ({_KEPT_FOR_HER})",
    },
}
"""Rows of one's own, apart from any organisation."""

KEY_POLICIES = {
    '"keys"."organisation_key"': {
        "who acts may wrap for a receiver": f"FOR SELECT USING ({ACTING_ORGANISATION} IS NOT NULL)",
        # A row that does not open would close every file of that organisation: only the application's own capacity adds one, the first.
        "who acts may make a first key": (
            f"FOR INSERT WITH CHECK ({BY_THE_HOUSE} AND organisation_id = {ACTING_ORGANISATION} AND version = 1)"
        ),
    },
    # A wrap that somebody planted would be given her real key by the next rotation, or stand in the place of a true one.
    '"keys"."person_key_wrap"': {
        "held or shared by who acts": f"FOR SELECT USING (organisation_id = {ACTING_ORGANISATION} OR shared_by_id = {ACTING_ORGANISATION})",
        "for oneself, or shared by a holder": (
            f"FOR INSERT WITH CHECK ({BY_THE_HOUSE} AND (organisation_id = {ACTING_ORGANISATION} AND shared_by_id IS NULL"
            f" OR shared_by_id = {ACTING_ORGANISATION} AND holds_key_of(person_id, {ACTING_ORGANISATION})))"
        ),
        "what was shared may be taken back": (
            f"FOR DELETE USING ({BY_THE_HOUSE} AND (shared_by_id = {ACTING_ORGANISATION} OR organisation_id = {ACTING_ORGANISATION}))"
        ),
    },
    '"keys"."organisation_key_pair"': {
        "who acts may close for a receiver": f"FOR SELECT USING ({ACTING_ORGANISATION} IS NOT NULL)",
        # Whose private half is elsewhere opens, with no second person, whatever others close for that organisation.
        "made by who acts for it": f"FOR INSERT WITH CHECK ({BY_THE_HOUSE} AND organisation_id = {ACTING_ORGANISATION} AND version = 1)",
    },
    '"keys"."person_key_rotation"': {
        "seen by who asked": f"FOR SELECT USING (organisation_id = {ACTING_ORGANISATION})",
        "asked by who took a share back": f"FOR INSERT WITH CHECK ({BY_THE_HOUSE} AND organisation_id = {ACTING_ORGANISATION})",
    },
}


def before_acceptance(policies: Mapping[str, str]) -> dict[str, str]:
    """The same while memberships were not accepted yet: the first migrations run before there is such a column."""
    return {name: rule.replace(ACCEPTED, "") for name, rule in policies.items()}


def declared_policies() -> dict[str, dict[str, str]]:
    return POLICIES | OWN_POLICIES | KEY_POLICIES | by_key.POLICIES | deferring.POLICIES


def restate(cursor: Any) -> None:
    """Write these policies in their present wording; by the owner of the tables, after the migrations."""
    for table, policies in {**directory.declared_policies(), **declared_policies()}.items():
        for statement in rewording(table, policies):
            cursor.execute(statement)
