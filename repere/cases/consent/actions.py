"""Recording what she agrees to, what she refuses, and what she takes back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db.models import Max

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.keyring import person_key
from repere.cases import evaluation, mechanisms, sealed
from repere.cases.access import standing, visible_case_by_id
from repere.cases.actions.by_the_house import add, in_her_name
from repere.cases.actions.facts import as_the_owner, facts_of, record_fact
from repere.cases.actions.passage import RECIPIENTS
from repere.cases.evaluation import acting_organisation
from repere.cases.models import Case, Consent, ConsentCopy
from repere.cases.models.consent import (
    CHANNELS,
    HERSELF,
    KEPT_HERE,
    NOT_HEARD,
    PAPERS,
    PARENT,
    REPRESENTATIVES,
    STAFF,
    WAYS_OF_HEARING,
    WITH_HER,
)
from repere.cases.refusals import NotVisible, Refused
from repere.cases.territory import civil_day
from repere.core.dates import PartialDate
from repere.directory.models import Organisation

TABLE = "cases_consent"
PAPER_LANGUAGES = ("fr", "en")
BASIS = {HERSELF: "person_said"}


@dataclass(frozen=True)
class Agreement:
    """What is agreed to. Days are civil days of the case's territory; `recipient` is a code of services as facts name them."""

    purpose: str
    recipient: str
    groups: tuple[str, ...]
    channels: tuple[str, ...]
    starts_on: date
    ends_on: date | None = None
    organisation: UUID | None = None
    language: str = ""
    interpreter: str = ""
    witness: str = ""
    words: str = ""
    ongoing: bool = False
    paper: str = KEPT_HERE


@dataclass(frozen=True)
class Voice:
    """Who speaks. For a minor: who represents her, how she was heard, and that nothing ties a parent to the exploitation."""

    said_by: str = HERSELF
    representative: str = ""
    heard: str = ""
    parents_are_safe: bool = False
    paper_is_safe: bool = False


def record_consent(case: Case, agreement: Agreement, voice: Voice, *, key: UUID, acting: Actor, now: datetime) -> Consent:
    """Keep one agreement. What she or her representative says is recorded as a fact too; what staff say of her is not.

    Nobody is told and nobody is asked by this act, least of all holders of parental authority.
    """
    with acting_as(acting):
        case = _own_case(case, acting)
        _check(case, agreement, voice, now=now)
        consent = Consent(
            id=uuid4(), case=case, person_id=case.person_id, owner_id=case.organisation_id, version=_next_version(case, acting),
            said_by=voice.said_by, representative=voice.representative, heard=voice.heard, purpose=agreement.purpose,
            recipient=agreement.recipient, organisation_id=agreement.organisation, groups=sorted(set(agreement.groups)),
            channels=sorted(set(agreement.channels)), language=agreement.language, ongoing=agreement.ongoing, paper=agreement.paper,
            starts_on=agreement.starts_on, ends_on=agreement.ends_on, recorded_at=now, user_id=acting.user_id,
        )  # fmt: skip
        told = {"interpreter": agreement.interpreter.strip(), "witness": agreement.witness.strip(), "words": agreement.words.strip()}
        ring = sealed.KeyRing(person_key(case.person_id, case.organisation_id))
        consent.people = ring.seal(TABLE, consent.pk, "narrative", told)
        if voice.said_by != STAFF:
            consent.fact = _as_fact(case, agreement, voice, key=key, acting=acting, now=now)
            if earlier := Consent.objects.visible_to(acting).filter(case=case, fact=consent.fact).first():
                return earlier
        add(consent, acting=acting)
        detail = {"case": case.pk, "consent": consent.pk, "version": consent.version, "purpose": consent.purpose, "said_by": voice.said_by}
        ledger.record(acting, "record_consent", subjects=[case.person_id], detail=detail)
    return consent


def record_refusal(case: Case, *, purpose: str, recipient: str, on: date, key: UUID, acting: Actor, now: datetime) -> None:
    """She says no. It asks for no reason, costs no right, and closes nothing that she did not name."""
    fields = {"purpose": purpose} | ({"recipient": recipient} if recipient else {})
    with acting_as(acting):
        case = _own_case(case, acting)
        day = PartialDate.on(on)
        record_fact(case, kind="consent_refused", on=day, fields=fields, basis="person_said", key=key, acting=acting, now=now)


def withdraw_consent(consent: Consent | UUID, *, key: UUID, acting: Actor, now: datetime) -> Consent:
    """She takes it back, whole, today. What rested on it ends in the same act (`actions.facts.end_what_consent_carried`).

    A fact names a purpose and a kind of service: agreements for the same of both are taken back with it, and the page says which.
    """
    with acting_as(acting):
        found = visible_consent(consent.pk if isinstance(consent, Consent) else consent, acting)
        case = _own_case(visible_case_by_id(acting, found.case_id), acting)
        if found.withdrawn_at is not None:
            raise Refused("consent_taken_back")
        if found.fact is not None:
            fields = {"purpose": found.purpose, "recipient": found.recipient}
            today = PartialDate.on(civil_day(case.zone, now))
            record_fact(
                case, kind="consent_withdrawn", on=today, fields=fields, basis="person_said", key=key, acting=acting, now=now
            )  # fmt: skip
        with acting_as(in_her_name(acting)):
            Consent.objects.visible_to(acting).filter(pk=found.pk, withdrawn_at=None).update(withdrawn_at=now)
        ledger.record(acting, "withdraw_consent", subjects=[case.person_id], detail={"case": case.pk, "consent": found.pk})
        found.withdrawn_at = now
    return found


