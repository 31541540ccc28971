"""Files as they come: good ones, and every kind of bad one, which changes nothing and says what to do."""

import zipfile

import openpyxl
import pytest
from django.utils import translation
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from repere.cases.exchange import reading
from repere.cases.exchange.reading import FileRefused, rows
from tests.exchange.rows import write_csv

GOOD = [{"prs_FirstName": "Véga", "vic_TypeOfExploitation": "ForcedLabour;OrganRemoval", "cco_CaseComment": "=1+1\nsecond line"}]


def read(path, **options):
    return [row.cells for row in rows(path, **options)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_with_any_usual_delimiter(tmp_path, delimiter):
    assert read(write_csv(tmp_path / "a.csv", GOOD, delimiter=delimiter)) == GOOD


def test_survey_spellings_and_technical_columns(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("start,prs_First_Name,prs_Second_Name,vic_Methods_of_Control,__version__\n2024,Véga,Mistral,DebtBondage,x\n")
    assert read(path) == [{"prs_FirstName": "Véga", "prs_SecondName": "Mistral", "vic_MethodsOfControl": "DebtBondage"}]


def test_xlsx_and_ods_read_like_csv(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["prs_FirstName", "prs_NumberOfChildren", "con_Consent"])
    book.active.append(["Véga", 2, True])
    book.save(tmp_path / "a.xlsx")
    expected = [{"prs_FirstName": "Véga", "prs_NumberOfChildren": "2", "con_Consent": "true"}]
    assert read(tmp_path / "a.xlsx") == expected

    sheet = OpenDocumentSpreadsheet()
    table = Table(name="a")
    for cells in (["prs_FirstName", "prs_NumberOfChildren", "con_Consent"], ["Véga", 2.0, True]):
        line = TableRow()
        for cell in cells:
            line.addElement(_ods_cell(cell))
        table.addElement(line)
    table.addElement(TableRow(numberrowsrepeated=1_000_000))
    sheet.spreadsheet.addElement(table)
    sheet.save(tmp_path / "a.ods")
    assert read(tmp_path / "a.ods") == expected


def _ods_cell(value):
    if value is True:
        return TableCell(valuetype="boolean", booleanvalue="true")
    if isinstance(value, float):
        return TableCell(valuetype="float", value=value)
    cell = TableCell(valuetype="string")
    cell.addElement(P(text=value))
    return cell


def test_rows_keep_the_number_a_spreadsheet_shows(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('prs_FirstName,cco_CaseComment\nVéga,"two\nlines"\n,\nRigel,x\n')
    assert [row.number for row in rows(path)] == [2, 4]


BAD = {
    "damaged_at": b'prs_FirstName\n"never closed\n',
    "no_columns": b"name,age\nx,3\n",
    "unknown_columns": b"prs_FirstName,prs_Forename\nx,y\n",
    "doubled_columns": b"prs_FirstName,prs_First_Name\nx,y\n",
    "empty": b"",
    "encoding": "prs_FirstName\nÉlan\n".encode("cp1252"),
}


@pytest.mark.parametrize("code", BAD)
def test_a_bad_csv_is_refused_whole(tmp_path, code):
    path = tmp_path / "a.csv"
    path.write_bytes(BAD[code])
    with pytest.raises(FileRefused) as refused:
        read(path)
    assert refused.value.code == code
    for language in ("fr", "en"):
        with translation.override(language):
            assert "%(" not in str(refused.value)


def test_binary_noise_in_a_csv_is_refused(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"prs_FirstName\n\x00\x01\x02\n")
    with pytest.raises(FileRefused):
        read(tmp_path / "a.csv")


@pytest.mark.parametrize("name", ["a.xlsx", "a.ods"])
@pytest.mark.parametrize("content", [b"not a zip at all", b"PK\x03\x04 cut"])
def test_a_damaged_spreadsheet_is_refused(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FileRefused) as refused:
        read(tmp_path / name)
    assert refused.value.code == "damaged"


def test_a_spreadsheet_with_entities_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as archive:
        archive.writestr("content.xml", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    with pytest.raises(FileRefused):
        read(tmp_path / "a.ods")


def test_a_200_mb_file_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "a.csv"
    with path.open("wb") as big:
        big.truncate(200 * 1024**2)
    with pytest.raises(FileRefused) as refused:
        read(path)
    assert refused.value.code == "too_large"
    assert "200" in str(refused.value)
    assert "50" in str(refused.value)


def test_a_small_archive_that_unfolds_into_a_huge_one_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MAX_UNPACKED_BYTES", 1000)
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "x" * 100_000)
    with pytest.raises(FileRefused) as refused:
        read(tmp_path / "a.xlsx")
    assert refused.value.code == "too_large"


def test_too_many_rows_are_refused(tmp_path):
    with pytest.raises(FileRefused) as refused:
        read(write_csv(tmp_path / "a.csv", GOOD * 4), max_rows=3)
    assert refused.value.code == "too_many_rows"


def test_other_kinds_of_files_are_refused(tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"x")
    with pytest.raises(FileRefused):
        read(tmp_path / "a.pdf")
    with pytest.raises(FileRefused):
        read(tmp_path / "missing.csv")
