"""From the needs to a filled place; what a shelter sees, and when; what nobody else ever does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from repere.accounts.acting import acting_as
from repere.accounts.scope import UnscopedQuery
from repere.core.needs import household
from repere.ledger.models import Entry
from repere.places import actions, jobs
from repere.places.models import Alert, Apart, Event, Hold, Incident, Occupancy, PrivateReason, Request, Shelter, Unit
from repere.places.queries.candidates import candidates_for, confidence
from repere.places.refusals import NotVisible
from tests.people import Cast, Member
from tests.places.houses import NOW, ask, by_worker, hold, live, refused, sent, shelter, unit

LATER = NOW + timedelta(hours=30)


def test_a_mother_of_two_who_refuses_lyon_finds_holds_and_fills_a_place(people: Cast) -> None:
    sonia, amina = people.sonia, people.amina
    lyon, marseille = unit(sonia, shelter(sonia, zone="69")), unit(sonia, shelter(sonia, zone="13"))
    request = ask(amina)
    with amina.acts() as actor:
        found = candidates_for(actor, request, now=NOW)
    assert [one.unit.pk for one in found.fitting] == [marseille.pk]
    assert found.nearly == [], "what she refuses is never argued with"
    assert found.excluded == {"zone_refused": 1}
    with refused("does_not_fit"):
        hold(amina, request, lyon)
    held = hold(amina, request, marseille)
    actions.accept(held.pk, acting=sonia.actor, now=NOW)
    arrived = actions.arrive(held.pk, acting=sonia.actor, now=NOW + timedelta(hours=5))
    assert arrived.state == Hold.State.ARRIVED
    with amina.acts() as actor:
        assert Request.objects.visible_to(actor).get(pk=request.pk).closed_at is None, "the shelter alone ends no search"
        assert not Event.objects.visible_to(actor).filter(kind="arrived").exists()
    actions.confirm_arrival(held.pk, acting=amina.actor, now=NOW + timedelta(hours=6))
    with amina.acts() as actor:
        assert Request.objects.visible_to(actor).get(pk=request.pk).outcome == Request.Outcome.PLACED
        told = list(Event.objects.visible_to(actor).order_by("at", "kind").values_list("kind", flat=True))
    assert sorted(told) == ["arrived", "held", "requested"]
    with people.ines.acts() as actor:
        assert candidates_for(actor, ask(people.ines), now=NOW).fitting == []
        assert list(Event.objects.visible_to(actor).exclude(kind="requested")) == []


def test_a_place_that_would_fit_if_says_what_the_place_could_change(people: Cast) -> None:
    house = shelter(people.sonia)
    unit(people.sonia, house, children=False)
    unit(people.sonia, house, capacity=2)
    with people.amina.acts() as actor:
        found = candidates_for(actor, ask(people.amina), now=NOW)
    assert found.fitting == []
    assert {one.fit.would_fit_if for one in found.nearly} == {"no_children", "too_small"}


def test_a_held_place_is_held_once(people: Cast) -> None:
    room = unit(people.sonia, shelter(people.sonia))
    hold(people.amina, ask(people.amina), room)
    with refused("taken"):
        hold(people.ines, ask(people.ines), room)
    with people.ines.acts() as actor:
        assert candidates_for(actor, ask(people.ines), now=NOW).fitting == []


def test_two_households_share_a_dormitory_until_it_is_full(people: Cast) -> None:
    dormitory = unit(people.sonia, shelter(people.sonia), capacity=3, one_household=False, collective=True)
    one = household(["woman"])
    for _ in range(3):
        live(people.sonia, people.amina, dormitory, one)
    with refused("taken"):
        hold(people.amina, ask(people.amina, one), dormitory)


def test_an_ended_hold_frees_itself_before_any_job_has_run(people: Cast) -> None:
    room = unit(people.sonia, shelter(people.sonia))
    held = hold(people.amina, ask(people.amina), room)
    other = hold(people.ines, ask(people.ines), room, now=LATER)
    assert other.state == Hold.State.ASKED
    with refused("not_waiting"):
        actions.accept(held.pk, acting=people.sonia.actor, now=LATER)
    assert by_worker(jobs.expire, now=LATER) == 1
    assert by_worker(jobs.expire, now=LATER) == 0, "twice does it once"
    with people.amina.acts() as actor:
        assert Hold.objects.visible_to(actor).get(pk=held.pk).state == Hold.State.EXPIRED
    with people.ines.acts() as actor:
        assert Hold.objects.visible_to(actor).get(pk=other.pk).state == Hold.State.ASKED


def test_open_holds_are_capped_per_file_and_per_organisation(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    house = shelter(people.sonia)
    rooms = [unit(people.sonia, house, label=str(number)) for number in range(4)]
    request = ask(people.amina)
    hold(people.amina, request, rooms[0])
    hold(people.amina, request, rooms[1])
    with refused("too_many_for_file"):
        hold(people.amina, request, rooms[2])
    monkeypatch.setattr("repere.places.actions.asking.MOST_OF_AN_ORGANISATION", 3)
    hold(people.odile, ask(people.odile), rooms[2])
    with refused("too_many_for_organisation"):
        hold(people.odile, ask(people.odile), rooms[3])


def test_twice_with_one_key_is_once(people: Cast) -> None:
    room, key = unit(people.sonia, shelter(people.sonia)), uuid4()
    request = ask(people.amina)
    first, again = (actions.hold(request.pk, room.pk, key=key, acting=people.amina.actor, now=NOW) for _ in range(2))
    assert first.pk == again.pk
    with refused("request_stands"):
        ask(people.amina, reference=request.reference)


def test_the_key_of_one_household_asks_for_no_other(people: Cast) -> None:
    """A form sent twice from two tabs: nobody reads "asked" for a household for which nothing was asked."""
    room, other_room = (unit(people.sonia, shelter(people.sonia)) for _ in range(2))
    first, second, key = ask(people.amina), ask(people.amina), uuid4()
    actions.hold(first.pk, room.pk, key=key, acting=people.amina.actor, now=NOW)
    for request, asked_of in ((second, room), (first, other_room)):
        with refused("key_used"):
            actions.hold(request.pk, asked_of.pk, key=key, acting=people.amina.actor, now=NOW)
    asked: dict[str, Any] = {"needs": household(["woman"]), "urgency": 1, "zone": "13", "acting": people.amina.actor, "now": NOW}
    actions.ask(reference=uuid4(), key=key, **asked)
    with refused("key_used"):
        actions.ask(reference=uuid4(), key=key, **asked)


def test_no_is_one_word_for_whoever_asked(people: Cast) -> None:
    """The seeker's row of a refusal for safety and of a refusal for want of room differ in nothing but their ids."""
    house = shelter(people.sonia)
    rows = []
    for reason in ("full", "safety"):
        held = hold(people.amina, ask(people.amina), unit(people.sonia, house, label=reason))
        actions.decline(held.pk, reason=reason, acting=people.sonia.actor, now=NOW)
        with people.amina.acts() as actor:
            row = Hold.objects.visible_to(actor).filter(pk=held.pk).values().get()
            assert not PrivateReason.objects.visible_to(actor).exists()
            entries = Entry.objects.filter(act="decline_household").values_list("body", flat=True)
            assert not any(b"safety" in bytes(body) for body in entries)
        rows.append({name: value for name, value in row.items() if name not in ("id", "request_id", "unit_id", "key")})
    assert rows[0] == rows[1]
    with people.sonia.acts() as actor:
        assert PrivateReason.objects.visible_to(actor).count() == 2


