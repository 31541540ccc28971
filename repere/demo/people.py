"""Who the invented people are: form, sex, age, nationality, place; drawn from the published margins."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from repere.core.rulebook import Mechanism
from repere.demo import published as pub

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class People:
    """One entry per person. ``form`` and ``second`` index :data:`published.FORMS` (second: −1 for none); ``territory`` indexes
    ``territories``; ``born`` is a day number; ``nationality``: 0 French, 1 EU, 2 third country, 3 stateless."""

    form: Ints
    second: Ints
    form_known: Bools
    sex: Ints
    minor: Bools
    born: Ints
    was_minor: Bools
    nationality: Ints
    unaccompanied: Bools
    territory: Ints
    territories: tuple[str, ...]
    starts: Ints

    def __len__(self) -> int:
        return len(self.form)


def draw(rng: np.random.Generator, count: int, mechanism: Mechanism, today: int) -> People:
    """Draw people met over the fourteen months before ``today`` (a day number)."""
    shape = (len(pub.FORMS), len(pub.SEXES), len(pub.AGES))
    cell = rng.choice(np.prod(shape), size=count, p=joint().ravel())
    form, sex, age = np.unravel_index(cell, shape)
    minor = age == 0
    starts = today - _age_of_case(rng, count)
    born = _born(rng, minor, starts)
    nationality = _nationality(rng, sex, minor)
    territories, weights = _territories(mechanism)
    second = np.where(rng.random(count) < pub.SECOND_FORM, rng.choice(len(pub.FORMS) - 1, count), -1)
    return People(
        form=form.astype(np.int64),
        second=np.where(second == form, -1, second).astype(np.int64),
        form_known=rng.random(count) >= pub.FORM_NOT_GIVEN,
        sex=sex.astype(np.int64),
        minor=minor,
        born=born,
        was_minor=minor | (rng.random(count) < pub.MINOR_AT_START_AMONG_ADULTS),
        nationality=nationality,
        unaccompanied=minor & (rng.random(count) < _unaccompanied(nationality, minor)),
        territory=rng.choice(len(territories), count, p=weights).astype(np.int64),
        territories=territories,
        starts=starts,
    )


@cache
def joint() -> NDArray[np.float64]:
    """Probability of form × sex × age: odds of the United Kingdom, margins of the French survey."""
    cells = np.array([_seed(form) for form in pub.FORMS])
    form_margin = np.array([pub.FORM_MARGIN[form] for form in pub.FORMS])
    sex_by_age = _sex_by_age()
    for _ in range(200):
        cells *= (form_margin / cells.sum(axis=(1, 2)))[:, None, None]
        cells[0] *= _women_share(cells[0])[:, None]
        cells *= (sex_by_age / cells.sum(axis=0))[None, :, :]
    found: NDArray[np.float64] = cells / cells.sum()
    return found


def _seed(form: str) -> NDArray[np.float64]:
    adult, child, female, male = pub.UK_2023[form]
    age = np.array([child, adult]) / (adult + child)
    women = female / (female + male)
    sex = np.array([women, 1 - women, 0.01])
    return np.outer(sex, age)


def _sex_by_age() -> NDArray[np.float64]:
    minor = pub.AGE_MARGIN["minor"]
    girls = minor * pub.WOMEN_AMONG_MINORS
    trans_minor = minor * 0.005
    minors = np.array([girls, minor - girls - trans_minor, trans_minor])
    total = np.array([pub.SEX_MARGIN[sex] for sex in pub.SEXES])
    return np.stack([minors, total - minors], axis=1)


def _women_share(cells: NDArray[np.float64]) -> NDArray[np.float64]:
    now = cells.sum(axis=1) / cells.sum()
    wanted = np.array([pub.WOMEN_IN_SEXUAL, 1 - pub.WOMEN_IN_SEXUAL - 0.01, 0.01])
    found: NDArray[np.float64] = wanted / now
    return found


def _age_of_case(rng: np.random.Generator, count: int) -> Ints:
    """Days since the case began: all along the fourteen months, somewhat more of late."""
    return (425 * rng.beta(1.0, 1.35, count)).astype(np.int64)


def _born(rng: np.random.Generator, minor: Bools, starts: Ints) -> Ints:
    """Day of birth. A minor may come of age on the way; one in four is within ten months of it."""
    years_minor = np.where(rng.random(len(minor)) < 0.25, rng.uniform(17.2, 18.0, len(minor)), 18 - rng.gamma(1.8, 1.1, len(minor)) - 0.05)
    years_adult = 18.1 + rng.gamma(2.2, 5.0, len(minor))
    years = np.where(minor, np.clip(years_minor, 6, 17.99), np.clip(years_adult, 18.1, 68))
    return (starts - years * 365.25).astype(np.int64)


def _nationality(rng: np.random.Generator, sex: Ints, minor: Bools) -> Ints:
    minors_french = pub.AGE_MARGIN["minor"] * (
        pub.WOMEN_AMONG_MINORS * pub.FRENCH_AMONG_GIRLS + (1 - pub.WOMEN_AMONG_MINORS) * pub.FRENCH_AMONG_BOYS
    )
    adults_french = (pub.FRENCH - minors_french) / pub.AGE_MARGIN["adult"]
    french = np.where(minor, np.where(sex == 0, pub.FRENCH_AMONG_GIRLS, pub.FRENCH_AMONG_BOYS), adults_french)
    eu = pub.EU / (1 - pub.FRENCH)
    stateless = pub.STATELESS
    first, other = rng.random(len(sex)), rng.random(len(sex))
    foreign = np.select([other < eu, other < eu + stateless], [1, 3], 2)
    return np.where(first < french, 0, foreign).astype(np.int64)


def _unaccompanied(nationality: Ints, minor: Bools) -> NDArray[np.float64]:
    """A French child is not unaccompanied in the sense of the word; the foreign ones carry the published share."""
    foreign = max((nationality[minor] > 1).mean(), 0.01) if minor.any() else 1.0
    return np.where(nationality > 1, min(pub.UNACCOMPANIED / foreign, 1.0), 0.0)


def _territories(mechanism: Mechanism) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    codes = mechanism.codelists["departement"]
    named = sum(pub.NAMED_TERRITORIES.values())
    weights = []
    for code, entry in codes.items():
        plain = pub.SMALL_TERRITORY if entry.extra.get("zone") == "com" else pub.OTHER_TERRITORY
        weights.append(pub.NAMED_TERRITORIES.get(code) or pub.LARGE_TERRITORIES.get(code) or plain)
    # The five named ones are four in ten.
    given = np.array(weights, float)
    is_named = np.array([code in pub.NAMED_TERRITORIES for code in codes])
    given[~is_named] *= (named * 0.6 / 0.4) / given[~is_named].sum()
    return tuple(codes), given / given.sum()
