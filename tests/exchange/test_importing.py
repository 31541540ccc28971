"""A file into the house: everything or nothing, once, with a report of every mistake."""

import csv
from datetime import UTC, datetime

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repere.cases.actions import bulk
from repere.cases.exchange import exporting, importing
from repere.cases.exchange.reading import FileRefused, rows
from repere.cases.models import Case, Fact
from repere.ledger.models import Entry
from tests.exchange.rows import row, write_csv

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)

VEGA = {
    "prs_FirstName": "Véga", "prs_SecondName": "Mistral", "prs_Birthdate": "1999-04-03", "prs_Gender": "Feminine", "prs_Citizenship": "NG",
    "prs_MobilePhone": "33600000000", "prs_MailingStreet": "=1+1", "prs_MailingPostalCode": "69003", "prs_MailingCountry": "FR",
    "prs_MailingCity": "Ville-des-Brumes", "vic_TraffickingStatus": "PossibleVictimOfTrafficking",
    "vic_TypeOfExploitation": "SexualExploitation;ChildLabour",
    "vic_MethodsOfControl": "DebtBondage;PhysicalThreats", "cas_Status": "FollowUp", "cas_IncomingReferralDate": "2026-03-02",
    "cas_ReasonForIncomingReferral": "Other", "cco_CaseComment": "Deux lignes\n@dangereuses", "vic_Vulnerabilities": "Poverty;Migration",
    "spl_PlannedEndDate": "2027-01", "con_Consent": "true",
}  # fmt: skip
RIGEL = {"prs_FirstName": "Rigel", "cas_IncomingReferralDate": "2026-05"}


def import_rows(tmp_path, people, told, **options):
    path = write_csv(tmp_path / "in.csv", told)
    return importing.import_file(path, acting=people.amina.actor, now=NOW, **options)


def cases_of(member):
    with member.acts() as actor:
        return Case.objects.visible_to(actor).count()


def exported(tmp_path, people, **options):
    out = tmp_path / "out.csv"
    exporting.export_file(out, acting=people.amina.actor, now=NOW, **options)
    return out


def test_an_imported_file_is_exported_as_it_came_and_again(tmp_path, people):
    done = import_rows(tmp_path, people, [VEGA, RIGEL])
    assert (done.written, done.rows, done.persons, done.mistakes) == (True, 2, 2, ())
    out = exported(tmp_path, people, with_addresses=True)
    assert sorted((r.cells for r in rows(out)), key=len) == sorted([VEGA, RIGEL], key=len)
    with people.bruno.acts():
        assert importing.import_file(out, acting=people.bruno.actor, now=NOW).written
        again = tmp_path / "again.csv"
        exporting.export_file(again, acting=people.bruno.actor, now=NOW, with_addresses=True)
    assert sorted(again.read_text().splitlines()) == sorted(out.read_text().splitlines())


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(row().map(lambda r: {**r, "cas_CaseOwner": r.get("cas_CaseOwner", "x")}), min_size=1, max_size=4, unique_by=str))
def test_whatever_rows_come_in_go_out(tmp_path_factory, people, told):
    folder = tmp_path_factory.mktemp("rows")
    with transaction.atomic():
        outcome = import_rows(folder, people, told, keep_good=True)
        # An impossible pair (an exit before …) is refused with a reason; everything else goes out as it came.
        kept = [r for number, r in enumerate(told, start=2) if number not in outcome.refused]
        out = exported(folder, people, with_addresses=True)
        assert sorted(str(sorted(r.cells.items())) for r in rows(out)) == sorted(str(sorted(r.items())) for r in kept)
        transaction.set_rollback(True)


def test_addresses_stay_in_the_house_unless_asked_for(tmp_path, people):
    import_rows(tmp_path, people, [VEGA])
    out = exported(tmp_path, people)
    text = out.read_text()
    assert "Ville-des-Brumes" not in text
    assert "69003" not in text
    assert "prs_MailingStreet" not in text
    assert "prs_MailingCountry" in text
    assert "find her" in out.with_name("out.gaps.txt").read_text()


def test_no_cell_of_an_export_begins_as_a_formula(tmp_path, people):
    import_rows(tmp_path, people, [{**VEGA, "cco_CaseComment": "@SUM(A1)", "prs_Title": "+x", "per_RoleDetails": "-x", "org_Name": "\t=x"}])
    with exported(tmp_path, people, with_addresses=True).open(newline="") as lines:
        cells = [cell for line in csv.reader(lines) for cell in line]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))]


