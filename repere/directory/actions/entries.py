"""Entries: a body, and what it offers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from repere import ledger
from repere.directory import checks
from repere.directory.actions.verifying import add_contact
from repere.directory.doors import kept_service, kept_structure, visible_structure, who
from repere.directory.entry_models import Origin, Service, Structure
from repere.directory.fields import clean_fields, named, one_of
from repere.directory.models import Organisation
from repere.directory.refusals import NotVisible, Refused
from repere.directory.territory import name_of
from repere.directory.tiers import Tier
from repere.directory.vocabulary import AUDIENCES, Function, Kind, words_of_function, words_of_language
from repere.directory.wording import plain
from repere.ledger.actions import Acting


def add_structure(
    *, name: str, kind: str, tier: int = Tier.MEMBERS, website: str = "", member_id: UUID | None = None, source: str = "",
    source_key: str = "", acting: Acting, now: datetime,
) -> Structure:  # fmt: skip
    """A body of the directory. `member_id`: the organisation it is, where it works in this installation."""
    one_of("kind", kind, Kind.values)
    made = Structure(
        name=named(name), kind=kind, tier=_tier(tier), website=checks.website(website), organisation_id=who(acting).organisation_id,
        member_id=member_id, source=source, source_key=source_key, created_at=now,
    )  # fmt: skip
    made.words = _structure_words(made)
    with transaction.atomic():
        made.save(force_insert=True)
        ledger.record(acting, "add_structure", detail={"structure": made.pk, "kind": kind})
    return made


def add_service(
    structure_id: UUID, *, function: str, name: str, territories: Iterable[str], tier: int = Tier.MEMBERS, acting: Acting,
    now: datetime, origin: str = "", source: str = "", source_key: str = "", batch_id: UUID | None = None, **fields: Any,
) -> Service:  # fmt: skip
    """Something that a body offers. It is offered to nobody before two persons of two organisations have vouched for it.

    `fields`: among EDITABLE. Raises Refused for a code, a territory, hours or a text that cannot be taken.
    """
    structure = visible_structure(acting, structure_id)
    one_of("function", function, Function.values)
    known = clean_fields({"name": name, "territories": list(territories), **fields})
    ours = structure.member_id is not None and structure.member_id == acting.organisation_id
    made = Service(
        structure=structure, organisation_id=who(acting).organisation_id, function=function, tier=max(_tier(tier), structure.tier),
        origin=origin or (Origin.SELF_DECLARED if ours else Origin.ENTERED), source=source, source_key=source_key, batch_id=batch_id,
        created_at=now, **known,
    )  # fmt: skip
    made.words = searched_words(made)
    with transaction.atomic():
        made.save(force_insert=True)
        ledger.record(acting, "add_service", detail={"service": made.pk, "function": function, "tier": made.tier})
    return made


def add_entry(
    *, structure: str, kind: str, member_id: UUID | None = None, tier: int = Tier.MEMBERS, phone: str = "", email: str = "",
    acting: Acting, now: datetime, **fields: Any,
) -> Service:  # fmt: skip
    """A service with its body and the contacts of its line, as one page asks for them. A body of that name that we keep is taken again."""
    with transaction.atomic():
        held = Structure.objects.visible_to(acting).filter(
            organisation=acting.organisation_id, name=structure.strip(), member=member_id
        ).first()  # fmt: skip
        body = held or add_structure(name=structure, kind=kind, tier=tier, member_id=member_id, acting=acting, now=now)
        made = add_service(body.pk, tier=tier, acting=acting, now=now, **fields)
        for of_kind, value in (("phone", phone), ("email", email)):
            if value:
                add_contact(made.pk, kind=of_kind, value=value, acting=acting, now=now)
    return made


def edit_service(service_id: UUID, *, acting: Acting, now: datetime, **fields: Any) -> Service:
    """Change what is written of it; contacts have verbs of their own. `fields`: among EDITABLE. Under another name it is offered to
    nobody before two organisations have vouched for it again: the database sees to it."""
    with transaction.atomic():
        held = kept_service(acting, service_id)
        known = clean_fields(fields)
        for field, value in known.items():
            setattr(held, field, value)
        held.words = searched_words(held)
        held.save(update_fields=[*known, "words"])
        held.refresh_from_db(fields=["vetted_at", "version"])
        ledger.record(acting, "edit_service", detail={"service": held.pk, "fields": sorted(known)})
    return held


def show_to(service_id: UUID, organisation_id: UUID, *, acting: Acting, now: datetime) -> Service:
    """Let one other organisation know of an entry, so that it can vouch for it or refer to it. One at a time, never a list."""
    with transaction.atomic():
        held = kept_service(acting, service_id)
        if held.tier != Tier.NEED_TO_KNOW:
            raise Refused("not_hidden")
        if not Organisation.objects.filter(pk=organisation_id, state=Organisation.State.ACTIVE).exists():
            raise NotVisible
        for one in (held, held.structure):
            one.known_to = sorted({*one.known_to, organisation_id}, key=str)
            one.save(update_fields=["known_to"])
        ledger.record(acting, "show_entry", detail={"service": held.pk, "to": organisation_id})
    return held


def hide_from(service_id: UUID, organisation_id: UUID, *, acting: Acting, now: datetime) -> Service:
    """An organisation that was shown an entry sees it no more. What it read cannot be unread."""
    with transaction.atomic():
        held = kept_service(acting, service_id)
        if organisation_id not in held.known_to:
            raise Refused("not_shown_to")
        held.known_to = [one for one in held.known_to if one != organisation_id]
        held.save(update_fields=["known_to"])
        elsewhere = Service.objects.visible_to(acting).filter(structure=held.structure, known_to__contains=[organisation_id])
        if not elsewhere.exists():
            held.structure.known_to = [one for one in held.structure.known_to if one != organisation_id]
            held.structure.save(update_fields=["known_to"])
        ledger.record(acting, "hide_entry", detail={"service": held.pk, "from": organisation_id})
    return held


def edit_structure(structure_id: UUID, *, name: str, kind: str, website: str = "", acting: Acting, now: datetime) -> Structure:
    """Change what is written of a body that we keep; what its services are found by follows. Its tier and its keeper never change.
    Under another name or kind its services wait for two voices again."""
    one_of("kind", kind, Kind.values)
    with transaction.atomic():
        held = kept_structure(acting, structure_id)
        held.name, held.kind, held.website = named(name), kind, checks.website(website)
        held.words = _structure_words(held)
        held.save(update_fields=["name", "kind", "website", "words"])
        for service in Service.objects.visible_to(acting).filter(structure=held, organisation=acting.organisation_id):
            service.structure = held
            service.words = searched_words(service)
            service.save(update_fields=["words"])
        ledger.record(acting, "edit_structure", detail={"structure": held.pk, "kind": kind})
    return held


def _structure_words(structure: Structure) -> str:
    return "" if structure.tier > Tier.MEMBERS else plain(f"{structure.name} {structure.get_kind_display()}")


def close_service(service_id: UUID, *, acting: Acting, now: datetime) -> Service:
    """It is offered no more. The entry stays, for those who turned to it."""
    with transaction.atomic():
        held = kept_service(acting, service_id)
        if held.closed_on is not None:
            raise Refused("already_ended")
        held.closed_on = now.date()
        held.save(update_fields=["closed_on"])
        ledger.record(acting, "close_service", detail={"service": held.pk})
    return held


def searched_words(service: Service) -> str:
    """What it can be found by; nothing for what is kept out of lists."""
    if service.tier > Tier.MEMBERS:
        return ""
    told = [service.name, service.structure.name, str(service.structure.get_kind_display()), service.description, service.training]
    told += [words_of_function(service.function), *map(words_of_language, service.languages), *map(name_of, service.territories)]
    told += [str(AUDIENCES[code]) for code in service.audiences]
    return plain(" ".join(told))


def _tier(tier: int) -> int:
    one_of("tier", str(tier), [str(known) for known in Tier.values])
    return int(tier)
