"""The house keeps its own rules."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
ROOMS = ("ledger", "directory", "accounts", "cases", "web")
SOURCES = sorted(
    path
    for folder in ("repere", "tests", "bench")
    for path in (PROJECT / folder).rglob("*.py")
    if "migrations" not in path.parts
)
NAMELESS = {"utils", "helpers", "common", "misc"}


def names(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def test_imports_go_only_downwards() -> None:
    """A room cannot reach into one above it; the core knows no database."""
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    run = subprocess.run(
        [sys.executable, "-c", program, "--no-cache"], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_every_line_has_a_home() -> None:
    """No drawer for odds and ends."""
    modules = [path for path in SOURCES if path.stem in NAMELESS or NAMELESS & set(path.parent.parts[-2:])]
    assert [names(path) for path in modules] == []


@pytest.mark.parametrize("path", SOURCES, ids=names)
def test_a_file_can_be_read_in_one_sitting(path: Path) -> None:
    """Past six hundred lines a file is split by subject of the field."""
    assert len(path.read_text().splitlines()) <= 600


def test_no_import_inside_a_function_reaches_another_room() -> None:
    """A circle is removed, not hidden."""
    hidden = [
        f"{names(path)}:{node.lineno} {target}"
        for path in SOURCES
        if path.is_relative_to(PROJECT / "repere")
        for node, target in imports_inside_functions(path)
        if leaves_its_room(path, target)
    ]
    assert hidden == []


def imports_inside_functions(path: Path) -> list[tuple[ast.stmt, str]]:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    found: list[tuple[ast.stmt, str]] = []
    for function in [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, functions)]:
        for node in ast.walk(function):
            if isinstance(node, ast.ImportFrom):
                found.append((node, node.module or ""))
            elif isinstance(node, ast.Import):
                found.extend((node, alias.name) for alias in node.names)
    return found


def leaves_its_room(path: Path, target: str) -> bool:
    parts = target.split(".")
    room = path.relative_to(PROJECT / "repere").parts[0]
    return len(parts) > 1 and parts[0] == "repere" and parts[1] != room


def test_no_signal_reaches_another_room() -> None:
    """What happens after an act is written in the act."""
    smuggled = [names(path) for path in SOURCES if path.parts[-1] != "test_house.py" and "@receiver(" in path.read_text()]
    assert smuggled == []


def test_no_star_imports() -> None:
    """Every name says where it comes from."""
    stars = [
        names(path)
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)
    ]
    assert stars == []


def test_pages_write_no_sql() -> None:
    """Raw SQL stands where a reason stands beside it, never in views or forms."""
    raw = [
        names(path)
        for path in SOURCES
        if path.is_relative_to(PROJECT / "repere")
        and ({"views", "forms", "views.py", "forms.py"} & set(path.parts))
        and (".raw(" in path.read_text() or "cursor(" in path.read_text())
    ]
    assert raw == []


@pytest.mark.parametrize("room", ROOMS)
def test_tests_stand_where_the_code_stands(room: str) -> None:
    """Who looks for the test of a room finds it under the room's name."""
    if not (PROJECT / "repere" / room / "apps.py").exists():
        pytest.fail(f"the room {room} is missing")
    assert (PROJECT / "tests" / room).is_dir()
