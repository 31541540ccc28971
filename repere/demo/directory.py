"""An invented directory: who may be turned to in the demonstration country, with vacancies, old contacts and hidden places.

Telephone numbers are of the ranges that France keeps for fiction (ARCEP, décision 2018-0881, 01 99 00); mailboxes end in example.org.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from django.utils.translation import override

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.models import Membership
from repere.accounts.secret_entries import keep_secret
from repere.demo.cast import BY_KEY, GIVEN
from repere.directory.actions.entries import searched_words, show_to
from repere.directory.doors import who as keeper_of
from repere.directory.entry_models import Contact, Mandate, Service, Structure, Voice
from repere.directory.models import Organisation
from repere.directory.territory import territories
from repere.directory.tiers import Tier
from repere.directory.vocabulary import REFERENTS, Function, Kind

SOURCE = "demonstration"
KEEPER, CONFIRMS, SECOND = ("vigie", "coordination"), ("atalante", "case_worker"), ("boussole", "case_worker")
# Function → kind of the body, its name, and in how many territories out of a hundred it was ever named.
NAMED: tuple[tuple[Function, Kind, str, int], ...] = (
    (Function.REFERENT_PREFECTURE, Kind.PREFECTURE, "Préfecture inventée", 90),
    (Function.REFERENT_POLICE, Kind.POLICE, "Sûreté inventée", 70),
    (Function.REFERENT_PROSECUTION, Kind.PROSECUTION, "Parquet inventé", 60),
    (Function.REFERENT_CRIP, Kind.CHILD_PROTECTION, "CRIP inventée", 40),
    (Function.SOCIAL_WORKER_POLICE, Kind.POLICE, "Commissariat inventé", 55),
    (Function.HEALTH_CHECK, Kind.HEALTH, "Hôpital inventé", 100),
    (Function.HEALTH_CHECK, Kind.HEALTH, "Centre de santé inventé", 45),
    (Function.LEGAL, Kind.LAW_PRACTICE, "Permanence d'avocats inventée", 100),
    (Function.LEGAL, Kind.GENERAL_ASSOCIATION, "Point d'accès au droit inventé", 45),
    (Function.PSYCHOLOGICAL, Kind.HEALTH, "Centre d'écoute inventé", 60),
    (Function.SIAO, Kind.HOUSING_COORDINATION, "SIAO inventé", 100),
    (Function.SUPPORT, Kind.SPECIALISED_ASSOCIATION, "Association inventée", 35),
)
SPOKEN = (("bin", "eng"), ("ron",), ("ara", "fra"), ("yor", "eng"), ("zho",), ("vie",), ("wol", "fra"), ("pus", "fas"), ("spa",), ("por",))
HIDDEN = (("Refuge Tichodrome", "84"), ("Refuge Syrphide", "93"), ("Refuge Érioptère", "32"))
CLOSED = {
    "Refuge Tichodrome": {"meeting_point": "sous l'horloge de la halle aux Cardamines",
                          "address": "3 venelle des Rousserolles, Saint-Nuage", "door": "code K7Q-4402, deuxième sonnette",
                          "night_line": "+33 1 99 00 97 01"},
    "Refuge Syrphide": {"meeting_point": "café du Passage-aux-Sarcelles", "address": "18 montée des Grèbes-Huppés, Baie-aux-Étoiles",
                        "door": "portail vert-de-gris, frapper trois fois", "night_line": "+33 1 99 00 97 02"},
    "Refuge Érioptère": {"meeting_point": "parvis de la gare de Montgivre-Fictive", "address": "41 cour des Engoulevents, Montgivre",
                         "door": "interphone Zygène", "night_line": "+33 1 99 00 97 03"},
}  # fmt: skip
"""What is kept closed of each hidden place: sealed, and in clear nowhere but in this file, whose every word is invented."""
SHOWN = {"Refuge Tichodrome": "atalante"}
LEFT, OLD, ANNOUNCED = 0.12, 0.12, 0.06
"""Shares, assumed, of posts whose holder left, of contacts not confirmed for a year, of holders nobody has confirmed."""


def is_filled() -> bool:
    keeper = _member(*KEEPER)
    if keeper is None:
        return False
    with acting_as(keeper) as acting:
        return bool(Service.objects.visible_to(acting).filter(source=SOURCE).exists())


def fill(*, seed: int, now: datetime) -> int:
    """Pour the invented directory in, once. Returns how many entries it has; nothing without the demonstration's organisations."""
    keeper, confirms, second = (_member(*each) for each in (KEEPER, CONFIRMS, SECOND))
    if keeper is None or confirms is None or second is None or is_filled():
        return 0
    rng = np.random.default_rng([seed, 42])
    services = list(_services(rng, keeper))
    with acting_as(Actor.system("demonstration", organisation_id=keeper.organisation_id)) as acting:
        Structure.objects.bulk_create([service.structure for service in services])
        for service in services:
            service.words, service.vetted_at = searched_words(service), now
        Service.objects.bulk_create(services, batch_size=500)
        ledger.record(acting, "fill_directory", kind="system", detail={"services": len(services), "seed": seed})
    _people(services, rng, keeper, confirms, now)
    for voice in (confirms, second):
        _vouch(services, voice, now)
    _close(services, keeper, now)
    return len(services)


