"""Letting an organisation in, and out: two persons of two other organisations decide, and each step is a row.

applied → identity checked → sponsor confirmed → two approvals → probation (30 days) → active; suspended and back; refused; closed.
The database counts the voices again (`vetting_guard.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actions import invite_to
from repere.accounts.actor import Actor
from repere.accounts.keyring import ensure_organisation_key
from repere.accounts.models import ADMINISTRATOR, Membership, User
from repere.accounts.refusals import NotVisible, Refused
from repere.accounts.vetting_guard import VOICES_NEEDED
from repere.accounts.vetting_models import Application, VettingStep
from repere.directory.models import Organisation

PROBATION = timedelta(days=30)
WAYS = ("call_back", "register", "domain")
"""How an identity is checked: a call to a number found elsewhere, the public register, the domain of the address."""
HOUSE = Actor.system("vetting")
State, Step = Organisation.State, VettingStep.Step
WAITING = (State.APPLIED, State.IDENTITY_CHECKED, State.SPONSOR_CONFIRMED)


# ---- who may speak


def may_vet(acting: Actor) -> bool:
    """An administrator of an organisation that is past its own probation."""
    if acting.kind != "person" or acting.role != ADMINISTRATOR or acting.organisation_id is None:
        return False
    return Organisation.objects.vetting().filter(pk=acting.organisation_id).exists()


def visible_organisation(acting: Actor, organisation_id: UUID) -> Organisation:
    """For those who vet; for everybody else the pages of vetting do not exist."""
    found = Organisation.objects.filter(pk=organisation_id).first() if may_vet(acting) else None
    if found is None:
        raise NotVisible
    return found


def applications(acting: Actor) -> QuerySet[Organisation]:
    """Organisations that wait for a decision, longest first."""
    if not may_vet(acting):
        raise NotVisible
    return Organisation.objects.filter(state__in=WAITING).select_related("application").order_by("state_since", "id")


# ---- asking to come in


def apply_to_join(
    *, name: str, kind: str, contact: Mapping[str, str], territory: str = "", language: str = "fr", now: datetime
) -> Organisation:
    """An application, written whether or not anything of it is known here: the answer tells nothing.

    `contact`: contact_name, contact_email and, where given, contact_phone, register_number, domain, sponsor_named, words.
    """
    with acting_as(Actor.at_the_door()) as door:
        organisation = Organisation(name=name, kind=kind, territory=territory, language=language, state_since=now)
        organisation.save(force_insert=True)
        Application.objects.create(organisation=organisation, applied_at=now, **contact)
        VettingStep.objects.create(organisation=organisation, step=Step.APPLIED, at=now)
        ledger.record(door, "apply_to_join", detail={"organisation": organisation.pk})
    return organisation


# ---- the steps


def check_identity(organisation_id: UUID, *, ways: Collection[str], reason: str, acting: Actor, now: datetime) -> Organisation:
    """Keep that the identity was checked, and how. `ways`: among WAYS; the call back and one other at least."""
    found = sorted(set(ways) & set(WAYS))
    if "call_back" not in found or len(found) < 2:
        raise Refused("call_back_needed")
    with acting_as(acting):
        organisation = _speak(organisation_id, Step.IDENTITY_CHECKED, (State.APPLIED,), reason, acting, now, {"ways": found})
        return _move(organisation, State.IDENTITY_CHECKED, acting, now)


def confirm_sponsor(organisation_id: UUID, *, reason: str, acting: Actor, now: datetime) -> Organisation:
    """The acting organisation vouches for the applicant."""
    with acting_as(acting):
        organisation = _speak(organisation_id, Step.SPONSOR_CONFIRMED, (State.IDENTITY_CHECKED,), reason, acting, now)
        organisation.sponsor_id = acting.organisation_id
        return _move(organisation, State.SPONSOR_CONFIRMED, acting, now, "sponsor")


def approve(organisation_id: UUID, *, reason: str, acting: Actor, now: datetime) -> str | None:
    """One voice for letting it in. The second one, of another organisation, begins its probation and returns the first link."""
    with acting_as(acting):
        organisation = _speak(organisation_id, Step.APPROVAL, (State.SPONSOR_CONFIRMED,), reason, acting, now)
        if not decided(organisation, Step.APPROVAL):
            return None
        organisation.probation_until = now + PROBATION
        _move(organisation, State.PROBATION, acting, now, "probation_until")
        return _first_member(organisation, now)


def suspend(organisation_id: UUID, *, reason: str, acting: Actor, now: datetime) -> bool:
    """A voice for stopping an organisation at once; the second one stops it. True when it did."""
    return _vote(organisation_id, Step.SUSPENSION, (State.PROBATION, State.ACTIVE), State.SUSPENDED, reason, acting, now)


def resume(organisation_id: UUID, *, reason: str, acting: Actor, now: datetime) -> bool:
    """A voice for letting a suspended organisation work again. What was left of its probation goes on."""
    with acting_as(acting):
        organisation = _speak(organisation_id, Step.RESUMPTION, (State.SUSPENDED,), reason, acting, now)
        if not decided(organisation, Step.RESUMPTION):
            return False
        on_probation = organisation.probation_until is not None and organisation.probation_until > now
        _move(organisation, State.PROBATION if on_probation else State.ACTIVE, acting, now)
    return True


def refuse(organisation_id: UUID, *, reason: str, acting: Actor, now: datetime) -> bool:
    """A voice against an applicant; the second one ends the application."""
    return _vote(organisation_id, Step.REFUSAL, WAITING, State.REFUSED, reason, acting, now)


def close(organisation_id: UUID, *, reason: str, acting: Actor, now: datetime) -> bool:
    """A voice for ending an organisation for good. Its files stay, and nobody of it reads them any more."""
    return _vote(organisation_id, Step.CLOSING, (State.PROBATION, State.ACTIVE, State.SUSPENDED), State.CLOSED, reason, acting, now)


def end_probations(*, now: datetime) -> int:
    """Organisations whose thirty days have passed become active. Returns how many. The worker's."""
    with acting_as(HOUSE):
        over = Organisation.objects.select_for_update().filter(state=State.PROBATION, probation_until__lte=now)
        for organisation in over:
            VettingStep.objects.create(organisation=organisation, step=Step.PROBATION_ENDED, at=now)
            _move(organisation, State.ACTIVE, HOUSE, now)
    return len(over)


