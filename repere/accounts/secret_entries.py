"""What is secret of an entry of the directory: an address, a door code, a night line. Closed for one holder, opened one at a time.

Each holder has a box of its own, closed with the public half of its pair (`repere.core.boxes`): the database sees no word of it, a
rotation of keys re-wraps the pair, and the policy shows a box to its holder only, while it lasts. Whoever keeps the entry holds one
without an end; a receiver gets one for 72 hours.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction

from repere import ledger
from repere.accounts.actor import Actor
from repere.accounts.keyring import ensure_key_pair, open_for, public_key
from repere.core.boxes import close_box
from repere.directory.doors import kept_service, visible_service, who
from repere.directory.entry_models import Secret, Service
from repere.directory.refusals import NotVisible, Refused

DISCLOSED_FOR = timedelta(hours=72)
STEP_BYTES = 256


def keep_secret(service_id: UUID, told: dict[str, str], *, acting: Actor, now: datetime) -> Secret:
    """Write what is secret of an entry that we keep, in place of what stood there. Boxes that others hold end with it."""
    with transaction.atomic():
        service = kept_service(acting, service_id)
        Secret.objects.filter(service=service).delete()
        Secret.objects.bulk_create(
            [made := _closed(service, ensure_key_pair(who(acting).organisation_id), who(acting).organisation_id, told, now)]
        )
        ledger.record(acting, "keep_secret", detail={"service": service.pk})
    return made


def disclose(service_id: UUID, organisation_id: UUID, *, acting: Actor, now: datetime) -> datetime:
    """Let one organisation, whose referral was accepted, open it for 72 hours. Returns until when. Raises NoKey where it has no pair."""
    with transaction.atomic():
        service = kept_service(acting, service_id)
        told = _open(service, acting)
        until = now + DISCLOSED_FOR
        Secret.objects.bulk_create([_closed(service, public_key(organisation_id), organisation_id, told, now, until)])
        ledger.record(acting, "disclose_secret", detail={"service": service.pk, "to": organisation_id})
    return until


def take_back(service_id: UUID, organisation_id: UUID, *, acting: Actor, now: datetime) -> None:
    """End a disclosure before its time. What was read cannot be unread."""
    with transaction.atomic():
        service = kept_service(acting, service_id)
        Secret.objects.filter(service=service, holder=organisation_id).delete()
        ledger.record(acting, "take_back_secret", detail={"service": service.pk, "from": organisation_id})


def reveal(service_id: UUID, *, reason: str, acting: Actor, now: datetime) -> dict[str, str]:
    """Open it once, for a reason that stays in the ledger with who looked. Raises NotVisible without a box that lasts."""
    if not reason.strip():
        raise Refused("reason_needed")
    with transaction.atomic():
        service = visible_service(acting, service_id)
        told = _open(service, acting)
        ledger.look(acting, [], act="reveal_secret", detail={"service": service.pk})
    return told


def _open(service: Service, acting: Actor) -> dict[str, str]:
    box = Secret.objects.filter(service=service, holder=acting.organisation_id).order_by("-given_at").first()
    if box is None:
        raise NotVisible
    told: dict[str, str] = json.loads(open_for(box.holder_id, bytes(box.blob), aad=_binding(box)))
    return told


def _closed(service: Service, public: bytes, holder_id: UUID, told: dict[str, str], now: datetime, until: datetime | None = None) -> Secret:
    made = Secret(id=uuid4(), service=service, holder_id=holder_id, until=until, given_at=now)
    text = json.dumps(told, ensure_ascii=False).encode()
    # Padded to even steps, so that a length tells little; blanks after JSON mean nothing.
    made.blob = close_box(public, text + b" " * (-len(text) % STEP_BYTES), aad=_binding(made))
    return made


def _binding(box: Secret) -> tuple[str, ...]:
    return ("directory_secret", str(box.pk), str(box.service_id), str(box.holder_id))
