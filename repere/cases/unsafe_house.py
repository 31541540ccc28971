"""While a house says that her place is no longer safe, her file says it first: since when, whom to call, and that what was noted before to
reach her may ring in that house."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from repere.accounts.actor import Actor
from repere.cases.queries import CasePage
from repere.cases.queries.case_page import HOUSING
from repere.places.queries.reaching import service_lines
from repere.places.queries.unsafe import Danger, danger_at
from repere.places.roles import SEEKING

NATIONAL = 9
"""Last digits by which two writings of one telephone are told to be the same: "06 12…" and "+33 6 12…"."""


@dataclass(frozen=True)
class UnsafeHouse:
    """`line`: the telephone of the house's service in international form, "" where this reader may read none. `reaching_is_older`: how to
    reach her was noted before the house said it, or by the house; `names_line`: it holds that very telephone."""

    danger: Danger
    line: str
    reaching_is_older: bool
    names_line: bool

    @property
    def over(self) -> bool:
        """The house took its report back."""
        return self.danger.kind == "taken_back"


def unsafe_house(actor: Actor, page: CasePage, *, now: datetime) -> UnsafeHouse | None:
    """Cost: nothing where no stay is told or this reader seeks no place; else one query, and one more where a house says so."""
    if page.stay is None or not page.own or actor.role not in SEEKING or HOUSING not in page.standing.words:
        return None
    found = danger_at(actor, page.place_reference, now=now)
    if found is None or (page.stay.ended_at is not None and page.stay.ended_at > found.since):
        return None
    line = service_lines(actor, [found.by]).get(found.by, "")
    contact = page.who.contact
    older = contact.noted_at is not None and (contact.noted_at < found.since or contact.said_by == found.name)
    told = " ".join(answer.text for answer in contact.answers)
    return UnsafeHouse(found, line, older, bool(line) and names_telephone(told, line))


def names_telephone(text: str, line: str) -> bool:
    """Whether this text holds this telephone, however its digits are set apart."""
    return _digits(line)[-NATIONAL:] in _digits(text)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