def _close(services: list[Service], keeper: Actor, now: datetime) -> None:
    """Addresses of the hidden places, each in its box; one place is shown to one organisation."""
    with acting_as(keeper) as acting:
        for service in services:
            if service.tier == Tier.NEED_TO_KNOW:
                keep_secret(service.pk, CLOSED[service.name], acting=acting, now=now)
                shown = _member(SHOWN[service.name], "case_worker") if service.name in SHOWN else None
                if shown is not None:
                    show_to(service.pk, keeper_of(shown).organisation_id, acting=acting, now=now)


def _vouch(services: list[Service], voice: Actor, now: datetime) -> None:
    said = {"user_id": voice.user_id, "organisation_id": voice.organisation_id, "at": now, "reason": "invention"}
    with acting_as(voice):
        Voice.objects.bulk_create([Voice(service=service, **said) for service in services if service.tier < Tier.NEED_TO_KNOW])


def _services(rng: np.random.Generator, keeper: Actor) -> Iterator[Service]:
    for place in territories().values():
        for function, kind, body, share in NAMED:
            if rng.random() * 100 < share:
                of_state = function == Function.REFERENT_PREFECTURE
                yield _service(
                    keeper, f"{body}, {place.name}", kind, function, f"{_in_french(function)} · {place.name}", [place.code],
                    tier=Tier.PUBLIC if function == Function.SIAO or of_state else Tier.MEMBERS,
                )  # fmt: skip
    for number, languages in enumerate(SPOKEN * 2, 1):
        yield _service(
            keeper, f"Service d'interprètes inventé {number}", Kind.INTERPRETING, Function.INTERPRETER, f"Interprète {number}", ["FR"],
            languages=list(languages), remote=True, training="traite, deux jours (invention)" if number % 2 else "",
        )  # fmt: skip
    for name, region in HIDDEN:
        codes = [place.code for place in territories().values() if place.region == region]
        yield _service(keeper, name, Kind.SHELTER, Function.SHELTER, name, codes, tier=Tier.NEED_TO_KNOW, audiences=["women"])


def _in_french(function: Function) -> str:
    """Names are written once, in the language of the invented country."""
    with override("fr"):
        return str(function.label)


def _service(
    keeper: Actor, body: str, kind: str, function: str, name: str, served: list[str], *, tier: int = Tier.MEMBERS, **fields: Any
) -> Service:
    kept_by = keeper_of(keeper).organisation_id
    structure = Structure(organisation_id=kept_by, name=body, kind=kind, tier=tier, source=SOURCE)
    return Service(
        organisation_id=kept_by, structure=structure, function=function, name=name, territories=served, tier=tier,
        source=SOURCE, origin="imported", **fields,
    )  # fmt: skip


def _people(services: list[Service], rng: np.random.Generator, keeper: Actor, confirms: Actor, now: datetime) -> None:
    """Lines and holders written by one body, confirmed by a person of another, as everybody's are."""
    roll = rng.random((len(services), 3))
    today, who = now.date(), {"entered_by": keeper.user_id, "entered_organisation_id": keeper.organisation_id}
    lines, mandates = [], []
    for number, service in enumerate(services):
        lines.append(Contact(service=service, kind="phone", value=f"+3319900{number % 10_000:04d}", entered_at=now, **who))
        if service.function in REFERENTS:
            left = today - timedelta(days=int(200 * roll[number, 1])) if roll[number, 0] < LEFT else None
            name = f"{GIVEN[number % len(GIVEN)]} Exemple-{number}"
            mandates.append(Mandate(service=service, name=name, starts_on=today - timedelta(days=500), ends_on=left, **who))
    with acting_as(keeper):
        Contact.objects.bulk_create(lines, batch_size=500)
        Mandate.objects.bulk_create(mandates, batch_size=500)
    with acting_as(confirms) as acting:
        known = [mandate.pk for number, mandate in enumerate(mandates) if (number % 100) / 100 >= ANNOUNCED]
        Mandate.objects.filter(pk__in=known).update(
            confirmed_on=today, confirmed_by=acting.user_id, confirmed_organisation=acting.organisation_id
        )
        open_lines = [line for line in lines if line.service.tier < Tier.NEED_TO_KNOW]
        for age, part in _by_age(open_lines, roll[:, 2]):
            _verify(part, today - timedelta(days=age), acting)


def _by_age(lines: list[Contact], roll: Any) -> Iterator[tuple[int, list[UUID]]]:
    """Days since somebody was reached → the contacts of that age."""
    ages = [400 if share < OLD else 120 if share < 2 * OLD else 20 for share in roll[: len(lines)]]
    for age in sorted(set(ages)):
        yield age, [line.pk for line, of_age in zip(lines, ages, strict=True) if of_age == age]


def _verify(ids: list[UUID], on: date, acting: Actor) -> None:
    Contact.objects.filter(pk__in=ids).update(verified_on=on, verified_by=acting.user_id, verified_organisation=acting.organisation_id)


def _member(key: str, role: str) -> Actor | None:
    body = BY_KEY[key]
    organisation = Organisation.objects.filter(name=body.name, is_invented=True).first()
    if organisation is None:
        return None
    with acting_as(Actor.system("demonstration", organisation_id=organisation.pk)):
        found = Membership.objects.current().filter(organisation=organisation, role=role).first()
        return found.actor() if found else None
