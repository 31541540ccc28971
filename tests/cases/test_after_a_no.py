"""What whoever looks for a place reads after a no, where nothing fits, and after a yes: where to turn now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

from django.test import Client
from django.utils import timezone

from repere.cases.at_home import at_home
from repere.core.needs import Needs, household
from repere.directory.actions import vouch
from repere.places import actions as placing
from repere.places import jobs
from repere.places.models import Hold, Request
from repere.places.queries.candidates import candidates_for
from tests.cases.story import concern, record
from tests.cases.test_place_tonight import text_of
from tests.directory.entries import entry
from tests.people import Cast, Member
from tests.places.houses import by_worker, hold, shelter, unit

SignIn = Callable[[Member], Client]
ALONE = household(["woman"])
WHAT = "Un lit de bébé est-il utile ?"
NO_LINE = "le lieu a dit non"
ASKS = "vous pose une question avant de répondre"


def look_for(people: Cast, reference: UUID, *, needs: Needs = ALONE, urgency: int = 3, line: str = "") -> Request:
    return placing.ask(
        reference=reference, needs=needs, urgency=urgency, zone="13", line=line, key=uuid4(), acting=people.amina.actor,
        now=timezone.now(),
    )  # fmt: skip


def test_a_unit_that_said_no_stands_last_and_its_button_never_first(people: Cast, signed_in: SignIn) -> None:
    first, second = (unit(people.sonia, shelter(people.sonia, name=name), capacity=1) for name in ("Une", "Deux"))
    case, now = concern(people.amina.actor), timezone.now()
    request = look_for(people, case.place_reference)

    def shown() -> list[tuple[object, bool]]:
        with people.amina.acts() as actor:
            return [(one.unit.pk, one.said_no) for one in candidates_for(actor, request, now=now).fitting]

    best = first if shown()[0][0] == first.pk else second
    other = second if best == first else first
    held = hold(people.amina, request, best, now=now)
    placing.decline(held.pk, reason="full", acting=people.sonia.actor, now=now)
    assert shown() == [(other.pk, False), (best.pk, True)]
    page = signed_in(people.amina).get(f"/cases/{case.code}/place/{request.pk}/").content.decode()
    no = page.split("A dit non à cette demande")[1]
    assert "Redemander" in no
    assert str(best.pk) in no
    assert str(best.pk) not in page.split("A dit non à cette demande")[0].split('id="found-title"')[1]
    assert '<button class="button">Redemander' not in page
    placing.decline(hold(people.amina, request, other, now=now).pk, reason="full", acting=people.sonia.actor, now=now)
    page = signed_in(people.amina).get(f"/cases/{case.code}/place/{request.pk}/").content.decode()
    assert '<button class="button">Redemander' not in page, "not even where nothing else is left"
    anew = household(["woman"], languages=frozenset({"eng"}))
    placing.change_request(request.pk, needs=anew, urgency=3, acting=people.amina.actor, now=now + timedelta(minutes=1))
    with people.amina.acts() as actor:
        request = Request.objects.visible_to(actor).get(pk=request.pk)
    assert [told for _, told in shown()] == [False, False], "it said no to other needs"


def test_after_a_no_the_worklist_says_so_until_another_is_asked_and_what_was_asked_back_is_over(people: Cast, signed_in: SignIn) -> None:
    room, another = unit(people.sonia, shelter(people.sonia)), unit(people.bruno, shelter(people.bruno, name="Autre"))
    case, now = concern(people.amina.actor), timezone.now()
    request = look_for(people, case.place_reference)
    held = hold(people.amina, request, room, now=now)
    placing.ask_back(held.pk, text=WHAT, acting=people.sonia.actor, now=now)
    amina, address = signed_in(people.amina), f"/cases/{case.code}/place/{request.pk}/"
    assert ASKS in amina.get("/").content.decode()
    assert NO_LINE not in amina.get("/").content.decode()
    placing.decline(held.pk, reason="full", acting=people.sonia.actor, now=now)
    lists = amina.get("/").content.decode()
    assert NO_LINE in lists
    assert ASKS not in lists
    page = amina.get(address).content.decode()
    assert WHAT in page, "what was asked stays to be read"
    assert f'action="{address}answer/"' not in page
    with people.amina.acts() as actor:
        assert len(at_home(actor, now=now + timedelta(days=2)).nos) == 1
        assert at_home(actor, now=now + timedelta(days=4)).nos == []
    for stranger in (people.sonia, people.bruno, people.ines):
        assert NO_LINE not in signed_in(stranger).get("/").content.decode()
    asked_anew = hold(people.amina, request, another, now=timezone.now())
    assert NO_LINE not in amina.get("/").content.decode()
    placing.decline(asked_anew.pk, reason="full", acting=people.bruno.actor, now=timezone.now())
    assert amina.get("/").content.decode().count(NO_LINE) == 1, "one line a request"
    placing.close_request(request.pk, acting=people.amina.actor, now=timezone.now())
    assert NO_LINE not in amina.get("/").content.decode()


def test_what_a_hidden_house_answers_changes_nothing_where_the_day_begins(people: Cast, signed_in: SignIn) -> None:
    """Its question waits on whatever it does: that it is no longer asked would tell its no."""
    unit(people.sonia, shelter(people.sonia, listed=False))
    case = concern(people.amina.actor)
    request = look_for(people, case.place_reference)
    placing.send_to_unlisted(request.pk, acting=people.amina.actor, now=timezone.now())
    by_worker(jobs.send, request.pk, now=timezone.now())
    with people.sonia.acts() as actor:
        received = Hold.objects.visible_to(actor).get(request=request)
    placing.ask_back(received.pk, text=WHAT, acting=people.sonia.actor, now=timezone.now())
    amina, address = signed_in(people.amina), f"/cases/{case.code}/place/{request.pk}/"

    def read() -> tuple[bool, bool, bool]:
        lists = amina.get("/").content.decode()
        return NO_LINE in lists, ASKS in lists, f'action="{address}answer/"' in amina.get(address).content.decode()

    before = read()
    placing.decline(received.pk, reason="full", acting=people.sonia.actor, now=timezone.now())
    assert read() == before == (False, True, True)


def test_where_only_the_guarded_access_stands_in_the_way_it_is_said_and_where_it_comes_from(people: Cast, signed_in: SignIn) -> None:
    unit(people.sonia, shelter(people.sonia))
    case, amina = concern(people.amina.actor), signed_in(people.amina)
    request = look_for(people, case.place_reference, needs=household(["woman"], security=1))
    address = f"/cases/{case.code}/place/{request.pk}/"
    page = text_of(amina.get(address).content.decode())
    assert "1 place affichée est écartée pour une seule raison" in page
    assert "son dossier ne parle d'aucun danger" in page
    record(case, people.amina.actor, "urgent_need", needs=["protection"])
    assert "vient du danger dont parle son dossier" in text_of(amina.get(address).content.decode())
    placing.change_request(request.pk, needs=household(["woman"]), urgency=3, acting=people.amina.actor, now=timezone.now())
    assert "pour une seule raison" not in text_of(amina.get(address).content.decode())


def test_after_a_yes_the_house_can_be_called_and_an_empty_telephone_is_pointed_out_for_tonight(people: Cast, signed_in: SignIn) -> None:
    room = unit(people.sonia, shelter(people.sonia))
    line = entry(
        people.pascal, structure="Boussole", kind="shelter", function="support", name="Accueil", phone="04 91 13 13 13",
        member_id=people.boussole.pk,
    )  # fmt: skip
    for voice in (people.amina, people.ines):
        with voice.acts() as acting:
            vouch(line.pk, reason="appelés au standard", acting=acting, now=timezone.now())
    case, amina = concern(people.amina.actor), signed_in(people.amina)
    request = look_for(people, case.place_reference)
    address = f"/cases/{case.code}/place/{request.pk}/"
    assert "aucun téléphone de votre service" in text_of(amina.get(address).content.decode())
    amina.post(address + "line/", {"line": "04 72 61 60 60"})
    assert "aucun téléphone de votre service" not in text_of(amina.get(address).content.decode())
    held = hold(people.amina, request, room, now=timezone.now())
    placing.accept(held.pk, acting=people.sonia.actor, now=timezone.now())
    record(case, people.amina.actor, "urgent_need", needs=["protection"])
    differs = amina.get(address).content.decode().split('role="status"')[1].split("</div>")[0]
    assert 'href="tel:+33491131313"' in differs, "where it is said that it must be called"
    house = text_of(signed_in(people.sonia).get(f"/places/asked/{held.pk}/").content.decode())
    assert "Demander avant de répondre" not in house
