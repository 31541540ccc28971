"""Words of the lists: tabs, empty tabs, reasons of a freeze, what was unusual in reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Tab:
    label: Any
    signal: str


TABS = {
    "overdue": Tab(_("Overdue"), "overdue"),
    "due": Tab(_("To do now"), "due"),
    "waiting": Tab(_("Waiting for others"), "waiting"),
    "new": Tab(pgettext_lazy("tab of the worklist", "New"), "open"),
    "later": Tab(pgettext_lazy("tab of the worklist", "Later"), "none"),
}
EMPTY = {
    "overdue": (_("Nothing is overdue"), _("What is due soon stands under “To do now”.")),
    "due": (_("Nothing falls due in the next thirty days"), _("What comes after that stands under “Later”.")),
    "waiting": (_("You are waiting for nobody"), _("When another role or service owes something, it is listed here, with since when.")),
    "new": (_("No new case this week"), _("Cases opened by your organisation or shared with it appear here for seven days.")),
    "later": (_("Nothing is planned further ahead"), _("Tasks that fall due after thirty days are listed here.")),
}

FREEZE_REASONS = {
    "threatened": _("She may be under threat"),
    "device_lost": _("A phone or a computer is lost or stolen"),
    "unusual_reading": _("Files seem to be read without need"),
    "left": _("She no longer works here"),
    "other": _("Another reason, which I shall explain"),
}
ALERTS = {
    "breadth": _("Opened %(files)s files in a day; her own middle day over %(days)s days is %(usual)s."),
    "breadth_first_days": _("Opened %(files)s files in a day; there are too few earlier days to compare with."),
    "night": _("Opened %(files)s files between 11 at night and 6 in the morning; in the thirty days before, on %(nights)s nights."),
    "same_name": _("Opened %(files)s file(s) of somebody who bears the same family name."),
    "in_order": _("Opened %(files)s files one after the other in the order in which they were made."),
    "no_relation": _("Opened %(files)s files in which she never wrote and has no task; her own middle day is %(usual)s."),
    "canary": _("Opened a file that nobody has a reason to open."),
    "denials": _("Was refused %(pages)s pages in a day; her own middle day is %(usual)s."),
    "set_aside": _("Set %(tasks)s task(s) aside within an hour, in %(files)s file(s); somebody is asked above five."),
}


def alert_sentence(rule: str, numbers: Mapping[str, Any]) -> str:
    """One alert in words, with its numbers."""
    word = "breadth_first_days" if rule == "breadth" and numbers.get("usual") is None else rule
    return str(ALERTS[word]) % {"files": 0, "pages": 0, "usual": 0, "days": 0, "nights": 0, "tasks": 0, **numbers}
