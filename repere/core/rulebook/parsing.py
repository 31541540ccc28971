"""Assembling a mechanism from its raw sections."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from repere.core.dates import NotADay, PartialDate
from repere.core.rulebook import vocabulary
from repere.core.rulebook.errors import FactRefused, Fault, Refusal, did_you_mean
from repere.core.rulebook.expressions import (
    Always,
    Before,
    DateExpr,
    DayOf,
    Expr,
    Latest,
    Not,
    Selector,
    Shift,
    Today,
    parameters_of,
    rules_of,
    selectors_of,
)
from repere.core.rulebook.form import STANDING_KEYS, Form
from repere.core.rulebook.grammar import Grammar
from repere.core.rulebook.model import (
    DUE_DAY_OVER,
    Demand,
    Duty,
    Example,
    Expected,
    Fact,
    Layer,
    Mechanism,
    Rule,
    Stage,
    UnlessClause,
    Version,
)  # fmt: skip
from repere.core.rulebook.reading import Block
from repere.core.rulebook.validation import check_fact, codes_of, may_state
from repere.core.rulebook.vocabulary import Vocabulary

LEVELS = ("national_law", "international_obligation", "guidance", "demanded", "choice")
KINDS = {"conditions": "condition", "entitlements": "entitlement", "duties": "duty"}
OUTCOMES = {
    "condition": ("holds", "does_not_hold", "cannot_tell"),
    "entitlement": ("holds", "does_not_hold", "cannot_tell"),
    "duty": ("open", "done", "missed", "does_not_hold", "cannot_tell"),
}
STANCES = ("demanded", "supported", "discussed", "implied")
Rows = Mapping[str, list[tuple[str, Block]]]


def layer(raw: Any, faults: list[Fault]) -> Layer:
    """Read a ``layer.yaml``."""
    form = Form(raw["layer"], str(raw["layer"].get("id")), faults)
    wording = form.raw("wording") or {}
    if not isinstance(wording, Block | dict) or set(wording) - {"original", "status"}:
        form.fault("wording", "{original: language, status: …}", wording)
        wording = {}
    made = Layer(
        form.block["id"], form.word("kind", ("common", "country", "reform"), required=True), form.words("over"),
        form.word("jurisdiction", required=True), form.must_wording("title"),
        tuple(form.words_of("banner", row) for row in form.raw("banner") or ()),
    )  # fmt: skip
    _wordings[made.id] = (str(wording.get("original", "fr")), str(wording.get("status", "unreviewed")))
    form.wording("note", required=False)
    form.done()
    return made


_wordings: dict[str, tuple[str, str]] = {}


def mechanism(name: str, digest: str, layers: list[Layer], rows: Rows, faults: list[Fault]) -> Mechanism:
    """Read every section; faults are added to the list and the result is then incomplete."""
    words = _vocabulary(rows, faults)
    ids = {row["id"] for section in KINDS for _, row in rows[section]}
    grammar = Grammar(words, ids)
    rules = {}
    for section, kind in KINDS.items():
        for form in _forms(rows[section], faults):
            rules[form.block["id"]] = _rule(form, kind, grammar)
    made = Mechanism(
        name=name, hash=digest, layers=tuple(layers), sources=words.sources, parameters=words.parameters, codelists=words.codelists,
        groups=words.groups, roles=words.roles, facts=words.facts, indicators=words.indicators, screening=words.screening, rules=rules,
        path=_in_order([_stage(form, grammar) for form in _forms(rows["path"], faults)], [layer.id for layer in layers]), examples=(),
    )  # fmt: skip
    _cycles(rules, faults)
    _unused_parameters(made, rows, faults)
    if not faults:
        fixtures = {row["id"]: row for _, row in rows.get("fixtures", [])}
        examples = [_example(form, fixtures, made, rows) for form in _forms(rows.get("examples", []), faults)]
        object.__setattr__(made, "examples", tuple(example for example in examples if example))
    return made


def _forms(rows: list[tuple[str, Block]], faults: list[Fault]) -> list[Form]:
    return [
        Form(row, layer_id, faults, _wordings.get(layer_id, ("fr", "unreviewed"))[1], _wordings.get(layer_id, ("fr", ""))[0])
        for layer_id, row in rows
    ]


def _vocabulary(rows: Rows, faults: list[Fault]) -> Vocabulary:
    words = Vocabulary()
    readers: list[tuple[str, dict[str, Any], Callable[[Form], Any]]] = [
        ("sources", words.sources, vocabulary.source),
        ("parameters", words.parameters, lambda form: vocabulary.parameter(form, words.sources)),
        ("codelists", words.codelists, vocabulary.codelist),
        ("groups", words.groups, vocabulary.group),
        ("roles", words.roles, vocabulary.role),
        ("facts", words.facts, lambda form: vocabulary.fact_kind(form, words)),
        ("indicators", words.indicators, lambda form: vocabulary.indicator(form, words)),
        ("screening", words.screening, lambda form: vocabulary.screening(form, words)),
    ]
    for section, target, reader in readers:
        for form in _forms(rows[section], faults):
            target[form.block["id"]] = reader(form)
    return words


def _rule(form: Form, kind: str, grammar: Grammar) -> Rule:
    block = form.block
    demand, duty = _demand(form), _duty(form, grammar) if kind == "duty" else None
    grants = form.word("grants", grammar.words.powers) or None
    law_at = form.raw("law_at")
    made = Rule(
        id=block["id"], kind=kind, label=form.must_wording("label"),
        text=form.wording("text", required=kind != "condition") or form.must_wording("label"),
        layer=form.layer, file=block.file, line=block.line, versions=_versions(form, kind, grammar),
        level=form.word("level", LEVELS, "choice", required=kind != "condition"), grants=grants,
        door=form.wording("door", required=False),
        discretion=form.word("discretion", ("due", "discretionary", "not_applicable")) or None,
        cooperation=form.word("cooperation", ("required", "not_required")) or None,
        persons=form.words("for"), stage=form.integer("stage"), card=form.flag("card", False),
        law_at=grammar.selector(form, block, law_at["fact"]) if isinstance(law_at, Block) and "fact" in law_at else None,
        former_names=form.words("former_names"), demand=demand, duty=duty, never=form.words("never", lambda w: w in OUTCOMES[kind]),
        never_because=form.wording("never_because", required=False),
        note=form.wording("note", required=False),
    )  # fmt: skip
    for key in ("help", "ask"):
        form.wording(key, required=False)
    if made.level == "demanded" and demand is None:
        form.fault("demand", "who demands it", "nothing", "add demand: {stance: …, by: …, on: …, lines: …}")
    if made.never and made.never_because is None:
        form.fault("never", "why that answer is impossible", "nothing", "add never_because: {fr: …, en: …}")
    form.done()
    return made


def _demand(form: Form) -> Demand | None:
    raw = form.raw("demand")
    inner = form.inner(raw, "demand") if raw is not None else None
    if inner is None:
        return None
    made = Demand(
        inner.word("stance", STANCES, required=True), inner.word("by", required=True), inner.word("on", required=True), inner.word("lines"),
        inner.wording("dissent", required=False),
    )  # fmt: skip
    inner.done()
    return made


def _versions(form: Form, kind: str, grammar: Grammar) -> tuple[Version, ...]:
    inline = [key for key in (*STANDING_KEYS, "when", "unless", "until", "settled") if key in form.block]
    raw = form.raw("versions")
    if raw is None:
        return (_version(form, kind, grammar),)
    if set(inline) - {"checked_on", "checked_by"}:
        form.fault(inline[0], "either versions or inline keys", f"both ('{inline[0]}')", "move it into the versions")
    found = [_version(inner, kind, grammar) for row in raw if (inner := form.inner(row, "versions")) is not None and _named(inner, form)]
    starts = [version.standing.known_from for version in found]
    if len(set(starts)) != len(starts):
        form.fault("versions", "versions that start on different days", "an overlap", "give each version its own 'from'")
    return tuple(sorted(found, key=lambda version: version.standing.known_from))


def _named(inner: Form, form: Form) -> bool:
    inner.block["id"] = form.block["id"]
    return True


def _version(form: Form, kind: str, grammar: Grammar) -> Version:
    source_required = kind != "condition" and form.block.get("level") != "choice" and form.block.get("certainty") != "I"
    standing = form.standing(source_required=source_required, sources=grammar.words.sources)
    when = form.raw("when")
    if when is None and kind != "duty":
        form.fault("when", "an expression under 'when'", "nothing", "add when: …, or when: {always: {}}")
    unless = tuple(_unless(inner, grammar) for row in form.raw("unless") or () if (inner := form.inner(row, "unless")))
    until = form.raw("until")
    stands_alone = "level" not in form.block and form.block.lines.keys().isdisjoint({"label", "text"})
    made = Version(
        standing, grammar.expression(form, "when", when) if when is not None else Always(), unless,
        grammar.date(form, form.block, until) if until is not None else None, form.flag("settled", True),
        form.wording("note", required=False) if stands_alone else None,
    )  # fmt: skip
    if stands_alone:
        form.done()
    return made


def _unless(form: Form, grammar: Grammar) -> UnlessClause:
    form.block.setdefault("id", "unless")
    label = form.wording("label", required=False) or form.must_wording("text")
    form.wording("text", required=False)
    made = UnlessClause(
        str(form.block["id"]), label, form.standing(sources=grammar.words.sources), grammar.expression(form, "when", form.raw("when"))
    )
    form.done()
    return made


def _duty(form: Form, grammar: Grammar) -> Duty:
    words = grammar.words
    due = form.raw("due")
    after = on = None
    if isinstance(due, Block):
        after = str(due["after"]) if "after" in due else None
        on = grammar.date(form, form.block, due["on"]) if "on" in due else None
        if after is not None and after not in words.parameters:
            form.fault("due", "the id of a parameter under 'after'", after)
        if (after is None and on is None) or set(due) - {"after", "on"}:
            form.fault("due", "{after: parameter} or {on: date}", due)
    elif due is not None:
        form.fault("due", "{after: parameter} or {on: date}", due)
    done = form.raw("done") or []
    escalate = form.raw("escalate") or {}
    days_known = isinstance(escalate, dict) and isinstance(escalate.get("after_days", 0), int)
    if not days_known or set(escalate) - {"after_days", "to"}:
        form.fault("escalate", "{after_days: number, to: role}", escalate)
        escalate = {}
    if escalate and str(escalate.get("to")) not in words.roles:
        form.fault("escalate", "a role under 'to'", str(escalate.get("to")))
    trigger = grammar.selector(form, form.block, form.raw("trigger"))
    falls_due = Shift(DayOf(trigger), after) if after is not None else on
    closing = tuple(grammar.selector(form, form.block, row) for row in (done if isinstance(done, list) else [done]))
    return Duty(
        who=form.words("who", lambda w: w in words.powers),
        trigger=trigger, lapses=_lapses(form, grammar, falls_due),
        due_after=after, due_on=on,
        done=closing,
        remind=form.integers("remind"), escalate_after=escalate.get("after_days"), escalate_to=escalate.get("to"),
        cannot_wait=form.flag("cannot_wait", False), later=_later(form, trigger, closing),
    )  # fmt: skip


def _later(form: Form, trigger: Selector, done: tuple[Selector, ...]) -> Expr | None:
    """Of two facts on one day, only the one recorded after the trigger does the duty: what was noted before it does not count."""
    if not form.flag("done_later", False):
        return None
    if len(trigger.kinds) != 1:
        form.fault("done_later", "one kind under 'trigger'", ", ".join(trigger.kinds), "write one kind under 'trigger'")
        return None
    if not done or any(selector.where or selector.by for selector in (trigger, *done)):
        form.fault("done_later", "kinds alone under 'trigger' and 'done'", "'where' or 'by'", "leave out where and by")
        return None
    if any(trigger.kinds[0] in selector.kinds for selector in done):
        form.fault("done_later", "another kind under 'done' than the trigger", trigger.kinds[0], "write another kind under 'done'")
        return None
    kinds = dict.fromkeys((*trigger.kinds, *(kind for selector in done for kind in selector.kinds)))
    return Not(Latest(Selector(tuple(kinds)), trigger.kinds[0], ()))


def _lapses(form: Form, grammar: Grammar, falls_due: DateExpr | None) -> UnlessClause | None:
    """When a duty can no longer be done: its due day is over (by so much), or a condition holds."""
    raw = form.raw("lapses")
    inner = form.inner(raw, "lapses") if raw is not None else None
    if inner is None:
        return None
    inner.block["id"] = "when" if "when" in inner.block else "after_due" if "after_due" in inner.block else DUE_DAY_OVER
    later, due_over, when = inner.raw("after_due"), inner.flag("due_day_over", False), inner.raw("when")
    if (later is not None) + due_over + (when is not None) != 1:
        inner.fault("lapses", "one of due_day_over: true, after_due: parameter, when: expression", ", ".join(inner.block) or "nothing")
    if when is not None:
        gone = grammar.expression(inner, "when", when)
    elif falls_due is None:
        inner.fault("lapses", "a due day to count from", "a duty without 'due'", "add due: …, or say when: …")
        gone = Always()
    else:
        if later is not None and later not in grammar.words.parameters:
            inner.fault("after_due", "the id of a parameter", later)
        gone = Before(falls_due if later is None else Shift(falls_due, str(later)), Today(), strict=True)
    made = UnlessClause(inner.block["id"], inner.must_wording("label"), inner.standing(sources=grammar.words.sources), gone)
    inner.done()
    return made


def _in_order(stages: list[Stage], layers: list[str]) -> tuple[Stage, ...]:
    """Stages by layer and number, in whichever files they stand."""
    return tuple(sorted(stages, key=lambda stage: (layers.index(stage.layer), stage.number or 0)))


def _stage(form: Form, grammar: Grammar) -> Stage:
    enters = form.raw("enters")
    if isinstance(enters, str):
        block = Block({"rule": enters})
        block.file, block.line, block.lines = form.block.file, form.block.line, {}
        enters = block
    made = Stage(
        form.block["id"], form.must_wording("label"), form.wording("text", required=False), form.integer("pillar"),
        form.integer("number") if "number" in form.block else form.integer("stage"),
        grammar.expression(form, "enters", enters) if enters is not None else None, form.layer,
    )  # fmt: skip
    for key in ("source", "certainty", "who", "output", "note", "order", "actors", "decides"):
        form.raw(key)
    form.done()
    return made


def expressions_of(rule: Rule) -> list[Expr]:
    """Every expression of every version of a rule."""
    found = [expression for version in rule.versions for expression in (version.when, *(clause.when for clause in version.unless))]
    found += [rule.duty.lapses.when] if rule.duty and rule.duty.lapses else []
    return [*found, rule.duty.later] if rule.duty and rule.duty.later else found


def _cycles(rules: Mapping[str, Rule], faults: list[Fault]) -> None:
    state: dict[str, int] = {}

    def visit(name: str, trail: tuple[str, ...]) -> None:
        if state.get(name) == 2 or name not in rules:
            return
        if state.get(name) == 1:
            rule = rules[name]
            circle, mend = " → ".join((*trail, name)), "let one of them read facts instead"
            faults.append(Fault(rule.file, rule.line, "rules that do not refer to each other in a circle", circle, mend))
            return
        state[name] = 1
        for expression in expressions_of(rules[name]):
            for other in sorted(rules_of(expression)):
                visit(other, (*trail, name))
        state[name] = 2

    for name in rules:
        visit(name, ())


def _unused_parameters(made: Mechanism, rows: Rows, faults: list[Fault]) -> None:
    used: set[str] = set()
    for rule in made.rules.values():
        for expression in expressions_of(rule):
            used |= parameters_of(expression)
        for version in rule.versions:
            used |= _shifts(version.until)
        if rule.duty:
            used |= {rule.duty.due_after or ""} | _shifts(rule.duty.due_on)
    top = made.layers[-1].id
    idle = [row for layer_id, row in rows["parameters"] if row["id"] not in used and layer_id == top]
    faults += [Fault(row.file, row.line, f"a rule that reads {row['id']}", "none", "use it in a rule or remove it") for row in idle]


def _shifts(date_: Any) -> set[str]:
    found = set()
    while date_ is not None and hasattr(date_, "parameter"):
        found.add(date_.parameter)
        date_ = date_.date
    return found


def _example(form: Form, fixtures: Mapping[str, Block], made: Mechanism, rows: Rows) -> Example | None:
    name = form.word("mechanism", default=made.layers[-1].id)
    included = form.words("include", lambda fixture: fixture in fixtures, lambda word: did_you_mean(word, fixtures))
    view = None if form.raw("view", "all") == "all" else frozenset(form.words("view", lambda group: group in made.groups))
    on = form.day("on")
    known_at = form.day("known_at")
    given = [row for fixture in included if fixture in fixtures for row in fixtures[fixture].get("given") or ()] + list(
        form.raw("given") or ()
    )
    drawn_from = form.raw("drawn_from")
    if isinstance(drawn_from, Block) and drawn_from.get("source") not in made.sources:
        form.fault("drawn_from", "a known source", drawn_from.get("source"))
    title = form.must_wording("title")
    raw_expect = form.raw("expect") or {}
    form.wording("note", required=False)
    form.done()
    if name != made.name:
        return None
    if on is None:
        form.fault("on", "the asked day", "nothing", "add on: YYYY-MM-DD")
        return None
    return Example(
        id=form.block["id"], title=title, mechanism=name, facts=tuple(_given(form, given, made, on)), on=on,
        known_at=_instant(known_at), groups=view, expect=_expect(form, raw_expect, made),
        drawn_from=dict(drawn_from) if drawn_from else None, file=form.block.file, line=form.block.line, layer=form.layer,
    )  # fmt: skip


def _instant(day: date | None) -> datetime | None:
    return datetime.combine(day, time(23, 59), UTC) if day else None


def _given(form: Form, given: list[Any], made: Mechanism, on: date) -> list[Fact]:
    facts = []
    for index, row in enumerate(given):
        if not isinstance(row, Block) or len(row) != 1 or not isinstance(next(iter(row.values())), Block | None):
            form.fault("given", "facts as {kind: {on: …, field: …}}", row)
            continue
        ((kind, body),) = row.items()
        if fact := _given_fact(form, index, kind, dict(body or {}), row, made, on):
            facts.append(fact)
    return facts


def _given_fact(form: Form, index: int, kind: str, body: dict[str, Any], row: Block, made: Mechanism, on: date) -> Fact | None:
    def fault(expected: str, came: Any, mend: str = "", at: int = row.line) -> None:
        mend = " ".join(part for part in (mend, f"in example {form.block['id']}") if part)
        form.faults.append(Fault(row.file, at, expected, str(came), mend))

    if kind not in made.facts:
        fault("a declared fact kind", f"'{kind}'", did_you_mean(kind, made.facts))
        return None
    try:
        told = PartialDate.parse(str(body.pop("on", "")))
    except NotADay as wrong:
        fault("a day, month, season or range under 'on'", wrong)
        return None
    by = str(body.pop("by", "case_worker"))
    basis = str(body.pop("basis", "own_act" if may_state(made, made.facts[kind], by) else "person_said"))
    recorded = body.pop("recorded", None)
    try:
        recorded_on = date.fromisoformat(str(recorded)) if recorded else told.latest
    except ValueError as wrong:
        fault("a day YYYY-MM-DD under 'recorded'", wrong)
        return None
    name, corrects = body.pop("id", f"{kind}#{index}"), body.pop("corrects", None)
    body.update(body.pop("fields", None) or {})
    dates = {field.name for field in made.facts[kind].fields.values() if field.type == "date"}
    values = {key: str(value) if key in dates else value for key, value in body.items()}
    try:
        fields = check_fact(
            made, kind, values, earliest=told.earliest, latest=told.latest, role=by, basis=basis, today=max(on, recorded_on, told.latest)
        )
    except FactRefused as refused:
        for refusal in refused.refusals:
            expected, came, mend = _wording_of(made, kind, refusal)
            fault(expected, came, mend, _line_of(row, kind, refusal.field))
        return None
    return Fact(name, kind, told.earliest, told.latest, datetime.combine(recorded_on, time(12), UTC), by, basis, fields, corrects)


def _line_of(row: Block, kind: str, field: str | None) -> int:
    """Line of a field of a fact, or of the fact."""
    body = row[kind]
    inner = body.get("fields") if isinstance(body, Block) else None
    held = next((block for block in (body, inner) if isinstance(block, Block) and field in block), None)
    return held.at(str(field)) if held is not None else row.line


def _wording_of(made: Mechanism, kind: str, refusal: Refusal) -> tuple[str, str, str]:
    """(what was expected, what came, nearest word) of a fact that the declarations do not allow."""
    declared, told = made.facts[kind], refusal.params
    came = f"'{told['value']}'" if "value" in told else refusal.code
    match refusal.code:
        case "unknown_field":
            return (
                f"a field of {kind} among {', '.join(declared.fields)}",
                f"'{refusal.field}'",
                did_you_mean(str(refusal.field), declared.fields),
            )
        case "not_in_list":
            field = declared.fields.get(str(refusal.field))
            codes = codes_of(made, field) if field else told["expected"].split(", ")
            mend = did_you_mean(told["value"], codes) or "take one of these words"
            return f"{refusal.field} of {kind} among {', '.join(codes)}", came, mend
        case "required":
            return f"the field {refusal.field} of {kind}", "nothing", ""
        case "role_without_power":
            powers = declared.states if told["basis"] == "own_act" else declared.states | declared.records
            return f"{kind} by one of {', '.join(sorted(powers))}", f"by '{told['role']}', basis {told['basis']}", ""
        case "out_of_range" | "not_a_number" | "not_a_date":
            what = {
                "out_of_range": told.get("expected", ""),
                "not_a_number": "a whole number",
                "not_a_date": "a day, month, season or range",
            }
            return f"{refusal.field} of {kind}: {what[refusal.code]}", came, ""
    return f"a fact {kind} that the declarations allow", f"{refusal.code} ({refusal.field or kind})", ""


def _expect(form: Form, raw: Any, made: Mechanism) -> dict[str, Expected]:
    found: dict[str, Expected] = {}
    for rule_id, body in raw.items():
        rule = made.rules.get(rule_id)
        line = raw.at(rule_id)
        if rule is None:
            mend = " ".join(part for part in (did_you_mean(rule_id, made.rules), f"in example {form.block['id']}") if part)
            form.faults.append(Fault(form.block.file, line, "the id of a rule", f"'{rule_id}'", mend))
            continue
        inner = body if isinstance(body, Block) else {"outcome": body}
        unknown = set(inner) - {"outcome", "due", "until", "asks", "missing", "reason"}
        if unknown or inner.get("outcome") not in OUTCOMES[rule.kind]:
            form.faults.append(Fault(form.block.file, line, *_wrong_outcome(rule, inner, unknown)))
            continue
        try:
            days = {key: date.fromisoformat(str(inner[key])) for key in ("due", "until") if inner.get(key)}
        except ValueError as wrong:
            form.faults.append(Fault(form.block.file, line, "days YYYY-MM-DD in 'due' and 'until'", str(wrong), f"rule {rule_id}"))
            continue
        found[rule_id] = Expected(
            str(inner["outcome"]), asks=inner.get("asks"), missing=inner.get("missing"), reason=inner.get("reason"), line=line, **days
        )
    return found


def _wrong_outcome(rule: Rule, inner: Mapping[str, Any], unknown: set[str]) -> tuple[str, str, str]:
    """(what was expected, what came, how to mend it) of an expectation."""
    if unknown:
        known = ("outcome", "due", "until", "asks", "missing", "reason")
        word = sorted(unknown)[0]
        return (
            f"a key among {', '.join(known)}",
            f"'{word}'",
            " ".join(part for part in (did_you_mean(word, known), f"rule {rule.id}") if part),
        )
    outcome, allowed = str(inner.get("outcome")), OUTCOMES[rule.kind]
    near = did_you_mean(outcome, allowed)
    return f"an outcome among {', '.join(allowed)}", f"'{outcome}'", f"{near} rule {rule.id}" if near else f"rule {rule.id}"


def uses_field(rule: Rule, kind: str, field: str) -> bool:
    """True when a rule reads this field of this kind, in any version."""
    from_rules: list[Selector] = []
    for expression in expressions_of(rule):
        from_rules += selectors_of(expression)
    if rule.duty:
        from_rules += [rule.duty.trigger, *rule.duty.done]
    return any(kind in selector.kinds and any(test.field == field for test in selector.where) for selector in from_rules)
