"""After an arrival: what was noted to reach her may speak of the place she left, and so may the département of her file.

Only the département of a house that lets itself be listed is proposed, never an address; of any other house nothing is proposed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from repere.accounts.actor import Actor
from repere.cases import mechanisms
from repere.cases.actions.facts import record_fact
from repere.cases.contact_safety import KIND as SAFE_CONTACT
from repere.cases.models import Case, Fact
from repere.cases.queries.filling import latest_fact
from repere.cases.queries.stays import ENDED, STARTED
from repere.cases.refusals import Refused
from repere.cases.territory import civil_day
from repere.core.dates import PartialDate
from repere.places.models import Hold


@dataclass(frozen=True)
class ToAsk:
    """`reach`: how to reach her was not noted since; `zone`: the département that is proposed, "" for none; `elsewhere`: whether the file
    is followed from another one."""

    reach: bool
    zone: str
    elsewhere: bool

    def __bool__(self) -> bool:
        return self.reach or self.elsewhere


def to_ask_after(actor: Actor, case: Case, hold: Hold, *, since: datetime) -> ToAsk:
    """What is to be asked of her now that she is in this place. `since`: when somebody made sure that she is. Cost: one query."""
    noted = latest_fact(actor, case, SAFE_CONTACT)
    zone = proposed_zone(case, hold)
    return ToAsk(noted is None or noted.recorded_at < since, zone, zone != case.territory)


def proposed_zone(case: Case, hold: Hold) -> str:
    """`hold` with its shelter as far as whoever asked may see it."""
    shelter = getattr(hold, "shelter", None)  # there is none where it may not be seen
    known = mechanisms.named(case.mechanism).codelists.get("departement", {})
    return str(shelter.zone) if shelter is not None and shelter.listed and shelter.zone in known else ""


def follow_from(case: Case, hold: Hold, *, key: UUID, acting: Actor, now: datetime) -> None:
    """Her file is followed from the département of the house in which she is. Refused where nothing is proposed."""
    zone = proposed_zone(case, hold)
    if hold.state != Hold.State.ARRIVED or not zone:
        raise Refused("nothing_proposed")
    today = PartialDate.on(civil_day(case.zone, now))
    record_fact(case, kind="person_described", on=today, fields={"territory": zone}, basis="observed", key=key, acting=acting, now=now)


def speaks_of_the_place_she_left(actor: Actor, case: Case, noted: Fact) -> bool:
    """Whether these instructions were noted before a stay began or ended: a form does not offer them again as what she says now."""
    moves = [latest_fact(actor, case, kind) for kind in (STARTED, ENDED)] if noted.kind == SAFE_CONTACT else []
    return any(move is not None and move.when_said > noted.when_said for move in moves)
