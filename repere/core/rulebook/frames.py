"""The tables of a whole caseload, from one frame per kind of fact (docs/extract.md). One person needs no frames: see `columns`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from repere.core.dates import FAR
from repere.core.rulebook.columns import MARKERS, Day, Encoding, FactTables, Int, KindTable, encoding_of, lasting
from repere.core.rulebook.model import FieldKind, Mechanism


def tables_of(mechanism: Mechanism, cases: int, frames: Mapping[str, pl.DataFrame]) -> FactTables:
    """Build from one frame per kind: case, fact, earliest, latest, recorded, role, corrects and the kind's clear fields.

    A date field ``f`` is two columns ``f_earliest`` and ``f_latest``; a column ``f`` may say why there is none.
    """
    codes = encoding_of(mechanism)
    corrected = [frame["corrects"].cast(pl.Int64).drop_nulls() for frame in frames.values() if "corrects" in frame.columns]
    gone = pl.concat(corrected) if corrected else pl.Series([], dtype=pl.Int64)
    tables = {}
    for kind, frame in frames.items():
        if kind in mechanism.facts and len(frame):
            kept = frame.filter(~pl.col("fact").cast(pl.Int64).is_in(gone.implode())) if len(gone) else frame
            if len(kept):
                tables[kind] = _from_frame(mechanism, codes, kind, kept)
    return FactTables(cases, tables)


def _from_frame(mechanism: Mechanism, codes: Encoding, kind: str, frame: pl.DataFrame) -> KindTable:
    frame = frame.sort("case", "latest", "recorded", maintain_order=True)
    fields: dict[str, Int] = {}
    silent: dict[str, NDArray[np.bool_]] = {}
    for field in mechanism.facts[kind].fields.values():
        if field.sealed:
            continue
        if field.type == "date":
            for edge in ("earliest", "latest"):
                name = f"{field.name}_{edge}"
                fields[f"{field.name}.{edge}"] = _day_column(frame, name, FAR).astype(np.int64)
            word = frame[field.name].cast(pl.String) if field.name in frame.columns else pl.Series([None] * len(frame), dtype=pl.String)
            said = word.is_in(["prefers_not_to_say", "not_applicable"]).fill_null(False).to_numpy()
            silent[field.name] = (fields[f"{field.name}.earliest"] == FAR) & ~said
        elif field.name in frame.columns:
            fields[field.name] = _code_column(codes, kind, field, frame[field.name])
        else:
            fields[field.name] = np.full(len(frame), MARKERS["not_asked"], np.int64)
    role = frame["role"].cast(pl.String).replace_strict(codes.roles, default=-1, return_dtype=pl.Int16).to_numpy()
    recorded = frame["recorded"].cast(pl.Datetime("us")).cast(pl.Int64).to_numpy()
    table = KindTable(
        frame["case"].cast(pl.Int32).to_numpy(), frame["fact"].cast(pl.Int64).to_numpy(),
        _day_column(frame, "earliest", FAR), _day_column(frame, "latest", FAR), recorded, role, fields,
    )  # fmt: skip
    return lasting(mechanism.facts[kind], table, silent) if mechanism.facts[kind].lasting else table


def _day_column(frame: pl.DataFrame, name: str, missing: int) -> Day:
    if name not in frame.columns:
        return np.full(len(frame), missing, np.int32)
    return frame[name].cast(pl.Date).cast(pl.Int32).fill_null(missing).to_numpy()


def _code_column(codes: Encoding, kind: str, field: FieldKind, column: pl.Series) -> Int:
    if field.type == "int":
        markers = column.cast(pl.String).replace_strict(MARKERS, default=None, return_dtype=pl.Int64)
        return column.cast(pl.Int64, strict=False).fill_null(markers).fill_null(MARKERS["not_asked"]).to_numpy()
    words: dict[str, int] = codes.codes[kind, field.name]
    if field.type == "codes":
        bits = {code: 1 << index for code, index in words.items()}
        table = pl.DataFrame({"row": np.arange(len(column)), "code": column})
        exploded = (table.explode("code") if isinstance(column.dtype, pl.List) else table).unique(maintain_order=True)
        summed = (
            exploded.with_columns(
                pl.col("code").cast(pl.String).replace_strict(bits | MARKERS, default=0, return_dtype=pl.Int64).alias("bit")
            )
            .group_by("row", maintain_order=True)
            .agg(
                pl.when(pl.col("bit").min() < 0).then(pl.col("bit").min()).otherwise(pl.col("bit").sum()).alias("bits"),
                pl.col("code").null_count().alias("none"),
            )
        )
        values = summed["bits"].to_numpy().copy()
        values[(summed["none"].to_numpy() > 0) & (values == 0)] = MARKERS["not_asked"]
        return values
    told = column.cast(pl.String).fill_null("not_asked")
    return told.replace_strict(words | MARKERS, default=MARKERS["not_known"], return_dtype=pl.Int64).to_numpy()