def test_after_a_no_the_shelter_reads_the_needs_no_more(people: Cast) -> None:
    request = ask(people.amina)
    held = hold(people.amina, request, unit(people.sonia, shelter(people.sonia)))
    with people.sonia.acts() as actor:
        assert Request.objects.visible_to(actor).filter(pk=request.pk).exists()
    actions.decline(held.pk, reason="full", acting=people.sonia.actor, now=NOW)
    with people.sonia.acts() as actor:
        assert not Request.objects.visible_to(actor).filter(pk=request.pk).exists()


# ---- shelters that are not listed


def test_a_shelter_that_is_not_listed_is_nowhere_for_whoever_seeks(people: Cast) -> None:
    house = shelter(people.sonia, listed=False, name="Maison cachée")
    room = unit(people.sonia, house)
    request = ask(people.amina)
    with people.amina.acts() as actor:
        found = candidates_for(actor, request, now=NOW)
        assert (found.fitting, found.nearly, found.excluded) == ([], [], {})
        assert not Shelter.objects.visible_to(actor).exists()
        assert not Unit.objects.visible_to(actor).exists()
    with pytest.raises(NotVisible):
        hold(people.amina, request, room)


def test_the_need_goes_to_a_shelter_that_is_not_listed_and_it_answers(people: Cast) -> None:
    house = shelter(people.sonia, listed=False)
    room = unit(people.sonia, house)
    request = ask(people.amina)
    assert sent(people.amina, request) == 1
    assert by_worker(jobs.send, request.pk) == 0, "twice brings it once"
    with people.amina.acts() as actor:
        assert not Hold.objects.visible_to(actor).filter(request=request).exists(), "no row, no count before a yes"
    with people.sonia.acts() as actor:
        received = Hold.objects.visible_to(actor).get(request=request)
    with refused("unit_needed"):
        actions.accept(received.pk, acting=people.sonia.actor, now=NOW)
    actions.accept(received.pk, unit_id=room.pk, acting=people.sonia.actor, now=NOW)
    with people.amina.acts() as actor:
        assert Hold.objects.visible_to(actor).get(request=request).state == Hold.State.ACCEPTED
        assert not Shelter.objects.visible_to(actor).exists(), "the shelter itself stays hidden"
    actions.give_back(received.pk, she_declined=True, acting=people.amina.actor, now=NOW)
    with people.sonia.acts() as actor:
        assert not Occupancy.objects.visible_to(actor).filter(live=True).exists()


