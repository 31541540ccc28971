"""The page of a rule, and what changes for one case between two mechanisms."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from repere.accounts.actor import Actor
from repere.cases import evaluation, mechanisms
from repere.cases.access import standing, visible_case
from repere.cases.models import Case, Fact
from repere.cases.queries import wording
from repere.cases.queries.case_page import SourceLine, source_lines
from repere.cases.queries.wording import Ask
from repere.cases.refusals import NotVisible
from repere.cases.territory import civil_day
from repere.core import rulebook
from repere.core.dates import Counting
from repere.core.rulebook import Mechanism, Step
from repere.core.rulebook.expressions import Before, Expr, Latest, Not, Shift, Today, dates_of, parameters_of, parts_of, rules_of
from repere.core.rulebook.model import Example, Parameter, Rule, Version

OUTCOMES = ("holds", "open", "done", "missed", "does_not_hold", "cannot_tell")
EXAMPLES_PER_OUTCOME = 2
LENGTHS = ("days", "working_days", "months", "years", "hours")


@dataclass(frozen=True)
class VersionLine:
    """What a rule said from a day on."""

    start: date | None
    read_in_force_on: date | None
    certainty: str
    checked_on: date | None
    checked_by: str | None
    settled: bool
    applies: bool
    sources: tuple[SourceLine, ...]
    exceptions: tuple[str, ...]


@dataclass(frozen=True)
class ParameterLine:
    """A number that the rule reads, with where it comes from."""

    id: str
    label: str
    unit: str
    value: int | None
    settled: bool
    certainty: str
    sources: tuple[SourceLine, ...]
    counting: Counting | None
    start: date | None
    read_in_force_on: date | None


@dataclass(frozen=True)
class ExampleLine:
    id: str
    title: str
    outcome: str
    on: date
    drawn_from: Any


@dataclass(frozen=True)
class RulePage:
    """Everything the page of a rule says; `tree` and `finding` where it is asked about one case."""

    rule: Rule
    mechanism: str
    banners: tuple[str, ...]
    label: str
    text: str
    level: str
    granted_by: str
    who: tuple[str, ...]
    on: date
    versions: tuple[VersionLine, ...]
    parameters: tuple[ParameterLine, ...]
    examples: tuple[ExampleLine, ...]
    rests_on: tuple[tuple[str, str], ...]
    ends: tuple[str, ...]
    lapses: str
    code: str | None = None
    pseudonym: str = ""
    finding: rulebook.Finding | None = None
    tree: Step | None = None
    missing: tuple[Ask, ...] = ()
    asks: Ask | None = None
    persons: frozenset[UUID] = field(default_factory=frozenset)

    @property
    def presentable(self) -> bool:
        return self.rule.version_on(self.on).standing.presentable

    def examples_that(self, outcome: str) -> list[ExampleLine]:
        return [example for example in self.examples if example.outcome == outcome]


def rule_page(
    mechanism: Mechanism, rule_id: str, *, on: date, actor: Actor | None = None, code: str | None = None, language: str = "fr"
) -> RulePage:
    """What a rule says on a day; with `actor` and `code`, how it is reasoned for that case, seen with that actor's groups.

    Raises NotVisible for an unknown rule or a foreign case. Cost: 0 queries; 3 for a case.
    """
    rule = mechanism.rules.get(rule_id)
    if rule is None:
        raise NotVisible
    words = actor.language if actor else language
    page = RulePage(
        rule=rule, mechanism=mechanism.name, banners=tuple(banner.text(words) for banner in mechanism.banners),
        label=rule.label.text(words), text=rule.text.text(words), level=rule.level,
        granted_by=wording.role(mechanism, rule.grants, words) if rule.grants else "",
        who=tuple(wording.role(mechanism, role, words) for role in (rule.duty.who if rule.duty else ())), on=on,
        versions=tuple(_version(mechanism, rule, version, on, words) for version in reversed(rule.versions)),
        parameters=tuple(_parameter(mechanism, mechanism.parameters[name], on, words) for name in _parameters(mechanism, rule, on)),
        examples=tuple(_examples(mechanism, rule_id, words)),
        rests_on=tuple((name, mechanism.rules[name].label.text(words)) for name in sorted(rules_of(rule.version_on(on).when))),
        ends=_ends(mechanism, rule, on, words), lapses=rule.duty.lapses.label.text(words) if rule.duty and rule.duty.lapses else "",
    )  # fmt: skip
    return _for_case(page, mechanism, actor, code) if actor and code else page


def _for_case(page: RulePage, mechanism: Mechanism, actor: Actor, code: str) -> RulePage:
    case = visible_case(actor, code)
    facts, groups = _facts(case, actor)
    told = evaluation.core_facts(mechanism, facts)
    finding = rulebook.evaluate(mechanism, told, on=page.on, groups=groups).findings[page.rule.id]
    tree = rulebook.explain(mechanism, told, page.rule.id, on=page.on, groups=groups)
    missing = tuple(a for named in finding.missing if (a := wording.ask(mechanism, named, actor.language)))
    values = {**page.__dict__, "code": case.code, "pseudonym": case.pseudonym, "finding": finding, "tree": tree, "missing": missing}
    values |= {"asks": wording.ask(mechanism, finding.asks, actor.language), "persons": frozenset({case.person_id})}
    return RulePage(**values)


def _facts(case: Case, actor: Actor) -> tuple[list[Fact], list[str] | None]:
    facts = list(Fact.objects.visible_to(actor).filter(case=case).defer("sealed").order_by("revision", "id"))
    return facts, standing(actor, case).groups(tuple(mechanisms.named(case.mechanism).groups))


def _version(mechanism: Mechanism, rule: Rule, version: Version, on: date, language: str) -> VersionLine:
    standing = version.standing
    return VersionLine(
        standing.start, standing.read_in_force_on, standing.certainty, standing.checked_on, standing.checked_by, version.settled,
        version is rule.version_on(on), source_lines(mechanism, standing.source, language),
        tuple(clause.label.text(language) for clause in version.unless),
    )  # fmt: skip


def _with_its_conditions(mechanism: Mechanism, rule: Rule, on: date) -> list[Rule]:
    """The rule and, under it, every condition that it names; what another right or duty needs stands on that one's page."""
    found, waiting = {rule.id: rule}, [rule]
    while waiting:
        version = waiting.pop(0).version_on(on)
        for expression in (version.when, *(clause.when for clause in version.unless)):
            for name in sorted(rules_of(expression) - found.keys()):
                if mechanism.rules[name].kind == "condition":
                    found[name] = mechanism.rules[name]
                    waiting.append(found[name])
    return list(found.values())


