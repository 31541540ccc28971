"""The small language of conditions: three values over dated facts.

Every node is frozen and hashable: two equal conditions anywhere in the rule book are one node, evaluated once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from repere.core.rulebook.wording import Wording


@dataclass(frozen=True, slots=True)
class Test:
    """A question to one field: a code among ``codes`` (``wanted``) or none of them, or an integer between bounds.

    ``codes`` with ``low``: at least so many different ones of them, in a field that holds several.
    ``said``: yes only where it was said; a field not asked or not known is then no.
    """

    field: str
    codes: tuple[str, ...] = ()
    wanted: bool = True
    low: int | None = None
    high: int | None = None
    said: bool = False

    __test__ = False  # not a test case, whatever a test runner thinks of the name


@dataclass(frozen=True, slots=True)
class Selector:
    """Facts of some kinds whose fields pass every test and which one of ``by`` stated (empty: anybody)."""

    kinds: tuple[str, ...]
    where: tuple[Test, ...] = ()
    by: tuple[str, ...] = ()
    select: str = "latest"
    _hash: int = field(init=False, compare=False, repr=False)
    _other: Selector | None = field(init=False, compare=False, repr=False, default=None)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash((self.kinds, self.where, self.by, self.select)))

    def __hash__(self) -> int:
        # looked up thousands of times for one case: hashed once
        return self._hash

    def choosing(self, select: str) -> Selector:
        """The same facts, of which the first or the latest counts."""
        if self.select == select:
            return self
        if self._other is None:
            object.__setattr__(self, "_other", Selector(self.kinds, self.where, self.by, select))
        assert self._other is not None
        return self._other


@dataclass(frozen=True, slots=True)
class Today:
    """The asked day."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """A day of the calendar that a text names."""

    day: date


@dataclass(frozen=True, slots=True)
class DayOf:
    """The day of the selected fact, or of one of its date fields."""

    selector: Selector
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Shift:
    """A day moved by a parameter, forwards (+1) or backwards (-1)."""

    date: DateExpr
    parameter: str
    sign: int = 1


DateExpr = Today | Fixed | DayOf | Shift


@dataclass(frozen=True, slots=True)
class Always:
    """Yes."""


@dataclass(frozen=True, slots=True)
class All:
    """Yes when every part is; no as soon as one is no."""

    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Yes as soon as one part is; no when every part is no."""

    parts: tuple[Expr, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The contrary; "cannot tell" stays."""

    part: Expr


@dataclass(frozen=True, slots=True)
class RuleRef:
    """The value of another rule."""

    rule: str


@dataclass(frozen=True, slots=True)
class Exists:
    """Such a fact happened on or before the day."""

    selector: Selector


@dataclass(frozen=True, slots=True)
class Latest:
    """The most recent fact of ``among`` is of kind ``kind`` (if given) and passes ``where``."""

    among: Selector
    kind: str | None
    where: tuple[Test, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """At least so many such facts happened. ``at_least`` is a number or a parameter's id."""

    of: Selector
    at_least: int | str


@dataclass(frozen=True, slots=True)
class Known:
    """It is on record: such a fact has happened, or the latest such fact holds a value in ``field``. In a whole view: yes or no."""

    selector: Selector
    field: str | None


@dataclass(frozen=True, slots=True)
class Screened:
    """The signs in ``of`` meet a dimension of the screening, by the strengths that ``audience`` names."""

    of: Selector
    field: str
    audience: str


@dataclass(frozen=True, slots=True)
class Before:
    """One day comes before another; not ``strict``: or is the same."""

    first: DateExpr
    second: DateExpr
    strict: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """A person decides: cannot tell until a fact of ``yes`` or ``no`` stands; the later one counts."""

    by: tuple[str, ...]
    yes: Selector
    no: Selector | None
    question: Wording = field(compare=False)


Expr = Always | All | AnyOf | Not | RuleRef | Exists | Latest | Count | Known | Screened | Before | Decision
LEAVES = (Exists, Latest, Count, Known, Screened, Before, Decision)


def parts_of(expression: Expr) -> tuple[Expr, ...]:
    """Direct parts of a node, none for a leaf."""
    match expression:
        case All(parts) | AnyOf(parts):
            return parts
        case Not(part):
            return (part,)
        case _:
            return ()


def walk(expression: Expr) -> list[Expr]:
    """Every node of an expression, itself first."""
    found = [expression]
    for part in parts_of(expression):
        found += walk(part)
    return found


def dates_of(date: DateExpr) -> list[DateExpr]:
    """A date expression and what it is made of."""
    return [date, *dates_of(date.date)] if isinstance(date, Shift) else [date]


def selectors_of(expression: Expr) -> list[Selector]:
    """Every selector read by an expression (rules it refers to not followed)."""
    found: list[Selector] = []
    for node in walk(expression):
        match node:
            case Exists(selector) | Count(selector, _) | Known(selector, _) | Screened(selector, _, _):
                found.append(selector)
            case Latest(among, kind, where):
                found.append(Selector(among.kinds if kind is None else (kind,), (*among.where, *where), among.by))
                found.append(among)
            case Decision(_, yes, no):
                found += [yes] if no is None else [yes, no]
            case Before(first, second):
                found += [d.selector for d in (*dates_of(first), *dates_of(second)) if isinstance(d, DayOf)]
    return found


def parameters_of(expression: Expr) -> set[str]:
    """Ids of the parameters an expression reads."""
    found: set[str] = set()
    for node in walk(expression):
        match node:
            case Count(_, str(parameter)):
                found.add(parameter)
            case Before(first, second):
                found |= {d.parameter for d in (*dates_of(first), *dates_of(second)) if isinstance(d, Shift)}
    return found


def rules_of(expression: Expr) -> set[str]:
    """Ids of the rules an expression refers to."""
    return {node.rule for node in walk(expression) if isinstance(node, RuleRef)}
