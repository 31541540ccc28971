"""What makes a sharing lawful, named each time. Her agreement is asked beside it and is not it.

The words are ours. That her agreement neither is the legal basis of processing nor lifts professional secrecy is the reading of
the project's issue on referral; no jurist has checked it, and the page says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Ground:
    label: Any
    asks_her: bool
    names_a_rule: bool


DANGER = "danger"
GROUNDS = {
    "care": Ground(_("Both services accompany her, each needs this for its own work, and she agrees"), asks_her=True, names_a_rule=False),
    "law": Ground(_("A rule obliges or allows it, and I name which"), asks_her=False, names_a_rule=True),
    "danger": Ground(_("She is in serious danger now and cannot be asked; she is told as soon as she can be"), False, False),
}
