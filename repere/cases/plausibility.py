"""What cannot be true of one authority's own facts, and where two authorities do not agree.

An impossible pair by the same authority is refused. A disagreement between authorities is kept: neither is wrong by
computation, and a person must look (rule `house.disagreement`, a reminder that we chose, not a law).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from repere.cases import mechanisms
from repere.cases.models import Fact
from repere.cases.refusals import Refused
from repere.core.rulebook import MISSING, Refusal

END_OF = {
    "stay_ended": ("stay_started",),
    "exit": ("support_started", "re_entry"),
    "consent_withdrawn": ("consent_given",),
    "complaint_withdrawn": ("complaint_filed",),
    "presumption_ended": ("presumption_stated",),
    "proceedings_ended": ("proceedings_opened",),
    "permit_withdrawn": ("permit_granted",),
    "found_after_runaway": ("runaway",),
    "identification_evaluation_closed": ("identification_evaluation_opened",),
}
"""Kind that ends → kinds that start. An end needs a start no later than itself, if its authority recorded any start."""

NOTHING = {("urgent_need", "none_stated"): ("needs",)}
"""(kind, field) that says "nothing" → fields that then hold nothing."""
NONE_CODES = frozenset({"none", "none_given"})
"""Codes of any list that say "nothing": alone, or not at all."""

MAJORITY_YEARS = 18


@dataclass(frozen=True)
class Statement:
    """The part of a fact that plausibility reads; also of one that is not stored yet."""

    id: UUID
    kind: str
    earliest: date
    latest: date
    organisation: UUID
    role: str
    fields: Mapping[str, Any]


def statement(fact: Fact) -> Statement:
    return Statement(fact.pk, fact.kind, fact.earliest, fact.latest, fact.organisation_id, fact.role, fact.fields)


def contradictions(kind: str, fields: Mapping[str, Any]) -> list[Refusal]:
    """Answers of one fact that cannot both be true: nothing, and something beside it."""
    found = [
        name for (of, nothing), others in NOTHING.items() for name in others
        if of == kind and fields.get(nothing) == "yes" and isinstance(fields.get(name), (list, tuple)) and fields[name]
    ]  # fmt: skip
    found += [name for name, told in fields.items() if isinstance(told, (list, tuple)) and len(told) > 1 and NONE_CODES & set(told)]
    return [Refusal("nothing_and_something", name) for name in dict.fromkeys(found)]


def check(new: Statement, standing: Sequence[Statement], *, corrected: UUID | None = None) -> None:
    """Refuse a new fact that contradicts itself, or is impossible beside the standing facts of the same authority.

    `corrected` stands no more.
    """
    if told_twice := contradictions(new.kind, new.fields):
        raise Refused(told_twice[0].code, field=told_twice[0].field, refusals=told_twice)
    if new.kind in END_OF:
        starts = END_OF[new.kind]
        _check_end(new, [s for s in standing if s.kind in starts and s.organisation == new.organisation and s.id != corrected])
    if corrected is not None:
        own = [s for s in standing if s.organisation == new.organisation]
        left = [s for s in own if s.id != corrected]
        for replaced in own:
            if replaced.id == corrected:
                _check_ends_of(replaced, new, left)
    _check_birth(new, standing, corrected)


def _check_end(end: Statement, starts: Sequence[Statement]) -> None:
    if starts and all(start.earliest > end.latest for start in starts):
        first = min(start.earliest for start in starts)
        raise Refused("end_before_start", field="on", end=end.latest.isoformat(), start=first.isoformat())


def _check_ends_of(replaced: Statement, new: Statement, left: Sequence[Statement]) -> None:
    """A corrected start may not leave an end that had a start without one."""
    for end in left:
        kinds = END_OF.get(end.kind, ())
        if replaced.kind in kinds and replaced.earliest <= end.latest:
            _check_end(end, [s for s in left if s.kind in kinds] + ([new] if new.kind in kinds else []))


def _check_birth(new: Statement, standing: Sequence[Statement], corrected: UUID | None) -> None:
    """Nothing happens to her before she is born, as far as the same authority says when that was."""
    if new.kind == "person_described":
        birth, dated = _earliest_birth(new.fields), standing
    else:
        described = [s for s in standing if s.kind == "person_described" and s.organisation == new.organisation and s.id != corrected]
        birth, dated = _earliest_birth(described[-1].fields) if described else None, (new,)
    if birth is None:
        return
    for fact in dated:
        if fact.latest < birth and fact.organisation == new.organisation and fact.id != corrected:
            raise Refused("before_birth", field="on", day=fact.latest.isoformat())


def _earliest_birth(fields: Mapping[str, Any]) -> date | None:
    told = fields.get("turns_18")
    if not isinstance(told, Mapping):
        return None
    turns = as_date(told["earliest"])
    return turns.replace(year=turns.year - MAJORITY_YEARS, day=min(turns.day, 28) if turns.month == 2 else turns.day)


def as_date(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


# ---- disagreements


@dataclass(frozen=True)
class Comparable:
    """Fields of a kind on which authorities may contradict each other; `per` keeps different questions apart.

    `author`: the field that names the deciding body, where the one who records is not the one who decides.
    """

    kind: str
    fields: tuple[str, ...]
    per: tuple[str, ...] = ()
    author: str | None = None


COMPARABLE = (
    Comparable("recognition_decided", ("outcome",), per=("threshold",), author="body"),
    Comparable("age_evaluated", ("outcome",)),
    Comparable("person_described", ("gender", "nationality_group", "turns_18")),
    Comparable("placement_decided", ("outcome",), author="by"),
)


@dataclass(frozen=True)
class Disagreement:
    kind: str
    field: str
    facts: tuple[UUID, ...]


def disagreements(standing: Sequence[Statement]) -> list[Disagreement]:
    """Fields on which the last words of two authorities differ; the latest fact comes last in `facts`."""
    found = []
    for comparable in COMPARABLE:
        groups: dict[tuple[Any, ...], dict[Any, Statement]] = {}
        for fact in sorted((s for s in standing if s.kind == comparable.kind), key=lambda s: s.latest):
            groups.setdefault(tuple(fact.fields.get(p) for p in comparable.per), {})[_author(fact, comparable)] = fact
        for last_words in groups.values():
            found += [d for field in comparable.fields if (d := _differ(comparable.kind, field, list(last_words.values())))]
    return found


def _author(fact: Statement, comparable: Comparable) -> Any:
    named = fact.fields.get(comparable.author) if comparable.author else None
    if named and named not in MISSING:
        return named
    role = mechanisms.common().roles.get(fact.role)
    return fact.organisation, role.family if role else fact.role


def _differ(kind: str, field: str, facts: list[Statement]) -> Disagreement | None:
    told = [f for f in facts if f.fields.get(field) is not None and f.fields[field] not in MISSING]
    if any(_contradict(a.fields[field], b.fields[field]) for i, a in enumerate(told) for b in told[i + 1 :]):
        return Disagreement(kind, field, tuple(f.id for f in told))
    return None


def _contradict(one: Any, other: Any) -> bool:
    if isinstance(one, Mapping) and isinstance(other, Mapping):  # two ranges of days: only disjoint ones contradict
        return as_date(one["latest"]) < as_date(other["earliest"]) or as_date(other["latest"]) < as_date(one["earliest"])
    return bool(one != other)
