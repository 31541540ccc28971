"""From the file to the form of a place, from the need to its door, and what is told after asking."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

from django.test import Client
from django.utils import timezone

from repere.cases import actions as cases
from repere.cases.models import Case, Fact
from repere.core.needs import household
from repere.directory.territory import of_region
from repere.places import actions as placing
from repere.places.forms import ZonesField
from repere.places.models import Request
from tests.cases.story import NOW, concern, record, told
from tests.cases.test_places import NEEDS
from tests.people import Cast, Member
from tests.places.houses import shelter, unit

SignIn = Callable[[Member], Client]


def described(case: Case, member: Member, *, corrects: Fact | None = None, **more: object) -> Fact:
    fields = {"gender": "woman", "territory": "69", "turns_18": "2010", "age_disputed": "no", "dependants": 2} | more
    return told(case, member.actor, "person_described", "2026-05-20", fields=fields, **({"corrects": corrects} if corrects else {})).fact


def form(client: Client, case: Case) -> dict[str, object]:
    page = client.get(f"/cases/{case.code}/place/")
    return {bound.name: bound.value() for bound in page.context["form"]}


def asked(people: Cast, case: Case, *, children: int = 2, urgency: int = 3, **needs: object) -> Request:
    return placing.ask(
        reference=case.place_reference, needs=household(["woman"], children=children, **needs), urgency=urgency, zone="69", key=uuid4(),
        acting=people.amina.actor, now=NOW,
    )  # fmt: skip


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_what_the_file_says_stands_in_the_form(signed_in: SignIn, people: Cast) -> None:
    case = concern(people.amina.actor)
    described(case, people.amina)
    record(case, people.amina.actor, "urgent_need", needs=["shelter"])
    record(case, people.amina.actor, "exploitation_described", forms=["domestic_servitude"])
    shown = form(signed_in(people.amina), case)
    assert (shown["women"], shown["men"], shown["others"], shown["minors"]) == (1, 0, 0, 2)
    assert (shown["urgency"], shown["form"]) == (3, "domestic_servitude")
    assert (shown["near"], shown["avoid"]) == (None, None), "where she would like to be is asked of her"
    assert shown["security"] == 0


def test_where_she_is_in_danger_her_departement_is_not_where_she_would_like_to_be(signed_in: SignIn, people: Cast) -> None:
    case, amina = concern(people.amina.actor), signed_in(people.amina)
    described(case, people.amina)
    record(case, people.amina.actor, "danger_assessed", local_danger="yes", distance_needed="no")
    shown = form(amina, case)
    assert (shown["near"], shown["avoid"], shown["security"]) == (None, None, 1)
    record(case, people.amina.actor, "danger_assessed", local_danger="yes", distance_needed="yes")
    assert (form(amina, case)["near"], form(amina, case)["avoid"]) == (None, "Rhône")


def test_sixteen_or_eighteen_counts_as_a_child_whose_age_is_not_known(signed_in: SignIn, people: Cast) -> None:
    """Whoever tells two ages on both sides of eighteen goes to no house of adults by what a form proposes."""
    case, amina = concern(people.amina.actor), signed_in(people.amina)
    spread = {"earliest": (NOW - timedelta(days=100)).date().isoformat(), "latest": (NOW + timedelta(days=600)).date().isoformat()}
    record(case, people.amina.actor, "person_described", turns_18=spread, gender="man")
    shown = form(amina, case)
    assert (shown["men"], shown["minors"], shown["contested"], shown["aged_12_17"]) == (0, 1, "man", None)


def test_a_request_for_an_adult_is_pointed_out_once_the_file_says_a_minor(signed_in: SignIn, people: Cast) -> None:
    """Also where nobody asked who depends on her: the usual case at night."""
    case, amina = concern(people.amina.actor), signed_in(people.amina)
    request = asked(people, case, children=0)
    address = f"/cases/{case.code}/place/{request.pk}/"
    assert amina.get(address).context["differs"] == []
    record(case, people.amina.actor, "person_described", turns_18=(NOW + timedelta(days=300)).date().isoformat(), gender="woman")
    [said] = amina.get(address).context["differs"]
    assert "mineure" in said


def test_a_minor_counts_as_a_minor_and_an_unknown_gender_is_not_guessed(signed_in: SignIn, people: Cast) -> None:
    amina, child, unknown = signed_in(people.amina), concern(people.amina.actor), concern(people.amina.actor)
    described(child, people.amina, turns_18="2030", dependants=1)
    shown = form(amina, child)
    assert (shown["women"], shown["minors"]) == (0, 2)
    assert (shown["aged_12_17"], shown["aged_3_11"]) == (1, None), "her own age is told; nobody asked that of the other"
    described(unknown, people.amina, gender="not_known")
    shown = form(amina, unknown)
    assert (shown["women"], shown["others"]) == (0, 1)


def test_a_request_that_says_less_than_the_file_is_pointed_out(signed_in: SignIn, people: Cast) -> None:
    case, amina = concern(people.amina.actor), signed_in(people.amina)
    first = described(case, people.amina)
    request = asked(people, case, near=frozenset({"69"}))
    address = f"/cases/{case.code}/place/{request.pk}/"
    assert amina.get(address).context["differs"] == []
    described(case, people.amina, dependants=3, corrects=first)
    page = amina.get(address)
    assert page.context["differs"] == ["Son dossier dit\xa0: 3 mineurs\xa0; cette demande dit\xa0: 2 mineurs."]
    assert "Son dossier et cette demande ne disent plus la même chose" in page.content.decode()
    record(case, people.amina.actor, "danger_assessed", local_danger="yes", distance_needed="no")
    assert len(amina.get(address).context["differs"]) == 3, "the number, the protection, and the place near the danger"


def test_each_need_has_its_door_and_a_request_shows_how_far_it_is(signed_in: SignIn, people: Cast) -> None:
    case, amina = concern(people.amina.actor), signed_in(people.amina)
    described(case, people.amina)
    home = f"/cases/{case.code}/"
    assert "need-door" not in amina.get(home).content.decode()
    record(case, people.amina.actor, "urgent_need", needs=["shelter", "interpreter", "food"])
    page = amina.get(home).content.decode()
    assert page.count("need-door") == 2
    for door in (f'href="{home}place/">Trouver une place', f'href="{home}interpreters/">Trouver un interprète'):
        assert door in page
    request = asked(people, case)
    page = amina.get(home).content.decode()
    assert f'href="{home}place/{request.pk}/"' in page
    assert "Recherche ouverte, rien n" in page
    held = placing.hold(
        request.pk, unit(people.sonia, shelter(people.sonia)).pk, key=uuid4(), acting=people.amina.actor, now=timezone.now()
    )
    page = amina.get(home).content.decode()
    assert "Demandée, pas encore de réponse" in page
    assert "Gardée jusqu" in page
    placing.accept(held.pk, acting=people.sonia.actor, now=timezone.now())
    assert "hébergement a dit oui" in amina.get(home).content.decode()


def test_a_door_is_for_those_who_may_open_it(signed_in: SignIn, people: Cast) -> None:
    case = concern(people.amina.actor)
    record(case, people.amina.actor, "urgent_need", needs=["shelter", "interpreter"])
    cases.grant_access(
        case, to=people.boussole.pk, groups=["contact_safety"], purpose="support", reason="Accueil", danger=True,
        ends_at=timezone.now() + timedelta(days=30), acting=people.amina.actor, now=timezone.now(),
    )  # fmt: skip
    page = signed_in(people.bruno).get(f"/cases/{case.code}/").content.decode()
    assert "Un lieu sûr où dormir" in page
    assert "need-door" not in page


def test_after_asking_nothing_is_called_certain(signed_in: SignIn, people: Cast) -> None:
    room = unit(people.sonia, shelter(people.sonia))
    case, amina = concern(people.amina.actor), signed_in(people.amina)
    page = amina.post(f"/cases/{case.code}/place/", NEEDS | {"key": str(UUID(int=1))}, follow=True)
    address = page.redirect_chain[-1][0]
    page = text_of(amina.post(address + "hold/", {"unit": str(room.pk), "key": str(UUID(int=2))}, follow=True).content.decode())
    assert "est certain avant son oui" in page
    assert re.search(r"garde la place jusqu.{1,6}au .*\d\d:\d\d", page)
    assert "réservée" not in page


def test_a_region_by_its_name_stands_for_its_departements() -> None:
    field = ZonesField()
    assert field.clean("Île-de-France") == frozenset({"75", "77", "78", "91", "92", "93", "94", "95"})
    assert field.clean("ile de france, 69") == frozenset({*of_region("11"), "69"})
    assert field.clean("La Réunion") == frozenset({"974"})
    assert field.clean("Rhône") == frozenset({"69"})


def test_a_place_over_the_sea_comes_after_and_is_never_the_first_button(signed_in: SignIn, people: Cast) -> None:
    """Whatever speaks for it; and from overseas the mainland is the other side."""
    far, near = shelter(people.sonia, zone="974", languages=["eng"]), shelter(people.sonia, zone="13")
    for number in range(9):
        unit(people.sonia, far, label=f"F{number}")
    here = unit(people.sonia, near, label="ici", collective=True, remote=True)
    case, amina = concern(people.amina.actor), signed_in(people.amina)
    request = placing.ask(
        reference=case.place_reference, needs=household(["woman"], languages=frozenset({"eng"})), urgency=2, zone="69", key=uuid4(),
        acting=people.amina.actor, now=NOW,
    )  # fmt: skip
    page = amina.get(f"/cases/{case.code}/place/{request.pk}/")
    fitting = page.context["found"].fitting
    assert [one.unit.pk for one in fitting if not one.elsewhere] == [here.pk] == [fitting[0].unit.pk]
    main = page.content.decode().split("<main")[1]
    assert main.index(str(here.pk)) < main.index("Dans une autre partie de la République")
    assert main.count('class="button">Demander cette place') == 1


def test_from_overseas_the_mainland_is_elsewhere_and_no_button_is_filled(signed_in: SignIn, people: Cast) -> None:
    unit(people.sonia, shelter(people.sonia, zone="13"))
    case, amina = concern(people.amina.actor), signed_in(people.amina)
    request = placing.ask(
        reference=case.place_reference, needs=household(["woman"]), urgency=2, zone="974", key=uuid4(), acting=people.amina.actor, now=NOW
    )
    main = amina.get(f"/cases/{case.code}/place/{request.pk}/").content.decode().split("<main")[1]
    assert "Dans une autre partie de la République" in main
    assert 'class="button">Demander cette place' not in main
    assert 'class="button second">Demander cette place' in main


def test_how_many_are_shown_is_said_and_the_others_are_one_step_away(signed_in: SignIn, people: Cast) -> None:
    house = shelter(people.sonia)
    for number in range(12):
        unit(people.sonia, house, label=str(number))
    case, amina = concern(people.amina.actor), signed_in(people.amina)
    request = asked(people, case, children=0)
    address = f"/cases/{case.code}/place/{request.pk}/"
    page = amina.get(address)
    assert (len(page.context["lines"]), page.context["found"].fitting_in_all) == (8, 12)
    assert "8 sont montrées" in page.content.decode()
    assert 'href="?places=all#found-title"' in page.content.decode()
    page = amina.get(address + "?places=all")
    assert len(page.context["lines"]) == 12
    assert 'href="?places=all' not in page.content.decode()


def test_the_certainty_is_that_of_the_count(signed_in: SignIn, people: Cast) -> None:
    unit(people.sonia, shelter(people.sonia))
    case, amina = concern(people.amina.actor), signed_in(people.amina)
    request = asked(people, case)
    page = text_of(amina.get(f"/cases/{case.code}/place/{request.pk}/").content.decode())
    assert "Nombre de lits libres confirmé" in page
    assert "sûr à" not in page
