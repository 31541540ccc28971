"""What the case page says is missing: the decision of a person, what was never asked; never what she has said already."""

from __future__ import annotations

import html
from datetime import date
from typing import Any

import pytest
from django.utils import translation

from repere.cases import queries, typed_days
from repere.cases.exploitation_told import contradictions
from repere.cases.models import Case
from repere.cases.queries.questions import AGE, ages
from repere.cases.refusals import sentence
from repere.core.rulebook import Refusal
from tests.cases.story import NOW, concern, record
from tests.cases.test_views import SignIn
from tests.people import Cast, Member


def page(case: Case, member: Member) -> queries.CasePage:
    with translation.override("fr"), member.acts() as actor:
        return queries.case_page(actor, case.code, now=NOW)


def right(found: queries.CasePage, rule_id: str) -> queries.FindingLine:
    return next(one for level in found.levels for one in (*level.open, *level.cannot_tell, *level.not_open) if one.rule_id == rule_id)


@pytest.fixture
def contested(people: Cast) -> Case:
    """She says 17 or 19; nobody knows, so she counts as a child."""
    case = concern(people.amina.actor)
    said = {"earliest": date(2024, 12, 1), "latest": date(2027, 5, 1)}
    record(case, people.amina.actor, "person_described", turns_18=said, age_disputed="yes", nationality_group="third_country")
    return case


# ---- presuming is somebody's decision


def test_who_may_presume_is_said_with_the_form_that_states_it(people: Cast, signed_in: SignIn) -> None:
    case = concern(people.amina.actor)
    found = page(case, people.amina)
    assert found.presuming is not None
    assert found.presuming.doing is not None
    assert found.presuming.doing.kind == "presumption_stated"
    shown = signed_in(people.amina).get(f"/cases/{case.code}/").content.decode()
    assert "Personne n'a écrit qu'elle est présumée victime" in html.unescape(shown)
    assert f'href="/cases/{case.code}/facts/new/presumption_stated/"' in shown


def test_nothing_is_asked_of_anybody_once_it_is_stated(people: Cast) -> None:
    case = concern(people.amina.actor)
    record(case, people.amina.actor, "presumption_stated", grounds=["account"])
    assert page(case, people.amina).presuming is None


# ---- the order of the questions


def test_danger_and_what_happened_are_asked_before_papers(people: Cast) -> None:
    """At eleven at night the first question is not her postal address."""
    case = concern(people.amina.actor)
    record(case, people.amina.actor, "person_described", nationality_group="third_country", gender="woman")
    asked = [(ask.kind, ask.field) for ask in page(case, people.amina).questions]
    assert [kind for kind, _field in asked[:3]] == ["safe_contact_instructions", "urgent_need", "danger_assessed"]
    address = asked.index(("person_described", "stable_address"))
    first = [one for one in asked if one[0] == "exploitation_described" or one in AGE]
    assert {kind for kind, _field in first} == {"exploitation_described", "person_described"}
    assert all(asked.index(one) < address for one in first)


# ---- what is written is not missing


def test_what_closes_a_right_to_a_child_is_not_called_missing(people: Cast, contested: Case) -> None:
    """Her age and that it is disputed are both in the file: nobody is sent to ask her again."""
    line = right(page(contested, people.amina), "fr.exceptional_admission")
    assert line.closed_by_age == "child"
    assert all(ask.field not in ("turns_18", "age_disputed") for ask in (*line.missing, *line.against))


def test_what_is_for_children_says_so_to_an_adult(people: Cast) -> None:
    case = concern(people.amina.actor)
    grown = {"earliest": date(2015, 1, 1), "latest": date(2015, 12, 31)}
    record(case, people.amina.actor, "person_described", turns_18=grown, age_disputed="no")
    record(case, people.amina.actor, "presumption_stated", grounds=["account"])
    assert right(page(case, people.amina), "common.schooling").closed_by_age == "adult"


