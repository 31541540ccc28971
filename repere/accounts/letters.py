"""The one letter that accounts send: something about your account changed. In words that tell a stranger nothing."""

from __future__ import annotations

import logging
from datetime import datetime

from django.core.mail import send_mail
from django.db import transaction
from django.utils import formats, translation
from django.utils.translation import gettext as _

from repere.accounts.models import User

log = logging.getLogger(__name__)


def tell_of_change(user: User, *, now: datetime) -> None:
    """Send after commit: a letter about a change that was undone would frighten for nothing.

    A letter that cannot be sent is logged without its address and does not undo the change.
    """
    address, language = user.email, user.language

    def send() -> None:
        with translation.override(language):
            subject, text = _("A change to your account"), _body(now)
        try:
            send_mail(subject, text, None, [address])
        except OSError as error:
            log.warning("account_letter_not_sent", extra={"reason": type(error).__name__})

    transaction.on_commit(send)


def _body(now: datetime) -> str:
    return _(
        "The way you sign in changed on %(day)s at %(hour)s (UTC). If that was you, there is nothing to do. "
        "If it was not you, tell the person who manages accounts in your organisation at once."
    ) % {"day": formats.date_format(now, "DATE_FORMAT"), "hour": now.strftime("%H:%M")}
