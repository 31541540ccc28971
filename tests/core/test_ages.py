"""An age that somebody tells leaves a range of days open: all of them are kept, and none that was not said."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repere.core.ages import OLDEST, Age, NotAnAge, ages_on, born, turning_18
from repere.core.dates import PartialDate

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize("text", ["30", "30 ans", "30 years old", "elle a 30 ans", "Âgée de 30 ans", "aged 30", "30 ans et demi"])
def test_thirty_today_is_one_year_of_births(text: str) -> None:
    assert born(text, TODAY) == PartialDate(date(1995, 11, 22), date(1996, 11, 21))
    assert turning_18(text, TODAY) == PartialDate(date(2013, 11, 22), date(2014, 11, 21))


@pytest.mark.parametrize(
    ("text", "fewest", "most"),
    [
        ("environ 30 ans", 27, 33), ("~30", 27, 33), ("30 ans environ", 27, 33), ("about 30", 27, 33),
        ("la trentaine", 30, 39), ("in her thirties", 30, 39), ("30s", 30, 39), ("une trentaine d'années", 27, 39),
        ("entre 25 et 30 ans", 25, 30), ("25-30", 25, 30), ("16 ou 17 ans", 16, 17), ("between 25 and 30", 25, 30),
        ("moins de 18 ans", 0, 17), ("mineure", 0, 17), ("plus de 40 ans", 40, OLDEST), ("majeure", 18, OLDEST),
    ],
)  # fmt: skip
def test_an_age_is_told_in_many_ways(text: str, fewest: int, most: int) -> None:
    assert Age.parse(text) == Age(fewest, most)


@pytest.mark.parametrize("text", ["environ 20 ans", "la vingtaine", "dans la vingtaine", "in her twenties", "about 20", "20 ans ?"])
def test_who_is_guessed_to_be_twenty_may_still_be_a_child(text: str) -> None:
    """Her rights as a child are not lost to somebody's guess."""
    assert turning_18(text, TODAY).latest > TODAY


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("née en 2009", "2027-01-01", "2027-12-31"),
        ("née le 3 mai 2010", "2028-05-03", "2028-05-03"),
        ("née le 29 février 2012", "2030-03-01", "2030-03-01"),
        ("née vers 2009", "2024-01-01", "2030-12-31"),
        ("née le 3 mai 1990", "2008-01-01", "2008-12-31"),
    ],
)
def test_a_birth_is_not_taken_for_the_day_of_turning_18(text: str, first: str, last: str) -> None:
    """Of an adult the year alone: her birthday does not stand in clear."""
    assert turning_18(text, TODAY) == PartialDate(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize("text", ["2014", "mai 2014", "printemps 2019", "2024-05-01..2024-05-09", "3/5/2024"])
def test_a_day_that_was_asked_for_stays_what_it_was(text: str) -> None:
    assert turning_18(text, TODAY) == born(text, TODAY) == PartialDate.parse(text)


@pytest.mark.parametrize("text", ["", "130", "40-30", "jeudi", "trente ans ou rien", "née à Lagos", "12 enfants", "-5", "30 30"])
def test_what_is_no_age_is_refused(text: str) -> None:
    with pytest.raises(NotAnAge):
        turning_18(text, TODAY)


@given(st.dates(date(1990, 1, 1), date(2060, 12, 31)), st.integers(0, OLDEST), st.integers(0, 400))
def test_everybody_of_that_age_is_inside_and_nobody_else(today: date, years: int, within: int) -> None:
    """Counted one birthday at a time, without the arithmetic under test."""
    told = Age(years, years).born(today)
    for day in (told.earliest, told.latest, min(told.earliest + timedelta(days=within), told.latest)):
        assert _birthdays(day, today) == years
    assert _birthdays(told.earliest - timedelta(days=1), today) == years + 1
    assert _birthdays(told.latest + timedelta(days=1), today) == years - 1
    assert ages_on(Age(years, years).turns_18(today), today) == Age(years, years)


def _birthdays(born_on: date, today: date) -> int:
    leap = (born_on.month, born_on.day) == (2, 29)
    return sum(
        date(year, 3, 1) <= today if leap and not _has_29(year) else born_on.replace(year=year) <= today
        for year in range(born_on.year + 1, today.year + 2)
    ) - (born_on > today)


def _has_29(year: int) -> bool:
    return date(year, 3, 1) - date(year, 2, 28) == timedelta(days=2)
