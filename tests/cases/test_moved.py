"""A shelter alone writes no stay into another body's file: the attack, and the honest move beside it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.db.utils import ProgrammingError
from django.test import Client
from django.utils import timezone

from repere.cases.models import Case
from repere.places import actions
from repere.places.models import Apart, Carried, Event, Hold, Request
from repere.places.queries.moved import said_moves
from repere.places.refusals import NotVisible, Refused
from tests.cases.story import concern
from tests.cases.test_places import facts, tell
from tests.people import Cast, Member, each_their_own
from tests.places.houses import MOTHER_OF_TWO, arrive, ask, hold, shelter, unit

pytestmark = pytest.mark.django_db
SignIn = Callable[[Member], Client]


@pytest.fixture
def case(people: Cast) -> Case:
    each_their_own(people.atalante)
    return concern(people.amina.actor)


def stays(case: Case, people: Cast) -> list[str]:
    tell(people.amina)
    return [kind for kind in facts(case, people.amina) if kind.startswith("stay")]


def accepted(people: Cast, case: Case) -> Hold:
    """Asked by Amina for her file, accepted by the shelter of Sonia."""
    room = unit(people.sonia, shelter(people.sonia))
    held = hold(people.amina, ask(people.amina, reference=case.place_reference), room, now=timezone.now())
    return actions.accept(held.pk, acting=people.sonia.actor, now=timezone.now())


def moved_by_the_shelter_itself(people: Cast, held: Hold) -> Hold:
    """An incident, then a second house of the same shelter: asked, accepted, arrived and said by the shelter alone."""
    sonia, now = people.sonia.actor, timezone.now()
    second = unit(people.sonia, shelter(people.sonia, zone="59", name="Seconde"))
    (moving,) = actions.report_incident(held.shelter_id, kind="located", acting=sonia, now=now)
    there = hold(people.sonia, moving, second, now=now)
    actions.accept(there.pk, acting=sonia, now=now)
    actions.arrive(there.pk, acting=sonia, now=now)
    return actions.confirm_arrival(there.pk, acting=sonia, now=now)


def test_a_stay_that_nobody_confirmed_is_not_moved_and_her_file_reads_nothing(people: Cast, case: Case) -> None:
    held = accepted(people, case)
    actions.arrive(held.pk, acting=people.sonia.actor, now=timezone.now())
    assert actions.report_incident(held.shelter_id, kind="located", acting=people.sonia.actor, now=timezone.now()) == []
    actions.leave(held.pk, acting=people.sonia.actor, now=timezone.now())
    assert stays(case, people) == []


def test_a_shelter_that_moves_her_to_itself_begins_and_ends_no_stay(people: Cast, case: Case) -> None:
    held = accepted(people, case)
    arrive(people.sonia, people.amina, held.pk, now=timezone.now())
    assert stays(case, people) == ["stay_started"]
    there = moved_by_the_shelter_itself(people, held)
    assert stays(case, people) == ["stay_started"], "the shelter's own word"
    actions.leave(held.pk, acting=people.sonia.actor, now=timezone.now())
    assert stays(case, people) == ["stay_started", "stay_ended"], "the stay that had begun ends"
    actions.leave(there.pk, acting=people.sonia.actor, now=timezone.now())
    assert stays(case, people) == ["stay_started", "stay_ended"], "what never began in her file does not end there"


def test_whoever_keeps_the_file_is_asked_and_her_word_begins_the_stay(people: Cast, case: Case, signed_in: SignIn) -> None:
    held = accepted(people, case)
    arrive(people.sonia, people.amina, held.pk, now=timezone.now())
    tell(people.amina)
    there = moved_by_the_shelter_itself(people, held)
    actions.leave(held.pk, acting=people.sonia.actor, now=timezone.now())
    amina, address = signed_in(people.amina), f"/cases/{case.code}/moved/"
    assert re.search(rf'<a href="{address}">{case.pseudonym}', amina.get("/").content.decode())
    for other in (people.odile, people.sonia, people.ines):
        assert address not in signed_in(other).get("/").content.decode()
        if other is not people.odile:
            assert signed_in(other).post(address, {"there": "yes"}).status_code == 404
    assert people.boussole.name in amina.get(address).content.decode()
    assert amina.post(address, {"there": "yes"}).status_code == 302
    assert amina.get(address).status_code == 404, "answered once"
    assert address not in amina.get("/").content.decode()
    assert stays(case, people) == ["stay_started", "stay_ended", "stay_started"]
    actions.leave(there.pk, acting=people.sonia.actor, now=timezone.now())
    assert stays(case, people) == ["stay_started", "stay_ended", "stay_started", "stay_ended"]


def test_no_is_an_answer_and_begins_nothing(people: Cast, case: Case, signed_in: SignIn) -> None:
    held = accepted(people, case)
    arrive(people.sonia, people.amina, held.pk, now=timezone.now())
    tell(people.amina)
    moved_by_the_shelter_itself(people, held)
    with people.amina.acts() as actor:
        said = said_moves(actor).get()
    for act in (people.ines, people.sonia):
        with pytest.raises(NotVisible):
            actions.confirm_move(said.pk, there=True, acting=act.actor, now=timezone.now())
    signed_in(people.amina).post(f"/cases/{case.code}/moved/", {"there": "no"})
    assert stays(case, people) == ["stay_started"]
    with pytest.raises(Refused) as refused:
        actions.confirm_move(said.pk, there=True, acting=people.amina.actor, now=timezone.now())
    assert refused.value.code == "move_is_answered"


def test_after_a_no_one_button_opens_the_form_with_what_was_asked_last_and_its_marks_go_with_it(
    people: Cast, case: Case, signed_in: SignIn
) -> None:
    room, feared, borne = unit(people.sonia, shelter(people.sonia)), uuid4(), uuid4()
    first = ask(people.amina, MOTHER_OF_TWO, reference=case.place_reference, urgency=2, apart=[feared], carries=[borne])
    held = hold(people.amina, first, room, now=timezone.now())
    actions.accept(held.pk, acting=people.sonia.actor, now=timezone.now())
    arrive(people.sonia, people.amina, held.pk, now=timezone.now())
    tell(people.amina)
    there = moved_by_the_shelter_itself(people, held)
    amina = signed_in(people.amina)
    answered = amina.post(f"/cases/{case.code}/moved/", {"there": "no"}, follow=True)
    button = f"/cases/{case.code}/place/?again=1"
    assert button in answered.content.decode()
    form = amina.get(button)
    shown = form.context["form"]
    assert (shown["women"].value(), shown["minors"].value(), shown["refuses_zones"].value()) == (1, 2, "Rhône")
    assert shown["languages"].value()
    assert str(feared) not in form.content.decode(), "not even as a number"
    sent = {name: shown[name].value() for name in ("women", "men", "others", "minors", "urgency", "phase", "security", "refuses_zones")}
    amina.post(button, sent | {"key": str(uuid4())})
    with people.amina.acts() as actor:
        anew = Request.objects.visible_to(actor).get(reference=case.place_reference, closed_at=None, organisation_id=people.atalante.pk)
        assert list(Apart.objects.visible_to(actor).filter(request=anew).values_list("other", flat=True)) == [feared]
        assert list(Carried.objects.visible_to(actor).filter(request=anew).values_list("mark", flat=True)) == [borne]
    assert there.state == Hold.State.ARRIVED
    for stranger in (people.sonia, people.ines):
        assert signed_in(stranger).get(f"/cases/{case.code}/moved/no/").status_code == 404


def test_a_report_is_asked_once_more_leads_to_those_to_move_and_stays_on_the_worklist(people: Cast, case: Case, signed_in: SignIn) -> None:
    held = accepted(people, case)
    arrive(people.sonia, people.amina, held.pk, now=timezone.now())
    tell(people.amina)
    sonia, house = signed_in(people.sonia), f"/places/houses/{held.shelter_id}/"
    assert '<option value="" selected>' in sonia.get(house).content.decode().split('id="danger-title"')[1], "nothing is chosen beforehand"
    assert sonia.post(house + "incident/", {}).status_code == 302
    asked = sonia.post(house + "incident/", {"kind": "located"}).content.decode()
    assert "1 ménage" in asked
    with people.sonia.acts() as actor:
        assert not Request.objects.visible_to(actor).exclude(moved_from=None).exists(), "nothing is sent yet"
    sent = sonia.post(house + "incident/", {"kind": "located", "sure": "1"}, follow=True)
    with people.sonia.acts() as actor:
        moving = Request.objects.visible_to(actor).exclude(moved_from=None).get()
    address = f"/places/moving/{moving.pk}/"
    assert sent.redirect_chain[-1][0] == "/places/#move-title"
    assert address in sent.content.decode()
    assert "aucune place n'est demandée pour lui" in line(sonia, address)
    assert address not in signed_in(people.ines).get("/").content.decode()
    tell(people.amina)
    file = signed_in(people.amina).get(f"/cases/{case.code}/").content.decode()
    assert f"ébergement lui-même\xa0; dit à {people.atalante.name}" in file, "who keeps the file did not say it"
    unsafe = f"{case.pseudonym}\xa0: {people.boussole.name} dit que sa place n'est plus sûre"
    assert unsafe in signed_in(people.amina).get("/").content.decode()
    for stranger in (people.sonia, people.ines, people.bruno):
        assert unsafe not in signed_in(stranger).get("/").content.decode()
    second = unit(people.ines, shelter(people.ines, zone="59", name="Seconde"))
    there = hold(people.sonia, moving, second, now=timezone.now())
    actions.accept(there.pk, acting=people.ines.actor, now=timezone.now())
    assert "un lieu a dit oui" in line(sonia, address)
    assert "a dit oui" in sonia.get(address).content.decode().split("<h2")[0]
    actions.arrive(there.pk, acting=people.ines.actor, now=timezone.now())
    assert "le nouveau lieu dit qu'il y est" in line(sonia, address)
    actions.confirm_arrival(there.pk, acting=people.sonia.actor, now=timezone.now())
    assert address not in sonia.get("/").content.decode()
    assert unsafe not in signed_in(people.amina).get("/").content.decode(), "asked now whether she is in the new one"


def line(client: Client, address: str) -> str:
    """What the worklist says beside this link."""
    return client.get("/").content.decode().split(f'<a href="{address}">')[1].split("</a>")[0].replace("&#x27;", "'")


def test_sql_of_a_shelter_says_neither_that_a_stay_began_nor_that_it_ended(people: Cast, case: Case) -> None:
    """It knows the reference from the need that it received."""
    accepted(people, case)
    for kind in ("arrived", "not_there"):
        with people.sonia.acts() as sonia, pytest.raises(ProgrammingError, match="row-level security"):
            _event(sonia, people, case, kind)
    with people.sonia.acts() as sonia:
        _event(sonia, people, case, "left")
    assert stays(case, people) == []


def _event(sonia: object, people: Cast, case: Case, kind: str) -> None:
    Event(
        reference=case.place_reference, organisation_id=people.atalante.pk, by_organisation_id=people.boussole.pk,
        user_id=people.sonia.user.pk, role="shelter_worker", kind=kind, on=timezone.now().date(), at=timezone.now(),
    ).save(force_insert=True)  # fmt: skip


def test_a_stay_that_an_earlier_version_took_from_the_shelter_alone_still_ends(people: Cast, case: Case) -> None:
    """Its fact stands in the file, with its receipt; the event is the shelter's."""
    now = timezone.now()
    with people.amina.acts() as actor, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_receipt (id, organisation_id, key, act, result, at) VALUES (gen_random_uuid(), %s, %s, 'note_place_event',"
            " gen_random_uuid(), now())",
            [actor.organisation_id, (old := _old_arrival(people, case, now - timedelta(days=9)))],
        )
        assert Event.objects.visible_to(actor).filter(pk=old).exists()
    with people.sonia.acts() as sonia:
        accepted_before = accepted(people, case)
        assert Hold.objects.visible_to(sonia).get(pk=accepted_before.pk).state == "accepted"
        _event(sonia, people, case, "left")
    assert stays(case, people) == ["stay_ended"]


def _old_arrival(people: Cast, case: Case, at: object) -> object:
    """As it was before: written by the owner of the tables, because row-level security lets nobody write it any more."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET ROLE repere_owner")
        cursor.execute("ALTER TABLE places_event NO FORCE ROW LEVEL SECURITY")
        cursor.execute(
            'INSERT INTO places_event (id, reference, organisation_id, by_organisation_id, user_id, role, kind, phase, "on", at)'
            " VALUES (gen_random_uuid(), %s, %s, %s, %s, 'shelter_worker', 'arrived', '', current_date, %s) RETURNING id",
            [case.place_reference, people.atalante.pk, people.boussole.pk, people.sonia.user.pk, at],
        )
        made = cursor.fetchone()[0]
        cursor.execute("ALTER TABLE places_event FORCE ROW LEVEL SECURITY")
        cursor.execute("RESET ROLE")
    return made
