"""What our own rules forbid stands nowhere; and each rule sees what it forbids."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lint_rules import RULES, findings, unsafe_in_template

PROJECT = Path(__file__).resolve().parent.parent
SOURCES = sorted((PROJECT / "repere").rglob("*.py"))
TEMPLATES = sorted((PROJECT / "repere").rglob("templates/**/*.html"))

# Where a rule does not hold, with the reason.
ALLOWED = {
    # The declaration itself, which narrows grants inside a condition; and a job that compares blind tokens under a policy of its own.
    "unscoped_manager": ("repere/cases/access", "repere/cases/readers.py"),
}
SAMPLES = {
    "raw_sql_in_a_page": (
        "repere/cases/views/bad.py", "def view(request):\n    Case.objects.raw('SELECT 1')\n    connection.cursor()\n", 2,
    ),
    "text_marked_safe": ("repere/web/bad.py", "from django.utils.safestring import mark_safe\nx = mark_safe(request.GET['q'])\n", 1),
    "unscoped_manager": (
        "repere/cases/queries/bad.py", "a = Case.objects.filter(code=code)\nb = Case.objects.visible_to(actor).filter(code=code)\n", 1,
    ),
    "bare_setting": (
        "repere/ledger/bad.py",
        "A = \"current_setting('repere.user', true)::uuid\"\nB = \"NULLIF(current_setting('repere.user', true), '')::uuid\"\n", 1,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(RULES))
def test_the_rule_sees_its_sample(name: str) -> None:
    """A rule that finds nothing anywhere proves nothing."""
    path, text, count = SAMPLES[name]
    assert len(findings(RULES[name], text, Path(path))) == count


@pytest.mark.parametrize("name", sorted(RULES))
def test_nothing_of_ours_breaks_the_rule(name: str) -> None:
    found = [
        f"{where}:{line} {said}"
        for path in SOURCES
        if not (where := str(path.relative_to(PROJECT))).startswith(ALLOWED.get(name, ("-",)))
        for line, said in findings(RULES[name], path.read_text(encoding="utf-8"), path.relative_to(PROJECT))
    ]
    assert found == []


def test_no_template_believes_its_text() -> None:
    assert unsafe_in_template("{{ name|safe }}{% autoescape off %}") == ["|safe", "{% autoescape off"]
    assert [(path.name, found) for path in TEMPLATES if (found := unsafe_in_template(path.read_text(encoding="utf-8")))] == []
