"""The worklist at the end of a long day: what the law asks first, and no woman taken for another."""

from __future__ import annotations

from datetime import UTC, datetime

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
