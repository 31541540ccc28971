"""Invented shelters and households for the tests of the places."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.keyring import ensure_organisation_key
from repere.core.needs import Needs, household
from repere.directory.models import Organisation
from repere.places import actions, jobs
from repere.places.models import Hold, Request, Shelter, Unit
from repere.places.refusals import Refused
from tests.people import Member, member

NOW = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)
MOTHER_OF_TWO = household(["woman"], children=2, refuses_zones=frozenset({"69"}), languages=frozenset({"eng"}))


def shelter(
    host: Member, *, zone: str = "13", listed: bool = True, name: str = "Maison inventée", now: datetime = NOW, **more: Any
) -> Shelter:
    """One that two organisations have vouched for."""
    made = actions.add_shelter(name=name, zone=zone, listed=listed, acting=host.actor, now=now, **more)
    taken_as_vouched()
    made.vouched_at = now
    return made


def taken_as_vouched() -> None:
    """Every shelter so far, by the owner of the tables, as the migration did for those that stood: the voices are not what is tried."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE repere_owner")
        try:
            cursor.execute("UPDATE places_shelter SET vouched_at = created_at WHERE vouched_at IS NULL")
        finally:
            cursor.execute("RESET ROLE")


def unit(host: Member, of: Shelter, *, capacity: int = 3, **more: Any) -> Unit:
    told: dict[str, Any] = {"label": "A", "phases": ["emergency"]} | more
    return actions.add_unit(of.pk, capacity=capacity, acting=host.actor, now=NOW, **told)


def ask(seeker: Member, needs: Needs = MOTHER_OF_TWO, *, reference: UUID | None = None, urgency: int = 2, **more: Any) -> Request:
    more.setdefault("zone", "13")
    return actions.ask(reference=reference or uuid4(), needs=needs, urgency=urgency, key=uuid4(), acting=seeker.actor, now=NOW, **more)


def hold(seeker: Member, request: Request, of: Unit, *, now: datetime = NOW, **more: Any) -> Hold:
    return actions.hold(request.pk, of.pk, key=uuid4(), acting=seeker.actor, now=now, **more)


def live(host: Member, seeker: Member, of: Unit, needs: Needs = MOTHER_OF_TWO, **more: Any) -> Hold:
    """A household that lives there."""
    held = hold(seeker, ask(seeker, needs, **more), of)
    actions.accept(held.pk, acting=host.actor, now=NOW)
    return arrive(host, seeker, held.pk)


def arrive(host: Member, seeker: Member, held: UUID, *, now: datetime = NOW) -> Hold:
    """The shelter says so, and so does whoever follows her."""
    actions.arrive(held, acting=host.actor, now=now)
    return actions.confirm_arrival(held, acting=seeker.actor, now=now)


def on_probation(name: str = "Nouvelle", role: str = "shelter_worker") -> Member:
    """Somebody of a body that was let in lately."""
    founded = Organisation(name=name, kind="association", territory="13", state=Organisation.State.PROBATION, probation_until=NOW)
    with acting_as(Actor.system("founding", organisation_id=founded.pk)):
        founded.save(force_insert=True)
        ensure_organisation_key(founded)
    return member("Nadia Exemple", founded, role)


def suspend(of: Organisation) -> None:
    with acting_as(Actor.system("vetting", organisation_id=of.pk)):
        Organisation.objects.filter(pk=of.pk).update(state=Organisation.State.SUSPENDED)


def by_worker(act: Any, *arguments: Any, now: datetime = NOW) -> Any:
    """Run a job as the worker's own database role."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE repere_worker")
        try:
            return act(*arguments, now=now)
        finally:
            cursor.execute("RESET ROLE")


def sent(seeker: Member, request: Request) -> int:
    actions.send_to_unlisted(request.pk, acting=seeker.actor, now=NOW)
    return int(by_worker(jobs.send, request.pk))


def by_the_house(of: Member) -> Any:
    """In the application's own capacity, as a verb writes holds and beds: `with by_the_house(people.sonia) as desk:`"""
    return acting_as(Actor.system("tried", organisation_id=of.organisation.pk))


def refused(code: str) -> Any:
    """The block is refused with this code."""
    return pytest.raises(Refused, check=lambda error: error.code == code)
