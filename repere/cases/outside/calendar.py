"""The days of one member as a calendar that other programs read: days and two neutral words, nothing else.

One event per day, however many things fall due on it: neither code, name, place, kind of duty nor their number leaves. The format
(RFC 5545) is the library's work: folding, escaping and time stamps by hand go wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.models import Membership
from repere.cases import mechanisms
from repere.cases.models import Assignment, CalendarAddress, Task
from repere.cases.outside.actions import hash_of, keeper_of_wishes

MOST_DAYS = 200
AGAIN_AFTER = timedelta(minutes=1)
PRODUCT = "-//calendar//1//EN"


class TooSoon(Exception):
    """This address was read less than a minute ago."""


def feed(token: str, *, now: datetime) -> bytes | None:
    """The calendar under a secret address; None for any address that opens nothing, whatever the reason.

    Read with the member's own rights of this moment, once a minute at most, and each reading is a row of the ledger. It ends with the
    wish, with the membership in the role in which it was asked for, and while an account is frozen or suspended.
    """
    with acting_as(Actor.at_the_door()) as door:
        found = CalendarAddress.objects.visible_to(door).filter(token_hash=hash_of(token), ended_at=None).first()
        membership = _membership(found) if found else None
    if found is None or membership is None:
        return None
    if found.fetched_at is not None and found.fetched_at > now - AGAIN_AFTER:
        raise TooSoon
    with acting_as(membership.actor()) as member:
        days = due_days(member)
        with acting_as(keeper_of_wishes(member)) as keeper:
            CalendarAddress.objects.visible_to(keeper).filter(pk=found.pk).update(fetched_at=now)
        ledger.record(member, "fetch_calendar", kind="look", detail={"calendar": found.pk, "days": len(days)})
    return as_calendar(days, feed_id=found.pk, language=member.language, now=now)


def _membership(found: CalendarAddress) -> Membership | None:
    rows = Membership.objects.current().filter(user=found.user_id, organisation=found.organisation_id, role=found.role)
    return rows.first()


def due_days(member: Actor) -> list[date]:
    """Last due days of open tasks that she took, or that ask her role about a file that she follows. Cost: 2 queries."""
    open_ones = Task.objects.visible_to(member).filter(organisation=member.organisation_id, closed_at=None).exclude(due_latest=None)
    followed = Assignment.objects.visible_to(member).filter(user=member.user_id, ended_at=None).values("case")
    asked = open_ones.filter(role__in=mechanisms.roles_answering_to(member.role), case__in=followed)
    taken = open_ones.filter(assignee=member.user_id)
    days = {day for rows in (taken, asked) for day in rows.values_list("due_latest", flat=True) if day is not None}
    return sorted(days)[:MOST_DAYS]


def as_calendar(days: Iterable[date], *, feed_id: UUID, language: str, now: datetime) -> bytes:
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    with translation.override(language):
        word = _("Something falls due")
    for day in days:
        event = Event()
        event.add("uid", str(uuid5(feed_id, day.isoformat())))
        event.add("dtstamp", now)
        event.add("dtstart", day)
        event.add("summary", word)
        event.add("class", "PRIVATE")
        event.add("transp", "TRANSPARENT")
        made.add_component(event)
    return bytes(made.to_ical())
