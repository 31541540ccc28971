"""Letters to members who asked for them: something waits, in a referral or in a convention of the house that ends soon.
Written first, sent after, each of them once whatever happens to the worker.

What is to be written follows from the referrals themselves (their unread news), so a job that was killed loses nothing; one row per
referral, step and member, by constraint, so it doubles nothing. Killed between the mail server's yes and the commit, a letter goes
again under the same Message-ID: mail has no stronger promise, and a mail program shows it once.

The letter says neither who, nor what, nor how urgent, and holds no link: an address in a mailbox would name the tool.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from email.utils import parseaddr
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.models import Membership
from repere.cases.models import Letter, MailWish, Offer
from repere.cases.policy import load_policy
from repere.cases.policy.reading import TEAM
from repere.directory.entry_models import ReminderLetter
from repere.directory.queries.agreements import reminded

POSTMAN = Actor.system("letters")
TRIES_AT_MOST = 48
AT_ONCE = 500
OF_A_REMINDER = ("convention_id", "wish_id", "days", "ends_on")
Wishes = Mapping[UUID, list[tuple[MailWish, frozenset[str]]]]


def write_letters(*, now: datetime) -> int:
    """One row for each unread step and each member who wants to know. Returns how many were added."""
    with acting_as(POSTMAN):
        wishes = _wishes()
        if not wishes:
            return 0
        news = Q(organisation__in=list(wishes)) & ~Q(news_for_receiver="") | Q(owner__in=list(wishes)) & ~Q(news_for_sender="")
        rows = [letter for offer in Offer.objects.visible_to(POSTMAN).filter(news) for letter in _letters(offer, wishes, now)]
        had = set(Letter.objects.visible_to(POSTMAN).filter(offer__in={row.offer_id for row in rows}).values_list(
            "offer_id", "wish_id", "step"
        ))  # fmt: skip
        new = [row for row in rows if (row.offer_id, row.wish_id, row.step) not in had]
        Letter.objects.bulk_create(new, ignore_conflicts=True)
        if new:
            ledger.record(POSTMAN, "write_letters", kind="system", detail={"letters": [row.pk for row in new]})
    return len(new)


def write_reminders(*, now: datetime) -> int:
    """One row for each convention that ends soon, its step, and each member of its organisation who wants letters. Returns how many."""
    with acting_as(POSTMAN):
        wishes = _wishes()
        rows = [
            ReminderLetter(convention=one, wish_id=wish.pk, days=one.reminded_days or 0, ends_on=one.ends_on or now.date(), written_at=now)
            for one in (reminded(list(wishes), on=now.date()) if wishes else [])
            for wish, _roles in wishes[one.organisation_id]
        ]
        had = set(ReminderLetter.objects.filter(convention__in={row.convention_id for row in rows}).values_list(*OF_A_REMINDER))
        new = [row for row in rows if tuple(getattr(row, name) for name in OF_A_REMINDER) not in had]
        ReminderLetter.objects.bulk_create(new, ignore_conflicts=True)
        if new:
            ledger.record(POSTMAN, "write_reminders", kind="system", detail={"letters": [row.pk for row in new]})
    return len(new)


def send_letters(*, now: datetime) -> int:
    """Send what is written and not sent. Returns how many the mail server took; a failure is noted and tried again."""
    if not settings.EMAIL_HOST:
        return 0
    with acting_as(POSTMAN):
        waiting = Letter.objects.visible_to(POSTMAN).filter(sent_at=None, tries__lt=TRIES_AT_MOST, wish__ended_at=None)
        ids = list(waiting.order_by("written_at", "pk").values_list("pk", flat=True)[:AT_ONCE])
        running = MailWish.objects.visible_to(POSTMAN).filter(ended_at=None).values("pk")
        others = ReminderLetter.objects.filter(sent_at=None, tries__lt=TRIES_AT_MOST, wish_id__in=running)
        reminders = list(others.order_by("written_at", "pk").values_list("pk", flat=True)[:AT_ONCE])
    return sum(_send(one, now) for one in ids) + sum(_send_reminder(one, now) for one in reminders)


def _wishes() -> Wishes:
    """Organisation → its members who want letters and work there today, with the roles they hold."""
    roles = defaultdict(set)
    found: dict[UUID, list[tuple[MailWish, frozenset[str]]]] = defaultdict(list)
    wishes = list(MailWish.objects.visible_to(POSTMAN).filter(ended_at=None))
    members = Membership.objects.current().filter(user__in=[wish.user_id for wish in wishes])
    for user, organisation, role in members.values_list("user_id", "organisation_id", "role"):
        roles[user, organisation].add(role)
    for wish in wishes:
        if held := roles[wish.user_id, wish.organisation_id]:
            found[wish.organisation_id].append((wish, frozenset(held)))
    return found


def _letters(offer: Offer, wishes: Wishes, now: datetime) -> list[Letter]:
    """Only about what happened after somebody asked for letters, and only to roles that may open it."""
    policy, made = load_policy(), []
    instants = (offer.sent_at, offer.acknowledged_at, offer.reminded_at, offer.escalated_at, offer.answered_at)
    last = max((one for one in instants if one), default=now)
    sides = (
        (offer.organisation_id, offer.news_for_receiver, lambda role: "file" in policy.granted(role, offer.purpose)),
        (offer.owner_id, offer.news_for_sender, lambda role: "shares" in policy.held(role, TEAM)),
    )
    for organisation, step, may_open in sides:
        for wish, roles in wishes.get(organisation, []) if organisation and step else []:
            if wish.asked_at <= last and any(map(may_open, roles)):
                made.append(Letter(id=uuid4(), offer=offer, wish=wish, step=step, written_at=now))
    return made


def _send(letter_id: UUID, now: datetime) -> bool:
    with acting_as(POSTMAN):
        rows = Letter.objects.visible_to(POSTMAN).select_for_update(skip_locked=True, of=("self",))
        letter: Letter | None = rows.filter(pk=letter_id, sent_at=None).select_related("wish").first()
        if letter is None:
            return False
        return _post(letter, letter.wish, now)


def _send_reminder(letter_id: UUID, now: datetime) -> bool:
    with acting_as(POSTMAN):
        letter = ReminderLetter.objects.select_for_update(skip_locked=True).filter(pk=letter_id, sent_at=None).first()
        wish = MailWish.objects.visible_to(POSTMAN).filter(pk=letter.wish_id, ended_at=None).first() if letter else None
        return letter is not None and wish is not None and _post(letter, wish, now)


def _post(letter: Letter | ReminderLetter, wish: MailWish, now: datetime) -> bool:
    try:
        _mail(letter.pk, wish).send()
        letter.sent_at, letter.failure = now, ""
    except OSError as error:  # smtplib's errors are OSErrors too
        letter.failure = type(error).__name__
    letter.tries += 1
    letter.save(update_fields=["sent_at", "tries", "failure"])
    return letter.sent_at is not None


def _mail(letter_id: UUID, wish: MailWish) -> EmailMessage:
    with translation.override(wish.language):
        subject, text = _("Something waits for you"), _(
            "Something waits for you in the tool of your work. Open it as you always do: this letter holds no link, on purpose.\n"
        )
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    headers: dict[str, Any] = {"Message-ID": f"<{letter_id}@{domain}>"}
    return EmailMessage(subject=subject, body=text, to=[wish.address], headers=headers, connection=get_connection(timeout=20))
