"""Shelters that wait for a voice: ours, and those that other organisations asked us about."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery

from repere.accounts.actor import Actor
from repere.accounts.queries import members_of
from repere.directory.models import Organisation
from repere.places.doors import me
from repere.places.models import Shelter
from repere.places.roles import HOSTING, SEEKING
from repere.places.vouching_models import ShelterVoice, VoiceReminder

DAILY_FOR = timedelta(weeks=4)
AGAIN_AFTER = timedelta(days=7)
"""Our choices: a reminder that stands there for ever is no longer read."""


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


def to_remind(actor: Actor, *, now: datetime) -> list[Shelter]:
    """Those of which this member is reminded today: every day for some weeks after somebody made the shelter or asked for a voice, then
    once a week. Cost: one query."""
    today = now.date()
    asked = ShelterVoice.objects.visible_to(actor).filter(shelter=OuterRef("pk"), zone=OuterRef("zone"), name=OuterRef("name"))
    shown = VoiceReminder.objects.visible_to(actor).filter(shelter=OuterRef("pk"), user_id=actor.user_id, shown_on__lte=today)
    waiting = waiting_for_voices(actor).annotate(
        last_asked=Subquery(asked.order_by("-asked_at").values("asked_at")[:1]),
        last_shown=Subquery(shown.order_by("-shown_on").values("shown_on")[:1]),
        shown_before=Subquery(shown.filter(shown_on__lt=today).order_by("-shown_on").values("shown_on")[:1]),
    )  # fmt: skip
    return [one for one in waiting if _is_due(one, today)]


def _is_due(shelter: Any, today: date) -> bool:
    since = (shelter.last_asked or shelter.created_at).date()
    if today - since < DAILY_FOR or shelter.last_shown == today:
        return True
    return shelter.shown_before is None or today - shelter.shown_before >= AGAIN_AFTER


def reminded_of(actor: Actor, shelter: Shelter) -> list[tuple[str, date]]:
    """Whom the reminder was shown to, by name, and when last; for whoever keeps the shelter."""
    last: dict[UUID, date] = {}
    for user, day in VoiceReminder.objects.visible_to(actor).filter(shelter=shelter).values_list("user_id", "shown_on"):
        last.setdefault(user, day)
    names = {one.user_id: one.user.name for one in members_of(shelter.organisation)}
    return sorted((names[user], day) for user, day in last.items() if user in names)


def voices_of(actor: Actor, shelter: Shelter) -> list[ShelterVoice]:
    """Who was asked about a shelter of ours where it lies now and under its present name, and who has said yes."""
    asked = ShelterVoice.objects.visible_to(actor).filter(shelter=shelter, keeper_id=actor.organisation_id)
    return list(asked.filter(zone=shelter.zone, name=shelter.name).select_related("organisation"))


def could_be_asked(actor: Actor, voices: list[ShelterVoice]) -> list[tuple[str, str]]:
    """Organisations past their probation that were not asked yet."""
    asked = [me(actor), *(voice.organisation_id for voice in voices)]
    others = Organisation.objects.vetting().exclude(pk__in=asked)
    return [(str(one.pk), one.name) for one in others.order_by("name", "pk")]
