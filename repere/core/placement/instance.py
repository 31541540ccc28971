"""What the daily proposal is asked: waiting households, places, what weighs how much. Read strictly from JSON.

The format stands in docs/placement.md. Whatever contradicts itself is refused with the place in the file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from repere.core.needs import AGES, PREFERABLE, REFUSABLE, Member, Needs, Place, Weights

GENDERS = ("woman", "man", "other", "not_known")
RULES = ("women", "men", "any")
PHASES = ("emergency", "stabilisation", "reconstruction", "minors")


class ContradictoryInstance(ValueError):
    """The instance cannot be meant. `code` says why, `where` where: ("households", "h12", "members")."""

    def __init__(self, code: str, *where: object) -> None:
        self.code, self.where = code, tuple(str(part) for part in where)
        super().__init__(f"{code} at {' / '.join(self.where) or 'the top'}")


@dataclass(frozen=True)
class Urgency:
    """What counts between households. Urgency 0 to 3; each waiting day adds, up to a cap, so that nobody is passed over for ever.

    What she refuses is no part of it: a refusal rules places out, it never lowers a rank.
    """

    levels: tuple[int, int, int, int] = (100, 200, 400, 800)
    waiting_day: int = 2
    waiting_cap_days: int = 365

    def worth(self, level: int, waiting_days: int) -> int:
        return self.levels[level] + self.waiting_day * min(waiting_days, self.waiting_cap_days)


@dataclass(frozen=True)
class Household:
    """Who waits together. `excluded`: places that said no or that she said no to, by id."""

    id: str
    needs: Needs
    urgency: int = 1
    waiting_days: int = 0
    excluded: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Limit:
    """What one shelter can carry at once, over all its units: new households, minors. None: no such limit."""

    shelter: str
    households: int | None = None
    minors: int | None = None


@dataclass(frozen=True)
class Instance:
    """One day's question. `apart`: pairs of households never in the same shelter. `pairs`: admissible pairs with their worth, given
    instead of computed ones. `fixed`: what is already decided."""

    households: tuple[Household, ...]
    places: tuple[Place, ...]
    weights: Weights = field(default_factory=Weights)
    urgency: Urgency = field(default_factory=Urgency)
    limits: tuple[Limit, ...] = ()
    apart: tuple[tuple[str, str], ...] = ()
    pairs: tuple[tuple[str, str, int], ...] | None = None
    fixed: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        check(self)


def check(instance: Instance) -> None:
    """Raises ContradictoryInstance. Costs one pass over everything."""
    households = _unique("households", [household.id for household in instance.households])
    places = _unique("places", [place.id for place in instance.places])
    shelters = {place.shelter for place in instance.places}
    for household in instance.households:
        _check_household(household)
    for place in instance.places:
        _check_place(place)
    for limit in instance.limits:
        if limit.shelter not in shelters:
            raise ContradictoryInstance("unknown_shelter", "limits", limit.shelter)
        if min(limit.households or 0, limit.minors or 0) < 0:
            raise ContradictoryInstance("negative", "limits", limit.shelter)
    for pair in instance.apart:
        if not set(pair) <= households or pair[0] == pair[1]:
            raise ContradictoryInstance("unknown_household", "apart", *pair)
    for one, other, worth in instance.pairs or ():
        if one not in households or other not in places:
            raise ContradictoryInstance("unknown_pair", "pairs", one, other)
        if worth <= 0:
            raise ContradictoryInstance("not_positive", "pairs", one, other)
    _check_fixed(instance, households, places)


def _unique(where: str, ids: Iterable[str]) -> set[str]:
    counted = Counter(ids)
    for name, times in counted.items():
        if times > 1:
            raise ContradictoryInstance("twice", where, name)
    return set(counted)


def _check_household(household: Household) -> None:
    needs, where = household.needs, ("households", household.id)
    if not needs.members:
        raise ContradictoryInstance("nobody", *where)
    if any((member.disputed or member.age) and not member.minor for member in needs.members):
        raise ContradictoryInstance("age_of_an_adult", *where, "members")
    if not 0 <= household.urgency <= 3:
        raise ContradictoryInstance("urgency_0_to_3", *where)
    if household.waiting_days < 0:
        raise ContradictoryInstance("negative", *where, "waiting_days")
    if needs.near & (needs.avoid | needs.refuses_zones):
        raise ContradictoryInstance("near_and_refused", *where, *sorted(needs.near & (needs.avoid | needs.refuses_zones)))
    if needs.couple and needs.size < 2:
        raise ContradictoryInstance("couple_of_one", *where)


def _check_place(place: Place) -> None:
    if place.capacity < 1:
        raise ContradictoryInstance("no_capacity", "places", place.id)
    if not 0 <= place.beds <= place.capacity:
        raise ContradictoryInstance("over_capacity", "places", place.id)
    if not place.phases:
        raise ContradictoryInstance("no_phase", "places", place.id)


def _check_fixed(instance: Instance, households: set[str], places: set[str]) -> None:
    size = {household.id: household.needs.size for household in instance.households}
    beds = {place.id: place.beds for place in instance.places}
    alone = {place.id for place in instance.places if place.one_household}
    taken: Counter[str] = Counter()
    _unique("fixed", [household for household, _ in instance.fixed])
    for household, place in instance.fixed:
        if household not in households or place not in places:
            raise ContradictoryInstance("unknown_pair", "fixed", household, place)
        if taken[place] and place in alone:
            raise ContradictoryInstance("over_capacity", "fixed", place)
        taken[place] += size[household]
        if taken[place] > beds[place]:
            raise ContradictoryInstance("over_capacity", "fixed", place)


# ---- reading


def read_instance(content: object) -> Instance:
    """An instance from parsed JSON. Raises ContradictoryInstance for an unknown key, a wrong type, a word out of its list."""
    top = _object(content, (), {"households", "places", "weights", "urgency", "limits", "apart", "pairs", "fixed", "note"})
    return Instance(
        households=tuple(_household(row, at) for at, row in enumerate(_list(top.get("households", []), "households"))),
        places=tuple(_place(row, at) for at, row in enumerate(_list(top.get("places", []), "places"))),
        weights=_numbers(Weights, top.get("weights", {}), "weights"),
        urgency=_urgency(top.get("urgency", {})),
        limits=tuple(_limit(row, at) for at, row in enumerate(_list(top.get("limits", []), "limits"))),
        apart=tuple(_strings(row, 2, "apart", at) for at, row in enumerate(_list(top.get("apart", []), "apart"))),  # type: ignore[misc]
        pairs=_pairs(top["pairs"]) if "pairs" in top else None,
        fixed=tuple(_strings(row, 2, "fixed", at) for at, row in enumerate(_list(top.get("fixed", []), "fixed"))),  # type: ignore[misc]
    )


def _object(value: object, where: tuple[object, ...], keys: set[str]) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ContradictoryInstance("object_expected", *where)
    for key in value:
        if key not in keys:
            raise ContradictoryInstance("unknown_key", *where, key)
    return value


def _list(value: object, *where: object) -> list[Any]:
    if not isinstance(value, list):
        raise ContradictoryInstance("list_expected", *where)
    return value


def _strings(value: object, length: int, *where: object) -> tuple[str, ...]:
    row = _list(value, *where)
    if len(row) != length or not all(isinstance(word, str) for word in row):
        raise ContradictoryInstance("words_expected", *where)
    return tuple(row)


def _words(row: Mapping[str, Any], key: str, among: tuple[str, ...] | None, where: tuple[object, ...]) -> frozenset[str]:
    found = _list(row.get(key, []), *where, key)
    for word in found:
        if not isinstance(word, str) or (among and word not in among):
            raise ContradictoryInstance("word_not_in_list", *where, key, word)
    return frozenset(found)


def _word(row: Mapping[str, Any], key: str, among: tuple[str, ...], default: str, where: tuple[object, ...]) -> Any:
    word = row.get(key, default)
    if word not in among:
        raise ContradictoryInstance("word_not_in_list", *where, key, word)
    return word


def _whole(row: Mapping[str, Any], key: str, default: int, where: tuple[object, ...]) -> int:
    number = row.get(key, default)
    if isinstance(number, bool) or not isinstance(number, int):
        raise ContradictoryInstance("whole_number_expected", *where, key)
    return number


def _yes(row: Mapping[str, Any], key: str, default: bool, where: tuple[object, ...]) -> bool:
    value = row.get(key, default)
    if not isinstance(value, bool):
        raise ContradictoryInstance("yes_or_no_expected", *where, key)
    return value


def _id(row: Mapping[str, Any], where: tuple[object, ...]) -> str:
    name = row.get("id")
    if not isinstance(name, str) or not name:
        raise ContradictoryInstance("id_expected", *where)
    return name


NEEDS_KEYS = {column.name for column in fields(Needs)} - {"members"}


def _household(value: object, at: int) -> Household:
    keys = {"id", "urgency", "waiting_days", "excluded", "members", "needs"}
    row = _object(value, ("households", at), keys)
    where: tuple[object, ...] = ("households", _id(row, ("households", at)))
    members = tuple(_member(member, where) for member in _list(row.get("members", []), *where, "members"))
    return Household(
        id=where[1],  # type: ignore[arg-type]
        needs=_needs(row.get("needs", {}), members, where),
        urgency=_whole(row, "urgency", 1, where),
        waiting_days=_whole(row, "waiting_days", 0, where),
        excluded=_words(row, "excluded", None, where),
    )


def _member(value: object, where: tuple[object, ...]) -> Member:
    row = _object(value, (*where, "members"), {"minor", "gender", "disputed", "age"})
    return Member(
        minor=_yes(row, "minor", False, where), gender=_word(row, "gender", GENDERS, "not_known", where),
        disputed=_yes(row, "disputed", False, where), age=_word(row, "age", AGES, "", where),
    )  # fmt: skip


def _needs(value: object, members: tuple[Member, ...], where: tuple[object, ...]) -> Needs:
    row = _object(value, (*where, "needs"), NEEDS_KEYS)
    return Needs(
        members=members,
        phase=_word(row, "phase", PHASES, "emergency", where),
        security=_whole(row, "security", 0, where),
        form=str(row.get("form", "")),
        refuses=_words(row, "refuses", REFUSABLE, where),
        prefers=_words(row, "prefers", PREFERABLE, where),
        couple=_yes(row, "couple", False, where),
        step_free=_yes(row, "step_free", False, where),
        pets=_yes(row, "pets", False, where),
        papers=_yes(row, "papers", False, where),
        danger=_yes(row, "danger", False, where),
        **{name: _words(row, name, None, where) for name in ("languages", "avoid", "refuses_zones", "near")},
    )


PLACE_YES = {"one_household", "men_on_site", "children", "unaccompanied_minors", "couples", "step_free", "pets", "collective",
             "requires_papers", "remote", "isolated_first"}  # fmt: skip


def _place(value: object, at: int) -> Place:
    row = _object(value, ("places", at), {column.name for column in fields(Place)})
    where: tuple[object, ...] = ("places", _id(row, ("places", at)))
    plain = Place(id=str(where[1]), shelter=str(row.get("shelter", where[1])), zone=str(row.get("zone", "")), capacity=1)
    return Place(
        id=plain.id,
        shelter=plain.shelter,
        zone=plain.zone,
        capacity=_whole(row, "capacity", 1, where),
        free=_whole(row, "free", 0, where) if row.get("free") is not None else None,
        gender=_word(row, "gender", RULES, "any", where),
        security=_whole(row, "security", 0, where),
        phases=_words(row, "phases", PHASES, where) if "phases" in row else plain.phases,
        languages=_words(row, "languages", None, where),
        trained_for=_words(row, "trained_for", None, where),
        confidence=float(row.get("confidence", 1.0)),
        **{name: _yes(row, name, getattr(plain, name), where) for name in PLACE_YES},
    )


def _limit(value: object, at: int) -> Limit:
    row = _object(value, ("limits", at), {"shelter", "households", "minors"})
    where: tuple[object, ...] = ("limits", at)
    counts = {name: _whole(row, name, 0, where) if row.get(name) is not None else None for name in ("households", "minors")}
    return Limit(shelter=str(row.get("shelter", "")), **counts)


def _numbers(kind: type[Weights], value: object, where: str) -> Weights:
    row = _object(value, (where,), {column.name for column in fields(kind)})
    return kind(**{name: _whole(row, name, 0, (where,)) for name in row})


def _urgency(value: object) -> Urgency:
    row = _object(value, ("urgency",), {"levels", "waiting_day", "waiting_cap_days"})
    plain = Urgency()
    levels = _list(row.get("levels", list(plain.levels)), "urgency", "levels")
    if len(levels) != 4 or not all(isinstance(level, int) and level > 0 for level in levels) or levels != sorted(levels):
        raise ContradictoryInstance("four_rising_levels", "urgency", "levels")
    days = {name: _whole(row, name, getattr(plain, name), ("urgency",)) for name in ("waiting_day", "waiting_cap_days")}
    if min(days.values()) < 0:
        raise ContradictoryInstance("negative", "urgency")
    return Urgency(levels=(levels[0], levels[1], levels[2], levels[3]), **days)


def _pairs(value: object) -> tuple[tuple[str, str, int], ...]:
    found = []
    for at, row in enumerate(_list(value, "pairs")):
        right = isinstance(row, list) and len(row) == 3 and all(isinstance(name, str) for name in row[:2]) and isinstance(row[2], int)
        if not right:
            raise ContradictoryInstance("pair_expected", "pairs", at)
        found.append((row[0], row[1], row[2]))
    return tuple(found)
