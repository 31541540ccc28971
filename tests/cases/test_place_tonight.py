"""At 23:00, from the file: one reading of what it says, a way on where nothing fits, and words that are true of what was done."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from repere.cases.models import Case
from repere.core.needs import household
from repere.directory.actions import vouch
from repere.directory.tiers import Tier
from repere.places import actions as placing
from repere.places.models import Hold, Request
from tests.cases.story import concern, record, told
from tests.cases.test_places import NEEDS
from tests.directory.entries import entry, vetted
from tests.people import Cast, Member
from tests.places.houses import NOW, hold, shelter, unit

SignIn = Callable[[Member], Client]
SHARED = (
    "women", "men", "others", "minors", "contested", "aged_0_2", "aged_3_11", "aged_12_17", "danger", "avoid", "near", "languages", "form",
    "security", "line",
)  # fmt: skip


def mother_and_child(people: Cast, **more: object) -> Case:
    """Perhaps 17, perhaps 19, with a child; the man who brought her is beside her."""
    case = concern(people.amina.actor)
    fields: dict[str, object] = {
        "gender": "woman", "territory": "69", "turns_18": {"earliest": "2025-11-22", "latest": "2027-11-21"}, "age_disputed": "yes",
        "dependants": 1,
    } | more  # fmt: skip
    told(case, people.amina.actor, "person_described", "2026-05-20", fields=fields)
    record(case, people.amina.actor, "urgent_need", needs=["shelter"])
    record(case, people.amina.actor, "safe_contact_instructions", can_contact="yes", accompanied_by="presumed_exploiter")
    return case


def initial(client: Client, case: Case, page: str) -> dict[str, Any]:
    return {bound.name: bound.value() for bound in client.get(f"/cases/{case.code}/{page}/").context["form"]}


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.split("<main")[1])).replace("’", "'").replace("&#x27;", "'")


def look_for(people: Cast, case: Case, needs: Any, *, urgency: int = 3) -> Request:
    return placing.ask(
        reference=case.place_reference, needs=needs, urgency=urgency, zone="69", key=uuid4(), acting=people.amina.actor, now=NOW
    )


def test_the_two_forms_say_the_same_of_one_file(signed_in: SignIn, people: Cast) -> None:
    case, amina = mother_and_child(people), signed_in(people.amina)
    place, report = initial(amina, case, "place"), initial(amina, case, "report")
    assert {name: place[name] for name in SHARED} == {name: report[name] for name in SHARED}
    assert (place["women"], place["minors"], place["contested"]) == (0, 2, "woman")
    assert (place["danger"], place["security"], place["near"]) == (True, 1, None), "the man beside her is a danger, and near is not safe"
    assert (place["phase"], report["phase"]) == ("emergency", "minors")


def test_the_report_counts_whoever_it_is_about_even_while_her_age_is_not_known(signed_in: SignIn, people: Cast) -> None:
    case, amina = concern(people.amina.actor), signed_in(people.amina)
    assert initial(amina, case, "report")["minors"] == 1
    told(case, people.amina.actor, "person_described", "2026-05-20", fields={"gender": "woman", "dependants": 1})
    report = initial(amina, case, "report")
    assert (report["women"], report["minors"], report["contested"]) == (0, 2, "")


def test_the_report_holds_a_bed_for_the_family_and_tells_the_house_what_it_must_know(signed_in: SignIn, people: Cast) -> None:
    room = unit(people.sonia, shelter(people.sonia, zone="69", security=1), phases=["minors"])
    case, amina = mother_and_child(people), signed_in(people.amina)
    address = f"/cases/{case.code}/report/"
    sent = {name: value for name, value in initial(amina, case, "report").items() if value is not None and value is not False}
    sent |= {"to": "child_protection", "key": str(uuid4()), "aged_3_11": "1", "line": "04 72 61 60 60"}
    assert str(room.pk) in amina.post(address, sent).content.decode()
    assert amina.post(address, sent | {"bed": str(room.pk)}).status_code == 302
    with people.sonia.acts() as actor:
        held = Hold.objects.visible_to(actor).get()
    page = text_of(signed_in(people.sonia).get(f"/places/asked/{held.pk}/").content.decode())
    for said in (
        "2 mineurs, dont 1 fille ou jeune femme dont l'âge est contesté, 1 de 3 à 11 ans",
        "Un danger est connu là où elle est", "+33 4 72 61 60 60",
    ):  # fmt: skip
        assert said in page, said
    for secret in (case.code, case.pseudonym):
        assert secret not in page


def test_a_request_that_hides_the_danger_or_the_disputed_age_is_pointed_out(signed_in: SignIn, people: Cast) -> None:
    case, amina = mother_and_child(people), signed_in(people.amina)
    request = look_for(people, case, household(["woman"], children=1, security=1))
    differs = amina.get(f"/cases/{case.code}/place/{request.pk}/").context["differs"]
    assert [("danger" in one, "contesté" in one) for one in differs if "lieu d" in one] == [(True, False), (False, True)]


def test_where_nothing_fits_tonight_the_page_leads_on(signed_in: SignIn, people: Cast) -> None:
    case, amina = mother_and_child(people), signed_in(people.amina)
    request = look_for(people, case, household(["woman"], children=1))
    page = amina.get(f"/cases/{case.code}/place/{request.pk}/").content.decode()
    text = text_of(page)
    for said in (
        "Aucune place affichée ne convient : ce que vous pouvez faire maintenant", "Personne n'a noté de téléphone pour ce département",
        "Le 115 est gratuit, jour et nuit", "Réfugiés.info", "Le 119 est gratuit, jour et nuit",
    ):  # fmt: skip
        assert said in text.replace("\xa0", " "), said
    assert "La cellule du département recueille" not in text, "what is from memory alone is not told"
    assert f'href="/cases/{case.code}/report/"' in page.split("tonight-title")[2]


def test_a_vetted_line_of_her_departement_is_the_one_to_call_and_one_of_elsewhere_is_not(signed_in: SignIn, people: Cast) -> None:
    for zone, line in (("69", "04 72 61 60 60"), ("13", "04 91 13 13 13")):
        vetted(
            people, people.pascal, tier=Tier.MEMBERS, structure=f"SIAO {zone}", kind="housing_coordination", function="siao", name="SIAO",
            territories=[zone], phone=line,
        )  # fmt: skip
    case, amina = mother_and_child(people), signed_in(people.amina)
    request = look_for(people, case, household(["woman"], children=1))
    page = amina.get(f"/cases/{case.code}/place/{request.pk}/").content.decode()
    assert 'href="tel:+33472616060"' in page
    assert "+33491131313" not in page
    assert "personne ne l" in text_of(page), "a line that nobody has reached yet says so"


def test_an_adult_is_sent_to_no_child_protection_and_next_week_is_no_night(signed_in: SignIn, people: Cast) -> None:
    case, amina = mother_and_child(people, age_disputed="no", turns_18="2000"), signed_in(people.amina)
    request = look_for(people, case, household(["woman"], children=1))
    address = f"/cases/{case.code}/place/{request.pk}/"
    page = amina.get(address)
    assert [way.minor for way in page.context["ways"]] == [False]
    unit(people.sonia, shelter(people.sonia, zone="69"))
    assert "Vers qui se tourner aussi ce soir" in text_of(amina.get(address).content.decode())
    placing.close_request(request.pk, acting=people.amina.actor, now=timezone.now())
    calm = look_for(people, case, household(["woman"], children=1), urgency=1)
    assert "ways" not in amina.get(f"/cases/{case.code}/place/{calm.pk}/").context


def test_the_house_is_called_by_its_vetted_service_line(signed_in: SignIn, people: Cast) -> None:
    room = unit(people.sonia, shelter(people.sonia, zone="69"))
    line = entry(
        people.pascal, structure="Boussole", kind="shelter", function="support", name="Accueil", phone="04 91 13 13 13",
        member_id=people.boussole.pk,
    )  # fmt: skip
    case, amina = mother_and_child(people, age_disputed="no", turns_18="2000"), signed_in(people.amina)
    request = look_for(people, case, household(["woman"], children=1))
    address = f"/cases/{case.code}/place/{request.pk}/"
    assert "+33491131313" not in amina.get(address).content.decode(), "nobody has vouched for it"
    for voice in (people.amina, people.ines):
        with voice.acts() as acting:
            vouch(line.pk, reason="appelés au standard", acting=acting, now=timezone.now())
    assert 'href="tel:+33491131313"' in amina.get(address).content.decode(), "beside the button"
    hold(people.amina, request, room, now=timezone.now())
    assert 'href="tel:+33491131313"' in amina.get(address).content.decode().split("found-title")[0], "and beside what was asked"


def test_the_telephone_told_last_stands_in_the_next_form(signed_in: SignIn, people: Cast) -> None:
    amina, first = signed_in(people.amina), concern(people.amina.actor)
    amina.post(f"/cases/{first.code}/place/", NEEDS | {"key": str(uuid4()), "line": "04 72 61 60 60"})
    assert initial(amina, concern(people.amina.actor), "place")["line"] == "+33 4 72 61 60 60"
    assert initial(signed_in(people.bruno), concern(people.bruno.actor), "place")["line"] == "", "another organisation's is its own"


def test_changing_what_was_asked_of_nobody_says_that_nobody_is_asked(signed_in: SignIn, people: Cast) -> None:
    unit(people.sonia, shelter(people.sonia, zone="13"))
    amina, case = signed_in(people.amina), concern(people.amina.actor)
    page = amina.post(f"/cases/{case.code}/place/", NEEDS | {"key": str(uuid4())}, follow=True)
    address = page.redirect_chain[-1][0]
    changed = amina.post(address + "change/", NEEDS | {"minors": "1"}, follow=True).content.decode()
    assert "Personne n" in text_of(changed)
    assert "interrogés de nouveau" not in changed
    line = page.context["lines"][0][0]
    amina.post(address + "hold/", {"unit": str(line.unit.pk), "key": str(uuid4())})
    again = amina.post(address + "change/", NEEDS | {"minors": "2"}, follow=True).content.decode()
    assert "interrogés de nouveau" in again


def test_an_error_names_its_field(signed_in: SignIn, people: Cast) -> None:
    amina, case = signed_in(people.amina), concern(people.amina.actor)
    page = amina.post(f"/cases/{case.code}/report/", {"key": str(uuid4()), "women": "0"}).content.decode()
    summary = text_of("<main" + page.split("error-summary")[1].split("</ul>")[0])
    assert "À qui signalez-vous" in summary


def test_near_places_come_first_and_the_page_says_so(signed_in: SignIn, people: Cast) -> None:
    far, near = shelter(people.sonia, zone="75", languages=["fra"]), shelter(people.sonia, zone="38")
    unit(people.sonia, far)
    here = unit(people.sonia, near, collective=True, remote=True)
    case, amina = mother_and_child(people, age_disputed="no", turns_18="2000"), signed_in(people.amina)
    page = amina.get(f"/cases/{case.code}/place/{look_for(people, case, household(['woman'], children=1)).pk}/")
    assert page.context["lines"][0][0].unit.pk == here.pk
    main = text_of(page.content.decode())
    assert "les plus proches d'abord" in main
    assert "environ 100 km ou moins" in main.replace("\xa0", " ")
    assert "fiable à 100" not in main
