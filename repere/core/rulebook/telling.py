"""Days per row: told by facts, moved by lengths, and the days on which a comparison may turn."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from repere.core.dates import FAR, add, number
from repere.core.rulebook.columns import FactTables
from repere.core.rulebook.expressions import DateExpr, DayOf, Fixed, Shift, Today
from repere.core.rulebook.graph import CANNOT_TELL, NO, YES, Day, Graph, Rows, Trits
from repere.core.rulebook.model import Parameter
from repere.core.rulebook.order import ended
from repere.core.rulebook.picking import Picked, Picking, Rivals


class DayValues(NamedTuple):
    """A day per row: a range, whether it is there (0 did not happen, 1 not known, 2 there), and which fact says it (−1 none)."""

    low: Day
    high: Day
    state: Trits
    fact: Rows


class Telling(Picking):
    """Days that expressions tell, at every row. ``_law_day`` is the day that decides, per row, which text applies."""

    def __init__(
        self, graph: Graph, tables: FactTables, row_case: NDArray[np.integer], row_day: NDArray[np.integer], *, detailed: bool = True
    ) -> None:
        super().__init__(graph, tables, row_case, row_day, detailed=detailed)
        self._law_day: Day = self.day
        self._days: dict[tuple[DayOf, str, int], DayValues] = {}
        self._early: dict[tuple[int, int], NDArray[np.bool_] | None] = {}

    def _before_law(self, day: int) -> NDArray[np.bool_] | None:
        """Rows whose day of the law is before a day; None when there are none."""
        key = (id(self._law_day), day)
        if key not in self._early:
            early = self._law_day < day
            self._early[key] = early if early.any() else None
        return self._early[key]

    def days(self, told: DateExpr) -> DayValues:
        """A day expression at every row."""
        match told:
            case Today():
                return DayValues(self.day, self.day, self._constants[YES], self._nobody)
            case Fixed(day):
                same = np.full(self.size, number(day), np.int32)
                return DayValues(same, same, self._constants[YES], self._nobody)
            case Shift(DayOf() as inner, parameter, sign) if len(self.graph.mechanism.parameters[parameter].values) == 1:
                return self._one_value(self._told(inner, parameter, sign), self.graph.mechanism.parameters[parameter])
            case Shift(inner, parameter, sign):
                low, high, state = self._shifted(self.days(inner), parameter, sign)
                return DayValues(low, high, state, self.days(inner).fact)
            case DayOf():
                return self._told(told, "", 0)

    def _told(self, told: DayOf, parameter: str, sign: int) -> DayValues:
        key = (told, parameter, sign)
        if key not in self._days:
            self._days[key] = self._day_of(told, parameter, sign)
        return self._days[key]

    def _one_value(self, told: DayValues, parameter: Parameter) -> DayValues:
        """A day already moved by the only value of a parameter: not known where that value was not yet in force."""
        early = self._before_law(number(parameter.values[0].standing.known_from))
        if early is None:
            return told
        state = np.minimum(told.state, 2 - early.view(np.int8))
        far = early.astype(np.int32) * np.int32(FAR)
        return DayValues(np.maximum(told.low, far), np.maximum(told.high, far), state, told.fact)

    def _shifted(self, told: DayValues, parameter_id: str, sign: int) -> tuple[Day, Day, Trits]:
        parameter = self.graph.mechanism.parameters[parameter_id]
        values, known = self._parameter_values(parameter)
        low, high = told.low.copy(), told.high.copy()
        for value in np.unique(values):
            here = values == value
            low[here] = add(told.low[here], int(value) * sign, parameter.unit, parameter.counting)
            high[here] = add(told.high[here], int(value) * sign, parameter.unit, parameter.counting)
        state = np.where(known, told.state, np.minimum(told.state, CANNOT_TELL)).astype(np.int8, copy=False)
        gone = state != YES
        return np.where(gone, FAR, low).astype(np.int32, copy=False), np.where(gone, FAR, high).astype(np.int32, copy=False), state

    def _parameter_values(self, parameter: Parameter) -> tuple[Rows, NDArray[np.bool_]]:
        """Value in force per row, and whether it is known on that day."""
        values, known = np.zeros(self.size, np.int64), np.zeros(self.size, np.bool_)
        for dated in parameter.values:
            from_here = self._law_day >= number(dated.standing.known_from)
            values, known = np.where(from_here, dated.value, values), known | from_here
        return values, known

    def _day_of(self, told: DayOf, parameter: str, sign: int) -> DayValues:
        picked = self._pick(told.selector)
        absent = self._absent_now(told.selector)
        if picked is None or self._hidden(told.selector.kinds):
            return DayValues(self._far, self._far, absent, self._nobody)
        place = self._as_of(picked) if told.selector.select == "latest" else self._first(picked)
        low, high = picked.earliest, picked.latest
        state = picked.match
        if told.field is not None:
            low, high, given = self._date_field(told, picked)
            state = np.where(given, state, np.int8(CANNOT_TELL)).astype(np.int8, copy=False)
        if parameter:
            moved = self.graph.mechanism.parameters[parameter]
            low, high = (add(edge, moved.values[0].value * sign, moved.unit, moved.counting) for edge in (low, high))
        far, none = np.int32(FAR), len(picked.case)
        state_now = ended(state, NO)[place]
        if absent is not self._constants[NO]:
            state_now = np.maximum(state_now, np.minimum(absent, (place == none).view(np.int8)))
        low_now = ended(np.where(state == YES, low, far), far)[place]
        high_now = low_now if high is low else ended(np.where(state == YES, high, far), far)[place]
        now = DayValues(low_now, high_now, state_now, ended(picked.fact, -1)[place] if self.detailed else self._nobody)
        rivals = self._rivals(picked, told.selector.select)
        return now if rivals is None else self._among(rivals, picked, now, told, low, high)

    def _among(self, rivals: Rivals, picked: Picked, now: DayValues, told: DayOf, low: Day, high: Day) -> DayValues:
        """A day where several facts may be the one that counts: every day that any of them allows."""
        low, high, sure, far = low[rivals.place], high[rivals.place], rivals.sure, np.int32(FAR)
        known, latest = rivals.any_sure(), told.selector.select == "latest"
        if told.field is not None:
            known &= np.maximum.reduceat(low, rivals.opens) < far
        elif latest:
            low = np.where(sure, low, -far)
        else:
            high = np.where(sure, high, far)
        edges = (np.minimum, np.maximum) if told.field else (np.maximum, np.maximum) if latest else (np.minimum, np.minimum)
        told_low, told_high = (edge.reduceat(side, rivals.opens) for edge, side in zip(edges, (low, high), strict=True))
        low_now, high_now, state_now, fact_now = now.low.copy(), now.high.copy(), now.state.copy(), now.fact.copy()
        low_now[rivals.rows], high_now[rivals.rows] = np.where(known, told_low, far), np.where(known, told_high, far)
        state_now[rivals.rows] = np.where(known, YES, CANNOT_TELL)
        if self.detailed:
            many = len(picked.case)
            rank = np.where(sure, many, 0) + (rivals.place if latest else many - 1 - rivals.place)
            best = np.maximum.reduceat(rank, rivals.opens) % many
            fact_now[rivals.rows] = picked.fact[best if latest else many - 1 - best]
        return DayValues(low_now, high_now, state_now, fact_now)

    def _date_field(self, told: DayOf, picked: Picked) -> tuple[Day, Day, NDArray[np.bool_]]:
        low, high = np.full(len(picked.case), FAR, np.int32), np.full(len(picked.case), FAR, np.int32)
        for index, kind in enumerate(told.selector.kinds):
            table, here = self.tables.kinds.get(kind), picked.kind == index
            if table is not None and here.any():
                low[here] = table.fields[f"{told.field}.earliest"][picked.place[here]]
                high[here] = table.fields[f"{told.field}.latest"][picked.place[here]]
        return low, high, low < FAR

    def boundary_days(self) -> tuple[Rows, Rows]:
        """(case, day) pairs on which a comparison with the asked day may turn, whichever fact is then the one that counts."""
        cases, days = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for node in self.graph.comparisons:
            today_first = isinstance(node.first, Today)
            turn = 0 if node.strict == today_first else 1
            for case, day in self._days_told(node.second if today_first else node.first):
                cases.append(case.astype(np.int64))
                days.append(day.astype(np.int64) + turn)
        return np.concatenate(cases), np.concatenate(days)

    def _days_told(self, told: DateExpr) -> list[tuple[Day, Day]]:
        """Every day that a day expression may mean: one pair of columns per edge and per value of its parameters."""
        if isinstance(told, Shift):
            moved = self.graph.mechanism.parameters[told.parameter]
            return [
                (case, add(day, dated.value * told.sign, moved.unit, moved.counting))
                for case, day in self._days_told(told.date)
                for dated in moved.values
            ]
        picked = self._pick(told.selector) if isinstance(told, DayOf) else None
        if picked is None or not isinstance(told, DayOf):
            return []
        if told.field is None:
            return [(picked.case, picked.earliest)] + ([] if picked.exact else [(picked.case, picked.latest)])
        low, high, given = self._date_field(told, picked)
        return [(picked.case[given], low[given]), (picked.case[given], high[given])]


def ordered(first: DayValues, second: DayValues, *, strict: bool) -> Trits:
    if strict:
        yes, no = first.high < second.low, first.low >= second.high
    else:
        yes, no = first.high <= second.low, first.low > second.high
    value = 1 + yes.view(np.int8) - no.view(np.int8)
    state = np.minimum(first.state, second.state)
    least: Trits = np.minimum(np.maximum(value, 1 - (state >> 1)), state)
    return least
