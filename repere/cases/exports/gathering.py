"""The rows of an extract: own files that the reader follows and that may go to this receiver for this purpose."""

from __future__ import annotations

import hmac
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import connection

from repere.accounts.actor import Actor
from repere.accounts.keyring import person_keys
from repere.cases import evaluation
from repere.cases.access import standing
from repere.cases.evaluation import acting_organisation
from repere.cases.exports.columns import Source, groups_of, row_of
from repere.cases.models import IDENTITY, Case, Fact, Grant, SealedRecord, Task
from repere.cases.policy import load_policy
from repere.cases.refusals import Refused
from repere.cases.sealed import KeyRing, open_newest
from repere.ledger.canonical import canonical

MOST = 200
"""Files in one extract: more than one worker follows, fewer than a leak worth selling."""


@dataclass(frozen=True)
class Wanted:
    """What somebody asks for. `territory` empty: any. `still_open`: files that are not closed."""

    receiver: UUID
    purpose: str
    columns: tuple[str, ...]
    territory: str = ""
    still_open: bool = True


@dataclass(frozen=True)
class Gathered:
    """Rows by code, the persons in them, and how many files were left out because they may not go."""

    rows: Mapping[str, list[str]]
    persons: Mapping[str, UUID]
    left_out: int


def gather(wanted: Wanted, *, but: Collection[str], acting: Actor) -> Gathered:
    """The rows as they are now. A file goes when the reader holds every column's group on it and, towards another organisation, a
    running access for this purpose holds them too: what an access may not open leaves by no extract either.

    `but`: codes of the files about nobody in extracts; one that stood in a second extract would name the wrong one.
    """
    needed = groups_of(wanted.columns)
    own = wanted.receiver == acting_organisation(acting)
    _check_purpose(wanted, needed, own=own, acting=acting)
    found = [case for case in _files(wanted, acting) if case.code not in but]
    going = [case for case in found if needed <= standing(acting, case).words and (own or _may_go(case, wanted, needed, acting))]
    if len(going) > MOST:
        raise Refused("extract_too_wide", field="territory", value=str(MOST))
    rows = {source.case.code: row_of(source, wanted.columns) for source in _sources(going, needed, acting)}
    return Gathered(rows, {case.code: case.person_id for case in going}, len(found) - len(going))


def digest(seed: bytes, wanted: Wanted, gathered: Gathered) -> bytes:
    """What a change of a file, a value, a column or a filter changes. Keyed, so that it tells nothing by itself."""
    told = {
        "receiver": str(wanted.receiver), "purpose": wanted.purpose, "columns": list(wanted.columns), "territory": wanted.territory,
        "still_open": wanted.still_open, "persons": {code: str(person) for code, person in gathered.persons.items()},
        "rows": dict(gathered.rows),
    }  # fmt: skip
    return hmac.new(seed, canonical(told), sha256).digest()


def _check_purpose(wanted: Wanted, needed: frozenset[str], *, own: bool, acting: Actor) -> None:
    policy = load_policy()
    if wanted.purpose not in policy.purposes or not policy.purposes[wanted.purpose].opens:
        raise Refused("unknown_purpose", field="purpose", value=wanted.purpose)
    family = policy.family_of(acting.role)
    if own and (family is None or wanted.purpose not in family.home):
        raise Refused("purpose_not_for_them", field="purpose")
    beyond = sorted(needed - set(policy.purposes[wanted.purpose].opens))
    if beyond:
        raise Refused("purpose_does_not_cover", field="columns", value=", ".join(beyond))


def _files(wanted: Wanted, acting: Actor) -> list[Case]:
    found = Case.objects.visible_to(acting, own=True)
    if wanted.territory:
        found = found.filter(territory=wanted.territory)
    if wanted.still_open:
        found = found.filter(closed_on=None)
    return list(found.order_by("code")[: MOST * 5])


def _may_go(case: Case, wanted: Wanted, needed: frozenset[str], acting: Actor) -> bool:
    running = Grant.objects.visible_to(acting).active().filter(case=case, organisation_id=wanted.receiver, purpose=wanted.purpose)
    return any(needed <= set(grant.groups) for grant in running)


def _sources(cases: Sequence[Case], needed: frozenset[str], acting: Actor) -> Iterable[Source]:
    facts: dict[UUID, list[Fact]] = {case.pk: [] for case in cases}
    for fact in Fact.objects.visible_to(acting).filter(case__in=facts).order_by("latest", "recorded_at", "revision", "pk"):
        facts[fact.case_id].append(fact)
    identities = _identities(cases, acting) if IDENTITY in needed else {}
    for case in cases:
        yield Source(case, tuple(evaluation.living(facts[case.pk])), identities.get(case.person_id, {}))


def _identities(cases: Sequence[Case], acting: Actor) -> dict[UUID, dict[str, Any]]:
    keys = person_keys([case.person_id for case in cases], acting_organisation(acting))
    records = SealedRecord.objects.visible_to(acting).filter(person__in=list(keys), tier=IDENTITY).order_by("-version")
    versions: dict[UUID, list[SealedRecord]] = {}
    for record in records:
        versions.setdefault(record.person_id, []).append(record)
    return {person: open_newest(KeyRing(keys[person]), hers).values for person, hers in versions.items()}


# ---- without names


def work_list(*, acting: Actor) -> list[tuple[UUID, list[str]]]:
    """(person, [code, rule, role, day]) of every open task in files of one's own organisation. Codes and days, no names."""
    open_tasks = Task.objects.visible_to(acting, own=True).filter(closed_at=None, case__organisation=acting.organisation_id)
    found = open_tasks.select_related("case").order_by("due_latest", "case__code", "rule_id", "pk")
    return [
        (task.case.person_id, [task.case.code, task.rule_id, task.role, task.due_latest.isoformat() if task.due_latest else ""])
        for task in found
    ]


def counted() -> list[tuple[int, str, int | None]]:
    """(year, territory, files) of the acting organisation, rounded to five; None below five. Files about nobody are not counted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT opened_year, place, files FROM cases_counted()")
        return [(year, place, files) for year, place, files in cursor.fetchall()]
