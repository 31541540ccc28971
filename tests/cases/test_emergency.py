"""Sheets of paper for the hours in which files are closed."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from repere.cases.emergency import make_pdf, print_sheets
from repere.ledger.models import Entry
from tests.cases.story import NOW, concern, record
from tests.people import Cast

pytestmark = pytest.mark.django_db
NEVER = "Ne jamais nommer le foyer au téléphone"


def pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_sheet_holds_the_code_and_how_to_reach_her_and_nothing_else(people: Cast, language: str) -> None:
    """Lost on a bus it names nobody, no place and nothing that was done to her."""
    amina = people.amina.actor
    case = concern(amina, concern={"urgency": "immediate", "forms_suspected": ["forced_labour"]})
    record(case, amina, "safe_contact_instructions", basis="person_said", can_contact="yes", never_say=NEVER)
    silent = concern(amina)
    made = make_pdf(print_sheets(acting=amina, now=NOW), on=NOW.date(), language=language)
    text = pages(made)
    mine = next(page for page in text if case.code in page)
    other = next(page for page in text if silent.code in page)
    assert len(text) == 2
    assert NEVER in mine.replace("\n", " ")
    assert NEVER not in other
    for told in (case.pseudonym, silent.pseudonym, people.atalante.name, "Amina", "forc", "Lyon", "traite", "victim"):
        assert told not in mine + other
    assert PdfReader(io.BytesIO(made)).metadata.title == "Document"  # type: ignore[union-attr]


def test_printing_is_one_row_that_names_everybody_on_it(people: Cast) -> None:
    amina = people.amina.actor
    first, second = concern(amina), concern(amina)
    print_sheets(acting=amina, now=NOW)
    with people.amina.acts():
        row = Entry.objects.filter(act="print_emergency_sheets").get()
    assert row.kind == "look"
    assert set(row.subjects) == {first.person_id, second.person_id}
    assert row.actor_id == people.amina.user.pk


def test_another_organisation_prints_nothing_of_it(people: Cast) -> None:
    concern(people.amina.actor)
    assert print_sheets(acting=people.ines.actor, now=NOW) == []
