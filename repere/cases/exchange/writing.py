"""From facts, identity and kept values back to a row of the standard."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from repere.cases.exchange.mapping import (
    CONTACT,
    FORMS,
    HOME,
    IDENTITY,
    KEPT,
    MEANS,
    PLACES,
    READ_ON,
    Place,
    Reading,
    draft,
    label_of,
    parts_of,
)
from repere.cases.exchange.values import iso
from repere.core.dates import PartialDate
from repere.core.rulebook import Mechanism


@dataclass(frozen=True, slots=True)
class KnownFact:
    """A standing fact of a case with its sealed texts opened; in the order of days, then of recording."""

    kind: str
    on: PartialDate
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """What the acting organisation holds about one person."""

    facts: Sequence[KnownFact]
    identity: Mapping[str, Any]
    contact: Mapping[str, Any]
    kept: Mapping[str, str]


def row_of(person: KnownPerson, mechanism: Mechanism) -> dict[str, str]:
    """One row of canonical values; empty fields are left out."""
    now = _views(person.facts)
    kept = {name: value for name, value in person.kept.items() if name != READ_ON}
    then = _views(_kept_facts(person, mechanism)) if READ_ON in person.kept else None
    tiers = {IDENTITY: person.identity, CONTACT: person.contact}
    row = {}
    for place in PLACES:
        tier, _, key = place.to.partition(".")
        if tier in tiers:
            value = _sealed_text(tiers[tier].get(key))
        elif place.to == KEPT or (then is not None and now.get(place.to) == then.get(place.to)):
            value = kept.get(place.field, "")
        else:
            value = _written(place, now.get(place.to), kept.get(place.field, ""), mechanism)
        if value:
            row[place.field] = value
    return row


def _sealed_text(value: Any) -> str:
    if isinstance(value, Mapping):
        return iso(PartialDate(*(date.fromisoformat(str(value[edge])) for edge in ("earliest", "latest"))))
    return str(value or "").strip(" \u00a0\n")


def _kept_facts(person: KnownPerson, mechanism: Mechanism) -> list[KnownFact]:
    """The facts that the kept values gave on the day they came."""
    read_on = date.fromisoformat(person.kept.get(READ_ON) or "1970-01-01")
    came = {name: value for name, value in person.kept.items() if name != READ_ON}
    return [KnownFact(f.kind, f.on, f.fields) for f in draft(came, Reading(mechanism, read_on)).facts]


def _views(facts: Sequence[KnownFact]) -> dict[str, Any]:
    """What the facts say at each place: the latest value of a field, the first day of a concern, the standing status."""
    seen: dict[str, Any] = {}
    for fact in facts:
        for name, value in fact.fields.items():
            seen[f"{fact.kind}.{name}"] = _plain(value)
        if fact.kind == "concern_reported":
            seen.setdefault("concern_reported.on", fact.on)
            if "narrative" in fact.fields:
                seen["concern_reported.narrative"] = fact.fields["narrative"]
        elif fact.kind == "referred_for_identification":
            seen["referred_for_identification.on"] = fact.on
        elif fact.kind == "presumption_stated":
            seen["status"] = "PossibleVictimOfTrafficking"
        elif fact.kind == "presumption_ended" and seen.get("status") == "PossibleVictimOfTrafficking":
            del seen["status"]
        elif fact.kind in ("recognition_decided", "review_decided"):
            recognised = fact.fields.get("outcome") == "recognised"
            seen["status"] = "ActualVictimOfTrafficking" if recognised else "NotAVictimOfTrafficking"
        elif fact.kind == "exit":
            seen["closure"] = "Closed"
        elif fact.kind in ("re_entry", "case_reopened"):
            seen.pop("closure", None)
    if "exploitation_described.started" in seen:
        seen["event"] = "Exploitation"
    if "closure" not in seen:
        seen.pop("exit.reason", None)
    seen.setdefault("closure", "Active")
    return seen


def _plain(value: Any) -> Any:
    """One form for values that come from a store and values that come from a row."""
    if isinstance(value, Mapping):
        return PartialDate(*(date.fromisoformat(str(value[edge])) for edge in ("earliest", "latest")))
    if isinstance(value, list | tuple | set | frozenset):
        return sorted(value)
    return value


def _written(place: Place, value: Any, kept: str, mechanism: Mechanism) -> str:
    if value is None:
        return ""
    return CODECS[place.codec](value, kept, mechanism)


Codec = Callable[[Any, str, Mechanism], str]


def _write_text(value: Any, kept: str, mechanism: Mechanism) -> str:
    return str(value)


def _write_day(value: Any, kept: str, mechanism: Mechanism) -> str:
    return iso(value) if isinstance(value, PartialDate) else ""


def _write_codes(list_id: str, forward: Mapping[str, str | None]) -> Codec:
    """Kept codes whose meaning still stands, and the standard's code for each of ours that none of them covers."""

    def write(value: Any, kept: str, mechanism: Mechanism) -> str:
        if not isinstance(value, list):
            return ""
        standing = [part for part in parts_of(kept) if (ours := forward[part]) is None or ours in value]
        covered = {forward[part] for part in standing}
        entries = mechanism.codelists[list_id]
        standing += [entries[code].htcds or "Other" for code in value if code not in covered and code in entries]
        return ";".join(dict.fromkeys(standing))

    return write


