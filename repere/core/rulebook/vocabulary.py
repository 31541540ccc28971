"""Reading sources, parameters, code lists, groups, roles, fact kinds, indicators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from repere.core.dates import Counting
from repere.core.rulebook.form import Form
from repere.core.rulebook.model import (
    Code,
    DatedValue,
    FactKind,
    FieldKind,
    Group,
    Indicator,
    Parameter,
    Role,
    Screening,
    Source,
    Standing,
)  # fmt: skip
from repere.core.rulebook.reading import Block

SOURCE_KINDS = (
    "law", "regulation", "convention", "directive", "circular", "judgment",
    "guidance", "report", "minutes", "analysis", "standard", "statistics",
)  # fmt: skip
UNITS = ("days", "working_days", "months", "years", "hours", "euros", "count")
FIELD_TYPES = ("code", "codes", "bool", "int", "date", "text")
STRENGTHS = ("strong", "medium", "weak")
LENGTHS = ("days", "working_days", "months", "years", "hours")


@dataclass
class Vocabulary:
    """Everything rules may name."""

    sources: dict[str, Source] = field(default_factory=dict)
    parameters: dict[str, Parameter] = field(default_factory=dict)
    codelists: dict[str, dict[str, Code]] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    facts: dict[str, FactKind] = field(default_factory=dict)
    indicators: dict[str, Indicator] = field(default_factory=dict)
    screening: dict[str, Screening] = field(default_factory=dict)

    @property
    def powers(self) -> set[str]:
        """Role ids and families."""
        return {"any"} | set(self.roles) | {role.family for role in self.roles.values()}

    def codes(self, kind: FieldKind) -> Iterable[str]:
        """Codes a field may hold."""
        if kind.type == "bool":
            return ("yes", "no")
        return self.indicators if kind.list == "indicator" else self.codelists.get(kind.list or "", {})


def source(form: Form) -> Source:
    """Read one source."""
    made = Source(
        id=form.block["id"],
        kind=form.word("kind", SOURCE_KINDS, required=True),
        title=form.must_wording("title"),
        publisher=form.word("publisher", required=True),
        dated=form.word("date", required=True),
        read_in_force_on=form.day("read_in_force_on"),
        territory=form.words("territory"),
        url=form.word("url") or None,
        note=form.wording("note", required=False),
    )
    if not made.territory:
        form.fault("territory", "where the text applies", "nothing", "add territory: [FR], [world], …")
    form.done()
    return made


def parameter(form: Form, sources: Mapping[str, Source]) -> Parameter:
    """Read one parameter with its dated values."""
    unit = form.word("unit", UNITS, "count", required=True)
    counting = _counting(form, unit)
    settled = form.flag("settled", True)
    values = [_dated_value(row_form, sources) for row in form.raw("values") or () if (row_form := form.inner(row, "values"))]
    if settled and not values:
        form.fault("values", "a value with its source", "none", "add one, or say settled: false")
    starts = [value.standing.known_from for value in values]
    if len(set(starts)) != len(starts):
        form.fault("values", "values that start on different days", "an overlap", "give each its own start")
    ordered = tuple(sorted(values, key=lambda value: value.standing.known_from))
    note = form.wording("note", required=False)
    made = Parameter(form.block["id"], form.must_wording("label"), unit, counting, settled, ordered, form.layer, note)
    form.done()
    return made


def _counting(form: Form, unit: str) -> Counting:
    raw = form.raw("counting")
    if raw is None:
        if unit in ("days", "working_days", "months", "years"):
            form.fault(
                "counting",
                "how the length is counted",
                "nothing",
                "add counting: {days: calendar, first_day: excluded, end_on_holiday: stays}",
            )
        return Counting()
    inner = form.inner(raw, "counting")
    if inner is None:
        return Counting()
    made = Counting(
        inner.word("days", ("calendar", "working"), "calendar"),
        inner.word("first_day", ("excluded", "included"), "excluded"),
        inner.word("end_on_holiday", ("stays", "next_working_day"), "stays"),
        inner.word("holidays"),
    )
    inner.done()
    return made


def _dated_value(form: Form, sources: Mapping[str, Source]) -> DatedValue:
    value = form.integer("value")
    if value is None:
        form.fault("value", "a whole number", "nothing")
    standing = form.standing(sources=sources)
    note = form.wording("note", required=False)
    form.done()
    return DatedValue(value or 0, standing, note)


def codelist(form: Form) -> dict[str, Code]:
    """Read one code list."""
    codes: dict[str, Code] = {}
    for row in form.raw("codes") or ():
        inner = form.inner(row, "codes")
        if inner is None:
            continue
        name = str(inner.raw("code"))
        if name in codes:
            inner.fault("code", f"the code '{name}' once", "it a second time")
        label, htcds, retired = inner.must_wording("label"), inner.word("htcds") or None, inner.flag("retired", False)
        only = inner.words("only")
        extra = {key: value for key, value in inner.block.items() if key not in ("code", "label", "htcds", "retired", "only")}
        codes[name] = Code(name, label, htcds, retired, extra, only)
    for key in ("label", "help", "note"):
        form.wording(key, required=False)
    form.raw("source")
    form.done()
    return codes


def group(form: Form) -> Group:
    """Read one data group."""
    made = Group(form.block["id"], form.must_wording("label"), form.wording("help", required=False))
    form.done()
    return made


def role(form: Form) -> Role:
    """Read one role."""
    made = Role(
        form.block["id"], form.word("family", default=form.block["id"]), form.must_wording("label"),
        form.wording("decides", required=False), form.words("organisation_types"),
    )  # fmt: skip
    for key in ("source", "note", "asked", "help"):
        form.raw(key)
    form.done()
    return made


def fact_kind(form: Form, words: Vocabulary) -> FactKind:
    """Read one kind of fact."""
    known = words.powers
    made = FactKind(
        id=form.block["id"],
        version=form.integer("version") or 1,
        label=form.must_wording("label"),
        question=form.must_wording("question"),
        help=form.wording("help", required=False),
        group=form.word("group", words.groups, required=True),
        absent=form.word("absent", ("no", "unknown"), required=True),
        states=frozenset(form.words("states", lambda w: w in known)),
        records=frozenset(form.words("records", lambda w: w in known)),
        fields={name: made for name, raw in (form.raw("fields") or {}).items() if (made := _field(form, name, raw, words))},
        htcds=_htcds(form),
        layer=form.layer,
        lasting=form.flag("lasting", False),
        keeper_only=form.flag("keeper_only", False),
    )
    if not made.states:
        form.fault("states", "who may state it", "nobody", "add states: [any] or roles")
    form.done()
    return made


def _htcds(form: Form) -> dict[str, str]:
    raw = form.raw("htcds")
    return {str(key): str(value) for key, value in raw.items()} if isinstance(raw, Block) else {}


def _field(form: Form, name: str, raw: Any, words: Vocabulary) -> FieldKind | None:
    inner = form.inner(raw, "fields")
    if inner is None:
        return None
    type_ = inner.word("type", FIELD_TYPES, "text", required=True)
    list_ = inner.word("list") or None
    if type_ in ("code", "codes") and list_ != "indicator" and list_ not in words.codelists:
        inner.fault("list", "a code list", f"'{list_}'", "declare it under codelists")
    store = inner.word("store", default="sealed:narrative" if type_ == "text" else "clear")
    if type_ == "text" and not store.startswith("sealed:"):
        inner.fault("store", "free text sealed under a tier", store, "write store: sealed:narrative")
    made = FieldKind(
        name, type_, list_, inner.must_wording("label"), inner.wording("question", required=False) or inner.must_wording("label"),
        inner.wording("why", required=False), inner.flag("required", False), store, inner.integer("minimum"), inner.integer("maximum"),
    )  # fmt: skip
    inner.raw("htcds"), inner.raw("help")
    inner.done()
    return made


def indicator(form: Form, words: Vocabulary) -> Indicator:
    """Read one indicator."""
    strength = {str(key): str(value) for key, value in (form.raw("strength") or {}).items()}
    if any(value not in STRENGTHS for value in strength.values()):
        form.fault("strength", f"strengths among {', '.join(STRENGTHS)}", strength)
    made = Indicator(
        form.block["id"], form.word("dimension", required=True), form.words("forms"), strength, form.words("observers"),
        form.must_wording("label"), _loose_standing(form, words),
    )  # fmt: skip
    form.raw("note"), form.raw("persons")
    form.done()
    return made


def screening(form: Form, words: Vocabulary) -> Screening:
    """Read one screening rule."""
    combinations = []
    for row in form.raw("combinations") or ():
        if not isinstance(row, Block) or any(key not in STRENGTHS or not isinstance(value, int) for key, value in row.items()):
            form.fault("combinations", "numbers by strength, as {strong: 1, medium: 1}", row)
        else:
            combinations.append(dict(row))
    made = Screening(
        form.block["id"],
        form.must_wording("label"),
        form.must_wording("text"),
        tuple(combinations),
        form.words("dimensions"),
        _loose_standing(form, words),
    )
    form.raw("note")
    form.done()
    return made


def _loose_standing(form: Form, words: Vocabulary) -> Standing:
    if form.block.get("from") is None:
        form.block["from"], form.block["read_in_force_on"] = "unknown", form.block.get("read_in_force_on") or "2009-03-01"
    return form.standing(sources=words.sources)
