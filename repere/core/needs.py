"""What a household needs, what a place offers, and whether the two fit: for one woman tonight and for a whole waiting list.

A *household* is whoever must stay together. A *miss* is a reason why a place cannot be offered, a *gain* a reason to prefer it.
What she refuses binds as a rule of the place does; what she prefers only weighs. Nothing here reads another person: whom she must
not meet is for the receiving shelter alone (`placement.apart` serves those who hold that knowledge, never a seeker).
Zones are codes of départements or of areas within them, never addresses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

Gender = Literal["woman", "man", "other", "not_known"]
Rule = Literal["women", "men", "any"]
Phase = Literal["emergency", "stabilisation", "reconstruction", "minors"]
Mask = npt.NDArray[np.bool_]

REFUSABLE = ("collective", "shared_with_men", "remote")
PREFERABLE = ("single", "language", "trained", "not_remote")
AGES = ("", "0-2", "3-11", "12-17")
"""Years of a minor, in bands; nothing where nobody said. Our choice: what a house must prepare differs from one to the next."""

# Whose word a miss is: the place may change a rule; her choice and her safety are never argued with.
MISSES: Mapping[str, Literal["place", "her_choice", "safety"]] = {
    "full": "place",
    "too_small": "place",
    "gender_rule": "place",
    "no_children": "place",
    "no_unaccompanied_minors": "place",
    "no_couples": "place",
    "not_step_free": "place",
    "no_pets": "place",
    "other_phase": "place",
    "requires_papers": "place",
    "security_too_low": "safety",
    "zone_to_avoid": "safety",
    "zone_refused": "her_choice",
    "collective_refused": "her_choice",
    "shared_with_men_refused": "her_choice",
    "remote_refused": "her_choice",
}
GAINS = ("language_spoken", "staff_trained", "single_room", "near", "not_remote", "confirmed_lately", "right_size", "isolated_first")


@dataclass(frozen=True)
class Member:
    """One person of the household. `minor` counts a disputed age as a child, as the law of children asks; `disputed` says that it is
    one. `age`: a band of `AGES`."""

    minor: bool = False
    gender: Gender = "not_known"
    disputed: bool = False
    age: str = ""


@dataclass(frozen=True)
class Needs:
    """What a household needs of a place.

    `avoid`: zones that are dangerous to her. `refuses_zones`: zones she does not want. `near`: zones she prefers.
    `security`: 0 ordinary, 1 guarded access, 2 address kept secret. `papers`: whether she can show an identity paper.
    `danger`: a danger is known where she is; it is for the house to read, and rules nothing out by itself.
    """

    members: tuple[Member, ...]
    phase: Phase = "emergency"
    couple: bool = False
    step_free: bool = False
    pets: bool = False
    papers: bool = False
    danger: bool = False
    security: int = 0
    form: str = ""
    languages: frozenset[str] = frozenset()
    avoid: frozenset[str] = frozenset()
    refuses_zones: frozenset[str] = frozenset()
    refuses: frozenset[str] = frozenset()
    near: frozenset[str] = frozenset()
    prefers: frozenset[str] = frozenset()

    @property
    def size(self) -> int:
        return len(self.members)

    @property
    def isolated(self) -> bool:
        """One adult on her own: families go first in general emergency shelter, so some units are for those who are alone."""
        return self.size == 1 and not self.members[0].minor

    @property
    def children(self) -> bool:
        return any(member.minor for member in self.members) and not self.alone_and_minor

    @property
    def alone_and_minor(self) -> bool:
        """Minors with no adult of the household beside them, nor a parent who may be one."""
        return all(member.minor for member in self.members) and not self.led_by_disputed_age

    @property
    def led_by_disputed_age(self) -> bool:
        """Somebody whose age is disputed, with children and no adult: a mother and her child are one family, not two minors alone. The
        house reads that her age is disputed, and decides."""
        told = {member.disputed for member in self.members}
        return all(member.minor for member in self.members) and told == {True, False}

    @property
    def elders(self) -> list[Member]:
        """Whom a house's rule on gender is about: the adults, else whoever may be one, else everybody."""
        adults = [member for member in self.members if not member.minor]
        return adults or [member for member in self.members if member.disputed] or list(self.members)


