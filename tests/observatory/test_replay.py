"""Two mechanisms on one caseload: what is said about invented people, and what is hidden about real ones."""

import csv
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from repere.core.rulebook import load
from repere.core.rulebook.country import Path as Moves
from repere.demo.journeys import invent
from repere.observatory import extract, report
from repere.observatory.extract import Extract, ExtractRefused
from repere.observatory.protect import HIDDEN, protected
from repere.observatory.replay import days_held, replay

TODAY = date(2026, 11, 21)
PERSONS = 400


@pytest.fixture(scope="module")
def mechanisms():
    return tuple(load(Path(settings.REPERE_MECHANISM_FOLDER), name) for name in ("fr", "fr+fr-collectif"))


@pytest.fixture(scope="module")
def caseload(mechanisms):
    return Extract(PERSONS, invent(mechanisms[1], PERSONS, seed=2, today=TODAY).facts, TODAY, invented=True)


@pytest.fixture(scope="module")
def told(mechanisms, caseload):
    return replay(*mechanisms, caseload, with_path=True)


def test_a_mechanism_against_itself_changes_nothing(mechanisms, caseload):
    same = replay(mechanisms[0], mechanisms[0], caseload, with_path=True)
    assert not [change for change in same.rules if change.changed]
    assert same.delays == []
    assert same.gaining == 0


def test_the_reform_opens_rights_and_takes_none_away(told):
    assert told.gaining > 0
    assert all(change.lost == 0 for change in told.rules if change.rule.kind == "entitlement")


def test_every_person_stands_in_one_group_of_each_dimension(told):
    for groups in told.groups.values():
        assert sum(group.persons for group in groups.values()) == PERSONS
        assert sum(group.gain for group in groups.values()) == told.gaining


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_output_says_that_the_persons_are_invented(told, tmp_path, language):
    with translation.override(language):
        written = report.write(told, tmp_path)
        about = report.subject(told)
        opening = report.text(told, [])
    assert str(PERSONS) in about
    # Labels of rules may name a country; our own sentences do not.
    assert "France" not in opening
    for path in written:
        content = path.read_text(encoding="utf-8")
        if path.suffix == ".csv":
            lines = list(csv.reader(content.splitlines()))
            assert all(line[0] == about for line in lines[1:]), path.name
        else:
            assert str(PERSONS) in content, path.name


def test_the_page_needs_nothing_else_and_its_chart_has_its_table(told, tmp_path):
    report.write(told, tmp_path)
    page = (tmp_path / "report.html").read_text()
    assert "<svg" in page
    assert "http" not in page.replace("http://www.w3.org", "").replace("https://matplotlib.org", "").replace("http://purl.org", "").replace(
        "http://creativecommons.org", ""
    )
    assert page.count("<caption>") >= 6
    assert "<script" not in page


def test_small_numbers_of_real_persons_are_hidden(told, tmp_path):
    real = report.Replay(**{**told.__dict__, "invented": False})
    for table in report.tables(real):
        for row in table.rows:
            assert not [cell for cell in row[1:] if cell.isdigit() and 0 < int(cell) < 5], (table.name, row)


@given(st.lists(st.lists(st.integers(0, 40), min_size=3, max_size=3), min_size=1, max_size=12))
def test_no_small_count_or_difference_is_shown_and_a_hidden_row_is_never_alone(table):
    safe = protected(table)
    for row in safe:
        shown = [int(value) for value in row if value != HIDDEN]
        assert len(shown) in (0, 3)
        assert not [v for v in shown if 0 < v < 5]
        assert not [1 for a in shown for b in shown if 0 < abs(a - b) < 5]
    hidden = (safe[:, 0] == HIDDEN).sum()
    others = [row for row, was in zip(safe, table, strict=True) if row[0] != HIDDEN and was[0] > 0]
    assert hidden != 1 or not others


def test_days_held_counts_from_opening_to_closing_both_ways():
    moves = Moves(np.array([0, 0, 0, 1], np.int32), np.array([10, 15, 20, 12], np.int32), np.array([0, 2, 0, 2], np.int8))
    assert days_held(moves, 21, 3).tolist() == [5, 10, 0]


def test_an_extract_comes_back_as_it_was_written(mechanisms, caseload, tmp_path):
    extract.write(caseload, tmp_path / "x")
    back = extract.read(tmp_path / "x")
    assert (back.cases, back.on, back.invented, back.fact_count) == (caseload.cases, caseload.on, True, caseload.fact_count)
    first, again = replay(*mechanisms, caseload), replay(*mechanisms, back)
    assert [(c.rule.id, c.before, c.after) for c in first.rules] == [(c.rule.id, c.before, c.after) for c in again.rules]
    assert first.groups == again.groups


def test_only_the_owner_reads_the_folder(caseload, tmp_path):
    extract.write(caseload, tmp_path / "x")
    assert not [file for file in (tmp_path / "x").rglob("*") if file.is_file() and file.stat().st_mode & 0o077]


def test_what_is_no_extract_is_refused_in_words(caseload, tmp_path):
    with pytest.raises(ExtractRefused):
        extract.read(tmp_path)
    extract.write(caseload, tmp_path / "x")
    (tmp_path / "x" / "facts" / "complaint_filed.parquet").write_bytes(b"noise")
    with pytest.raises(ExtractRefused) as refused:
        extract.read(tmp_path / "x")
    assert "complaint_filed" in str(refused.value)
