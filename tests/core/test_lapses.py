"""When a duty can no longer be done, what is on record, several codes of one field: what the language takes and what it refuses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from repere.core.rulebook import Fact, FactRefused, Mechanism, RuleBookError, check_fact, evaluate, explain, load, outline
from tests.core.invented import REFORM, mechanism
from tests.core.small_book import FILES, write_book

LAPSE = """\
    lapses:
      {how}
      label: {{fr: "Trop tard", en: "Too late"}}
      source: [common.text]
      certainty: A
      from: 2020-01-01
    escalate:"""
RULES = "countries/xx/rules.yaml"


def lapsing(tmp_path: Path, how: str) -> Mechanism:
    return load(write_book(tmp_path, {RULES: FILES[RULES].replace("    escalate:", LAPSE.format(how=how))}), "xx")


@pytest.mark.parametrize(
    ("how", "last_open"),
    [("due_day_over: true", date(2024, 7, 31)), ("after_due: xx.length", date(2024, 8, 30)), ("when: {fact: left}", date(2024, 8, 4))],
)
def test_a_duty_lapses_the_day_it_says_and_announces_it(tmp_path: Path, how: str, last_open: date) -> None:
    """A deadline that lapses unannounced would stay at the head of the list for ever."""
    made = lapsing(tmp_path, how)
    facts = [
        Fact(n, kind, day, day, datetime(2024, 7, 1, 8, n, tzinfo=UTC), "case_worker", fields={"place": "here"} if kind == "met" else {})
        for n, (kind, day) in enumerate((("met", date(2024, 7, 1)), ("left", date(2024, 8, 5))))
    ]
    for day, outcome in ((last_open, "open"), (last_open + timedelta(days=1), "missed"), (last_open + timedelta(days=2), "missed")):
        assert evaluate(made, facts, on=day).findings["xx.visit"].outcome == outcome
    announced = evaluate(made, facts, on=last_open).next_change_on
    assert announced is not None
    assert announced <= last_open + timedelta(days=1)


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("after_due: xx.no_such", "the id of a parameter"),
        ("due_day_over: true\n      after_due: xx.length", "one of due_day_over"),
        ("often: yes", "one of due_day_over"),
    ],
)
def test_a_lapse_that_says_nothing_clear_is_refused(tmp_path: Path, how: str, expected: str) -> None:
    """A duty must not vanish from a list for a slip of the pen."""
    with pytest.raises(RuleBookError) as refused:
        lapsing(tmp_path, how)
    assert any(expected in fault.expected and fault.file.endswith("rules.yaml") for fault in refused.value.faults)


def test_only_what_comes_after_does_a_duty_that_says_so(tmp_path: Path) -> None:
    """Of two facts on one day the one recorded later: how to reach her, noted in the morning, is not that of tonight's bed."""
    done, day = "    done: [{kind: met, where: {place: there}}]", date(2024, 7, 1)
    text = FILES[RULES].replace(done, "    done: [left]\n    done_later: true")
    made = load(write_book(tmp_path / "well", {RULES: text}), "xx")
    for hours, outcome in (((9,), "open"), ((9, 22), "done")):
        left = [Fact(hour, "left", day, day, datetime(2024, 7, 1, hour, tzinfo=UTC), "case_worker", fields={}) for hour in hours]
        met = Fact(0, "met", day, day, datetime(2024, 7, 1, 20, tzinfo=UTC), "case_worker", fields={"place": "here"})
        assert evaluate(made, [met, *left], on=day).findings["xx.visit"].outcome == outcome
    for hour, said in ((20, "same instant as what opens it (in an example: give `recorded`)"), (9, "noted before what opens it")):
        left_then = Fact(1, "left", day, day, datetime(2024, 7, 1, hour, tzinfo=UTC), "case_worker", fields={})
        tree = explain(made, [met, left_then], "xx.visit", on=day)
        lines = [(step.text["en"], step.facts) for step in tree.children]
        assert [facts for text, facts in lines if said in text] == [(1,)], "a jurist reads why what was seen did not count"
        assert any("only where it is noted after" in text for text, _ in lines)
    assert any("only where" in step.text["en"] for step in outline(made, "xx.visit", on=day).children), "and the page of the rule says it"
    unclear = {"kinds alone under 'trigger' and 'done'": done, "another kind under 'done' than the trigger": "    done: [met]"}
    for number, (expected, wrong) in enumerate(unclear.items()):
        with pytest.raises(RuleBookError) as refused:
            load(write_book(tmp_path / f"unclear{number}", {RULES: FILES[RULES].replace(done, f"{wrong}\n    done_later: true")}), "xx")
        assert any(expected in fault.expected for fault in refused.value.faults)
    with pytest.raises(RuleBookError) as refused:
        load(write_book(tmp_path / "word", {RULES: FILES[RULES].replace(done, f"{done}\n    cannot_wait: yes")}), "xx")
    assert any(fault.expected == "cannot_wait: true or false" for fault in refused.value.faults), "a word, as the README says"


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("{known: {kind: met, field: words}}", "a field of met stored in the clear"),
        ("{known: {kind: met, field: nothing}}", "a field of met stored in the clear"),
        ("{screened: {audience: everybody}}", "{audience: one of"),
        ("{fact: {kind: met, where: {place: {at_least: 2, among: [here]}}}}", "for a field of type codes"),
    ],
)
def test_an_operator_that_does_not_fit_is_refused(tmp_path: Path, when: str, expected: str) -> None:
    """A sealed field least of all: a rule that could read it would let the evaluator see her story."""
    text = FILES[RULES].replace("{latest: {kinds: [met, left], is: met, where: {place: here}}}", when)
    with pytest.raises(RuleBookError) as refused:
        load(write_book(tmp_path, {RULES: text}), "xx")
    assert any(expected in fault.expected for fault in refused.value.faults)


