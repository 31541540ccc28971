"""Changing what a household needs while a place is looked for: who was asked reads it anew, and what was said before stays."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from procrastinate.contrib.django import app as jobs

from repere import ledger
from repere.accounts.acting import acting_as, one_after_the_other
from repere.accounts.actor import Actor
from repere.core.needs import Needs
from repere.places import households
from repere.places.actions.asking import SEND, check_fit, keep_said
from repere.places.beds import free, take
from repere.places.by_the_house import add, ask_for, change, go_on
from repere.places.clocks import answer_by
from repere.places.doors import may_receive, me, must_be, myself, visible_request, visible_unit
from repere.places.models import Apart, Carried, FormerNeeds, Hold, Request
from repere.places.refusals import NotVisible, Refused
from repere.places.roles import SEEKING


def change_request(
    request_id: UUID, *, needs: Needs, urgency: int, apart: Iterable[UUID] = (), carries: Iterable[UUID] = (), acting: Actor, now: datetime,
) -> Request:  # fmt: skip
    """Say anew what the household needs. `apart`, `carries`: as in `ask`, added to what was said.

    Shelters that have not answered are asked again; a place that no longer fits is given back. Refused once a shelter said yes: it
    said yes to these needs.
    """
    must_be(acting, SEEKING)
    household = households.written(needs)
    households.read(household, urgency=urgency)
    with acting_as(acting):
        one_after_the_other(request_id)
        request = visible_request(acting, request_id)
        if request.closed_at is not None:
            raise Refused("request_closed")
        holds = Hold.objects.visible_to(acting).filter(request=request)
        if holds.filter(state__in=("accepted", "arrived")).exists():
            raise Refused("yes_to_these_needs")
        more = _keep_more(request, apart, carries, acting, now)
        if (household, urgency) == (request.household, request.urgency) and not more:
            return request
        _keep_former(request, acting, now)
        change(
            request, acting=acting, household=household, size=needs.size, phase=needs.phase,
            minors=sum(member.minor for member in needs.members), urgency=urgency, changed_at=now,
        )  # fmt: skip
        for held in holds.filter(state=Hold.State.ASKED, listed=True).select_for_update(of=("self",)):
            _ask_again(held, request, acting, now)
        if request.sent_at is not None:
            jobs.configure_task(SEND).defer(request_id=str(request.pk))
        ledger.record(acting, "change_request", detail={"request": request.pk})
    return request


def change_line(request_id: UUID, *, line: str, acting: Actor, now: datetime) -> Request:
    """Tell the houses that were asked another telephone of the service that asks, at any time while the search goes on: in international
    form, or nothing. Nobody is asked again."""
    must_be(acting, SEEKING)
    with acting_as(acting):
        request = visible_request(acting, request_id)
        if request.closed_at is not None:
            raise Refused("request_closed")
        if line != request.line:
            change(request, acting=acting, line=line)
            ledger.record(acting, "change_line", detail={"request": request.pk})
    return request


def _keep_more(request: Request, apart: Iterable[UUID], carries: Iterable[UUID], acting: Actor, now: datetime) -> bool:
    """Add what was not said before; whether there was any."""
    said = set(Apart.objects.visible_to(acting).standing().filter(request=request).values_list("other", flat=True))
    borne = set(Carried.objects.visible_to(acting).standing().filter(request=request).values_list("mark", flat=True))
    others, marks = set(apart) - said - {request.reference}, set(carries) - borne
    keep_said(request, apart=others, carries=marks, acting=acting, now=now)
    return bool(others or marks)


def _keep_former(request: Request, acting: Actor, now: datetime) -> None:
    former = FormerNeeds(
        request=request, organisation_id=me(acting), user_id=myself(acting), household=request.household, phase=request.phase,
        urgency=request.urgency, created_at=now,
    )  # fmt: skip
    add(former, acting=acting)


def _ask_again(held: Hold, request: Request, acting: Actor, now: datetime) -> None:
    """A new question in place of the one to the old needs, until the same end, or sooner where it is more urgent now; none where the
    place no longer fits."""
    free(held, acting=acting)
    go_on(held, acting=acting, state=Hold.State.WITHDRAWN)
    if held.unit_id is None or held.ends_at is None or held.ends_at <= now or not may_receive(held.host_id):
        return
    end = min(held.ends_at, answer_by(request.urgency, now=now))
    try:
        with transaction.atomic():
            unit = visible_unit(acting, held.unit_id)
            check_fit(request, unit)
            made = Hold(
                request=request, asking_id=held.asking_id, host_id=held.host_id, shelter=unit.shelter, unit=unit, listed=True,
                user_id=acting.user_id, asked_at=now, ends_at=end,
            )  # fmt: skip
            ask_for(made, acting=acting)
            take(unit, hold=made, size=request.size, acting=acting, start=now)
    except (NotVisible, Refused):
        return
