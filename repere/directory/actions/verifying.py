"""How sure an entry and its contacts are: voices, calls, outcomes. A link that was clicked proves a mailbox and nothing else."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from repere import ledger
from repere.directory import checks
from repere.directory.doors import is_past_probation, kept_service, visible_contact, visible_mandate, visible_service, who
from repere.directory.entry_models import Contact, Outcome, Service, Voice
from repere.directory.guard import OUTCOMES_A_DAY
from repere.directory.refusals import NotVisible, Refused
from repere.ledger.actions import Acting


def vouch(service_id: UUID, *, reason: str, acting: Acting, now: datetime) -> bool:
    """One voice of two. Returns whether the entry may be offered now."""
    service = visible_service(acting, service_id)
    if service.structure.member_id == acting.organisation_id:
        raise Refused("own_entry")
    if not is_past_probation(acting):
        raise Refused("not_past_probation")
    if not reason.strip():
        raise Refused("reason_needed")
    try:
        with transaction.atomic():
            Voice.objects.create(
                service=service,
                user_id=who(acting).user_id,
                organisation_id=who(acting).organisation_id,
                at=now,
                reason=reason.strip()[:300],
            )
            ledger.record(acting, "vouch", detail={"service": service.pk})
    except IntegrityError:
        raise Refused("already_said") from None
    # The database counts the voices and decides.
    return Service.objects.visible_to(acting).get(pk=service.pk).vetted_at is not None


def add_contact(service_id: UUID, *, kind: str, value: str, mandate_id: UUID | None = None, acting: Acting, now: datetime) -> Contact:
    """A first contact of the service line, or of a person under a mandate."""
    service = kept_service(acting, service_id)
    if mandate_id is not None and visible_mandate(acting, mandate_id).service_id != service.pk:
        raise NotVisible
    standing = Contact.objects.filter(service=service, kind=kind)
    if (standing.filter(mandate=None) if mandate_id is None else standing.filter(mandate=mandate_id)).exists():
        raise Refused("contact_stands")
    return _write(service, kind, value, mandate_id, None, acting, now, "add_contact")


def change_contact(contact_id: UUID, *, value: str, acting: Acting, now: datetime) -> Contact:
    """Ask for another number or mailbox. The former one stands until somebody else has called it back."""
    former = visible_contact(acting, contact_id)
    service = kept_service(acting, former.service_id)
    if former.ended_on is not None:
        raise Refused("already_ended")
    if former.is_pending or former.replacements.filter(ended_on=None).exists():
        raise Refused("change_waits")
    return _write(service, former.kind, value, former.mandate_id, former, acting, now, "change_contact")


def call_back(contact_id: UUID, *, confirmed: bool, acting: Acting, now: datetime) -> Contact:
    """Say that one called the *former* contact: it knew nothing of the change; or it confirmed it, which only another organisation
    than the one that keeps the entry may say."""
    with transaction.atomic():
        changed = visible_contact(acting, contact_id)
        if not changed.is_pending or changed.ended_on is not None or changed.replaces is None:
            raise Refused("no_change_waits")
        if changed.entered_by == acting.user_id:
            raise Refused("by_another_person")
        if confirmed:
            _by_another_organisation(changed, acting)
        today = now.date()
        if confirmed:
            changed.called_back_on, changed.called_back_by = today, acting.user_id
            changed.save(update_fields=["called_back_on", "called_back_by"])
            changed.replaces.ended_on = today
            changed.replaces.save(update_fields=["ended_on"])
        else:
            changed.ended_on = today
            changed.save(update_fields=["ended_on"])
        detail = {"service": changed.service_id, "contact": changed.pk, "confirmed": confirmed}
        ledger.record(acting, "call_back", detail=detail)
    return changed


def verify_contact(contact_id: UUID, *, acting: Acting, now: datetime) -> Contact:
    """Say that one reached the service by this contact today. Never by who keeps the entry, nor by the body that it tells of."""
    with transaction.atomic():
        held = visible_contact(acting, contact_id)
        if held.ended_on is not None:
            raise Refused("already_ended")
        if held.is_pending:
            raise Refused("call_back_first")
        _by_another_organisation(held, acting)
        held.verified_on, held.verified_by, held.verified_organisation_id = now.date(), acting.user_id, acting.organisation_id
        held.save(update_fields=["verified_on", "verified_by", "verified_organisation"])
        ledger.record(acting, "verify_contact", detail={"service": held.service_id, "contact": held.pk})
    return held


def _by_another_organisation(contact: Contact, acting: Acting) -> None:
    service = visible_service(acting, contact.service_id)
    if acting.organisation_id in (service.organisation_id, service.structure.member_id):
        raise Refused("by_another_organisation")


def prove_mailbox(contact_id: UUID, *, acting: Acting, now: datetime) -> Contact:
    """The link sent to a mailbox was opened. No tier, no change and no verification follows from it. `acting`: the house itself, for who
    keeps the entry (`accounts.mailbox_links`); the database refuses it to a person."""
    with transaction.atomic():
        held = visible_contact(acting, contact_id)
        kept_service(acting, held.service_id)
        if held.kind != Contact.Kind.EMAIL:
            raise Refused("wrong_mailbox", value=held.value)
        held.mailbox_proved_on = now.date()
        held.save(update_fields=["mailbox_proved_on"])
        ledger.record(acting, "prove_mailbox", detail={"service": held.service_id, "contact": held.pk})
    return held


def record_outcome(service_id: UUID, *, what: str, on: date, acting: Acting, now: datetime) -> Outcome:
    """What came of turning to a service, so that trust follows what happens. No person is named.

    The same, told again of one day by the same organisation, counts once. One person tells of forty in a day at most (our choice):
    Refused("outcomes_enough") beyond, which the database refuses too.
    """
    service = visible_service(acting, service_id)
    if what not in Outcome.What.values:
        raise Refused("unknown_outcome", value=what)
    if on > now.date():
        raise Refused("day_to_come")
    with transaction.atomic():
        made = Outcome(service=service, organisation_id=who(acting).organisation_id, user_id=who(acting).user_id, what=what, on=on)
        if Outcome.objects.filter(user_id=made.user_id, told_at__gt=Now() - timedelta(days=1)).count() >= OUTCOMES_A_DAY:
            raise Refused("outcomes_enough")
        Outcome.objects.bulk_create([made], ignore_conflicts=True)
        ledger.record(acting, "record_outcome", detail={"service": service.pk, "what": what})
    return made


def _write(
    service: Service, kind: str, value: str, mandate_id: UUID | None, replaces: Contact | None, acting: Acting, now: datetime, act: str
) -> Contact:
    if kind not in Contact.Kind.values:
        raise Refused("unknown_code", value=kind, field="kind")
    clean = checks.phone(value, service.territories) if kind == Contact.Kind.PHONE else checks.mailbox(value)
    with transaction.atomic():
        made = Contact.objects.create(
            service=service, mandate_id=mandate_id, kind=kind, value=clean, entered_at=now, entered_by=who(acting).user_id,
            entered_organisation_id=who(acting).organisation_id, replaces=replaces,
        )  # fmt: skip
        ledger.record(acting, act, detail={"service": service.pk, "contact": made.pk, "kind": kind})
    return made
