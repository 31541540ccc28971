"""Forms are made from the declarations: every kind has one, and what was recorded can be typed again as it was."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import translation

from repere.cases import plausibility
from repere.cases.forms import STEPS, ConcernForm, FactForm, Suggested, told, typed
from repere.core.dates import PartialDate
from repere.core.rulebook import BASES, MISSING, codes_of
from repere.web import law

MECHANISM = law.mechanism_named("fr")
TODAY = date(2026, 11, 21)
KEY = "5f0d3f4e-0a52-4d51-9d4e-0e3f6a1c9b11"


def codes_in(html: str) -> set[str]:
    return set(re.findall(r'value="([^"]*)"', html))


def form(kind: str, data: dict[str, Any] | None = None, **options: Any) -> FactForm:
    query = None
    if data is not None:
        query = QueryDict(mutable=True)
        for name, value in {"key": KEY, "when": "today", "basis": "person_said", **data}.items():
            query.setlist(name, value if isinstance(value, list) else [value])
    return FactForm(query, mechanism=MECHANISM, kind=MECHANISM.facts[kind], role="case_worker", today=TODAY, **options)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", sorted(MECHANISM.facts))
def test_every_kind_of_fact_has_a_form(kind: str, language: str) -> None:
    """Each field is asked in the rule book's words, says why, and offers its codes and the ways of having no answer."""
    with translation.override(language):
        made = form(kind)
        questions = {question.bound.name: question for question in made.questions()}
        for field in MECHANISM.facts[kind].fields.values():
            question = questions[f"{kind}.{field.name}"]
            assert question.label == field.question.text(language)
            assert question.why == (field.why.text(language) if field.why else "")
            html = str(question.bound) + (str(question.otherwise) if question.otherwise else "")
            if field.type in ("code", "codes", "bool"):
                offered = set(question.bound.field.widget.shown) if question.suggestions else codes_in(html)
                here = MECHANISM.offered(field.list) if field.list in MECHANISM.codelists else codes_of(MECHANISM, field)
                assert set(here) <= offered
                assert here, "something can be answered"
            if field.sealed is None:
                assert all(f'value="{word}"' in html for word in MISSING)


def test_not_known_and_prefers_not_to_say_are_two_answers() -> None:
    made = form("person_described", {"person_described.gender": "prefers_not_to_say", "person_described.turns_18-otherwise": "not_known"})
    assert made.is_valid(), made.errors
    assert made.answers("person_described") == {"gender": "prefers_not_to_say", "turns_18": "not_known"}


def test_not_asked_is_no_answer() -> None:
    made = form("person_described", {"person_described.gender": "not_asked", "person_described.dependants-otherwise": "not_asked"})
    assert made.is_valid()
    assert made.answers("person_described") == {}


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("3 mai 2024", date(2024, 5, 3), date(2024, 5, 3)),
        ("mai 2024", date(2024, 5, 1), date(2024, 5, 31)),
        ("printemps 2024", date(2024, 3, 1), date(2024, 6, 21)),
        ("2024-05-01..2024-05-09", date(2024, 5, 1), date(2024, 5, 9)),
        ("Hier", TODAY - timedelta(days=1), TODAY - timedelta(days=1)),
        ("avant-hier", TODAY - timedelta(days=2), TODAY - timedelta(days=2)),
        ("aujourd’hui", TODAY, TODAY),
    ],
)
def test_half_a_date_is_a_date(text: str, earliest: date, latest: date) -> None:
    made = form("complaint_filed", {"when": "other", "when-text": text})
    assert made.is_valid(), made.errors
    assert made.when() == PartialDate(earliest, latest)


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("30", "2013-11-22", "2014-11-21"),
        ("30 ans", "2013-11-22", "2014-11-21"),
        ("environ 30 ans", "2010-11-22", "2017-11-21"),
        ("la trentaine", "2004-11-22", "2014-11-21"),
        ("née en 2009", "2027-01-01", "2027-12-31"),
        ("printemps 2019", "2019-03-01", "2019-06-21"),
    ],
)
def test_an_age_is_understood_where_she_turns_18_is_asked(text: str, earliest: str, latest: str) -> None:
    """A tired worker writes "30 ans": it is read from today's date, and said back before it is kept."""
    made = form("person_described", {"person_described.turns_18": text})
    assert made.is_valid(), made.errors
    told_as = PartialDate.parse(made.answers("person_described")["turns_18"])
    assert told_as == PartialDate(date.fromisoformat(earliest), date.fromisoformat(latest))


