"""Who holds which function where: covered, vacant, stale, never named. Computed from what stands in the directory, each time."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from repere.directory.entry_models import Contact, Mandate, Outcome, Service
from repere.directory.queries.reading import OUTCOMES_LOOKED_AT, service_trust
from repere.directory.territory import EVERYWHERE, of_region, regions, territories
from repere.directory.tiers import Tier
from repere.directory.trust import RELIABLE
from repere.directory.vocabulary import FEWEST_TOLD, PROTECTED, STATE_REFERENTS, Function
from repere.ledger.actions import Acting


class Cover(StrEnum):
    COVERED = "covered"
    STALE = "stale"
    VACANT = "vacant"
    NEVER = "never"
    # Of what is told by région only, and only where there are enough.
    NOT_TOLD = "not_told"


BEST_FIRST = (Cover.COVERED, Cover.STALE, Cover.VACANT, Cover.NEVER)


@dataclass(frozen=True)
class Spread:
    """How unequal it is: départements with somebody reachable, of all; and the régions with none."""

    covered: int
    total: int
    regions_without: tuple[str, ...]


def coverage(actor: Acting, function: str, *, on: date) -> dict[str, Cover]:
    """The state of one function in every territory, by its code."""
    services = Service.objects.visible_to(actor).offered().filter(function=function, tier__lte=Tier.MEMBERS)
    if function in PROTECTED:
        return _by_region(list(services.values_list("structure_id", "territories")))
    states = _states(list(services), on)
    found = dict.fromkeys(territories(), Cover.NEVER)
    for service, state in states.items():
        served = found if EVERYWHERE in service.territories else service.territories
        for code in served:
            if code in found:
                found[code] = min(found[code], state, key=BEST_FIRST.index)
    return found


def _states(services: list[Service], on: date) -> dict[Service, Cover]:
    ids = [service.pk for service in services]
    contacts, mandates, outcomes = defaultdict(list), defaultdict(list), defaultdict(list)
    for contact in Contact.objects.filter(service__in=ids, ended_on=None):
        contacts[contact.service_id].append(contact)
    for mandate in Mandate.objects.filter(service__in=ids):
        mandates[mandate.service_id].append(mandate)
    for service_id, day, what in Outcome.objects.filter(service__in=ids, on__gt=on - OUTCOMES_LOOKED_AT, on__lte=on).values_list(
        "service_id", "on", "what"
    ):
        outcomes[service_id].append((day, what))
    return {service: state_of(service, contacts[service.pk], mandates[service.pk], outcomes[service.pk], on=on) for service in services}


def state_of(service: Service, contacts: list[Contact], mandates: list[Mandate], outcomes: list[tuple[date, str]], *, on: date) -> Cover:
    """Covered: reachable lately and, where the function is held by mandate, by a person whom somebody else confirmed."""
    running = [mandate for mandate in mandates if mandate.runs_on(on)]
    if service.is_post and not running:
        return Cover.VACANT if mandates else Cover.NEVER
    confirmed = not service.is_post or any(mandate.confirmed_on for mandate in running)
    sure = service_trust(contacts, mandates, outcomes, on=on) in RELIABLE
    return Cover.COVERED if confirmed and sure else Cover.STALE


def _by_region(rows: list[tuple[object, list[str]]]) -> dict[str, Cover]:
    """Not where, only in which région, and only where at least three bodies are."""
    found = dict.fromkeys(territories(), Cover.NOT_TOLD)
    for region in _enough(rows):
        found.update(dict.fromkeys(of_region(region), Cover.COVERED))
    return found


def _enough(rows: list[tuple[object, list[str]]]) -> list[str]:
    """Régions in which at least three bodies are."""
    return [
        region
        for region in regions()
        if len({structure for structure, served in rows if set(served) & set(of_region(region))}) >= FEWEST_TOLD
    ]


def regions_with_enough(actor: Acting, function: str) -> list[str]:
    """Of a protected function: régions in which enough bodies are known to be told of at all, by their codes."""
    services = Service.objects.visible_to(actor).offered().filter(function=function, tier__lte=Tier.MEMBERS)
    return _enough(list(services.values_list("structure_id", "territories")))


def spread(states: dict[str, Cover]) -> Spread:
    covered = [code for code, state in states.items() if state == Cover.COVERED]
    without = tuple(name for region, name in regions().items() if not set(of_region(region)) & set(covered))
    return Spread(len(covered), len(states), without)


def functions_told() -> list[str]:
    """Functions that coverage is drawn for, referents first."""
    return [code for code in Function.values if code not in (Function.OTHER, Function.INTERPRETER, Function.TRAINING)]


def public_coverage(actor: Acting, *, on: date) -> list[tuple[str, str, Cover]]:
    """(function, territory, state) of the State's referents: what may be told to anybody."""
    return [(function, code, state) for function in STATE_REFERENTS for code, state in coverage(actor, function, on=on).items()]
