"""Facts as columns: one table per kind, sorted by case and day. One person is a table of one case.

Shapes: every array of a :class:`KindTable` has one entry per fact; days are ``int32`` day numbers, codes ``int64`` (several
codes: a bit each), a negative value says which kind of "no value" stands there (see :data:`MARKERS`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from repere.core.dates import FAR, number
from repere.core.rulebook.model import MISSING, Fact, FactKind, FieldKind, Mechanism
from repere.core.rulebook.order import carried, edges
from repere.core.rulebook.validation import codes_of

MARKERS = {word: -1 - index for index, word in enumerate(MISSING)}
"""not_asked −1, not_known −2, prefers_not_to_say −3, not_applicable −4."""

_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)

Int = NDArray[np.int64]
Day = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class KindTable:
    """Facts of one kind, sorted by (case, latest, recorded).

    ``fields``: codes and integers as ``int64``; a date field ``f`` as two columns ``f.earliest`` and ``f.latest`` (missing: FAR).
    """

    case: Day
    fact: Int
    earliest: Day
    latest: Day
    recorded: Int
    role: NDArray[np.int16]
    fields: Mapping[str, Int]

    def between(self, first: int, last: int) -> KindTable | None:
        """Facts of the cases ``first`` ≤ case < ``last``, cases counted from ``first``; None when there are none."""
        low, high = np.searchsorted(self.case, (first, last))
        if low == high:
            return None
        cut = slice(int(low), int(high))
        return KindTable(
            self.case[cut] - np.int32(first), self.fact[cut], self.earliest[cut], self.latest[cut], self.recorded[cut], self.role[cut],
            {name: column[cut] for name, column in self.fields.items()},
        )  # fmt: skip

    @property
    def exact(self) -> bool:
        """True when every day is exact."""
        return bool((self.earliest == self.latest).all())


class Encoding:
    """Words of one mechanism as numbers."""

    def __init__(self, mechanism: Mechanism) -> None:
        self.roles = {role: index for index, role in enumerate(mechanism.roles)}
        self.codes: dict[tuple[str, str], dict[str, int]] = {}
        for kind in mechanism.facts.values():
            for field in kind.fields.values():
                if field.type in ("code", "codes", "bool") and not field.sealed:
                    self.codes[kind.id, field.name] = {code: index for index, code in enumerate(codes_of(mechanism, field))}

    def value(self, kind: str, field: FieldKind, value: Any) -> int:
        """Number of one field's value; a code no longer declared counts as not known."""
        if value is None:
            return MARKERS["not_asked"]
        if isinstance(value, str) and value in MARKERS:
            return MARKERS[value]
        if field.type == "int":
            return int(value)
        codes = self.codes[kind, field.name]
        if field.type == "codes":
            return sum(1 << codes[code] for code in set(value) if code in codes)
        return codes.get(value, MARKERS["not_known"])


@lru_cache(maxsize=16)
def encoding(mechanism_hash: str) -> Encoding:
    """Encoding of a loaded mechanism, by hash."""
    return Encoding(_loaded[mechanism_hash])


_loaded: dict[str, Mechanism] = {}


def encoding_of(mechanism: Mechanism) -> Encoding:
    """Encoding of a mechanism."""
    _loaded.setdefault(mechanism.hash, mechanism)
    return encoding(mechanism.hash)


@dataclass(frozen=True, slots=True)
class FactTables:
    """A caseload: ``cases`` many cases, their facts by kind. ``groups`` None: every data group is held."""

    cases: int
    kinds: Mapping[str, KindTable]
    groups: frozenset[str] | None = None

    @classmethod
    def of_case(
        cls, mechanism: Mechanism, facts: Sequence[Fact], *, groups: Iterable[str] | None = None, known_at: datetime | None = None
    ) -> FactTables:
        """The table of one case, as known at an instant, seen through data groups. A fact's number is its place in ``facts``."""
        return cls.of_cases(mechanism, [facts], groups=groups, known_at=known_at)

    @classmethod
    def of_cases(
        cls,
        mechanism: Mechanism,
        cases: Sequence[Sequence[Fact]],
        *,
        groups: Iterable[str] | None = None,
        known_at: datetime | None = None,
    ) -> FactTables:
        """The table of some cases; a fact's number is its place when the cases are laid end to end."""
        held = None if groups is None else frozenset(groups)
        by_kind: dict[str, list[tuple[int, int, Fact]]] = {}
        place = 0
        for case, facts in enumerate(cases):
            known = [f for f in facts if known_at is None or f.recorded_at <= known_at]
            corrected = {fact.corrects for fact in known if fact.corrects is not None}
            for fact in facts:
                kind = mechanism.facts.get(fact.kind)
                in_view = kind is not None and (held is None or kind.group in held)
                if in_view and fact.id not in corrected and (known_at is None or fact.recorded_at <= known_at):
                    by_kind.setdefault(fact.kind, []).append((case, place, fact))
                place += 1
        codes = encoding_of(mechanism)
        return cls(len(cases), {kind: _told(mechanism, codes, kind, rows) for kind, rows in by_kind.items()}, held)

    def between(self, first: int, last: int) -> FactTables:
        """The block of cases ``first`` ≤ case < ``last``."""
        cut = {kind: part for kind, table in self.kinds.items() if (part := table.between(first, last)) is not None}
        return FactTables(last - first, cut, self.groups)

    def days(self) -> tuple[Int, Int]:
        """Every (case, day) at which a fact begins to be possible or certain, sorted, without repetition."""
        if not self.kinds:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        keys = [day_keys(table.case, table.latest) for table in self.kinds.values()]
        keys += [day_keys(table.case, table.earliest) for table in self.kinds.values() if not table.exact]
        return split_keys(sorted_once(np.concatenate(keys)))


