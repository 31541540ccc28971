"""Whose mailbox it is: a code sent there, asked beside the link with which a body on probation hands over a first password.

Without it such a body could begin the account of any address that it types, before the person's own organisation does. Where no mail
server is set nothing can be sent, and the link alone counts (`docs/under-way.md`).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta
from uuid import UUID

from django.conf import settings

from repere.accounts import throttle
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.letters import send_code
from repere.accounts.models import Invitation, Membership, User
from repere.directory.models import Organisation

GUESSES = throttle.Limit(5, timedelta(days=1))


def send_for(membership: Membership, token: str) -> bytes | None:
    """Send a code that goes with this link; what is kept of it, or None where none is asked."""
    organisation = Organisation.objects.get(pk=membership.organisation_id)
    if organisation.state != Organisation.State.PROBATION or not settings.EMAIL_HOST:
        return None
    code = f"{secrets.randbelow(10**8):08}"
    send_code(_invited(membership.user_id), code)
    return _kept(token, code)


def is_proved(invitation: Invitation, token: str, code: str) -> bool:
    """Whether the mailbox was read; always where no code is asked. Five guesses a day for each link."""
    if invitation.code_hash is None:
        return True
    digits = "".join(one for one in code if one.isdigit())
    may_guess = throttle.take_several(f"mailbox {invitation.pk}", GUESSES, 1)
    return may_guess and hmac.compare_digest(_kept(token, digits), bytes(invitation.code_hash))


def _invited(user_id: UUID) -> User:
    """Asked at the door: who proposes does not see the account."""
    with acting_as(Actor.at_the_door()):
        return User.objects.get(pk=user_id)


def _kept(token: str, code: str) -> bytes:
    """Useless without the link, whose own secret part has 32 random bytes."""
    return hashlib.sha256(f"repere mailbox 1|{token}|{code}".encode()).digest()