# ---- voices


def voices(organisation: Organisation, step: str) -> list[VettingStep]:
    """Those that count today for this step, since the organisation is in its present state."""
    said = VettingStep.objects.filter(organisation=organisation, step=step, at__gte=organisation.state_since)
    return list(said.exclude(user=None).filter(by_organisation__state=State.ACTIVE).order_by("at", "id"))


def decided(organisation: Organisation, step: str) -> bool:
    said = voices(organisation, step)
    persons, organisations = {voice.user_id for voice in said}, {voice.by_organisation_id for voice in said}
    return min(len(persons), len(organisations)) >= VOICES_NEEDED


def _vote(
    organisation_id: UUID, step: str, from_states: Collection[str], to: str, reason: str, acting: Actor, now: datetime
) -> bool:  # fmt: skip
    with acting_as(acting):
        organisation = _speak(organisation_id, step, from_states, reason, acting, now)
        if not decided(organisation, step):
            return False
        _move(organisation, to, acting, now)
    return True


def _speak(
    organisation_id: UUID, step: str, states: Collection[str], reason: str, acting: Actor, now: datetime,
    results: Mapping[str, Any] | None = None,
) -> Organisation:  # fmt: skip
    """Add one voice, with the organisation locked against a second decision at the same moment."""
    visible_organisation(acting, organisation_id)
    if organisation_id == acting.organisation_id:
        raise NotVisible
    organisation = Organisation.objects.select_for_update().get(pk=organisation_id)
    if organisation.state not in states:
        raise Refused("not_in_this_state", state=organisation.get_state_display())
    if not reason.strip():
        raise Refused("reason_needed")
    said = voices(organisation, step)
    if any(acting.organisation_id == voice.by_organisation_id or acting.user_id == voice.user_id for voice in said):
        raise Refused("already_said")
    VettingStep.objects.create(
        organisation=organisation, step=step, at=now, user_id=acting.user_id, by_organisation_id=acting.organisation_id,
        reason=reason.strip(), results=dict(results or {}),
    )  # fmt: skip
    ledger.record(acting, f"vet_{step}", detail={"organisation": organisation.pk, **(results or {})})
    return organisation


def _move(organisation: Organisation, state: str, acting: Actor, now: datetime, *fields: str) -> Organisation:
    before, organisation.state, organisation.state_since = organisation.state, state, now
    # Nobody who votes writes the outcome: the database takes it from the house alone, and counts the voices again.
    with acting_as(Actor.system("vetting", organisation_id=acting.organisation_id)):
        organisation.save(update_fields=["state", "state_since", *fields])
    detail = {"organisation": organisation.pk, "from": before, "to": state}
    ledger.record(acting, "change_organisation_state", kind="system" if acting.kind == "system" else "write", detail=detail)
    return organisation


def _first_member(organisation: Organisation, now: datetime) -> str:
    """The contact who was called back becomes its first administrator; the link is given to that person by who called."""
    application = organisation.application
    with acting_as(Actor.system("vetting", organisation_id=organisation.pk)) as house:
        ensure_organisation_key(organisation)
        return admit(application.contact_email, application.contact_name, [ADMINISTRATOR], organisation, acting=house, now=now)


def admit(email: str, name: str, roles: Collection[str], organisation: Organisation, *, acting: Actor, now: datetime) -> str:
    """A first member of an organisation that was let in, approved by that act. Returns the secret part of a link.

    Whose address has an account here already signs in with her own means, and accepts there: the link replaces nothing of hers.
    """
    user = account_of(email) or User.objects.create_user(email, name=name, language=organisation.language)
    fields = {"user_id": user.pk, "organisation": organisation, "typed_name": name, "approved_at": now, "confirmed_at": now}
    made = [Membership.objects.create(role=role, **fields) for role in roles]
    ledger.record(acting, "admit_first_member", detail={"user": user.pk, "roles": sorted(roles)})
    return invite_to(made[0], acting=acting, now=now)


def account_of(email: str) -> User | None:
    """The account of an address, asked at the door: an actor sees only her own organisation's. Never told to whoever asks."""
    with acting_as(Actor.at_the_door()):
        return User.objects.filter(email=email.strip().lower()).first()
