"""Entries with everything that is shown beside them, in a fixed number of statements whatever their count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from repere.directory.checks import phone_in_words
from repere.directory.doors import is_past_probation
from repere.directory.entry_models import Contact, Mandate, Outcome, Service
from repere.directory.territory import EVERYWHERE, name_of
from repere.directory.trust import Trust, trust
from repere.directory.vocabulary import language_name
from repere.ledger.actions import Acting

OUTCOMES_LOOKED_AT = timedelta(days=365)


@dataclass(frozen=True)
class Reach:
    """One contact as it is shown. `former`: the contact to call while a change of it waits."""

    contact: Contact
    shown: str
    trust: Trust
    waits: bool
    former: str = ""


@dataclass(frozen=True)
class Held:
    """A mandate as it is shown, with the person's own contacts."""

    mandate: Mandate
    is_confirmed: bool
    reaches: tuple[Reach, ...] = ()


@dataclass(frozen=True)
class Line:
    """One entry as lists and pages show it."""

    service: Service
    trust: Trust
    reaches: tuple[Reach, ...] = ()
    holder: Held | None = None
    deputies: tuple[Held, ...] = ()
    past: tuple[Mandate, ...] = ()
    territories: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    outcomes: dict[str, int] = field(default_factory=dict)

    @property
    def is_vacant(self) -> bool:
        return self.service.is_post and self.holder is None

    @property
    def is_national(self) -> bool:
        return EVERYWHERE in self.service.territories


def lines(actor: Acting, services: Sequence[Service], *, on: date) -> list[Line]:
    """The same entries, in the same order."""
    ids = [service.pk for service in services]
    outcomes = _outcomes(ids, on)
    contacts = _by_service(Contact.objects.filter(service__in=ids, ended_on=None).select_related("replaces"))
    mandates = _by_service(Mandate.objects.filter(service__in=ids))
    past_probation = is_past_probation(actor)
    return [
        _line(
            service, contacts[service.pk], mandates[service.pk], outcomes[service.pk],
            persons=past_probation or service.organisation_id == actor.organisation_id, on=on,
        )
        for service in services
    ]  # fmt: skip


def _by_service(rows: Iterable[Contact | Mandate]) -> dict[UUID, list[Contact | Mandate]]:
    found: dict[UUID, list[Contact | Mandate]] = defaultdict(list)
    for row in rows:
        found[row.service_id].append(row)
    return found


def _outcomes(ids: list[UUID], on: date) -> dict[UUID, list[tuple[date, str]]]:
    found: dict[UUID, list[tuple[date, str]]] = defaultdict(list)
    recent = Outcome.objects.filter(service__in=ids, on__gt=on - OUTCOMES_LOOKED_AT, on__lte=on)
    for service, day, what in recent.values_list("service_id", "on", "what"):
        found[service].append((day, what))
    return found


def _line(
    service: Service, contacts: Sequence[Contact | Mandate], mandates: Sequence[Contact | Mandate], outcomes: list[tuple[date, str]],
    *, persons: bool, on: date,
) -> Line:  # fmt: skip
    given = [contact for contact in contacts if isinstance(contact, Contact)]
    reaches = {contact.pk: _reach(contact, outcomes, on) for contact in given}
    held = [mandate for mandate in mandates if isinstance(mandate, Mandate)] if persons else []
    running = [_held(mandate, given, reaches) for mandate in held if mandate.runs_on(on)]
    holder = next((one for one in running if one.mandate.rank == Mandate.Rank.HOLDER), None)
    line = tuple(reaches[contact.pk] for contact in given if contact.mandate_id is None)
    counted: dict[str, int] = {}
    for _day, what in outcomes:
        counted[what] = counted.get(what, 0) + 1
    return Line(
        service=service, trust=service_trust(given, held, outcomes, on=on), reaches=line, holder=holder,
        deputies=tuple(one for one in running if one.mandate.rank == Mandate.Rank.DEPUTY),
        past=tuple(mandate for mandate in held if mandate.ends_on is not None and mandate.ends_on < on),
        territories=tuple(name_of(code) for code in service.territories),
        languages=tuple(language_name(code) for code in service.languages), outcomes=counted,
    )  # fmt: skip


def service_trust(contacts: Iterable[Contact], mandates: Iterable[Mandate], outcomes: list[tuple[date, str]], *, on: date) -> Trust:
    """Of an entry: that of its surest standing contact, counting only persons whose mandate runs."""
    running = {mandate.pk for mandate in mandates if mandate.runs_on(on)}
    counted = [one for one in contacts if not one.is_pending and (one.mandate_id is None or one.mandate_id in running)]
    return trust(max((one.verified_on for one in counted if one.verified_on), default=None), outcomes, on=on)


def _reach(contact: Contact, outcomes: list[tuple[date, str]], on: date) -> Reach:
    def shown(value: str) -> str:
        return phone_in_words(value) if contact.kind == Contact.Kind.PHONE else value

    former = shown(contact.replaces.value) if contact.is_pending and contact.replaces else ""
    return Reach(contact, shown(contact.value), trust(contact.verified_on, outcomes, on=on), contact.is_pending, former)


def _held(mandate: Mandate, contacts: Iterable[Contact], reaches: dict[UUID, Reach]) -> Held:
    own = tuple(reaches[contact.pk] for contact in contacts if contact.mandate_id == mandate.pk)
    return Held(mandate, mandate.confirmed_on is not None, own)