def _write_code(list_id: str, otherwise: str = "") -> Codec:
    def write(value: Any, kept: str, mechanism: Mechanism) -> str:
        entry = mechanism.codelists[list_id].get(value) if isinstance(value, str) else None
        return (entry.htcds or otherwise) if entry is not None else ""

    return write


def _write_gender(value: Any, kept: str, mechanism: Mechanism) -> str:
    return _write_code("gender")(value, kept, mechanism) or "NonSpecifiedUnknown"


def _write_citizenship(value: Any, kept: str, mechanism: Mechanism) -> str:
    # The group says the country only for her own.
    return HOME.get(mechanism.jurisdiction, "") if value in ("french", "national_of_country") else ""


def _write_label(list_id: str) -> Codec:
    def write(value: Any, kept: str, mechanism: Mechanism) -> str:
        entry = mechanism.codelists[list_id].get(value) if isinstance(value, str) else None
        return label_of(entry, "en") if entry is not None else ""

    return write


def _write_consent(value: Any, kept: str, mechanism: Mechanism) -> str:
    return "true"


def _write_nothing(value: Any, kept: str, mechanism: Mechanism) -> str:
    return ""


def _write_integer(value: Any, kept: str, mechanism: Mechanism) -> str:
    return str(value) if isinstance(value, int) else ""


CODECS: dict[str, Codec] = {
    "text": _write_text,
    "day": _write_day,
    "integer": _write_integer,
    "gender": _write_gender,
    "citizenship": _write_citizenship,
    "forms": _write_codes("form", FORMS),
    "means": _write_codes("means", MEANS),
    "sector": _write_code("sector"),
    "body": _write_code("authority", "Other"),
    "age_then": _write_nothing,
    "exit_reason": _write_label("exit_reason"),
    "authority": _write_label("authority"),
    "status": _write_text,
    "closure": _write_text,
    "event": _write_text,
    "consent": _write_consent,
}


# ─── What the standard has no place for ───────────────────────────────────────────────────────────────────────────────


def gaps(person: KnownPerson) -> set[str]:
    """Which gaps of the standard this person's row falls into (see `exporting.GAPS`)."""
    found = set()
    kinds = [fact.kind for fact in person.facts]
    values = [(fact.kind, name, value) for fact in person.facts for name, value in fact.fields.items()]
    if any(name.startswith("forms") and "forced_criminality" in value for _, name, value in values if isinstance(value, list)):
        found.add("forced_criminality")
    if any(name == "describes" and "confinement" in value for _, name, value in values if isinstance(value, list)):
        found.add("confinement")
    if any(kind.startswith("consent_") for kind in kinds):
        found.add("consent")
    if "prs_Citizenship" not in person.kept and any(
        name == "nationality_group" and value not in ("french", "national_of_country") for _, name, value in values
    ):
        found.add("nationality")
    if any(not fact.on.exact for fact in person.facts):
        found.add("ranges")
    if any(kinds.count(kind) > 1 for kind in ("concern_reported", "exploitation_described", "recognition_decided")):
        found.add("several")
    if set(kinds) - _TOLD:
        found.add("steps")
    return found


_TOLD = {place.to.partition(".")[0] for place in PLACES} | {
    "presumption_stated", "recognition_decided", "exit", "jurisdiction_set", "consent_given",
}  # fmt: skip
