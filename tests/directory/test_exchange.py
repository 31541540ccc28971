"""Files in and out: as the standards say, shown before they count, undone when they were wrong, and refused row by row with the reason."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from repere.directory import actions, checks
from repere.directory.actions.importing import preview_of
from repere.directory.entry_models import Contact, ImportBatch, Service
from repere.directory.exchange import hsds, inclusion, table
from repere.directory.exchange.leaving import export
from repere.directory.exchange.validation import HSDS, INCLUSION, faults
from repere.directory.queries.search import find, understand
from repere.directory.refusals import Refused
from tests.directory.entries import vetted
from tests.people import Cast, Member

SignIn = Callable[[Member], Client]
NOW = datetime(2026, 6, 1, 10, tzinfo=UTC)
RICH = {
    "structure": "Maison Inventée", "kind": "health", "function": "psychological", "name": "Écoute psychologique", "tier": 0,
    "territories": ["69", "973"], "languages": ["fra", "bin"], "audiences": ["women"], "hours": "Mo-Fr 09:00-17:00",
    "description": "Première évaluation et suivi.", "eligibility": "Sur rendez-vous",
    "phone": "+33 1 99 00 11 22", "email": "ecoute@example.org",
}  # fmt: skip


def bring(by: Member, text: str, format: str, source: str = "essai") -> tuple[ImportBatch, Any]:
    with by.acts() as acting:
        return actions.preview_import(text=text, format=format, source=source, acting=acting, now=NOW)


def table_of(*rows: dict[str, str]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, table.COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


ROW = {"key": "1", "structure": "Maison Inventée", "kind": "health", "function": "health_check", "name": "Bilan", "territories": "69|01"}


@pytest.mark.parametrize("format", ["hsds", "csv", "data-inclusion"])
def test_what_goes_out_comes_in_again_as_it_was(people: Cast, format: str) -> None:
    """Another installation reads our file and finds the same service."""
    vetted(people, people.pascal, **RICH)
    with people.pascal.acts() as acting:
        text = export(format, acting=acting, now=NOW)
    read = {"hsds": hsds.read, "csv": table.read, "data-inclusion": lambda told: inclusion.read(told, on=NOW.date())}[format](text)
    assert read.refused == []
    [row] = read.rows
    assert (row.structure, row.name, row.function, row.territories) == ("Maison Inventée", RICH["name"], "psychological", ["69", "973"])
    assert (row.hours, row.eligibility, row.phone) == (RICH["hours"], RICH["eligibility"], "+33199001122")
    if format != "data-inclusion":
        assert (row.kind, row.languages, row.audiences, row.email) == ("health", ["fra", "bin"], ["women"], "ecoute@example.org")


def test_what_goes_out_holds_against_the_published_schemas(people: Cast) -> None:
    """And the check can fail: a record without its name is found wanting."""
    vetted(people, people.pascal, **RICH)
    with people.pascal.acts() as acting:
        services = json.loads(export("hsds", acting=acting, now=NOW))
        told = json.loads(export("data-inclusion", acting=acting, now=NOW))
    assert services
    assert [faults(HSDS, "service", one) for one in services] == [[]]
    assert [faults(INCLUSION, "service", one) for one in told["services"]] == [[]]
    assert [faults(INCLUSION, "structure", one) for one in told["structures"]] == [[]]
    assert faults(HSDS, "service", services[0] | {"id": "not-a-uuid"})
    assert faults(INCLUSION, "service", {name: value for name, value in told["services"][0].items() if name != "nom"})


def test_only_the_public_tier_goes_out_as_data_inclusion_and_nobody_elses_members_tier(people: Cast) -> None:
    vetted(people, people.pascal, **RICH)
    vetted(people, people.pascal, **RICH | {"structure": "Autre maison", "name": "Écoute réservée", "tier": 1})
    with people.pascal.acts() as acting:
        assert "réservée" not in export("data-inclusion", acting=acting, now=NOW)
        assert "réservée" in export("csv", acting=acting, now=NOW)
    with people.amina.acts() as acting:
        assert "réservée" not in export("csv", acting=acting, now=NOW)
        assert "Écoute psychologique" in export("hsds", acting=acting, now=NOW)


def test_a_file_is_shown_then_applied_then_undone(people: Cast) -> None:
    """Nothing counts before somebody has looked; what came in is offered to nobody before two voices."""
    batch, plan = bring(people.pascal, table_of(ROW, ROW | {"key": "2", "name": "Écoute"}), "csv")
    assert (len(plan.new), len(plan.refused)) == (2, 0)
    with people.pascal.acts() as acting:
        assert not Service.objects.filter(source="essai").exists()
        actions.apply_import(batch.pk, acting=acting, now=NOW)
        made = list(Service.objects.filter(source="essai").order_by("name"))
        assert [(one.name, one.origin, one.vetted_at) for one in made] == [("Bilan", "imported", None), ("Écoute", "imported", None)]
        assert find(acting, understand("bilan"), on=NOW.date()).lines == []
        with pytest.raises(Refused):
            actions.apply_import(batch.pk, acting=acting, now=NOW)
        assert actions.undo_import(batch.pk, acting=acting, now=NOW) == 2
        assert not Service.objects.filter(source="essai").open().exists()


def test_a_file_that_comes_again_changes_and_doubles_nothing(people: Cast) -> None:
    """The same key is the same entry; the same service from elsewhere is a twin; undoing puts back what stood there."""
    batch, _plan = bring(people.pascal, table_of(ROW), "csv")
    with people.pascal.acts() as acting:
        actions.apply_import(batch.pk, acting=acting, now=NOW)
    again, plan = bring(people.pascal, table_of(ROW | {"description": "Toute la journée"}, ROW | {"key": "9"}), "csv")
    assert [fields for _row, _service, fields in plan.changed] == [["description"]]
    assert len(plan.twins) == 1
    with people.pascal.acts() as acting:
        actions.apply_import(again.pk, acting=acting, now=NOW)
        held = Service.objects.get(source="essai")
        assert held.description == "Toute la journée"
        assert actions.undo_import(again.pk, acting=acting, now=NOW) == 1
        assert Service.objects.get(source="essai").description == ""
        assert preview_of(again, acting=acting, now=NOW).changed
    _batch, elsewhere = bring(people.amina, table_of(ROW), "csv", source="autre")
    assert len(elsewhere.twins) == 1


def test_undoing_leaves_what_somebody_changed_since(people: Cast) -> None:
    batch, _plan = bring(people.pascal, table_of(ROW), "csv")
    with people.pascal.acts() as acting:
        actions.apply_import(batch.pk, acting=acting, now=NOW)
        held = Service.objects.get(source="essai")
        actions.edit_service(held.pk, name="Bilan complet", acting=acting, now=NOW)
        assert actions.undo_import(batch.pk, acting=acting, now=NOW) == 0
        assert Service.objects.get(source="essai").closed_on is None


@pytest.mark.parametrize(("field", "value", "said"), [
    ("territories", "999", "999"), ("territories", "", "69"), ("function", "magic", "magic"), ("phone", "0000", "0000"),
    ("hours", "tous les jours", "tous les jours"), ("email", "pas une adresse", "pas une adresse"), ("languages", "zzzz", "zzzz"),
    ("name", "x", "trois lettres"), ("description", "12 rue des Lilas", "description"), ("website", "javascript:alert(1)", "javascript"),
])  # fmt: skip
def test_a_row_that_cannot_be_taken_says_why_and_the_others_go_on(
    people: Cast, signed_in: SignIn, field: str, value: str, said: str
) -> None:
    """In the reader's language, with the number of the row."""
    batch, plan = bring(people.pascal, table_of(ROW, ROW | {"key": "2", "name": "Autre nom", field: value}), "csv")
    assert [row.number for row in plan.refused] == [2]
    assert len(plan.new) == 1
    text = signed_in(people.pascal).get(f"/directory/files/{batch.pk}/").content.decode()
    assert "Ligne 2" in text
    assert said in text


