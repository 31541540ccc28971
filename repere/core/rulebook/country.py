"""The same evaluation over many cases: one day for all, or every day on which something may change.

Cases are taken in blocks; blocks run on threads (NumPy lets go of the interpreter while it computes). Cost grows with the number
of rows (case, day), not with the number of cases squared: see docs/benchmarks.md.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from repere.core.dates import FAR, number
from repere.core.rulebook.columns import FactTables, day_keys, sorted_once, split_keys
from repere.core.rulebook.graph import YES, Graph, compile_graph
from repere.core.rulebook.model import Mechanism
from repere.core.rulebook.running import Run, answer

BLOCK_CASES = 10_000
T = TypeVar("T")
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Path:
    """How the answers of one rule move: row ``i`` says that from ``day[i]`` on, ``case[i]`` has ``value[i]``.

    Sorted by case and day; the first row of a case is its first day. A value stands until the next row of the case.
    """

    case: NDArray[np.int32]
    day: NDArray[np.int32]
    value: NDArray[np.int8]


def snapshot(
    mechanism: Mechanism, tables: FactTables, on: date, *, rules: Collection[str] | None = None, workers: int = 2
) -> dict[str, NDArray[np.int8]]:
    """Answer of every rule for every case on one day: rule id → ``int8`` per case (0 no, 1 cannot tell, 2 yes or open, 3 done)."""
    graph, asked = compile_graph(mechanism), number(on)
    answers = {rule_id: np.zeros(tables.cases, np.int8) for rule_id in (graph.rules if rules is None else rules)}

    def one(block: tuple[int, int]) -> None:
        first, last = block
        rows = np.arange(last - first)
        run = Run(graph, tables.between(first, last), rows, np.full(last - first, asked), detailed=False)
        for rule_id in answers:
            answers[rule_id][first:last] = answer(run, rule_id)

    _over(_blocks(tables.cases), one, workers)
    return answers


def due_days(mechanism: Mechanism, tables: FactTables, on: date, *, workers: int = 2) -> dict[str, NDArray[np.int32]]:
    """Latest due day of every duty with one, per case, on one day: duty id → day numbers (FAR: none)."""
    graph, asked = compile_graph(mechanism), number(on)
    duties = [rule_id for rule_id, rule in graph.rules.items() if rule.duty and (rule.duty.due_after or rule.duty.due_on)]
    days = {rule_id: np.full(tables.cases, FAR, np.int32) for rule_id in duties}

    def one(block: tuple[int, int]) -> None:
        first, last = block
        run = Run(graph, tables.between(first, last), np.arange(last - first), np.full(last - first, asked), detailed=False)
        for rule_id in duties:
            values = run.rule(rule_id)
            assert values.due is not None
            days[rule_id][first:last] = np.where(values.value == YES, values.due[1], FAR)

    _over(_blocks(tables.cases), one, workers)
    return days


@dataclass(frozen=True, slots=True)
class Total:
    """One rule over a block of cases ``first`` ≤ case < ``last``: days it held (or was open), the first of them (FAR: never)."""

    rule_id: str
    first: int
    last: int
    days: NDArray[np.int32]
    since: NDArray[np.int32]


def path_totals(
    mechanism: Mechanism,
    tables: FactTables,
    start: date,
    end: date,
    take: Callable[[Total], None],
    *,
    rules: Collection[str] | None = None,
    workers: int = 2,
    progress: Progress | None = None,
) -> None:
    """Evaluate rules (all, or those named) on every day on which one may turn, and hand over the days they held, per block of cases.

    ``take`` is called from several threads, once per rule and block; only one block per thread is in memory.
    """
    graph = compile_graph(mechanism)
    asked = graph.rules if rules is None else rules
    blocks = list(_blocks(tables.cases))
    finished = 0

    def one(block: tuple[int, int]) -> None:
        nonlocal finished
        first, last = block
        part = tables.between(first, last)
        case, day = moments(graph, part, number(start), number(end))
        opens = np.flatnonzero(np.concatenate(([True], case[1:] != case[:-1])))
        length = np.diff(day, append=number(end) + 1)
        length[opens[1:] - 1] = number(end) + 1 - day[opens[1:] - 1]
        length = length.astype(np.int32)
        run = Run(graph, part, case, day, detailed=False)
        for rule_id in asked:
            held = answer(run, rule_id) == YES
            since = np.minimum.reduceat(np.where(held, run.day, np.int32(FAR)), opens)
            take(Total(rule_id, first, last, np.add.reduceat(np.where(held, length, np.int32(0)), opens), since))
        finished += 1
        if progress is not None:
            progress(finished, len(blocks))

    _over(blocks, one, workers)


def path(
    mechanism: Mechanism, tables: FactTables, start: date, end: date, *, workers: int = 2, progress: Progress | None = None
) -> dict[str, Path]:
    """Answers of every rule over time: all days of facts and boundaries from ``start`` to ``end``, both included."""
    graph = compile_graph(mechanism)
    blocks = list(_blocks(tables.cases))
    parts: dict[str, list[Path | None]] = {rule_id: [None] * len(blocks) for rule_id in graph.rules}
    finished = 0

    def one(place_block: tuple[int, tuple[int, int]]) -> None:
        nonlocal finished
        place, (first, last) = place_block
        for rule_id, part in _path_of_block(graph, tables.between(first, last), first, number(start), number(end)):
            parts[rule_id][place] = part
        finished += 1
        if progress is not None:
            progress(finished, len(blocks))

    _over(enumerate(blocks), one, workers)
    return {rule_id: _joined([part for part in rows if part is not None]) for rule_id, rows in parts.items()}


def _blocks(cases: int) -> Iterator[tuple[int, int]]:
    for first in range(0, cases, BLOCK_CASES):
        yield first, min(first + BLOCK_CASES, cases)


def _over(items: Iterable[T], act: Callable[[T], None], workers: int) -> None:
    with ThreadPoolExecutor(workers) as pool:
        for result in [pool.submit(act, item) for item in items]:
            result.result()


def _path_of_block(graph: Graph, tables: FactTables, first_case: int, start: int, end: int) -> Iterator[tuple[str, Path]]:
    case, day = moments(graph, tables, start, end)
    run = Run(graph, tables, case, day, detailed=False)
    opens = np.concatenate(([True], case[1:] != case[:-1]))
    for rule_id in graph.rules:
        value = answer(run, rule_id)
        kept = opens.copy()
        kept[1:] |= value[1:] != value[:-1]
        yield rule_id, Path((case[kept] + first_case).astype(np.int32), day[kept].astype(np.int32), value[kept])


def moments(graph: Graph, tables: FactTables, start: int, end: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(case, day) pairs at which something may turn, ``start`` included for every case, sorted by case and day."""
    case, day = tables.days()
    nowhere = np.zeros(0, np.int64)
    turn_case, turn_day = Run(graph, tables, nowhere, nowhere).boundary_days()
    case, day = np.concatenate([case, turn_case]), np.concatenate([day, turn_day])
    within = (day >= start) & (day <= end)
    everyone = np.arange(tables.cases, dtype=np.int64)
    keys = [day_keys(case[within], day[within]), day_keys(everyone, np.full(tables.cases, start))]
    keys += [day_keys(everyone, np.full(tables.cases, law)) for law in graph.law_days if start < law <= end]
    return split_keys(sorted_once(np.concatenate(keys)))


def _joined(parts: list[Path]) -> Path:
    return Path(np.concatenate([p.case for p in parts]), np.concatenate([p.day for p in parts]), np.concatenate([p.value for p in parts]))


def shares(answers: Mapping[str, NDArray[np.int8]]) -> dict[str, dict[str, float]]:
    """Share of each answer per rule."""
    words = ("no", "cannot_tell", "yes", "done", "missed")
    return {rule: {word: float((values == trit).mean()) for trit, word in enumerate(words)} for rule, values in answers.items()}
