"""Worked examples: the jurist's tests, and whether every rule has enough of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from repere.core.rulebook.evaluation import Finding, evaluate
from repere.core.rulebook.loading import load, stacks
from repere.core.rulebook.model import Example, Expected, Mechanism, Rule
from repere.core.rulebook.reasons import Step, explain


@dataclass(frozen=True, slots=True)
class Failure:
    """One assertion of an example that does not hold."""

    example: str
    rule: str
    expected: str
    came: str
    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.example}: {self.rule}: expected {self.expected}; came {self.came}"


@dataclass(frozen=True, slots=True)
class Gap:
    """A rule that wants one more example: with this ``answer``, or ``step`` days (-1, 0, 1) from its due day."""

    rule: str
    file: str
    line: int
    answer: str | None = None
    step: int = 0

    def __str__(self) -> str:
        if self.answer is not None:
            mend = "add one, or say never: with its reason"
            return f"{self.file}:{self.line}: expected an example of {self.rule} that asserts {self.answer}; came none. Mend: {mend}"
        return f"{self.file}:{self.line}: expected an example of {self.rule} on {_DAYS[self.step]}; came none. Mend: add one"


_DAYS = {-1: "the day before it is due", 0: "the day it is due", 1: "the day after it is due"}


@dataclass(frozen=True, slots=True)
class Checked:
    """What one mechanism holds: rules of its own layer, worked examples, and how many of these come from a failure that was told."""

    name: str
    rules: int
    examples: int
    drawn: int

    def __str__(self) -> str:
        return f"{self.name}: {self.rules} rules of its own, {self.examples} examples, {self.drawn} drawn from failures"


def why(mechanism: Mechanism, example: Example, rule_id: str) -> Step:
    """The reasoning behind a rule's answer to an example."""
    return explain(mechanism, example.facts, rule_id, on=example.on, groups=example.groups, known_at=example.known_at)


def findings_of(mechanism: Mechanism, example: Example) -> dict[str, Finding]:
    """What follows from an example's facts on its day."""
    return evaluate(mechanism, example.facts, on=example.on, groups=example.groups, known_at=example.known_at).findings


def failures_of(mechanism: Mechanism, examples: Iterable[Example]) -> list[Failure]:
    """Assertions that do not hold."""
    found = []
    for example in examples:
        findings = findings_of(mechanism, example)
        for rule_id, expected in example.expect.items():
            for wanted, came in _compared(expected, findings[rule_id]):
                found.append(Failure(example.id, rule_id, wanted, came, example.file, expected.line))
    return found


def _compared(expected: Expected, finding: Finding) -> list[tuple[str, str]]:
    asks = ".".join(part for part in finding.asks or () if part)
    missing = {".".join(part for part in named if part) for named in finding.missing} | {kind for kind, _ in finding.missing}
    checks = [
        (expected.outcome, finding.outcome, expected.outcome == finding.outcome),
        (f"due {expected.due}", f"due {finding.due}", expected.due is None or (finding.due is not None and expected.due == finding.due[0])),
        (f"until {expected.until}", f"until {finding.until}", expected.until is None or expected.until == finding.until),
        (f"asks {expected.asks}", f"asks {asks}", expected.asks is None or expected.asks in (asks, asks.split(".")[0])),
        (f"missing {expected.missing}", f"missing {sorted(missing)}", expected.missing is None or expected.missing in missing),
        (f"reason {expected.reason}", f"reason {finding.reason}", expected.reason is None or expected.reason == finding.reason),
    ]
    return [(wanted, came) for wanted, came, ok in checks if not ok]


def gaps(mechanism: Mechanism, layer: str, examples: Iterable[Example]) -> list[Gap]:
    """Rules of a layer without an example for each answer, and due days without the day before, the day and the day after."""
    answers: dict[str, set[str]] = {}
    around: dict[str, set[int]] = {}
    for example in examples:
        for rule_id, finding in findings_of(mechanism, example).items():
            if rule_id not in example.expect:
                continue
            answers.setdefault(rule_id, set()).add(finding.outcome)
            if finding.due and finding.due[0] == finding.due[1]:
                for step in (-1, 0, 1):
                    if example.on == finding.due[0] + timedelta(days=step):
                        around.setdefault(rule_id, set()).add(step)
    found = []
    for rule in mechanism.rules.values():
        if rule.layer == layer:
            found += _gaps_of(mechanism, rule, answers.get(rule.id, set()), around.get(rule.id, set()))
    return found


def _gaps_of(mechanism: Mechanism, rule: Rule, answers: set[str], around: set[int]) -> list[Gap]:
    wanted = {"open" if rule.kind == "duty" else "holds", "does_not_hold", "cannot_tell"} - set(rule.never)
    wanted |= {"missed"} if rule.duty and rule.duty.lapses else set()
    found = [Gap(rule.id, rule.file, rule.line, answer=answer) for answer in sorted(wanted - answers)]
    if _has_due_day(mechanism, rule):
        found += [Gap(rule.id, rule.file, rule.line, step=step) for step in _DAYS if step not in around]
    return found


def _has_due_day(mechanism: Mechanism, rule: Rule) -> bool:
    if rule.duty is None:
        return False
    if rule.duty.due_after is not None:
        return bool(mechanism.parameters[rule.duty.due_after].values)
    return rule.duty.due_on is not None


def check(root: Path) -> tuple[list[Failure | Gap], list[Checked]]:
    """Check every layer: (what is wrong, what each mechanism holds). Raises RuleBookError when one does not load."""
    faults: list[Failure | Gap] = []
    summary = []
    for name in stacks(root):
        mechanism = load(root, name, every_example=True)
        layer = mechanism.layers[-1].id
        faults += failures_of(mechanism, mechanism.examples)
        faults += gaps(mechanism, layer, mechanism.examples)
        own = [rule for rule in mechanism.rules.values() if rule.layer == layer]
        drawn = sum(1 for example in mechanism.examples if example.drawn_from)
        summary.append(Checked(name, len(own), len(mechanism.examples), drawn))
    return faults, summary
