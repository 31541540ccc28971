"""What is secret of an entry of the directory: an address, a door code, a night line. Closed for one holder, opened one at a time.

Each holder has a box of its own, closed with the public half of its pair (`repere.core.boxes`): the database sees no word of it, a
rotation of keys re-wraps the pair, and the policy shows a box to its holder only, while it lasts. Whoever keeps the entry holds one
without an end; a receiver gets one for 72 hours.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction

from repere import ledger
from repere.accounts.keyring import NoKey, ensure_key_pair, open_for, public_key
from repere.core.boxes import close_box
from repere.directory import actions
from repere.directory.doors import kept_service, visible_service, who
from repere.directory.entry_models import Secret, Service
from repere.directory.refusals import NotVisible, Refused
from repere.directory.tiers import Tier
from repere.ledger.actions import Acting

DISCLOSED_FOR = timedelta(hours=72)
STEP_BYTES = 256
LONGEST = 300

PARTS = ("meeting_point", "address", "door", "night_line")
"""What a box may hold: where somebody is met, the address, how the door opens, a number for the night."""
STAGES = {"meeting": ("meeting_point",), "address": ("meeting_point", "address", "night_line"), "door": PARTS}
"""Told one after the other: where she is met when she sets out, the address when she is near, the door when she stands before it."""


@dataclass(frozen=True)
class Disclosed:
    """To whom an entry that we keep stands open, how far, and until when."""

    organisation_id: UUID
    organisation: str
    stage: str
    until: datetime


def keep_secret(service_id: UUID, told: dict[str, str], *, acting: Acting, now: datetime) -> Secret:
    """Write what is secret of an entry that we keep, in place of what stood there. Boxes that others hold end with it."""
    clean = {part: text.strip()[:LONGEST] for part, text in told.items() if part in PARTS and text.strip()}
    if not clean:
        raise Refused("nothing_to_keep")
    with transaction.atomic():
        service = kept_service(acting, service_id)
        if service.tier != Tier.NEED_TO_KNOW:
            raise Refused("listed_entry")
        Secret.objects.filter(service=service).delete()
        Secret.objects.bulk_create(
            [made := _closed(service, ensure_key_pair(who(acting).organisation_id), who(acting).organisation_id, clean, now)]
        )
        ledger.record(acting, "keep_secret", detail={"service": service.pk})
    return made


def disclose(service_id: UUID, organisation_id: UUID, *, stage: str, acting: Acting, now: datetime) -> datetime:
    """Let one organisation, whose referral was accepted, open it as far as `stage` for 72 hours. Returns until when.

    The organisation is one that we have shown the entry to. A further stage takes the place of the former one.
    """
    if stage not in STAGES:
        raise Refused("unknown_code", value=stage, field="stage")
    with transaction.atomic():
        service = kept_service(acting, service_id)
        if organisation_id not in service.known_to:
            raise Refused("show_first")
        whole = _open(service, acting)
        told = {part: whole[part] for part in STAGES[stage] if part in whole}
        if not told:
            raise Refused("nothing_at_this_stage")
        try:
            public = public_key(organisation_id)
        except NoKey:
            raise Refused("receiver_has_no_pair") from None
        until = now + DISCLOSED_FOR
        Secret.objects.filter(service=service, holder=organisation_id).delete()
        Secret.objects.bulk_create([_closed(service, public, organisation_id, told, now, stage=stage, until=until)])
        ledger.record(acting, "disclose_secret", detail={"service": service.pk, "to": organisation_id, "stage": stage})
    return until


def disclosed(service_id: UUID, *, acting: Acting, now: datetime) -> list[Disclosed]:
    """For who keeps the entry: every box of others that still opens."""
    service = kept_service(acting, service_id)
    boxes = Secret.objects.filter(service=service, until__gt=now).select_related("holder").order_by("until")
    return [Disclosed(box.holder_id, box.holder.name, box.stage, box.until) for box in boxes if box.until]


def holds_box(service_id: UUID, *, acting: Acting) -> bool:
    """Whether something can be revealed to this actor now. What is in it is not looked at."""
    return bool(Secret.objects.filter(service=service_id, holder=acting.organisation_id).exists())


def hide_from(service_id: UUID, organisation_id: UUID, *, acting: Acting, now: datetime) -> None:
    """An organisation that was shown an entry sees it no more, and what it could open of it closes in the same step."""
    with transaction.atomic():
        actions.hide_from(service_id, organisation_id, acting=acting, now=now)
        Secret.objects.filter(service=service_id, holder=organisation_id).delete()


def take_back(service_id: UUID, organisation_id: UUID, *, acting: Acting, now: datetime) -> None:
    """End a disclosure before its time. What was read cannot be unread."""
    with transaction.atomic():
        service = kept_service(acting, service_id)
        Secret.objects.filter(service=service, holder=organisation_id).delete()
        ledger.record(acting, "take_back_secret", detail={"service": service.pk, "from": organisation_id})


def reveal(service_id: UUID, *, reason: str, acting: Acting, now: datetime) -> dict[str, str]:
    """Open it once, for a reason that stays in the ledger with who looked. Raises NotVisible without a box that lasts."""
    if not reason.strip():
        raise Refused("reason_needed")
    with transaction.atomic():
        service = visible_service(acting, service_id)
        told = _open(service, acting)
        ledger.look(acting, [], act="reveal_secret", detail={"service": service.pk})
    return told


def _open(service: Service, acting: Acting) -> dict[str, str]:
    box = Secret.objects.filter(service=service, holder=acting.organisation_id).order_by("-given_at").first()
    if box is None:
        raise NotVisible
    told: dict[str, str] = json.loads(open_for(box.holder_id, bytes(box.blob), aad=_binding(box)))
    return told


def _closed(
    service: Service, public: bytes, holder_id: UUID, told: dict[str, str], now: datetime, *, stage: str = "",
    until: datetime | None = None,
) -> Secret:  # fmt: skip
    made = Secret(id=uuid4(), service=service, holder_id=holder_id, stage=stage, until=until, given_at=now)
    text = json.dumps(told, ensure_ascii=False).encode()
    # Padded to even steps, so that a length tells little; blanks after JSON mean nothing.
    made.blob = close_box(public, text + b" " * (-len(text) % STEP_BYTES), aad=_binding(made))
    return made


def _binding(box: Secret) -> tuple[str, ...]:
    return ("directory_secret", str(box.pk), str(box.service_id), str(box.holder_id))
