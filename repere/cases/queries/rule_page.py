"""The page of a rule, and what changes for one case between two mechanisms."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from repere.accounts.actor import Actor
from repere.cases import evaluation, mechanisms
from repere.cases.access import standing, visible_case
from repere.cases.models import Case, Fact
from repere.cases.queries import wording
from repere.cases.queries.rights import SourceLine, source_lines
from repere.cases.queries.wording import Ask
from repere.cases.refusals import NotVisible
from repere.cases.territory import civil_day
from repere.core import rulebook
from repere.core.dates import Counting, PartialDate
from repere.core.rulebook import Mechanism, Step
from repere.core.rulebook.expressions import Before, Expr, Latest, Not, Shift, Today, dates_of, parameters_of, parts_of, rules_of
from repere.core.rulebook.model import Example, Parameter, Rule, UnlessClause, Version
from repere.core.rulebook.presenting import weakest

OUTCOMES = ("holds", "open", "done", "missed", "does_not_hold", "cannot_tell")
LENGTHS = ("days", "working_days", "months", "years", "hours")


@dataclass(frozen=True)
class ExceptionLine:
    """When the rule does not hold after all, with the text that says so."""

    label: str
    sources: tuple[SourceLine, ...]
    certainty: str
    start: date | None
    read_in_force_on: date | None


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
    exceptions: tuple[ExceptionLine, ...]
    note: str


@dataclass(frozen=True)
class ConditionLine:
    """A sentence that a rule rests on, with what we note about it and how sure it is; no certainty for what is only asked for."""

    id: str
    label: str
    note: str
    certainty: str


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
    demanded: bool
    # What is noted of the number, and of the value that stands.
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ExampleFact:
    """One fact of a worked example in words; `on` a day or a period."""

    label: str
    on: str
    by: str
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Expectation:
    """What an example asserts of one rule."""

    rule_id: str
    label: str
    kind: str
    outcome: str
    due: date | None
    until: date | None


@dataclass(frozen=True)
class ExampleLine:
    """A worked example: its facts, its day, what it asserts, and the text it is drawn from. `failure`: what that text tells."""

    id: str
    title: str
    outcome: str
    on: date
    mechanism: str
    facts: tuple[ExampleFact, ...]
    expects: tuple[Expectation, ...]
    source: SourceLine | None
    lines: str
    failure: str
    place: str


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
    rests_on: tuple[ConditionLine, ...]
    changes: tuple[str, ...]
    lapses: str
    note: str
    outline: Step
    demanded: bool
    passages: tuple[tuple[str, str], ...]
    dissent: str
    weakest: str = ""
    """The least sure of what an answer rests on: the text, and the conditions and numbers that it names."""
    code: str | None = None
    pseudonym: str = ""
    hypothetical: bool = False
    """The answer is not what is open to her: a demand, or a rule that her own mechanism does not hold or words otherwise."""
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
        rule=rule, mechanism=mechanism.name,
        banners=tuple(with_titles(mechanism, banner.text(words), words) for banner in mechanism.banners),
        label=rule.label.text(words), text=rule.text.text(words), level=rule.level,
        granted_by=wording.granted_by(rule, words, lambda word: wording.role(mechanism, word, words)),
        who=tuple(wording.role(mechanism, role, words) for role in (rule.duty.who if rule.duty else ())), on=on,
        versions=tuple(_version(mechanism, rule, version, on, words) for version in reversed(rule.versions)),
        parameters=tuple(_parameter(mechanism, mechanism.parameters[name], on, words) for name in numbers_of(mechanism, rule, on)),
        examples=tuple(_examples(mechanism, rule_id, words)),
        rests_on=tuple(_condition(mechanism, mechanism.rules[name], on, words) for name in sorted(rules_of(rule.version_on(on).when))),
        changes=_changes(mechanism, rule, on, words), lapses=rule.duty.lapses.label.text(words) if rule.duty and rule.duty.lapses else "",
        note=with_titles(mechanism, rule.note.text(words), words) if rule.note else "", outline=rulebook.outline(mechanism, rule_id, on=on),
        demanded=rule.layer in reforms(mechanism), passages=_passages(mechanism, rule.demand.lines, words) if rule.demand else (),
        dissent=with_titles(mechanism, rule.demand.dissent.text(words), words) if rule.demand and rule.demand.dissent else "",
        weakest=weakest(mechanism, rule, on),
    )  # fmt: skip
    return _for_case(page, mechanism, actor, code) if actor and code else page


def _for_case(page: RulePage, mechanism: Mechanism, actor: Actor, code: str) -> RulePage:
    case = visible_case(actor, code)
    facts, groups = _facts(case, actor)
    told = evaluation.core_facts(mechanism, facts, on=page.on)
    finding = rulebook.evaluate(mechanism, told, on=page.on, groups=groups).findings[page.rule.id]
    tree = rulebook.explain(mechanism, told, page.rule.id, on=page.on, groups=groups)
    missing = tuple(a for named in finding.missing if (a := wording.ask(mechanism, named, actor.language)))
    values = {**page.__dict__, "code": case.code, "pseudonym": case.pseudonym, "finding": finding, "tree": tree, "missing": missing}
    own = mechanisms.named(case.mechanism)
    values |= {"hypothetical": page.demanded or not rulebook.says_the_same(own, mechanism, page.rule.id)}
    values |= {"asks": wording.ask(mechanism, finding.asks, actor.language), "persons": frozenset({case.person_id})}
    return RulePage(**values)


def _facts(case: Case, actor: Actor) -> tuple[list[Fact], list[str] | None]:
    facts = list(Fact.objects.visible_to(actor).filter(case=case).defer("sealed").order_by("revision", "id"))
    return facts, standing(actor, case).groups(tuple(mechanisms.named(case.mechanism).groups))


def reforms(mechanism: Mechanism) -> frozenset[str]:
    """Layers of a mechanism that ask for what is not law."""
    return frozenset(layer.id for layer in mechanism.layers if layer.kind == "reform")


def _condition(mechanism: Mechanism, rule: Rule, on: date, language: str) -> ConditionLine:
    version = rule.version_on(on)
    notes = (with_titles(mechanism, note.text(language), language) for note in (rule.note, version.note) if note)
    return ConditionLine(
        rule.id, rule.label.text(language), " ".join(notes), "" if rule.layer in reforms(mechanism) else version.standing.certainty
    )


def _documents(mechanism: Mechanism) -> dict[str, str]:
    """Number of a document in references such as "003:301-303" → id of its source, as the examples cite them."""
    return {
        told.partition(":")[0].strip(): example.drawn_from["source"]
        for example in mechanism.examples if example.drawn_from
        for told in str(example.drawn_from.get("lines", "")).split(",") if ":" in told
    }  # fmt: skip


def with_titles(mechanism: Mechanism, text: str, language: str) -> str:
    """A text whose references such as "003:301-303" name the document by its title."""
    documents, word = _documents(mechanism), "lignes" if language == "fr" else "lines"

    def named(found: re.Match[str]) -> str:
        source = documents.get(found[1])
        return f"{mechanism.sources[source].title.text(language)}, {word} {found[2]}" if source else found[0]

    return re.sub(r"\b(\d{3}):(\d+(?:-\d+)?)", named, text)


def _passages(mechanism: Mechanism, lines: str, language: str) -> tuple[tuple[str, str], ...]:
    """(title of a document, lines in it). The number before the colon names the document: examples cite both, so they tell which."""
    documents = _documents(mechanism)
    found: dict[str, list[str]] = {}
    for document, passage in re.findall(r"(\w+):([\d-]+)", lines):
        if document in documents:
            found.setdefault(mechanism.sources[documents[document]].title.text(language), []).append(passage)
    return tuple((title, ", ".join(passages)) for title, passages in found.items())


def _exception(mechanism: Mechanism, clause: UnlessClause, language: str) -> ExceptionLine:
    standing = clause.standing
    told = source_lines(mechanism, standing.source, language)
    return ExceptionLine(clause.label.text(language), told, standing.certainty, standing.start, standing.read_in_force_on)


def _version(mechanism: Mechanism, rule: Rule, version: Version, on: date, language: str) -> VersionLine:
    standing = version.standing
    return VersionLine(
        standing.start, standing.read_in_force_on, standing.certainty, standing.checked_on, standing.checked_by, version.settled,
        version is rule.version_on(on), source_lines(mechanism, standing.source, language),
        tuple(_exception(mechanism, clause, language) for clause in version.unless),
        with_titles(mechanism, version.note.text(language), language) if version.note else "",
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


def numbers_of(mechanism: Mechanism, rule: Rule, on: date) -> list[str]:
    """Ids of the numbers that a rule reads on a day, its conditions included."""
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


def _changes(mechanism: Mechanism, rule: Rule, on: date, language: str) -> tuple[str, ...]:
    """What may change the answer once it holds: a day counted from an event, a kind of fact that has the last word, an exception."""
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
    notes = (parameter.note, held.note if held else None)
    return ParameterLine(
        parameter.id, parameter.label.text(language), parameter.unit, held.value if held else None, parameter.settled,
        held.standing.certainty if held else "", source_lines(mechanism, held.standing.source, language) if held else (),
        parameter.counting if parameter.unit in LENGTHS else None,
        held.standing.start if held else None, held.standing.read_in_force_on if held else None,
        parameter.layer in reforms(mechanism),
        tuple(with_titles(mechanism, note.text(language), language) for note in notes if note),
    )  # fmt: skip


def _examples(mechanism: Mechanism, rule_id: str, language: str) -> list[ExampleLine]:
    """Every example by outcome, those drawn from a failure that the sources tell in front; the page folds all but the first two."""
    found: dict[str, list[tuple[Mechanism, Example]]] = {outcome: [] for outcome in OUTCOMES}
    for holder in _holding_examples(mechanism, rule_id):
        for example in holder.examples:
            if rule_id in example.expect:
                found.setdefault(example.expect[rule_id].outcome, []).append((holder, example))
    return [
        _example(holder, example, outcome, language)
        for outcome, examples in found.items()
        for holder, example in sorted(examples, key=lambda held: held[1].drawn_from is None)
    ]


def _holding_examples(mechanism: Mechanism, rule_id: str) -> list[Mechanism]:
    """The mechanism and those it is laid over, wherever the rule says the same: their examples hold here too."""
    ids = [layer.id for layer in mechanism.layers]
    below = [ids[0], *("+".join(ids[1:top]) for top in range(2, len(ids)))] if len(ids) > 1 else []
    laid_over = [mechanisms.named(name) for name in reversed(below)]
    return [mechanism, *(other for other in laid_over if rulebook.says_the_same(other, mechanism, rule_id))]


def _example(mechanism: Mechanism, example: Example, outcome: str, language: str) -> ExampleLine:
    drawn = example.drawn_from or {}
    failure = drawn.get("failure") or {}
    return ExampleLine(
        example.id, example.title.text(language), outcome, example.on, mechanism.name,
        tuple(_example_fact(mechanism, fact, language) for fact in example.facts),
        tuple(
            Expectation(name, mechanism.rules[name].label.text(language), mechanism.rules[name].kind, told.outcome, told.due, told.until)
            for name, told in example.expect.items()
        ),
        next(iter(source_lines(mechanism, [drawn.get("source", "")], language)), None),
        ", ".join(re.findall(r"\w+:([\d-]+)", str(drawn.get("lines", "")))), str(failure.get(language, "")),
        f"{example.file}:{example.line}",
    )  # fmt: skip


def _example_fact(mechanism: Mechanism, fact: rulebook.Fact, language: str) -> ExampleFact:
    kind = mechanism.facts[fact.kind]
    return ExampleFact(
        kind.label.text(language), PartialDate(fact.earliest, fact.latest).text(language),
        wording.role(mechanism, fact.stated_by, language),
        tuple(
            (kind.fields[name].label.text(language), wording.value(mechanism, kind.fields[name], told, language))
            for name, told in fact.fields.items() if name in kind.fields and told != "not_asked"
        ),
    )  # fmt: skip


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
    here_demanded: bool
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
        same=len(shown) - len(changed), here_demanded=bool(reforms(own)),
        banners=tuple(with_titles(other, banner.text(actor.language), actor.language) for banner in other.banners),
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
