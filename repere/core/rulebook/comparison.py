"""What separates two mechanisms: rules added, removed, changed, and what examples say of the difference."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from repere.core.rulebook.evaluation import Finding, evaluate
from repere.core.rulebook.expressions import parameters_of, rules_of
from repere.core.rulebook.model import Example, Mechanism, Parameter, Rule
from repere.core.rulebook.parsing import expressions_of


@dataclass(frozen=True, slots=True)
class Difference:
    """Rules by what happened to them from the first mechanism to the second."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]


def difference(before: Mechanism, after: Mechanism) -> Difference:
    """Rules added, removed and changed; a rule changes with the rules and parameters that it reads."""
    changed = [rule_id for rule_id in before.rules.keys() & after.rules.keys() if _said(before, rule_id) != _said(after, rule_id)]
    return Difference(
        tuple(rule_id for rule_id in after.rules if rule_id not in before.rules),
        tuple(rule_id for rule_id in before.rules if rule_id not in after.rules),
        tuple(rule_id for rule_id in after.rules if rule_id in changed),
    )


def shared_rules(before: Mechanism, after: Mechanism) -> frozenset[str]:
    """Rules that say the same in both, so that evaluating one mechanism answers for the other."""
    apart = difference(before, after)
    same_words = before.codelists == after.codelists and before.facts == after.facts
    return frozenset(before.rules.keys() & after.rules.keys()) - frozenset(apart.changed) if same_words else frozenset()


def says_the_same(one: Mechanism, other: Mechanism, rule_id: str) -> bool:
    """A rule that both mechanisms hold, with the same text, conditions and numbers in both."""
    return rule_id in one.rules and rule_id in other.rules and _said(one, rule_id) == _said(other, rule_id)


def _said(mechanism: Mechanism, rule_id: str) -> tuple[object, ...]:
    """Everything a rule's answer rests on, without where it stands in which file and without notes to the reader."""
    seen: dict[str, Rule] = {}
    parameters: set[str] = set()

    def visit(name: str) -> None:
        if name in seen:
            return
        rule = mechanism.rules[name]
        versions = tuple(replace(version, note=None) for version in rule.versions)
        seen[name] = replace(rule, file="", line=0, note=None, versions=versions)
        parameters.update({rule.duty.due_after} if rule.duty and rule.duty.due_after else ())
        for expression in expressions_of(rule):
            parameters.update(parameters_of(expression))
            for other in rules_of(expression):
                visit(other)

    visit(rule_id)
    numbers = tuple((name, _without_notes(mechanism.parameters[name])) for name in sorted(parameters))
    return (tuple(sorted(seen.items(), key=lambda item: item[0])), numbers)


def _without_notes(parameter: Parameter) -> Parameter:
    return replace(parameter, note=None, values=tuple(replace(value, note=None) for value in parameter.values))


@dataclass(frozen=True, slots=True)
class Impact:
    """One rule that answers otherwise for an example."""

    example: str
    rule_id: str
    before: Finding | None
    after: Finding | None


def impact(before: Mechanism, after: Mechanism, examples: Iterable[Example]) -> list[Impact]:
    """The impact note of a reform: for each example's facts, the rules that answer otherwise."""
    shared = shared_rules(before, after)
    found = []
    for example in examples:
        old = evaluate(before, example.facts, on=example.on, groups=example.groups, known_at=example.known_at).findings
        new = evaluate(after, example.facts, on=example.on, groups=example.groups, known_at=example.known_at).findings
        for rule_id in dict.fromkeys([*old, *new]):
            one, two = old.get(rule_id), new.get(rule_id)
            if rule_id not in shared and _answer(one) != _answer(two):
                found.append(Impact(example.id, rule_id, one, two))
    return found


def _answer(finding: Finding | None) -> tuple[object, ...]:
    return ("does_not_hold", None, None) if finding is None else (finding.outcome, finding.due, finding.until)
