"""Where each of the 84 fields goes, declared once and read in both directions.

Coming in, a row becomes facts, sealed identity, and a sealed record of every value that the facts cannot give back as it
came. Going out, a field is written from the facts; where the facts still say what the kept value said, the kept value is
written, because it says more. So a file that came in goes out the same, and a file that was corrected goes out corrected.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from repere.cases.exchange.standard import fields as standard_fields
from repere.cases.exchange.values import iso, range_of
from repere.core.dates import PartialDate
from repere.core.rulebook import Mechanism

READ_ON = "_read_on"
"""In the kept record: the day on which the file was read, which dates what the file leaves undated."""


@dataclass(frozen=True, slots=True)
class Place:
    """Home of one field. ``to``: ``<tier>.<name>`` for identity, ``<kind>.<field>`` or ``<kind>.on`` for a fact, ``kept``.

    ``codec``: how the value is read and written (see :data:`CODECS`); ``also``: further fact fields fed on the way in.
    """

    field: str
    to: str
    codec: str = "text"
    also: tuple[str, ...] = ()


IDENTITY, CONTACT = "identity", "contact"
KEPT = "kept"

PLACES: tuple[Place, ...] = (
    # The organisation that made the file: ours is told by the directory, another's is kept as it came.
    *(Place(f"org_{name}", KEPT) for name in (
        "Name", "ShippingCity", "ShippingCountry", "ShippingState", "ShippingStreet", "ShippingPostalCode",
        "ShippingLongitude", "ShippingLatitude", "Phone", "Type",
    )),
    Place("prs_Salutation", KEPT),
    Place("prs_FirstName", "identity.given_names"),
    Place("prs_MiddleName", KEPT),
    Place("prs_SecondName", "identity.family_names"),
    Place("prs_Birthdate", "identity.birth", "birth", also=("person_described.turns_18",)),
    Place("prs_Gender", "person_described.gender", "gender"),
    Place("prs_Deceased", KEPT),
    Place("prs_MaritalStatus", KEPT),
    Place("prs_NumberOfChildren", "person_described.dependants", "integer"),
    Place("prs_PrimaryLanguage", KEPT),
    Place("prs_SecondaryLanguage", KEPT),
    Place("prs_HighestLevelOfEducation", KEPT),
    Place("prs_Citizenship", "person_described.nationality_group", "citizenship"),
    Place("prs_IdentityNumber", KEPT),
    Place("prs_Title", KEPT),
    Place("prs_Email", "contact.email"),
    Place("prs_HomePhone", "contact.other_phone"),
    Place("prs_MobilePhone", "contact.phone"),
    Place("prs_MailingCity", "contact.city"),
    Place("prs_MailingCountry", "contact.country"),
    Place("prs_MailingState", "contact.state"),
    Place("prs_MailingStreet", "contact.street"),
    Place("prs_MailingPostalCode", "contact.postal_code", also=("person_described.territory",)),
    Place("prs_MailingLongitude", "contact.longitude"),
    Place("prs_MailingLatitude", "contact.latitude"),
    Place("vic_AgreementToManagePersonalData", KEPT),
    Place("vic_TraffickingStatus", "status", "status"),
    Place("vic_TraffickingStatusDecisionMakingOrg", "recognition_decided.body", "body"),
    Place("vic_RelationshipToTrafficker", KEPT),
    Place("vic_AgeWhenTrafficked", "exploitation_described.minor_at_time", "age_then"),
    Place("vic_RecruitmentWebsitesAndApps", KEPT),
    Place("vic_MethodOfRecruitment", KEPT),
    Place("vic_LocationOfRecruitment", KEPT),
    Place("vic_MethodsOfControl", "exploitation_described.means", "means"),
    Place("vic_TypeOfExploitation", "exploitation_described.forms", "forms",
          also=("concern_reported.forms_suspected", "presumption_stated.forms")),
    Place("vic_ForcedLabourIndustry", "exploitation_described.sector", "sector"),
    Place("vic_TypeOfSexExploitation", KEPT),
    Place("vic_LocationOfExploitation", KEPT),
    Place("vic_ExploitationWebsitesAndApps", KEPT),
    Place("vic_Vulnerabilities", KEPT),
    Place("vic_DetailsOfVulnerabilities", KEPT),
    Place("per_RoleInProcess", KEPT),
    Place("per_RoleDetails", KEPT),
    Place("per_Organisation", KEPT),
    Place("cas_Status", "closure", "closure"),
    Place("cas_ReasonForCaseClosure", "exit.reason", "exit_reason"),
    Place("cas_CaseOwner", KEPT),
    Place("cas_ReferringOrganisation", KEPT),
    Place("cas_IncomingReferralDate", "concern_reported.on", "day"),
    Place("cas_ReferringPrimaryCaseWorker", KEPT),
    Place("cas_ReasonForIncomingReferral", KEPT),
    Place("cas_IncomingReferralDetails", "concern_reported.narrative"),
    Place("cas_ReferredOrganisation", "referred_for_identification.to", "authority"),
    Place("cas_ReferredPrimaryCaseWorker", KEPT),
    Place("cas_ReasonForOutgoingReferral", KEPT),
    Place("cas_OutgoingReferralDate", "referred_for_identification.on", "day"),
    Place("cas_OutgoingReferralDetails", KEPT),
    Place("cco_CaseComment", KEPT),
    Place("hte_Longitude", KEPT),
    Place("hte_Latitude", KEPT),
    Place("hte_City", KEPT),
    Place("hte_Country", KEPT),
    Place("hte_State", KEPT),
    Place("hte_Street", KEPT),
    Place("hte_PostalCode", KEPT),
    Place("hte_Date", "exploitation_described.started", "day"),
    Place("hte_Type", "event", "event"),
    Place("hte_Description", "exploitation_described.narrative"),
    Place("spl_Objectives", KEPT),
    Place("spl_ActionPlan", "support_plan_agreed.content"),
    Place("spl_PlannedEndDate", "support_plan_agreed.review_on", "day"),
    Place("spl_ActualEndDate", KEPT),
    Place("spl_Type", KEPT),
    Place("con_Consent", "consent_given.purpose", "consent"),
)  # fmt: skip

PLACE = {place.field: place for place in PLACES}


# ─── Codes of the standard → our codes ────────────────────────────────────────────────────────────────────────────────
# A code without a counterpart is never stretched: it becomes "other" or nothing at all, and is kept as it came.
# (The other direction stands in the mechanism, at `htcds:` of each code.)

FORMS = {
    "ForcedLabour": "forced_labour",
    "SexualExploitation": "pimping_or_sexual_exploitation",
    "ChildLabour": "other",
    "ForcedMarriage": "forced_marriage",
    "Servitude": "servitude",
    "ForcedMilitaryByNonStateActors": "forced_military",
    "OrganRemoval": "organ_removal",
    "ForcedBegging": "forced_begging",
    "ForcedAdoption": "illegal_adoption",
    "Surrogacy": "surrogacy",
    "Other": "other",
}
# Only methods that are a means in the sense of the law by themselves; the others say how she was kept, not how she was taken.
MEANS: dict[str, str | None] = {
    "PhysicalThreats": "threat_force_coercion",
    "ThreatsLawEnforcement": "threat_force_coercion",
    "ThreatensChildrenFamily": "threat_force_coercion",
    "DebtBondage": None,
    "FalsePromises": "deception",
    "PhysicalAbuse": "threat_force_coercion",
    "SexualAbuse": "threat_force_coercion",
    "TakesEarnings": None,
    "RestrictsFinancialAccess": None,
    "RestrictsMedicalCare": None,
    "WithholdsNecessities": None,
    "PsychologicalAbuse": "abuse_of_authority",
    "PsychoactiveSubstance": None,
    "ExcessiveWorkingHours": None,
    "WithholdsDocuments": None,
    "Other": None,
}
SECTORS = {
    "A_AgricultureForestryAndFishing": "agriculture",
    "C_Manufacturing": "industry",
    "F_Construction": "construction",
    "H_TransportationAndStorage": "transport",
    "I_AccommodationAndFoodServiceActivities": "catering_hotels",
    "T_ActivitiesOfHouseholdsAsEmployers": "domestic_work",
}
GENDERS = {
    "Feminine": "woman",
    "Masculine": "man",
    "TransgenderFeminine": "trans_woman",
    "TransgenderMasculine": "trans_man",
    "NonConforming": "non_binary",
    "NonSpecifiedUnknown": "not_known",
}
# "Court or prosecution" and "government" do not say which body: not known, and kept.
BODIES = {
    "Police": "police",
    "NGO": "specialised_association",
    "CourtOrProsecution": "not_known",
    "NonPoliceGovernmentalOrganization": "not_known",
    "Other": "other",
}
EU = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())
_HOME = {"FR": "FR", "UK": "GB", "BE": "BE"}
_HOME_GROUP = {"FR": "french"}


# ─── What a row becomes ───────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class FactDraft:
    """A fact as a row tells it, before anybody checked that it may be stated."""

    kind: str
    on: PartialDate
    fields: dict[str, Any]
    basis: str = "document"


@dataclass(frozen=True, slots=True)
class PersonDraft:
    """A row of the standard in the words of the house."""

    facts: tuple[FactDraft, ...]
    identity: dict[str, Any]
    contact: dict[str, Any]
    kept: dict[str, str]
    territory: str | None


@dataclass(frozen=True, slots=True)
class Reading:
    """Under which rule book and on which day rows are read."""

    mechanism: Mechanism
    read_on: date


def draft(row: Mapping[str, str], reading: Reading) -> PersonDraft:
    """A row of canonical values as facts, identity and kept values."""
    tiers: dict[str, dict[str, Any]] = {IDENTITY: {}, CONTACT: {}}
    kept = {}
    for name, value in row.items():
        place = PLACE.get(name)
        if place is None:
            continue
        tier, _, key = place.to.partition(".")
        if tier in tiers:
            tiers[tier][key] = _birth(value) if place.codec == "birth" else value
        else:
            kept[name] = value
    territory = _territory(row)
    facts = tuple(_facts(row, reading, territory))
    if kept or facts:
        kept[READ_ON] = reading.read_on.isoformat()
    return PersonDraft(facts, tiers[IDENTITY], tiers[CONTACT], kept, territory)


def _facts(row: Mapping[str, str], reading: Reading, territory: str | None) -> Iterable[FactDraft]:
    come = row.get("cas_IncomingReferralDate")
    arrived = _until(range_of(come), reading.read_on) if come else PartialDate.on(reading.read_on)
    # What the file does not date was true at some day between the arrival and the day the file was read.
    since = PartialDate(min(arrived.earliest, reading.read_on), reading.read_on)
    forms = _forms(row)

    yield _fact("concern_reported", arrived, forms_suspected=forms, narrative=row.get("cas_IncomingReferralDetails"))
    described = _fact(
        "person_described", since,
        gender=GENDERS.get(row.get("prs_Gender", "")),
        nationality_group=_nationality(row.get("prs_Citizenship"), reading.mechanism.jurisdiction),
        turns_18=_turns_18(row.get("prs_Birthdate"), reading.read_on),
        dependants=int(row["prs_NumberOfChildren"]) if "prs_NumberOfChildren" in row else None,
        territory=territory,
    )  # fmt: skip
    exploited = _fact(
        "exploitation_described", since,
        forms=forms,
        means=_means(row.get("vic_MethodsOfControl")),
        sector=_sector(row.get("vic_ForcedLabourIndustry")),
        minor_at_time=_minor_then(row.get("vic_AgeWhenTrafficked")),
        started=_started(row),
        narrative=row.get("hte_Description"),
    )  # fmt: skip
    yield from (fact for fact in (described, exploited) if fact.fields)
    yield from _status_facts(row, since, forms)
    if (authority := _authority(row.get("cas_ReferredOrganisation"), reading.mechanism)) is not None:
        sent = row.get("cas_OutgoingReferralDate")
        yield _fact("referred_for_identification", _until(range_of(sent), reading.read_on) if sent else since, to=authority)
    if row.get("con_Consent") == "true":
        # One box for seven questions: that she agreed is known, to what is not.
        yield _fact("consent_given", since, purpose="not_known")
    plan = _fact(
        "support_plan_agreed", since,
        content=row.get("spl_ActionPlan"),
        review_on=_day(row.get("spl_PlannedEndDate")),
    )  # fmt: skip
    if plan.fields:
        yield plan
    if row.get("cas_Status") in ("Closed", "ClosedReferred"):
        yield _fact("exit", since, reason=_exit_reason(row.get("cas_ReasonForCaseClosure"), reading.mechanism))


def _fact(kind: str, on: PartialDate, **fields: Any) -> FactDraft:
    return FactDraft(kind, on, {name: value for name, value in fields.items() if value not in (None, "", [])})


def _status_facts(row: Mapping[str, str], since: PartialDate, forms: list[str]) -> Iterable[FactDraft]:
    status = row.get("vic_TraffickingStatus")
    if status == "PossibleVictimOfTrafficking":
        yield _fact("presumption_stated", since, grounds=["documents"], forms=forms)
    elif status in ("ActualVictimOfTrafficking", "NotAVictimOfTrafficking"):
        outcome = "recognised" if status == "ActualVictimOfTrafficking" else "not_recognised"
        body = BODIES.get(row.get("vic_TraffickingStatusDecisionMakingOrg", ""))
        yield _fact("recognition_decided", since, outcome=outcome, body=body)


def _until(when: PartialDate, day: date) -> PartialDate:
    """The part of a range that is not after a day; a range that begins later stays, to be refused."""
    return PartialDate(when.earliest, min(when.latest, day)) if when.earliest <= day else when


def _parts(value: str | None) -> list[str]:
    return value.split(";") if value else []


def _forms(row: Mapping[str, str]) -> list[str]:
    return sorted({FORMS[part] for part in _parts(row.get("vic_TypeOfExploitation"))})


def _means(value: str | None) -> list[str]:
    return sorted({means for part in _parts(value) if (means := MEANS[part]) is not None})


def _sector(value: str | None) -> str | None:
    return SECTORS.get(value, "other") if value else None


def _minor_then(value: str | None) -> str | None:
    return None if value is None else ("yes" if int(value) < 18 else "no")


def _started(row: Mapping[str, str]) -> PartialDate | None:
    return _day(row.get("hte_Date")) if row.get("hte_Type", "Exploitation") == "Exploitation" else None


def _day(value: str | None) -> PartialDate | None:
    return range_of(value) if value else None


def _nationality(value: str | None, jurisdiction: str) -> str | None:
    countries = set(_parts(value))
    if not countries:
        return None
    if _HOME.get(jurisdiction) in countries:
        return _HOME_GROUP.get(jurisdiction, "national_of_country")
    return "eu" if countries & EU else "third_country"


def _turns_18(value: str | None, today: date) -> PartialDate | None:
    """The days on which she turns 18: exact for who may be a minor, the year only for an adult."""
    if not value:
        return None
    born = range_of(value)
    turns = PartialDate(_plus_18(born.earliest), _plus_18(born.latest))
    if turns.latest <= today:
        return PartialDate(date(turns.earliest.year, 1, 1), min(date(turns.latest.year, 12, 31), today))
    return turns


def _plus_18(born: date) -> date:
    try:
        return born.replace(year=born.year + 18)
    except ValueError:
        return date(born.year + 18, 3, 1)


_POSTAL = re.compile(r"\d{5}")


def _birth(value: str) -> Any:
    """A day of birth as the identity keeps it: the words as they came, or both ends of a range."""
    if "/" not in value:
        return value
    born = range_of(value)
    return {"earliest": born.earliest.isoformat(), "latest": born.latest.isoformat()}


def _territory(row: Mapping[str, str]) -> str | None:
    """The département of a French address, which the clear facts may hold; the address itself stays sealed."""
    code = row.get("prs_MailingPostalCode", "").replace(" ", "")
    if row.get("prs_MailingCountry") not in ("FR", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "WF", "PF", "NC"):
        return None
    if not _POSTAL.fullmatch(code):
        return None
    if code.startswith(("97", "98")):
        return {"97133": "977", "97150": "978"}.get(code, code[:3])
    if code.startswith("20"):
        return "2A" if code < "20200" else "2B"
    return code[:2] if code[:2] != "00" and code[:2] <= "95" else None


def _authority(value: str | None, mechanism: Mechanism) -> str | None:
    return _by_label(value, mechanism, "authority")


def _exit_reason(value: str | None, mechanism: Mechanism) -> str:
    return _by_label(value, mechanism, "exit_reason") or ("other" if value else "not_known")


def _by_label(value: str | None, mechanism: Mechanism, list_id: str) -> str | None:
    """Free text that is word for word the label of one of our codes."""
    if not value:
        return None
    wanted = value.strip().casefold()
    for code, entry in mechanism.codelists[list_id].items():
        if wanted in (code, *(_label(entry, language).casefold() for language in ("fr", "en"))):
            return code
    return None


def _label(entry: Any, language: str) -> str:
    return str(entry.label.text(language))


# ─── What the file becomes ────────────────────────────────────────────────────────────────────────────────────────────


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
        elif place.to == KEPT:
            value = kept.get(place.field, "")
        elif then is not None and now.get(place.to) == then.get(place.to):
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
        standing = [part for part in _parts(kept) if (ours := forward[part]) is None or ours in value]
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
    return _HOME.get(mechanism.jurisdiction, "") if value in ("french", "national_of_country") else ""


def _write_label(list_id: str) -> Codec:
    def write(value: Any, kept: str, mechanism: Mechanism) -> str:
        entry = mechanism.codelists[list_id].get(value) if isinstance(value, str) else None
        return _label(entry, "en") if entry is not None else ""

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


def fields_without_place() -> list[str]:
    """Fields of the standard that the table forgets: must be none."""
    return [name for name in standard_fields() if name not in PLACE]