@pytest.mark.parametrize(
    ("language", "words"), [("fr", ("environ 30 ans", "n'a pas été compris")), ("en", ("about 30", "was not understood"))]
)
def test_what_is_no_age_is_refused_with_a_sentence_that_says_how(language: str, words: tuple[str, str]) -> None:
    with translation.override(language):
        made = form("person_described", {"person_described.turns_18": "jeune"})
        assert not made.is_valid()
        said = " ".join(made.errors["person_described.turns_18"]).replace("\xa0", " ")
    assert all(word in said for word in words)


def test_an_age_that_is_typed_is_said_back_with_what_it_means() -> None:
    """A birth year typed where the year of turning 18 is asked would make an adult of a child: the age is read back."""
    with translation.override("fr"):
        said = {
            text: next(q for q in form("person_described", {"person_described.turns_18": text}).questions() if q.asks_age).understood
            for text in ("30 ans", "2009", "née en 2009")
        }
    assert "30 ans aujourd'hui" in said["30 ans"]
    assert "entre 34 et 35 ans" in said["2009"]
    assert "entre 16 et 17 ans" in said["née en 2009"]


def test_an_age_is_no_day_elsewhere() -> None:
    made = form("complaint_filed", {"when": "other", "when-text": "30 ans"})
    assert not made.is_valid()


def test_a_day_that_nobody_knows_ends_today() -> None:
    made = form("complaint_filed", {"when": "not_known"})
    assert made.is_valid()
    assert made.when().latest == TODAY
    assert made.when().earliest.year < 1930


@pytest.mark.parametrize(
    ("kind", "data", "field"),
    [
        ("complaint_filed", {"when": "other", "when-text": "jeudi en huit"}, "when"),
        ("complaint_filed", {"when": "other", "when-text": "2031"}, "when"),
        ("complaint_filed", {"complaint_filed.describes": ["no_such_code"]}, "complaint_filed.describes"),
        ("person_described", {"person_described.dependants": "beaucoup"}, "person_described.dependants"),
        ("complaint_filed", {"basis": ""}, "basis"),
    ],
)
def test_a_refusal_stands_beside_its_field(kind: str, data: dict[str, Any], field: str) -> None:
    """In words, with a link from the summary, and with everything that was typed still there."""
    with translation.override("fr"):
        made = form(kind, data)
        assert not made.is_valid()
        assert field in made.errors
        assert any(anchor.startswith(f"#id_{field}") for anchor, _text in made.wrong())


def test_a_role_is_offered_only_what_it_may_say() -> None:
    """A case worker does not take a complaint: she knows of it from the person or from a document."""
    bases = [value for value, _label in form("complaint_filed")["basis"].field.widget.choices]
    assert bases == [basis for basis in BASES if basis != "own_act"]


@pytest.mark.parametrize(
    "when",
    [
        PartialDate(date(2024, 5, 3), date(2024, 5, 3)),
        PartialDate(date(2024, 5, 1), date(2024, 5, 31)),
        PartialDate(date(2022, 12, 1), date(2023, 2, 3)),
    ],
)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_recorded_day_is_read_back_as_itself(when: PartialDate, language: str) -> None:
    with translation.override(language):
        assert PartialDate.parse(told(when)) == when


def test_a_recorded_fact_can_be_typed_again() -> None:
    """What a correction starts from, sent unchanged, is the same fact."""
    fields = {
        "gender": "woman",
        "turns_18": {"earliest": "2019-03-01", "latest": "2019-06-21"},
        "dependants": 2,
        "stay_status": "not_known",
    }
    kind = MECHANISM.facts["person_described"]
    initial = typed(kind, fields, when=PartialDate(date(2026, 5, 4), date(2026, 5, 4)), basis="person_said", today=TODAY)
    made = form("person_described", {name: str(value) for name, value in initial.items()})
    assert made.is_valid(), made.errors
    assert made.answers("person_described")["gender"] == "woman"
    assert PartialDate.parse(made.answers("person_described")["turns_18"]) == PartialDate(date(2019, 3, 1), date(2019, 6, 21))
    assert made.answers("person_described")["stay_status"] == "not_known"


def test_the_first_questions_are_about_her_safety() -> None:
    """Can we contact her, how, who may be listening, who is with her, what must never be said; then what she needs now."""
    assert list(STEPS)[:2] == ["contact", "needs"]
    assert set(STEPS["contact"]["safe_contact_instructions"]) == set(MECHANISM.facts["safe_contact_instructions"].fields)
    asked = ConcernForm(mechanism=MECHANISM, step="contact", role="case_worker", today=TODAY)
    assert next(asked.questions()).bound.name == "safe_contact_instructions.can_contact"


def test_every_step_may_stay_empty() -> None:
    for step in STEPS:
        assert ConcernForm(QueryDict(), mechanism=MECHANISM, step=step, role="case_worker", today=TODAY).is_valid()