_SHIFT, _ZERO = 21, 1 << 20


def day_keys(case: NDArray[Any], day: NDArray[Any]) -> Int:
    """(case, day) as one sortable number."""
    return (case.astype(np.int64) << _SHIFT) + (day.astype(np.int64) + _ZERO)


def sorted_once(keys: Int) -> Int:
    """Keys sorted, each once (sorting then looking at neighbours is quicker here than hashing)."""
    keys = np.sort(keys)
    return keys[np.concatenate(([True], keys[1:] != keys[:-1]))] if len(keys) else keys


def split_keys(keys: Int) -> tuple[Int, Int]:
    """Cases and days of keys made by :func:`day_keys`."""
    return keys >> _SHIFT, (keys & ((1 << _SHIFT) - 1)) - _ZERO


def _told(mechanism: Mechanism, codes: Encoding, kind: str, rows: list[tuple[int, int, Fact]]) -> KindTable:
    rows.sort(key=lambda row: (row[0], row[2].latest, row[2].recorded_at))
    declared = mechanism.facts[kind]
    fields: dict[str, Int] = {}
    silent: dict[str, NDArray[np.bool_]] = {}
    for field in declared.fields.values():
        if field.sealed:
            continue
        values = [fact.fields.get(field.name) for _, _, fact in rows]
        if field.type == "date":
            silent[field.name] = np.array([value in (None, "not_asked", "not_known") for value in values], np.bool_)
            for edge in ("earliest", "latest"):
                fields[f"{field.name}.{edge}"] = np.array([number(v[edge]) if isinstance(v, Mapping) else FAR for v in values], np.int64)
        else:
            fields[field.name] = np.array([codes.value(kind, field, value) for value in values], np.int64)
    table = KindTable(
        np.array([case for case, _, _ in rows], np.int32), np.array([place for _, place, _ in rows], np.int64),
        np.array([number(f.earliest) for _, _, f in rows], np.int32), np.array([number(f.latest) for _, _, f in rows], np.int32),
        np.array([(f.recorded_at - _EPOCH) // _MICROSECOND for _, _, f in rows], np.int64),
        np.array([codes.roles.get(f.stated_by, -1) for _, _, f in rows], np.int16), fields,
    )  # fmt: skip
    return lasting(declared, table, silent) if declared.lasting else table


def lasting(kind: FactKind, table: KindTable, silent_days: Mapping[str, NDArray[np.bool_]]) -> KindTable:
    """The table with what a newer fact does not answer filled in. A day that she prefers not to say again is an answer."""
    unanswered = (MARKERS["not_asked"], MARKERS["not_known"])
    silent, unknown = {}, {}
    for name, column in table.fields.items():
        day = silent_days.get(name.partition(".")[0])
        silent[name] = (column == unanswered[0]) | (column == unanswered[1]) if day is None else day
        unknown[name] = MARKERS["not_known"] if day is None else FAR
    order = edges(table.case, table.earliest, table.latest, table.recorded)
    fields = carried(table.fields, silent, unknown, table.case, order)
    for name in silent_days:  # of two days that differ neither is told, whichever edge they share
        low, high = f"{name}.earliest", f"{name}.latest"
        gone = (fields[low] == FAR) | (fields[high] == FAR)
        fields[low], fields[high] = np.where(gone, FAR, fields[low]), np.where(gone, FAR, fields[high])
    return replace(table, fields=fields)
