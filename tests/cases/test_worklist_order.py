"""The worklist at the end of a long day: what the law asks first, and no woman taken for another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from repere.accounts.acting import acting_as
from repere.cases import queries
from repere.cases.actions import opening
from tests.cases.story import NOW, concern, record, told
from tests.people import Cast


def test_what_the_law_asks_stands_before_our_own_reminders(people: Cast) -> None:
    """Of what is late: a day of the law before a reminder of ours that is older."""
    amina = people.amina.actor
    case = concern(amina, "2026-05-20")
    record(case, amina, "presumption_stated", "2026-05-20")
    told(case, amina, "exit_path_authorised", "2026-05-21", basis="document")
    record(case, amina, "support_plan_agreed", "2026-05-21", review_on="2026-05-25")
    with acting_as(amina):
        late = queries.worklist(amina, now=datetime(2026, 12, 1, 12, tzinfo=UTC), tab="overdue").lines
    choices = [line.is_choice for line in late]
    assert {True, False} == set(choices)
    assert choices == sorted(choices)
    assert min((line for line in late if line.due), key=lambda line: line.due.latest).is_choice, "the oldest is ours, and stands behind"


def test_what_is_owed_alike_stands_as_the_rule_book_has_it(people: Cast) -> None:
    """At 22:50 a bed and a danger come before legal advice, in the file and in the list."""
    amina = people.amina.actor
    case = concern(amina)
    record(case, amina, "urgent_need", needs=["legal", "documents", "food", "protection", "shelter"])
    wanted = [f"common.meet_need_{need}" for need in ("shelter", "protection", "food", "documents", "legal")]
    with acting_as(amina):
        page = queries.case_page(amina, case.code, now=NOW)
        owed = queries.worklist(amina, now=NOW, tab="due").lines
    assert [line.rule_id for line in page.duties if "meet_need" in line.rule_id] == wanted
    assert [line.rule_id for line in owed if "meet_need" in line.rule_id] == wanted


def test_two_files_of_one_name_are_told_apart(people: Cast) -> None:
    amina = people.amina.actor
    for name in ("Bruyère 27", "Bruyère 27", "Bruyère 28"):
        record(concern(amina, pseudonym=name), amina, "presumption_stated")
    with acting_as(amina):
        shown = [*queries.worklist(amina, now=NOW, tab="new").new, *queries.worklist(amina, now=NOW, tab="due").lines]
    assert {line.pseudonym for line in shown if line.namesake} == {"Bruyère 27"}
    assert {line.pseudonym for line in shown if not line.namesake} == {"Bruyère 28"}


def test_code_names_do_not_repeat_in_a_house(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two figures make a small world: where it is full, a name has more of them."""
    amina = people.amina.actor
    monkeypatch.setattr(opening, "PSEUDONYMS", ("Saule",))
    taken = [concern(amina, pseudonym=f"Saule {number}").pseudonym for number in range(10, 16)]
    with acting_as(amina):
        names = opening.free_pseudonyms(amina, 150, but=["Saule 30"])
    assert len({*names}) == 150
    assert not {*names} & {*taken, "Saule 30"}


def test_a_bed_for_tonight_is_read_before_what_is_late(people: Cast, django_assert_max_num_queries: Any) -> None:
    """Files of months ago owe two pages of steps; the one opened tonight stands above them all, each of them stands once."""
    amina, later = people.amina.actor, datetime(2026, 12, 1, 22, 50, tzinfo=UTC)
    for _number in range(12):
        old = concern(amina, "2026-05-20")
        record(old, amina, "presumption_stated", "2026-05-20")
        record(old, amina, "support_plan_agreed", "2026-05-21", review_on="2026-05-25")
        record(old, amina, "urgent_need", "2026-05-20", needs=["legal", "documents", "food", "protection", "shelter"])
    tonight = concern(amina, "2026-12-01", now=later)
    record(tonight, amina, "urgent_need", "2026-12-01", now=later, needs=["legal", "shelter", "protection"])
    needs = ["common.meet_need_shelter", "common.meet_need_protection"]
    with acting_as(amina):
        for tab in ("", "due"):
            with django_assert_max_num_queries(6):
                page = queries.worklist(amina, now=later, tab=tab)
            first = [line for line in page.lines if line.first]
            assert first == list(page.lines[:2])
            assert [(line.code, line.rule_id) for line in first] == [(tonight.code, need) for need in needs], tab or "as it opens"
        assert not any(line.first for line in queries.worklist(amina, now=later, tab="due", page=2).lines)
        whole = [line for number in range(1, page.pages + 1) for line in queries.worklist(amina, now=later, tab="due", page=number).lines]
        with django_assert_max_num_queries(6):
            new = queries.worklist(amina, now=later, tab="new").new
    assert page.pages > 1
    assert len({line.task_id for line in whole}) == len(whole) == page.counts["due"]
    assert [(line.code, len(line.cannot_wait)) for line in new] == [(tonight.code, 2)], "what is new says how urgent it is"


def test_what_was_met_or_is_old_does_not_push_itself_forward(people: Cast) -> None:
    """A week later an urgent need stands where its day puts it; one that was met stands nowhere."""
    amina = people.amina.actor
    case, before = concern(amina), concern(amina)
    record(case, amina, "urgent_need", "2026-06-14", needs=["shelter", "protection"])
    record(case, amina, "urgent_need_met", "2026-06-15", needs=["shelter"])
    record(before, amina, "urgent_need", "2026-05-20", needs=["shelter"])  # written down today, said of last month
    with acting_as(amina):
        now, later = (queries.worklist(amina, now=NOW + timedelta(days=days), tab="due").lines for days in (1, 9))
    assert [line.rule_id for line in now if line.first] == ["common.meet_need_protection"]
    assert not any(line.first for line in later)
    assert "common.meet_need_protection" in {line.rule_id for line in later}
