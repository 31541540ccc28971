"""What it means that something is not recorded."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from repere.core.rulebook import MISSING, Fact, Mechanism, evaluate, load
from tests.core.reference import reference
from tests.core.small_book import FILES, STANDS, write_book

ASKED = date(2026, 6, 1)
EXPRESSIONS = {
    "met": "{fact: met}",
    "met_here": "{fact: {kind: met, where: {place: here}}}",
    "met_not_here": "{fact: {kind: met, where: {place: {not: [here]}}}}",
    "said_here": "{fact: {kind: met, where: {place: {said: here}}}}",
    "met_many": "{fact: {kind: met, where: {many: {at_least: 2}}}}",
    "met_twice": "{count: {of: met, at_least: 2}}",
    "left": "{fact: left}",
    "left_with_help": "{fact: {kind: left, by: [support]}}",
    "left_twice": "{count: {of: left, at_least: 2}}",
    "either": "{fact: {kind: [met, left], by: [support]}}",
    "last_met": "{latest: {kinds: [met], where: {place: here}}}",
    "last_left": "{latest: {kinds: [met, left], is: left}}",
    "ended": "{before: [{of: met, field: ends}, today]}",
    "left_long_ago": "{before: [{plus: [{of: left}, xx.length]}, today]}",
    "met_long_ago": "{before: [{plus: [{of: met}, xx.length]}, today]}",
    "decided": (
        "{decision: {by: [prefecture], question: {fr: q, en: q}, "
        "yes: {kind: met, where: {place: here}}, no: {kind: met, where: {place: there}}}}"
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Mechanism:
    """One condition for each expression, on two kinds: `met` (absent: no) and `left` (absent: unknown)."""
    rows = [f"  - {{id: xx.{name}, label: {{fr: a, en: a}}, {STANDS}, when: {when}}}" for name, when in EXPRESSIONS.items()]
    root: Path = write_book(tmp_path_factory.mktemp("book"), {"countries/xx/more.yaml": "conditions:\n" + "\n".join(rows) + "\n"})
    return load(root, "xx")


def fact(kind: str, day: str = "2026-05-01", by: str = "case_worker", **fields: Any) -> Fact:
    """One fact, recorded on its day; a day with two dots is a range."""
    first, _, last = day.partition("..")
    latest = date.fromisoformat(last or first)
    recorded = datetime(latest.year, latest.month, latest.day, 12, tzinfo=UTC)
    return Fact(f"{kind} {day} {fields}", kind, date.fromisoformat(first), latest, recorded, by, "own_act", fields)


def said(book: Mechanism, name: str, *facts: Fact, groups: set[str] | None = None, on: date = ASKED) -> str:
    """What the condition answers, in both evaluators."""
    found = evaluate(book, facts, on=on, groups=groups).findings[f"xx.{name}"].outcome
    assert reference(book, facts, on=on, groups=groups)[f"xx.{name}"].outcome == found
    return found


YES, NO, UNKNOWN = "holds", "does_not_hold", "cannot_tell"


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("met", NO), ("met_here", NO), ("met_not_here", NO), ("met_many", NO), ("met_twice", NO), ("last_met", NO), ("ended", NO),
        ("met_long_ago", NO), ("left", UNKNOWN), ("left_with_help", UNKNOWN), ("left_twice", UNKNOWN), ("either", UNKNOWN),
        ("said_here", NO), ("last_left", UNKNOWN), ("left_long_ago", UNKNOWN), ("decided", UNKNOWN),
    ],
)  # fmt: skip
def test_nothing_recorded_means_what_the_kind_says(book: Mechanism, name: str, answer: str) -> None:
    """A complaint not recorded did not happen; a danger not recorded is not known. What people decide is never told by silence."""
    assert said(book, name) == answer


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_nothing_in_view_is_never_a_no(book: Mechanism, name: str) -> None:
    """Without the data group, the same silence says nothing."""
    assert said(book, name, groups=set()) == UNKNOWN
    assert said(book, name, fact("met", place="here", many=3), fact("left"), groups=set()) == UNKNOWN


def test_a_question_answered_otherwise_is_answered(book: Mechanism) -> None:
    """She left alone: whether she left with help is no longer unknown."""
    assert said(book, "left_with_help", fact("left", by="prefecture")) == NO
    assert said(book, "left_with_help", fact("left", "2026-05-20..2026-06-20", by="prefecture")) == UNKNOWN
    assert said(book, "left_with_help", fact("left", by="case_worker")) == YES


def test_an_answer_to_one_question_says_nothing_of_the_other(book: Mechanism) -> None:
    """A meeting recorded does not tell that nobody helped her leave."""
    assert said(book, "either", fact("met", by="prefecture")) == UNKNOWN
    assert said(book, "either", fact("met", by="prefecture"), fact("left", by="prefecture")) == NO
    assert said(book, "either", fact("met", by="case_worker")) == YES


@pytest.mark.parametrize("word", [*MISSING, None])
@pytest.mark.parametrize("name", ["met_here", "met_not_here", "met_many", "last_met"])
def test_a_field_without_value_is_unknown_unless_it_does_not_apply(book: Mechanism, name: str, word: str | None) -> None:
    """Not asked, not known and not said leave it open; not applicable is a no."""
    fields = {} if word is None else {"place": word, "many": word}
    assert said(book, name, fact("met", **fields)) == (NO if word == "not_applicable" else UNKNOWN)


def test_a_fact_of_a_range_of_days_may_not_have_happened_yet(book: Mechanism) -> None:
    """Between its first and last possible day nobody can tell; after it, it happened."""
    range_ = fact("met", "2026-05-20..2026-06-10", place="here")
    answers = [said(book, "met_here", range_, on=date(2026, month, day)) for month, day in ((5, 19), (5, 20), (6, 9), (6, 10))]
    assert answers == [NO, UNKNOWN, UNKNOWN, YES]


def test_the_order_of_overlapping_ranges_is_unknown(book: Mechanism) -> None:
    """Spring and April: which came last is not for us to choose. When both say the same, it does not matter."""
    spring, april = "2026-03-01..2026-05-31", "2026-04-01..2026-04-30"
    assert said(book, "last_met", fact("met", spring, place="here"), fact("met", april, place="there")) == UNKNOWN
    assert said(book, "last_met", fact("met", spring, place="here"), fact("met", april, place="here")) == YES
    assert said(book, "last_met", fact("met", "2026-04-15", place="there"), fact("met", "2026-05-01..2026-05-31", place="here")) == YES


def test_a_long_range_is_weighed_against_every_fact_it_overlaps(book: Mechanism) -> None:
    """Not only against its neighbours: the one that says otherwise may stand five facts before it."""
    days = [fact("met", f"2026-04-{day:02}", place="here") for day in (5, 6, 7, 8, 9)]
    april = "2026-04-01..2026-04-30"
    assert said(book, "last_met", fact("met", "2026-04-04", place="there"), *days, fact("met", april, place="here")) == YES
    assert said(book, "last_met", *days, fact("met", april, place="there")) == UNKNOWN
    pending = [fact("met", "2026-05-20..2026-06-10", place="here"), fact("met", "2026-05-20..2026-06-20", place="there")]
    assert said(book, "last_met", *days, *pending) == UNKNOWN


def test_two_facts_of_one_day_stand_in_the_order_of_recording(book: Mechanism) -> None:
    """Recorded in the same instant, neither is the later one."""
    here, there = fact("met", place="here"), fact("met", place="there")
    later = replace(there, id="later", recorded_at=there.recorded_at.replace(hour=13))
    assert said(book, "last_met", here, later) == said(book, "last_met", later, here) == NO
    assert said(book, "decided", here, later) == said(book, "decided", later, here) == NO
    assert said(book, "last_met", here, there) == said(book, "last_met", there, here) == UNKNOWN


def test_an_uncertain_later_fact_does_not_hide_a_certain_one(book: Mechanism) -> None:
    """A second, half-filled record leaves open only what it can change."""
    sure, vague = fact("met", "2026-04-01", place="here"), fact("met", "2026-05-01", place="not_known")
    assert said(book, "met_here", sure, vague) == YES
    assert said(book, "last_met", sure, vague) == UNKNOWN
    assert said(book, "decided", sure, vague) == UNKNOWN


def test_a_day_told_twice_is_every_day_that_either_allows(book: Mechanism) -> None:
    """Of two overlapping records nobody knows which is the later one: its end is either end."""
    first = fact("met", "2026-03-01..2026-04-30", ends=told("2026-05-15"))
    second = fact("met", "2026-04-01..2026-04-15", ends=told("2026-07-15"))
    assert said(book, "ended", first, second) == UNKNOWN
    assert said(book, "ended", first) == YES
    assert said(book, "ended", second) == NO
    assert said(book, "ended", first, fact("met", "2026-04-01..2026-04-15")) == UNKNOWN


def told(day: str) -> dict[str, date]:
    """A date field holding one exact day."""
    return {"earliest": date.fromisoformat(day), "latest": date.fromisoformat(day)}


@pytest.mark.parametrize("word", [*MISSING, None])
def test_what_must_be_said_is_no_until_it_is_said(book: Mechanism, word: str | None) -> None:
    """An age nobody disputes is not a disputed age: here silence is a no, and only here."""
    assert said(book, "said_here", fact("met", **({} if word is None else {"place": word}))) == NO
    assert said(book, "said_here", fact("met", place="here")) == YES
    assert said(book, "said_here", groups=set()) == UNKNOWN


# ---- kinds that last


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Mechanism:
    """The same book, in which being met is a description: a newer one keeps what an earlier one answered."""
    rows = [f"  - {{id: xx.{name}, label: {{fr: a, en: a}}, {STANDS}, when: {when}}}" for name, when in EXPRESSIONS.items()]
    facts = FILES["common/facts.yaml"].replace("    absent: no\n", "    absent: no\n    lasting: true\n")
    changes = {"countries/xx/more.yaml": "conditions:\n" + "\n".join(rows) + "\n", "common/facts.yaml": facts}
    return load(write_book(tmp_path_factory.mktemp("lasting"), changes), "xx")


def test_describing_again_erases_nothing(lasting: Mechanism, book: Mechanism) -> None:
    """What the second description does not answer stays as the first one said; of a kind that does not last, it is unknown."""
    files = [fact("met", "2026-04-01", place="here", ends=told("2026-05-15")), fact("met", "2026-05-01", many=3)]
    assert [said(lasting, name, *files) for name in ("last_met", "ended")] == [YES, YES]
    assert [said(book, name, *files) for name in ("last_met", "ended")] == [UNKNOWN, UNKNOWN]


@pytest.mark.parametrize(
    ("word", "stays"), [("not_asked", True), ("not_known", True), ("prefers_not_to_say", False), ("not_applicable", False)]
)
def test_not_wanting_to_say_again_is_an_answer(lasting: Mechanism, word: str, stays: bool) -> None:
    """In a coded field and in a date alike; not having been asked again is none."""
    files = [fact("met", "2026-04-01", place="here", ends=told("2026-05-15")), fact("met", "2026-05-01", place=word, ends=word)]
    assert (said(lasting, "last_met", *files) == YES) is stays
    assert (said(lasting, "ended", *files) == YES) is stays


def test_which_answer_stays_is_unknown_when_their_order_is(lasting: Mechanism) -> None:
    """Two earlier descriptions overlap and say otherwise: the third, silent, takes neither side."""
    spring, april, silent = "2026-03-01..2026-05-20", "2026-04-01..2026-04-30", fact("met", "2026-05-25")
    assert said(lasting, "last_met", fact("met", spring, place="here"), fact("met", april, place="there"), silent) == UNKNOWN
    assert said(lasting, "last_met", fact("met", spring, place="here"), fact("met", april, place="here"), silent) == YES


def test_two_descriptions_of_one_instant_complete_each_other(lasting: Mechanism) -> None:
    """Whichever stands first in the list."""
    one, other = fact("met", place="here"), fact("met", many=3)
    assert said(lasting, "last_met", one, other) == said(lasting, "last_met", other, one) == YES
