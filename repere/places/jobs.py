"""What happens by itself: ended holds free their beds, needs reach the shelters that are not listed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.deferring import BEFORE_PAGES
from repere.core.needs import MISSES, PlaceTable, misses
from repere.directory.models import Organisation
from repere.places import households
from repere.places.clocks import need_answered_by
from repere.places.models import Hold, Occupancy, Request, Shelter, Unit
from repere.places.queries.candidates import place_of

PLACES = Actor.system("places")
AGAIN = RetryStrategy(max_attempts=8, exponential_wait=2)
AT_ONCE = 500


def expire(*, now: datetime) -> int:
    """Holds whose end has come, at most 500, and those of bodies that may receive nobody any more. Returns how many.

    The beds of the first were free from that instant already; this says so."""
    with acting_as(PLACES):
        ended = Hold.objects.visible_to(PLACES).open().filter(Q(ends_at__lte=now) | ~Q(host_id__in=_receiving()))
        ended = ended.select_for_update(of=("self",), skip_locked=True).order_by("ends_at")
        ids = list(ended.values_list("pk", flat=True)[:AT_ONCE])
        if ids:
            Occupancy.objects.visible_to(PLACES).filter(hold__in=ids, live=True).update(live=False)
            Hold.objects.visible_to(PLACES).filter(pk__in=ids).update(state=Hold.State.EXPIRED)
            ledger.record(PLACES, "expire_holds", kind="system", detail={"holds": [str(one) for one in ids]})
    return len(ids)


def _receiving() -> Any:
    return Organisation.objects.vetting().order_by().values("pk")


@app.periodic(cron="* * * * *")
@app.task(name="repere.places.jobs.expire_holds", queueing_lock="expire_holds", priority=BEFORE_PAGES)
def expire_holds(timestamp: int) -> None:
    """Every minute."""
    while expire(now=datetime.now(UTC)) == AT_ONCE:
        pass


@app.task(name="repere.places.jobs.send_to_unlisted", retry=AGAIN)
def send_to_unlisted(request_id: str) -> None:
    send(UUID(request_id), now=datetime.now(UTC))


def send(request_id: UUID, *, now: datetime) -> int:
    """Bring the need to the shelters that are not listed, in the zones that fit, of bodies that may receive, where two others vouched for
    the shelter, but where her choice or her safety rules it out. Nothing is brought for a body on probation. May run twice. After a
    change, those it had reached are asked anew where the new needs lead to them."""
    with acting_as(PLACES), transaction.atomic():
        request = Request.objects.visible_to(PLACES).filter(pk=request_id, closed_at=None, organisation_id__in=_receiving()).first()
        if request is None:
            return 0
        reached = _reached(request)
        shelters = Shelter.objects.visible_to(PLACES).filter(listed=False, paused_at=None, vouched_at__isnull=False).exclude(pk__in=reached)
        shelters = shelters.filter(organisation_id__in=_receiving(), zone__in=households.zones(request.household, request.zone))
        fitting = [shelter for shelter in shelters if _she_could_live_there(request, shelter)]
        end = need_answered_by(request.urgency, now=now)
        Hold.objects.bulk_create(
            Hold(
                request=request, asking_id=request.organisation_id, host_id=shelter.organisation_id, shelter=shelter, listed=False,
                asked_at=max(now, request.changed_at or now), ends_at=end,
            )
            for shelter in fitting
        )  # fmt: skip
        ledger.record(PLACES, "send_need", kind="system", detail={"request": request.pk, "shelters": len(fitting)})
    return len(fitting)


def _reached(request: Request) -> set[UUID]:
    """Shelters that have the needs as they stand. Those that were asked about others and have not answered are asked no more."""
    holds = Hold.objects.visible_to(PLACES).filter(request=request, listed=False)
    if request.changed_at is not None:
        holds.filter(state=Hold.State.ASKED, asked_at__lt=request.changed_at).update(state=Hold.State.WITHDRAWN)
        holds = holds.filter(Q(asked_at__gte=request.changed_at) | Q(state__in=("accepted", "arrived")))
    return set(holds.values_list("shelter_id", flat=True))


def _she_could_live_there(request: Request, shelter: Shelter) -> bool:
    """Whether some unit is neither refused by her nor unsafe for her. Whether it is free, the shelter says."""
    units = Unit.objects.visible_to(PLACES).filter(shelter=shelter, out_of_use=False).select_related("shelter")
    table = PlaceTable.of(place_of(unit) for unit in units)
    against = misses(households.read(request.household).needs, table)
    binding = [against[name] for name, whose in MISSES.items() if whose != "place"]
    return any(not any(bool(mask[row]) for mask in binding) for row in range(len(table)))
