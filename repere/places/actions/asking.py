"""Asking for a place: needs, holds, the need sent to shelters that are not listed, and giving back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from procrastinate.contrib.django import app as jobs

from repere import ledger
from repere.accounts.acting import acting_as, one_after_the_other
from repere.accounts.actor import Actor
from repere.core.needs import Needs, PlaceTable, candidates
from repere.places import households
from repere.places.beds import free, take
from repere.places.by_the_house import add, ask_for, change, go_on, house
from repere.places.clocks import LONGEST_HOURS, answer_by
from repere.places.doors import asked_hold, may_receive, me, must_be, myself, visible_request, visible_unit
from repere.places.events import tell, tell_end_of_search
from repere.places.models import Apart, Carried, Event, Hold, Request
from repere.places.queries.candidates import place_of
from repere.places.queries.marks import said_before
from repere.places.queries.moved import house_looking
from repere.places.refusals import Refused
from repere.places.refused_models import RefusedByHer
from repere.places.roles import SEEKING

SEND = "repere.places.jobs.send_to_unlisted"
MOST_OF_A_FILE = 2
MOST_OF_AN_ORGANISATION = 20
"""Our choices, not law: places that one household or one organisation keeps at once. For how long stands in `clocks`."""


def ask(
    *, reference: UUID, needs: Needs, urgency: int, zone: str = "", line: str = "", apart: Iterable[UUID] = (),
    carries: Iterable[UUID] = (), besides: bool = False, key: UUID, acting: Actor, now: datetime,
) -> Request:  # fmt: skip
    """Look for a place for one household. `reference`: the opaque number of its file; `apart`: those it must not live with, by
    reference or by mark, and `carries`: the marks it bears itself, both with what earlier requests said and nobody ended; `line`: the
    telephone of the service that asks, for the houses.

    Twice with one key is once. Refused while a request of the same file is open; and while the house that keeps her looks for another
    place after an incident, unless `besides` says that a second search is meant: that house then reads of it.
    """
    must_be(acting, SEEKING)
    household = households.written(needs)
    households.read(household, urgency=urgency)
    with acting_as(acting):
        one_after_the_other(reference)
        ours = Request.objects.visible_to(acting).filter(organisation_id=me(acting))
        before: Request | None = ours.filter(key=key).first()
        if before is not None and before.reference != reference:
            raise Refused("key_used")
        if before is not None:
            return before
        if ours.filter(reference=reference, closed_at=None).exists():
            raise Refused("request_stands")
        if not besides and (looking := house_looking(acting, reference)):
            raise Refused("house_looks", name=looking.by_organisation.name)
        made = Request(
            reference=reference, organisation_id=me(acting), user_id=myself(acting), household=household, size=needs.size,
            minors=sum(member.minor for member in needs.members), phase=needs.phase, urgency=urgency, zone=zone, line=line,
            asked_at=now, key=key,
        )  # fmt: skip
        add(made, acting=acting)
        said = said_before(acting, reference)
        keep_said(made, apart=[*apart, *said.apart], carries=[*carries, *said.carried], acting=acting, now=now)
        tell(made, Event.Kind.REQUESTED, acting=acting, now=now, by=me(acting))
        ledger.record(acting, "ask_for_place", detail={"request": made.pk})
    return made


def keep_said(made: Request, *, apart: Iterable[UUID], carries: Iterable[UUID], acting: Actor, now: datetime) -> None:
    """In the running transaction: whom the household must not meet, and the marks it bears."""
    own = {"request": made, "organisation_id": made.organisation_id, "created_at": now}
    others = [Apart(other=other, **own) for other in sorted(set(apart) - {made.reference}, key=str)]
    borne = [Carried(mark=mark, **own) for mark in sorted(set(carries), key=str)]
    if others or borne:
        add(*others, *borne, acting=acting)


def hold(request_id: UUID, unit_id: UUID, *, key: UUID, hours: int | None = None, acting: Actor, now: datetime) -> Hold:
    """Keep a listed unit for a household until the shelter has answered, or the end comes: hours by the urgency, unless told."""
    must_be(acting, SEEKING)
    with acting_as(acting):
        one_after_the_other(request_id)
        request = visible_request(acting, request_id)
        _check_caps(request, acting)
        before: Hold | None = Hold.objects.visible_to(acting).filter(key=key).first()
        if before is not None and (before.asking_id, before.request_id, before.unit_id) != (me(acting), request.pk, unit_id):
            # Answered with what was asked for another household, this one would be thought asked for.
            raise Refused("key_used")
        if before is not None:
            return before
        unit = visible_unit(acting, unit_id)
        if not unit.listed:
            raise Refused("not_held_from_a_list")
        if not may_receive(unit.organisation_id):
            raise Refused("host_not_receiving")
        if unit.shelter.vouched_at is None:
            raise Refused("host_not_vouched")
        check_fit(request, unit)
        if unit.shelter.paused_at is not None:
            raise Refused("paused")
        end = answer_by(request.urgency, now=now) if hours is None else now + timedelta(hours=min(max(hours, 1), LONGEST_HOURS))
        made = Hold(
            request=request, asking_id=me(acting), host_id=unit.organisation_id, shelter=unit.shelter, unit=unit, listed=True,
            user_id=acting.user_id, asked_at=now, ends_at=end, key=key,
        )  # fmt: skip
        ask_for(made, acting=acting)
        take(unit, hold=made, size=request.size, acting=acting, start=now)
        ledger.record(acting, "hold_place", detail={"hold": made.pk, "unit": unit.pk})
    return made


def _check_caps(request: Request, acting: Actor) -> None:
    one_after_the_other(me(acting))
    if request.closed_at is not None:
        raise Refused("request_closed")
    open_ones = Hold.objects.visible_to(acting).open().filter(asking_id=me(acting), listed=True)
    if open_ones.filter(request__reference=request.reference).count() >= MOST_OF_A_FILE:
        raise Refused("too_many_for_file", most=MOST_OF_A_FILE)
    if open_ones.count() >= MOST_OF_AN_ORGANISATION:
        raise Refused("too_many_for_organisation", most=MOST_OF_AN_ORGANISATION)


def check_fit(request: Request, unit: object) -> None:
    """All but the free beds, which `take` judges; what she refuses is checked again here."""
    needs = households.read(request.household).needs
    (fit,) = candidates(needs, PlaceTable.of([place_of(unit)]))
    if not fit.fits:
        raise Refused("does_not_fit")


def send_to_unlisted(request_id: UUID, *, acting: Actor, now: datetime) -> Request:
    """Send the needs to the shelters that nobody may list, in the zones that fit. How many there are, and what each answers, is not
    told. Refused to a body on probation: whoever poses as an association would learn who says yes."""
    must_be(acting, SEEKING)
    with acting_as(acting):
        if not may_receive(me(acting)):
            raise Refused("not_sending_yet")
        request = visible_request(acting, request_id)
        if request.closed_at is not None:
            raise Refused("request_closed")
        if not households.zones(request.household, request.zone):
            raise Refused("zones_needed")
        if request.sent_at is None:
            change(request, acting=acting, sent_at=now)
            jobs.configure_task(SEND).defer(request_id=str(request.pk))
            ledger.record(acting, "send_need", detail={"request": request.pk})
    return request


def give_back(hold_id: UUID, *, she_declined: bool = False, acting: Actor, now: datetime) -> Hold:
    """A hold that is not needed, or an arrival that did not happen. `she_declined`: she does not want it; her rank and her rights stay."""
    must_be(acting, SEEKING)
    with acting_as(acting):
        held = asked_hold(acting, hold_id)
        said_to_be_there = held.state == Hold.State.ARRIVED and held.request.closed_at is None
        if held.state not in ("asked", "accepted") and not said_to_be_there:
            raise Refused("not_waiting")
        free(held, acting=acting)
        go_on(held, acting=acting, state=Hold.State.WITHDRAWN)
        if she_declined:
            _keep_refused(held, acting, now)
            tell(held.request, Event.Kind.DECLINED_BY_PERSON, acting=acting, now=now, by=me(acting))
        ledger.record(acting, "give_place_back", detail={"hold": held.pk})
    return held


def _keep_refused(held: Hold, acting: Actor, now: datetime) -> None:
    """Nobody proposes this house to her again. Of a hidden one nothing is kept: no proposal names it."""
    if held.listed:
        with acting_as(house(acting, "keep_what_she_refuses")):
            RefusedByHer(
                request_id=held.request_id, shelter_id=held.shelter_id, organisation_id=me(acting), said_at=now
            ).save(force_insert=True)  # fmt: skip


def confirm_arrival(hold_id: UUID, *, acting: Actor, now: datetime) -> Hold:
    """She is there: said by those who asked, after the shelter said so. The search ends, and other places kept for her are free.

    Her file tells a stay where they keep it; where another body does (a household that was moved), that body is asked and says it itself
    (`confirm_move`).
    """
    must_be(acting, SEEKING)
    with acting_as(acting):
        held = asked_hold(acting, hold_id)
        request = visible_request(acting, held.request_id)
        if held.state != Hold.State.ARRIVED:
            raise Refused("not_said_to_be_there")
        if request.closed_at is not None:
            raise Refused("request_closed")
        look_no_further(request, Request.Outcome.PLACED, acting=acting, now=now)
        ours = request.told_to_id in (None, me(acting))
        tell(request, Event.Kind.ARRIVED if ours else Event.Kind.SAID_THERE, acting=acting, now=now, by=me(acting))
        ledger.record(acting, "confirm_arrival", detail={"hold": held.pk})
    return held


def close_request(request_id: UUID, *, met: bool = False, acting: Actor, now: datetime) -> Request:
    """Look no further. Unless no place was needed any more (`met`), it is kept as a need that was not met."""
    must_be(acting, SEEKING)
    with acting_as(acting):
        request = visible_request(acting, request_id)
        if request.closed_at is not None:
            raise Refused("request_closed")
        if Hold.objects.visible_to(acting).filter(request=request, state=Hold.State.ARRIVED).exists():
            raise Refused("said_to_be_there")
        look_no_further(request, Request.Outcome.WITHDRAWN if met else Request.Outcome.UNMET, acting=acting, now=now)
        tell_end_of_search(request, acting=acting, now=now)
        ledger.record(acting, "close_request", detail={"request": request.pk})
    return request


def look_no_further(request: Request, outcome: str, *, acting: Actor, now: datetime) -> None:
    """In the running transaction."""
    _give_back_all(request, acting)
    change(request, acting=acting, closed_at=now, outcome=outcome)


def _give_back_all(request: Request, acting: Actor) -> None:
    """Places that are kept or asked for, of which the asking organisation knows: a bed kept for nobody is missing to somebody."""
    for held in Hold.objects.visible_to(acting).open().filter(request=request, asking_id=me(acting)):
        free(held, acting=acting)
        go_on(held, acting=acting, state=Hold.State.WITHDRAWN)