@dataclass(frozen=True)
class Place:
    """One unit of a shelter: a room, a flat, a dormitory. `free` beds of `capacity`.

    `one_household`: whoever comes first has the unit alone, however many beds stay empty. `confidence`: 0 to 1, how sure the
    figure of free beds is (it decays while nobody confirms). `isolated_first`: those who are alone are first seen here.
    """

    id: str
    shelter: str
    zone: str
    capacity: int
    free: int | None = None
    one_household: bool = True
    gender: Rule = "any"
    men_on_site: bool = True
    children: bool = True
    unaccompanied_minors: bool = False
    couples: bool = True
    step_free: bool = False
    pets: bool = False
    collective: bool = False
    requires_papers: bool = False
    remote: bool = False
    isolated_first: bool = False
    security: int = 0
    phases: frozenset[str] = frozenset({"emergency"})
    languages: frozenset[str] = frozenset()
    trained_for: frozenset[str] = frozenset()
    confidence: float = 1.0

    @property
    def beds(self) -> int:
        """Beds that can be given now."""
        return self.capacity if self.free is None else self.free


@dataclass(frozen=True)
class Weights:
    """What a reason weighs in a rank. Our choice, not a law: an installation sets its own, and the page shows them."""

    language_spoken: int = 20
    staff_trained: int = 20
    single_room: int = 10
    near: int = 15
    not_remote: int = 5
    confirmed_lately: int = 10
    right_size: int = 10
    isolated_first: int = 15


@dataclass(frozen=True)
class Fit:
    """One place seen with one household's needs. `would_fit_if` names the only miss that stands in the way, when there is one
    and it is the place's to change."""

    place: str
    misses: tuple[str, ...]
    gains: tuple[str, ...]
    score: int

    @property
    def fits(self) -> bool:
        return not self.misses

    @property
    def would_fit_if(self) -> str | None:
        only = self.misses[0] if len(self.misses) == 1 else None
        return only if only and MISSES[only] == "place" else None


@dataclass(frozen=True)
class PlaceTable:
    """Places as columns, made once for many households. Building it costs one pass over the places."""

    places: tuple[Place, ...]
    _flags: dict[str, Mask] = field(default_factory=dict, repr=False)
    _words: dict[tuple[str, str], Mask] = field(default_factory=dict, repr=False)
    _numbers: dict[str, npt.NDArray[np.float64]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, places: Iterable[Place]) -> PlaceTable:
        return cls(tuple(places))

    def __len__(self) -> int:
        return len(self.places)

    def flag(self, name: str) -> Mask:
        """A yes/no attribute of every place."""
        if name not in self._flags:
            self._flags[name] = np.fromiter((bool(getattr(place, name)) for place in self.places), bool, len(self))
        return self._flags[name]

    def holds(self, name: str, word: str) -> Mask:
        """Whether the attribute of every place is the word, or holds it."""
        key = (name, word)
        if key not in self._words:
            values = (getattr(place, name) for place in self.places)
            found = (value == word if isinstance(value, str) else word in value for value in values)
            self._words[key] = np.fromiter(found, bool, len(self))
        return self._words[key]

    def any_of(self, name: str, words: Iterable[str]) -> Mask:
        found = np.zeros(len(self), bool)
        for word in words:
            found |= self.holds(name, word)
        return found

    def number(self, name: str) -> npt.NDArray[np.float64]:
        if name not in self._numbers:
            self._numbers[name] = np.fromiter((getattr(place, name) for place in self.places), float, len(self))
        return self._numbers[name]

    @property
    def ids(self) -> npt.NDArray[np.float64]:
        """Order of the ids, for equal ranks."""
        if "id" not in self._numbers:
            order = np.empty(len(self))
            order[np.argsort(np.array([place.id for place in self.places], dtype=str), kind="stable")] = np.arange(len(self))
            self._numbers["id"] = order
        return self._numbers["id"]


