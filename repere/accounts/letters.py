"""The letters that accounts send: something about your account changed, or may soon. In words that tell a stranger nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from email.utils import parseaddr
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage, get_connection, send_mail
from django.db import transaction
from django.utils import formats, translation
from django.utils.translation import gettext as _

from repere.accounts.models import User

log = logging.getLogger(__name__)


def tell_of_change(user: User, *, now: datetime) -> None:
    """Send after commit: a letter about a change that was undone would frighten for nothing.

    A letter that cannot be sent is logged without its address and does not undo the change.
    """
    _send_after_commit(user, lambda: (_("A change to your account"), _body(now)))


def tell_of_request(users: Iterable[User], *, now: datetime, from_then: datetime) -> None:
    """A sponsor asked that an account of their team begin again; it can from `from_then` on. The same words to each of them."""
    for user in users:
        _send_after_commit(user, lambda: (_("A change to the accounts of your team"), _request(now, from_then)))


def send_code(user: User, code: str) -> None:
    """Goes to an address that somebody typed: it names nobody, no place and no tool."""
    shown = f"{code[:4]} {code[4:]}"
    _send_after_commit(user, lambda: (_("Your code"), _code(shown)))


def send_mailbox_link(link_id: UUID, address: str, link: str, *, until: datetime) -> None:
    """At once, to a mailbox whose language nobody knows: in both. It names no body, no place and no tool. Raises OSError where the mail
    server does not take it."""
    subjects, texts = [], []
    for language in ("fr", "en"):
        with translation.override(language):
            subjects.append(_("Is this mailbox read?"))
            texts.append(_link(until))
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    letter = EmailMessage(
        subject=" / ".join(subjects), body=f"{link}\n\n" + "\n\n".join(texts), to=[address],
        headers={"Message-ID": f"<{link_id}@{domain}>"}, connection=get_connection(timeout=20),
    )  # fmt: skip
    letter.send()


def _link(until: datetime) -> str:
    return _(
        "Somebody gave this address as the one of a service. If you read the letters that come here, open the page above and press its "
        "button. It opens once, until %(day)s. If you expect nothing, there is nothing to do."
    ) % {"day": formats.date_format(until, "DATE_FORMAT")}


def _code(shown: str) -> str:
    return _(
        "Your code: %(code)s. It goes with a link that somebody hands over to you. If you expect none, there is nothing to do: "
        "nobody can use it without you."
    ) % {"code": shown}


def _send_after_commit(user: User, words: Callable[[], tuple[str, str]]) -> None:
    address, language = user.email, user.language

    def send() -> None:
        with translation.override(language):
            subject, text = words()
        try:
            send_mail(subject, text, None, [address])
        except OSError as error:
            log.warning("account_letter_not_sent", extra={"reason": type(error).__name__})

    transaction.on_commit(send)


def _request(now: datetime, from_then: datetime) -> str:
    return _(
        "On %(day)s at %(hour)s (UTC) somebody outside your team asked that one of its accounts begin again, because its owner cannot "
        "sign in. It can happen from %(then)s on. If nobody of you asked for it, tell the person who runs this site at once. "
        "If the account is yours, signing in as usual ends the request."
    ) % {
        "day": formats.date_format(now, "DATE_FORMAT"),
        "hour": now.strftime("%H:%M"),
        "then": formats.date_format(from_then, "DATE_FORMAT"),
    }


def _body(now: datetime) -> str:
    return _(
        "The way you sign in changed on %(day)s at %(hour)s (UTC). If that was you, there is nothing to do. "
        "If it was not you, tell the person who manages accounts in your organisation at once."
    ) % {"day": formats.date_format(now, "DATE_FORMAT"), "hour": now.strftime("%H:%M")}
