"""The only ways to one thing of the directory: what is foreign does not exist."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from repere.directory.entry_models import Contact, Convention, ImportBatch, Mandate, Service, Structure
from repere.directory.models import Organisation
from repere.directory.refusals import NotVisible, Refused
from repere.ledger.actions import Acting


@dataclass(frozen=True)
class Who:
    """A person of an organisation: what a row keeps of whoever wrote it."""

    user_id: UUID
    organisation_id: UUID


def who(acting: Acting) -> Who:
    if acting.user_id is None or acting.organisation_id is None:
        raise NotVisible
    return Who(acting.user_id, acting.organisation_id)


def visible_service(actor: Acting, service_id: UUID) -> Service:
    found: Service | None = Service.objects.visible_to(actor).select_related("structure", "organisation").filter(pk=service_id).first()
    if found is None:
        raise NotVisible
    return found


def kept_service(actor: Acting, service_id: UUID) -> Service:
    """For changing: only who keeps an entry changes it; others are told who can."""
    found = visible_service(actor, service_id)
    if found.organisation_id != actor.organisation_id:
        raise Refused("not_ours")
    return found


def visible_structure(actor: Acting, structure_id: UUID) -> Structure:
    found: Structure | None = Structure.objects.visible_to(actor).filter(pk=structure_id).first()
    if found is None:
        raise NotVisible
    return found


def kept_structure(actor: Acting, structure_id: UUID) -> Structure:
    """As for a service: changed by who keeps it only."""
    found = visible_structure(actor, structure_id)
    if found.organisation_id != actor.organisation_id:
        raise Refused("not_ours")
    return found


def is_past_probation(actor: Acting) -> bool:
    if actor.organisation_id is None:
        return False
    return Organisation.objects.filter(pk=actor.organisation_id, state=Organisation.State.ACTIVE).exists()


def sees_persons(actor: Acting, service: Service) -> bool:
    """Names and contacts of persons: past probation, or one's own entry."""
    return service.organisation_id == actor.organisation_id or is_past_probation(actor)


def visible_contact(actor: Acting, contact_id: UUID) -> Contact:
    found = Contact.objects.select_related("service", "replaces").filter(pk=contact_id).first()
    if found is None or (found.mandate_id is not None and not sees_persons(actor, found.service)):
        raise NotVisible
    visible_service(actor, found.service_id)
    return found


def visible_mandate(actor: Acting, mandate_id: UUID) -> Mandate:
    found = Mandate.objects.select_related("service").filter(pk=mandate_id).first()
    if found is None or not sees_persons(actor, visible_service(actor, found.service_id)):
        raise NotVisible
    return found


def visible_convention(actor: Acting, convention_id: UUID) -> Convention:
    found = Convention.objects.filter(pk=convention_id).first()
    if found is None or (found.organisation_id != actor.organisation_id and not is_past_probation(actor)):
        raise NotVisible
    return found


def visible_batch(actor: Acting, batch_id: UUID) -> ImportBatch:
    found = ImportBatch.objects.filter(pk=batch_id, organisation=actor.organisation_id).first()
    if found is None:
        raise NotVisible
    return found
