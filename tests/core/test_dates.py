"""Days as people tell them and as texts count them."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repere.core.dates import FAR, Counting, NotADay, PartialDate, add, day_of, number
from repere.core.rulebook.model import Parameter
from repere.core.rulebook.wording import Wording
from tests.core.invented import tries
from tests.core.reference import moved

ENGLAND = Counting("working", "excluded", "stays", "GB-ENG")
COUNTED, FROM_THE_DAY = Counting(), Counting(first_day="included")

TOLD = [
    ("2024-05-03", "2024-05-03", "2024-05-03"),
    ("3/5/2024", "2024-05-03", "2024-05-03"),
    ("03.05.2024", "2024-05-03", "2024-05-03"),
    ("3 mai 2024", "2024-05-03", "2024-05-03"),
    ("1er mai 2024", "2024-05-01", "2024-05-01"),
    ("le 1er mai 2024", "2024-05-01", "2024-05-01"),
    ("1st May 2024", "2024-05-01", "2024-05-01"),
    ("3rd may, 2024", "2024-05-03", "2024-05-03"),
    ("  12   AOÛT  2023 ", "2023-08-12", "2023-08-12"),
    ("29 février 2024", "2024-02-29", "2024-02-29"),
    ("2024-02", "2024-02-01", "2024-02-29"),
    ("5/2024", "2024-05-01", "2024-05-31"),
    ("décembre 2023", "2023-12-01", "2023-12-31"),
    ("Sept. 2023", "2023-09-01", "2023-09-30"),
    ("juil. 2023", "2023-07-01", "2023-07-31"),
    ("2024", "2024-01-01", "2024-12-31"),
    ("printemps 2024", "2024-03-01", "2024-06-21"),
    ("spring 2024", "2024-03-01", "2024-06-21"),
    ("été 2024", "2024-06-01", "2024-09-22"),
    ("summer 2024", "2024-06-01", "2024-09-22"),
    ("automne 2024", "2024-09-01", "2024-12-21"),
    ("fall 2024", "2024-09-01", "2024-12-21"),
    ("hiver 2022-2023", "2022-12-01", "2023-03-20"),
    ("winter 2022/2023", "2022-12-01", "2023-03-20"),
    ("2024-05-01..2024-05-09", "2024-05-01", "2024-05-09"),
    ("mai 2024 .. été 2024", "2024-05-01", "2024-09-22"),
    ("entre le 3 mai 2024 et le 9 juin 2024", "2024-05-03", "2024-06-09"),
    ("between 3 May 2024 and 9 June 2024", "2024-05-03", "2024-06-09"),
]
NOT_TOLD = [
    "", "hier", "yesterday", "32/01/2024", "2024-02-30", "2023-02-29", "2024-13", "0/2024", "13/2024", "3 brumaire 2024", "mai", "24",
    "2024-05-09..2024-05-01", "2024-05..", "..2024", "2024..2025..2026", "printemps 2024-2025", "winter 2022-2024", "hiver 2023-2022",
    "mai 2024-2025", "0000", "None", "unknown", "2024-05-01T10:00", "entre le 3 mai 2024",
]  # fmt: skip


@pytest.mark.parametrize(("words", "earliest", "latest"), TOLD)
def test_what_she_says_becomes_the_days_it_may_mean(words: str, earliest: str, latest: str) -> None:
    """In French and in English, exactly or by month, season, year and range."""
    assert PartialDate.parse(words) == PartialDate(date.fromisoformat(earliest), date.fromisoformat(latest))


@pytest.mark.parametrize("words", NOT_TOLD)
def test_words_that_tell_no_day_are_refused(words: str) -> None:
    """A guess would become a date in a file."""
    with pytest.raises(NotADay):
        PartialDate.parse(words)


def test_winter_of_one_year_holds_both_winters() -> None:
    """ "Winter 2022" may have begun in 2021 or ended in 2023; both stay possible."""
    assert PartialDate.parse("hiver 2022") == PartialDate.parse("winter 2022") == PartialDate(date(2021, 12, 1), date(2023, 3, 20))


def test_the_winter_of_one_year_names_the_two_it_may_be() -> None:
    """So that the form can ask which; a winter told with both its years is one."""
    assert PartialDate.parse("hiver 2024").winters == ("2023-2024", "2024-2025")
    assert PartialDate.parse("hiver 2023-2024").winters is None
    assert PartialDate.parse("2024").winters is None


def test_a_range_does_not_end_before_it_begins() -> None:
    """Whoever builds one meets the refusal at once."""
    with pytest.raises(NotADay):
        PartialDate(date(2024, 5, 2), date(2024, 5, 1))


@tries(200)
@given(st.dates(date(1990, 1, 1), date(2040, 12, 31)), st.integers(0, 800), st.sampled_from(["fr", "en"]))
def test_every_range_is_read_back_from_its_words(first: date, length: int, language: str) -> None:
    """What the page shows may be typed in again, in both languages, and so may the form kept in files."""
    told = PartialDate(first, day_of(number(first) + length))
    assert PartialDate.parse(told.text(language)) == told
    assert PartialDate.parse(told.iso()) == told


@pytest.mark.parametrize(
    ("words", "french", "english"),
    [
        ("2024-05-01", "1er mai 2024", "1 May 2024"),
        ("2024-08", "août 2024", "August 2024"),
        ("2024", "2024", "2024"),
        ("printemps 2024", "printemps 2024", "spring 2024"),
        ("fall 2024", "automne 2024", "autumn 2024"),
        ("hiver 2022-2023", "hiver 2022-2023", "winter 2022-2023"),
        ("winter 2024", "hiver 2024", "winter 2024"),
        ("2023-12-01..2024-03-19", "entre le 1er décembre 2023 et le 19 mars 2024", "between 1 December 2023 and 19 March 2024"),
        ("2024-02-01..2024-02-28", "entre le 1er février 2024 et le 28 février 2024", "between 1 February 2024 and 28 February 2024"),
    ],
)
def test_words_are_the_shortest_that_lose_nothing(words: str, french: str, english: str) -> None:
    """A whole month is a month; a month less one day is not."""
    told = PartialDate.parse(words)
    assert (told.text("fr"), told.text("en")) == (french, english)


def end(start: str, amount: int, unit: str, counting: Counting) -> str:
    """Last day of a length, as text."""
    days = add(np.array([number(date.fromisoformat(start))], np.int32), amount, unit, counting)
    return day_of(int(days[0])).isoformat()


@pytest.mark.parametrize(
    ("start", "amount", "unit", "counting", "expected"),
    [
        ("2026-03-20", 30, "days", COUNTED, "2026-04-19"),  # over Easter: no holiday is skipped
        ("2026-03-20", 30, "days", FROM_THE_DAY, "2026-04-18"),
        ("2024-01-31", 1, "months", COUNTED, "2024-02-29"),
        ("2023-01-31", 1, "months", COUNTED, "2023-02-28"),
        ("2024-08-31", 6, "months", COUNTED, "2025-02-28"),
        ("2024-03-31", -1, "months", COUNTED, "2024-02-29"),
        ("2024-02-29", 1, "years", COUNTED, "2025-02-28"),
        ("2024-02-29", 18, "years", COUNTED, "2042-02-28"),
        ("2024-05-01", 1, "months", FROM_THE_DAY, "2024-05-31"),
        ("2024-03-28", 5, "working_days", ENGLAND, "2024-04-08"),  # Good Friday and Easter Monday are bank holidays
        ("2024-12-24", 1, "working_days", ENGLAND, "2024-12-27"),
        ("2024-05-05", 1, "working_days", ENGLAND, "2024-05-07"),  # from a Sunday before the early May bank holiday
        ("2024-05-05", 1, "working_days", Counting("working", "included", "stays", "GB-ENG"), "2024-05-07"),
        ("2024-05-07", 1, "working_days", Counting("working", "included", "stays", "GB-ENG"), "2024-05-07"),
        ("2024-04-28", -1, "working_days", ENGLAND, "2024-04-26"),
        ("2024-05-01", 24, "hours", COUNTED, "2024-05-02"),
        ("2024-05-01", 25, "hours", COUNTED, "2024-05-03"),
        ("2024-05-01", 96, "hours", COUNTED, "2024-05-05"),
        ("2024-04-01", 30, "days", Counting(end_on_holiday="next_working_day", holidays="FR"), "2024-05-02"),
        ("2024-04-01", 0, "days", FROM_THE_DAY, "2024-04-01"),
    ],
)
def test_a_length_ends_on_the_day_the_text_says(start: str, amount: int, unit: str, counting: Counting, expected: str) -> None:
    """A day too few closes a door that was still open."""
    assert end(start, amount, unit, counting) == expected


def test_good_friday_is_a_holiday_in_alsace_only() -> None:
    """Holidays are those of the territory that the text names."""
    in_france, in_alsace = Counting("working", holidays="FR"), Counting("working", holidays="FR-57")
    assert end("2024-03-28", 1, "working_days", in_france) == "2024-03-29"
    assert end("2024-03-28", 1, "working_days", in_alsace) == "2024-04-02"


def test_never_stays_never() -> None:
    """A day that never comes is not moved into the calendar."""
    days = np.array([FAR, number(date(2024, 5, 1))], np.int32)
    assert list(add(days, 3, "months", COUNTED)) == [FAR, number(date(2024, 8, 1))]


@tries(300)
@given(
    st.dates(date(2000, 1, 1), date(2035, 12, 31)),
    st.integers(-400, 400),
    st.sampled_from(["days", "working_days", "months", "years", "hours"]),
    st.sampled_from(["excluded", "included"]),
    st.sampled_from(["stays", "next_working_day"]),
    st.sampled_from(["", "FR", "GB-ENG", "BE"]),
)
def test_counting_by_columns_is_counting_on_the_fingers(
    start: date, amount: int, unit: str, first_day: str, at_end: str, region: str
) -> None:
    """Every unit, forwards and backwards, the first day counted or not."""
    amount = amount // 12 if unit in ("months", "years") else amount
    amount = amount // 4 if unit == "years" else amount
    counting = Counting("calendar", first_day, at_end, region)
    parameter = Parameter("p", Wording("en", ()), unit, counting, True, (), "test")
    assert end(start.isoformat(), amount, unit, counting) == moved(start, amount, parameter).isoformat()
