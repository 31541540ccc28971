"""What every rule says of a file in which nothing is written: the same for everybody, so it is found once.

A rule answers as it does for nobody where no fact that it reads, or that the rules it refers to read, stands in the case. In a file
of eight kinds of facts that is four rules in ten.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from repere.core.dates import number
from repere.core.rulebook.columns import FactTables
from repere.core.rulebook.graph import FIRST_LAW_DAY, Graph, compiled
from repere.core.rulebook.running import Run, Settled, answer

READABLE_FROM = number(FIRST_LAW_DAY)


class Blank:
    """Every rule over one case without facts, on one day of each stretch between two changes of texts."""

    def __init__(self, graph: Graph, groups: frozenset[str] | None) -> None:
        days = np.concatenate([[READABLE_FROM], graph.law_days])
        self.run = Run(graph, FactTables(1, {}, groups), np.zeros(len(days), np.int64), days)
        self.states = np.stack([answer(self.run, rule_id) for rule_id in graph.rules])
        self._settled = {rule_id: _settled(self.run, rule_id) for rule_id in graph.rules}

    def stretches(self, days: NDArray[np.integer]) -> NDArray[np.int64]:
        """Per day, the row of this run that stands for it."""
        return np.searchsorted(self.run.graph.law_days, days, "right")

    def settle(self, run: Run, stretch: NDArray[np.int64]) -> list[bool]:
        """Give a run what its facts cannot change. Per rule of the graph, whether its answer was so settled.

        ``stretch``: per row of the run, what :meth:`stretches` says of its day.
        """
        if run.size == 0 or run.day.min() < READABLE_FROM:
            return [False] * len(self._settled)
        present = run.tables.kinds.keys()
        read = run.graph.kinds
        told = [read[rule_id].isdisjoint(present) and run.outside(rule_id) is None for rule_id in self._settled]
        run.settle({rule: said for (rule, said), here in zip(self._settled.items(), told, strict=True) if here}, stretch)
        return told


def _settled(run: Run, rule_id: str) -> Settled:
    values = run.rule(rule_id)
    return Settled(values.value, values.reason, int(values.value[0]) if (values.value == values.value[0]).all() else None)


def blank(graph: Graph, groups: Collection[str] | None) -> Blank:
    """The blank file of a mechanism seen through data groups; made once for both."""
    return _blank(graph.mechanism.hash, None if groups is None else frozenset(groups))


@lru_cache(maxsize=128)
def _blank(digest: str, groups: frozenset[str] | None) -> Blank:
    return Blank(compiled(digest), groups)
