"""What is written down next: the form that does a task, one step for each urgent need, a presumption to be thought of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from text_unidecode import unidecode

from repere.cases import evaluation
from repere.cases.models import Fact
from repere.cases.queries.lines import Line
from repere.core.dates import PartialDate
from repere.core.rulebook import FactKind, Mechanism, may_record, may_state, screen
from repere.core.rulebook.model import Group

if TYPE_CHECKING:
    from repere.cases.queries.case_page import CasePage

NEED, MET, STAY, PRESUMPTION = "urgent_need", "urgent_need_met", "stay_started", "presumption_stated"
LIKELY = 8
"""Kinds put in front on the page of kinds."""


@dataclass(frozen=True)
class Doing(Line):
    """The form on which something is written down. `answers`: (field, code) that stand in it already."""

    kind: str
    label: str
    answers: tuple[tuple[str, str], ...] = ()

    @property
    def query(self) -> str:
        """What follows the address of the form."""
        return "?" + urlencode([(f"{self.kind}.{name}", code) for name, code in self.answers]) if self.answers else ""

    @property
    def need(self) -> str:
        """The one urgent need that this form meets, or nothing."""
        return dict(self.answers).get("needs", "") if self.kind == MET else ""


@dataclass(frozen=True)
class NeedLine(Line):
    """An urgent need that was said and that nothing recorded has met."""

    code: str
    label: str
    said_on: PartialDate
    doing: Doing | None


@dataclass(frozen=True)
class Proposal:
    """Signs fill dimensions of the screening and nobody stated a presumption: somebody may think of it. Nothing decides it."""

    doing: Doing
    signs: int
    dimensions: int


def ways_to_do(mechanism: Mechanism, rule_id: str, *, role: str, language: str) -> tuple[Doing, ...]:
    """The facts that do a duty and that this role may record, each with what the rule says about its fields."""
    rule = mechanism.rules.get(rule_id)
    if rule is None or rule.duty is None:
        return ()
    ways = []
    for selector in rule.duty.done:
        answers = tuple((test.field, test.codes[0]) for test in selector.where if test.wanted and len(test.codes) == 1)
        ways += [(kind, answers) for kind in selector.kinds]
    return tuple(
        Doing(kind, mechanism.facts[kind].label.text(language), answers)
        for kind, answers in dict.fromkeys(ways)
        if kind in mechanism.facts and may_record(mechanism, mechanism.facts[kind], role)
    )


def open_needs(mechanism: Mechanism, facts: Sequence[Fact], *, on: date, role: str, language: str) -> tuple[NeedLine, ...]:
    """Urgent needs as they stand on a day: said, not met since, and not taken back by "nothing for now". A stay is where to sleep."""
    said: dict[str, Fact] = {}
    ours = [fact for fact in evaluation.living(facts) if fact.kind in (NEED, MET, STAY) and fact.earliest <= on]
    for fact in sorted(ours, key=lambda fact: fact.when_said):
        if fact.fields.get("none_stated") == "yes":
            said.clear()
        for code in ("shelter",) if fact.kind == STAY else _codes(fact.fields.get("needs")):
            said.pop(code, None)
            if fact.kind == NEED:
                said[code] = fact
    known, met = mechanism.codelists["need"], mechanism.facts[MET]
    may = may_record(mechanism, met, role)
    return tuple(
        NeedLine(
            code, known[code].label.text(language), PartialDate(fact.earliest, fact.latest),
            Doing(MET, met.label.text(language), (("needs", code),)) if may else None,
        )
        for code, fact in said.items() if code in known
    )  # fmt: skip


def _codes(told: object) -> Iterable[str]:
    return [str(code) for code in told] if isinstance(told, list) else ()


def presumption_to_think_of(
    mechanism: Mechanism, facts: Sequence[Fact], judged: evaluation.Judgement, *, role: str, language: str
) -> Proposal | None:
    """A proposal for who may state a presumption, where the combinations of the screening rule are met and none stands.

    Source: the rule `screening` of the rule book. Not met says nothing, and no proposal is never "not a victim".
    """
    presumed = judged.findings.get("common.presumed")
    kind = mechanism.facts[PRESUMPTION]
    if not may_state(mechanism, kind, role) or (presumed is not None and presumed.outcome == "holds"):
        return None
    told = evaluation.core_facts(mechanism, [fact for fact in facts if fact.kind in ("indicator_observed", evaluation.WITHDRAWAL)])
    if not told:
        return None
    found = [[one for one in screen(mechanism, told, on=judged.on, audience=audience) if one.met] for audience in _audiences(judged)]
    met = max(found, key=len, default=[])
    if not met:
        return None
    signs = {sign for one in met for sign in one.seen}
    return Proposal(Doing(PRESUMPTION, kind.label.text(language)), len(signs), len(met))


def _audiences(judged: evaluation.Judgement) -> tuple[str, ...]:
    """The lists of strengths that may concern her: that of children too, wherever she was or may be one."""
    child = ("common.minor_today", "common.age_disputed", "common.minor_at_exploitation")
    maybe = any(judged.findings[name].outcome != "does_not_hold" for name in child if name in judged.findings)
    return ("adult_labour", "child_labour") if maybe else ("adult_labour",)


# ---- the page of kinds


def kinds_for(
    mechanism: Mechanism, *, role: str, language: str, keeps: bool, groups: Sequence[str] | None, text: str = ""
) -> list[tuple[Group, list[FactKind]]]:
    """Kinds this role may record, by data group; only those whose words hold every word of `text`, accents apart. `keeps`: its body
    keeps the file; `groups`: those that it sees of another's."""
    wanted = _plain(text).split()
    kinds = [
        kind for kind in mechanism.facts.values()
        if _open_to(kind, mechanism, role, keeps, groups) and all(word in words_of(kind, language) for word in wanted)
    ]  # fmt: skip
    shelves = [(group, [kind for kind in kinds if kind.group == group.id]) for group in mechanism.groups.values()]
    return [shelf for shelf in shelves if shelf[1]]