def test_a_no_of_a_hidden_shelter_cannot_be_told_from_there_being_none(people: Cast) -> None:
    before, seen = ask(people.amina, reference=uuid4()), []
    assert sent(people.amina, before) == 0
    shelter(people.sonia, listed=False)
    unit(people.sonia, shelter(people.sonia, listed=False))
    after = ask(people.amina, reference=uuid4())
    assert sent(people.amina, after) == 1
    with people.sonia.acts() as actor:
        received = Hold.objects.visible_to(actor).get(request=after)
    actions.decline(received.pk, reason="safety", acting=people.sonia.actor, now=NOW)
    for request in (before, after):
        with people.amina.acts() as actor:
            row = Request.objects.visible_to(actor).filter(pk=request.pk).values().get()
            holds = Hold.objects.visible_to(actor).filter(request=request).count()
        seen.append(({name: value for name, value in row.items() if name not in ("id", "reference", "key")}, holds))
    assert seen[0] == seen[1]


def test_the_need_never_goes_to_a_hidden_shelter_in_a_zone_she_refuses(people: Cast) -> None:
    unit(people.sonia, shelter(people.sonia, listed=False, zone="69"))
    assert sent(people.amina, ask(people.amina)) == 0


def test_of_two_yeses_the_second_changes_nothing(people: Cast) -> None:
    rooms = [unit(people.sonia, shelter(people.sonia, listed=False)) for _ in range(2)]
    request = ask(people.amina)
    assert sent(people.amina, request) == 2
    with people.sonia.acts() as actor:
        first, second = Hold.objects.visible_to(actor).filter(request=request)
    of = {room.shelter_id: room for room in rooms}
    actions.accept(first.pk, unit_id=of[first.shelter_id].pk, acting=people.sonia.actor, now=NOW)
    with refused("placed_elsewhere"):
        actions.accept(second.pk, unit_id=of[second.shelter_id].pk, acting=people.sonia.actor, now=NOW)
    with people.sonia.acts() as actor:
        assert Occupancy.objects.visible_to(actor).filter(hold=second).count() == 0


