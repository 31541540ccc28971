"""What asks for a factor again, what must not, and what a demonstration does instead."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from repere.accounts.acting import acting_as
from repere.accounts.models import SignedIn
from repere.accounts.own import keeper_of
from repere.cases import actions
from repere.ledger.models import Entry
from repere.web.routes import ROUTES
from tests.cases.story import NOW, concern
from tests.people import Cast, Member
from tests.web.test_routes import address_of

pytestmark = pytest.mark.django_db
SignIn = Callable[[Member], Client]

# Address × who works there. Objects are of nobody: the proof is asked for before anything is looked up.
OF_A_WORKER = {
    "cases:identity": ["ZZZZZZZZ"],
    "cases:access_give": ["ZZZZZZZZ"],
    "cases:urgency_open": [],
    "cases:extract_decide": [uuid4()],
    "cases:extract_make": [uuid4()],
    "cases:extract_fetch": [uuid4()],
    "cases:extract_received": [],
    "cases:extract_statistics": [],
    "cases:extract_work": [],
    "cases:paper_open": ["ZZZZZZZZ", uuid4()],
    "cases:handover_colleague": [uuid4()],
    "directory:show": [uuid4()],
    "cases:wish": ["calendar"],
    "accounts:add_passkey": [],
    "accounts:new_passkey_options": [],
    "accounts:add_app": [],
    "accounts:remove_factor": [1],
    "accounts:recovery_codes": [],
    "accounts:password": [],
    "accounts:outside_forget": [],
    "directory:export": ["csv"],
    "cases:ending_step": ["ZZZZZZZZ", "ask"],
    "cases:endings_step": ["ask"],
    "cases:follow": ["ZZZZZZZZ"],
    "cases:hand_over": ["ZZZZZZZZ"],
    "cases:handover": [],
    "cases:handover_nobody": [],
    "cases:handover_act": [uuid4(), "accept"],
    "cases:paper_remove": ["ZZZZZZZZ", uuid4()],
    "cases:requisitions": ["ZZZZZZZZ"],
    "cases:requisition_step": ["ZZZZZZZZ", uuid4(), "confirm"],
    "cases:capsule_make": [uuid4()],
    "cases:offer_act": [uuid4(), "accept"],
    "cases:place_act": ["ZZZZZZZZ", uuid4(), "show"],
    "cases:marks_act": ["ZZZZZZZZ", "agree"],
    "cases:conflicts": [],
    "cases:conflict_end": [uuid4()],
    "directory:address_act": [uuid4(), "reveal"],
    "directory:entry_act": [uuid4(), "vouch"],
    "directory:contact_act": [uuid4(), "verify"],
    "places:vouching": [uuid4()],
}
OF_AN_ADMINISTRATOR = {
    "accounts:member_invite": [],
    "accounts:member_approve": [uuid4()],
    "accounts:member_end": [uuid4()],
    "accounts:factor_reset_ask": [uuid4()],
    "accounts:factor_reset": [uuid4()],
    "accounts:organisation_step": [uuid4(), "approve"],
    "accounts:member_confirm": [uuid4()],
    "cases:unfreeze": [uuid4()],
    "cases:team": [],
}
LOOKED_AT = {
    "cases:identity": ["ZZZZZZZZ"],
    "cases:access_give": ["ZZZZZZZZ"],
    "cases:urgency_open": [],
    "accounts:new_factor": [],
    "accounts:outside_link": [],
    "directory:address": [uuid4()],
}
# Taking away what somebody could do with an open file is never slowed down.
NEVER_ASKED = {
    "cases:freeze": [uuid4()],
    "cases:access_end": ["ZZZZZZZZ", uuid4()],
    "cases:offer_act": [uuid4(), "recall"],
    "cases:consent_withdraw": ["ZZZZZZZZ", uuid4()],
    "cases:handover_act": [uuid4(), "withdraw"],
    "cases:place_act": ["ZZZZZZZZ", uuid4(), "back"],
    "cases:marks_act": ["ZZZZZZZZ", "keep"],
    "accounts:end_session": [uuid4()],
}
# What else may be sent, and why nobody is slowed down for it. An address of the route table that is in no list fails the test.
WITHOUT = {
    "coming in, locking, proving": {
        "accounts:change_role", "accounts:locked", "accounts:lock", "accounts:still_here", "accounts:confirm", "accounts:proof_options",
        "accounts:end_other_sessions",
    },
    "the daily work on a file: it adds facts, each of which can be taken back": {
        "cases:concern", "cases:concern_keep", "cases:concern_discard", "cases:fact_new", "cases:fact_correct", "cases:fact_withdraw",
        "cases:fact_keep", "cases:fact_discard", "cases:papers", "cases:task_assign", "cases:task_snooze", "cases:task_resume",
        "cases:task_waive", "cases:task_reopen", "cases:consent_new", "cases:consent_paper", "cases:interpreters", "cases:interpreter_act",
        "cases:moved",
    },
    "asks and shows nothing of her to anybody new": {
        "cases:place", "cases:place_change", "cases:extract_new", "cases:search", "cases:notices", "pages:read_day",
    },
    "nobody waits for a factor while a child is in danger": {"cases:report"},
    "asks by itself before what would leave leaves: tests/cases/test_open_session.py": {"cases:referral_new"},
    "that something was read, or one's own settings": {
        "cases:freeze_read", "cases:alert_seen", "cases:kept_away_read", "cases:urgency_review", "cases:languages",
    },
    "professionals and beds: nothing is offered before others have vouched": {
        "directory:new", "directory:edit", "directory:mandate_act", "directory:safe_place", "directory:conventions",
        "directory:convention", "directory:imports", "directory:import_act", "places:new", "places:asked_act", "places:house_act",
        "places:moving_act",
    },
    "a letter that names nobody and asks whether a mailbox is read": {"directory:mailbox_send"},
}  # fmt: skip


def test_every_address_that_takes_something_says_whether_it_asks_for_a_factor() -> None:
    """Read from the route table. A reveal of who she is, and whatever leaves in bulk, always asks."""
    asks, spared = {*OF_A_WORKER, *OF_AN_ADMINISTRATOR, *LOOKED_AT}, set().union(*WITHOUT.values())
    inside = {name: route for name, route in ROUTES.items() if route.audience == "signed_in"}
    matters = {name for name, route in inside.items() if route.tier == "identity" or route.rate == "export"}
    taking = {name for name, route in inside.items() if "POST" in route.methods}
    assert matters - asks == set()
    assert taking | matters == (asks | spared | set(NEVER_ASKED)) & (taking | matters)
    assert spared & asks == set()
    assert spared <= taking


@pytest.mark.parametrize("name", sorted(set().union(*WITHOUT.values())))
def test_what_is_said_to_be_spared_is_spared(name: str, people: Cast, signed_in: SignIn) -> None:
    """The list is no wish: a page in it that began to ask would fail here and be declared."""
    client = signed_in(people.amina)
    grown_stale(people.amina)
    client.post(address_of(name, {"code": "ZZZZZZZZ"}))
    with people.amina.acts() as actor:
        assert not Entry.objects.of_organisation(actor.organisation_id).filter(act="ask_fresh_proof").exists()


def grown_stale(member: Member, minutes: int = 5) -> None:
    with acting_as(keeper_of(member.user)):
        SignedIn.objects.filter(user=member.user).update(confirmed_at=timezone.now() - timedelta(minutes=minutes))


@pytest.mark.parametrize("name", OF_A_WORKER | OF_AN_ADMINISTRATOR)
def test_an_act_that_cannot_be_taken_back_asks_for_a_factor_again(name: str, people: Cast, signed_in: SignIn) -> None:
    """A session left open on a desk for six minutes reveals, opens and approves nothing."""
    who = people.amina if name in OF_A_WORKER else people.chloe
    client = signed_in(who)
    grown_stale(who)
    answer = client.post(reverse(name, args=(OF_A_WORKER | OF_AN_ADMINISTRATOR)[name]), {"reason": "marqueur"})
    assert answer.status_code == 403
    assert reverse("accounts:confirm") in answer.content.decode()
    with who.acts() as actor:
        assert Entry.objects.of_organisation(actor.organisation_id).filter(act="ask_fresh_proof", kind="denial").count() == 1


@pytest.mark.parametrize("name", LOOKED_AT)
def test_a_page_that_asks_for_a_factor_shows_nothing_before(name: str, people: Cast, signed_in: SignIn) -> None:
    client = signed_in(people.amina)
    grown_stale(people.amina)
    answer = client.get(reverse(name, args=LOOKED_AT[name]))
    assert (answer.status_code, answer["Location"]) == (302, reverse("accounts:confirm"))


@pytest.mark.parametrize("name", NEVER_ASKED)
def test_closing_is_one_click(name: str, people: Cast, signed_in: SignIn) -> None:
    """Whoever freezes a colleague or ends an access has no minute to lose. Nothing is there under these names: 404, and no question."""
    client = signed_in(people.amina)
    grown_stale(people.amina)
    assert client.post(reverse(name, args=NEVER_ASKED[name])).status_code == 404


def test_her_name_stays_closed_until_the_factor_and_is_not_looked_at_in_the_ledger(people: Cast, signed_in: SignIn) -> None:
    amina = people.amina.actor
    case = concern(amina)
    actions.set_identity(case.person_id, tier="identity", values={"given_names": "Zorahmarqueur"}, acting=amina, now=NOW)
    client, address = signed_in(people.amina), reverse("cases:identity", args=[case.code])
    assert "Zorahmarqueur" in client.get(address).content.decode()
    grown_stale(people.amina)
    with people.amina.acts():
        before = Entry.objects.about(case.person_id).count()
    answer = client.get(address)
    assert answer.status_code == 302
    assert "Zorahmarqueur" not in client.get(address, follow=True).content.decode()
    sent = client.post(address, {"given_names": "Autre"})
    assert "Autre" not in sent.content.decode(), "what was typed travels sealed"
    with people.amina.acts():
        assert Entry.objects.about(case.person_id).count() == before
    grown_stale(people.amina, minutes=4)
    assert "Zorahmarqueur" in client.get(address).content.decode()


def test_a_demonstration_is_never_asked_and_counts_for_nothing_elsewhere(people: Cast, signed_in: SignIn, settings) -> None:
    """The one-click door has no factor to show. Beside real data a session of it would open none of these pages."""
    case = concern(people.amina.actor)
    client, address = signed_in(people.amina), reverse("cases:identity", args=[case.code])
    with acting_as(keeper_of(people.amina.user)):
        SignedIn.objects.filter(user=people.amina.user).update(proved_by=SignedIn.How.DEMONSTRATION)
    grown_stale(people.amina, minutes=30)
    settings.REPERE_DEMO = True
    assert client.get(address).status_code == 200
    settings.REPERE_DEMO = False
    assert client.get(address).status_code == 302
    grown_stale(people.amina, minutes=0)
    assert client.get(address).status_code == 302
