"""The rights card reaches a person who may be searched: what stands on it, and what must never stand on it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from repere.cases.card import CardRight, make_pdf, rights_for_card
from repere.cases.card.content import standings_under
from repere.core.rulebook import Finding, Mechanism, evaluate
from repere.core.rulebook.model import Example
from repere.web import law

MECHANISM = law.mechanism_named("fr+fr-collectif")
ON = date(2026, 11, 21)


def finding(mechanism: Mechanism, rule_id: str, outcome: str = "holds") -> Finding:
    rule = mechanism.rules[rule_id]
    standing = rule.version_on(ON).standing
    return Finding(rule_id, rule.kind, outcome, ON, None, None, (), None, None, None, (), standing.certainty, rule.level, True)


def everything_holds(mechanism: Mechanism) -> dict[str, Finding]:
    return {rule_id: finding(mechanism, rule_id) for rule_id in mechanism.entitlements}


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).replace("\xa0", " ")


def words_of(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("language", ["fr", "en"])
def test_nothing_from_memory_is_printed(language: str) -> None:
    """Neither a right written from memory nor one that rests on such a condition or number, unless a jurist checked it."""
    rights = rights_for_card(MECHANISM, everything_holds(MECHANISM), on=ON, language=language, with_demands=True)
    assert rights
    for right in rights:
        for standing in standings_under(MECHANISM, MECHANISM.rules[right.rule_id], ON):
            assert standing.certainty != "M" or standing.checked_by


def test_a_jurist_who_checks_a_right_lets_it_through() -> None:
    rule = next(r for r in MECHANISM.entitlements.values() if r.card and r.version_on(ON).standing.certainty == "M")
    version = rule.version_on(ON)
    checked = replace(version, standing=replace(version.standing, checked_by="Une juriste"))
    mechanism = replace(MECHANISM, rules={**MECHANISM.rules, rule.id: replace(rule, versions=(checked,))})
    below = [s for s in standings_under(mechanism, mechanism.rules[rule.id], ON) if s is not checked.standing]
    printed = rights_for_card(mechanism, {rule.id: finding(mechanism, rule.id)}, on=ON, language="fr")
    assert bool(printed) is all(s.presentable for s in below)


def test_only_what_holds_is_printed() -> None:
    """ "Cannot tell" is no promise."""
    for outcome in ("does_not_hold", "cannot_tell"):
        findings = {rule_id: finding(MECHANISM, rule_id, outcome) for rule_id in MECHANISM.entitlements}
        assert rights_for_card(MECHANISM, findings, on=ON, language="fr", with_demands=True) == []


def test_demands_stand_apart_and_only_when_asked_for() -> None:
    """Law first, then what binds the State, then schemes that no law gives; what associations ask for only on request, and last."""
    plain = rights_for_card(MECHANISM, everything_holds(MECHANISM), on=ON, language="fr")
    assert {right.level for right in plain} == {"national_law", "international_obligation", "guidance"}
    rule = next(r for r in MECHANISM.entitlements.values() if r.level == "demanded" and r.version_on(ON).standing.presentable)
    printable = replace(MECHANISM, rules={**MECHANISM.rules, rule.id: replace(rule, card=True)})
    asked = rights_for_card(printable, everything_holds(printable), on=ON, language="fr", with_demands=True)
    levels = [right.level for right in asked]
    assert levels == sorted(levels, key=["national_law", "international_obligation", "guidance", "demanded"].index)
    assert "Ce n'est pas la loi" in text_of(make_pdf(asked, on=ON, language="fr"))


def test_each_right_names_the_door_that_opens_it() -> None:
    """A frightened woman without papers is not sent to the prefecture for a bed tonight, nor to a coordination for her right to say no."""
    doors = {right.rule_id: right.granted_by for right in rights_for_card(MECHANISM, everything_holds(MECHANISM), on=ON, language="fr")}
    assert doors["fr.emergency_shelter"] == "115 (SIAO)"
    assert doors["fr.recovery_help"] == "Fonds de garantie (SARVI)"
    assert doors["fr.return_help"] == doors["fr.ada_with_permit"] == "OFII"
    assert "CPAM" in doors["fr.care_in_reflection"]
    assert "Ac.Sé" in doors["fr.distance_scheme_may_ask"]
    assert doors["common.refuse_and_withdraw"] == ""
    assert not {rule_id for rule_id, door in doors.items() if "oordination" in door}


def test_no_card_speaks_of_a_power_over_her() -> None:
    printed = {right.rule_id for right in rights_for_card(MECHANISM, everything_holds(MECHANISM), on=ON, language="fr")}
    assert not printed & {"fr.power_to_end_reflection", "fr.power_to_withdraw_permit"}


def test_a_right_never_falls_back_to_another_language() -> None:
    rule = next(r for r in MECHANISM.entitlements.values() if r.card and r.version_on(ON).standing.presentable)
    french_only = replace(rule.text, texts=tuple(words for words in rule.text.texts if words[0] == "fr"))
    mechanism = replace(MECHANISM, rules={**MECHANISM.rules, rule.id: replace(rule, text=french_only)})
    held = {rule.id: finding(mechanism, rule.id)}
    assert rights_for_card(mechanism, held, on=ON, language="en") == []
    assert len(rights_for_card(mechanism, held, on=ON, language="fr")) <= 1


def examples() -> list[Example]:
    return [e for e in MECHANISM.examples if any(fact.kind == "presumption_stated" for fact in e.facts)][:6]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("example", examples(), ids=lambda e: str(e.id))
def test_the_paper(example: Example, language: str) -> None:
    """One or two large-print sheets, tagged, with the font inside, a title that says nothing, every right in full."""
    findings = evaluate(MECHANISM, example.facts, on=example.on).findings
    rights = rights_for_card(MECHANISM, findings, on=example.on, language=language)
    pdf = make_pdf(rights, on=example.on, language=language)
    paper = PdfReader(BytesIO(pdf))
    root: Any = paper.trailer["/Root"]
    assert 1 <= len(paper.pages) <= 2
    assert bool(root["/MarkInfo"]["/Marked"])
    assert root["/Lang"] == language
    assert paper.metadata is not None
    assert paper.metadata.title == "Document"
    assert paper.metadata.author is None
    assert all("/FontDescriptor" in str(font) for font in fonts_of(paper))
    text = words_of(text_of(pdf))
    for right in rights:
        assert words_of(right.label) in text
        assert words_of(right.text)[:40] in text
    if rights:
        assert ("vérifié par un juriste" if language == "fr" else "checked by a jurist") in text


def test_the_longest_cards_of_all_examples_are_two_sheets() -> None:
    cards = [
        rights_for_card(MECHANISM, evaluate(MECHANISM, one.facts, on=one.on).findings, on=one.on, language="fr")
        for one in MECHANISM.examples if any(fact.kind == "presumption_stated" for fact in one.facts)
    ]  # fmt: skip
    longest = sorted(cards, key=lambda rights: sum(len(right.text) for right in rights))[-3:]
    assert [len(PdfReader(BytesIO(make_pdf(rights, on=ON, language="fr"))).pages) for rights in longest] == [2, 2, 2]


def fonts_of(paper: PdfReader) -> list[object]:
    found = []
    for page in paper.pages:
        resources: Any = page["/Resources"]
        found += [font.get_object()["/DescendantFonts"][0].get_object() for font in resources["/Font"].values()]
    assert found
    return found


def test_nothing_on_the_paper_names_or_places_anybody() -> None:
    """Whatever the file holds, the card is made of the rule book and of a day."""
    right = CardRight("x", "national_law", "Un droit", "Ce qu'il dit.", "Préfecture", "due", ("CESEDA, article L.425-1",), ON, False)
    text = text_of(make_pdf([right], on=ON, language="fr"))
    assert not re.search(r"\b[0-9A-HJKMNP-TV-Z]{8}\b", text.replace("21 novembre 2026", ""))
    assert "Un droit" in text


def test_large_print_never_below_twelve_points() -> None:
    """Many rights make it smaller before they make it longer, but never too small to read."""
    many = rights_for_card(MECHANISM, everything_holds(MECHANISM), on=ON, language="fr")
    found: set[float] = set()

    def note(text: str, _cm: object, matrix: list[float], _font: object, size: float) -> None:
        if text.strip():
            found.add(round(abs(size * matrix[3]), 1))

    for sheet in PdfReader(BytesIO(make_pdf(many, on=ON, language="fr"))).pages:
        sheet.extract_text(visitor_text=note)
    assert 12.0 in found
    assert min(found) >= 9.5
