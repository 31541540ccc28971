"""Where to turn tonight beside the places that this tool knows: emergency housing, and child protection where somebody may be a minor.

Telephones come from vetted entries of the directory. Where nobody has written one down for the département, the national number is told
by the sentences of `directory/lists.yaml`, each with where it was read; one from memory alone is not told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from repere.accounts.actor import Actor
from repere.directory.entry_models import Contact
from repere.directory.queries.lists import Known, by_territory, schemes
from repere.directory.queries.reading import Line
from repere.directory.territory import EVERYWHERE, name_of
from repere.directory.vocabulary import Function

READ = ("A", "B", "C")


@dataclass(frozen=True)
class Call:
    """One telephone that may be called. `shown`: as it is read aloud; `dial`: as it is dialled; `verified_on`: when somebody last
    reached it, nothing while nobody said so."""

    name: str
    shown: str
    dial: str
    verified_on: date | None


@dataclass(frozen=True)
class Way:
    """One way beside the places. `zone`: the département it was looked for in; `calls`: vetted telephones there; `known`: what is read
    of it anywhere in the country; `minor`: it is for a minor."""

    title: str
    zone: str
    calls: tuple[Call, ...]
    known: tuple[Known, ...]
    minor: bool = False


def ways_tonight(actor: Actor, zones: Sequence[str], *, minor: bool, on: date) -> list[Way]:
    """Of the first of `zones` that is a département. Cost: three statements for each way."""
    zone = next((code for code in zones if code and code != EVERYWHERE), "")
    ways = [_way(actor, "siao", _("Emergency housing: SIAO and 115"), (Function.SIAO,), zone, on)]
    if minor:
        offices = (Function.REFERENT_CRIP, Function.REFERENT_ASE)
        ways.append(_way(actor, "crip", _("Child protection, where somebody may be a minor"), offices, zone, on, minor=True))
    return ways


def _way(
    actor: Actor, scheme: str, title: str, functions: Sequence[Function], zone: str, on: date, *, minor: bool = False
) -> Way:  # fmt: skip
    told = schemes("fr" if actor.language == "fr" else "en")[scheme]
    calls = [call for function in functions for call in _calls(actor, function, zone, on)] if zone else []
    known = tuple(one for one in told.known if one.certainty in READ)
    return Way(title, name_of(zone) if zone else "", tuple(calls), known, minor)


def _calls(actor: Actor, function: Function, zone: str, on: date) -> list[Call]:
    places, national = by_territory(actor, function, territory=zone, on=on)
    lines = [line for place in places for line in place.lines] + national
    return [call for line in lines for call in _of_line(line)]


def _of_line(line: Line) -> list[Call]:
    phones = [one for one in line.reaches if one.contact.kind == Contact.Kind.PHONE and not one.waits]
    return [Call(line.service.structure.name, one.shown, one.contact.value, one.contact.verified_on) for one in phones]
