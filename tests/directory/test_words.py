"""Words that pages offer: each has a name in both languages."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from repere.directory import vocabulary


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_language_of_the_list_is_offered_by_its_name(language: str) -> None:
    with override(language):
        offered = {one.code: one.label for one in vocabulary.spoken()}
    assert offered.keys() == set(vocabulary.SPOKEN)
    assert [code for code, label in offered.items() if label == code] == (["twi"] if language == "fr" else [])


def test_no_french_name_is_left_in_english() -> None:
    with override("fr"):
        assert [one.label for one in vocabulary.spoken() if "French" in one.label or "Creole" in one.label] == []
