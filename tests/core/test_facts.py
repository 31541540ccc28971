"""What may be written into a file, and by whom; and four ways of not knowing that stay four."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repere.core.dates import PartialDate
from repere.core.rulebook import MISSING, FactRefused, Mechanism, check_fact, load
from repere.core.rulebook.columns import MARKERS, encoding_of
from tests.core.invented import FRANCE, REFORM, caseload, cases, mechanism, tries
from tests.core.small_book import FILES, write_book

TODAY = date(2026, 5, 10)


def check(kind: str, fields: dict[str, Any] | None = None, *, made: Mechanism | None = None, **changes: Any) -> dict[str, Any]:
    """A fact of today, recorded by a case worker from what the person said."""
    given_: dict[str, Any] = {"earliest": TODAY, "latest": TODAY, "role": "case_worker", "basis": "person_said", "today": TODAY} | changes
    return check_fact(made or mechanism(FRANCE), kind, fields or {}, **given_)


def refusals(kind: str, fields: dict[str, Any] | None = None, **changes: Any) -> set[tuple[str, str | None]]:
    """Codes and fields of every refusal."""
    with pytest.raises(FactRefused) as refused:
        check(kind, fields, **changes)
    return {(refusal.code, refusal.field) for refusal in refused.value.refusals}


@pytest.mark.parametrize(
    ("kind", "fields", "changes", "refusal"),
    [
        ("no_such_kind", {}, {}, ("unknown_kind", None)),
        ("complaint_filed", {"colour": "red"}, {}, ("unknown_field", "colour")),
        ("complaint_filed", {"describes": ["theft_of_bicycle"]}, {}, ("not_in_list", "describes")),
        ("complaint_filed", {"describes": 5}, {}, ("not_in_list", "describes")),
        ("complaint_filed", {"word_trafficking_used": "maybe"}, {}, ("not_in_list", "word_trafficking_used")),
        ("complaint_filed", {}, {"earliest": TODAY + timedelta(days=1), "latest": TODAY + timedelta(days=1)}, ("in_the_future", "on")),
        ("complaint_filed", {}, {"latest": TODAY - timedelta(days=1)}, ("range_reversed", "on")),
        ("complaint_filed", {}, {"basis": "rumour"}, ("not_in_list", "basis")),
        ("complaint_filed", {}, {"basis": "own_act"}, ("role_without_power", None)),
        ("complaint_filed", {}, {"role": "school_staff", "basis": "document"}, ("role_without_power", None)),
        ("complaint_filed", {}, {"role": "passer_by"}, ("role_without_power", None)),
        ("permit_granted", {"ground": "fr_l425_1"}, {"basis": "own_act"}, ("role_without_power", None)),
        ("person_described", {"dependants": "two"}, {}, ("not_a_number", "dependants")),
        ("person_described", {"dependants": 2.5}, {}, ("not_a_number", "dependants")),
        ("person_described", {"dependants": True}, {}, ("not_a_number", "dependants")),
        ("person_described", {"dependants": -1}, {}, ("out_of_range", "dependants")),
        ("person_described", {"dependants": 21}, {}, ("out_of_range", "dependants")),
        ("person_described", {"turns_18": "soon"}, {}, ("not_a_date", "turns_18")),
        ("person_described", {"turns_18": {"earliest": "2026-05-02", "latest": "2026-05-01"}}, {}, ("not_a_date", "turns_18")),
        ("person_described", {"turns_18": {"earliest": "2026-05-02"}}, {}, ("not_a_date", "turns_18")),
        ("person_described", {"territory": "999"}, {}, ("not_in_list", "territory")),
        ("exploitation_described", {"started": "2026-03", "ended": "2026-02"}, {}, ("ended_before_started", "ended")),
    ],
)
def test_a_fact_that_cannot_be_is_refused_with_a_code(
    kind: str, fields: dict[str, Any], changes: dict[str, Any], refusal: tuple[str, str | None]
) -> None:
    """Each refusal names its reason and its field, so that the form can say it beside the box."""
    assert refusals(kind, fields, **changes) == {refusal}


def test_every_reason_is_told_at_once() -> None:
    """Nobody fills in a form three times."""
    told = refusals("person_described", {"dependants": "two", "turns_18": "soon", "colour": "red"}, basis="rumour")
    assert told == {("not_a_number", "dependants"), ("not_a_date", "turns_18"), ("unknown_field", "colour"), ("not_in_list", "basis")}


def test_ranges_that_may_be_in_order_are_taken() -> None:
    """An end that only may come before the start is not impossible: "spring" and "April" go together."""
    clean = check("exploitation_described", {"started": "spring 2024", "ended": "2024-04"})
    assert clean["ended"] == {"earliest": date(2024, 4, 1), "latest": date(2024, 4, 30)}


def test_a_day_that_may_be_today_is_taken_and_dates_in_fields_may_be_to_come() -> None:
    """ "May 2026", told on the 10th, has begun; a permit ends next year."""
    check("complaint_filed", earliest=date(2026, 5, 1), latest=date(2026, 5, 31))
    clean = check("permit_granted", {"ground": "not_known", "valid_until": "2027-05-09"}, basis="document")
    assert clean["valid_until"] == {"earliest": date(2027, 5, 9), "latest": date(2027, 5, 9)}


def test_values_come_clean() -> None:
    """Several codes sorted and once each, booleans as words, dates as ranges, empty boxes left out."""
    clean = check(
        "person_described",
        {"gender": "woman", "age_disputed": False, "dependants": "2", "turns_18": PartialDate.parse("2019"), "stay_status": ""},
    )
    assert clean == {
        "gender": "woman",
        "age_disputed": "no",
        "dependants": 2,
        "turns_18": {"earliest": date(2019, 1, 1), "latest": date(2019, 12, 31)},
    }
    assert check("complaint_filed", {"describes": ["forced_labour", "confinement", "forced_labour"]})["describes"] == [
        "confinement",
        "forced_labour",
    ]
    assert check("complaint_filed", {"describes": "forced_labour"})["describes"] == ["forced_labour"]


def test_what_is_clean_stays_as_it_is() -> None:
    """Checking a stored fact again changes nothing."""

    @tries(60)
    @given(cases(REFORM))
    def holds(facts: list) -> None:
        for fact in facts:
            made = mechanism(REFORM)
            changes = {"earliest": fact.earliest, "latest": fact.latest, "today": fact.latest, "made": made}
            role = sorted({role for power in made.facts[fact.kind].states for role in made.families[power]})[0]
            started, ended = (fact.fields.get(edge) for edge in ("started", "ended"))
            if isinstance(started, dict) and isinstance(ended, dict) and ended["latest"] < started["earliest"]:
                assert refusals(fact.kind, fact.fields, role=role, basis="own_act", **changes) == {("ended_before_started", "ended")}
                continue
            needed = [field.name for field in made.facts[fact.kind].fields.values() if field.required]
            quiet = {name: "not_known" for name in needed if fact.fields.get(name, "not_asked") == "not_asked"}
            assert not quiet or refusals(fact.kind, fact.fields, role=role, basis="own_act", **changes) == {("required", n) for n in quiet}
            clean = check(fact.kind, fact.fields | quiet, role=role, basis="own_act", **changes)
            assert clean == fact.fields | quiet
            assert check(fact.kind, clean, role=role, basis="own_act", **changes) == clean

    holds()


@pytest.mark.parametrize("power", ["own_act", "observed", "person_said", "document", "third_party"])
def test_only_the_police_states_a_complaint_and_support_records_it(power: str) -> None:
    """What somebody says or shows may be recorded by those who help; the act itself is stated by who did it."""
    check("complaint_filed", role="police", basis=power)
    if power == "own_act":
        assert refusals("complaint_filed", basis=power) == {("role_without_power", None)}
    else:
        check("complaint_filed", basis=power)


def book_with_a_required_field(root: Path) -> Mechanism:
    """The small book: a place is required, one place is retired."""
    facts = FILES["common/facts.yaml"].replace("{type: code, list: place,", "{type: code, list: place, required: true,")
    words = FILES["common/words.yaml"].replace("{code: there,", "{code: there, retired: true,")
    return load(write_book(root, {"common/facts.yaml": facts, "common/words.yaml": words}), "xx")


def test_a_required_field_is_answered_even_by_not_known(tmp_path: Path) -> None:
    """It must have been asked; it need not be known."""
    made = book_with_a_required_field(tmp_path)
    for empty in ({}, {"place": ""}, {"place": None}, {"place": "not_asked"}):
        assert refusals("met", empty, made=made) == {("required", "place")}
    for word in ("not_known", "prefers_not_to_say", "not_applicable"):
        assert check("met", {"place": word}, made=made) == {"place": word}


def test_a_retired_code_is_refused_in_a_new_fact(tmp_path: Path) -> None:
    """It stays readable in old facts."""
    made = book_with_a_required_field(tmp_path)
    assert refusals("met", {"place": "there"}, made=made) == {("code_retired", "place")}
    assert "there" in made.codelists["place"]


@pytest.mark.parametrize("word", MISSING)
def test_four_ways_of_having_no_value_stay_four_when_written(word: str) -> None:
    """In every type of field, what she did not want to say is not what nobody asked."""
    fields = {"gender": word, "age_disputed": word, "dependants": word, "turns_18": word}
    assert check("person_described", fields) == fields
    assert check("complaint_filed", {"describes": word}) == {"describes": word}


def test_four_ways_of_having_no_value_stay_four_in_columns() -> None:
    """For one case and for a country alike; a value left out is "not asked"."""
    made = mechanism(FRANCE)
    assert len(set(MARKERS.values())) == 4
    kind = made.facts["person_described"]
    for name in ("gender", "age_disputed", "dependants"):
        told = {word: encoding_of(made).value(kind.id, kind.fields[name], word) for word in MISSING}
        assert told == MARKERS
        assert encoding_of(made).value(kind.id, kind.fields[name], None) == MARKERS["not_asked"]


def test_four_ways_of_having_no_value_stay_four_in_an_extract() -> None:
    """The columns of a country say the same as the columns of each case."""

    @tries(20)
    @given(st.lists(cases(FRANCE), min_size=1, max_size=4))
    def holds(all_cases: list[list]) -> None:
        made = mechanism(FRANCE)
        whole = caseload(made, all_cases)
        alone = type(whole).of_cases(made, all_cases)
        assert whole.kinds.keys() == alone.kinds.keys()
        for kind, table in whole.kinds.items():
            for name, column in table.fields.items():
                assert sorted(column.tolist()) == sorted(alone.kinds[kind].fields[name].tolist()), (kind, name)

    holds()
