"""Is this a fact the declarations allow? Checked once, at writing; read facts are never checked again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from repere.core.dates import PartialDate
from repere.core.rulebook.errors import FactRefused, Refusal
from repere.core.rulebook.model import MISSING, FactKind, FieldKind, Mechanism

BASES = ("own_act", "observed", "person_said", "document", "third_party")
"""How whoever records a fact knows it."""


def check_fact(
    mechanism: Mechanism,
    kind: str,
    fields: Mapping[str, Any],
    *,
    earliest: date,
    latest: date,
    role: str,
    basis: str,
    today: date,
) -> dict[str, Any]:
    """Clean clear fields of a fact, ready to be stored; text fields stay as they came, to be sealed.

    Dates may come as text, :class:`PartialDate` or ``{"earliest", "latest"}``; a missing field stays missing ("not asked").
    Raises :class:`FactRefused` with every reason at once: unknown kind or field, value out of its list, a role without
    power, a day in the future, an end before its start.
    """
    declared = mechanism.facts.get(kind)
    if declared is None:
        raise FactRefused([Refusal("unknown_kind", params={"kind": kind})])
    refusals = _powers(mechanism, declared, role, basis)
    if latest < earliest:
        refusals.append(Refusal("range_reversed", "on"))
    if earliest > today:
        refusals.append(Refusal("in_the_future", "on", {"day": earliest.isoformat()}))
    clean: dict[str, Any] = {}
    for name, value in fields.items():
        field = declared.fields.get(name)
        if field is None:
            refusals.append(Refusal("unknown_field", name, {"kind": kind}))
        elif value is not None and value != "" and value != []:
            _clean_into(clean, mechanism, field, value, refusals)
    told = {refusal.field for refusal in refusals}
    for field in declared.fields.values():
        if field.required and field.name not in told and clean.get(field.name, "not_asked") == "not_asked":
            refusals.append(Refusal("required", field.name))
    refusals += _impossible(clean)
    if refusals:
        raise FactRefused(refusals)
    return clean


def may_state(mechanism: Mechanism, kind: FactKind, role: str) -> bool:
    """True when somebody in this role may state such a fact as their own act."""
    return any(role in mechanism.families.get(power, ()) for power in kind.states)


def may_record(mechanism: Mechanism, kind: FactKind, role: str) -> bool:
    """True when somebody in this role may at least record it from a document or from what was said."""
    return may_state(mechanism, kind, role) or any(role in mechanism.families.get(power, ()) for power in kind.records)


def _powers(mechanism: Mechanism, kind: FactKind, role: str, basis: str) -> list[Refusal]:
    if basis not in BASES:
        return [Refusal("not_in_list", "basis", {"value": basis, "expected": ", ".join(BASES)})]
    allowed = may_state(mechanism, kind, role) if basis == "own_act" else may_record(mechanism, kind, role)
    return [] if allowed else [Refusal("role_without_power", params={"role": role, "kind": kind.id, "basis": basis})]


def _clean_into(clean: dict[str, Any], mechanism: Mechanism, field: FieldKind, value: Any, refusals: list[Refusal]) -> None:
    if isinstance(value, str) and value in MISSING:
        clean[field.name] = value
        return
    try:
        clean[field.name] = _clean(mechanism, field, value)
    except _Refused as refused:
        refusals.append(Refusal(refused.code, field.name, refused.params))


class _Refused(Exception):
    def __init__(self, code: str, **params: str) -> None:
        self.code, self.params = code, params


def codes_of(mechanism: Mechanism, field: FieldKind) -> tuple[str, ...]:
    """Every code a field may hold, in the order of its list."""
    if field.type == "bool":
        return ("yes", "no")
    if field.list == "indicator":
        return tuple(mechanism.indicators)
    return tuple(mechanism.codelists[field.list or ""])


def _clean(mechanism: Mechanism, field: FieldKind, value: Any) -> Any:
    match field.type:
        case "code" | "bool":
            return _code(mechanism, field, value)
        case "codes":
            values = list(value) if isinstance(value, list | tuple | set | frozenset) else [value]
            return sorted({_code(mechanism, field, v) for v in values})
        case "int":
            return _integer(field, value)
        case "date":
            return _date(value)
        case _:
            return str(value)


def _code(mechanism: Mechanism, field: FieldKind, value: Any) -> str:
    if isinstance(value, bool):
        value = "yes" if value else "no"
    listed = mechanism.codelists.get(field.list or "", {})
    if not (isinstance(value, str) and value in listed) and value not in (codes := codes_of(mechanism, field)):
        raise _Refused("not_in_list", value=str(value), expected=", ".join(codes[:12]) + ("…" if len(codes) > 12 else ""))
    code = listed.get(value)
    if code is not None and code.retired:
        raise _Refused("code_retired", value=str(value))
    return str(value)


def _integer(field: FieldKind, value: Any) -> int:
    try:
        found = int(value)
        if isinstance(value, bool) or (isinstance(value, float) and value != found):
            raise ValueError(value)
    except (TypeError, ValueError, OverflowError):
        raise _Refused("not_a_number", value=str(value)) from None
    low, high = field.minimum or 0, field.maximum if field.maximum is not None else 1_000_000
    if not low <= found <= high:
        raise _Refused("out_of_range", value=str(found), expected=f"{low}–{high}")
    return found


def _date(value: Any) -> dict[str, date]:
    try:
        told = _told(value)
    except (ValueError, KeyError):
        raise _Refused("not_a_date", value=str(value)) from None
    return {"earliest": told.earliest, "latest": told.latest}


def _told(value: Any) -> PartialDate:
    if isinstance(value, PartialDate):
        return value
    if isinstance(value, Mapping):
        return PartialDate(*(date.fromisoformat(str(value[edge])) for edge in ("earliest", "latest")))
    return PartialDate.on(value) if type(value) is date else PartialDate.parse(str(value))


def _impossible(clean: Mapping[str, Any]) -> list[Refusal]:
    started, ended = clean.get("started"), clean.get("ended")
    if isinstance(started, dict) and isinstance(ended, dict) and ended["latest"] < started["earliest"]:
        return [Refusal("ended_before_started", "ended")]
    return []
