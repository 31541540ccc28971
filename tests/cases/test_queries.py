"""What the pages read: bounded, in words, and never more than the reader may see."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any

import pytest
from django.db.models import Manager, Model, QuerySet

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.keyring import withdraw_person_key
from repere.cases import actions, mechanisms, queries
from repere.cases.models import Case
from repere.cases.queries import wording
from repere.cases.refusals import NotVisible
from repere.core.rulebook import Rule
from tests.cases.story import ALL_GROUPS, NOW, concern, grant, record, told
from tests.people import Cast


@pytest.fixture
def case(people: Cast) -> Case:
    amina = people.amina.actor
    case = concern(amina, "2026-05-20", concern={"urgency": "not_known", "narrative": "Vue près de la gare"}, pseudonym="Aubépine 31")
    record(
        case,
        amina,
        "person_described",
        "2026-05-20",
        gender="woman",
        nationality_group="third_country",
        territory="69",
        turns_18="2010",
        age_disputed="no",
        stay_status="irregular",
    )
    record(case, amina, "presumption_stated", "2026-05-20")
    told(case, amina, "complaint_filed", "2026-06-01", basis="document", fields={"describes": ["forced_labour"]})
    return case


def page(actor: Actor, case: Case, **extra: Any) -> queries.CasePage:
    with acting_as(actor):
        return queries.case_page(actor, case.code, now=NOW, **extra)


# ---- the case page


def test_the_first_questions_are_how_to_reach_her_and_what_she_needs_at_once(case, people):
    amina = people.amina.actor
    assert [ask.kind for ask in page(amina, case).questions[:2]] == ["safe_contact_instructions", "urgent_need"]
    record(case, amina, "safe_contact_instructions", can_contact="no", never_say="le mot police")
    record(case, amina, "urgent_need", none_stated="yes")
    shown = page(amina, case)
    assert shown.next_question is not None
    assert shown.next_question.kind not in ("safe_contact_instructions", "urgent_need")
    assert shown.who.contact.may_contact == "no"
    assert "le mot police" in str(shown.who.contact.answers)


def test_until_somebody_asked_nobody_is_told_that_she_may_be_called(case, people):
    contact = page(people.amina.actor, case).who.contact
    assert not contact.asked
    assert contact.may_contact == "not_asked"


def test_the_page_says_whether_she_is_an_adult_and_treats_a_disputed_age_as_a_child_s(case, people):
    amina = people.amina.actor
    assert page(amina, case).who.age_class == "adult"
    assert not page(amina, case).who.treated_as_child
    record(case, amina, "person_described", "2026-06-02", turns_18="2010", age_disputed="yes", territory="69")
    who = page(amina, case).who
    assert who.age_disputed
    assert who.treated_as_child


def test_age_now_and_age_at_the_time_are_two_answers(case, people):
    amina = people.amina.actor
    record(case, amina, "exploitation_described", "2026-06-02", minor_at_time="yes", forms=["forced_labour"])
    who = page(amina, case).who
    assert (who.age_class, who.minor_at_exploitation) == ("adult", "yes")


def test_rights_stand_by_level_each_with_its_source_and_its_certainty(case, people):
    shown = page(people.amina.actor, case)
    levels = [level.level for level in shown.levels]
    assert levels == sorted(levels, key=["national_law", "international_obligation", "guidance", "demanded", "choice"].index)
    lines = [line for level in shown.levels for line in (*level.open, *level.cannot_tell, *level.not_open)]
    assert len(lines) == len(mechanisms.named("fr").entitlements)
    assert all(line.sources and line.certainty in "ABCMI" for line in lines)
    assert any(line.asks for level in shown.levels for line in level.cannot_tell)
    assert any(line.missing for level in shown.levels for line in level.not_open)


def test_the_page_can_be_read_as_of_another_day(case, people):
    amina = people.amina.actor
    before = page(amina, case, on=date(2026, 5, 25))
    assert before.on == date(2026, 5, 25)
    assert before.today == NOW.date()
    permit = "fr.residence_permit_complaint"
    assert _outcome(before, permit) != _outcome(page(amina, case), permit)


def _outcome(shown: queries.CasePage, rule_id: str) -> str:
    lines = [line for level in shown.levels for line in (*level.open, *level.cannot_tell, *level.not_open)]
    return next(line.outcome for line in lines if line.rule_id == rule_id)


def test_the_page_says_who_else_can_see_the_file_and_why(case, people):
    given = grant(case, people.amina.actor, people.boussole, ["identification", "identity"])
    shown = page(people.amina.actor, case)
    assert [line.organisation for line in shown.access] == ["Boussole"]
    assert shown.access[0].reason == "Suivi commun demandé par la personne"
    assert not shown.access[0].ended
    theirs = page(people.bruno.actor, case)
    assert [line.grant_id for line in theirs.access] == [given.pk]
    assert theirs.groups == ("identification", "identity")
    assert not theirs.own


def test_a_fact_told_late_says_how_late(case, people):
    record(case, people.amina.actor, "interview_held", "2026-01-15")
    entry = next(e for e in page(people.amina.actor, case).timeline if e.kind == "interview_held")
    assert entry.days_late > 100


def test_a_sealed_text_is_closed_to_a_reader_without_her_key(case, people):
    grant(case, people.amina.actor, people.boussole, ALL_GROUPS)
    with acting_as(people.amina.actor):
        withdraw_person_key(case.person_id, people.atalante, people.boussole)
    entry = next(e for e in page(people.bruno.actor, case).timeline if e.kind == "concern_reported")
    assert any(answer.closed for answer in entry.answers)
    assert "gare" not in str(entry)


def test_two_languages_are_read_from_one_file(case, people):
    french, english = page(people.amina.actor, case), page(people.odile.actor, case)
    assert french.timeline[0].label == "Plainte déposée"
    assert english.timeline[0].label == "Complaint filed"


@pytest.mark.parametrize("more", [0, 12])
def test_the_case_page_costs_ten_questions_however_long_the_file(case, people, django_assert_max_num_queries, more):
    amina = people.amina.actor
    grant(case, amina, people.boussole, ["identification"])
    for _ in range(more):
        record(case, amina, "interview_held", account="encore")
    actions.save_draft(form="x", case=case, body={}, acting=amina, now=NOW)
    with acting_as(amina), django_assert_max_num_queries(10):
        queries.case_page(amina, case.code, now=NOW)
    with acting_as(people.bruno.actor), django_assert_max_num_queries(10):
        queries.case_page(people.bruno.actor, case.code, now=NOW)


def test_recording_a_fact_costs_a_bounded_number_of_statements(case, people, django_assert_max_num_queries):
    with django_assert_max_num_queries(30):
        record(case, people.amina.actor, "interview_held", account="un")


# ---- search


def test_a_file_is_found_by_its_code_however_it_is_typed(case, people):
    amina = people.amina.actor
    with acting_as(amina):
        for typed in (case.code, case.code.lower(), f" {case.code[:4]}-{case.code[4:]} "):
            assert [line.code for line in queries.find_cases(amina, typed, now=NOW)] == [case.code]


def test_a_file_is_found_by_name_in_any_order_without_accents_and_by_nobody_else(case, people):
    amina, ines = people.amina.actor, people.ines.actor
    identity = {"given_names": "Anaïs-Joy", "family_names": "Exemple", "other_names": ["Perle"], "birth": "1999"}
    actions.set_identity(case.person_id, tier="identity", values=identity, acting=amina, now=NOW)
    for typed in ("anais joy exemple", "EXEMPLE Anaïs Joy", "perle", "AJE 1999", "aubepine 31"):
        with acting_as(amina):
            assert [line.code for line in queries.find_cases(amina, typed, now=NOW)] == [case.code], typed
        with acting_as(ines):
            assert queries.find_cases(ines, typed, now=NOW) == []
    with acting_as(amina):
        for typed in ("anais", "exempl", "AJE 2000", "%", ""):
            assert queries.find_cases(amina, typed, now=NOW) == [], typed


def test_a_new_name_replaces_the_old_one_in_the_search_and_both_stay_sealed(case, people):
    amina = people.amina.actor
    for name in ("Ancien Nom", "Nouveau Nom"):
        actions.set_identity(case.person_id, tier="identity", values={"given_names": name}, acting=amina, now=NOW)
    with acting_as(amina):
        assert queries.find_cases(amina, "ancien nom", now=NOW) == []
        assert len(queries.find_cases(amina, "nouveau nom", now=NOW)) == 1
        assert queries.identity_of(amina, case.code)["identity"] == {"given_names": "Nouveau Nom"}


def test_only_the_organisation_that_opened_the_file_writes_her_name(case, people):
    grant(case, people.amina.actor, people.boussole, ["identity"])
    with pytest.raises(NotVisible):
        actions.set_identity(case.person_id, tier="identity", values={"given_names": "X"}, acting=people.bruno.actor, now=NOW)


def test_search_costs_at_most_five_questions(case, people, django_assert_max_num_queries):
    amina = people.amina.actor
    with acting_as(amina), django_assert_max_num_queries(5):
        queries.find_cases(amina, "aubepine 31", now=NOW)


# ---- rules


def test_a_rule_page_tells_text_source_numbers_and_examples_on_each_side(case, people):
    mechanism = mechanisms.named("fr")
    shown = queries.rule_page(mechanism, "fr.choice_before_end_of_reflection", on=NOW.date())
    assert shown.versions[0].sources
    assert any(parameter.value == 30 for parameter in shown.parameters)
    assert shown.examples_that("open")
    assert shown.examples_that("does_not_hold")
    assert shown.tree is None


def test_a_rule_page_about_her_shows_the_reasoning_and_only_to_whom_may_see_her(case, people):
    amina = people.amina.actor
    with acting_as(amina):
        shown = queries.rule_page(mechanisms.named("fr"), "fr.residence_permit_complaint", on=NOW.date(), actor=amina, code=case.code)
    assert shown.finding is not None
    assert shown.tree is not None
    assert shown.tree.children
    assert shown.persons == {case.person_id}
    with acting_as(people.ines.actor), pytest.raises(NotVisible):
        queries.rule_page(mechanisms.named("fr"), "fr.residence_permit_complaint", on=NOW.date(), actor=people.ines.actor, code=case.code)


def test_every_rule_has_a_page():
    for name in ("fr", "uk", "be", "fr+fr-collectif"):
        mechanism = mechanisms.named(name)
        for rule_id in mechanism.rules:
            for language in ("fr", "en"):
                assert queries.rule_page(mechanism, rule_id, on=NOW.date(), language=language).label


def test_an_unknown_rule_has_no_page():
    with pytest.raises(NotVisible):
        queries.rule_page(mechanisms.named("fr"), "fr.nothing", on=NOW.date())


def test_the_comparison_shows_what_the_demands_would_change_for_her(case, people, django_assert_max_num_queries):
    amina = people.amina.actor
    with acting_as(amina), django_assert_max_num_queries(3):
        shown = queries.comparison(amina, case.code, now=NOW)
    assert (shown.here, shown.there) == ("fr", "fr+fr-collectif")
    assert shown.differences
    assert all(line.here != line.there or line.due_there for line in shown.differences)
    with acting_as(people.ines.actor), pytest.raises(NotVisible):
        queries.comparison(people.ines.actor, case.code, now=NOW)


def test_what_is_missing_names_the_kind_of_fact_before_its_field():
    """A complaint is missing, not "facts described": whoever reads the field alone does not know which form to open."""
    mechanism = mechanisms.named("fr")
    assert wording.ask(mechanism, ("complaint_filed", "describes"), "fr").label == "Plainte déposée\u00a0: Faits décrits"
    assert wording.ask(mechanism, ("complaint_filed", "describes"), "en").label.startswith("Complaint filed: ")
    assert wording.ask(mechanism, ("complaint_filed", None), "fr").label == "Plainte déposée"


# ---- nothing that could ask again


def test_no_page_carries_a_query_or_a_row_of_the_database(case, people):
    amina = people.amina.actor
    grant(case, amina, people.boussole, ["identification"])
    with acting_as(amina):
        pages = [
            queries.case_page(amina, case.code, now=NOW),
            *(queries.worklist(amina, now=NOW, tab=tab) for tab in queries.TABS),
            queries.comparison(amina, case.code, now=NOW),
            queries.find_cases(amina, case.code, now=NOW),
        ]
    for shown in pages:
        _assert_plain(shown)


def _assert_plain(value: Any) -> None:
    assert not isinstance(value, (Model, QuerySet, Manager)), type(value)
    if is_dataclass(value) and not isinstance(value, (type, Rule)):
        for one in fields(value):
            _assert_plain(getattr(value, one.name))
    elif isinstance(value, (list, tuple, set, frozenset)):
        for one in value:
            _assert_plain(one)
    elif isinstance(value, dict):
        for one in value.values():
            _assert_plain(one)