# ---- another person


def test_whom_she_must_not_meet_is_read_by_the_receiving_shelter_alone(people: Cast) -> None:
    danger = uuid4()
    request = ask(people.amina, apart=[danger])
    held = hold(people.amina, request, unit(people.sonia, shelter(people.sonia)))
    with people.sonia.acts() as actor:
        assert Apart.objects.visible_to(actor).filter(request=request).exists()
    with people.ines.acts() as actor:
        assert not Apart.objects.visible_to(actor).exists()
    actions.decline(held.pk, reason="safety", acting=people.sonia.actor, now=NOW)
    with people.sonia.acts() as actor:
        assert not Apart.objects.visible_to(actor).exists()


# ---- answers, arrival, danger


def test_a_foreign_hold_is_not_there(people: Cast) -> None:
    held = hold(people.amina, ask(people.amina), unit(people.sonia, shelter(people.sonia)))
    for act in (actions.arrive, actions.leave, actions.accept):
        with pytest.raises(NotVisible):
            act(held.pk, acting=people.ines.actor, now=NOW)
    with pytest.raises(NotVisible):
        actions.give_back(held.pk, acting=people.ines.actor, now=NOW)
    with pytest.raises(NotVisible):
        actions.accept(held.pk, acting=people.amina.actor, now=NOW)


def test_two_people_look_at_a_doubtful_request_and_nothing_else_changes(people: Cast) -> None:
    held = hold(people.amina, ask(people.amina), unit(people.sonia, shelter(people.sonia)))
    actions.ask_second_look(held.pk, acting=people.sonia.actor, now=NOW)
    with refused("another_person_needed"):
        actions.accept(held.pk, acting=people.sonia.actor, now=NOW)
    assert actions.accept(held.pk, acting=people.bruno.actor, now=NOW).state == Hold.State.ACCEPTED


def test_she_stays_until_she_leaves_and_then_the_place_is_free(people: Cast) -> None:
    room = unit(people.sonia, shelter(people.sonia))
    stay = live(people.sonia, people.amina, room)
    with refused("taken"):
        hold(people.ines, ask(people.ines), room, now=NOW + timedelta(days=200))
    actions.leave(stay.pk, acting=people.sonia.actor, now=NOW)
    assert hold(people.ines, ask(people.ines), room).state == Hold.State.ASKED


def test_an_accepted_place_is_kept_longer_when_the_shelter_says_so(people: Cast) -> None:
    held = hold(people.amina, ask(people.amina), unit(people.sonia, shelter(people.sonia)))
    actions.accept(held.pk, acting=people.sonia.actor, now=NOW)
    actions.extend(held.pk, days=10, acting=people.sonia.actor, now=NOW)
    assert actions.arrive(held.pk, acting=people.sonia.actor, now=NOW + timedelta(days=9)).arrived_at
    with refused("ends_too_soon"):
        actions.extend(held.pk, days=60, acting=people.sonia.actor, now=NOW)


def test_what_is_gone_through_on_arrival_is_kept_with_what_she_declines(people: Cast) -> None:
    stay = live(people.sonia, people.amina, unit(people.sonia, shelter(people.sonia)))
    actions.keep_arrival(stay.pk, items={"luggage": "she_declined"}, acting=people.sonia.actor, now=NOW)
    kept = actions.keep_arrival(stay.pk, items={"phone_location": "done"}, acting=people.sonia.actor, now=NOW)
    assert kept.items == {"luggage": "she_declined", "phone_location": "done"}
    with refused("step_unknown"):
        actions.keep_arrival(stay.pk, items={"search_her": "done"}, acting=people.sonia.actor, now=NOW)


