"""A file about nobody, of plausible shape, that nobody has a reason to open. Whoever opens it is noticed.

It asks nothing of anybody: no rule finds a duty in what it says, so it stands in no list of work. It was closed long ago, unless it
shall stand among open files. Pages cannot tell it from another file; only the worker's role reads the mark.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import connection

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.cases.actions.bulk import Batch, BatchCase, BatchFact, record_facts
from repere.cases.actions.by_the_house import house
from repere.cases.evaluation import acting_organisation
from repere.cases.models import Case
from repere.core.dates import PartialDate

OPENED_DAYS_AGO = (420, 900)
STILL_OPEN_DAYS_AGO = (60, 300)
MARK = "INSERT INTO cases_canary (decoy, organisation_id, made_at) VALUES (%s, %s, %s)"


def make_canary(
    identity: dict[str, str], *, jurisdiction: str, territory: str, role: str, acting: Actor, now: datetime, still_open: bool = False
) -> Case:
    """One more file about nobody, under a name that the caller invents. `acting` works for the organisation that shall hold it."""
    first, last = STILL_OPEN_DAYS_AGO if still_open else OPENED_DAYS_AGO
    opened = now - timedelta(days=first + secrets.randbelow(last - first))
    closed = opened + timedelta(days=30 + secrets.randbelow(200))
    told = (
        BatchFact("support_started", PartialDate.on(opened.date()), {}, basis="document", role=role),
        BatchFact("exit", PartialDate.on(closed.date()), {"reason": "not_known"}, basis="document", role=role),
    )[: 1 if still_open else 2]
    with acting_as(acting):
        batch = Batch(
            uuid4(),
            (
                BatchCase(
                    ref="1", facts=told, jurisdiction=jurisdiction, territory=territory, opened_at=opened, role=role,
                    identity={"identity": identity},
                ),
            ),
            "list",
        )  # fmt: skip
        result = record_facts(batch, acting=acting, now=now)
        case = Case.objects.visible_to(acting, own=True).get(pk=result.cases[0][1])
        with acting_as(house(acting, "lists")), connection.cursor() as cursor:
            # The mark can be added and not read back, not even by this statement.
            cursor.execute(MARK, [case.person_id, acting_organisation(acting), now])
        ledger.record(acting, "check_lists", kind="system", detail={"files": 1})
    return case
