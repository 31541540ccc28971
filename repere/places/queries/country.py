"""For the national coordination: the daily proposal, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from statistics import median
from uuid import UUID

from django.db.models import Count, Sum
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, TruncDate

from repere.accounts.actor import Actor
from repere.core.needs import Place, PlaceTable, admissible
from repere.core.placement import Household, Instance, Limit, Line, Proposal, propose, reasons
from repere.core.placement.keeping import KeptBack
from repere.directory.territory import same_part
from repere.places import households
from repere.places.models import Bed, Hold, Request, Shelter, Unit
from repere.places.queries.candidates import listed_places
from repere.places.queries.keeping import Keeping, keeping
from repere.places.queries.refusing import left_out
from repere.places.refusals import NotVisible
from repere.places.roles import COORDINATION

WEEKS = 12


@dataclass(frozen=True)
class Proposed:
    """`kept`: past days advise to keep the place back. `left_out`: how many shelters are not proposed to this household, because they
    said no to its needs or because it does not want them: which of the two is not told. `across`: how many free places would fit a
    household that has none, but for the sea between."""

    request: Request
    unit: Unit | None
    line: Line
    reasons: tuple[str, ...]
    waiting_days: int
    kept: bool = False
    left_out: int = 0
    across: int = 0


@dataclass(frozen=True)
class Kept:
    """A place worth keeping back: `proposed` says to whom it would go today, `instead` where she would go under this advice (nothing:
    she would wait). `until`: when to look again."""

    proposed: Proposed
    advice: KeptBack
    instead: Unit | None
    until: datetime


@dataclass(frozen=True)
class Today:
    lines: list[Proposed]
    kept: list[Kept]
    learnt: Keeping
    proposal: Proposal
    as_of: datetime


def only_coordination(actor: Actor) -> None:
    if actor.role != COORDINATION:
        raise NotVisible


def daily_proposal(actor: Actor, *, now: datetime) -> Today:
    """One assignment of everybody who waits, over the listed places. Advice: nothing is held by it."""
    only_coordination(actor)
    waiting = _waiting(actor, now=now)
    days = {request.pk: max((now - request.asked_at).days, 0) for request in waiting}
    not_again = left_out(actor, waiting)
    free = tuple(place for place in listed_places(now=now).places if place.beds > 0)
    asked = tuple(_household(one, days[one.pk], free, not_again.get(one.pk, frozenset())) for one in waiting)
    instance = Instance(asked, free, limits=_limits(actor, {UUID(place.shelter) for place in free}))
    proposal = propose(instance)
    told = reasons(instance, proposal.lines)
    learnt = keeping(actor, instance, proposal, now=now)
    places = [UUID(line.place) for line in proposal.lines if line.place] + [UUID(one.instead) for one in learnt.lines if one.instead]
    units = Unit.objects.visible_to(actor).select_related("shelter", "organisation").in_bulk(places)
    found, advised = {request.pk: request for request in waiting}, {one.household for one in learnt.lines}
    lines = [
        Proposed(
            found[UUID(line.household)], units.get(UUID(line.place)) if line.place else None, line, told[line.household],
            days[UUID(line.household)], line.household in advised, len(not_again.get(UUID(line.household), ())),
            0 if line.place else _fitting_across(found[UUID(line.household)], free),
        )
        for line in proposal.lines
    ]  # fmt: skip
    lines.sort(key=lambda one: (-one.request.urgency, -one.waiting_days, str(one.request.pk)))
    return Today(lines, _kept(learnt, lines, units), learnt, proposal, now)


def _waiting(actor: Actor, *, now: datetime) -> list[Request]:
    """Those that no place is kept for today, also where one was and was given back, or ended."""
    placed = RawSQL("SELECT placed_requests(%s)", [now])
    return list(Request.objects.visible_to(actor).filter(closed_at=None).exclude(pk__in=placed).order_by("asked_at", "id"))


def _household(one: Request, waiting_days: int, free: tuple[Place, ...], not_again: frozenset[UUID]) -> Household:
    told = households.read(one.household, id=str(one.pk), urgency=one.urgency, waiting_days=waiting_days)
    across = {place.id for place in _across_the_sea(one, free)}
    return replace(told, excluded=frozenset(across | {place.id for place in free if UUID(place.shelter) in not_again}))


def _across_the_sea(one: Request, free: tuple[Place, ...]) -> list[Place]:
    """Places in another part of the Republic than the one where this household is, and than those where it would like to be."""
    home = same_part({one.zone, *one.household.get("needs", {}).get("near", [])})
    return [place for place in free if home and place.zone not in home]


def _fitting_across(one: Request, free: tuple[Place, ...]) -> int:
    across = _across_the_sea(one, free)
    return int(admissible(households.read(one.household).needs, PlaceTable.of(across)).sum()) if across else 0


def _kept(learnt: Keeping, lines: list[Proposed], units: dict[UUID, Unit]) -> list[Kept]:
    proposed = {str(one.request.pk): one for one in lines}
    return [
        Kept(proposed[one.household], one, units.get(UUID(one.instead)) if one.instead else None, learnt.look_again(one))
        for one in learnt.lines
        if proposed[one.household].unit is not None
    ]


def _limits(actor: Actor, among: set[UUID]) -> tuple[Limit, ...]:
    """What each listed shelter can still carry, from what it said and who is there or expected."""
    limited = list(Shelter.objects.visible_to(actor).filter(pk__in=among).exclude(most_households=None, most_minors=None))
    inside = Hold.objects.visible_to(actor).filter(shelter__in=limited, state__in=("accepted", "arrived")).order_by()
    counted = {row["shelter"]: row for row in inside.values("shelter").annotate(households=Count("pk"), minors=Sum("request__minors"))}

    def left(most: int | None, shelter: UUID, what: str) -> int | None:
        return None if most is None else max(most - counted.get(shelter, {}).get(what, 0), 0)

    return tuple(
        Limit(str(one.pk), left(one.most_households, one.pk, "households"), left(one.most_minors, one.pk, "minors")) for one in limited
    )


@dataclass(frozen=True)
class Week:
    """`asked`, `placed`, `unmet`: households asked for in that week, and what became of them; `people` of those unmet or waiting.

    `beds`: listed beds that there were when the week began, in rooms that are listed today.
    """

    starts: datetime
    asked: int
    placed: int
    unmet: int
    waiting: int
    people: int
    hours: float | None
    beds: int


@dataclass(frozen=True)
class Shortfall:
    weeks: list[Week]
    beds: int
    free: int
    answer_hours: float | None


def shortfall(actor: Actor, *, now: datetime) -> Shortfall:
    """Needs against capacity over the last weeks; unmet requests stay counted. No household is named."""
    only_coordination(actor)
    start = now - timedelta(weeks=WEEKS)
    rows = list(Request.objects.visible_to(actor).filter(asked_at__gte=start, moved_from=None))
    spans = _spans_of_beds(actor)
    weeks = [_week(start + timedelta(weeks=number), rows, spans) for number in range(WEEKS)]
    answers = Hold.objects.visible_to(actor).filter(listed=True, asked_at__gte=start).exclude(answered_at=None)
    taken = [(answered - asked).total_seconds() / 3600 for asked, answered in answers.values_list("asked_at", "answered_at")]
    places = listed_places(now=now).places
    beds, free = sum(one.capacity for one in places), sum(one.beds for one in places)
    return Shortfall(weeks, beds, free, round(median(taken), 1) if taken else None)


def _spans_of_beds(actor: Actor) -> list[tuple[date, date | None, int]]:
    """Of listed beds: the day since which they are there, the day on which they were taken away, and how many."""
    since = Coalesce("opened_on", TruncDate("unit__created_at", tzinfo=UTC))
    beds = Bed.objects.visible_to(actor).filter(listed=True).order_by().values_list(since, "closed_on")
    return list(beds.annotate(number=Count("pk")))


def _week(starts: datetime, rows: list[Request], spans: list[tuple[date, date | None, int]]) -> Week:
    within = [row for row in rows if starts <= row.asked_at < starts + timedelta(weeks=1)]
    outcomes = [row.outcome for row in within]
    hours = [(row.first_yes_at - row.asked_at).total_seconds() / 3600 for row in within if row.first_yes_at]
    left = [row for row in within if row.outcome in (Request.Outcome.UNMET, Request.Outcome.OPEN)]
    return Week(
        starts, len(within), outcomes.count(Request.Outcome.PLACED), outcomes.count(Request.Outcome.UNMET),
        outcomes.count(Request.Outcome.OPEN), sum(row.size for row in left), round(median(hours), 1) if hours else None,
        sum(number for since, until, number in spans if since <= starts.date() and (until is None or until > starts.date())),
    )  # fmt: skip