def of_woman(*facts: tuple[str, date, dict[str, object]]) -> list[Fact]:
    return [
        Fact(n, kind, day, day, datetime(2026, 5, 1, 8, n, tzinfo=UTC), "case_worker", fields=fields)
        for n, (kind, day, fields) in enumerate(facts)
    ]


DAY = date(2026, 5, 1)


def test_what_nobody_wrote_down_is_no_matter_of_hers_and_what_is_out_of_view_cannot_be_told() -> None:
    """A defence shown to everybody as "cannot be told" would ask everybody whether she is an offender."""
    rule = "fr.constraint_defence"
    told = of_woman(("offence_under_coercion", DAY, {"offence_kind": "theft"}))
    assert evaluate(mechanism(REFORM), [], on=DAY).findings[rule].outcome == "does_not_hold"
    assert evaluate(mechanism(REFORM), told, on=DAY).findings[rule].outcome == "cannot_tell"
    assert evaluate(mechanism(REFORM), told, on=DAY, groups=["profile"]).findings[rule].outcome == "cannot_tell"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_new_words_of_the_language_are_told_in_plain_words(language: str) -> None:
    """Whoever reads why must not meet the name of an operator."""
    made = mechanism(REFORM)
    texts = []
    for rule in ("fr.constraint_defence", "fr.two_means_described", "common.think_of_presumption", "fr.choice_before_end_of_reflection"):
        waiting = [explain(made, [], rule, on=DAY)]
        while waiting:
            step = waiting.pop()
            texts.append(step.text[language])
            waiting += step.children
    told = " | ".join(texts)
    expected = {
        "fr": ("le dossier le dit", "au moins 2 parmi", "remplissent une dimension", "ne peut plus être fait"),
        "en": ("on record", "at least 2 of", "meet a dimension", "can no longer be done"),
    }[language]
    assert [words for words in expected if words not in told] == []


@pytest.mark.parametrize(
    ("kind", "name", "role"),
    [
        ("recognition_decided", "outcome", "police"),
        ("consent_given", "purpose", "case_worker"),
        ("permit_refused", "ground", "prefecture"),
        ("placement_decided", "outcome", "child_protection"),
        ("judgment", "outcome", "judge"),
        ("urgent_need_met", "needs", "case_worker"),
    ],
)
def test_a_fact_that_says_nothing_is_refused_and_a_quiet_answer_is_one(kind: str, name: str, role: str) -> None:
    """A decision without its outcome stood in the file, and every rule that reads it was left guessing."""
    how = {"earliest": DAY, "latest": DAY, "role": role, "basis": "own_act" if role != "child_protection" else "document", "today": DAY}
    made = mechanism(REFORM)
    with pytest.raises(FactRefused) as refused:
        check_fact(made, kind, {}, **how)
    assert ("required", name) in [(refusal.code, refusal.field) for refusal in refused.value.refusals]
    assert check_fact(made, kind, {name: "not_known"}, **how) == {name: "not_known"}
