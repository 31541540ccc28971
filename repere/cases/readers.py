"""The job that watches reading: per organisation, from the ledger's rows, by the rules of `detection.py`. It blocks nobody.

It runs as the worker for one organisation at a time: that organisation's rows, ids and blind tokens; no name, no fact.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.cases.detection import HISTORY_DAYS, Known, Reading, Unusual, unusual
from repere.cases.models import Alert, Canary, NameToken, Person, ReaderName, Task
from repere.cases.territory import civil_day, start_of_day, zone_of
from repere.directory.models import Organisation
from repere.ledger.models import Entry

JOB = "watch_reading"
SET_ASIDE = "waive_task"
"""The act of the ledger by which a task was set aside."""
RELATION_YEARS = 2


def watch_readers(*, now: datetime) -> int:
    """Every organisation's day so far. Returns how many alerts are new."""
    organisations = list(Organisation.objects.order_by("pk").values_list("pk", "territory"))
    return sum(watch_organisation(organisation_id, territory, now=now) for organisation_id, territory in organisations)


def watch_organisation(organisation_id: UUID, territory: str, *, now: datetime) -> int:
    """One organisation's day, and the day before while it is young: what happened just before midnight is not lost."""
    acting = Actor.system(JOB, organisation_id=organisation_id)
    zone = zone_of("FR", territory)
    days = {civil_day(zone, now - timedelta(hours=2)), civil_day(zone, now)}
    with acting_as(acting):
        found = [(day, one) for day in sorted(days) for one in _of_day(organisation_id, zone, day, acting)]
        known = _standing(acting, days)
        new = [(day, one) for day, one in found if (one.user, one.rule, day) not in known]
        Alert.objects.bulk_create([_alert(organisation_id, one, day, now) for day, one in new], ignore_conflicts=True)
        if new:
            detail = {"alerts": [{"user": one.user, "rule": one.rule} for _, one in new]}
            ledger.record(acting, "alert_reading", kind="system", detail=detail)
    return len(new)


def _alert(organisation_id: UUID, one: Unusual, day: date, now: datetime) -> Alert:
    return Alert(organisation_id=organisation_id, user_id=one.user, rule=one.rule, day=day, numbers=dict(one.numbers), at=now)


def _standing(acting: Actor, days: set[date]) -> set[tuple[UUID, str, date]]:
    return set(Alert.objects.visible_to(acting).filter(day__in=days).values_list("user_id", "rule", "day"))


def _of_day(organisation_id: UUID, zone: str, day: date, acting: Actor) -> list[Unusual]:
    start, end = start_of_day(day - timedelta(days=HISTORY_DAYS), zone), start_of_day(day + timedelta(days=1), zone)
    readings = list(_readings(organisation_id, start, end))
    today = start_of_day(day, zone)
    readers = {reading.user for reading in readings if reading.at >= today}
    if not readers:
        return []
    opened = {reading.opened for reading in readings if reading.at >= today} - {None}
    known = Known(
        zone=zone,
        created=_in_order(organisation_id, acting),
        related=_related(organisation_id, readers, end, acting),
        same_name=_namesakes(readers, opened, acting),
        canaries=frozenset(Canary.objects.visible_to(acting).values_list("decoy", flat=True)),
    )
    return unusual((reading for reading in readings if reading.user in readers), known, on=day)


def _in_order(organisation_id: UUID, acting: Actor) -> list[UUID]:
    """Persons in the order in which their files were made."""
    persons = Person.objects.visible_to(acting).filter(organisation=organisation_id).order_by("created_at", "id")
    return list(persons.values_list("pk", flat=True))


def _readings(organisation_id: UUID, start: datetime, end: datetime) -> Iterator[Reading]:
    watched = Q(kind__in=("look", "denial")) | Q(kind="write", act=SET_ASIDE)
    rows = Entry.objects.of_organisation(organisation_id).filter(watched, at__gte=start, at__lt=end)
    rows = rows.exclude(actor_id=None).order_by("position")
    for user, at, persons, kind in rows.values_list("actor_id", "at", "subjects", "kind").iterator(chunk_size=5000):
        if user is not None:
            yield Reading(user, at, tuple(persons), "set_aside" if kind == "write" else kind)


def _related(organisation_id: UUID, readers: set[UUID], end: datetime, acting: Actor) -> dict[UUID, frozenset[UUID]]:
    """Persons about whom a reader wrote in the last two years, or for whom she took a task."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    since = end - timedelta(days=365 * RELATION_YEARS)
    wrote = Entry.objects.of_organisation(organisation_id).filter(kind="write", actor_id__in=readers, at__gte=since, at__lt=end)
    for user, persons in wrote.values_list("actor_id", "subjects").iterator(chunk_size=5000):
        if user is not None:
            found[user].update(persons)
    taken = Task.objects.visible_to(acting).filter(assignee__in=readers)
    for user, person in taken.values_list("assignee_id", "case__person_id"):
        if user is not None:
            found[user].add(person)
    return {user: frozenset(persons) for user, persons in found.items()}


def _namesakes(readers: set[UUID], opened: set[UUID | None], acting: Actor) -> dict[UUID, frozenset[UUID]]:
    """Opened persons who share a blind token of a family name with the reader."""
    readers_of: dict[bytes, set[UUID]] = defaultdict(set)
    for user, token in ReaderName.objects.visible_to(acting).filter(user__in=readers).values_list("user_id", "token"):
        readers_of[bytes(token)].add(user)
    found: dict[UUID, set[UUID]] = defaultdict(set)
    # No role of the policy compares tokens: the database opens them to this job alone (`watching.NAMESAKE_POLICIES`).
    tokens = NameToken._base_manager.filter(organisation=acting.organisation_id, person__in=[person for person in opened if person])
    tokens = tokens.filter(token__in=list(readers_of))
    for person, token in tokens.values_list("person_id", "token"):
        for user in readers_of[bytes(token)]:
            found[user].add(person)
    return {user: frozenset(persons) for user, persons in found.items()}
