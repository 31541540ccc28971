"""What happens to the invented people: months of contact, decisions, refusals, silences and returns.

Shares and delays are assumptions, except those named in ``published``. Every journey is told to its end and cut at today,
so that the files lie open at every stage.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from repere.core.dates import number
from repere.core.rulebook import Mechanism
from repere.demo.journeys.law import justice, residence
from repere.demo.journeys.living import children, corrections, endings, support
from repere.demo.journeys.meeting import exploitation, identification, opening
from repere.demo.journeys.teller import OPENERS, Teller
from repere.demo.people import People, draw

CHAPTERS = (opening, exploitation, identification, justice, residence, support, children, endings, corrections)


@dataclass(frozen=True, slots=True)
class Country:
    """The invented country: people, their cases and facts in columns."""

    people: People
    cases: pl.DataFrame
    facts: dict[str, pl.DataFrame]
    seed: int
    today: date

    @property
    def fact_count(self) -> int:
        return sum(len(frame) for frame in self.facts.values())


def invent(mechanism: Mechanism, persons: int, *, seed: int, today: date) -> Country:
    """Invent a country: the same arguments give the same content, to the byte."""
    rng = np.random.default_rng([seed, persons])
    people = draw(rng, persons, mechanism, number(today))
    told = Teller(mechanism, rng, people, number(today))
    for chapter in CHAPTERS:
        chapter(told)
    cases = pl.DataFrame(
        {
            "case": np.arange(persons, dtype=np.uint32),
            "opened": pl.Series(people.starts.astype(np.int32)).cast(pl.Date),
            "opener": pl.Series(told.opener),
            "territory": pl.Series(list(people.territories)).gather(people.territory),
        }
    )
    return Country(people, cases, told.frames(), seed, today)


__all__ = ["OPENERS", "Country", "invent"]
