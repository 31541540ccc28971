"""Shelters that wait for a voice: ours, and those that other organisations asked us about."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from repere.accounts.actor import Actor
from repere.directory.models import Organisation
from repere.places.doors import me
from repere.places.models import Shelter, ShelterVoice
from repere.places.roles import HOSTING, SEEKING


def asked_to_vouch(actor: Actor) -> list[ShelterVoice]:
    """What was asked of the acting organisation and not answered, oldest first. Cost: one query."""
    asked = ShelterVoice.objects.visible_to(actor).filter(organisation_id=actor.organisation_id, said_at=None)
    return list(asked.select_related("keeper")[:50])


def voices_to_give(actor: Actor) -> QuerySet[ShelterVoice]:
    """What waits for a voice of the acting organisation, for those whose role gives one."""
    rows: QuerySet[ShelterVoice] = ShelterVoice.objects.visible_to(actor)
    if actor.role not in SEEKING:
        return rows.none()
    return rows.filter(Q(organisation_id=actor.organisation_id), said_at=None)


def waiting_for_voices(actor: Actor) -> QuerySet[Shelter]:
    """Shelters of the acting organisation that receive nobody yet, for those who answer for them."""
    rows: QuerySet[Shelter] = Shelter.objects.visible_to(actor)
    if actor.role not in HOSTING:
        return rows.none()
    return rows.filter(Q(organisation_id=actor.organisation_id), vouched_at=None)


def voices_of(actor: Actor, shelter: Shelter) -> list[ShelterVoice]:
    """Who was asked about a shelter of ours where it lies now and under its present name, and who has said yes."""
    asked = ShelterVoice.objects.visible_to(actor).filter(shelter=shelter, keeper_id=actor.organisation_id)
    return list(asked.filter(zone=shelter.zone, name=shelter.name).select_related("organisation"))


def could_be_asked(actor: Actor, voices: list[ShelterVoice]) -> list[tuple[str, str]]:
    """Organisations past their probation that were not asked yet."""
    asked = [me(actor), *(voice.organisation_id for voice in voices)]
    others = Organisation.objects.vetting().exclude(pk__in=asked)
    return [(str(one.pk), one.name) for one in others.order_by("name", "pk")]
