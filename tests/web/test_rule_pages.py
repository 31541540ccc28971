"""The pages of rules: the law in force first, demands apart, and a number shown with how it is counted."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from django.test import Client, override_settings

from repere.web import law
from tests.people import Cast, Member

SignIn = Callable[[Member], Client]


def page(signed_in: SignIn, people: Cast, address: str) -> str:
    answer = signed_in(people.amina).get(address)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", html.unescape(answer.content.decode())).split())


@pytest.mark.parametrize("installed", ["fr", "fr+fr-collectif"])
def test_the_law_comes_first_and_demands_stand_apart(signed_in: SignIn, people: Cast, installed: str) -> None:
    """Who reads a demand as law promises her something that no counter gives."""
    with override_settings(REPERE_MECHANISM=installed):
        told = page(signed_in, people, "/rules/")
    law_part, demands = told.split("Ce qui est demandé, et n'est pas la loi")
    assert "Délai de réflexion de trente jours" in law_part
    asked = [
        rule for rule in law.mechanism_named("fr+fr-collectif").rules.values() if rule.layer == "fr-collectif" and rule.kind != "condition"
    ]
    assert asked
    for rule in asked:
        assert rule.label.text("fr") in demands
        assert rule.label.text("fr") not in law_part


def test_a_demand_says_on_its_own_page_that_it_is_not_law(signed_in: SignIn, people: Cast) -> None:
    """Whoever comes by a link, without a word about the mechanism, is told too."""
    rule = next(rule for rule in law.mechanism_named("fr+fr-collectif").rules.values() if rule.level == "demanded")
    assert "Demandé, pas la loi" in page(signed_in, people, f"/rules/{rule.id}/")
    assert "Demandé, pas la loi : cela n'ouvre rien aujourd'hui." not in page(signed_in, people, "/rules/fr.reflection_period/")


def test_the_reflection_period_shows_its_thirty_days_how_they_are_counted_and_what_ends_them(signed_in: SignIn, people: Cast) -> None:
    """R.425-2: thirty calendar days from the day after the receipt, no day more for a holiday, ended by the préfet's decision alone."""
    told = page(signed_in, people, "/rules/fr.reflection_period/")
    assert "Durée du délai de réflexion : 30 jours" in told
    assert "R.425-2" in told
    assert "le jour 1 est le lendemain" in told.lower()
    assert "ne se déplace pas" in told
    ends = told.split("Ce qui y met fin")[1][:200]
    assert "Délai de réflexion interrompu" in ends
    assert "Durée du délai de réflexion" in ends
    assert "Contact repris" not in ends, "a renewed contact ends nothing by itself"


def test_examples_stand_under_the_answer_they_give(signed_in: SignIn, people: Cast) -> None:
    """A yes, a no, and one that cannot be told: the edges of a rule are learned from its cases."""
    told = page(signed_in, people, "/rules/fr.reflection_period/").split("Exemples")[1]
    places = [told.index(words) for words in ("La règle vaut", "La règle ne vaut pas", "On ne peut pas le dire")]
    assert places == sorted(places)


def test_a_duty_that_lapses_says_so(signed_in: SignIn, people: Cast) -> None:
    told = page(signed_in, people, "/rules/fr.choice_before_end_of_reflection/")
    assert "Le délai de réflexion est terminé ; les autres voies restent ouvertes" in told.split("Quand ce n'est plus faisable")[1][:200]
