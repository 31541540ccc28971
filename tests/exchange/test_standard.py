"""The standard as published: nothing forgotten, nothing twice."""

from pathlib import Path

import pytest
from django.conf import settings

from repere.cases.exchange import mapping
from repere.cases.exchange.standard import ADDRESSES, SPELLINGS, fields
from repere.core.rulebook import Mechanism, load


@pytest.fixture(scope="module")
def mechanism() -> Mechanism:
    return load(Path(settings.REPERE_MECHANISM_FOLDER), "fr")


def test_all_84_fields_and_182_codes_are_there():
    assert len(fields()) == 84
    assert sum(len(field.codes) for field in fields().values()) == 182
    assert sum(field.deprecated for field in fields().values()) == 3
    assert sum(field.core for field in fields().values()) == 40


def test_every_field_has_exactly_one_place():
    assert [place.field for place in mapping.PLACES] == list(fields())
    assert mapping.fields_without_place() == []


def test_every_place_in_a_fact_exists_in_the_mechanism(mechanism):
    for place in mapping.PLACES:
        for target in (place.to, *place.also):
            kind, _, name = target.partition(".")
            if kind in mechanism.facts and name != "on":
                assert name in mechanism.facts[kind].fields, target


@pytest.mark.parametrize(
    ("field", "table"),
    [
        ("vic_TypeOfExploitation", mapping.FORMS),
        ("vic_MethodsOfControl", mapping.MEANS),
        ("prs_Gender", mapping.GENDERS),
        ("vic_TraffickingStatusDecisionMakingOrg", mapping.BODIES),
    ],
)
def test_every_code_has_exactly_one_meaning(field, table):
    assert set(table) == set(fields()[field].codes)


@pytest.mark.parametrize(
    ("list_id", "table"), [("form", mapping.FORMS), ("means", mapping.MEANS), ("gender", mapping.GENDERS), ("sector", mapping.SECTORS)]
)
def test_our_codes_exist_and_go_out_as_codes_of_the_standard(mechanism, list_id, table):
    entries = mechanism.codelists[list_id]
    assert {code for code in table.values() if code not in (None, "not_known")} <= set(entries)
    known = {code for field in fields().values() for code in field.codes}
    assert {entry.htcds for entry in entries.values() if entry.htcds} <= known


def test_what_the_mechanism_declares_is_what_the_table_does(mechanism):
    """`htcds:` on a kind of fact names fields of the standard that the table sends to that kind, or keeps."""
    for kind in mechanism.facts.values():
        for field, name in kind.htcds.items():
            place = mapping.PLACE[field]
            reached = {place.to, *place.also}
            assert f"{kind.id}.{name}" in reached or place.to in (mapping.KEPT, "status", "event"), (kind.id, field)


def test_addresses_are_fields_of_the_standard():
    assert set(fields()) >= ADDRESSES
    assert set(SPELLINGS.values()) <= set(fields())
