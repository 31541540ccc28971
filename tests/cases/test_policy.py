"""The policy as data: read strictly, the same in the file, the database and the page for people."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.db import connection

from repere.cases import mechanisms
from repere.cases.access import declared_policies
from repere.cases.policy import load_policy, reach_problems, reach_rows, read_policy
from repere.cases.policy.reading import FILE
from repere.commands.policy import BEGIN, END, table
from repere.core.rulebook import RuleBookError
from repere.web import checks

PAGE = Path(__file__).resolve().parents[2] / "docs" / "privacy.md"


def rows() -> list[tuple[str, str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT role, relation, purpose, word FROM cases_reach")
        return [tuple(row) for row in cursor.fetchall()]


def test_the_table_in_the_database_is_the_policy(db: None) -> None:
    assert set(rows()) == reach_rows(load_policy())
    assert reach_problems(rows()) == []


def test_the_boot_check_refuses_a_table_that_opens_more_or_less_than_the_policy(db: None) -> None:
    wider = [*rows(), ("administrator", "team", "", "identity")]
    assert "opens what the policy does not: administrator team identity" in reach_problems(wider)[0]
    assert "does not know" in reach_problems(rows()[1:])[0]
    assert any(check.__name__ == "_reach_is_the_policy" for check in checks.CHECKS), "asked before anything is served"


def test_pages_and_jobs_cannot_change_the_policy(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('repere_web', 'cases_reach', 'INSERT, UPDATE, DELETE')")
        assert cursor.fetchone()[0] is False
        cursor.execute("SELECT has_table_privilege('repere_worker', 'cases_reach', 'INSERT, UPDATE, DELETE')")
        assert cursor.fetchone()[0] is False


def test_the_page_for_people_is_written_from_the_policy() -> None:
    """To write it anew: repere policy write docs/privacy.md"""
    text = PAGE.read_text()
    assert text[text.index(BEGIN) + len(BEGIN) : text.index(END)] == table()


WRONG = [
    ("    roles: [lawyer]", "    roles: [lawyer, lawyer_of_dreams]", "a known word in roles; came lawyer_of_dreams"),
    ("    roles: [lawyer]", "    roles: []", "the role lawyer in one family; came 0 times"),
    ("    team: [file, tasks, search, contact_safety, profile, may_open]", "    team: [file, everything]", "came everything"),
    ("    team: []\n", "    team: [file]\n", "words that an assigned colleague holds too; came file"),
    ("  kinds: [contact_renewed,", "  kinds: [contact_invented,", "came contact_invented"),
    ("    laws: [fr.report_ill_treatment, fr.minor_tell_prosecutor]", "    laws: [fr.invented]", "came fr.invented"),
    ("    state: no\n", "    state: perhaps\n", "yes or no; came perhaps"),
    ("parts:\n", "party: yes\nparts:\n", "came party"),
    ("    home: [labour_inspection]\n", "", "the key home; came nothing"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "told"), WRONG, ids=[told for _, _, told in WRONG])
def test_a_policy_that_does_not_hold_together_is_refused_with_its_line(right: str, wrong: str, told: str) -> None:
    text = FILE.read_text()
    assert right in text
    with pytest.raises(RuleBookError) as refused:
        read_policy(text.replace(right, wrong, 1), mechanisms.common())
    assert told in str(refused.value)
    assert re.match(r"policy\.yaml:\d+: ", str(refused.value))


def test_no_policy_of_row_level_security_asks_a_function_once_per_row() -> None:
    """The actor and the lists of words stand in scalar sub-selects: PostgreSQL reads them once per statement."""
    for name_of_table, opened in declared_policies().items():
        for name, rule in opened.items():
            bare = re.sub(r"\(SELECT (acting\('\w+'\)(::uuid)?|cases_blocked\(\))[^()]*\)", "", rule)
            assert "cases_blocked(" not in bare, (name_of_table, name)


def test_administrators_and_figures_hold_no_word_but_by_urgency() -> None:
    policy = load_policy()
    for role in ("administrator", "rapporteur", "person_concerned"):
        assert not policy.held(role, "team") | policy.held(role, "assigned")
        assert not any(policy.granted(role, purpose) for purpose in policy.purposes)
    assert not any(policy.granted(role, "statistics") for role in policy.roles), "statistics never open a person"
