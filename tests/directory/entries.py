"""Entries of the directory, made as people make them. Everybody and everything is invented."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils import timezone

from repere.directory import actions
from repere.directory.entry_models import Contact, Mandate, Service
from tests.people import Cast, Member


def entry(by: Member, *, now: datetime | None = None, **fields: Any) -> Service:
    """An entry that nobody has vouched for yet."""
    told: dict[str, Any] = {
        "structure": "Préfecture inventée", "kind": "prefecture", "function": "referent_prefecture",
        "name": "Référent traite de la préfecture", "territories": ["69"], "phone": "+33 1 99 00 11 22",
    } | fields  # fmt: skip
    with by.acts() as acting:
        return actions.add_entry(**told, acting=acting, now=now or timezone.now())


def vetted(people: Cast, by: Member, **fields: Any) -> Service:
    """The same, after two persons of two organisations have vouched for it."""
    made = entry(by, **fields)
    for member in (people.amina, people.bruno):
        with member.acts() as acting:
            actions.vouch(made.pk, reason="appelés au standard", acting=acting, now=fields.get("now") or timezone.now())
    return made


def held(service: Service, by: Member, confirmed_by: Member | None, *, since: date, now: datetime | None = None, **fields: Any) -> Mandate:
    at = now or timezone.now()
    with by.acts() as acting:
        mandate = actions.name_holder(service.pk, **{"name": "Camille Inventée", "starts_on": since} | fields, acting=acting, now=at)
    if confirmed_by is not None:
        with confirmed_by.acts() as acting:
            actions.confirm_mandate(mandate.pk, acting=acting, now=at)
    return mandate


def line_of(service: Service, by: Member) -> Contact:
    with by.acts():
        return Contact.objects.get(service=service, mandate=None, kind="phone", ended_on=None, replaces=None)


def reached(service: Service, by: Member, *, now: datetime) -> None:
    contact = line_of(service, by)
    with by.acts() as acting:
        actions.verify_contact(contact.pk, acting=acting, now=now)
