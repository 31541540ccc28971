"""The civil day of a territory: French territory spans twelve time zones, each with its own midnight."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

COUNTRY_ZONES = {"FR": "Europe/Paris", "UK": "Europe/London", "BE": "Europe/Brussels"}
OVERSEAS_ZONES = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "977": "America/St_Barthelemy",
    "978": "America/Marigot",
    "984": "Indian/Kerguelen",
    "986": "Pacific/Wallis",
    "987": "Pacific/Tahiti",
    "988": "Pacific/Noumea",
    "989": "Etc/GMT+8",  # Clipperton keeps no zone of its own: eight hours behind
}
ZONES = tuple(sorted({*COUNTRY_ZONES.values(), *OVERSEAS_ZONES.values()}))

MORNING = time(8)
"""Hour of the territory at which people are reminded."""


def zone_of(jurisdiction: str, territory: str = "") -> str:
    """Name of the time zone whose days count for a case."""
    if jurisdiction == "FR" and territory in OVERSEAS_ZONES:
        return OVERSEAS_ZONES[territory]
    return COUNTRY_ZONES.get(jurisdiction, "UTC")


def civil_day(zone: str, now: datetime) -> date:
    """The day it is there."""
    return now.astimezone(ZoneInfo(zone)).date()


def start_of_day(day: date, zone: str) -> datetime:
    """The instant at which a day begins there."""
    return datetime.combine(day, time.min, tzinfo=ZoneInfo(zone))


def end_of_day(day: date, zone: str) -> datetime:
    """The instant at which a day is over there."""
    return start_of_day(day + timedelta(days=1), zone)


def morning_of(day: date, zone: str) -> datetime:
    """The instant at which people are reminded on a day there."""
    return datetime.combine(day, MORNING, tzinfo=ZoneInfo(zone))