@pytest.mark.parametrize(("format", "text"), [
    ("hsds", "{"), ("hsds", "3"), ("data-inclusion", "[]"), ("csv", "a,b\n1,2"), ("hsds", "[" * 100_000), ("csv", ""),
])  # fmt: skip
def test_a_file_of_another_shape_is_refused_whole(people: Cast, format: str, text: str) -> None:
    with people.pascal.acts() as acting, pytest.raises(Refused):
        actions.preview_import(text=text, format=format, source="essai", acting=acting, now=NOW)
    with people.pascal.acts():
        assert not ImportBatch.objects.exists()


def test_what_the_schema_of_data_inclusion_lets_through_is_refused_here(people: Cast) -> None:
    """Broken codes and hours pass its schema; a person's name in it is never read."""
    body = {"source": "x", "id": "x--1", "nom": "Maison Inventée", "date_maj": "2026-05-01"}
    good = {"source": "x", "structure_id": "x--1", "id": "x--2", "nom": "Écoute", "description": "Une écoute", "date_maj": "2026-05-01",
            "zone_eligibilite": ["69"], "contact_nom_prenom": "Nom Inventé"}  # fmt: skip
    bad = [{"code_insee": "ZZZZZ"}, {"zone_eligibilite": ["xx"]}, {"horaires_accueil": "n'importe quoi"}, {"date_maj": "2999-01-01"},
           {"publics": ["tous-publics", "femmes"]}, {"telephone": "12"}]  # fmt: skip
    services = [good, *({**good, "id": f"x--{number}", "nom": f"Écoute {number}", **wrong} for number, wrong in enumerate(bad, 3))]
    batch, plan = bring(people.pascal, json.dumps({"structures": [body], "services": services}), "data-inclusion")
    assert [row.number for row in plan.refused] == list(range(2, 2 + len(bad)))
    with people.pascal.acts() as acting:
        actions.apply_import(batch.pk, acting=acting, now=NOW)
        made = Service.objects.get(source="essai")
        contacts = " ".join(Contact.objects.filter(service=made).values_list("value", flat=True))
        assert "Inventé" not in contacts + made.name + made.description


