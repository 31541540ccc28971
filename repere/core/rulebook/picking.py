"""Choosing facts: which ones a selector means, and which of them counts on a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from repere.core.dates import FAR
from repere.core.rulebook.columns import MARKERS, FactTables, KindTable, day_keys
from repere.core.rulebook.expressions import Selector, Test
from repere.core.rulebook.graph import CANNOT_TELL, NO, YES, Day, Graph, Rows, Trits
from repere.core.rulebook.order import NEVER, Edges, edges, ended, pairs, runs


@dataclass(frozen=True, slots=True)
class Picked:
    """Facts a selector may mean, sorted by (case, latest, recorded); ``match`` 1 or 2."""

    case: Day
    fact: Rows
    earliest: Day
    latest: Day
    recorded: Rows
    match: Trits
    kind: NDArray[np.int16]
    place: Rows

    @property
    def exact(self) -> bool:
        """True when every day is exact."""
        return bool((self.earliest == self.latest).all())


class Rivals(NamedTuple):
    """Facts that may be the one that counts, where that is not plain: (row, fact) pairs sorted by row.

    ``rows`` each row once and ``opens`` where its pairs begin; ``sure``: the fact matches and has happened for certain.
    """

    rows: Rows
    opens: Rows
    place: Rows
    sure: NDArray[np.bool_]

    def any_sure(self) -> NDArray[np.bool_]:
        """Per row, whether some such fact has happened for certain."""
        return np.logical_or.reduceat(self.sure, self.opens)


class Picking:
    """Facts of some cases, looked at from rows (case, day) sorted by case."""

    def __init__(
        self, graph: Graph, tables: FactTables, row_case: NDArray[np.integer], row_day: NDArray[np.integer], *, detailed: bool = True
    ) -> None:
        """``detailed`` False leaves out reasons and which facts say it: a country is asked for answers only."""
        self.graph, self.tables, self.detailed = graph, tables, detailed
        self.case, self.day = row_case.astype(np.int64), row_day.astype(np.int32, copy=False)
        self.keys = day_keys(self.case, self.day)
        self.size = len(self.day)
        self._absences: dict[tuple[str, ...], int] = {}
        self._picked: dict[Selector, Picked | None] = {}
        self._placed: dict[tuple[int, str], Rows] = {}
        self._rivalries: dict[tuple[int, str], Rivals | None] = {}
        self._ends = np.cumsum(np.bincount(self.case, minlength=tables.cases))
        self._far = np.full(self.size, FAR, np.int32)
        self._nobody = np.full(self.size, -1, np.int64)
        self._matches: dict[tuple[str, tuple[Test, ...], tuple[str, ...]], Trits | None] = {}
        self._constants = {trit: np.full(self.size, trit, np.int8) for trit in (NO, CANNOT_TELL, YES)}

    @property
    def never(self) -> Trits:
        """No at every row."""
        return self._constants[NO]

    def absent(self, kinds: tuple[str, ...]) -> int:
        """What it means that no such fact is in view: no, if every kind says so and its whole data group is held."""
        if (known := self._absences.get(kinds)) is not None:
            return known
        facts, held = self.graph.mechanism.facts, self.tables.groups
        said = all(facts[kind].absent == "no" and (held is None or facts[kind].group in held) for kind in kinds)
        self._absences[kinds] = NO if said else CANNOT_TELL
        return self._absences[kinds]

    def _hidden(self, kinds: tuple[str, ...]) -> bool:
        """True when facts of one of the kinds may stand outside the view: which fact is the latest cannot then be seen."""
        held = self.tables.groups
        return held is not None and any(self.graph.mechanism.facts[kind].group not in held for kind in kinds)

    def _absent_now(self, selector: Selector) -> Trits:
        """What no fact of a selector means per row: a question whose absence says nothing is no once it was answered otherwise."""
        value, facts = self._constants[self.absent(selector.kinds)], self.graph.mechanism.facts
        if value is self._constants[NO] or not (selector.where or selector.by):
            return value
        if self._hidden(selector.kinds):
            return value
        for kind in selector.kinds:
            if facts[kind].absent != "no":
                told = self._pick(Selector((kind,)))
                if told is None:
                    return self._constants[CANNOT_TELL]
                silent = (self.day < self._first_day(told.case, told.latest)).view(np.int8)
                value = silent if value is self._constants[CANNOT_TELL] else np.maximum(value, silent)
        return value

    def _first_day(self, case: Day, day: Day) -> Day:
        """Per row, the least day among the facts of its case (FAR: none)."""
        first = np.full(self.tables.cases, FAR, np.int32)
        if len(case):
            starts = np.flatnonzero(np.concatenate(([True], case[1:] != case[:-1])))
            first[case[starts]] = np.minimum.reduceat(day, starts)
        return first[self.case]

    def _pick(self, selector: Selector) -> Picked | None:
        """Facts that the selector means or may mean, in order; None when there is none."""
        key = selector.choosing("latest")
        try:
            return self._picked[key]
        except KeyError:
            parts = [part for index, kind in enumerate(key.kinds) if (part := self._pick_kind(key, index, kind)) is not None]
            return self._picked.setdefault(key, together(parts))

    def share_picks(self, other: Picking) -> None:
        """Take over what another run over the same facts has picked."""
        self._picked, self._matches = other._picked, other._matches

    def _pick_kind(self, selector: Selector, index: int, kind: str) -> Picked | None:
        table = self.tables.kinds.get(kind)
        if table is None:
            return None
        declared = self.graph.mechanism.facts[kind]
        tests = tuple(test for test in selector.where if test.field in declared.fields)
        match = self._match(kind, tests, selector.by)
        if match is None:
            return None
        place = np.flatnonzero(match)
        if not len(place):
            return None
        return Picked(
            table.case[place], table.fact[place], table.earliest[place], table.latest[place], table.recorded[place], match[place],
            np.full(len(place), index, np.int16), place,
        )  # fmt: skip

    def _match(self, kind: str, tests: tuple[Test, ...], by: tuple[str, ...]) -> Trits | None:
        """Per fact of a kind: does it pass every test and come from one of ``by``."""
        key = (kind, tests, by)
        if key not in self._matches:
            table = self.tables.kinds.get(kind)
            self._matches[key] = None if table is None else self._tested(kind, table, tests, by)
        return self._matches[key]

    def _tested(self, kind: str, table: KindTable, tests: tuple[Test, ...], by: tuple[str, ...]) -> Trits:
        match = np.full(len(table.case), YES, np.int8)
        for test in tests:
            match = np.minimum(match, self._test(kind, table.fields[test.field], test))
        if by:
            families = self.graph.mechanism.families
            roles = [self.graph.encoding.roles[role] for power in by for role in families[power]]
            match = np.where(_among(table.role, roles), match, np.int8(NO))
        return match.astype(np.int8, copy=False)

    def _test(self, kind: str, values: Rows, test: Test) -> Trits:
        declared = self.graph.mechanism.facts[kind].fields[test.field]
        if declared.type == "int":
            passed = (values >= (test.low or 0)) & (values <= (test.high if test.high is not None else 2**31))
        else:
            codes = self.graph.encoding.codes[kind, test.field]
            wanted = [codes[code] for code in test.codes]
            if test.low is not None:  # a bit per code
                passed = np.add.reduce([(values >> code) & 1 for code in wanted]) >= test.low
            else:
                passed = (values & sum(1 << c for c in wanted)) != 0 if declared.type == "codes" else _among(values, wanted)
                passed = passed == test.wanted
        without = np.where((values == MARKERS["not_applicable"]) | test.said, NO, CANNOT_TELL)
        return np.where(values < 0, without, np.where(passed, YES, NO)).astype(np.int8, copy=False)

    def _as_of(self, picked: Picked) -> Rows:
        """Per row, place of the most recent picked fact that has certainly happened; their number where there is none.

        Facts are fewer than rows: each fact is looked up among the rows, then repeated over the rows it speaks for.
        """
        key = (id(picked), "latest")
        if key not in self._placed:
            many = len(picked.case)
            first_row = ended(np.searchsorted(self.keys, day_keys(picked.case, picked.latest), "left"), self.size)
            until = np.minimum(first_row[1:], np.maximum(self._ends[picked.case], first_row[:-1]))
            lengths = np.empty(2 * many + 1, np.int64)
            lengths[0], lengths[1::2], lengths[2::2] = first_row[0], until - first_row[:-1], first_row[1:] - until
            places = np.full(2 * many + 1, many, np.int64)
            places[1::2] = np.arange(many)
            self._placed[key] = np.repeat(places, lengths)
        return self._placed[key]

    def _count_until(self, sorted_keys: Rows) -> Rows:
        """Per row, how many of the sorted keys come up to it."""
        first_row = np.searchsorted(self.keys, sorted_keys, "left")
        lengths = np.diff(first_row, prepend=0, append=self.size)
        return np.repeat(np.arange(len(sorted_keys) + 1), lengths)

    def _start(self, picked: Picked) -> Rows:
        """Per row, place of the first picked fact of its case, or of the next case."""
        return np.searchsorted(picked.case, np.arange(self.tables.cases))[self.case]

    def _first(self, picked: Picked) -> Rows:
        """Per row, place of the first picked fact if it has certainly happened; their number where it has not."""
        key = (id(picked), "first")
        if key not in self._placed:
            many, start = len(picked.case), self._start(picked)
            case, latest = ended(picked.case, -1), ended(picked.latest, FAR)
            self._placed[key] = np.where((case[start] == self.case) & (latest[start] <= self.day), start, many)
        return self._placed[key]

    def _rivals(self, picked: Picked, select: str) -> Rivals | None:
        """Rows of the cases in which ranges, uncertain matches or twins leave open which fact is the first or the latest.

        What stays is every fact that no certain one precedes (or follows) for certain. None: plain everywhere.
        """
        key = (id(picked), select)
        if key not in self._rivalries:
            order = edges(picked.case, picked.earliest, picked.latest, picked.recorded)
            vague = order.vague | (picked.match != YES)
            self._rivalries[key] = self._contend(picked, select, vague, order) if vague.any() else None
        return self._rivalries[key]

    def _contend(self, picked: Picked, select: str, vague: NDArray[np.bool_], order: Edges) -> Rivals | None:
        row, place = self._pairs(picked, vague)
        if not len(row):
            return None
        sure = (picked.match[place] == YES) & (picked.latest[place] <= self.day[row])
        begin, end = order.begin[place], order.end[place]
        opens, lengths = runs(row)
        if select == "latest":
            kept = end >= np.repeat(np.maximum.reduceat(np.where(sure, begin, -NEVER), opens), lengths)
        else:
            kept = begin <= np.repeat(np.minimum.reduceat(np.where(sure, end, NEVER), opens), lengths)
        row, place, sure = row[kept], place[kept], sure[kept]
        opens, _ = runs(row)
        return Rivals(row[opens], opens, place, sure)

    def _pairs(self, picked: Picked, vague: NDArray[np.bool_]) -> tuple[Rows, Rows]:
        """(row, place) of every picked fact that has begun, for the rows of cases that have a vague one."""
        among = np.zeros(self.tables.cases, np.bool_)
        among[picked.case[vague]] = True
        rows = np.flatnonzero(among[self.case])
        first, after = (np.searchsorted(picked.case, self.case[rows], side) for side in ("left", "right"))
        row, place = pairs(after - first, first)
        row = rows[row]
        begun = picked.earliest[place] <= self.day[row]
        return row[begun], place[begun]


def _among(values: NDArray[np.integer], wanted: list[int]) -> NDArray[np.bool_]:
    """Which values are wanted; a few are compared one by one, which is quicker than sorting them."""
    if len(wanted) > 8:
        return np.isin(values, wanted)
    found = np.zeros(len(values), np.bool_)
    for one in wanted:
        found |= values == one
    return found


def together(parts: list[Picked]) -> Picked | None:
    """Picks of several kinds in one order; None when there are none."""
    if not parts:
        return None
    if len(parts) == 1:
        return parts[0]
    columns = [np.concatenate(column) for column in zip(*(_columns(part) for part in parts), strict=True)]
    order = np.lexsort((columns[4], columns[3], columns[0]))
    return Picked(*(column[order] for column in columns))


def _columns(part: Picked) -> tuple[NDArray[np.generic], ...]:
    return (part.case, part.fact, part.earliest, part.latest, part.recorded, part.match, part.kind, part.place)
