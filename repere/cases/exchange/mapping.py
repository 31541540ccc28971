"""Where each of the 84 fields goes, declared once and read in both directions.

Coming in, a row becomes facts, sealed identity, and a sealed record of every value that the facts cannot give back as it
came. Going out, a field is written from the facts; where the facts still say what the kept value said, the kept value is
written, because it says more. So a file that came in goes out the same, and a file that was corrected goes out corrected.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from repere.cases.exchange.standard import fields as standard_fields
from repere.cases.exchange.values import range_of
from repere.core.ages import eighteenth_birthday
from repere.core.dates import PartialDate
from repere.core.rulebook import Mechanism

READ_ON = "_read_on"
"""In the kept record: the day on which the file was read, which dates what the file leaves undated."""


@dataclass(frozen=True, slots=True)
class Place:
    """Home of one field. ``to``: ``<tier>.<name>`` for identity, ``<kind>.<field>`` or ``<kind>.on`` for a fact, ``kept``.

    ``codec``: how the value is read and written (see :data:`writing.CODECS`); ``also``: further fact fields fed on the way in.
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
EU = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)
HOME = {"FR": "FR", "UK": "GB", "BE": "BE"}
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
    come, birth = row.get("cas_IncomingReferralDate"), row.get("prs_Birthdate")
    arrived = _until(range_of(come), reading.read_on) if come else PartialDate.on(reading.read_on)
    # What the file does not date was true at some day between the arrival and the day the file was read.
    since = PartialDate(min(arrived.earliest, reading.read_on), reading.read_on)
    forms = _forms(row)

    yield _fact("concern_reported", arrived, forms_suspected=forms, narrative=row.get("cas_IncomingReferralDetails"))
    described = _fact(
        "person_described", since,
        gender=GENDERS.get(row.get("prs_Gender", "")),
        nationality_group=_nationality(row.get("prs_Citizenship"), reading.mechanism.jurisdiction),
        turns_18=eighteenth_birthday(range_of(birth), reading.read_on) if birth else None,
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


def parts_of(value: str | None) -> list[str]:
    return value.split(";") if value else []


def _forms(row: Mapping[str, str]) -> list[str]:
    return sorted({FORMS[part] for part in parts_of(row.get("vic_TypeOfExploitation"))})


def _means(value: str | None) -> list[str]:
    return sorted({means for part in parts_of(value) if (means := MEANS[part]) is not None})


def _sector(value: str | None) -> str | None:
    return SECTORS.get(value, "other") if value else None


def _minor_then(value: str | None) -> str | None:
    return None if value is None else ("yes" if int(value) < 18 else "no")


def _started(row: Mapping[str, str]) -> PartialDate | None:
    return _day(row.get("hte_Date")) if row.get("hte_Type", "Exploitation") == "Exploitation" else None


def _day(value: str | None) -> PartialDate | None:
    return range_of(value) if value else None


def _nationality(value: str | None, jurisdiction: str) -> str | None:
    countries = set(parts_of(value))
    if not countries:
        return None
    if HOME.get(jurisdiction) in countries:
        return _HOME_GROUP.get(jurisdiction, "national_of_country")
    return "eu" if countries & EU else "third_country"


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
        if wanted in (code, *(label_of(entry, language).casefold() for language in ("fr", "en"))):
            return code
    return None


def label_of(entry: Any, language: str) -> str:
    return str(entry.label.text(language))


def fields_without_place() -> list[str]:
    """Fields of the standard that the table forgets: must be none."""
    return [name for name in standard_fields() if name not in PLACE]