def likely(page: CasePage, mechanism: Mechanism, *, role: str, language: str) -> list[Doing]:
    """What comes next in this case: what its open tasks, its urgent needs and its unanswered rights ask for, in that order.

    A presumption that is to be thought of stands in front, and another way to do a task after the first way to do each: in a new
    file ten tasks open at once, and what decides on her rights would not be among the first LIKELY.
    """
    ways = [duty.ways for duty in page.duties if duty.can_be_mine]
    states = may_state(mechanism, mechanism.facts[PRESUMPTION], role)
    presumed = [way for duty in page.duties if states or duty.can_be_mine for way in duty.ways if way.kind == PRESUMPTION]
    presumed += [page.proposal.doing] if page.proposal else []
    wanted = presumed[:1] + [told[0] for told in ways if told]
    wanted += [need.doing for need in page.needs if need.doing]
    wanted += [Doing(ask.kind, mechanism.facts[ask.kind].label.text(language)) for ask in page.questions]
    wanted += [way for told in ways for way in told[1:]]
    facts, seen = mechanism.facts, page.groups
    kinds = {way.kind: Doing(way.kind, way.label) for way in wanted if _open_to(facts[way.kind], mechanism, role, page.own, seen)}
    return list(kinds.values())[:LIKELY]


def _open_to(kind: FactKind, mechanism: Mechanism, role: str, keeps: bool, groups: Sequence[str] | None) -> bool:
    """In another body's file: what lies in what was opened, and does not steer the file."""
    if kind.id == evaluation.WITHDRAWAL or not may_record(mechanism, kind, role):
        return False
    return keeps or (not kind.keeper_only and (groups is None or kind.group in groups))


def words_of(kind: FactKind, language: str) -> str:
    """What a kind is found by."""
    texts = [kind.label, kind.question, *(field.label for field in kind.fields.values())]
    return _plain(" ".join(text.text(language) for text in texts))


def _plain(text: str) -> str:
    return str(unidecode(text)).lower()
