"""Before a shelter receives anybody, two persons of two other organisations say that it is what it says, and where."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.directory.models import Organisation
from repere.places.by_the_house import add, change, writing
from repere.places.doors import kept_shelter, may_receive, me, must_be, myself
from repere.places.models import Shelter
from repere.places.refusals import NotVisible, Refused
from repere.places.roles import HOSTING, SEEKING
from repere.places.vouching_models import ShelterVoice, VoiceReminder


def ask_for_voice(shelter_id: UUID, organisation_id: UUID, *, acting: Actor, now: datetime) -> ShelterVoice:
    """Ask one organisation to vouch for a shelter of ours. It learns its name among us, its département and that we keep it."""
    must_be(acting, HOSTING)
    with acting_as(acting):
        shelter = kept_shelter(acting, shelter_id)
        if organisation_id == me(acting) or not Organisation.objects.vetting().filter(pk=organisation_id).exists():
            raise Refused("ask_another")
        asked = ShelterVoice(
            shelter=shelter, keeper_id=me(acting), organisation_id=organisation_id, name=shelter.name, zone=shelter.zone, asked_at=now
        )
        try:
            with transaction.atomic():
                add(asked, acting=acting)
        except IntegrityError:
            raise Refused("asked_already") from None
        ledger.record(acting, "ask_for_voice", detail={"shelter": shelter.pk, "asked": organisation_id})
    return asked


def vouch_for_shelter(voice_id: UUID, *, reason: str, acting: Actor, now: datetime) -> ShelterVoice:
    """One voice of two. The database counts them and decides."""
    must_be(acting, SEEKING)
    with acting_as(acting):
        asked = visible_voice(acting, voice_id)
        if not may_receive(me(acting)):
            raise Refused("not_past_probation")
        if asked.said_at is not None:
            raise Refused("voice_given")
        if not reason.strip():
            raise Refused("say_how")
        change(asked, acting=acting, user_id=myself(acting), said_at=now, reason=reason.strip()[:300])
        ledger.record(acting, "vouch_for_shelter", detail={"shelter": asked.shelter_id, "voice": asked.pk})
    return asked


def keep_reminded(shelters: Iterable[Shelter], *, acting: Actor, now: datetime) -> int:
    """Write down that this member was shown today that these shelters of ours wait for voices. Returns how many were not written yet."""
    with acting_as(acting):
        had = VoiceReminder.objects.visible_to(acting).filter(user_id=myself(acting), shown_on=now.date())
        seen = set(had.values_list("shelter_id", flat=True))
        new = [
            VoiceReminder(id=uuid4(), shelter=one, organisation_id=me(acting), user_id=myself(acting), shown_on=now.date())
            for one in shelters
            if one.pk not in seen
        ]
        if new:
            with writing(acting):
                VoiceReminder.objects.bulk_create(new, ignore_conflicts=True)
            ledger.record(acting, "remind_of_voices", detail={"shelters": [one.shelter_id for one in new]})
    return len(new)


def visible_voice(acting: Actor, voice_id: UUID) -> ShelterVoice:
    """One that was asked of the acting organisation."""
    ours = ShelterVoice.objects.visible_to(acting).filter(organisation_id=acting.organisation_id)
    found: ShelterVoice | None = ours.select_related("keeper").filter(pk=voice_id).first()
    if found is None:
        raise NotVisible
    return found