@pytest.mark.parametrize(("language", "word"), [("fr", "Gardez une seule"), ("en", "Keep one")])
def test_nothing_and_something_cannot_both_be_true(language: str, word: str) -> None:
    """A need that was ticked is not lost behind "nothing for now": she is asked again which of the two it is."""
    with translation.override(language):
        both = form("urgent_need", {"urgent_need.needs": ["shelter"], "urgent_need.none_stated": "yes"})
        assert not both.is_valid()
        assert word in str(both.errors["urgent_need.needs"])
    assert form("urgent_need", {"urgent_need.needs": ["shelter"], "urgent_need.none_stated": "no"}).is_valid()
    assert form("urgent_need", {"urgent_need.none_stated": "yes"}).is_valid()


def test_the_code_for_nothing_stands_alone_in_any_list() -> None:
    assert [r.code for r in plausibility.contradictions("any_kind", {"channel": ["none", "phone"]})] == ["nothing_and_something"]
    assert plausibility.contradictions("any_kind", {"channel": ["none"]}) == []
    assert plausibility.contradictions("any_kind", {"channel": ["phone", "email"]}) == []


@pytest.mark.parametrize("typed_as", ["69", "Rhône", "rhone", "69 Rhône", " RHÔNE "])
def test_a_departement_is_typed_by_number_or_name(typed_as: str) -> None:
    made = form("person_described", {"person_described.territory": typed_as})
    assert made.is_valid(), made.errors
    assert made.answers("person_described") == {"territory": "69"}


def test_departements_are_offered_by_number_then_overseas() -> None:
    question = next(q for q in form("person_described").questions() if q.bound.name == "person_described.territory")
    offered = question.suggestions
    assert offered[0] == "01 Ain"
    assert offered.index("19 Corrèze") < offered.index("2A Corse-du-Sud") < offered.index("21 Côte-d'Or")
    assert offered.index("95 Val-d'Oise") < offered.index("971 Guadeloupe")
    again = form("person_described", initial={"person_described.territory": "69"})
    assert 'value="69 Rhône"' in str(again["person_described.territory"])


def test_a_place_that_is_not_recognised_is_refused_in_words() -> None:
    with translation.override("fr"):
        made = form("person_described", {"person_described.territory": "Atlantide"})
        assert "Atlantide" in str(made.errors["person_described.territory"])
        assert "69, Rhône ou Lyon" in str(made.errors["person_described.territory"])


def test_quiet_answers_are_folded_until_one_is_chosen() -> None:
    """Nothing is chosen beforehand: a chosen button inside the folded part would hide the others from the keyboard."""
    fresh = {q.bound.name: q for q in form("person_described").questions()}
    assert not any(question.unfolded for question in fresh.values())
    assert "checked" not in str(fresh["person_described.gender"].bound)
    told_so = form("person_described", initial={"person_described.gender": "not_known", "person_described.turns_18-otherwise": "not_known"})
    shown = {q.bound.name: q.unfolded for q in told_so.questions()}
    assert shown["person_described.gender"]
    assert shown["person_described.turns_18"]


def test_a_day_that_stands_in_the_field_says_how_it_is_read() -> None:
    """Without a script too: winter may begin in the year before."""
    with translation.override("fr"):
        made = form("person_described", initial={"person_described.turns_18": "hiver 2024"})
        question = next(q for q in made.questions() if q.bound.name == "person_described.turns_18")
        assert "1er décembre 2023" in question.understood
        assert "20 mars 2025" in question.understood
    assert next(q for q in form("person_described").questions() if q.part == "day").understood == ""


def test_how_it_is_known_is_needed_except_for_a_setting() -> None:
    asked = {q.bound.name: q.required for q in form("complaint_filed").questions()}
    assert asked["basis"]
    setting = form("jurisdiction_set", {"jurisdiction_set.country": "FR", "basis": ""})
    assert "basis" not in {q.bound.name for q in setting.questions()}
    assert setting.is_valid(), setting.errors
    assert setting.basis() == "own_act"


@pytest.mark.parametrize(("typed", "kept"), [
    ("Lyon", "69"), ("  villeurbanne ", "69"), ("69", "69"), ("Rhône", "69"), ("Vienne", "86"), ("Saint-Denis", "Saint-Denis"),
    ("Marseille", "Marseille"), ("Zanzibar", "Zanzibar"),
])  # fmt: skip
def test_a_large_town_stands_for_its_departement(typed: str, kept: str) -> None:
    """Workers think in towns. A name that two départements share is asked again; so is one outside the list."""
    widget = Suggested([("69", "Rhône"), ("86", "Vienne"), ("93", "Seine-Saint-Denis"), ("974", "La Réunion")])
    assert widget.value_from_datadict({"where": typed}, {}, "where") == kept
