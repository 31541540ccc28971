"""Reading expressions, selectors and days."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from repere.core.rulebook.errors import Fault
from repere.core.rulebook.expressions import (
    All,
    Always,
    AnyOf,
    Before,
    Count,
    DateExpr,
    DayOf,
    Decision,
    Exists,
    Expr,
    Fixed,
    Known,
    Latest,
    Not,
    RuleRef,
    Screened,
    Selector,
    Shift,
    Test,
    Today,
    dates_of,
)  # fmt: skip
from repere.core.rulebook.form import Form
from repere.core.rulebook.model import FieldKind
from repere.core.rulebook.reading import Block
from repere.core.rulebook.vocabulary import Vocabulary

OPERATORS = ("all", "any", "not", "rule", "fact", "latest", "count", "known", "screened", "before", "on_or_before", "decision", "always")
SELECTOR_KEYS = ("kind", "where", "by", "select")


class Grammar:
    """Turns YAML into nodes; what does not fit is a fault at its line."""

    def __init__(self, words: Vocabulary, rules: Collection[str]) -> None:
        self.words, self.rules = words, rules

    def expression(self, form: Form, key: str, raw: Any) -> Expr:
        """An expression under a key."""
        if not isinstance(raw, Block) or len(raw) != 1:
            form.faults.append(_fault(form, raw, key, f"one operator among {', '.join(OPERATORS)}", raw))
            return Always()
        ((operator, body),) = raw.items()
        match operator:
            case "all" | "any":
                rows = body if isinstance(body, list) else []
                if not rows:
                    form.faults.append(_fault(form, raw, key, f"a list under {operator}", body))
                parts = tuple(self.expression(form, key, row) for row in rows)
                return All(parts) if operator == "all" else AnyOf(parts)
            case "not":
                return Not(self.expression(form, key, body))
            case "rule":
                if not isinstance(body, str) or body not in self.rules:
                    form.faults.append(_fault(form, raw, key, "the id of a condition, entitlement or duty", body))
                return RuleRef(str(body))
            case "fact":
                return Exists(self.selector(form, raw, body))
            case "latest":
                return self._latest(form, raw, body)
            case "count":
                return self._count(form, raw, body)
            case "known":
                return self._known(form, raw, body)
            case "screened":
                return self._screened(form, raw, body)
            case "before" | "on_or_before":
                return self._before(form, raw, body, operator == "before")
            case "decision":
                return self._decision(form, raw, body)
            case "always":
                return Always()
        form.faults.append(_fault(form, raw, key, f"an operator among {', '.join(OPERATORS)}", operator))
        return Always()

    def selector(self, form: Form, at: Any, raw: Any) -> Selector:
        """A selector: a kind, or kind with tests."""
        if isinstance(raw, str):
            return Selector((self._kind(form, at, raw),))
        if not isinstance(raw, Block) or "kind" not in raw:
            form.faults.append(_fault(form, at, "kind", "a fact kind, or {kind: …, where: …}", raw))
            return Selector(())
        self._only(form, raw, SELECTOR_KEYS)
        kinds = tuple(self._kind(form, raw, str(kind)) for kind in (raw["kind"] if isinstance(raw["kind"], list) else [raw["kind"]]))
        powers = self._powers(form, raw)
        select = str(raw.get("select", "latest"))
        if select not in ("first", "latest"):
            form.faults.append(_fault(form, raw, "select", "first or latest", select))
        return Selector(kinds, self.tests(form, raw, kinds, raw.get("where")), powers, select)

    def tests(self, form: Form, at: Any, kinds: tuple[str, ...], raw: Any) -> tuple[Test, ...]:
        """Tests on fields; each field must exist, in the clear, in every kind."""
        if raw is None:
            return ()
        if not isinstance(raw, Block):
            form.faults.append(_fault(form, at, "where", "a mapping field: test", raw))
            return ()
        return tuple(test for name, value in raw.items() if (test := self._test(form, raw, kinds, name, value)))

    def date(self, form: Form, at: Any, raw: Any) -> DateExpr:
        """A date expression."""
        if raw == "today":
            return Today()
        if isinstance(raw, Block) and "day" in raw:
            self._only(form, raw, ("day",))
            try:
                return Fixed(date.fromisoformat(str(raw["day"])))
            except ValueError:
                form.faults.append(_fault(form, raw, "day", "a day of the calendar, as 2023-11-22", raw["day"]))
                return Today()
        if isinstance(raw, Block) and "of" in raw:
            self._only(form, raw, ("of", "field"))
            selector, name = self.selector(form, raw, raw["of"]), raw.get("field")
            for kind in selector.kinds:
                declared = self._field(kind, str(name)) if name else None
                if name and (declared is None or declared.type != "date"):
                    form.faults.append(_fault(form, raw, "field", f"a date field of {kind}", name))
                elif declared is not None and declared.sealed:
                    form.faults.append(_fault(form, raw, "field", "a field stored in the clear", name, "rules read clear days"))
            return DayOf(selector, str(name) if name else None)
        for operator, sign in (("plus", 1), ("minus", -1)):
            if isinstance(raw, Block) and operator in raw:
                self._only(form, raw, (operator,))
                pair = raw[operator]
                if isinstance(pair, list) and len(pair) == 2:
                    self._parameter(form, raw, str(pair[1]))
                    return Shift(self.date(form, raw, pair[0]), str(pair[1]), sign)
        form.faults.append(
            _fault(form, at if raw is None else raw, "date", "today, {day: …}, {of: …}, {plus: [date, parameter]} or {minus: …}", raw)
        )
        return Today()

    def _latest(self, form: Form, at: Block, raw: Any) -> Expr:
        if not isinstance(raw, Block) or not isinstance(raw.get("kinds"), list):
            form.faults.append(_fault(form, at, "latest", "{kinds: […], is: …, where: …, filter: …}", raw))
            return Always()
        self._only(form, raw, ("kinds", "is", "where", "filter", "by"))
        kinds = tuple(self._kind(form, raw, str(kind)) for kind in raw["kinds"])
        is_kind = str(raw["is"]) if raw.get("is") else None
        if is_kind is not None and is_kind not in kinds:
            form.faults.append(_fault(form, raw, "is", f"one of {', '.join(kinds)}", is_kind))
        among = Selector(kinds, self._filters(form, raw, kinds), self._powers(form, raw))
        return Latest(among, is_kind, self.tests(form, raw, (is_kind,) if is_kind else kinds, raw.get("where")))

    def _filters(self, form: Form, raw: Block, kinds: tuple[str, ...]) -> tuple[Test, ...]:
        """Filter tests hold for the kinds that have the field; the others pass."""
        tests = raw.get("filter")
        if tests is None:
            return ()
        if not isinstance(tests, Block):
            form.faults.append(_fault(form, raw, "filter", "a mapping field: test", tests))
            return ()
        found = []
        for name, value in tests.items():
            having = tuple(kind for kind in kinds if self._field(kind, name))
            if not having:
                form.faults.append(_fault(form, raw, "filter", f"a field of {', '.join(kinds)}", name))
            elif test := self._test(form, tests, having, name, value):
                found.append(test)
        return tuple(found)

    def _count(self, form: Form, at: Block, raw: Any) -> Expr:
        if not isinstance(raw, Block) or "of" not in raw or "at_least" not in raw:
            form.faults.append(_fault(form, at, "count", "{of: selector, at_least: number}", raw))
            return Always()
        self._only(form, raw, ("of", "at_least"))
        least = raw["at_least"]
        if not isinstance(least, int):
            self._parameter(form, raw, str(least))
        return Count(self.selector(form, raw, raw["of"]), least)

    def _known(self, form: Form, at: Block, raw: Any) -> Expr:
        if not isinstance(raw, Block):
            return Known(self.selector(form, at, raw), None)
        self._only(form, raw, (*SELECTOR_KEYS, "field"))
        asked = Block({key: value for key, value in raw.items() if key != "field"})
        asked.file, asked.line, asked.lines = raw.file, raw.line, raw.lines
        selector, name = self.selector(form, at, asked), raw.get("field")
        for kind in selector.kinds if name is not None else ():
            declared = self._field(kind, str(name))
            if declared is None or declared.sealed:
                form.faults.append(_fault(form, raw, "field", f"a field of {kind} stored in the clear", f"'{name}'"))
        return Known(selector, str(name) if name is not None else None)

    def _screened(self, form: Form, at: Block, raw: Any) -> Expr:
        audiences = sorted({audience for sign in self.words.indicators.values() for audience in sign.strength})
        if not isinstance(raw, Block) or set(raw) != {"audience"} or raw["audience"] not in audiences:
            form.faults.append(_fault(form, at, "screened", f"{{audience: one of {', '.join(audiences)}}}", raw))
            return Always()
        return Screened(self.selector(form, at, "indicator_observed"), "indicator", str(raw["audience"]))

    def _before(self, form: Form, at: Block, raw: Any, strict: bool) -> Expr:
        if not isinstance(raw, list) or len(raw) != 2:
            form.faults.append(_fault(form, at, "before", "two dates [first, second]", raw))
            return Always()
        first, second = _today_alone(self.date(form, at, raw[0]), self.date(form, at, raw[1]))
        if not any(isinstance(day, DayOf) for side in (first, second) for day in dates_of(side)):
            form.faults.append(_fault(form, at, "before", "the day of a fact on one side", raw, "a text that begins on a day has `from`"))
        return Before(first, second, strict)

    def _decision(self, form: Form, at: Block, raw: Any) -> Expr:
        if not isinstance(raw, Block) or "yes" not in raw or "by" not in raw:
            form.faults.append(_fault(form, at, "decision", "{by: [roles], question: {fr, en}, yes: selector, no: selector}", raw))
            return Always()
        self._only(form, raw, ("by", "question", "yes", "no"))
        by = self._powers(form, raw)
        no = self.selector(form, raw, raw["no"]) if raw.get("no") is not None else None
        return Decision(by, self.selector(form, raw, raw["yes"]), no, form.words_of("when", raw.get("question")))

    def _test(self, form: Form, at: Block, kinds: tuple[str, ...], name: str, raw: Any) -> Test | None:
        for kind in kinds:
            declared = self._field(kind, name)
            if kind and declared is None:
                known = ", ".join(self.words.facts[kind].fields) if kind in self.words.facts else "…"
                form.faults.append(_fault(form, at, name, f"a field of {kind} ({known})", name))
                return None
            if declared and declared.sealed:
                form.faults.append(
                    _fault(
                        form, at, name, "a field stored in the clear", f"{name}, sealed", "rules read codes; give the kind a coded field"
                    )
                )
                return None
        if isinstance(raw, Block):
            self._only(form, raw, ("not", "at_least", "at_most", "said", "among"))
            if "among" in raw:
                return self._several(form, raw, kinds, name)
            if "said" in raw:
                return Test(name, self._known_codes(form, at, kinds, name, raw["said"]), said=True)
            if "not" in raw:
                return Test(name, self._known_codes(form, at, kinds, name, raw["not"]), wanted=False)
            bounds = [raw.get("at_least"), raw.get("at_most")]
            numbers = all(bound is None or isinstance(bound, int) for bound in bounds) and bounds != [None, None]
            if not numbers or any((field := self._field(kind, name)) and field.type != "int" for kind in kinds):
                form.faults.append(_fault(form, at, name, "a number in at_least or at_most, for a field of type int", raw))
                return None
            return Test(name, low=bounds[0], high=bounds[1])
        return Test(name, self._known_codes(form, at, kinds, name, raw))

    def _several(self, form: Form, raw: Block, kinds: tuple[str, ...], name: str) -> Test | None:
        least = raw.get("at_least")
        many = all((field := self._field(kind, name)) and field.type == "codes" for kind in kinds)
        if not isinstance(least, int) or isinstance(least, bool) or least < 1 or set(raw) != {"among", "at_least"} or not many:
            form.faults.append(_fault(form, raw, name, "{at_least: number, among: [codes]}, for a field of type codes", raw))
            return None
        return Test(name, self._known_codes(form, raw, kinds, name, raw["among"]), low=least)

    def _known_codes(self, form: Form, at: Block, kinds: tuple[str, ...], name: str, raw: Any) -> tuple[str, ...]:
        codes = tuple(str(code) for code in (raw if isinstance(raw, list) else [raw]))
        for kind in kinds:
            declared = self._field(kind, name)
            if declared is None:
                continue
            known = set(self.words.codes(declared))
            for code in codes:
                if code not in known:
                    form.faults.append(
                        _fault(form, at, name, f"a code of {kind}.{name}", f"'{code}'", f"known: {', '.join(sorted(known))[:160]}")
                    )
        return codes

    def _field(self, kind: str, name: str) -> FieldKind | None:
        declared = self.words.facts.get(kind)
        return declared.fields.get(name) if declared else None

    def _powers(self, form: Form, raw: Block) -> tuple[str, ...]:
        by = raw.get("by") or []
        powers = tuple(map(str, by)) if isinstance(by, list) else (str(by),)
        for power in powers:
            if power not in self.words.powers:
                form.faults.append(_fault(form, raw, "by", "a role or family", power))
        return powers

    def _kind(self, form: Form, at: Any, kind: str) -> str:
        if kind not in self.words.facts:
            form.faults.append(_fault(form, at, "kind", "a declared fact kind", f"'{kind}'"))
            return ""
        return kind

    def _parameter(self, form: Form, at: Block, name: str) -> None:
        if name not in self.words.parameters:
            form.faults.append(_fault(form, at, "plus", "the id of a parameter", f"'{name}'"))

    def _only(self, form: Form, raw: Block, keys: tuple[str, ...]) -> None:
        for key in raw:
            if key not in keys:
                form.faults.append(_fault(form, raw, key, f"a key among {', '.join(keys)}", f"'{key}'"))


def _today_alone(first: DateExpr, second: DateExpr) -> tuple[DateExpr, DateExpr]:
    """Today moved by a length is compared as today with the other day moved back: one form, one boundary."""
    match first, second:
        case Shift(Today() as today, parameter, sign), _:
            return today, Shift(second, parameter, -sign)
        case _, Shift(Today() as today, parameter, sign):
            return Shift(first, parameter, -sign), today
    return first, second


def _fault(form: Form, at: Any, key: str, expected: str, came: Any, mend: str = "") -> Fault:
    from_ = at if isinstance(at, Block) else form.block
    line = from_.at(key) if isinstance(from_, Block) else 0
    form_fault = came if isinstance(came, str) else repr(came)[:80]
    return Fault(from_.file or form.block.file, line or form.block.line, expected, form_fault, mend or f"see '{form.block['id']}'")