@pytest.mark.parametrize(("text", "served", "kept"), [
    ("0590 12 34 56", ["971"], "+590590123456"), ("0262 12 34 56", ["974"], "+262262123456"), ("+687 24 56 78", ["988"], "+687245678"),
    ("40 41 42 43", ["987"], "+68940414243"), ("01 42 34 56 78", ["69"], "+33142345678"), ("115", ["69"], "115"), ("3919", ["973"], "3919"),
])  # fmt: skip
def test_numbers_overseas_are_numbers(text: str, served: list[str], kept: str) -> None:
    """Someone in Cayenne or Nouméa is called back at the right number."""
    assert checks.phone(text, served) == kept


@pytest.mark.parametrize("text", ["1", "7", "12", "0", "+", "x", "١"])
def test_what_is_no_number_is_refused_and_breaks_no_page(text: str) -> None:
    with pytest.raises(Refused):
        checks.phone(text)


def test_a_cell_that_a_spreadsheet_would_run_stays_text(people: Cast) -> None:
    vetted(people, people.pascal, **RICH | {"name": "=cmd|' /C calc'!A0"})
    with people.pascal.acts() as acting:
        text = export("csv", acting=acting, now=NOW)
    assert "\"'=cmd" in text
    assert '"\'+33199001122"' in text
    assert table.read(text).rows[0].name.startswith("=cmd")


def test_our_own_template_can_be_brought_back() -> None:
    assert table.read(table.template()).refused == []


def test_a_file_travels_through_the_pages(people: Cast, signed_in: SignIn) -> None:
    client = signed_in(people.pascal)
    file = SimpleUploadedFile("liste.csv", table_of(ROW).encode(), "text/csv")
    answer = client.post("/directory/files/", {"format": "csv", "source": "liste", "file": file})
    assert answer.status_code == 302, answer.content.decode()
    client.post(f"{answer['Location']}apply/")
    assert "Bilan" in client.get("/directory/to-vouch/").content.decode()
    assert client.post(f"{answer['Location']}undo/").status_code == 302
    assert signed_in(people.amina).get(answer["Location"]).status_code == 404
    left = client.post("/directory/export/csv/")
    assert left["Content-Disposition"] == 'attachment; filename="document.csv"'
