"""Services to choose from in a form: the nearest first, a few at a time, and how many more there are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from django.db.models import Case, IntegerField, Q, Value, When

from repere.directory.entry_models import Service, ServiceQuerySet
from repere.directory.queries.reading import Line, lines
from repere.directory.queries.search import Asked, matches, understand
from repere.directory.territory import EVERYWHERE, nearness, of_region, region_of
from repere.directory.tiers import Tier
from repere.directory.vocabulary import Function
from repere.ledger.actions import Acting

SHOWN = 12
MOST_MATCHES = 400


@dataclass(frozen=True)
class Choice:
    """What a form offers. `more`: how many fit and are not shown; at least as many where `is_cut`."""

    asked: Asked
    lines: list[Line]
    more: int = 0
    is_cut: bool = False


def to_choose(
    actor: Acting, text: str, *, functions: Collection[str], near: str, on: date, chosen: UUID | None = None, shown: int = SHOWN
) -> Choice:
    """Vetted services of bodies that do not work here: by words, else by functions; the nearest to a département first.

    `near`: code of a département, or nothing. What was chosen stays first, whatever is searched. Cost: 10 queries.
    """
    asked = understand(text)
    offered = Service.objects.visible_to(actor).offered().filter(structure__member=None, tier__lte=Tier.MEMBERS)
    others = offered.exclude(pk=chosen)
    found = _matching(others, asked, near, shown) if asked.is_something else _fitting(others, functions, near, shown)
    wanted = [chosen, *found.ids] if chosen else found.ids
    rows = {row.pk: row for row in offered.filter(pk__in=wanted).select_related("structure")}
    kept = [rows[one] for one in wanted if one in rows]
    return Choice(asked, lines(actor, kept, on=on), more=found.in_all - len(found.ids), is_cut=found.is_cut)


@dataclass(frozen=True)
class _Found:
    ids: list[UUID]
    in_all: int
    is_cut: bool = False


def _matching(offered: ServiceQuerySet, asked: Asked, near: str, shown: int) -> _Found:
    """By words: those of her département, then those of the whole country; where a place was named, those of that place."""
    home = asked.territory or near
    ranks = _ranks(asked, home) or _ranks(asked, home, each=True)
    rows = offered.filter(pk__in=list(ranks)).values_list("pk", "territories", "name")
    ordered = sorted(rows, key=lambda row: (nearness(row[1], home), -round(ranks[row[0]], 2), row[2], str(row[0])))
    return _Found([row[0] for row in ordered[:shown]], len(ordered), is_cut=len(ranks) >= MOST_MATCHES)


def _ranks(asked: Asked, home: str, *, each: bool = False) -> dict[UUID, float]:
    """`each`: entries that have some of the words, where none has them all."""
    if each and len(asked.words) < 2:
        return {}
    words = " or ".join(asked.words) if each else asked.queries
    if asked.several:
        return matches(asked, words, MOST_MATCHES)
    here = matches(replace(asked, territory=home), words, MOST_MATCHES)
    return here if asked.territory else matches(asked, words, MOST_MATCHES) | here


def _fitting(offered: ServiceQuerySet, functions: Collection[str], near: str, shown: int) -> _Found:
    """Without words: what answers the needs, or anything where none is known."""
    if functions and (fitting := offered.filter(function__in=functions)).exists():
        offered = fitting
    return _Found(list(_nearest_first(offered, near).values_list("pk", flat=True)[:shown]), offered.count())


def _nearest_first(offered: ServiceQuerySet, near: str) -> ServiceQuerySet:
    """In the order of `territory.nearness`, by the database; interpreters after the services that she needs one for."""
    steps: Sequence[Q] = (
        Q(territories__contains=[near]), Q(territories__contains=[EVERYWHERE]),
        Q(territories__overlap=of_region(region_of(near)) or [near]),
    )  # fmt: skip
    distance = Case(*(When(step, then=Value(at)) for at, step in enumerate(steps)), default=Value(3), output_field=IntegerField())
    interprets = Case(When(function=Function.INTERPRETER, then=Value(1)), default=Value(0), output_field=IntegerField())
    return offered.order_by(interprets, distance, "function", "name", "pk")
