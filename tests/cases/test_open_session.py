"""A session left open on a desk: what it can still do with her file, and what it must not."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from repere.cases import actions
from repere.cases.models import Case, Notice, Offer
from tests.accounts.test_fresh_proof import grown_stale
from tests.cases.story import concern, record
from tests.cases.test_referral import agree, asked, send
from tests.people import Cast, Member, each_their_own

pytestmark = pytest.mark.django_db
SignIn = Callable[[Member], Client]
WHERE_SHE_IS = ("contact_safety", "housing", "profile", "identity")


@pytest.fixture
def case(people: Cast) -> Case:
    amina = people.amina.actor
    case = concern(amina)
    record(case, amina, "urgent_need", basis="person_said", needs=["shelter"])
    actions.set_identity(case.person_id, tier="identity", values={"given_names": "Zorahmarqueur"}, acting=amina, now=datetime.now(UTC))
    return case


def written(people: Cast, **other: Any) -> dict[str, Any]:
    """The form of a referral as the thief fills it: everything, on the ground that does not ask her."""
    return {
        "first": str(people.boussole.pk), "purpose": "support", "groups": list(WHERE_SHE_IS), "ground": "danger", "urgency": "today",
        "needs": ["shelter"], "until": (datetime.now(UTC) + timedelta(days=30)).date().isoformat(), "handling": "share",
    } | other  # fmt: skip


def looked_at(client: Client, case: Case, form: dict[str, Any]) -> dict[str, Any]:
    """The page that shows what would leave; the seal with which it is sent."""
    form = form | {"key": str(uuid4())}
    page = client.post(f"/cases/{case.code}/requests/new/", form).content.decode()
    found = re.search(r'name="digest" value="([^"]+)"', page)
    assert found is not None, re.sub(r"<[^>]+>", " ", page.split("error-summary")[-1])[:400]
    return form | {"digest": found[1]}


def offers(people: Cast) -> int:
    with people.bruno.acts() as bruno:
        return Offer.objects.visible_to(bruno).count()


def test_an_open_session_sends_nothing_of_her_without_a_fresh_proof(people: Cast, case: Case, signed_in: SignIn) -> None:
    client = signed_in(people.amina)
    ready = looked_at(client, case, written(people))
    grown_stale(people.amina)
    answer = client.post(f"/cases/{case.code}/requests/new/", ready)
    assert answer.status_code == 403
    assert 'name="carried"' in answer.content.decode(), "what she had written comes back after the proof"
    assert offers(people) == 0
    grown_stale(people.amina, minutes=4)
    assert client.post(f"/cases/{case.code}/requests/new/", ready).status_code == 302
    assert offers(people) == 1


def test_looking_at_what_would_leave_asks_for_nothing(people: Cast, case: Case, signed_in: SignIn) -> None:
    client = signed_in(people.amina)
    grown_stale(people.amina, minutes=30)
    assert looked_at(client, case, written(people))["digest"]


def notices(member: Member) -> list[str]:
    with member.acts() as actor:
        mine = Notice.objects.visible_to(actor).filter(user=actor.user_id)
        return list(mine.filter(step="left_unasked").values_list("step", flat=True))


def test_what_leaves_without_asking_her_is_told_to_whoever_follows_her(people: Cast, case: Case, signed_in: SignIn) -> None:
    """Odile follows her too: she hears of it at once, and Amina who sent it does not tell herself."""
    each_their_own(people.atalante)
    actions.take_over_case(case, reason="x", cover=True, acting=people.odile.actor, now=datetime.now(UTC))
    client = signed_in(people.amina)
    ready = looked_at(client, case, written(people))
    assert notices(people.odile) == []
    client.post(f"/cases/{case.code}/requests/new/", ready)
    assert (notices(people.odile), notices(people.amina)) == (["left_unasked"], [])
    page = signed_in(people.odile).get("/notices/").content.decode()
    assert "sent to another service without asking her" in page
    assert f"/cases/{case.code}/requests/" in page


def test_what_she_agreed_to_is_told_to_nobody_else(people: Cast, case: Case) -> None:
    send(case, people.amina.actor, asked(agree(case, people.amina.actor), people.boussole))
    assert notices(people.odile) == []