def _parameters(mechanism: Mechanism, rule: Rule, on: date) -> list[str]:
    named: set[str] = set()
    for one in _with_its_conditions(mechanism, rule, on):
        version = one.version_on(on)
        for expression in (version.when, *(clause.when for clause in version.unless)):
            named |= parameters_of(expression)
        if version.until is not None:
            named |= {part.parameter for part in dates_of(version.until) if isinstance(part, Shift)}
    if rule.duty:
        named |= {rule.duty.due_after} if rule.duty.due_after else set()
        named |= {part.parameter for part in dates_of(rule.duty.due_on) if isinstance(part, Shift)} if rule.duty.due_on else set()
        named |= parameters_of(rule.duty.lapses.when) if rule.duty.lapses else set()
    return sorted(named)


def _ends(mechanism: Mechanism, rule: Rule, on: date, language: str) -> tuple[str, ...]:
    """What ends it once it holds: a day counted from an event, a fact that has the last word, an exception."""
    found: list[str] = []
    for one in _with_its_conditions(mechanism, rule, on):
        version = one.version_on(on)
        for node in _asserted(version.when):
            match node:
                case Before(Today(), told):
                    found += [
                        mechanism.parameters[part.parameter].label.text(language) for part in dates_of(told) if isinstance(part, Shift)
                    ]
                case Latest(among, str(kind), _):
                    found += [mechanism.facts[other].label.text(language) for other in among.kinds if other != kind]
        found += [clause.label.text(language) for clause in version.unless if one is rule]
    return tuple(dict.fromkeys(found))


def _asserted(expression: Expr) -> list[Expr]:
    """Parts that must hold, not those that must not."""
    return [expression] + [part for inner in parts_of(expression) if not isinstance(expression, Not) for part in _asserted(inner)]


