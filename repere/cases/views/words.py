"""Words of the lists: tabs, empty tabs, steps of a reminder."""

from __future__ import annotations

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
