"""Her last stay in a place, as her file tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from repere.cases.models import Fact
from repere.cases.models.fact import last_word
from repere.core.dates import PartialDate

STARTED, ENDED = "stay_started", "stay_ended"


@dataclass(frozen=True)
class Stay:
    """`running`: nothing says that it ended; `ended_at`: when somebody of the body that keeps the file noted that it did."""

    since: PartialDate
    running: bool
    ended_at: datetime | None = None


def last_stay(began: Fact | None, ended: Fact | None) -> Stay | None:
    """`began`, `ended`: the last fact of each kind that this reader may know."""
    if began is None:
        return None
    over = ended is not None and ended.when_said > began.when_said
    # What a house told of a stay has no user here; what one of us noted has.
    noted = ended.recorded_at if over and ended is not None and ended.by_keeper and ended.user_id else None
    return Stay(PartialDate(began.earliest, began.latest), not over, noted)


def lives_somewhere(living: Sequence[Fact]) -> bool:
    """Whether the last stay that these facts tell goes on."""
    last = last_word(fact for fact in living if fact.kind in (STARTED, ENDED))
    return last is not None and last.kind == STARTED
