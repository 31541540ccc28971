"""Facts gathered in columns while journeys are told, and handed out as one frame per kind of fact.

The frames are those of an extract (docs/extract.md), so that a million invented cases are evaluated without a database.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from repere.core.dates import FAR
from repere.core.rulebook import MISSING, FactKind, Mechanism, may_record, may_state

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

CERTAIN = frozenset({"country", "outcome", "ground"})
"""Fields that a fact of its kind is never without: the decision itself."""

MORNING_US = 8 * 3_600_000_000
DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Weighted:
    """A value drawn for each fact: codes (or lists of codes) with weights."""

    values: Sequence[Any]
    weights: Sequence[float] | None = None

    def draw(self, rng: np.random.Generator, count: int) -> pl.Series:
        weights = None if self.weights is None else np.array(self.weights, float) / sum(self.weights)
        return pl.Series(list(self.values)).gather(rng.choice(len(self.values), count, p=weights))


def one(**weights: float) -> Weighted:
    """A code, by weight: ``one(police=3, none=1)``."""
    return Weighted(tuple(weights), tuple(weights.values()))


def many(**weights: float) -> Weighted:
    """Several codes, joined by two underscores: ``many(recruitment=2, recruitment__transport=1)``."""
    return Weighted([name.split("__") for name in weights], tuple(weights.values()))


YES_NO = one(yes=1, no=1)


def yes(share: float) -> Weighted:
    """Yes with this share, otherwise no."""
    return one(yes=share, no=1 - share)


@dataclass(frozen=True, slots=True)
class Told:
    """A date field: first and last day it may mean."""

    earliest: Ints
    latest: Ints


@dataclass
class Caseload:
    """Facts of ``count`` cases, as they are told. Days are day numbers; nothing after ``today`` is kept."""

    mechanism: Mechanism
    rng: np.random.Generator
    count: int
    today: int
    opener: NDArray[np.str_]
    shared: Mapping[str, Bools]
    """Role → cases that this body sees too: there it states its own acts; elsewhere they are known from a document."""
    parts: dict[str, list[pl.DataFrame]] = field(default_factory=dict)
    days: dict[str, Ints] = field(default_factory=dict)
    numbered: int = 0

    def day(self, kind: str) -> Ints:
        """Day of the latest fact of a kind per case, FAR where there is none."""
        if kind not in self.days:
            self.days[kind] = np.full(self.count, FAR, np.int64)
        return self.days[kind]

    def has(self, kind: str) -> Bools:
        """Cases with a fact of this kind."""
        return self.day(kind) < FAR

    def some(self, among: Bools, share: float | NDArray[np.float64]) -> Ints:
        """Some of these cases, drawn by share."""
        return np.flatnonzero(among & (self.rng.random(self.count) < share))

    def after(self, kind: str, cases: Ints, low: int, high: int) -> Ints:
        """A day between ``low`` and ``high`` days after the fact of a kind."""
        return self.day(kind)[cases] + self.rng.integers(low, high + 1, len(cases))

    def add(
        self,
        kind: str,
        cases: Ints,
        day: Ints,
        /,
        *,
        act_of: str = "",
        vague: float = 0.05,
        blurred: int = 25,
        late: float = 0.06,
        **fields: Any,
    ) -> Ints:
        """Tell a fact of these cases and remember its day. Returns the cases whose fact is on record by today.

        ``act_of``: the body whose act it is; where it does not see the case, the opener knows it from a document. ``vague``: share
        whose day is only roughly known; ``late``: share recorded weeks or months after.
        """
        self.day(kind)[cases] = day
        declared = self.mechanism.facts[kind]
        role = self._role(cases, act_of)
        recorded: Ints = day + self._delay(len(cases), late)
        basis = self._basis(declared, role)
        here = (day <= self.today) & (recorded <= self.today) & (basis != "")
        rows = int(here.sum())
        told: Ints = cases[here]
        if rows == 0:
            return told
        earliest, latest = self._blurred(day[here], vague, blurred)
        columns: dict[str, Any] = {
            "case": told.astype(np.uint32),
            "fact": np.arange(self.numbered, self.numbered + rows, dtype=np.uint64),
            "earliest": earliest.astype(np.int32),
            "latest": latest.astype(np.int32),
            "recorded": recorded[here] * DAY_US + MORNING_US + (self.numbered + np.arange(rows)) % 36_000 * 1_000_000,
            "role": role[here],
            "basis": basis[here],
            "corrects": pl.Series([None], dtype=pl.UInt64).extend_constant(None, rows - 1),
        }
        for name, value in fields.items():
            columns |= self._column(declared, name, value, here, rows)
        self.numbered += rows
        self.parts.setdefault(kind, []).append(pl.DataFrame(columns))
        return told

    def _role(self, cases: Ints, body: str) -> NDArray[np.str_]:
        if not body:
            return self.opener[cases]
        return np.where(self.shared[body][cases], body, self.opener[cases])

    def _basis(self, kind: FactKind, role: NDArray[np.str_]) -> NDArray[np.str_]:
        basis = np.full(len(role), "", dtype="<U12")
        for name in np.unique(role):
            if may_state(self.mechanism, kind, str(name)):
                basis[role == name] = "own_act"
            elif may_record(self.mechanism, kind, str(name)):
                basis[role == name] = "document"
        return basis

    def _delay(self, count: int, late: float) -> Ints:
        roll = self.rng.random(count)
        soon = self.rng.integers(0, 3, count)
        weeks = self.rng.integers(3, 31, count)
        months = self.rng.integers(31, 200, count)
        delays: Ints = np.select([roll < late, roll < late + 0.14], [months, weeks], soon).astype(np.int64)
        return delays

    def _blurred(self, day: Ints, vague: float, blurred: int) -> tuple[Ints, Ints]:
        unsure = self.rng.random(len(day)) < vague
        before = self.rng.integers(1, blurred + 1, len(day))
        after = self.rng.integers(0, blurred + 1, len(day))
        return np.where(unsure, day - before, day), np.where(unsure, np.minimum(day + after, self.today), day)

    def _column(self, kind: FactKind, name: str, value: Any, here: Bools, rows: int) -> dict[str, Any]:
        if kind.fields[name].type == "date":
            return {
                f"{name}_earliest": pl.Series(value.earliest[here].astype(np.int32)),
                f"{name}_latest": pl.Series(value.latest[here].astype(np.int32)),
            }
        if isinstance(value, Weighted):
            series = value.draw(self.rng, rows)
        elif isinstance(value, str | list):
            series = pl.Series([value]).new_from_index(0, rows)
        else:
            series = pl.Series(value).filter(pl.Series(here))
        if name in CERTAIN:
            return {name: series}
        holes = self._with_holes(series, rows)
        if kind.fields[name].required:  # asked of whoever writes it down, so answered: with a value, or that it is not known
            holes = holes.fill_null(MISSING[1]) if series.dtype == pl.String else series
        return {name: holes}

    def _with_holes(self, series: pl.Series, rows: int) -> pl.Series:
        """Some answers were never asked for, some are not known, a few are not wished to be said."""
        roll = self.rng.random(rows)
        frame = pl.DataFrame({"value": series, "roll": roll})
        told = pl.col("value")
        if series.dtype == pl.String:
            told = (
                pl.when(pl.col("roll") < 0.08)
                .then(pl.lit(MISSING[1]))
                .when(pl.col("roll") < 0.085)
                .then(pl.lit(MISSING[2]))
                .otherwise(told)
            )
        return frame.select(pl.when(pl.col("roll") >= 0.05).then(told).alias("value"))["value"]

    def correct(self, kind: str, share: float) -> None:
        """Some facts were wrong: the same told again later, with another day, and pointing to the one it corrects."""
        for part in list(self.parts.get(kind, ())):
            chosen = part.filter(pl.Series(self.rng.random(len(part)) < share))
            again = chosen.with_columns(
                pl.col("fact").alias("corrects"),
                pl.Series("fact", np.arange(self.numbered, self.numbered + len(chosen), dtype=np.uint64)),
                (pl.col("earliest") - 3).alias("earliest"),
                (pl.col("latest") - 3).alias("latest"),
                (pl.col("recorded") + 9 * DAY_US).alias("recorded"),
            ).filter(pl.col("recorded") < (self.today + 1) * DAY_US)
            self.numbered += len(chosen)
            self.parts[kind].append(again)

    def frames(self) -> dict[str, pl.DataFrame]:
        """One frame per kind, sorted by case and day, in the form of an extract (and ``basis``, which an extract has not)."""
        found = {}
        for kind in sorted(self.parts):
            frame = pl.concat(self.parts[kind], how="diagonal_relaxed")
            days = [name for name in frame.columns if name.endswith(("earliest", "latest"))]
            found[kind] = frame.with_columns(
                *(pl.when(pl.col(name) < FAR).then(pl.col(name)).cast(pl.Int32).cast(pl.Date).alias(name) for name in days),
                pl.col("recorded").cast(pl.Datetime("us")),
                pl.col("role").cast(pl.Categorical),
                pl.col("basis").cast(pl.Categorical),
            ).sort("case", "latest", "recorded", maintain_order=True)
        return found


def content_hash(cases: pl.DataFrame, frames: Mapping[str, pl.DataFrame]) -> str:
    """A hash of everything said: the same seed gives the same."""
    told = hashlib.sha256()
    for name, frame in (("", cases), *frames.items()):
        plain = frame.with_columns(pl.col(column).list.join(";") for column, dtype in frame.schema.items() if isinstance(dtype, pl.List))
        told.update(name.encode())
        told.update(plain.write_csv().encode())
    return told.hexdigest()


def write_extract(folder: Path, cases: pl.DataFrame, frames: Mapping[str, pl.DataFrame]) -> None:
    """Write the folder of an extract: ``cases.parquet`` and ``facts/<kind>.parquet``."""
    (folder / "facts").mkdir(parents=True, exist_ok=True)
    cases.write_parquet(folder / "cases.parquet")
    for kind, frame in frames.items():
        frame.drop("basis", strict=False).write_parquet(folder / "facts" / f"{kind}.parquet")


def fields_of(kind: FactKind, row: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of one row of a frame, as a fact holds them."""
    fields: dict[str, Any] = {}
    for name, declared in kind.fields.items():
        if declared.type == "date":
            first, last = row.get(f"{name}_earliest"), row.get(f"{name}_latest")
            if first is not None and last is not None:
                fields[name] = {"earliest": first, "latest": last}
        elif row.get(name) is not None:
            fields[name] = row[name]
    return fields
