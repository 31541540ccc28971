"""Who holds a function: named, confirmed by somebody else, ended. The post stays."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q

from repere import ledger
from repere.directory.doors import kept_service, visible_mandate, who
from repere.directory.entry_models import Mandate, Service
from repere.directory.fields import one_of
from repere.directory.refusals import Refused
from repere.ledger.actions import Acting


def name_holder(
    service_id: UUID, *, name: str, starts_on: date, ends_on: date | None = None, rank: str = Mandate.Rank.HOLDER, training: str = "",
    acting: Acting, now: datetime,
) -> Mandate:  # fmt: skip
    """Record that a person holds the function, or deputises, from a day. It counts once somebody else has confirmed it.

    `ends_on`: the last day, where it is known beforehand: the vacancy then shows by itself.
    """
    service = kept_service(acting, service_id)
    if ends_on and ends_on < starts_on:
        raise Refused("ends_before_start")
    one_of("rank", rank, Mandate.Rank.values)
    if rank == Mandate.Rank.HOLDER and _held_meanwhile(service, starts_on, ends_on):
        raise Refused("holder_stands")
    if not service.is_post:
        raise Refused("not_a_post")
    if len(name.strip()) < 3:
        raise Refused("name_needed")
    try:
        with transaction.atomic():
            made = Mandate.objects.create(
                service=service, rank=rank, name=name.strip()[:120], training=training[:300], starts_on=starts_on,
                ends_on=ends_on, ended_entered_by=acting.user_id if ends_on else None,
                entered_by=who(acting).user_id, entered_organisation_id=who(acting).organisation_id,
            )  # fmt: skip
            ledger.record(acting, "name_holder", detail={"service": service.pk, "mandate": made.pk, "rank": rank})
    except IntegrityError:
        raise Refused("holder_stands") from None
    return made


def _held_meanwhile(service: Service, starts_on: date, ends_on: date | None) -> bool:
    others = Mandate.objects.filter(service=service, rank=Mandate.Rank.HOLDER).filter(Q(ends_on=None) | Q(ends_on__gte=starts_on))
    return (others.filter(starts_on__lte=ends_on) if ends_on else others).exists()


def end_mandate(mandate_id: UUID, *, ended_on: date, acting: Acting, now: datetime) -> Mandate:
    """She left. From the next day the function is vacant until somebody is named."""
    with transaction.atomic():
        held = visible_mandate(acting, mandate_id)
        kept_service(acting, held.service_id)
        # An end that was known beforehand may come sooner, never later.
        if held.ends_on is not None and held.ends_on <= ended_on:
            raise Refused("already_ended")
        if ended_on < held.starts_on:
            raise Refused("ends_before_start")
        held.ends_on, held.ended_entered_by = ended_on, acting.user_id
        held.save(update_fields=["ends_on", "ended_entered_by"])
        ledger.record(acting, "end_mandate", detail={"service": held.service_id, "mandate": held.pk})
    return held


def confirm_mandate(mandate_id: UUID, *, acting: Acting, now: datetime) -> Mandate:
    """Say that one called the service line and heard that this person holds the function."""
    with transaction.atomic():
        held = visible_mandate(acting, mandate_id)
        if held.entered_by == acting.user_id:
            raise Refused("by_another_person")
        if held.ends_on is not None and held.ends_on < now.date():
            raise Refused("already_ended")
        held.confirmed_on, held.confirmed_by, held.confirmed_organisation_id = now.date(), acting.user_id, acting.organisation_id
        held.save(update_fields=["confirmed_on", "confirmed_by", "confirmed_organisation"])
        ledger.record(acting, "confirm_mandate", detail={"service": held.service_id, "mandate": held.pk})
    return held
