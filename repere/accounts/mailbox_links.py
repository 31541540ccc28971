"""A link sent to a mailbox of the directory: whoever presses the button on its page shows that letters are read there, and no more.

The link is signed, opens once and for a week; the database keeps a hash of its secret. Its page does nothing before the button is
pressed, so that a program which follows the links of a letter confirms nothing. It stands above the directory, which knows neither the
capacity of the house nor letters.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction

from repere import ledger
from repere.accounts import throttle
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.letters import send_mailbox_link
from repere.directory.actions import prove_mailbox
from repere.directory.doors import is_past_probation, kept_service, visible_contact, who
from repere.directory.entry_models import Contact, MailboxLink
from repere.directory.refusals import Refused
from repere.directory.tiers import Tier
from repere.ledger.actions import Acting

LASTS = timedelta(days=7)
OF_A_MAILBOX = throttle.Limit(3, timedelta(days=1))
OF_AN_ORGANISATION = throttle.Limit(30, timedelta(days=1))
"""Our choices: a mailbox gets few letters of ours, whichever bodies write it into their entries."""


def send_link(contact_id: UUID, *, address_of: Callable[[str], str], acting: Acting, now: datetime) -> MailboxLink:
    """Send a link to a mailbox of an entry that the acting organisation keeps. `address_of`: the address of a token's page.

    The letter leaves once the transaction is over; what came of it stands in the row. Raises Refused: wrong_mailbox, already_ended,
    hidden_mailbox, not_writing_yet, nothing_is_mailed, links_enough.
    """
    with transaction.atomic():
        contact = visible_contact(acting, contact_id)
        _check(contact, kept_service(acting, contact.service_id).tier, acting)
        secret, row = secrets.token_urlsafe(32), uuid4()
        made = MailboxLink(
            id=row, contact=contact, organisation_id=who(acting).organisation_id, user_id=who(acting).user_id, secret_hash=_hashed(secret),
            made_at=now, expires_at=now + LASTS,
        )  # fmt: skip
        with acting_as(_house(made.organisation_id)):
            made.save(force_insert=True)
        ledger.record(acting, "send_mailbox_link", detail={"service": contact.service_id, "contact": contact.pk, "link": made.pk})
        link = address_of(_signer().sign(f"{made.pk.hex}.{made.organisation_id.hex}.{secret}"))
        transaction.on_commit(lambda: _post(made, contact.value, link, now))
    return made


def _check(contact: Contact, tier: int, acting: Acting) -> None:
    if contact.kind != Contact.Kind.EMAIL:
        raise Refused("wrong_mailbox", value=contact.value)
    if contact.ended_on is not None:
        raise Refused("already_ended")
    if tier >= Tier.NEED_TO_KNOW:
        # A mail server keeps to whom it wrote, and for whom.
        raise Refused("hidden_mailbox")
    if not is_past_probation(acting):
        raise Refused("not_writing_yet")
    if not settings.EMAIL_HOST:
        raise Refused("nothing_is_mailed")
    of_each = ((f"links to {contact.value.casefold()}", OF_A_MAILBOX), (f"links of {acting.organisation_id}", OF_AN_ORGANISATION))
    if not all(throttle.take_several(subject, limit, 1) for subject, limit in of_each):
        raise Refused("links_enough")


def _post(made: MailboxLink, address: str, link: str, now: datetime) -> None:
    failure = ""
    try:
        send_mailbox_link(made.pk, address, link, until=made.expires_at)
    except OSError as error:  # smtplib's errors are OSErrors too
        failure = type(error).__name__
    with acting_as(_house(made.organisation_id)) as house:
        MailboxLink.objects.filter(pk=made.pk).update(sent_at=None if failure else now, failure=failure)
        ledger.record(house, "post_mailbox_link", kind="system", detail={"link": made.pk, "taken": not failure})


def confirm_mailbox(token: str, *, now: datetime) -> bool:
    """The button was pressed. Whether the link opened; whatever is wrong with it, the answer is the same no, and nothing changes."""
    named = _named(token)
    if named is None:
        return False
    link_id, organisation_id, secret = named
    with acting_as(_house(organisation_id)) as house:
        link = MailboxLink.objects.select_for_update(of=("self",)).select_related("contact").filter(pk=link_id).first()
        if link is None or not hmac.compare_digest(bytes(link.secret_hash), _hashed(secret)):
            return False
        if link.used_at is not None or link.expires_at <= now or link.contact.ended_on is not None:
            return False
        MailboxLink.objects.filter(pk=link.pk).update(used_at=now)
        prove_mailbox(link.contact_id, acting=house, now=now)
    return True


def _named(token: str) -> tuple[UUID, UUID, str] | None:
    try:
        link, organisation, secret = _signer().unsign(token).split(".")
        return UUID(link), UUID(organisation), secret
    except (BadSignature, ValueError):
        return None


def _signer() -> Signer:
    return Signer(salt="repere.mailbox")


def _hashed(secret: str) -> bytes:
    return hashlib.sha256(f"repere mailbox link 1|{secret}".encode()).digest()


def _house(organisation_id: UUID) -> Actor:
    return Actor.system("mailbox_link", organisation_id=organisation_id)
