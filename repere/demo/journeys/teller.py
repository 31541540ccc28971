"""Who tells the journeys: a caseload that knows its people, who opened each file, and who else sees it."""

from __future__ import annotations

import numpy as np
import polars as pl

from repere.core.rulebook import Mechanism
from repere.demo import published as pub
from repere.demo.caseload import Bools, Caseload, Ints, Weighted
from repere.demo.people import People


class Teller(Caseload):
    """A caseload that knows its people."""

    def __init__(self, mechanism: Mechanism, rng: np.random.Generator, people: People, today: int) -> None:
        count = len(people)
        opener = _openers(rng, people)
        shared = {role: rng.random(count) < share for role, share in SHARED.items()}
        super().__init__(mechanism, rng, count, today, opener, shared)
        self.people = people
        self.everyone = np.ones(count, bool)
        self.adult = ~people.minor
        self.foreign = people.nationality > 1
        self.forms = _forms(rng, people)
        self.day("start")[:] = people.starts

    def form(self, *names: str) -> Bools:
        """Cases whose main form is one of these."""
        return np.isin(self.people.form, [pub.FORMS.index(name) for name in names])


SHARED = {"police": 0.30, "prefecture": 0.30, "prosecutor": 0.15, "child_protection": 0.20, "health_worker": 0.10, "recognition_body": 0.05}
"""Share of the files that another body sees too."""

OPENERS = ("case_worker", "outreach_worker", "shelter_worker", "police", "child_protection", "labour_inspector")


def _openers(rng: np.random.Generator, people: People) -> np.ndarray[tuple[int], np.dtype[np.str_]]:
    chosen = rng.choice(len(OPENERS), len(people), p=[0.58, 0.17, 0.13, 0.12, 0.0, 0.0])
    chosen = np.where(people.minor & (rng.random(len(people)) < 0.3), OPENERS.index("child_protection"), chosen)
    at_work = np.isin(people.form, [pub.FORMS.index("labour"), pub.FORMS.index("domestic")])
    chosen = np.where(at_work & (rng.random(len(people)) < 0.12), OPENERS.index("labour_inspector"), chosen)
    return np.array(OPENERS)[chosen]


_CODES = {
    "sexual": Weighted(("pimping_or_sexual_exploitation", "online_sexual_exploitation", "sexual_assault"), (0.9, 0.07, 0.03)),
    "labour": Weighted(("forced_labour", "undignified_work_or_housing", "servitude", "slavery"), (0.6, 0.34, 0.05, 0.01)),
    "domestic": Weighted(("domestic_servitude",)),
    "criminal": Weighted(("forced_criminality",)),
    "begging": Weighted(("forced_begging",)),
    "other": Weighted(
        ("forced_marriage", "organ_removal", "surrogacy", "illegal_adoption", "forced_military", "other"), (5, 2, 1, 1, 1, 2)
    ),
}


def _forms(rng: np.random.Generator, people: People) -> pl.Series:
    """Codes of the forms of each case, as lists; none where the form is not known."""
    count = len(people)

    def codes(which: Ints) -> pl.Series:
        drawn = [_CODES[form].draw(rng, count) for form in pub.FORMS]
        frame = pl.DataFrame({"which": which, **{str(i): series for i, series in enumerate(drawn)}})
        picked = pl.coalesce(pl.when(pl.col("which") == i).then(pl.col(str(i))) for i in range(len(drawn)))
        return frame.select(picked.alias("code"))["code"]

    frame = pl.DataFrame({"first": codes(people.form), "second": codes(people.second), "known": people.form_known})
    both = pl.concat_list("first", "second").list.drop_nulls().list.unique().list.sort()
    return frame.select(pl.when("known").then(both).alias("forms"))["forms"]
