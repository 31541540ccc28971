"""For a service without an account: a link by mail, a code by telephone, opened once.

The key is made of both and kept nowhere; the database holds sealed bytes. Needs come first, the person after somebody has accepted
by name, and never where she sleeps. Whatever is wrong with a link, its holder reads one and the same sentence.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.keyring import person_key
from repere.cases import sealed
from repere.cases.access import standing
from repere.cases.actions.by_the_house import add
from repere.cases.contact_safety import KIND as SAFE_CONTACT
from repere.cases.models import Capsule, Fact, Offer, Referral
from repere.cases.models.referral import ACCEPTED, OPEN, REFUSAL_REASONS, REFUSED, SENT, TAKEN
from repere.cases.queries.case_page import timeline_of
from repere.cases.referral.actions.answering import visible_offer
from repere.cases.referral.actions.sending import note_of
from repere.cases.referral.passing import check_passage_again, refuse_unless_sent
from repere.cases.referral.turns import pass_on
from repere.cases.refusals import NotVisible, Refused
from repere.core.sealing import SealBroken, seal, unseal
from repere.directory.entry_models import Contact, Service
from repere.places.queries.reaching import our_line

TABLE = "cases_capsule"
LASTS = timedelta(hours=72)
MOST_TRIES = 5
NEVER = frozenset({"housing"})
"""Data groups that no capsule holds: nothing that says where she sleeps."""


@dataclass(frozen=True)
class Made:
    """`token` goes into the link, `code` is told by telephone; neither can be shown again."""

    capsule: Capsule
    token: str
    code: str


def make_capsule(offer: Offer | UUID, *, acting: Actor, now: datetime) -> Made:
    """Seal an offer whose turn has come for its service. Refused unless the entry is vetted and its number was called back."""
    with acting_as(acting):
        found = visible_offer(offer.pk if isinstance(offer, Offer) else offer, acting)
        if found.owner_id != acting.organisation_id or acting.user_id is None or found.service is None:
            raise NotVisible
        if found.organisation_id is not None or found.state != SENT:
            raise Refused("offer_is_over")
        if not was_called_back(found.service, acting):
            raise Refused("service_not_called_back")
        if Capsule.objects.visible_to(acting).filter(offer=found).exists():
            raise Refused("capsule_was_made")
        referral = Referral.objects.visible_to(acting).select_related("case").get(pk=found.referral_id)
        if "may_share" not in standing(acting, referral.case).words:
            raise Refused("take_over_first")
        refuse_unless_sent(referral)
        check_passage_again(referral, found.service, acting=acting, now=now)
        capsule_id, secret, code = uuid4(), secrets.token_urlsafe(32), f"{secrets.randbelow(10**8):08d}"
        key = _key(secret, code)
        capsule = Capsule(
            id=capsule_id, offer=found, owner_id=found.owner_id, made_at=now, expires_at=now + LASTS,
            needs=seal(key, found.needs, aad=_binding(capsule_id, "needs")),
            person=seal(key, _told_of_her(referral, found, acting), aad=_binding(capsule_id, "person")),
        )  # fmt: skip
        add(capsule, acting=acting)
        ledger.record(acting, "make_capsule", subjects=[referral.person_id], detail={"offer": found.pk, "capsule": capsule_id})
    return Made(capsule, f"{capsule_id.hex}.{secret}", code)


def was_called_back(service: UUID, acting: Actor) -> bool:
    """A vetted entry whose telephone line somebody called and verified."""
    offered = Service.objects.visible_to(acting).offered().filter(pk=service).exists()
    lines = Contact.objects.filter(service=service, kind=Contact.Kind.PHONE, ended_on=None, mandate=None)
    return bool(offered and lines.exclude(verified_on=None).exists())


def open_capsule(token: str, code: str, *, now: datetime) -> dict[str, Any]:
    """The needs. Raises Refused("capsule_closed") for anything wrong, whatever it is."""
    with _capsule(token, code, now=now) as opened:
        Capsule.objects.visible_to(opened.door).filter(pk=opened.row.pk, opened_at=None).update(opened_at=now)
        _write_down(opened.row, "open_capsule", "write")
        return opened.needs


def answer_capsule(
    token: str, code: str, *, accepts: bool, name: str = "", function: str = "", reason: str = "", now: datetime
) -> dict[str, Any] | None:
    """The service's answer. Accepting takes a name and a function, and shows what is told of her, once; refusing shows nothing."""
    with _capsule(token, code, now=now) as opened:
        if accepts and not (name.strip() and function.strip()):
            raise Refused("accepted_by_whom", field="name")
        if not accepts and reason not in REFUSAL_REASONS:
            raise Refused("refusal_needs_a_reason", field="reason")
        told = unseal(opened.key, bytes(opened.row.person or b""), aad=_binding(opened.row.pk, "person")) if accepts else None
        sender = Actor.system("capsule", organisation_id=opened.row.owner_id)
        with acting_as(sender):
            offer = Offer.objects.visible_to(sender).select_for_update(of=("self",)).get(pk=opened.row.offer_id)
            referral = Referral.objects.visible_to(sender).select_related("case").get(pk=offer.referral_id)
            if offer.state != SENT or referral.state != OPEN:
                raise Refused("capsule_closed")
            if accepts:
                _check_again_at_the_door(referral, offer, sender, now)
            sealed_name = _sealed_name(referral, opened.row, name, function) if accepts else None
            Capsule.objects.visible_to(sender).filter(pk=opened.row.pk).update(closed_at=now, person=None, accepted_by=sealed_name)
            if accepts:
                _accept(offer, referral, sender, now)
            else:
                offer.refusal, offer.answered_at = reason, now
                pass_on(offer, state=REFUSED, acting=sender, now=now)
            detail = {"offer": offer.pk, "capsule": opened.row.pk, "accepted": accepts}
            ledger.record(sender, "answer_capsule", subjects=[referral.person_id], detail=detail)
    return told


