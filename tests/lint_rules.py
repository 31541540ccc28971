"""Own rules over our own code, read as a tree: what a reviewer would otherwise have to see each time."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

Finding = tuple[int, str]
Rule = Callable[[ast.Module, Path], Iterator[Finding]]

# Tables that hold persons or cases: read through `.visible_to(actor)` only.
SCOPED = frozenset(
    {"Person", "Case", "SealedRecord", "NameToken", "Grant", "Fact", "Receipt", "View", "Finding", "Task", "Reminder", "Notice", "Draft"}
)
PAGES = {"views", "forms", "templatetags"}
MARKED = {"SafeString", "SafeText"}
# A setting that was never set reads as NULL, after a transaction as an empty string: both must end as "nobody".
BARE_SETTING = re.compile(r"(?<!NULLIF\()current_setting\s*\([^)]*\)\s*::", re.IGNORECASE)
BARE_CAST = re.compile(r"CAST\s*\(\s*current_setting", re.IGNORECASE)


def is_page(path: Path) -> bool:
    return bool(PAGES & {*path.parts, path.stem}) or path.stem.endswith("views") or path.stem.startswith("views")


def raw_sql_in_a_page(tree: ast.Module, path: Path) -> Iterator[Finding]:
    """Views and forms ask through queries; SQL stands where its reason stands."""
    if not is_page(path):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"raw", "cursor", "extra", "RawSQL"}:
            yield node.lineno, f"raw SQL in a page: .{node.func.attr}()"
        if isinstance(node, ast.Name) and node.id == "RawSQL":
            yield node.lineno, "raw SQL in a page: RawSQL"


def text_marked_safe(tree: ast.Module, path: Path) -> Iterator[Finding]:
    """`format_html` escapes; `mark_safe` believes."""
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
        # As the type of what format_html returns, SafeString is no belief.
        if name == "mark_safe" or (name in MARKED and id(node) in called):
            yield node.lineno, f"{name}: use format_html"


def unscoped_manager(tree: ast.Module, path: Path) -> Iterator[Finding]:
    """`Case.objects.filter(…)` asks about everybody; `Case.objects.visible_to(actor)` says who asks. `active()` narrows grants only."""
    if "cases" not in path.parts and not is_page(path):
        return
    says_who = {"visible_to", "create", "bulk_create"}
    scoped = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr in says_who}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Attribute) and node.attr in {"objects", "_base_manager", "_default_manager"}):
            continue
        if isinstance(node.value, ast.Name) and node.value.id in SCOPED and id(node) not in scoped:
            yield node.lineno, f"{node.value.id}.{node.attr} without visible_to(actor)"


def bare_setting(tree: ast.Module, path: Path) -> Iterator[Finding]:
    """A cast of an unset setting fails, or worse, finds something."""
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        if BARE_SETTING.search(text) or BARE_CAST.search(text):
            yield node.lineno, "current_setting is cast without NULLIF(…, '')"


RULES: dict[str, Rule] = {rule.__name__: rule for rule in (raw_sql_in_a_page, text_marked_safe, unscoped_manager, bare_setting)}


def findings(rule: Rule, text: str, path: Path) -> list[Finding]:
    return list(rule(ast.parse(text), path))


def unsafe_in_template(text: str) -> list[str]:
    """The same belief, written in a template."""
    return re.findall(r"\|\s*safe\b|\{%\s*autoescape\s+off|\|\s*safeseq\b", text)