def test_one_wrong_row_keeps_the_whole_file_out_and_the_report_says_all(tmp_path, people):
    told = [VEGA, {**RIGEL, "prs_Birthdate": "31/12/1999", "prs_Gender": "Girl"}, {**RIGEL, "cas_IncomingReferralDate": "2031-01-01"}]
    done = import_rows(tmp_path, people, told)
    assert not done.written
    assert [(m.row, m.column, m.came) for m in done.mistakes] == [
        (3, "prs_Birthdate", "31/12/1999"),
        (3, "prs_Gender", "Girl"),
        (4, "cas_IncomingReferralDate", "2031-01-01"),
    ]
    assert cases_of(people.amina) == 0
    report = tmp_path / "report.csv"
    importing.write_report(report, done.mistakes)
    lines = list(csv.reader(report.read_text(encoding="utf-8-sig").splitlines()))
    assert lines[0] == list(importing.REPORT_COLUMNS)
    assert all(len(line) == 5 and line[3] and line[4] for line in lines[1:])


def test_a_wrong_row_after_many_that_were_handed_over_keeps_the_whole_file_out(tmp_path, people, monkeypatch):
    monkeypatch.setattr(bulk, "CASES_AT_ONCE", 2)
    told = [{**VEGA, "prs_FirstName": f"Véga {n}"} for n in range(5)] + [{**RIGEL, "cas_IncomingReferralDate": "2031-01-01"}]
    done = import_rows(tmp_path, people, told)
    assert (done.written, [(m.row, m.column) for m in done.mistakes]) == (False, [(7, "cas_IncomingReferralDate")])
    assert cases_of(people.amina) == 0
    kept = import_rows(tmp_path, people, told, keep_good=True)
    assert (kept.written, kept.persons, kept.refused) == (True, 5, {7: told[-1]})
    assert cases_of(people.amina) == 5


def test_good_rows_are_kept_only_when_asked_for_and_the_others_are_handed_back(tmp_path, people):
    done = import_rows(tmp_path, people, [VEGA, {**RIGEL, "prs_Gender": "Girl"}], keep_good=True)
    assert (done.written, done.persons, sorted(done.refused)) == (True, 1, [3])
    importing.write_refused(tmp_path / "rest.csv", done.refused)
    assert [r.cells for r in rows(tmp_path / "rest.csv")] == [{**RIGEL, "prs_Gender": "Girl"}]


def test_a_dry_run_changes_nothing(tmp_path, people):
    with people.amina.acts():
        before = Entry.objects.count()
    done = import_rows(tmp_path, people, [VEGA], dry_run=True)
    assert (done.written, done.persons) == (False, 1)
    assert cases_of(people.amina) == 0
    with people.amina.acts():
        assert Entry.objects.count() == before


def test_the_same_file_twice_is_imported_once(tmp_path, people):
    import_rows(tmp_path, people, [VEGA])
    assert import_rows(tmp_path, people, [VEGA]).repeated
    assert cases_of(people.amina) == 1


def test_a_fact_the_role_has_no_power_for_is_refused_with_its_column(tmp_path, people):
    path = write_csv(tmp_path / "in.csv", [{**RIGEL, "spl_ActionPlan": "x"}])
    done = importing.import_file(path, acting=people.pascal.actor, now=NOW)
    assert not done.written
    assert [(m.row, m.column) for m in done.mistakes] == [(2, "spl_ActionPlan")]


def test_nothing_of_a_broken_file_is_written(tmp_path, people):
    path = tmp_path / "in.csv"
    path.write_text('prs_FirstName\nVéga\n"never closed\n')
    with pytest.raises(FileRefused):
        importing.import_file(path, acting=people.amina.actor, now=NOW)
    assert cases_of(people.amina) == 0


def test_nobody_else_exports_the_file(tmp_path, people):
    import_rows(tmp_path, people, [VEGA])
    out = tmp_path / "theirs.csv"
    assert exporting.export_file(out, acting=people.ines.actor, now=NOW).rows == 0
    assert "Véga" not in out.read_text()


def test_an_export_is_a_look_at_every_person(tmp_path, people):
    import_rows(tmp_path, people, [VEGA, RIGEL])
    exported(tmp_path, people)
    with people.amina.acts():
        look = Entry.objects.get(act="export_htcds")
    assert look.kind == "look"
    assert len(look.subjects) == 2


def test_names_and_comments_lie_sealed(tmp_path, people):
    import_rows(tmp_path, people, [VEGA])
    with people.amina.acts() as actor:
        stored = [str(fact.fields) for fact in Fact.objects.visible_to(actor)]
    assert stored
    assert not [text for text in stored if "Véga" in text or "dangereuses" in text]
