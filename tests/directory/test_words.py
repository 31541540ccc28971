"""Words that pages offer: each has a name in both languages."""

from __future__ import annotations

import pytest
from django.utils.translation import override

from repere.cases import mechanisms
from repere.directory import vocabulary
from repere.directory.templatetags.directory_words import trust_words
from repere.directory.territory import _towns, found_in, of_town, places_named, territories
from repere.directory.trust import Trust
from repere.directory.wording import plain


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_language_of_the_list_is_offered_by_its_name(language: str) -> None:
    with override(language):
        offered = {one.code: one.label for one in vocabulary.spoken()}
    assert offered.keys() == set(vocabulary.SPOKEN)
    assert [code for code, label in offered.items() if label == code] == (["twi"] if language == "fr" else [])


def test_no_french_name_is_left_in_english() -> None:
    with override("fr"):
        assert [one.label for one in vocabulary.spoken() if "French" in one.label or "Creole" in one.label] == []


@pytest.mark.parametrize(("asked", "function"), [
    ("avocats", "legal"), ("hopital", "health_check"), ("hopitaux", "health_check"), ("psy", "psychological"), ("115", "siao"),
    ("interpretes", "interpreter"), ("mineurs", "referent_crip"), ("commissariat", "referent_police"),
    ("procureur", "referent_prosecution"),
])  # fmt: skip
def test_a_worker_says_it_in_her_own_words(asked: str, function: str) -> None:
    assert function in vocabulary.functions_asked(asked)


def test_words_of_workers_are_plain_and_each_stands_once() -> None:
    words = " ".join(vocabulary.ASKED_AS).split()
    assert len(words) == len(set(words))
    assert words == [plain(word) for word in words]
    assert not [word for word in words if of_town(word)], "a town would be taken out before"


def test_every_need_of_the_rule_book_has_services_and_none_is_the_states() -> None:
    """A body of the State is called by whoever asks for it, never because a box was ticked."""
    assert vocabulary.NEEDED_OF.keys() == mechanisms.common().codelists["need"].keys()
    offered = {function for functions in vocabulary.NEEDED_OF.values() for function in functions}
    assert not offered & set(vocabulary.REFERENTS)


@pytest.mark.parametrize(("asked", "code", "left"), [
    ("avocat lyon", "69", ["avocat"]), ("lyon 3e", "69", []), ("paris 15", "75", []), ("villeneuve sur lot", "47", []),
    ("romans sur isere", "26", []), ("vienne", "86", []), ("seine saint denis", "93", []), ("saint denis", "", ["saint", "denis"]),
    ("cayenne", "973", []), ("2a", "2A", []), ("69 lyon", "69", ["lyon"]), ("lot", "46", []), ("nulle part", "", ["nulle", "part"]),
])  # fmt: skip
def test_a_town_tells_its_departement_and_never_another(asked: str, code: str, left: list[str]) -> None:
    assert found_in(asked.split()) == (code, left)


def test_towns_are_those_of_known_departements_and_every_metropolitan_one_has_its_chief_town() -> None:
    assert of_town("Saint-Denis") == ("93", "974")
    assert of_town("Zanzibar") == ()
    codes = {code for names in _towns().values() for code in names}
    assert codes <= territories().keys()
    assert {code for code, place in territories().items() if place.zone in ("metro", "drom")} <= codes


def test_what_is_no_longer_sure_is_not_called_safer() -> None:
    """In French "plus sûr" reads as the contrary."""
    with override("fr"):
        assert not trust_words(Trust.STALE).casefold().startswith("plus")
        assert "appelez d'abord" in trust_words(Trust.STALE)


@pytest.mark.parametrize(("text", "codes"), [
    ("Lyon", ["69"]), ("le Rhône", ["69"]), ("l'Isère", ["38"]), ("69", ["69"]), ("La Réunion", ["974"]), ("Corse", ["2A", "2B"]),
    ("Pont-de-l'Isère", []), ("Saint-Denis", []), ("Villeneuve-sur-Lot", ["47"]), ("chez sa tante à Lyon", []), ("", []),
])  # fmt: skip
def test_a_place_is_taken_whole_or_asked_again(text: str, codes: list[str]) -> None:
    """A danger is not written down for a département of which only the name of a river was typed."""
    assert places_named(text) == codes
