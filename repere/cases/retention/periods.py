"""Periods of retention as data: those that ship (`periods.yaml`, each with its source) and those the installation settled.

What the installation settles stands in `retention.yaml` of the data folder, with who settled it and when.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from repere.cases.refusals import Refused

_SHIPPED = Path(__file__).with_name("periods.yaml")
OF_FILES = ("support", "opened_without_follow_up")
STARTS = ("closed_on", "last_fact", "made_on")
MOST_DAYS = 36_525


@dataclass(frozen=True)
class Period:
    """How long one purpose keeps. `days` None: not settled, so nothing is proposed. `settled_by`: empty when it ships so."""

    purpose: str
    label: Mapping[str, str]
    start: str
    days: int | None
    source: Mapping[str, str]
    certainty: str
    settled_by: str = ""


def periods() -> dict[str, Period]:
    """Every purpose with its period. Raises ValueError, naming file and purpose, for anything that is not well formed."""
    settled = _settled()
    found = {}
    for purpose, told in _load(_SHIPPED).items():
        days, by = told["days"], ""
        if purpose in settled:
            days, by = settled[purpose]["days"], str(settled[purpose]["settled_by"])
        if told["from"] not in STARTS or not (days == "unsettled" or _is_number(days)):
            raise ValueError(f"{_SHIPPED.name}: {purpose}: a start among {', '.join(STARTS)} and a number of days were expected.")
        if set(told["source"]) != {"fr", "en"}:
            raise ValueError(f"{_SHIPPED.name}: {purpose}: a source in French and in English was expected.")
        found[purpose] = Period(
            purpose, told["label"], told["from"], None if days == "unsettled" else days, told["source"], told["certainty"], by
        )
    if unknown := set(settled) - set(found):
        raise ValueError(f"{path().name}: unknown purposes {', '.join(sorted(unknown))}.")
    return found


def settle(purpose: str, days: int, *, by: str, on: date) -> Period:
    """Set the installation's number for a purpose that no source settles. Refused for the others."""
    open_ones = [period.purpose for period in periods().values() if period.certainty == "U"]
    if purpose not in open_ones:
        raise Refused("not_in_list", field="purpose", value=purpose, expected=", ".join(open_ones))
    if not _is_number(days):
        raise Refused("out_of_range", field="days", value=days, expected=f"1–{MOST_DAYS}")
    told = _settled() | {purpose: {"days": days, "settled_by": by, "settled_on": on.isoformat()}}
    draft = path().with_suffix(".new")
    draft.write_text(yaml.safe_dump(told, allow_unicode=True, sort_keys=True), encoding="utf-8")
    draft.replace(path())
    return periods()[purpose]


def path() -> Path:
    return Path(settings.REPERE_HOME) / "retention.yaml"


def _is_number(days: Any) -> bool:
    return isinstance(days, int) and not isinstance(days, bool) and 1 <= days <= MOST_DAYS


def _settled() -> dict[str, Any]:
    found = _load(path()) if path().exists() else {}
    for purpose, told in found.items():
        if not isinstance(told, dict) or not _is_number(told.get("days")) or not told.get("settled_by"):
            raise ValueError(f"{path().name}: {purpose}: `days` (1 to {MOST_DAYS}) and `settled_by` were expected.")
    return found


def _load(where: Path) -> dict[str, Any]:
    found = yaml.safe_load(where.read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise ValueError(f"{where.name}: purposes were expected.")
    return found
