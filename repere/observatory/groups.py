"""By what a caseload is broken down: form, sex, age class, département; read from the latest facts that say so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from django.utils.translation import gettext, gettext_noop
from numpy.typing import NDArray

from repere.core.rulebook import MISSING, Mechanism

NOT_KNOWN = "not_known"
SEVERAL = "several"
AGES = {
    "minor": gettext_noop("Under 18"),
    "young": gettext_noop("18 to 25"),
    "older": gettext_noop("26 and over"),
}
DIMENSIONS = {
    "form": gettext_noop("Form of exploitation"),
    "sex": gettext_noop("Sex"),
    "age": gettext_noop("Age class"),
    "territory": gettext_noop("Département"),
}
_LISTS = {"form": "form", "sex": "gender", "territory": "departement"}


@dataclass(frozen=True, slots=True)
class Grouping:
    """One way of breaking down: the group of each case, as an index into ``codes``."""

    dimension: str
    codes: tuple[str, ...]
    of_case: NDArray[np.int64]

    def counts(self, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
        """How many of the chosen cases stand in each group."""
        return np.bincount(self.of_case[chosen], minlength=len(self.codes)).astype(np.int64)


def groupings(mechanism: Mechanism, cases: int, facts: Mapping[str, pl.DataFrame], on: date) -> list[Grouping]:
    """Every case in one group of each dimension; who says nothing is "not known", never left out."""
    gone = pl.concat([frame["corrects"].drop_nulls() for frame in facts.values()]) if facts else pl.Series([], dtype=pl.UInt64)
    gone = gone.cast(pl.UInt64)

    def latest(kind: str, column: str) -> pl.DataFrame:
        frame = facts.get(kind)
        if frame is None or column not in frame.columns:
            return pl.DataFrame({"case": [], column: []}, schema={"case": pl.UInt32, column: pl.String})
        told = frame.filter(~pl.col("fact").is_in(gone.implode()), pl.col(column).is_not_null(), pl.col("earliest") <= on)
        if told.schema[column] == pl.String:
            told = told.filter(~pl.col(column).is_in(MISSING))
        return told.sort("latest", "recorded", maintain_order=True).group_by("case").agg(pl.col(column).last())

    everyone = pl.DataFrame({"case": pl.Series(np.arange(cases), dtype=pl.UInt32)})

    def spread(found: pl.DataFrame, column: str) -> pl.Series:
        return everyone.join(found, on="case", how="left", maintain_order="left")[column]

    sex = spread(latest("person_described", "gender"), "gender")
    territory = spread(latest("person_described", "territory"), "territory")
    return [
        _grouping("form", _forms(everyone, latest), tuple(mechanism.codelists["form"])),
        _grouping("sex", sex, tuple(mechanism.codelists["gender"])),
        _grouping("age", _ages(spread(latest("person_described", "turns_18_earliest"), "turns_18_earliest"),
                               spread(latest("person_described", "turns_18_latest"), "turns_18_latest"), on), tuple(AGES)),
        _grouping("territory", territory, tuple(mechanism.codelists["departement"])),
    ]  # fmt: skip


def _forms(everyone: pl.DataFrame, latest: object) -> pl.Series:
    assert callable(latest)
    frame = everyone
    for kind, column in (("exploitation_described", "forms"), ("presumption_stated", "forms"), ("concern_reported", "forms_suspected")):
        frame = frame.join(latest(kind, column).select("case", pl.col(column).alias(kind)), on="case", how="left", maintain_order="left")
    lists = [name for name in frame.columns[1:] if isinstance(frame.schema[name], pl.List)]
    if not lists:
        return pl.Series([None] * len(everyone), dtype=pl.String)
    forms = frame.select(pl.coalesce(lists).alias("forms"))["forms"]
    count = forms.list.len()
    return pl.DataFrame({"forms": forms, "count": count}).select(
        pl.when(pl.col("count") > 1).then(pl.lit(SEVERAL)).otherwise(pl.col("forms").list.first()).alias("form")
    )["form"]


def _ages(earliest: pl.Series, latest: pl.Series, on: date) -> pl.Series:
    frame = pl.DataFrame({"earliest": earliest.cast(pl.Date), "latest": latest.cast(pl.Date)})
    eight_years = date(on.year - 8, on.month, min(on.day, 28))
    return frame.select(
        pl.when(pl.col("earliest") > on).then(pl.lit("minor"))
        .when(pl.col("latest") <= eight_years).then(pl.lit("older"))
        .when(pl.col("latest") <= on).then(pl.lit("young"))
        .alias("age")
    )["age"]  # fmt: skip


def _grouping(dimension: str, values: pl.Series, order: tuple[str, ...]) -> Grouping:
    codes = (*order, SEVERAL, NOT_KNOWN)
    index = {code: place for place, code in enumerate(codes)}
    numbered = values.cast(pl.String).replace_strict(index, default=index[NOT_KNOWN], return_dtype=pl.Int64)
    return Grouping(dimension, codes, numbered.fill_null(index[NOT_KNOWN]).to_numpy())


def label(mechanism: Mechanism, dimension: str, code: str, language: str) -> str:
    """The words for a group."""
    if code == NOT_KNOWN:
        return gettext("Not known")
    if code == SEVERAL:
        return gettext("Several forms")
    if dimension == "age":
        return gettext(AGES[code])
    words = mechanism.codelists[_LISTS[dimension]][code].label.text(language)
    return f"{words} ({code})" if dimension == "territory" else words
