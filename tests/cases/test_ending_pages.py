"""The end of a file on the pages: two persons, each signed in, each with a fresh proof; the law before both; nothing removed by a page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from repere.accounts.acting import acting_as
from repere.accounts.models import SignedIn
from repere.accounts.own import keeper_of
from repere.accounts.owner import as_owner
from repere.cases import actions as cases
from repere.cases.actions import erasure
from repere.cases.models import Case, Erasure, Hold
from repere.cases.refusals import Refused
from repere.cases.retention import periods
from repere.ledger.models import Entry
from tests.cases.story import ALL_GROUPS, concern, grant, record
from tests.homes import own_home
from tests.people import Cast, Member, each_their_own

SignIn = Callable[[Member], Client]


@pytest.fixture
def her(committing_db: str, people: Cast, settings: Any, tmp_path: Any) -> Case:
    """In a data folder of its own: tombstones and settled periods lie there."""
    own_home(settings, tmp_path / "home", with_root=True)
    case = concern(people.amina.actor)
    record(case, people.amina.actor, "presumption_stated", grounds=["account"])
    cases.set_identity(case.person_id, tier="identity", values={"family_names": "Marqueur"}, acting=people.amina.actor, now=timezone.now())
    return case


def step(client: Client, case: Case, name: str, **sent: str) -> str:
    answer = client.post(reverse("cases:ending_step", args=[case.code, name]), sent, follow=True)
    assert answer.status_code == 200, answer.status_code
    return str(answer.content.decode())


def standing(member: Member, case: Case) -> Erasure | None:
    with member.acts() as actor:
        found: Erasure | None = Erasure.objects.visible_to(actor).filter(person=case.person_id, withdrawn_at=None).first()
    return found


def carried_out(case: Case) -> None:
    with as_owner():
        erasure.carry_out_erasure(case.person_id, on=timezone.now().date())


def test_a_file_ends_by_two_signed_in_persons_and_then_is_nowhere(her: Case, people: Cast, signed_in: SignIn) -> None:
    """Asked by one, confirmed by another, carried out by the installation; the page itself removes nothing."""
    amina, odile = signed_in(people.amina), signed_in(people.odile)
    page = amina.get(reverse("cases:ending", args=[her.code])).content.decode()
    assert "Faits : " in page
    assert "Marqueur" not in page, "a preview counts, it does not show"
    assert "Demandé. Rien n’est supprimé" in step(amina, her, "ask", reason="she_asks")
    assert "une autre personne" in step(amina, her, "confirm")
    with pytest.raises(Refused):
        carried_out(her)
    step(odile, her, "confirm")
    asked = standing(people.odile, her)
    assert asked is not None
    assert (asked.asked_by_id, asked.confirmed_by_id, asked.reason) == (people.amina.user.pk, people.odile.user.pk, "she_asks")
    assert amina.get(reverse("cases:case", args=[her.code])).status_code == 200, "nothing went yet"
    carried_out(her)
    for name in ("cases:case", "cases:ending"):
        assert amina.get(reverse(name, args=[her.code])).status_code == 404
    assert her.code not in amina.get(reverse("cases:endings")).content.decode()


@pytest.mark.parametrize("name", ["ask", "confirm", "withdraw", "hold", "lift"])
def test_every_step_asks_for_a_fresh_proof(name: str, her: Case, people: Cast, signed_in: SignIn) -> None:
    """Nobody ends a file at a screen that was left open."""
    client = signed_in(people.amina)
    with acting_as(keeper_of(people.amina.user)):
        SignedIn.objects.filter(user=people.amina.user).update(confirmed_at=timezone.now() - timedelta(minutes=6))
    for address in (reverse("cases:ending_step", args=[her.code, name]), reverse("cases:endings_step", args=["ask"])):
        answer = client.post(address, {"reason": "she_asks", "kind": "proceeding"})
        assert answer.status_code == 403
        assert reverse("accounts:confirm") in answer.content.decode()
    assert standing(people.amina, her) is None
    with people.amina.acts() as actor:
        assert not Hold.objects.visible_to(actor).exists()


def test_what_was_asked_is_taken_back_by_whoever_follows_her(her: Case, people: Cast, signed_in: SignIn) -> None:
    """Staying is the safe side: one person is enough, also after both agreed."""
    amina, odile = signed_in(people.amina), signed_in(people.odile)
    step(amina, her, "ask", reason="opened_in_error")
    step(odile, her, "confirm")
    step(amina, her, "withdraw")
    assert standing(people.amina, her) is None
    with pytest.raises(Refused):
        carried_out(her)
    step(odile, her, "ask", reason="she_asks")
    assert standing(people.amina, her) is not None


def test_the_law_comes_before_both(her: Case, people: Cast, signed_in: SignIn) -> None:
    """A file that a proceeding needs stays, whoever agreed; the page says so and by whom it was kept."""
    amina, odile = signed_in(people.amina), signed_in(people.odile)
    page = step(odile, her, "hold", kind="proceeding")
    assert "Odile Exemple" in page
    step(amina, her, "ask", reason="she_asks")
    step(odile, her, "confirm")
    with pytest.raises(Refused) as refused:
        carried_out(her)
    assert refused.value.code == "erasure_held"
    with people.amina.acts() as actor:
        hold = Hold.objects.visible_to(actor).get()
    step(amina, her, "lift", hold=str(hold.pk))
    carried_out(her)


def test_an_open_requisition_is_told_on_the_page(her: Case, people: Cast, signed_in: SignIn) -> None:
    now = timezone.now()
    cases.receive_requisition(her, authority="x", text="y", words="", asked=["profile"], acting=people.amina.actor, now=now)
    page = signed_in(people.odile).get(reverse("cases:ending", args=[her.code])).content.decode()
    assert reverse("cases:requisitions", args=[her.code]) in page


def test_whoever_may_not_end_it_meets_nothing(her: Case, people: Cast, signed_in: SignIn) -> None:
    """Another house with an access, a colleague who does not follow her, an administrator of accounts; and no step is taken."""
    grant(her, people.amina.actor, people.boussole, ALL_GROUPS)
    each_their_own(people.atalante)
    for member, status in ((people.bruno, 404), (people.odile, 404), (people.chloe, 403), (people.ines, 404)):
        client = signed_in(member)
        assert client.get(reverse("cases:ending", args=[her.code])).status_code == status
        for name in ("ask", "confirm", "withdraw", "hold", "lift"):
            sent = {"reason": "she_asks", "kind": "proceeding"}
            assert client.post(reverse("cases:ending_step", args=[her.code, name]), sent).status_code == status
    assert standing(people.amina, her) is None


def test_a_reason_that_is_none_is_refused(her: Case, people: Cast, signed_in: SignIn) -> None:
    client = signed_in(people.amina)
    step(client, her, "ask", reason="because")
    step(client, her, "hold", kind="because")
    assert standing(people.amina, her) is None
    assert client.post(reverse("cases:ending_step", args=[her.code, "burn"])).status_code == 404
    assert client.post(reverse("cases:endings_step", args=["burn"])).status_code == 404


# ---- files whose time is over


def test_nothing_is_proposed_before_a_period_is_settled(her: Case, people: Cast, signed_in: SignIn) -> None:
    page = signed_in(people.odile).get(reverse("cases:endings")).content.decode()
    assert "No period is settled yet" in page
    assert "2016/679" in page, "each period says by which source"


def test_files_whose_time_is_over_are_ended_by_two(her: Case, people: Cast, signed_in: SignIn, time_machine: Any, as_role: Any) -> None:
    """One asks for all that are due, another confirms what the first asked; one person alone gets nowhere."""
    periods.settle("support", 730, by="chloe@example.org", on=timezone.now().date())
    record(her, people.amina.actor, "exit", "2026-06-10")
    running = concern(people.amina.actor)
    address = reverse("cases:endings")
    assert her.code not in signed_in(people.amina).get(address).content.decode()
    time_machine.move_to(timezone.now() + timedelta(days=1000))
    amina, odile = signed_in(people.amina), signed_in(people.odile)
    page = amina.get(address).content.decode()
    assert her.code in page
    assert running.code not in page, "a file that was never closed waits for a period of its own"
    assert her.code not in signed_in(people.ines).get(address).content.decode()
    amina.post(reverse("cases:endings_step", args=["confirm"]))
    assert standing(people.amina, her) is None
    amina.post(reverse("cases:endings_step", args=["ask"]))
    amina.post(reverse("cases:endings_step", args=["confirm"]))
    asked = standing(people.amina, her)
    assert asked is not None
    assert (asked.reason, asked.confirmed_at) == ("retention", None)
    odile.post(reverse("cases:endings_step", args=["confirm"]))
    asked = standing(people.amina, her)
    assert asked is not None
    assert asked.confirmed_by_id == people.odile.user.pk
    with as_role("backup"):
        acts = list(Entry.objects.filter(subjects__contains=[her.person_id], act__endswith="_erasure").values_list("act", flat=True))
    assert acts == ["ask_erasure", "confirm_erasure"]


def test_who_looked_is_written_down(her: Case, people: Cast, signed_in: SignIn, as_role: Any) -> None:
    signed_in(people.amina).get(reverse("cases:ending", args=[her.code]))
    with as_role("backup"):
        looks = Entry.objects.filter(kind="look", subjects__contains=[her.person_id], actor_id=people.amina.user.pk)
        assert looks.count() == 1
