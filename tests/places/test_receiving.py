"""A body on probation, or stopped, may prepare a house: it is offered to nobody, receives nothing, and is told of no danger."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client
from django.utils import timezone

from repere.accounts.acting import acting_as
from repere.core.needs import household
from repere.ledger.models import Entry
from repere.places import actions, jobs
from repere.places.models import Alert, Event, Hold, Occupancy, Request, Shelter, Unit
from repere.places.queries.candidates import candidates_for, listed_places
from repere.places.queries.desk import desk
from repere.places.refusals import NotVisible
from tests.people import Cast, Member
from tests.places.houses import NOW, ask, by_the_house, by_worker, hold, live, on_probation, refused, sent, shelter, suspend, unit

SignIn = Callable[[Member], Client]
LATER = NOW + timedelta(minutes=1)


def offered(seeker: Member, request: Request) -> list[object]:
    with seeker.acts() as actor:
        found = candidates_for(actor, request, now=NOW)
    return [one.unit.pk for one in [*found.fitting, *found.nearly]] + list(found.excluded)


def raw(member: Member, table: str) -> int:
    """What row-level security alone lets through."""
    with acting_as(member.actor), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM places_{table}")
        return int(cursor.fetchone()[0])


# ---- on probation


def test_a_house_of_a_body_on_probation_is_prepared_and_offered_to_nobody(people: Cast) -> None:
    nadia = on_probation()
    room = unit(nadia, shelter(nadia))
    assert (raw(nadia, "shelter"), raw(nadia, "unit"), raw(people.amina, "shelter"), raw(people.amina, "unit")) == (1, 1, 0, 0)
    request = ask(people.amina)
    assert offered(people.amina, request) == []
    with people.amina.acts() as actor:
        assert not Shelter.objects.visible_to(actor).exists()
        assert not Unit.objects.visible_to(actor).exists()
        assert len(listed_places(now=NOW)) == 0
    with pytest.raises(NotVisible):
        hold(people.amina, request, room)
    assert offered(nadia, ask(nadia)) == [], "not even to itself"
    with refused("host_not_receiving"):
        hold(nadia, ask(nadia), room)


def test_no_need_is_sent_to_a_hidden_house_of_a_body_on_probation(people: Cast) -> None:
    nadia = on_probation()
    unit(nadia, shelter(nadia, listed=False))
    request = ask(people.amina)
    assert sent(people.amina, request) == 0
    assert raw(nadia, "hold") == raw(nadia, "request") == 0
    unit(people.sonia, shelter(people.sonia, listed=False))
    assert by_worker(jobs.send, request.pk) == 1, "a body past its probation receives the same need"


def test_the_database_alone_refuses_a_need_for_a_body_that_may_not_receive(people: Cast) -> None:
    nadia, request = on_probation(), ask(people.amina)
    house = shelter(nadia, listed=False)

    def put(*, now: object) -> None:
        with acting_as(jobs.PLACES):
            Hold(
                request=request, asking_id=request.organisation_id, host_id=nadia.organisation.pk, shelter=house, listed=False,
                asked_at=NOW, ends_at=LATER,
            ).save(force_insert=True)  # fmt: skip

    with pytest.raises(ProgrammingError, match="row-level security"):
        by_worker(put)


# ---- stopped afterwards


def test_what_was_asked_of_a_body_that_is_stopped_is_neither_read_nor_answered_and_ends(people: Cast) -> None:
    listed, hidden = shelter(people.sonia), shelter(people.sonia, listed=False)
    unit(people.sonia, hidden)
    first, second = unit(people.sonia, listed, label="a"), unit(people.sonia, listed, label="b")
    asked, accepted, need = ask(people.amina), ask(people.amina), ask(people.amina)
    waiting, expected = hold(people.amina, asked, first), hold(people.amina, accepted, second)
    actions.accept(expected.pk, acting=people.sonia.actor, now=NOW)
    sent(people.amina, need)
    assert raw(people.sonia, "request") == 3
    suspend(people.boussole)
    assert offered(people.amina, ask(people.amina)) == []
    assert raw(people.amina, "shelter") == 0
    assert raw(people.sonia, "request") == 0
    with people.sonia.acts() as actor:
        assert not Request.objects.visible_to(actor).exists()
        assert desk(actor, now=NOW).asked == desk(actor, now=NOW).expected == []
    for act in (actions.accept, actions.ask_second_look):
        with refused("not_receiving_yet"):
            act(waiting.pk, acting=people.sonia.actor, now=NOW)
    with refused("not_receiving_yet"):
        actions.arrive(expected.pk, acting=people.sonia.actor, now=NOW)
    assert by_worker(jobs.expire, now=LATER) == 3
    with people.amina.acts() as actor:
        assert set(Hold.objects.visible_to(actor).values_list("state", flat=True)) == {"expired"}
        assert not Occupancy.objects.visible_to(actor).filter(live=True).exists()


def test_the_database_alone_refuses_a_yes_of_a_body_that_is_stopped(people: Cast) -> None:
    held = hold(people.amina, ask(people.amina), unit(people.sonia, shelter(people.sonia)))
    suspend(people.boussole)
    with pytest.raises(ProgrammingError, match="row-level security"), by_the_house(people.sonia), connection.cursor() as cursor:
        cursor.execute("UPDATE places_hold SET state = 'accepted', said_yes = true WHERE id = %s", [held.pk])


def test_those_who_live_there_can_still_be_moved(people: Cast) -> None:
    house = shelter(people.sonia)
    live(people.sonia, people.amina, unit(people.sonia, house))
    suspend(people.boussole)
    (moved,) = actions.report_incident(house.pk, kind="located", acting=people.sonia.actor, now=NOW)
    assert moved.urgency == 3


# ---- she is there


def test_a_stay_begins_once_those_who_follow_her_say_so(people: Cast) -> None:
    room = unit(people.sonia, shelter(people.sonia))
    request = ask(people.amina)
    held = hold(people.amina, request, room)
    actions.accept(held.pk, acting=people.sonia.actor, now=NOW)
    with refused("not_said_to_be_there"):
        actions.confirm_arrival(held.pk, acting=people.amina.actor, now=NOW)
    actions.arrive(held.pk, acting=people.sonia.actor, now=NOW)
    with pytest.raises(NotVisible):
        actions.confirm_arrival(held.pk, acting=people.sonia.actor, now=NOW)
    with refused("said_to_be_there"):
        actions.close_request(request.pk, acting=people.amina.actor, now=NOW)
    actions.confirm_arrival(held.pk, acting=people.amina.actor, now=NOW)
    with refused("request_closed"):
        actions.confirm_arrival(held.pk, acting=people.amina.actor, now=NOW)
    with people.amina.acts() as actor:
        (told,) = Event.objects.visible_to(actor).filter(kind="arrived")
        assert Entry.objects.filter(act="confirm_arrival").count() == 1
    assert (told.by_organisation_id, told.user_id) == (people.atalante.pk, people.amina.user.pk)


def test_an_arrival_that_did_not_happen_frees_the_place_and_the_search_goes_on(people: Cast) -> None:
    request = ask(people.amina)
    held = hold(people.amina, request, unit(people.sonia, shelter(people.sonia)))
    actions.accept(held.pk, acting=people.sonia.actor, now=NOW)
    actions.arrive(held.pk, acting=people.sonia.actor, now=NOW)
    actions.give_back(held.pk, acting=people.amina.actor, now=NOW)
    with people.amina.acts() as actor:
        assert Request.objects.visible_to(actor).get(pk=request.pk).closed_at is None
        assert not Occupancy.objects.visible_to(actor).filter(live=True).exists()
        assert not Event.objects.visible_to(actor).filter(kind__in=("arrived", "left")).exists()


def test_leaving_a_stay_that_nobody_confirmed_tells_her_file_nothing(people: Cast) -> None:
    held = hold(people.amina, ask(people.amina), unit(people.sonia, shelter(people.sonia)))
    actions.accept(held.pk, acting=people.sonia.actor, now=NOW)
    actions.arrive(held.pk, acting=people.sonia.actor, now=NOW)
    actions.leave(held.pk, acting=people.sonia.actor, now=NOW)
    with people.amina.acts() as actor:
        assert not Event.objects.visible_to(actor).filter(kind__in=("arrived", "left")).exists()


# ---- where a need goes


def test_a_body_on_probation_sends_no_need_to_hidden_houses(people: Cast) -> None:
    """Whoever poses as an association would learn that a hidden house is there, and whose it is."""
    unit(people.sonia, shelter(people.sonia, listed=False))
    nadia = on_probation(role="case_worker")
    request = ask(nadia)
    with refused("not_sending_yet"):
        actions.send_to_unlisted(request.pk, acting=nadia.actor, now=NOW)
    assert by_worker(jobs.send, request.pk) == 0, "nor does the job, whoever queued it"
    assert raw(people.sonia, "hold") == 0

    def put(*, now: object) -> None:
        with acting_as(jobs.PLACES):
            Hold(
                request=request, asking_id=request.organisation_id, host_id=people.boussole.pk,
                shelter=Shelter.objects.visible_to(jobs.PLACES).get(), listed=False, asked_at=NOW, ends_at=LATER,
            ).save(force_insert=True)  # fmt: skip

    with pytest.raises(ProgrammingError, match="row-level security"):
        by_worker(put)


def test_the_host_reads_since_when_whoever_asks_works_here(people: Cast, signed_in: SignIn) -> None:
    held = hold(people.amina, ask(people.amina), unit(people.sonia, shelter(people.sonia)), now=timezone.now())
    page = signed_in(people.sonia).get(f"/places/asked/{held.pk}/").content.decode()
    assert re.search(rf"{people.atalante.name}, qui travaille avec cet outil depuis le [^,]+\d{{4}}", page)


def test_a_need_reaches_hidden_houses_of_the_zones_that_fit_and_no_others(people: Cast) -> None:
    for zone in ("13", "83", "59", "62", "75"):
        unit(people.sonia, shelter(people.sonia, listed=False, zone=zone, name=zone))

    def reached(request: Request) -> set[str]:
        sent(people.amina, request)
        with people.sonia.acts() as actor:
            return set(Hold.objects.visible_to(actor).filter(request=request).values_list("shelter__name", flat=True))

    assert reached(ask(people.amina, zone="13")) == {"13", "83"}, "the région of her file"
    assert reached(ask(people.amina, household(["woman"], near=frozenset({"59"})), zone="13")) == {"59", "62"}, "around where she would be"
    assert reached(ask(people.amina, household(["woman"], avoid=frozenset({"13"})), zone="13")) == {"83"}, "never where she is looked for"
    for nowhere in ("", "FR"):
        with refused("zones_needed"):
            actions.send_to_unlisted(ask(people.amina, zone=nowhere).pk, acting=people.amina.actor, now=NOW)


# ---- alerts


def alerts(member: Member) -> tuple[int, int]:
    with member.acts() as actor:
        return Alert.objects.visible_to(actor).count(), raw(member, "alert")


def test_alerts_are_read_and_sent_only_past_probation(people: Cast) -> None:
    nadia, day_before = on_probation(), NOW - timedelta(days=1)
    for host in (nadia, people.ines):
        shelter(host, now=day_before)
    actions.report_incident(shelter(people.sonia, now=day_before).pk, kind="located", acting=people.sonia.actor, now=NOW)
    assert alerts(people.ines) == (1, 1)
    assert alerts(nadia) == (0, 0)
    with nadia.acts() as actor:
        mine = Shelter.objects.visible_to(actor).get()
    actions.report_incident(mine.pk, kind="intrusion", acting=nadia.actor, now=NOW)
    assert alerts(people.ines) == (1, 1), "nobody is alarmed by a body on probation"
    with nadia.acts() as actor:
        assert Shelter.objects.visible_to(actor).get().paused_at == NOW, "its own house is closed all the same"


def test_a_house_that_nobody_vouched_for_hears_of_no_danger_and_tells_of_none(people: Cast) -> None:
    """Invented houses, one in each département, would say the next day where somebody was found."""
    day_before = NOW - timedelta(days=1)
    house = shelter(people.sonia, now=day_before)
    invented = actions.add_shelter(name="Inventée", zone="13", listed=False, acting=people.ines.actor, now=day_before)
    actions.report_incident(house.pk, kind="located", acting=people.sonia.actor, now=NOW)
    assert alerts(people.ines) == (0, 0)
    actions.report_incident(invented.pk, kind="intrusion", acting=people.ines.actor, now=NOW)
    assert alerts(people.sonia) == (1, 1), "its own only"


def test_a_house_that_is_new_or_moved_reads_no_alert_of_before(people: Cast) -> None:
    actions.report_incident(shelter(people.sonia, zone="59").pk, kind="located", acting=people.sonia.actor, now=NOW)
    house = shelter(people.ines, zone="13", now=NOW - timedelta(days=9))
    said = {"name": house.name, "listed": True, "languages": [], "trained_for": [], "security": 0, "men_on_site": True, "papers_law": "",
            "most_households": None, "most_minors": None}  # fmt: skip
    actions.change_shelter(house.pk, zone="59", **said, acting=people.ines.actor, now=NOW)
    assert alerts(people.ines) == (0, 0)
    with pytest.raises(ProgrammingError, match="permission denied"), people.ines.acts(), connection.cursor() as cursor:
        cursor.execute("UPDATE places_shelter SET zone_since = '2000-01-01'")


def test_a_house_of_a_body_on_probation_stays_where_it_is(people: Cast) -> None:
    nadia = on_probation()
    house = shelter(nadia)
    said = {"name": "Autre nom", "listed": True, "languages": [], "trained_for": [], "security": 0, "men_on_site": True, "papers_law": "",
            "most_households": None, "most_minors": None}  # fmt: skip
    with refused("zone_stays_on_probation"):
        actions.change_shelter(house.pk, zone="59", **said, acting=nadia.actor, now=NOW)
    assert actions.change_shelter(house.pk, zone="13", **said, acting=nadia.actor, now=NOW).name == "Autre nom"


# ---- what is not in any list


def test_a_unit_that_is_not_listed_is_held_by_nobody_its_own_house_included(people: Cast) -> None:
    room = unit(people.sonia, shelter(people.sonia, listed=False))
    with refused("not_held_from_a_list"):
        actions.hold(ask(people.sonia).pk, room.pk, key=uuid4(), acting=people.sonia.actor, now=NOW)


def test_who_does_not_look_for_places_ends_no_search(people: Cast) -> None:
    request = ask(people.amina)
    held = hold(people.amina, request, unit(people.sonia, shelter(people.sonia)))
    for act, of in ((actions.close_request, request), (actions.give_back, held)):
        with refused("not_your_role"):
            act(of.pk, acting=people.chloe.actor, now=NOW)


def test_a_host_that_was_merely_asked_ends_no_search_of_another_body(people: Cast) -> None:
    """In the application's own capacity too: a search that reads "placed" is looked for no more, and nobody stays anywhere."""
    request = ask(people.amina)
    hold(people.amina, request, unit(people.sonia, shelter(people.sonia)))
    to_her = "UPDATE places_request SET {} WHERE id = %s"
    with by_the_house(people.sonia), connection.cursor() as cursor:
        for change in ("closed_at = now(), outcome = 'placed'", "outcome = 'placed'", "closed_at = now()", "sent_at = now()"):
            with pytest.raises(ProgrammingError, match="ended by who asked"), transaction.atomic():
                cursor.execute(to_her.format(change), [request.pk])
        cursor.execute(to_her.format("first_yes_at = now()"), [request.pk])
        assert cursor.rowcount == 1, "a first yes is the host's to say"
        with pytest.raises(ProgrammingError, match="said once"), transaction.atomic():
            cursor.execute(to_her.format("first_yes_at = NULL"), [request.pk])
    actions.close_request(request.pk, acting=people.amina.actor, now=NOW)
    twice = pytest.raises(ProgrammingError, match="ends once")
    with by_the_house(people.amina), connection.cursor() as cursor, twice, transaction.atomic():
        cursor.execute(to_her.format("closed_at = NULL, outcome = 'open'"), [request.pk])