def _parameter(mechanism: Mechanism, parameter: Parameter, on: date, language: str) -> ParameterLine:
    past = [value for value in parameter.values if value.standing.known_from <= on] or list(parameter.values[:1])
    held = past[-1] if past else None
    return ParameterLine(
        parameter.id, parameter.label.text(language), parameter.unit, held.value if held else None, parameter.settled,
        held.standing.certainty if held else "", source_lines(mechanism, held.standing.source, language) if held else (),
        parameter.counting if parameter.unit in LENGTHS else None,
        held.standing.start if held else None, held.standing.read_in_force_on if held else None,
    )  # fmt: skip


def _examples(mechanism: Mechanism, rule_id: str, language: str) -> list[ExampleLine]:
    """A few examples per outcome, those drawn from a failure that the sources tell in front."""
    found: dict[str, list[Example]] = {outcome: [] for outcome in OUTCOMES}
    for example in mechanism.examples:
        if rule_id in example.expect:
            found.setdefault(example.expect[rule_id].outcome, []).append(example)
    return [
        ExampleLine(example.id, example.title.text(language), outcome, example.on, example.drawn_from)
        for outcome, examples in found.items()
        for example in sorted(examples, key=lambda e: e.drawn_from is None)[:EXAMPLES_PER_OUTCOME]
    ]


# ---- two mechanisms, one case


@dataclass(frozen=True)
class Difference:
    """A rule that answers otherwise for her under the other mechanism. An outcome of None: the rule exists on one side only."""

    rule_id: str
    label: str
    kind: str
    level: str
    here: str | None
    there: str | None
    since_there: date | None
    due_there: tuple[date, date] | None
    demand: Any


@dataclass(frozen=True)
class Comparison:
    """What would change for this very case."""

    code: str
    pseudonym: str
    here: str
    there: str
    here_title: str
    there_title: str
    on: date
    differences: tuple[Difference, ...]
    same: int
    banners: tuple[str, ...] = ()
    persons: frozenset[UUID] = field(default_factory=frozenset)


def comparison(actor: Actor, code: str, *, now: datetime, there: str | None = None, on: date | None = None) -> Comparison:
    """Judge one case under its own mechanism and under another (by default, the demands laid over the law in force).

    Raises NotVisible for a foreign case, or where no other mechanism exists. Cost: 3 queries.
    """
    case = visible_case(actor, code)
    other = mechanisms.named(there) if there else mechanisms.demanded_for(case.jurisdiction)
    if other is None:
        raise NotVisible
    own = mechanisms.named(case.mechanism)
    facts, groups = _facts(case, actor)
    day = on or civil_day(case.zone, now)
    before, after = (evaluation.judge(mechanism, facts, on=day, groups=groups).findings for mechanism in (own, other))
    shown = [
        name for name in {**before, **after}
        if (mechanism := other if name in after else own) and name in mechanism.rules and mechanism.rules[name].kind != "condition"
    ]  # fmt: skip
    changed = [name for name in shown if _outcome(before, name) != _outcome(after, name)]
    return Comparison(
        code=case.code, pseudonym=case.pseudonym, here=own.name, there=other.name, here_title=_title(own, actor.language),
        there_title=_title(other, actor.language), on=day,
        differences=tuple(_difference(own, other, name, before, after, actor.language) for name in changed),
        same=len(shown) - len(changed), banners=tuple(banner.text(actor.language) for banner in other.banners),
        persons=frozenset({case.person_id}),
    )  # fmt: skip


def _title(mechanism: Mechanism, language: str) -> str:
    return mechanism.layers[-1].title.text(language)


def _outcome(findings: dict[str, rulebook.Finding], name: str) -> tuple[str, Any] | None:
    """A rule that exists on one side only and says "no" there changes nothing for her."""
    told = findings.get(name)
    return (told.outcome, told.due) if told and told.outcome != "does_not_hold" else None


def _difference(
    own: Mechanism, other: Mechanism, name: str, before: dict[str, rulebook.Finding], after: dict[str, rulebook.Finding], language: str
) -> Difference:
    rule = (other if name in other.rules else own).rules[name]
    old, new = before.get(name), after.get(name)
    return Difference(
        name, rule.label.text(language), rule.kind, rule.level, old.outcome if old else None, new.outcome if new else None,
        new.since if new else None, new.due if new else None, rule.demand,
    )  # fmt: skip
