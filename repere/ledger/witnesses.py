"""Witnesses: organisations that receive our heads. Two of them at least, so that no single house can rewrite the past.

A head is written down for each witness first (`Dispatch`, once per head and witness), sent after, and marked once the mail
server has taken it. Killed in between, it is sent again under the same Message-ID: whoever receives it twice sees that it is
one. The mail says nothing about anybody; the head in it is numbers and hashes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from email.utils import parseaddr
from uuid import UUID, uuid5

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.validators import validate_email
from django.db import transaction

from repere.ledger.actions import Acting, record
from repere.ledger.heads import SignedHead, to_text
from repere.ledger.models import Dispatch, Seal, Witness

WITNESSES_NEEDED = 2
TRIES_AT_MOST = 48
_OURS = UUID("5b0c0a1e-2f53-4b8e-9d4f-8d2f6a0f7c11")

SUBJECT = "N° {number}"
TEXT = """\
N° {number}, {at}

Merci de garder ce fichier tel quel, sans le modifier, ailleurs que chez l'expéditeur.
Please keep this file as it is, unchanged, elsewhere than with the sender.
"""


class WitnessRefused(ValueError):
    """What was asked cannot be done; the message says why."""


def add_witness(organisation: str, address: str, *, acting: Acting, now: datetime) -> Witness:
    """Name an organisation that keeps our heads from now on. The caller acts as a job (`acting_as`): the table is closed to persons."""
    organisation, address = organisation.strip(), address.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise WitnessRefused(f"{address} is not an address.") from None
    if not organisation:
        raise WitnessRefused("Name the organisation.")
    with transaction.atomic():
        if Witness.objects.filter(address=address, until=None).exists():
            raise WitnessRefused(f"{address} is a witness already.")
        witness = Witness.objects.create(organisation=organisation, address=address, since=now)
        record(acting, "add_witness", kind="system", detail={"witness": witness.pk})
    return witness


def end_witness(address: str, *, acting: Acting, now: datetime) -> Witness:
    """Send it no more heads. What it keeps stays valid."""
    with transaction.atomic():
        witness = Witness.objects.filter(address=address.strip().lower(), until=None).first()
        if witness is None:
            raise WitnessRefused(f"{address} is not a witness.")
        Witness.objects.filter(pk=witness.pk, until=None).update(until=now)
        record(acting, "end_witness", kind="system", detail={"witness": witness.pk})
    return witness


def current_witnesses() -> list[Witness]:
    return list(Witness.objects.filter(until=None))


def are_enough(witnesses: Iterable[Witness]) -> bool:
    """Two addresses of one organisation are one witness."""
    return len({witness.organisation.casefold() for witness in witnesses}) >= WITNESSES_NEEDED


def newest_head() -> SignedHead | None:
    seal = Seal.objects.order_by("-number").first()
    return SignedHead(bytes(seal.body), bytes(seal.signature)) if seal else None


def write_dispatches(*, now: datetime) -> int:
    """The newest head, for every witness that has not got it written down yet. Returns how many were added."""
    head = newest_head()
    if head is None:
        return 0
    number = head.head.number
    with transaction.atomic():
        had = set(Dispatch.objects.filter(seal_number=number).values_list("witness_id", flat=True))
        new = [Dispatch(witness=witness, seal_number=number, written_at=now) for witness in current_witnesses() if witness.pk not in had]
        Dispatch.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def send_dispatches(*, now: datetime) -> int:
    """Send what is written down and not sent. Returns how many the mail server took; a failure is noted and tried again."""
    if not settings.EMAIL_HOST:
        return 0
    waiting = Dispatch.objects.filter(sent_at=None, tries__lt=TRIES_AT_MOST, witness__until=None)
    return sum(_send(dispatch_id, now) for dispatch_id in list(waiting.values_list("pk", flat=True)))


def _send(dispatch_id: UUID, now: datetime) -> bool:
    with transaction.atomic():
        found = Dispatch.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=dispatch_id, sent_at=None)
        dispatch = found.select_related("witness").first()
        seal = Seal.objects.filter(number=dispatch.seal_number).first() if dispatch else None
        if dispatch is None or seal is None:
            return False
        try:
            _mail(dispatch, SignedHead(bytes(seal.body), bytes(seal.signature))).send()
            dispatch.sent_at, dispatch.failure = now, ""
        except OSError as error:  # smtplib's errors are OSErrors too
            dispatch.failure = type(error).__name__
        dispatch.tries += 1
        dispatch.save(update_fields=["sent_at", "tries", "failure"])
    return dispatch.sent_at is not None


def _mail(dispatch: Dispatch, signed: SignedHead) -> EmailMessage:
    number = signed.head.number
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    once = uuid5(_OURS, f"{dispatch.witness_id}/{number}/{signed.signature.hex()}")
    mail = EmailMessage(
        subject=SUBJECT.format(number=number),
        body=TEXT.format(number=number, at=signed.head.at),
        to=[dispatch.witness.address],
        headers={"Message-ID": f"<{once}@{domain}>"},
        connection=get_connection(timeout=20),
    )
    mail.attach(f"head-{number:09d}.json", to_text(signed), "application/json")
    return mail
