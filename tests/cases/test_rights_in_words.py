"""What the rule book says of a right is put in words once for each language, and never in the other one."""

from __future__ import annotations

import pytest
from django.utils import translation

from repere.cases import evaluation, mechanisms
from repere.cases.queries import questions, rights
from repere.cases.queries.rights import FindingLine
from repere.cases.territory import civil_day
from tests.cases.story import NOW


def _lines(name: str, language: str) -> dict[str, FindingLine]:
    mechanism, today = mechanisms.named(name), civil_day("Europe/Paris", NOW)
    judged = evaluation.judge(mechanism, [], on=today, groups=None)
    levels = rights.by_level(mechanism, judged, today, language, questions.written(mechanism, judged, []))
    return {line.rule_id: line for level in levels for line in (*level.open, *level.cannot_tell, *level.not_open)}


@pytest.mark.parametrize("active", ["fr", "en"])
def test_a_right_is_named_in_the_language_asked_whatever_was_asked_before(active: str) -> None:
    with translation.override(active):
        for name in ("fr", "fr+fr-collectif", "fr"):
            book = mechanisms.named(name)
            for language in ("fr", "en", "fr"):
                found = _lines(name, language)
                assert found
                for rule_id, line in found.items():
                    rule = book.rules[rule_id]
                    assert (line.label, line.text) == (rule.label.text(language), rule.text.text(language))
                    assert [source.title for source in line.sources] == [
                        book.sources[source.id].title.text(language) for source in line.sources
                    ]


def test_the_door_of_a_right_is_named_in_the_language_asked_not_in_that_of_the_moment() -> None:
    rights._SAID.clear()
    with translation.override("en"):
        french = {line.granted_by for line in _lines("fr", "fr").values()}
    with translation.override("fr"):
        english = {line.granted_by for line in _lines("fr", "en").values()}
    assert "Police or gendarmerie" in english
    assert "Police or gendarmerie" not in french
