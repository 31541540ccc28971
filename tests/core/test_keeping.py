"""Places that are kept back for those likely to come: never without a reason that past days bear out, and never from who needs tonight."""

from __future__ import annotations

from dataclasses import replace

import pytest

from repere.core.needs import Needs, Place, household
from repere.core.placement import Household, Instance, propose
from repere.core.placement.keeping import MOST_FREE, History, KeptBack, keep_back

FLAT = Place("flat", "s1", "13", 1, step_free=True, men_on_site=False)
ROOM = Place("room", "s2", "13", 1, men_on_site=False)
ALONE = household(["woman"])
WHEELS = household(["woman"], step_free=True)


def came(days: int, *, every: int, needs: Needs, urgency: int = 2) -> tuple[tuple[int, Household], ...]:
    return tuple((ago, Household(f"{needs.step_free}{ago}", needs, urgency)) for ago in range(1, days + 1, every))


def history(days: int = 60, *, wheels_every: int = 4, opened: Place = ROOM, **more: int) -> History:
    """Women come every second day, and ordinary rooms open as often; every few days somebody cannot take steps."""
    comers = came(days, every=2, needs=ALONE, urgency=1)
    if wheels_every:
        comers += came(days, every=wheels_every, needs=WHEELS, **more)
    return History(days, comers, tuple((ago, replace(opened, id=f"o{ago}")) for ago in range(1, days + 1, 2)))


def advised(past: History, *, places: tuple[Place, ...] = (FLAT,), urgency: int = 0, waiting_days: int = 0) -> tuple[KeptBack, ...]:
    asked = Instance((Household("amina", ALONE, urgency, waiting_days),), places)
    return keep_back(asked, propose(asked).lines, past)


def test_a_flat_without_steps_is_kept_for_those_who_come_and_the_advice_says_how_often_and_what_she_may_wait_for() -> None:
    """The only free place: whoever comes is somebody whom nothing else takes. Rooms that she could have open every second day."""
    assert advised(history()) == (KeptBack("flat", "amina", None, "nothing_else", every_days=1, hers_every_days=2),)


def test_what_stands_against_the_other_free_places_is_named() -> None:
    """Two women wait, one ordinary room and one flat are free: the flat is kept for whoever cannot climb the stairs of the room."""
    asked = Instance((Household("amina", ALONE, 0), Household("ines", ALONE, 1)), (FLAT, ROOM))
    told = keep_back(asked, propose(asked).lines, history())
    assert [(one.place, one.why, one.every_days, one.others) for one in told] == [("flat", "nothing_else", 4, ("not_step_free",))]


def test_nothing_is_kept_where_nobody_else_comes_for_it() -> None:
    asked = Instance((Household("amina", ALONE, 1),), (FLAT, ROOM))
    assert keep_back(asked, propose(asked).lines, history(wheels_every=0)) == ()


@pytest.mark.parametrize("places", [(FLAT,), (FLAT, ROOM)])
def test_nobody_who_needs_a_bed_tonight_waits_for_somebody_who_may_come(places: tuple[Place, ...]) -> None:
    assert advised(history(urgency=3), places=places, urgency=3) == ()


def test_nobody_is_asked_to_wait_where_no_place_that_she_could_have_becomes_free() -> None:
    assert advised(history())
    assert advised(history(opened=replace(ROOM, children=False, gender="men"))) == ()


@pytest.mark.parametrize("past", [history(20), replace(history(), opened=()), replace(history(), came=history().came[:5])])
def test_a_short_history_teaches_nothing(past: History) -> None:
    assert not past.enough
    assert advised(past) == ()


def test_the_same_question_gets_the_same_answer() -> None:
    assert advised(history()) == advised(history()) != ()


def test_a_household_that_no_free_place_takes_changes_nothing() -> None:
    asked = Instance((Household("amina", ALONE, 0), Household("far", replace(ALONE, refuses_zones=frozenset({"13"})), 3)), (FLAT,))
    assert [one.household for one in keep_back(asked, propose(asked).lines, history())] == ["amina"]


def test_a_room_shared_by_several_households_is_not_kept_back_but_counts_as_a_place_for_others() -> None:
    shared = replace(FLAT, capacity=6, one_household=False)
    assert advised(history(), places=(shared,)) == ()


def test_among_thousands_of_free_places_the_rare_one_is_still_seen() -> None:
    rooms = tuple(replace(ROOM, id=f"r{number}", zone="69") for number in range(MOST_FREE + 50))
    near = replace(ALONE, refuses_zones=frozenset({"69"}))
    asked = Instance((Household("amina", near, 0), Household("ines", ALONE, 0)), (FLAT, *rooms))
    told = keep_back(asked, propose(asked).lines, history())
    assert [(one.place, one.why, one.every_days) for one in told] == [("flat", "nothing_else", 4)]