def _check_again_at_the_door(referral: Referral, offer: Offer, sender: Actor, now: datetime) -> None:
    """What no longer passes is answered like any other closed link: its holder does not learn why."""
    try:
        if offer.service is None:
            raise Refused("capsule_closed")
        check_passage_again(referral, offer.service, acting=sender, now=now)
    except Refused:
        raise Refused("capsule_closed") from None


def _accept(offer: Offer, referral: Referral, sender: Actor, now: datetime) -> None:
    offer.state, offer.answered_at, offer.next_step_at, offer.news_for_sender = ACCEPTED, now, None, "accepted"
    offer.save(update_fields=["state", "answered_at", "next_step_at", "news_for_sender"])
    Referral.objects.visible_to(sender).filter(pk=referral.pk).update(state=TAKEN)
    Offer.objects.visible_to(sender).filter(referral=referral, state="waiting").update(state="not_needed")


def _sealed_name(referral: Referral, row: Capsule, name: str, function: str) -> bytes:
    ring = sealed.KeyRing(person_key(referral.person_id, referral.owner_id))
    return ring.seal(TABLE, row.pk, "narrative", {"name": name.strip()[:120], "function": function.strip()[:120]})


def _told_of_her(referral: Referral, offer: Offer, acting: Actor) -> dict[str, Any]:
    """Whom to call back, words for who accepts, and the frozen facts without groups that no capsule holds: how to reach her first."""
    ids = [line[0] for line in referral.package]
    rows = Fact.objects.visible_to(acting).filter(pk__in=ids).exclude(data_group__in=NEVER).select_related("organisation", "user")
    entries = [entry for entry in timeline_of(acting, referral.case, list(rows.order_by("revision", "id"))) if entry.stands]
    lines = [
        {"label": entry.label, "on": entry.on.text(acting.language), "answers": [[one.label, one.text] for one in entry.answers]}
        for entry in sorted(entries, key=lambda entry: entry.kind != SAFE_CONTACT)
    ]
    return {
        "code_name": referral.case.pseudonym, "lines": lines, "note": note_of(referral, acting), "urgency": offer.urgency,
        "sender": offer.owner.name, "line": our_line(acting), "language": offer.needs.get("language", ""),
    }  # fmt: skip


# ---- at the door


@dataclass(frozen=True)
class _Opened:
    row: Capsule
    key: bytes
    needs: dict[str, Any]
    door: Actor


class _capsule:
    """Opens a capsule for a block, at the door. A wrong code is counted in a transaction that stays, whatever is answered."""

    def __init__(self, token: str, code: str, *, now: datetime) -> None:
        self.token, self.code, self.now = token, code, now
        self.block: Any = None

    def __enter__(self) -> _Opened:
        opened = self._try()
        if opened is None:
            raise Refused("capsule_closed")
        self.block = acting_as(opened.door)
        self.block.__enter__()
        return opened

    def __exit__(self, *raised: Any) -> None:
        self.block.__exit__(*raised)

    def _try(self) -> _Opened | None:
        identifier, _dot, secret = self.token.partition(".")
        try:
            wanted = UUID(hex=identifier)
        except ValueError:
            return None
        with acting_as(Actor.at_the_door()) as door:
            rows = Capsule.objects.visible_to(door).filter(pk=wanted, closed_at=None, expires_at__gt=self.now)
            row = rows.select_for_update(of=("self",)).first()
            if row is None:
                return None
            key = _key(secret, "".join(sign for sign in self.code if sign.isdigit()))
            try:
                return _Opened(row, key, unseal(key, bytes(row.needs), aad=_binding(row.pk, "needs")), door)
            except SealBroken:
                row.tries += 1
                spent = {"closed_at": self.now, "person": None} if row.tries >= MOST_TRIES else {}
                Capsule.objects.visible_to(door).filter(pk=row.pk).update(tries=row.tries, **spent)
                _write_down(row, "refuse_capsule", "denial", closed=bool(spent))
                return None


def _write_down(row: Capsule, act: str, kind: Literal["write", "denial"], *, closed: bool = False) -> None:
    """In the ledger of who made the link, about the person it speaks of. A link that closed itself is no answer: its sender is told."""
    with acting_as(Actor.system("capsule", organisation_id=row.owner_id)) as sender:
        offers = Offer.objects.visible_to(sender).filter(pk=row.offer_id)
        persons = offers.order_by().values_list("referral__person_id", flat=True)
        ledger.record(sender, act, kind=kind, subjects=list(persons), detail={"capsule": row.pk, "tries": row.tries})
        if closed:
            offers.filter(state=SENT).update(news_for_sender="capsule_burnt")


def _key(secret: str, code: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"repere capsule 1").derive(f"{secret}|{code}".encode())


def _binding(capsule: UUID, part: str) -> tuple[str, ...]:
    return (TABLE, str(capsule), part)
