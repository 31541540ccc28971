"""Unusual reading is noticed by plain rules that compare a person with herself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from repere.cases.detection import Known, Reading, Unusual, longest_run, unusual

DAY = date(2026, 6, 15)
AMINA = uuid4()
PERSONS = [uuid4() for _ in range(200)]


def read(person: UUID, hour: int = 10, day: date = DAY, *, user: UUID = AMINA, kind: str = "look") -> Reading:
    return Reading(user, datetime(day.year, day.month, day.day, hour, tzinfo=UTC), (person,), kind)


def usual_days(number: int, each: int) -> list[Reading]:
    return [read(PERSONS[i], day=DAY - timedelta(days=back)) for back in range(number, 0, -1) for i in range(each)]


def found(readings: list[Reading], **known) -> dict[str, Unusual]:
    related = {AMINA: frozenset(PERSONS)}
    return {one.rule: one for one in unusual(readings, Known("Europe/Paris", **{"related": related, **known}), on=DAY)}


def test_a_day_like_the_others_says_nothing() -> None:
    """Nobody is asked about her ordinary work."""
    assert found([*usual_days(20, 8), *(read(person) for person in PERSONS[:10])]) == {}


def test_three_times_her_own_median_is_noticed() -> None:
    """And the numbers say against what."""
    alert = found([*usual_days(20, 8), *(read(person) for person in PERSONS[:25])])["breadth"]
    assert alert.numbers == {"files": 25, "usual": 8, "days": 20}


@pytest.mark.parametrize(("files", "noticed"), [(20, False), (21, True)])
def test_few_files_are_never_much(files: int, noticed: bool) -> None:
    """Who reads one file a day may read twenty."""
    assert ("breadth" in found([*usual_days(20, 1), *(read(person) for person in PERSONS[:files])])) is noticed


def test_a_newcomer_is_not_compared_with_nothing() -> None:
    """Without days of her own a wider limit holds."""
    assert "breadth" not in found([read(person) for person in PERSONS[:60]])
    assert "breadth" in found([read(person) for person in PERSONS[:61]])


def test_a_list_is_not_an_opening() -> None:
    """Nobody chose what a list shows, not even a canary."""
    shown = Reading(AMINA, datetime(2026, 6, 15, 10, tzinfo=UTC), tuple(PERSONS), "look")
    assert found([shown], canaries=frozenset(PERSONS)) == {}


def test_a_canary_that_was_opened_is_told_at_once() -> None:
    assert found([read(PERSONS[3])], canaries=frozenset({PERSONS[3]}))["canary"].numbers == {"files": 1}


def test_night_is_that_of_the_territory() -> None:
    """Ten in the evening in universal time is midnight in Lyon and six in the evening in Cayenne."""
    late = [read(person, hour=22, day=DAY) for person in PERSONS[:6]]
    lyon = unusual(late, Known("Europe/Paris", related={AMINA: frozenset(PERSONS)}), on=DAY + timedelta(days=1))
    cayenne = unusual(late, Known("America/Cayenne", related={AMINA: frozenset(PERSONS)}), on=DAY)
    assert [one.rule for one in lyon] == ["night"]
    assert cayenne == []


def test_who_works_at_night_is_left_in_peace() -> None:
    """A shelter never closes: three nights in a month make nights usual."""
    nights = [read(PERSONS[0], hour=1, day=DAY - timedelta(days=back)) for back in (9, 6, 3)]
    assert "night" not in found([*nights, *(read(person, hour=1) for person in PERSONS[:6])])
    assert "night" in found([*nights[1:], *(read(person, hour=1) for person in PERSONS[:6])])


def test_a_namesake_is_asked_about() -> None:
    """The file of somebody of one's own family name: one question, with the number and no name."""
    alert = found([read(PERSONS[5])], same_name={AMINA: frozenset({PERSONS[5]})})["same_name"]
    assert alert.numbers == {"files": 1}


def test_files_read_in_the_order_in_which_they_were_made() -> None:
    """Leafing through is not looking for somebody."""
    leafing = [read(person) for person in PERSONS[40:48]]
    assert found(leafing, created=PERSONS)["in_order"].numbers == {"files": 8}
    assert "in_order" not in found(leafing[:7], created=PERSONS)


@pytest.mark.parametrize(
    ("places", "run"),
    [
        ([], 0), ([4], 1), ([4, 4, 4], 1), ([1, 2, 3], 3), ([3, 2, 1], 3), ([1, 2, 1, 2], 2), ([1, 3, 5], 1), ([9, 1, 1, 2, 3, 7], 3),
        ([1, 2, 4, 5, 6], 3),
    ],
)
def test_a_run_is_counted_in_one_direction(places: list[int], run: int) -> None:
    assert longest_run([PERSONS[place] for place in places], {person: place for place, person in enumerate(PERSONS)}) == run


def test_strangers_to_her_work_are_counted() -> None:
    """Ten files of people for whom nothing was ever asked of her."""
    opened = [read(person) for person in PERSONS[:12]]
    assert found(opened, related={AMINA: frozenset(PERSONS[:2])})["no_relation"].numbers == {"files": 10, "usual": 0}
    assert "no_relation" not in found(opened, related={AMINA: frozenset(PERSONS[:3])})


def test_many_refused_pages_are_noticed() -> None:
    """Somebody tries doors."""
    refused = [Reading(AMINA, datetime(2026, 6, 15, 10, tzinfo=UTC), (), "denial") for _ in range(11)]
    assert found(refused)["denials"].numbers == {"pages": 11, "usual": 0}
    assert found(refused[:10]) == {}


def test_nobody_is_compared_with_a_colleague() -> None:
    """Another's busy days change nothing in what is said of her."""
    busy = [read(person, day=DAY - timedelta(days=back), user=UUID(int=7)) for back in range(1, 20) for person in PERSONS]
    mine = [*usual_days(20, 8), *(read(person) for person in PERSONS[:25])]
    assert found([*busy, *mine])["breadth"].numbers == found(mine)["breadth"].numbers
