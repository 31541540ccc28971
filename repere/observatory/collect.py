"""The one door from case files to the observatory: clear codes and days, numbered in an order that means nothing.

No name, no text, no code of a case, no identifier of a row leaves; nothing is shifted or rounded. Who collects sees what a
page of hers would show, and the collection is a look at every person, written in the ledger.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import numpy as np
import polars as pl

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.cases.models import Case, Fact
from repere.core.rulebook import FactKind, Mechanism
from repere.observatory.extract import COMMON, Extract, columns_of

CHUNK = 20_000


def collect(
    mechanism: Mechanism, *, acting: Actor, now: datetime, invented: bool, leaving_out: Collection[UUID] = ()
) -> Extract:
    """Every case of the acting organisation in the mechanism's jurisdiction, de-identified; files about nobody are left out."""
    with acting_as(acting):
        cases = Case.objects.visible_to(acting, own=True).filter(jurisdiction=mechanism.jurisdiction).exclude(person__in=leaving_out)
        keys = list(cases.order_by("pk").values_list("pk", "person_id"))
        number = _shuffled([case_id for case_id, _ in keys])
        frames = _frames(mechanism, number, acting)
        ledger.look(acting, [person for _, person in keys], act="extract", detail={"cases": len(keys)})
    return Extract(len(keys), frames, now.date(), invented)


def _shuffled(ids: Sequence[UUID]) -> dict[UUID, int]:
    """A number for each case, in an order that nothing in the case decides."""
    order = np.random.default_rng(secrets.randbits(128)).permutation(len(ids))
    return {case_id: int(place) for case_id, place in zip(ids, order, strict=True)}


def _frames(mechanism: Mechanism, number: Mapping[UUID, int], acting: Actor) -> dict[str, pl.DataFrame]:
    columns: dict[str, dict[str, list[Any]]] = {}
    names: dict[UUID, int] = {}
    for fact in _facts(number, acting):
        kind = mechanism.facts.get(fact["kind"])
        if kind is None:
            continue
        rows = columns.setdefault(kind.id, {name: [] for name in columns_of(mechanism, kind.id)})
        told = {
            "case": number[fact["case_id"]],
            "fact": names.setdefault(fact["id"], len(names)),
            "earliest": fact["earliest"],
            "latest": fact["latest"],
            "recorded": fact["recorded_at"].replace(tzinfo=None),
            "role": fact["role"],
            "corrects": names.setdefault(fact["corrects_id"], len(names)) if fact["corrects_id"] else None,
            **_values(kind, fact["fields"] if isinstance(fact["fields"], dict) else json.loads(fact["fields"])),
        }
        for name, column in rows.items():
            column.append(told.get(name))
    return {
        kind: pl.DataFrame(rows, schema=columns_of(mechanism, kind)).sort("case", "latest", "recorded", maintain_order=True)
        for kind, rows in sorted(columns.items())
    }


def _facts(number: Mapping[UUID, int], acting: Actor) -> Iterator[dict[str, Any]]:
    wanted = ("id", "case_id", "kind", "earliest", "latest", "recorded_at", "role", "corrects_id", "fields")
    found = Fact.objects.visible_to(acting).filter(owner_id=acting.organisation_id).order_by("pk").values(*wanted)
    for row in found.iterator(chunk_size=CHUNK):
        if row["case_id"] in number:
            yield row


def _values(kind: FactKind, fields: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in fields.items():
        declared = kind.fields.get(name)
        if declared is None or declared.sealed:
            continue
        if declared.type == "date":
            if isinstance(value, Mapping):
                values |= {f"{name}_{edge}": date.fromisoformat(str(value[edge])) for edge in ("earliest", "latest")}
        elif declared.type == "codes":
            values[name] = [value] if isinstance(value, str) else list(value)
        else:
            values[name] = str(value)
    return values


__all__ = ["COMMON", "collect"]
