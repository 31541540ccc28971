"""While a house says that her place is no longer safe, her file says it first, to those who keep it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from repere.cases.models import Case
from repere.cases.unsafe_house import names_telephone
from repere.directory.actions import vouch
from repere.places import actions
from repere.places.incident_models import Incident
from tests.cases.story import concern, grant, record
from tests.cases.test_moved import accepted, line, moved_by_the_shelter_itself, read
from tests.cases.test_places import tell
from tests.directory.entries import entry
from tests.people import Cast, Member, each_their_own
from tests.places.houses import arrive, hold, shelter, unit

pytestmark = pytest.mark.django_db
SignIn = Callable[[Member], Client]
LINE = "04 91 13 13 13"


@pytest.fixture
def case(people: Cast) -> Case:
    each_their_own(people.atalante)
    return concern(people.amina.actor)


def head(client: Client, case: Case) -> str:
    """What the page of her file says before who she is."""
    return read(client.get(f"/cases/{case.code}/")).split('id="who"')[0]


def asked(client: Client, case: Case) -> int:
    """Questions of the page of her file that are asked of the steps of places."""
    with CaptureQueriesContext(connection) as told:
        client.get(f"/cases/{case.code}/")
    return sum('FROM "places_event"' in one["sql"] for one in told.captured_queries)


def test_the_file_says_on_top_that_her_place_is_no_longer_safe_and_that_its_telephone_may_ring_there(
    people: Cast, case: Case, signed_in: SignIn
) -> None:
    amina, unsafe = signed_in(people.amina), f"{people.boussole.name} dit que sa place n'est plus sûre"
    published = entry(
        people.pascal, structure="Boussole", kind="shelter", function="support", name="Accueil", phone=LINE, member_id=people.boussole.pk,
    )  # fmt: skip
    for voice in (people.amina, people.ines):
        with voice.acts() as acting:
            vouch(published.pk, reason="appelés au standard", acting=acting, now=timezone.now())
    held = accepted(people, case)
    assert asked(amina, case) == 0, "no stay is told: nothing is asked"
    arrive(people.sonia, people.amina, held.pk, now=timezone.now())
    tell(people.amina)
    record(
        case, people.amina.actor, "safe_contact_instructions", str(timezone.localdate()), now=timezone.now(), basis="person_said",
        can_contact="yes", channel="phone", how_and_when=f"Ligne de la maison {LINE}, le soir",
    )  # fmt: skip
    assert asked(amina, case) == 1
    place = f"/cases/{case.code}/place/"
    assert f"Elle est dans une place de {people.boussole.name} depuis" in read(amina.get(place))
    (moving,) = actions.report_incident(held.shelter_id, kind="located", acting=people.sonia.actor, now=timezone.now())
    said = head(amina, case)
    assert unsafe in said
    assert 'href="tel:+33491131313"' in said
    assert f"le téléphone de {people.boussole.name}" in said.split('class="safety')[1], "in the instructions, beside the number"
    for other in (people.odile, people.sonia, people.ines):
        assert unsafe not in read(signed_in(other).get(f"/cases/{case.code}/")), "not hers to know, or not her file"
    hold(people.sonia, moving, unit(people.ines, shelter(people.ines, zone="59", name="Ailleurs")), now=timezone.now())
    actions.close_request(moving.pk, acting=people.sonia.actor, now=timezone.now())
    assert unsafe in head(amina, case), "it looks no further: she is still there"
    assert unsafe in read(amina.get(place)), "beside the form for another place"
    day = str(timezone.localdate())
    record(case, people.amina.actor, "safe_contact_instructions", day, now=timezone.now(), can_contact="yes", channel="in_person")
    assert "n'est plus sûre ou par" not in head(amina, case).split('class="safety')[1], "noted since"
    record(case, people.amina.actor, "stay_ended", day, now=timezone.now())
    assert unsafe not in head(amina, case), "one of us noted that she is no longer there"


def test_a_report_taken_back_says_why_and_one_who_was_moved_is_asked_after(people: Cast, case: Case, signed_in: SignIn) -> None:
    held = accepted(people, case)
    arrive(people.sonia, people.amina, held.pk, now=timezone.now())
    tell(people.amina)
    actions.report_incident(held.shelter_id, kind="located", acting=people.sonia.actor, now=timezone.now())
    with people.sonia.acts() as actor:
        incident = Incident.objects.visible_to(actor).get()
    actions.take_back_incident(incident.pk, why="another_house", acting=people.sonia.actor, now=timezone.now())
    amina, why = signed_in(people.amina), "Sa raison : « Il s'agissait d'un autre lieu »"
    assert why in line(amina, f"/cases/{case.code}/").replace("\xa0", " ")
    assert why in head(amina, case)
    assert why in read(amina.get(f"/cases/{case.code}/place/"))
    moved_by_the_shelter_itself(people, held)
    assert f'href="/cases/{case.code}/moved/"' in head(amina, case)
    amina.post(f"/cases/{case.code}/moved/", {"there": "yes"})
    tell(people.amina)
    assert "n'est plus sûre" not in head(amina, case)
    place = read(amina.get(f"/cases/{case.code}/place/"))
    assert "Elle est dans une place depuis" in place, "in which house, we were not told"


def test_new_instructions_are_asked_beside_what_was_said_before_and_begin_with_nothing_of_it(
    people: Cast, case: Case, signed_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    """Two bodies had told; then she moved."""
    grant(case, people.amina.actor, people.boussole, ["contact_safety", "housing"])
    kind, address = "safe_contact_instructions", f"/cases/{case.code}/facts/new/safe_contact_instructions/"
    amina = signed_in(people.amina)
    record(case, people.amina.actor, kind, channel="message", someone_may_listen="yes", never_say="Ne pas dire association")
    form = read(amina.get(address))
    assert "Ne pas dire association</textarea>" in form
    assert "Dit avant" not in form, "the fields begin with it"
    record(case, people.amina.actor, "urgent_need", needs=["shelter"])
    assert "La personne est-elle en danger là où elle est" in read(amina.get(f"/cases/{case.code}/"))
    with CaptureQueriesContext(connection) as before:
        amina.get(address)
    usual = len(before)
    record(case, people.sonia.actor, kind, channel="phone", someone_may_listen="not_known")
    form = read(amina.get(address))
    assert f"Dit avant, à redemander : <strong>Téléphone</strong> (1er juin 2026, {people.boussole.name})" in form
    assert f"<strong>Message écrit</strong> (1er juin 2026, {people.atalante.name})" in form, "and what she had told us"
    assert f"<strong>oui</strong> (1er juin 2026, {people.atalante.name})" in form, "not known to another takes nothing away"
    record(case, people.amina.actor, "stay_started", "2026-06-03")
    with django_assert_max_num_queries(usual):
        form = read(amina.get(address))
    assert f"<strong>Ne pas dire association</strong> (1er juin 2026, {people.atalante.name})" in form
    assert "Ne pas dire association</textarea>" not in form, "it may speak of the place she left"
    assert 'value="phone" checked' not in re.sub(r"\s+", " ", form)
    file = read(amina.get(f"/cases/{case.code}/"))
    assert "Est-elle en sécurité dans le lieu où elle est" in file, "of who is in a place already"
    assert "La personne est-elle en danger là où elle est" not in file
    read_by_the_house = read(signed_in(people.sonia).get(address))
    assert f"<strong>Téléphone</strong> (1er juin 2026, {people.boussole.name})" in read_by_the_house


def test_a_telephone_is_known_however_it_is_written() -> None:
    assert names_telephone("la maison au 04.91.13.13.13, le soir", "+33491131313")
    assert not names_telephone("WhatsApp le matin, 06 12 34 56 78", "+33491131313")