def copy_consent(consent: Consent | UUID, *, language: str, kept: str, is_safe: bool, acting: Actor, now: datetime) -> ConsentCopy:
    """Write down that a paper of it is made, in which language, and where it goes: it stays here unless she says that it is safe.

    Raises Refused: paper_not_safe; staff_has_no_paper (what a colleague says of her is no agreement of hers).
    """
    with acting_as(acting):
        found = visible_consent(consent.pk if isinstance(consent, Consent) else consent, acting)
        case = _own_case(visible_case_by_id(acting, found.case_id), acting)
        if found.said_by == STAFF:
            raise Refused("staff_has_no_paper")
        if language not in PAPER_LANGUAGES or kept not in PAPERS:
            raise Refused("paper_where", field="kept")
        if kept == WITH_HER and not is_safe:
            raise Refused("paper_not_safe", field="kept")
        made = ConsentCopy(
            id=uuid4(), case=case, person_id=case.person_id, owner_id=case.organisation_id, consent=found, language=language, kept=kept,
            made_at=now, user_id=acting.user_id,
        )  # fmt: skip
        add(made, acting=acting)
        detail = {"case": case.pk, "consent": found.pk, "copy": made.pk, "kept": kept}
        ledger.record(acting, "copy_consent", subjects=[case.person_id], detail=detail)
    return made


def visible_consent(consent_id: UUID, acting: Actor) -> Consent:
    found = Consent.objects.visible_to(acting).filter(pk=consent_id).first()
    if found is None:
        raise NotVisible
    return found


def is_minor(case: Case, *, now: datetime) -> bool:
    """Minor, or treated as one: judged on the whole file."""
    with acting_as(as_the_owner(case)) as owner:
        facts = facts_of(case, owner)
    findings = evaluation.judge(mechanisms.named(case.mechanism), facts, on=civil_day(case.zone, now), groups=None).findings
    minor = findings.get("common.minor_today")
    return minor is not None and minor.outcome == "holds"


# ---- checks


def _own_case(case: Case, acting: Actor) -> Case:
    case = visible_case_by_id(acting, case.pk)
    if case.organisation_id != acting_organisation(acting) or acting.user_id is None:
        raise NotVisible
    if "consent" not in standing(acting, case).words:
        raise Refused("take_over_first")
    return case


def _check(case: Case, agreement: Agreement, voice: Voice, *, now: datetime) -> None:
    mechanism = mechanisms.named(case.mechanism)
    _known(agreement.groups, mechanism.groups, "groups_needed", "unknown_group", "groups")
    _known(agreement.channels, CHANNELS, "channel_needed", "unknown_channel", "channels")
    today = civil_day(case.zone, now)
    if agreement.starts_on > today:
        raise Refused("in_the_future", field="starts_on", day=agreement.starts_on.isoformat())
    if agreement.ends_on is not None and agreement.ends_on < today:
        raise Refused("end_needed", field="ends_on")
    if agreement.organisation is not None:
        body = Organisation.objects.working().filter(pk=agreement.organisation).first()
        if body is None or body.kind not in RECIPIENTS.get(agreement.recipient, set()):
            raise Refused("recipient_is_another_kind", field="organisation")
    if agreement.paper == WITH_HER and not voice.paper_is_safe:
        raise Refused("paper_not_safe", field="paper")
    _check_voice(case, voice, now=now)


def _known(given: Iterable[str], known: Iterable[str], none: str, unknown: str, field: str) -> None:
    words = list(given)
    if not words:
        raise Refused(none, field=field)
    for word in words:
        if word not in known:
            raise Refused(unknown, field=field, value=word)


def _check_voice(case: Case, voice: Voice, *, now: datetime) -> None:
    if voice.said_by == "representative" and voice.representative not in REPRESENTATIVES:
        raise Refused("representative_needed", field="representative")
    if voice.representative == PARENT and not voice.parents_are_safe:
        raise Refused("parents_may_be_involved", field="representative")
    if not is_minor(case, now=now):
        return
    if voice.heard not in WAYS_OF_HEARING:
        raise Refused("say_how_she_was_heard", field="heard")
    if voice.said_by == HERSELF and voice.heard == NOT_HEARD:
        raise Refused("say_how_she_was_heard", field="heard")


def _as_fact(case: Case, agreement: Agreement, voice: Voice, *, key: UUID, acting: Actor, now: datetime) -> UUID:
    fields: dict[str, object] = {"purpose": agreement.purpose, "recipient": agreement.recipient}
    if agreement.ends_on:
        fields["ends"] = {"earliest": agreement.ends_on, "latest": agreement.ends_on}
    recorded = record_fact(
        case, kind="consent_given", on=PartialDate.on(agreement.starts_on), fields=fields, basis=BASIS.get(voice.said_by, "third_party"),
        key=key, acting=acting, now=now,
    )  # fmt: skip
    return recorded.fact.pk


def _next_version(case: Case, acting: Actor) -> int:
    rows = Consent.objects.visible_to(acting).filter(case=case)
    return int(rows.aggregate(last=Max("version"))["last"] or 0) + 1