def test_an_answer_that_stands_against_a_right_is_named_as_such(people: Cast) -> None:
    case = concern(people.amina.actor)
    record(case, people.amina.actor, "person_described", stable_address="yes", nationality_group="french")
    lines = [one for level in page(case, people.amina).levels for one in level.not_open]
    known = {("person_described", "stable_address"), ("person_described", "nationality_group")}
    missing = {(ask.kind, ask.field) for one in lines for ask in one.missing}
    against = {(ask.kind, ask.field) for one in lines for ask in one.against}
    assert not missing & known
    assert ("person_described", "stable_address") in against
    assert all(not ask.short.startswith("Personne décrite") for one in lines for ask in (*one.missing, *one.against) if ask.field)


# ---- her age


def test_seventeen_or_nineteen_is_not_called_under_eighteen(people: Cast, contested: Case, signed_in: SignIn) -> None:
    found = page(contested, people.amina)
    assert found.who.ages == (17, 19)
    assert found.who.treated_as_child
    shown = signed_in(people.amina).get(f"/cases/{contested.code}/").content.decode()
    assert "Moins de 18 ans" not in shown.partition('id="open"')[0].partition('id="who"')[2]


class Described:
    def __init__(self, earliest: str, latest: str) -> None:
        self.fields = {"turns_18": {"earliest": earliest, "latest": latest}}


@pytest.mark.parametrize(
    ("earliest", "latest", "told"),
    [
        ("2026-06-15", "2026-06-15", (18, 18)),
        ("2026-06-16", "2026-06-16", (17, 17)),
        ("2027-06-15", "2027-06-15", (17, 17)),
        ("2027-06-16", "2027-06-16", (16, 16)),
        ("2020-02-29", "2028-02-29", (16, 24)),
    ],
)
def test_ages_are_counted_to_the_day(earliest: str, latest: str, told: tuple[int, int]) -> None:
    described: Any = Described(earliest, latest)
    assert ages(described, date(2026, 6, 15)) == told


def test_no_day_told_gives_no_age() -> None:
    assert ages(None, date(2026, 6, 15)) is None


# ---- what does not go together


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        ({"ongoing": "yes", "ended": "mai 2026"}, True),
        ({"ongoing": "no", "ended": "mai 2026"}, False),
        ({"ongoing": "yes", "ended": ""}, False),
        ({"ongoing": "yes", "ended": "not_known"}, False),
        ({"ongoing": "not_known", "ended": "mai 2026"}, False),
    ],
)
def test_an_exploitation_that_goes_on_and_has_ended_is_asked_about(told: dict[str, str], asked: bool) -> None:
    assert bool(contradictions(told)) is asked


def test_it_is_kept_once_confirmed_and_not_before(people: Cast, signed_in: SignIn) -> None:
    case, client = concern(people.amina.actor), signed_in(people.amina)
    address = f"/cases/{case.code}/facts/new/exploitation_described/"
    sent = {"exploitation_described.ongoing": "yes", "exploitation_described.ended": "mai 2026", "when": "today", "basis": "person_said"}
    sent["key"] = "1b4e28ba-2fa1-4f4b-9b4e-1d6c1c0a2b3c"
    first = client.post(address, sent).content.decode()
    assert "contradictions-seen" in first
    assert client.post(address, {**sent, "contradictions-seen": "ongoing_and_ended"}).status_code == 302


def test_the_winter_of_one_year_is_asked_about() -> None:
    """She may mean either: sixteen months would be read by the rules without a word."""
    with translation.override("fr"):
        read = typed_days.understood("hiver 2024")
        assert "Quel hiver" in read
        assert "hiver 2023-2024 ou hiver 2024-2025" in read
        assert "Quel hiver" not in typed_days.understood("hiver 2023-2024")


def test_a_refusal_tells_a_day_as_people_write_it() -> None:
    refusal = Refusal("in_the_future", "on", {"day": "2027-12-12"})
    with translation.override("fr"):
        assert "12 décembre 2027" in sentence(refusal)
    with translation.override("en"):
        assert "12 December 2027" in sentence(refusal)
