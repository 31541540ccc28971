"""The seeker's answer is the same whether or not the person she must not meet lives there."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repere.core.needs import household
from repere.places import actions
from repere.places.doors import visible_hold
from repere.places.models import Hold, Unit
from repere.places.queries.candidates import candidates_for
from repere.places.queries.desk import must_not_meet
from repere.places.refusals import Refused
from tests.people import Cast
from tests.places.houses import NOW, ask, live, shelter, unit

ALIKE = settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SECRET, MARK = UUID(int=7), UUID(int=8)


class Undone(Exception):
    """Takes a world back."""


def seen_by_the_seeker(
    people: Cast, rooms: list[Unit], *, resident: UUID, bears: list[UUID], taken: list[bool], says: str
) -> tuple[Any, ...]:
    """Everything the seeker reads before, while and after she holds the first candidate, in a world that is then undone."""
    told: list[Any] = []
    try:
        with transaction.atomic():
            for room, full in zip(rooms, taken, strict=True):
                if full:
                    live(people.sonia, people.bruno, room, household(["woman"]), reference=resident, carries=bears)
                    resident = uuid4()
            request = ask(people.amina, household(["woman"]), apart=[SECRET, MARK])
            names = {room.pk: room.label for room in rooms}
            with people.amina.acts() as actor, CaptureQueriesContext(connection) as asked:
                found = candidates_for(actor, request, now=NOW)
            told += [[(names[one.unit.pk], one.fit.misses, one.fit.gains, one.fit.score, one.free) for one in found.fitting]]
            told += [[(names[one.unit.pk], one.fit.misses) for one in found.nearly], found.excluded, len(asked)]
            if found.fitting:
                told.append(_answer(people, request.pk, found.fitting[0].unit.pk, says))
            raise Undone
    except Undone:
        pass
    return tuple(told)


def _answer(people: Cast, request: UUID, room: UUID, says: str) -> Any:
    held = actions.hold(request, room, key=uuid4(), acting=people.amina.actor, now=NOW)
    actions.decline(held.pk, reason=says, acting=people.sonia.actor, now=NOW)
    with people.amina.acts() as actor:
        row = Hold.objects.visible_to(actor).filter(pk=held.pk).values("state", "listed", "said_yes", "answered_at", "ends_at").get()
    try:
        actions.hold(request, room, key=uuid4(), acting=people.amina.actor, now=NOW)
        again = "held"
    except Refused as refused:
        again = str(refused)
    return row, again


@ALIKE
@given(rooms=st.lists(st.tuples(st.integers(1, 4), st.booleans()), min_size=1, max_size=3))
def test_list_reasons_counts_order_and_answers_are_the_same(people: Cast, rooms: list[tuple[int, bool]]) -> None:
    taken, compared = [full for _, full in rooms], False
    try:
        with transaction.atomic():
            house = shelter(people.sonia)
            units = [unit(people.sonia, house, capacity=size, label=str(number)) for number, (size, _) in enumerate(rooms)]
            without = seen_by_the_seeker(people, units, resident=uuid4(), bears=[], taken=taken, says="full")
            assert without == seen_by_the_seeker(people, units, resident=SECRET, bears=[], taken=taken, says="safety")
            assert without == seen_by_the_seeker(people, units, resident=uuid4(), bears=[MARK], taken=taken, says="safety")
            compared = True
            raise Undone
    except Undone:
        assert compared


def test_the_receiving_shelter_alone_reads_that_they_must_not_meet(people: Cast) -> None:
    """Said from either side; the test above would prove nothing if nobody knew."""
    house = shelter(people.sonia)
    first, second, third = (unit(people.sonia, house, label=label) for label in "abc")
    live(people.sonia, people.bruno, first, reference=SECRET)
    feared = actions.hold(ask(people.amina, apart=[SECRET]).pk, second.pk, key=uuid4(), acting=people.amina.actor, now=NOW)
    other = actions.hold(ask(people.amina).pk, third.pk, key=uuid4(), acting=people.amina.actor, now=NOW)
    with people.sonia.acts() as actor:
        assert must_not_meet(actor, visible_hold(actor, feared.pk)) == 1
        assert must_not_meet(actor, visible_hold(actor, other.pk)) == 0


def test_it_is_known_too_when_whoever_lives_there_said_it(people: Cast) -> None:
    house, mine = shelter(people.sonia), uuid4()
    first, second = (unit(people.sonia, house, label=label) for label in "ab")
    live(people.sonia, people.bruno, first, apart=[mine])
    coming = actions.hold(ask(people.amina, reference=mine).pk, second.pk, key=uuid4(), acting=people.amina.actor, now=NOW)
    with people.sonia.acts() as actor:
        assert must_not_meet(actor, visible_hold(actor, coming.pk)) == 1
    with people.amina.acts() as actor:
        assert must_not_meet(actor, visible_hold(actor, coming.pk)) == 0, "the seeker's own eyes find nothing"