def test_an_incident_moves_those_who_stay_and_tells_others_no_name_and_no_shelter(people: Cast) -> None:
    house = shelter(people.sonia)
    room = unit(people.sonia, house)
    shelter(people.ines, zone="13", now=NOW - timedelta(days=1))
    live(people.sonia, people.amina, room)
    (to_move,) = actions.report_incident(house.pk, kind="located", acting=people.sonia.actor, now=NOW)
    assert (to_move.urgency, to_move.household["needs"]["avoid"], to_move.household["needs"]["refuses_zones"]) == (3, ["13"], ["69"])
    with people.ines.acts() as actor:
        (alert,) = Alert.objects.visible_to(actor)
        assert {column.name for column in Alert._meta.fields} == {"id", "zone", "kind", "on", "taken_back_on"}
        assert alert.kind == "located"
        assert not Incident.objects.visible_to(actor).exists()
    with people.amina.acts() as actor:
        assert candidates_for(actor, ask(people.amina), now=NOW).fitting == []
    assert actions.report_incident(house.pk, kind="located", acting=people.sonia.actor, now=NOW) == [], "nobody is moved twice"


def test_a_request_that_found_nothing_is_kept(people: Cast) -> None:
    request = ask(people.amina)
    held = hold(people.amina, request, unit(people.sonia, shelter(people.sonia)))
    assert actions.close_request(request.pk, acting=people.amina.actor, now=NOW).outcome == Request.Outcome.UNMET
    with people.sonia.acts() as actor:
        assert Hold.objects.visible_to(actor).get(pk=held.pk).state == Hold.State.WITHDRAWN
        assert not Occupancy.objects.visible_to(actor).filter(live=True).exists()


def test_papers_are_asked_for_only_where_a_text_says_so(people: Cast) -> None:
    with refused("papers_need_a_text"):
        unit(people.sonia, shelter(people.sonia), requires_papers=True)
    assert unit(people.sonia, shelter(people.sonia, papers_law="texte inventé"), requires_papers=True).requires_papers


def test_nobody_confirmed_for_two_days_is_half_as_sure() -> None:
    assert confidence(NOW, NOW) == 1
    assert confidence(NOW - timedelta(hours=48), NOW) == 0.5
    assert confidence(None, NOW) == 0


@pytest.mark.parametrize("code", ["avoid", "couple"])
def test_needs_that_contradict_themselves_are_refused(people: Cast, code: str) -> None:
    wrong: Any = {"avoid": {"near": frozenset({"13"}), "avoid": frozenset({"13"})}, "couple": {"couple": True}}[code]
    with refused("contradiction"):
        ask(people.amina, household(["woman"], **wrong))


def test_nothing_is_read_without_saying_who_asks(people: Cast) -> None:
    for model in (Shelter, Unit, Request, Hold, Occupancy, Apart, PrivateReason, Event, Alert, Incident):
        with pytest.raises(UnscopedQuery):
            list(model.objects.all())


def test_the_database_says_the_same_as_the_queries(people: Cast) -> None:
    """Without any filter of ours, row-level security alone hides what is not listed, private or another's."""
    from django.db import connection

    hidden, seen = shelter(people.sonia, listed=False), shelter(people.sonia)
    unit(people.sonia, hidden)
    held = hold(people.amina, ask(people.amina, apart=[uuid4()]), unit(people.sonia, seen))
    actions.decline(held.pk, reason="safety", acting=people.sonia.actor, now=NOW)

    def rows(member: Member) -> dict[str, int]:
        with acting_as(member.actor), connection.cursor() as cursor:
            found = {}
            for table in ("shelter", "unit", "bed", "request", "hold", "apart", "privatereason", "event"):
                cursor.execute(f"SELECT count(*) FROM places_{table}")
                found[table] = cursor.fetchone()[0]
        return found

    assert rows(people.ines) == {
        "shelter": 1, "unit": 1, "bed": 3, "request": 0, "hold": 0, "apart": 0, "privatereason": 0, "event": 0,
    }  # fmt: skip
    assert rows(people.amina)["privatereason"] == 0
    assert rows(people.sonia)["shelter"] == 2
    assert rows(people.sonia)["request"] == 0, "answered"
