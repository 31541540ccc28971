"""From the steps of a concern to a case with its first facts."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.utils import timezone

from repere.accounts.actor import Actor
from repere.cases import actions, mechanisms
from repere.cases.forms import STEPS, ConcernForm
from repere.cases.models import Case
from repere.cases.territory import civil_day, zone_of
from repere.cases.views.drafts import as_initial
from repere.core.dates import PartialDate

JURISDICTION = "FR"


def enter(body: Mapping[str, Any], *, key: uuid.UUID, acting: Actor, now: datetime) -> Case:
    """Open the case and record what was answered. The keys come from the concern's own: sending twice does it once."""
    told = _told(body, acting, now)
    basis = "person_said" if told.get("concern_reported", {}).get("reporter") == "person_herself" else "observed"
    pseudonym = _typed(body, "person", "pseudonym")
    described = told.pop("person_described", {})
    jurisdiction = getattr(settings, "REPERE_JURISDICTION", JURISDICTION)
    today = PartialDate.on(civil_day(zone_of(jurisdiction), now))
    case = actions.open_case(
        on=today, concern=told.pop("concern_reported", {}), jurisdiction=jurisdiction, pseudonym=pseudonym or None,
        basis=basis, key=key, acting=acting, now=now,
    )  # fmt: skip
    for kind, fields in {**told, "person_described": described}.items():
        if fields:
            actions.record_fact(case, kind=kind, on=today, fields=fields, basis=basis, key=uuid.uuid5(key, kind), acting=acting, now=now)
    return case


def _told(body: Mapping[str, Any], acting: Actor, now: datetime) -> dict[str, dict[str, Any]]:
    """Answers by kind, from every step that was filled in."""
    told: dict[str, dict[str, Any]] = {}
    for step in STEPS:
        data = as_initial(body.get(step, {}))
        form = ConcernForm(_as_query(data), mechanism=mechanisms.common(), step=step, role=acting.role, today=timezone.localdate(now))
        form.is_valid()
        for kind in form.asks:
            told.setdefault(kind, {}).update(form.answers(kind))
    return told


def _as_query(data: Mapping[str, Any]) -> QueryDict:
    query = QueryDict(mutable=True)
    for name, value in data.items():
        query.setlist(name, value if isinstance(value, list) else [value])
    return query


def _typed(body: Mapping[str, Any], step: str, name: str) -> str:
    values = body.get(step, {}).get(name, [""])
    return str(values[0]).strip() if values else ""
