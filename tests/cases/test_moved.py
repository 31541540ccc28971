"""A shelter alone writes no stay into another body's file: the attack, and the honest move beside it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.utils import ProgrammingError
from django.test import Client
from django.utils import timezone

from repere.accounts.acting import acting_as
from repere.accounts.actor import in_her_name
from repere.cases.models import Case, Fact
from repere.places import actions
from repere.places.incident_models import Incident
from repere.places.models import Apart, Carried, Event, Hold, Request, Shelter
from repere.places.queries.moved import said_moves
from repere.places.refusals import NotVisible, Refused
from tests.cases.story import concern, grant
from tests.cases.test_places import facts, tell
from tests.people import Cast, Member, each_their_own, member
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
    assert f'href="{house}?mistake=1#danger-title"' in sent.content.decode(), "a report by mistake is taken back from where it is told"
    assert "<details open><summary>J'ai signalé cela par erreur" in read(sonia.get(f"{house}?mistake=1"))
    assert address in sent.content.decode()
    assert "À reloger après un incident</span>" in staying(sonia)
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
    assert "mettez fin à son séjour ici" in staying(sonia), "the house that it left is told that it still counts it"
    assert unsafe not in signed_in(people.amina).get("/").content.decode(), "asked now whether she is in the new one"


def test_while_the_house_looks_a_second_search_is_a_step_of_its_own_and_each_reads_of_the_other(
    people: Cast, case: Case, signed_in: SignIn
) -> None:
    held = accepted(people, case)
    arrive(people.sonia, people.amina, held.pk, now=timezone.now())
    (moving,) = actions.report_incident(held.shelter_id, kind="located", acting=people.sonia.actor, now=timezone.now())
    amina, sonia = signed_in(people.amina), signed_in(people.sonia)
    page = read(amina.get(f"/cases/{case.code}/place/"))
    assert f"{people.boussole.name} dit que sa place n'est plus sûre" in page
    assert 'name="women"' not in page, "no empty form"
    with pytest.raises(Refused) as refused:
        ask(people.amina, reference=case.place_reference)
    assert refused.value.code == "house_looks"
    form = amina.get(f"/cases/{case.code}/place/?besides=1&again=1").context["form"]
    sent = {name: form[name].value() for name in ("women", "men", "others", "minors", "urgency", "phase", "security", "refuses_zones")}
    stopped = read(amina.post(f"/cases/{case.code}/place/", sent | {"women": "3", "key": str(uuid4())}))
    assert "Nous cherchons aussi" in stopped, "an incident that came while the form was being filled in"
    assert amina.get(f"/cases/{case.code}/place/?besides=1").context["form"]["women"].value() == "3", "nothing typed is lost"
    made = amina.post(f"/cases/{case.code}/place/?besides=1&again=1", sent | {"key": str(uuid4())}, follow=True)
    assert f"{people.boussole.name} cherche aussi un autre lieu pour elle" in read(made)
    address = f"/places/moving/{moving.pk}/"
    assert "cherche aussi un lieu pour elle" in read(sonia.get(address))
    with people.ines.acts() as stranger:
        assert not Event.objects.visible_to(stranger).exists()
    with people.amina.acts() as actor:
        ours = Request.objects.visible_to(actor).get(reference=case.place_reference, closed_at=None, organisation_id=people.atalante.pk)
    actions.close_request(ours.pk, acting=people.amina.actor, now=timezone.now())
    assert "cherche aussi un lieu pour elle" not in read(sonia.get(address))
    with pytest.raises(Refused):
        ask(people.amina, reference=case.place_reference)
    again = actions.ask(
        reference=case.place_reference, needs=MOTHER_OF_TWO, urgency=2, key=uuid4(), besides=True, acting=people.amina.actor,
        now=timezone.now(),
    )  # fmt: skip
    there = hold(people.amina, again, unit(people.ines, shelter(people.ines, zone="59", name="Ailleurs")), now=timezone.now())
    actions.accept(there.pk, acting=people.ines.actor, now=timezone.now())
    arrive(people.ines, people.amina, there.pk, now=timezone.now())
    assert "dit qu'il est dans un autre lieu" in line(sonia, address)
    assert "elle est dans un autre lieu" in read(sonia.get(address))
    actions.close_request(moving.pk, met=True, acting=people.sonia.actor, now=timezone.now())
    assert 'name="women"' in read(amina.get(f"/cases/{case.code}/place/"))


def test_a_house_that_looks_no_further_says_so_to_those_who_follow_her(people: Cast, case: Case, signed_in: SignIn) -> None:
    held = accepted(people, case)
    arrive(people.sonia, people.amina, held.pk, now=timezone.now())
    (moving,) = actions.report_incident(held.shelter_id, kind="located", acting=people.sonia.actor, now=timezone.now())
    actions.close_request(moving.pk, acting=people.sonia.actor, now=timezone.now())
    assert f"{people.boussole.name} ne cherche plus d'autre lieu" in line(signed_in(people.amina), f"/cases/{case.code}/place/")
    assert ask(people.amina, reference=case.place_reference).pk


def test_a_report_made_by_mistake_is_taken_back_by_who_made_it_for_a_short_time_and_everybody_reads_it(
    people: Cast, case: Case, signed_in: SignIn
) -> None:
    now = timezone.now()
    near = shelter(people.ines, now=timezone.now() - timedelta(days=2))
    away = unit(people.ines, shelter(people.ines, zone="59", name="Ailleurs"))
    held = accepted(people, case)
    arrive(people.sonia, people.amina, held.pk, now=timezone.now())
    (moving,) = actions.report_incident(held.shelter_id, kind="located", acting=people.sonia.actor, now=timezone.now())
    asked = hold(people.sonia, moving, away, now=timezone.now())
    with people.sonia.acts() as actor:
        incident = Incident.objects.visible_to(actor).get()
    colleague = member("Collègue Exemple", people.boussole, "shelter_worker")
    later = timezone.now() + timedelta(hours=3)
    for who, at, code in ((colleague, timezone.now(), "taken_back_by_who_reported"), (people.sonia, later, "taken_back_too_late")):
        with pytest.raises(Refused) as refused:
            actions.take_back_incident(incident.pk, why="not_meant", acting=who.actor, now=at)
        assert refused.value.code == code
    with pytest.raises(NotVisible):
        actions.take_back_incident(incident.pk, why="not_meant", acting=people.ines.actor, now=timezone.now())
    sonia, house = signed_in(people.sonia), f"/places/houses/{held.shelter_id}/"
    assert "J'ai signalé cela par erreur" in read(sonia.get(house))
    assert "J'ai signalé cela par erreur" not in read(signed_in(colleague).get(house))
    sonia.post(house + "mistake/", {"incident": str(incident.pk), "why": ""})
    with people.sonia.acts() as actor:
        assert Incident.objects.visible_to(actor).get().taken_back_at is None, "a reason is asked for"
    page = read(sonia.post(house + "mistake/", {"incident": str(incident.pk), "why": "another_house"}, follow=True))
    assert "d'un autre lieu</strong>" in page
    with people.sonia.acts() as actor:
        assert Shelter.objects.visible_to(actor).get(pk=held.shelter_id).paused_at is None
        assert Request.objects.visible_to(actor).get(pk=moving.pk).outcome == Request.Outcome.WITHDRAWN
        assert Hold.objects.visible_to(actor).get(pk=asked.pk).state == Hold.State.WITHDRAWN
        assert Hold.objects.visible_to(actor).get(pk=held.pk).state == Hold.State.ARRIVED, "she stays where she is"
    assert near.zone == "13"
    assert "c'était une erreur" in read(signed_in(people.ines).get("/places/"))
    amina = signed_in(people.amina)
    assert "était une erreur" in line(amina, f"/cases/{case.code}/")
    tell(people.amina)
    assert facts(case, people.amina)[-2:] == ["bed_requested", "entered_in_error"], "the file tells both: nothing is erased"
    with people.amina.acts() as actor:
        last = Fact.objects.visible_to(actor).filter(case=case).latest("revision")
        assert last.corrects is not None
        assert last.corrects.recorded_at > now, "the search of the house, not the one that she made before"
    assert amina.get(f"/cases/{case.code}/").status_code == 200
    assert 'name="women"' in read(amina.get(f"/cases/{case.code}/place/"))
    with pytest.raises(Refused) as refused:
        actions.take_back_incident(incident.pk, why="not_meant", acting=people.sonia.actor, now=timezone.now())
    assert refused.value.code == "taken_back_already"


def test_after_a_yes_the_access_of_the_house_that_she_left_is_ended_by_one_button_and_never_by_itself(
    people: Cast, case: Case, signed_in: SignIn
) -> None:
    held = accepted(people, case)
    arrive(people.sonia, people.amina, held.pk, now=timezone.now())
    given = grant(case, people.amina.actor, people.boussole, ["contact_safety", "housing", "profile"])
    moved_by_the_shelter_itself(people, held)
    amina = signed_in(people.amina)
    after = amina.post(f"/cases/{case.code}/moved/", {"there": "yes"}, follow=True)
    assert f"{people.boussole.name} voit encore son dossier" in read(after)
    with people.sonia.acts() as actor:
        assert Case.objects.visible_to(actor).exists(), "nothing ends by itself"
    for stranger in (people.sonia, people.ines, people.odile):
        assert signed_in(stranger).get(f"/cases/{case.code}/moved/").status_code == 404
    assert f"/cases/{case.code}/access/{given.pk}/end/" in read(after)
    amina.post(f"/cases/{case.code}/access/{given.pk}/end/")
    with people.sonia.acts() as actor:
        assert not Case.objects.visible_to(actor).exists()
    assert amina.get(f"/cases/{case.code}/moved/").status_code == 404


def test_where_we_found_her_next_place_ourselves_the_house_before_it_is_named_too(people: Cast, case: Case, signed_in: SignIn) -> None:
    now, amina = timezone.now(), signed_in(people.amina)
    held = accepted(people, case)
    arrive(people.sonia, people.amina, held.pk, now=now - timedelta(days=9))
    grant(case, people.amina.actor, people.boussole, ["contact_safety", "housing", "profile"])
    page = read(amina.get(f"/cases/{case.code}/place/{held.request_id}/"))
    assert "voit encore son dossier" not in page, "the house in which she is"
    next_one = ask(people.amina, reference=case.place_reference)
    there = hold(people.amina, next_one, unit(people.ines, shelter(people.ines, zone="59", name="Ailleurs")), now=now)
    actions.accept(there.pk, acting=people.ines.actor, now=now)
    arrive(people.ines, people.amina, there.pk, now=now)
    assert f"{people.boussole.name} voit encore son dossier" in read(amina.get(f"/cases/{case.code}/place/{next_one.pk}/"))
    assert "voit encore son dossier" not in read(amina.get(f"/cases/{case.code}/place/{held.request_id}/")), "said where it matters"


def test_no_sql_takes_a_colleagues_report_or_an_alert_back(people: Cast) -> None:
    house = shelter(people.sonia, now=timezone.now() - timedelta(days=2))
    actions.report_incident(house.pk, kind="located", acting=people.sonia.actor, now=timezone.now() - timedelta(hours=3))
    colleague = member("Collègue Exemple", people.boussole, "shelter_worker")
    for who in (colleague, people.sonia):
        with who.acts(), connection.cursor() as cursor:
            cursor.execute("UPDATE places_incident SET taken_back_at = now(), why = 'not_meant'")
            assert cursor.rowcount == 0, "neither in a colleague's place nor later than allowed"
    for who in (people.sonia, colleague):
        with who.acts(), connection.cursor() as cursor:
            cursor.execute("UPDATE places_alert SET taken_back_on = current_date")
            assert cursor.rowcount == 0, "only the step of the application"


def staying(client: Client) -> str:
    """The part of Places that lists who stays."""
    return read(client.get("/places/")).split('id="staying-title"')[1].split("</section>")[0]


def read(answer: Any) -> str:
    """A page as its letters stand on screen."""
    return unescape(answer.content.decode()).replace("\xa0", " ")


def line(client: Client, address: str) -> str:
    """What the worklist says beside this link."""
    return client.get("/").content.decode().split(f'<a href="{address}">')[1].split("</a>")[0].replace("&#x27;", "'")


def test_sql_of_a_shelter_says_neither_that_a_stay_began_nor_that_it_ended(people: Cast, case: Case) -> None:
    """It knows the reference from the need that it received."""
    accepted(people, case)
    for kind in ("arrived", "not_there", "left"):
        with people.sonia.acts() as sonia, pytest.raises(ProgrammingError, match="row-level security"):
            _event(sonia, people, case, kind)
    for kind in ("arrived", "not_there"):
        with acting_as(in_her_name(people.sonia.actor)) as verb, pytest.raises(ProgrammingError, match="row-level security"):
            _event(verb, people, case, kind)
    with acting_as(in_her_name(people.sonia.actor)) as verb:
        _event(verb, people, case, "left")
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
    with acting_as(in_her_name(people.sonia.actor)) as verb:
        _event(verb, people, case, "left")
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
