"""What to ask next about a file, what is written already, and the one decision on which most rights wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from repere.cases import evaluation
from repere.cases.models import Fact
from repere.cases.plausibility import as_date
from repere.cases.queries import wording
from repere.cases.queries.next_facts import PRESUMPTION, Doing
from repere.cases.queries.stays import lives_somewhere
from repere.cases.queries.wording import Ask
from repere.core.rulebook import MISSING, Mechanism, Rule, may_state
from repere.core.rulebook.expressions import rules_of

Named = tuple[str, str | None]
DANGER = "danger_assessed"
FIRST = ("safe_contact_instructions", "urgent_need", DANGER)
"""Before any other act: can we reach her, what does she need at once, what is she in danger of?"""
AGE = frozenset({("person_described", "turns_18"), ("person_described", "age_disputed")})
GROUPS_BEFORE_PAPERS = ("contact_safety", "exploitation", "child_protection", "health", "identification")
"""Her safety, her age and what happened come before her papers, her address and proceedings: our choice."""


@dataclass(frozen=True)
class Presuming:
    """Nobody has stated that she is presumed a victim. `doing`: the form, where this reader may state it; `who`: who may."""

    doing: Doing | None
    who: tuple[str, ...]


def in_order(
    mechanism: Mechanism, judged: evaluation.Judgement, facts: Sequence[Fact], groups: Sequence[str] | None, language: str
) -> tuple[Ask, ...]:
    """What to ask next: what cannot wait, then her age and what happened, then the rest; within each what most answers wait for."""
    living = evaluation.living(facts)
    known = {fact.kind for fact in living}
    asked: list[Named] = [
        (kind, None) for kind in FIRST
        if kind not in known and kind in mechanism.facts and (groups is None or mechanism.facts[kind].group in groups)
    ]  # fmt: skip
    waited: Counter[Named] = Counter()
    for told in judged.findings.values():
        if told.outcome == "cannot_tell" and told.asks and (groups is None or mechanism.facts[told.asks[0]].group in groups):
            waited[told.asks] += 100 if told.level == "national_law" else 1
    begun = {kind for kind, _field in asked}
    rest = [named for named, _count in waited.most_common() if named[0] not in begun]
    asked += sorted(rest, key=lambda named: _later(mechanism, named))
    found = (wording.ask(mechanism, named, language) for named in asked)
    return tuple(_in_her_place(one, living) for one in found if one)


def _in_her_place(asked: Ask, living: Sequence[Fact]) -> Ask:
    """Of who lives in a place already it is not asked whether to bring her to safety first, but whether she is safe in it."""
    if asked.kind != DANGER or asked.field is not None or not lives_somewhere(living):
        return asked
    return replace(
        asked, question=_("Is she safe in the place where she is now?"),
        why=_("Whoever looks for her may know of it, and her family may be threatened elsewhere. Ask her alone."),
    )  # fmt: skip


def _later(mechanism: Mechanism, named: Named) -> bool:
    return named not in AGE and mechanism.facts[named[0]].group not in GROUPS_BEFORE_PAPERS


def presuming(
    mechanism: Mechanism, judged: evaluation.Judgement, groups: Sequence[str] | None, *, role: str, language: str
) -> Presuming | None:
    """None where it is stated, or where this reader does not see whether it is. It is a person's decision: nothing here states it."""
    told, kind = judged.findings.get("common.presumed"), mechanism.facts[PRESUMPTION]
    if told is None or told.outcome != "does_not_hold" or (groups is not None and kind.group not in groups):
        return None
    mine = may_state(mechanism, kind, role)
    who = tuple(wording.role(mechanism, power, language) for power in kind.states)
    return Presuming(Doing(PRESUMPTION, kind.label.text(language)) if mine else None, who)


@dataclass(frozen=True)
class Written:
    """Answers that the file holds, and whether she counts as a child: holds, does_not_hold or cannot_tell."""

    known: frozenset[Named]
    minor: str

    def closed_by_age(self, rule: Rule, on: date) -> str:
        """child: the rule is for adults and she counts as a child; adult: the other way round; else nothing."""
        named = rules_of(rule.version_on(on).when)
        if "common.adult_today" in named and self.minor == "holds":
            return "child"
        return "adult" if "common.minor_today" in named and self.minor == "does_not_hold" else ""


def written(mechanism: Mechanism, judged: evaluation.Judgement, facts: Sequence[Fact]) -> Written:
    """What lasting states say already: whoever asks for it again asks a second time what she has said."""
    last: dict[str, Fact] = {}
    for fact in sorted(evaluation.living(facts), key=lambda fact: fact.when_said):
        last[fact.kind] = fact
    lasting = {kind: fact for kind, fact in last.items() if kind in mechanism.facts and mechanism.facts[kind].absent == "unknown"}
    told = {(kind, name) for kind, fact in lasting.items() for name, value in fact.fields.items() if value not in (*MISSING, "", [], None)}
    minor = judged.findings.get("common.minor_today")
    outcome = minor.outcome if minor else "cannot_tell"
    # Either of the two settles her age; while it is not settled, both may still be asked.
    return Written(frozenset(told) - AGE if outcome == "cannot_tell" else frozenset(told) | AGE, outcome)


def ages(described: Fact | None, on: date) -> tuple[int, int] | None:
    """The youngest and the oldest she may be on a day, by the day of turning 18 that was told."""
    day: Any = described.fields.get("turns_18") if described else None
    if not isinstance(day, dict):
        return None
    return tuple(18 + _years(as_date(day[end]), on) for end in ("latest", "earliest"))  # type: ignore[return-value]


def _years(then: date, on: date) -> int:
    """Whole years from one day to the other, negative before it, rounded down."""
    return on.year - then.year - ((on.month, on.day) < (then.month, then.day))
