"""What a loaded rule book holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from repere.core.dates import Counting
from repere.core.rulebook.expressions import DateExpr, Expr, Selector
from repere.core.rulebook.wording import Wording

MISSING = ("not_asked", "not_known", "prefers_not_to_say", "not_applicable")
"""Four ways of having no value; they are not the same."""

DUE_DAY_OVER = "due_day_over"
"""Id of a lapse that comes with the end of the due day: nobody is then told that it is late."""


@dataclass(frozen=True, slots=True)
class Source:
    """A text that a rule rests on. ``territory``: world, FR (metropolitan France), UK, BE or codes of départements."""

    id: str
    kind: str
    title: Wording
    publisher: str
    dated: str
    read_in_force_on: date | None
    territory: tuple[str, ...]
    url: str | None
    note: Wording | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Since when, from where and how surely something is said.

    ``start`` None: unknown; then ``read_in_force_on`` is the day on which the text was read in force, and earlier days are
    "older text not checked". ``certainty``: A primary text, B excerpt, C secondary, M memory, I our inference.
    """

    start: date | None
    read_in_force_on: date | None
    source: tuple[str, ...]
    certainty: str
    checked_on: date | None
    checked_by: str | None

    @property
    def known_from(self) -> date:
        """First day for which the text was read."""
        return self.start or self.read_in_force_on or date.min

    @property
    def presentable(self) -> bool:
        """May reach a rights card or a letter: not from memory, unless a jurist has checked it."""
        return self.certainty != "M" or self.checked_by is not None


@dataclass(frozen=True, slots=True)
class DatedValue:
    """A number in force from a day on."""

    value: int
    standing: Standing
    note: Wording | None = None


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number of a text. ``settled`` False: no text gives it; the installation may set one by choice."""

    id: str
    label: Wording
    unit: str
    counting: Counting
    settled: bool
    values: tuple[DatedValue, ...]
    layer: str
    note: Wording | None = None


@dataclass(frozen=True, slots=True)
class Code:
    """One word of a code list. ``retired`` codes stay readable and are never used again.

    ``only``: layers in which what it names exists; forms of a mechanism without any of them do not offer it. Empty: everywhere.
    """

    code: str
    label: Wording
    htcds: str | None = None
    retired: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)
    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldKind:
    """A declared field of a fact kind. ``type``: code, codes, bool, int, date or text; ``store``: clear or sealed:<tier>."""

    name: str
    type: str
    list: str | None
    label: Wording
    question: Wording
    why: Wording | None
    required: bool
    store: str
    minimum: int | None = None
    maximum: int | None = None

    @property
    def sealed(self) -> str | None:
        """Tier under which the value is sealed, None when it is clear."""
        return self.store.partition(":")[2] or None


@dataclass(frozen=True, slots=True)
class FactKind:
    """A declared kind of fact. ``absent``: what it means that none is recorded, "no" or "unknown".

    ``lasting``: a newer fact keeps what an earlier one answered wherever it does not answer itself. ``keeper_only``: it steers the
    whole file, so that only the body which keeps the file says it.
    """

    id: str
    version: int
    label: Wording
    question: Wording
    help: Wording | None
    group: str
    absent: str
    states: frozenset[str]
    records: frozenset[str]
    fields: Mapping[str, FieldKind]
    htcds: Mapping[str, str]
    layer: str
    lasting: bool = False
    keeper_only: bool = False


@dataclass(frozen=True, slots=True)
class Role:
    """A capacity in which somebody acts. ``family`` gathers roles that hold the same powers over facts."""

    id: str
    family: str
    label: Wording
    decides: Wording | None
    organisation_types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A data group: what a grant opens as a whole."""

    id: str
    label: Wording
    help: Wording | None


@dataclass(frozen=True, slots=True)
class Indicator:
    """A sign to screen with. It opens a question and never a refusal."""

    id: str
    dimension: str
    forms: tuple[str, ...]
    strength: Mapping[str, str]
    observers: tuple[str, ...]
    label: Wording
    standing: Standing


@dataclass(frozen=True, slots=True)
class Screening:
    """When a dimension of indicators is met: any of ``combinations`` (strength → least number)."""

    id: str
    label: Wording
    text: Wording
    combinations: tuple[Mapping[str, int], ...]
    dimensions: tuple[str, ...]
    standing: Standing


@dataclass(frozen=True, slots=True)
class UnlessClause:
    """An exception with its own source and dates."""

    id: str
    label: Wording
    standing: Standing
    when: Expr


@dataclass(frozen=True, slots=True)
class Version:
    """What a rule says from a day on."""

    standing: Standing
    when: Expr
    unless: tuple[UnlessClause, ...] = ()
    until: DateExpr | None = None
    settled: bool = True
    note: Wording | None = None


@dataclass(frozen=True, slots=True)
class Demand:
    """Who asks for a rule that is not law. ``stance``: demanded, supported, discussed or implied."""

    stance: str
    by: str
    on: str
    lines: str
    dissent: Wording | None


