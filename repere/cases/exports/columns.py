"""The columns of an extract: header, value and sensitivity (the data group a reader and a receiver must hold) on one line each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from repere.cases.models import IDENTITY, Case, Fact
from repere.core.dates import PartialDate


@dataclass(frozen=True)
class Source:
    """What a row is made of: the file, its living facts that the reader sees (oldest first), and her identity."""

    case: Case
    facts: tuple[Fact, ...] = ()
    identity: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Column:
    header: Any
    group: str | None
    value: Callable[[Source], str]


def _told(kind: str, name: str) -> Callable[[Source], str]:
    """The latest clear answer of one field, as its code."""

    def value(source: Source) -> str:
        found = [fact.fields[name] for fact in source.facts if fact.kind == kind and name in fact.fields]
        return _text(found[-1]) if found else ""

    return value


def _day(kind: str) -> Callable[[Source], str]:
    """The day of the latest fact of this kind, as precisely as it is known."""

    def value(source: Source) -> str:
        found = [fact for fact in source.facts if fact.kind == kind]
        return PartialDate(found[-1].earliest, found[-1].latest).text("en") if found else ""

    return value


def _name(part: str) -> Callable[[Source], str]:
    return lambda source: _text(source.identity.get(part, ""))


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_text(one) for one in value)
    if isinstance(value, Mapping):
        return "/".join(_text(value[part]) for part in sorted(value))
    return str(value)


COLUMNS: Mapping[str, Column] = {
    "code": Column(_("Code"), None, lambda source: source.case.code),
    "opened_on": Column(_("Opened on"), None, lambda source: source.case.opened_on.isoformat()),
    "territory": Column(_("Territory"), None, lambda source: source.case.territory),
    "given_names": Column(_("Given names"), IDENTITY, _name("given_names")),
    "family_names": Column(_("Family names"), IDENTITY, _name("family_names")),
    "birth": Column(_("Born"), IDENTITY, _name("birth")),
    "gender": Column(_("Gender"), "profile", _told("person_described", "gender")),
    "nationality_group": Column(_("Nationality, by group"), "profile", _told("person_described", "nationality_group")),
    "presumed": Column(_("Presumed a victim since"), "identification", _day("presumption_stated")),
    "recognised": Column(_("Recognition decision"), "identification", _told("recognition_decided", "outcome")),
}
ALWAYS = ("code",)


def groups_of(names: tuple[str, ...] | list[str]) -> frozenset[str]:
    """The data groups that these columns open."""
    return frozenset(group for name in names if (group := COLUMNS[name].group))


def row_of(source: Source, names: tuple[str, ...] | list[str]) -> list[str]:
    return [COLUMNS[name].value(source) for name in names]