def misses(needs: Needs, table: PlaceTable) -> dict[str, Mask]:
    """For each reason of `MISSES`, the places it rules out. Costs about 30 operations over the table."""
    beds, security = table.number("beds"), table.number("security")
    nobody, genders = np.zeros(len(table), bool), {elder.gender for elder in needs.elders}
    women_only, men_only = table.holds("gender", "women"), table.holds("gender", "men")
    return {
        "full": beds <= 0,
        "too_small": (beds > 0) & (beds < needs.size),
        "gender_rule": (women_only & (genders != {"woman"})) | (men_only & (genders != {"man"})),
        "no_children": ~table.flag("children") if needs.children else nobody,
        "no_unaccompanied_minors": ~table.flag("unaccompanied_minors") if needs.alone_and_minor else nobody,
        "no_couples": ~table.flag("couples") if needs.couple else nobody,
        "not_step_free": ~table.flag("step_free") if needs.step_free else nobody,
        "no_pets": ~table.flag("pets") if needs.pets else nobody,
        "other_phase": ~table.holds("phases", needs.phase),
        "requires_papers": table.flag("requires_papers") if not needs.papers else nobody,
        "security_too_low": security < needs.security,
        "zone_to_avoid": table.any_of("zone", needs.avoid),
        "zone_refused": table.any_of("zone", needs.refuses_zones),
        "collective_refused": table.flag("collective") if "collective" in needs.refuses else nobody,
        "shared_with_men_refused": table.flag("men_on_site") if "shared_with_men" in needs.refuses else nobody,
        "remote_refused": table.flag("remote") if "remote" in needs.refuses else nobody,
    }


def gains(needs: Needs, table: PlaceTable) -> dict[str, Mask]:
    """For each reason of `GAINS`, the places it speaks for."""
    return {
        "language_spoken": table.any_of("languages", needs.languages),
        "staff_trained": table.holds("trained_for", needs.form) if needs.form else np.zeros(len(table), bool),
        "single_room": ~table.flag("collective"),
        "near": table.any_of("zone", needs.near),
        "not_remote": ~table.flag("remote"),
        "confirmed_lately": table.number("confidence") >= SURE_FROM,
        "right_size": table.number("beds") - needs.size <= 1,
        "isolated_first": table.flag("isolated_first") if needs.isolated else np.zeros(len(table), bool),
    }


def scores(needs: Needs, table: PlaceTable, weights: Weights | None = None) -> npt.NDArray[np.int64]:
    """What speaks for each place, added up."""
    each, total = weighed(needs, weights), np.zeros(len(table), np.int64)
    for name, speaks in gains(needs, table).items():
        total += speaks * each[name]
    return total


def weighed(needs: Needs, weights: Weights | None = None) -> dict[str, int]:
    """What each reason of `GAINS` weighs for this household: one that she named as a preference counts twice."""
    weighing = weights or Weights()
    named = {"single": "single_room", "language": "language_spoken", "trained": "staff_trained", "not_remote": "not_remote"}
    twice = {named[word] for word in needs.prefers if word in named}
    return {name: getattr(weighing, name) * (2 if name in twice else 1) for name in GAINS}


SURE_FROM = 0.8
"""Confidence from which a figure counts as confirmed lately."""


def candidates(needs: Needs, table: PlaceTable, weights: Weights | None = None, *, most: int | None = None) -> list[Fit]:
    """Places of the table: those that fit first, best first, then those nearest to fitting. Equal ranks by id.

    `most`: how many to tell; the cost is then that of the columns, not of the places.
    """
    against, speaking, score = misses(needs, table), gains(needs, table), scores(needs, table, weights)
    missed = np.sum(list(against.values()), axis=0)
    order = np.lexsort((table.ids, -score, missed))[:most]
    return [
        Fit(
            place=table.places[row].id,
            misses=tuple(name for name, mask in against.items() if mask[row]),
            gains=tuple(name for name, mask in speaking.items() if mask[row]),
            score=int(score[row]),
        )
        for row in order.tolist()
    ]


def admissible(needs: Needs, table: PlaceTable) -> Mask:
    """Places that fit."""
    out = np.zeros(len(table), bool)
    for mask in misses(needs, table).values():
        out |= mask
    return ~out


def household(adults: Sequence[Gender], children: int = 0, **needs: object) -> Needs:
    """Needs of some adults with some children, the usual way to write an example."""
    members = tuple(Member(gender=gender) for gender in adults) + (Member(minor=True),) * children
    return Needs(members=members, **needs)  # type: ignore[arg-type]