@dataclass(frozen=True, slots=True)
class Duty:
    """The acting side of a duty: who, opened by which fact, due when, closed by what, and when it can no longer be done."""

    who: tuple[str, ...]
    trigger: Selector
    due_after: str | None
    due_on: DateExpr | None
    done: tuple[Selector, ...]
    remind: tuple[int, ...]
    lapses: UnlessClause | None
    escalate_after: int | None
    escalate_to: str | None
    cannot_wait: bool = False
    # Where only what comes after the trigger does it: that the last of the two is no trigger.
    later: Expr | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition, an entitlement or a duty.

    ``level``: national_law, international_obligation, guidance, demanded or choice (a reminder that we chose). ``law_at`` None means
    the asked day decides which version applies, else the day of the selected fact. ``door``: where it is asked for, in words, when that
    body is no role of this software.
    """

    id: str
    kind: str
    label: Wording
    text: Wording
    layer: str
    file: str
    line: int
    versions: tuple[Version, ...]
    level: str = "choice"
    grants: str | None = None
    door: Wording | None = None
    discretion: str | None = None
    cooperation: str | None = None
    persons: tuple[str, ...] = ()
    stage: int | None = None
    card: bool = False
    law_at: Selector | None = None
    former_names: tuple[str, ...] = ()
    demand: Demand | None = None
    duty: Duty | None = None
    never: tuple[str, ...] = ()
    never_because: Wording | None = None
    note: Wording | None = None

    def version_on(self, day: date) -> Version:
        """Version in force on a day; before the first, the first."""
        past = [v for v in self.versions if v.standing.known_from <= day]
        return past[-1] if past else self.versions[0]


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the path."""

    id: str
    label: Wording
    text: Wording | None
    pillar: int | None
    number: int | None
    enters: Expr | None
    layer: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One dated statement about one case, as the evaluator reads it.

    ``fields``: a code, a list of codes, "yes"/"no", an integer, ``{"earliest": date, "latest": date}``, or one of
    :data:`MISSING`. Sealed fields are absent. ``corrects`` names the fact that this one replaces.
    """

    id: Any
    kind: str
    earliest: date
    latest: date
    recorded_at: datetime
    stated_by: str
    basis: str = "own_act"
    fields: Mapping[str, Any] = field(default_factory=dict)
    corrects: Any = None
    hour: int | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """What an example asserts of one rule."""

    outcome: str
    due: date | None = None
    until: date | None = None
    asks: str | None = None
    missing: str | None = None
    reason: str | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example: given these facts, on this day, this follows."""

    id: str
    title: Wording
    mechanism: str
    facts: tuple[Fact, ...]
    on: date
    known_at: datetime | None
    groups: frozenset[str] | None
    expect: Mapping[str, Expected]
    drawn_from: Mapping[str, Any] | None
    file: str
    line: int
    layer: str


@dataclass(frozen=True, slots=True)
class Layer:
    """A folder of the rule book."""

    id: str
    kind: str
    over: tuple[str, ...]
    jurisdiction: str
    title: Wording
    banner: tuple[Wording, ...]


@dataclass(frozen=True)
class Mechanism:
    """A stack of layers, ready to be asked. ``hash`` names its content; equal content, equal hash."""

    name: str
    hash: str
    layers: tuple[Layer, ...]
    sources: Mapping[str, Source]
    parameters: Mapping[str, Parameter]
    codelists: Mapping[str, Mapping[str, Code]]
    groups: Mapping[str, Group]
    roles: Mapping[str, Role]
    facts: Mapping[str, FactKind]
    indicators: Mapping[str, Indicator]
    screening: Mapping[str, Screening]
    rules: Mapping[str, Rule]
    path: tuple[Stage, ...]
    examples: tuple[Example, ...]

    @cached_property
    def conditions(self) -> dict[str, Rule]:
        """Named sentences reused by rules."""
        return {k: r for k, r in self.rules.items() if r.kind == "condition"}

    @cached_property
    def entitlements(self) -> dict[str, Rule]:
        """Rights and powers."""
        return {k: r for k, r in self.rules.items() if r.kind == "entitlement"}

    @cached_property
    def duties(self) -> dict[str, Rule]:
        """What somebody must do."""
        return {k: r for k, r in self.rules.items() if r.kind == "duty"}

    def offered(self, codelist: str) -> dict[str, Code]:
        """The codes that a form of this mechanism offers: neither retired, nor of another country alone. The others stay readable."""
        stack = {layer.id for layer in self.layers}
        listed = self.codelists.get(codelist, {})
        return {code: one for code, one in listed.items() if not one.retired and (not one.only or stack & {*one.only})}

    @property
    def jurisdiction(self) -> str:
        """Country of the topmost layer that has one."""
        return self.layers[-1].jurisdiction

    @property
    def banners(self) -> list[Wording]:
        """What every page of this mechanism must say."""
        return [words for layer in self.layers for words in layer.banner]

    @cached_property
    def families(self) -> dict[str, frozenset[str]]:
        """Role or family id → the role ids it covers."""
        covered: dict[str, set[str]] = {}
        for role in self.roles.values():
            covered.setdefault(role.id, set()).add(role.id)
            covered.setdefault(role.family, set()).add(role.id)
        covered["any"] = set(self.roles)
        return {name: frozenset(ids) for name, ids in covered.items()}
