"""Lists by département: each sentence with its source, who does it where, and what is not known said to be unknown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.test import Client

from repere.directory import actions
from repere.directory.queries.lists import CERTAINTIES, FILE, by_territory, schemes
from repere.directory.territory import territories
from repere.directory.vocabulary import Function
from tests.directory.entries import entry, line_of, vetted
from tests.people import Cast, Member

SignIn = Callable[[Member], Client]
NOW = datetime(2026, 6, 1, 10, tzinfo=UTC)
TODAY = NOW.date()
SIAO = {"structure": "SIAO inventé", "kind": "housing_coordination", "function": "siao", "name": "SIAO du Rhône inventé"}


def read() -> dict[str, Any]:
    return dict(yaml.safe_load(FILE.read_text(encoding="utf-8")))


def test_every_sentence_says_where_it_was_read_or_that_it_was_not() -> None:
    """From memory alone it carries no source, and the page says so."""
    told = read()
    facts = [fact for row in told["lists"] for fact in row["facts"]]
    assert len(facts) > 6
    for fact in facts:
        assert set(fact["text"]) == {"fr", "en"}
        assert fact["certainty"] in CERTAINTIES
        assert (fact["source"] is None) == (fact["certainty"] == "M")
        assert fact["source"] is None or fact["source"] in told["sources"]


def test_sources_of_the_rule_book_stand_there() -> None:
    texts = "".join(
        file.read_text(encoding="utf-8") for file in (Path(settings.REPERE_MECHANISM_FOLDER) / "countries/fr/sources").glob("*.yaml")
    )
    for name, source in read()["sources"].items():
        if source.get("rule_book"):
            assert f"id: {name}\n" in texts


def test_each_list_is_of_a_function_and_in_both_languages() -> None:
    for language in ("fr", "en"):
        found = schemes(language)
        assert list(found) == ["acse", "ofii", "siao", "crip"]
        assert all(scheme.function in Function.values for scheme in found.values())
    assert schemes("fr")["siao"].title != schemes("en")["siao"].title


def test_every_departement_is_there_whether_or_not_anybody_is_known(people: Cast) -> None:
    made = vetted(people, people.pascal, **SIAO)
    entry(people.pascal, **SIAO | {"name": "Pas encore vérifié", "territories": ["01"]})
    vetted(people, people.pascal, **SIAO | {"name": "Plateforme nationale", "territories": ["FR"]})
    with people.amina.acts() as acting:
        places, national = by_territory(acting, "siao", on=TODAY)
        [only], _ = by_territory(acting, "siao", territory="69", on=TODAY)
    assert {place.territory.code for place in places} == set(territories())
    told = {place.territory.code: [line.service.pk for line in place.lines] for place in places if place.lines}
    assert told == {"69": [made.pk]}
    assert [line.service.name for line in national] == ["Plateforme nationale"]
    assert only.territory.code == "69"


def test_the_page_says_what_is_unknown_and_what_is_from_memory(people: Cast, signed_in: SignIn) -> None:
    made = vetted(people, people.pascal, **SIAO)
    client = signed_in(people.odile)  # reads English
    text = client.get("/directory/lists/", {"list": "siao", "territory": "69"}).content.decode()
    assert made.name in text
    assert "+33 1 99 00 11 22" in text
    assert "Not known: nobody has written it down." not in text
    assert "Not known: nobody has written it down." in client.get("/directory/lists/", {"list": "siao", "territory": "01"}).content.decode()
    crip = client.get("/directory/lists/", {"list": "crip"}).content.decode()
    assert "From memory, not checked" in crip
    assert client.get("/directory/lists/", {"list": "nothing", "territory": "zz"}).status_code == 200


@pytest.mark.parametrize("function", ["acse", "ofii_place"])
def test_what_is_hidden_is_in_no_list_not_even_of_who_keeps_it(people: Cast, function: str) -> None:
    entry(people.sonia, structure="Foyer Mésange", kind="shelter", function=function, name="Accueil Mésange", tier=2, phone="")
    with people.sonia.acts() as acting:
        places, national = by_territory(acting, function, on=TODAY)
    assert not any(place.lines for place in places)
    assert national == []


def test_a_number_that_waits_for_a_call_is_not_printed(people: Cast, signed_in: SignIn) -> None:
    """A list on paper goes on being read after the number was taken back."""

    made = vetted(people, people.pascal, **SIAO)
    with people.pascal.acts() as acting:
        actions.change_contact(line_of(made, people.pascal).pk, value="+33 1 99 00 77 88", acting=acting, now=NOW)
    text = signed_in(people.amina).get("/directory/lists/", {"list": "siao", "territory": "69"}).content.decode()
    assert "+33 1 99 00 11 22" in text
    assert "77 88" not in text
