"""Members of an organisation: invited by one, approved by another, confirmed every quarter, ended at once.

Where an organisation has a single administrator, an administrator of its sponsor is the other person.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce, Greatest

from repere import ledger
from repere.accounts import factors, sessions
from repere.accounts.acting import acting_as
from repere.accounts.actions import invite, invite_to
from repere.accounts.actor import Actor
from repere.accounts.freezing import FROZEN
from repere.accounts.leaving import end_everything, end_with_old_means
from repere.accounts.letters import tell_of_change
from repere.accounts.models import ADMINISTRATOR, Invitation, Membership, MembershipQuerySet, User
from repere.accounts.refusals import NotVisible, Refused
from repere.accounts.roles import role_exists
from repere.accounts.sponsored import must_have_worked, must_not_join, must_rest, tell_the_body
from repere.accounts.vetting import account_of
from repere.accounts.vetting_models import FactorReset
from repere.directory.models import Organisation
from repere.ledger.models import Entry

CONFIRM_EVERY = timedelta(days=91)
NOTICE = timedelta(days=14)
"""Between the day on which confirmation is asked and the day on which what was not confirmed is suspended."""
UNUSED = timedelta(days=60)
BEGUN_ELSEWHERE = "reset_factors_elsewhere"
UNCONFIRMED_WORD, UNUSED_WORD = "unconfirmed", "unused"
ADMINISTRATORS_NEEDED = 2


# ---- who may act on whom


def visible_memberships(acting: Actor) -> list[Membership]:
    """Standing memberships that this administrator answers for: her organisation's, and those she approves as its sponsor.

    Of what is not accepted yet only the typed name may be shown (`shown_name`): the account cannot be read.
    """
    _must_administer(acting)
    return [*_of(acting, Q(organisation=acting.organisation_id)), *_of_sponsored(acting)]


def _of(acting: Actor, which: Q) -> list[Membership]:
    accepted = Membership.objects.standing().filter(which).order_by("organisation__name", "user__name", "role", "id")
    proposed = Membership.objects.proposed().filter(which).order_by("organisation__name", "typed_name", "role", "id")
    return [*accepted, *proposed]


def _of_sponsored(acting: Actor) -> list[Membership]:
    waiting = Q(approved_at=None) | Q(suspended_at__isnull=False)
    found = _of(acting, Q(organisation__sponsor=acting.organisation_id) & waiting)
    return [membership for membership in found if administrators_of(membership.organisation_id) < ADMINISTRATORS_NEEDED]


def administrators_of(organisation_id: UUID) -> int:
    """How many persons administer it today."""
    running = Membership.objects.accepted().filter(organisation=organisation_id, role=ADMINISTRATOR, ended_at=None, suspended_at=None)
    return running.filter(approved_at__isnull=False, user__is_active=True).values("user").distinct().count()


def _must_administer(acting: Actor) -> tuple[UUID, UUID]:
    """The administrator and her organisation; for everybody else there is nothing here."""
    if acting.kind != "person" or acting.role != ADMINISTRATOR or acting.organisation_id is None or acting.user_id is None:
        raise NotVisible
    return acting.user_id, acting.organisation_id


def _visible(acting: Actor, membership_id: UUID) -> Membership:
    """Of her own organisation, or of one that hers sponsors."""
    _must_administer(acting)
    ours = Q(organisation=acting.organisation_id) | Q(organisation__sponsor=acting.organisation_id)
    # The row is locked without its neighbours: of those the actor may read some only.
    found = Membership.objects.filter(ours, pk=membership_id).select_for_update(of=("self",)).first()
    if found is None:
        raise NotVisible
    return found


def _must_be_another(acting: Actor, organisation_id: UUID, *but: UUID | None) -> None:
    """The second person: a colleague where there are two administrators, the sponsor's where there is one."""
    if acting.user_id in but:
        alone = administrators_of(organisation_id) < ADMINISTRATORS_NEEDED
        raise Refused("by_the_sponsor" if alone and acting.organisation_id == organisation_id else "by_another_person")
    if acting.organisation_id != organisation_id and administrators_of(organisation_id) >= ADMINISTRATORS_NEEDED:
        raise NotVisible


# ---- in


def invite_member(*, email: str, name: str, role: str, language: str, acting: Actor, now: datetime) -> Membership:
    """Propose a member. Nothing opens, and no link is made, before another person approves and the person accepts.

    Raises Refused: unknown_role, already_a_member. Whether the address has an account elsewhere is not told.
    A further role of somebody who works here already needs no second yes of hers.
    """
    with acting_as(acting):
        inviter, organisation = _must_administer(acting)
        if not role_exists(role):
            raise Refused("unknown_role", value=role)
        user = account_of(email)
        if user is None:
            with acting_as(Actor.system("members", organisation_id=organisation)):
                user = User.objects.create_user(email, name=name.strip(), language=language)
        works_here = Membership.objects.accepted().filter(user=user.pk, organisation=organisation, ended_at=None).exists()
        try:
            with transaction.atomic():
                membership = Membership.objects.create(
                    user_id=user.pk, organisation_id=organisation, role=role, invited_by_id=inviter, typed_name=name.strip(),
                    accepted_at=now if works_here else None,
                )  # fmt: skip
        except IntegrityError:
            raise Refused("already_a_member") from None
        ledger.record(acting, "invite_member", detail={"user": user.pk, "membership": membership.pk, "role": role})
    return membership


def approve_member(membership_id: UUID, *, acting: Actor, now: datetime) -> str | None:
    """The second person's yes. Returns the secret part of a link by which the person accepts; None for who works here already.

    The same link whether or not the address has an account: it replaces no means of signing in (`actions.accept_invitation`).

    Raises Refused: already_approved, already_ended, by_another_person, by_the_sponsor.
    """
    with acting_as(acting):
        membership = _visible(acting, membership_id)
        if membership.ended_at is not None:
            raise Refused("already_ended")
        if membership.approved_at is not None:
            raise Refused("already_approved")
        _must_be_another(acting, membership.organisation_id, membership.invited_by_id, membership.user_id)
        membership.approved_by_id, membership.approved_at, membership.confirmed_at = acting.user_id, now, now
        membership.save(update_fields=["approved_by", "approved_at", "confirmed_at"])
        ledger.record(acting, "approve_member", detail={"user": membership.user_id, "membership": membership.pk, "role": membership.role})
        return None if membership.accepted_at else invite_to(membership, acting=acting, now=now)


# ---- staying


def confirm_members(membership_ids: Iterable[UUID], *, acting: Actor, now: datetime) -> int:
    """Say that these people still work here in these roles, oneself excepted. What was suspended for want of it works again."""
    confirmed = 0
    with acting_as(acting):
        for membership_id in membership_ids:
            membership = _visible(acting, membership_id)
            if membership.ended_at is not None or membership.approved_at is None or membership.suspended_why == FROZEN:
                continue
            _must_be_another(acting, membership.organisation_id, membership.user_id)
            must_not_join(membership, acting, now)
            membership.confirmed_at, membership.notice_at = now, None
            membership.suspended_at, membership.suspended_why = None, ""
            membership.save(update_fields=["confirmed_at", "notice_at", "suspended_at", "suspended_why"])
            ledger.record(acting, "confirm_member", detail={"user": membership.user_id, "membership": membership.pk})
            confirmed += 1
    return confirmed


def ask_for_confirmation(*, now: datetime) -> int:
    """Members whose quarter has passed are marked, so that their administrators see them. Returns how many. The worker's."""
    due = _running().filter(confirmed_at__lte=now - CONFIRM_EVERY, notice_at=None)
    return _mark(due, "ask_confirmation", {"notice_at": now})


def suspend_unconfirmed(*, now: datetime) -> int:
    """Members not confirmed though it was asked two weeks ago. The worker's."""
    late = _running().filter(notice_at__lte=now - NOTICE)
    return _mark(late, "suspend_member", {"suspended_at": now, "suspended_why": UNCONFIRMED_WORD})


def suspend_unused(*, now: datetime) -> int:
    """Members who have not signed in for sixty days. The worker's."""
    used = Greatest(Coalesce("user__last_login", "approved_at"), "approved_at", "confirmed_at")
    idle = _running().annotate(used_at=used).filter(used_at__lte=now - UNUSED)
    return _mark(idle, "suspend_member", {"suspended_at": now, "suspended_why": UNUSED_WORD})


def _running() -> MembershipQuerySet:
    """Those that work today, but for the invented people of a demonstration, who need no confirming."""
    running = Membership.objects.accepted().filter(ended_at=None, suspended_at=None, approved_at__isnull=False)
    return running.filter(organisation__is_invented=False)


def _mark(memberships: MembershipQuerySet, act: str, values: dict[str, Any]) -> int:
    """Each in the name of its organisation, so that the organisation reads it in its ledger."""
    with acting_as(Actor.system("members")):
        rows = list(memberships.order_by("pk").values_list("pk", "organisation_id", "user_id"))
    for membership_id, organisation_id, user_id in rows:
        with acting_as(Actor.system("members", organisation_id=organisation_id)) as acting:
            if Membership.objects.filter(pk=membership_id, ended_at=None).update(**values):
                detail = {"user": user_id, "membership": membership_id, "why": values.get("suspended_why", "quarter")}
                ledger.record(acting, act, kind="system", detail=detail)
    return len(rows)


# ---- out


def end_membership(membership_id: UUID, *, acting: Actor, now: datetime) -> None:
    """End one role. When it was the last one here, everything that the person holds here ends with it, in one transaction."""
    with acting_as(acting):
        membership = _visible(acting, membership_id)
        if membership.organisation_id != acting.organisation_id:
            raise NotVisible
        if membership.ended_at is not None:
            raise Refused("already_ended")
        others = Membership.objects.filter(user=membership.user_id, organisation=membership.organisation_id, ended_at=None)
        if others.exclude(pk=membership.pk).exists():
            _end([membership], acting, now)
        else:
            _leave(membership.user_id, [membership], acting, now)


def end_member(user_id: UUID, *, acting: Actor, now: datetime) -> None:
    """Somebody leaves: all her roles here, her sessions, drafts and assignments end in this one transaction."""
    with acting_as(acting):
        _must_administer(acting)
        held = list(Membership.objects.filter(user=user_id, organisation=acting.organisation_id, ended_at=None).select_for_update())
        if not held:
            raise NotVisible
        _leave(user_id, held, acting, now)


def change_role(membership_id: UUID, *, role: str, acting: Actor, now: datetime) -> Membership:
    """A change of role is the end of one membership and the proposal of another, which somebody else approves."""
    with acting_as(acting):
        membership = _visible(acting, membership_id)
        if membership.organisation_id != acting.organisation_id or membership.ended_at is not None or membership.accepted_at is None:
            raise NotVisible
        user = User.objects.get(pk=membership.user_id)
        proposed = invite_member(email=user.email, name=user.name, role=role, language=user.language, acting=acting, now=now)
        _end([membership], acting, now)
    return proposed


def _end(memberships: Iterable[Membership], acting: Actor, now: datetime) -> None:
    for membership in memberships:
        membership.ended_at, membership.ended_by_id = now, acting.user_id
        membership.save(update_fields=["ended_at", "ended_by"])
        detail = {"user": membership.user_id, "membership": membership.pk, "role": membership.role}
        ledger.record(acting, "end_membership", detail=detail)


def _leave(user_id: UUID, held: list[Membership], acting: Actor, now: datetime) -> None:
    """What was never accepted is withdrawn: nothing else of that account is this organisation's to end."""
    if all(membership.accepted_at is None for membership in held):
        _end(held, acting, now)
        return
    user = User.objects.get(pk=user_id)
    leaver = Actor(user_id=user_id, organisation_id=acting.organisation_id, role=held[0].role, language=user.language, label=user.name)
    ended = end_everything(leaver, now)
    _end(held, acting, now)
    sessions.end_working_for(user, acting.organisation_id, now=now, why="left")
    with acting_as(Actor.system("leaving", organisation_id=acting.organisation_id)):
        ours = Q(membership=None) | Q(membership__organisation=acting.organisation_id)
        Invitation.objects.filter(ours, user=user, used_at=None).update(used_at=now)
        if not _belongs_elsewhere(user):
            User.objects.filter(pk=user_id).update(is_active=False)
    ledger.record(acting, "end_member", detail={"user": user_id, **ended})


def _belongs_elsewhere(user: User) -> bool:
    """Asked at the door: her roles in other organisations, and what she was asked there, are none of this one's business."""
    with acting_as(Actor.at_the_door()):
        return Membership.objects.filter(user=user, ended_at=None).exists()


# ---- a lost factor


def ask_factor_reset(user_id: UUID, *, reason: str, acting: Actor, now: datetime) -> FactorReset:
    """A person asked, face to face or called back, to be let in again; the first of two who answer for her says so.

    Asked by the sponsor, it is told to everybody who works in the body (`sponsored.py`).
    Raises Refused: reason_needed, by_another_person, by_the_sponsor, reset_waits, begins_elsewhere, not_seen_since.
    """
    with acting_as(acting):
        first, _organisation = _must_administer(acting)
        membership = _membership_of(user_id, acting)
        if not reason.strip():
            raise Refused("reason_needed")
        _must_be_another(acting, membership.organisation_id, user_id)
        must_have_worked(membership, acting, now)
        _must_answer_for(user_id, membership.organisation_id)
        if FactorReset.objects.filter(user=user_id, organisation=membership.organisation_id, done_at=None).exists():
            raise Refused("reset_waits")
        asked = FactorReset.objects.create(
            user_id=user_id, organisation_id=membership.organisation_id, asked_at=now, reason=reason.strip(), first_by_id=first
        )
        ledger.record(acting, "ask_factor_reset", detail={"user": user_id, "reset": asked.pk})
        if membership.organisation_id != acting.organisation_id:
            tell_the_body(asked, now=now)
    return asked


def reset_factors(reset_id: UUID, *, acting: Actor, now: datetime) -> str:
    """The second person's yes: factors, password and sessions go, and a new link lets her begin again. Returns its secret part.

    Told to herself, and in every other organisation of hers. Raises Refused: by_another_person, by_the_sponsor, begins_elsewhere,
    by_the_body, reset_rests, signed_in_since.
    """
    with acting_as(acting):
        _must_administer(acting)
        asked = FactorReset.objects.select_for_update().filter(pk=reset_id, done_at=None).first()
        if asked is None or not Membership.objects.standing().filter(user=asked.user_id, organisation=asked.organisation_id).exists():
            raise NotVisible
        _must_be_another(acting, asked.organisation_id, asked.user_id, asked.first_by_id)
        others = _must_answer_for(asked.user_id, asked.organisation_id)
        must_rest(asked, acting, now)
        user = User.objects.get(pk=asked.user_id)
        asked.second_by_id, asked.done_at = acting.user_id, now
        asked.save(update_fields=["second_by", "done_at"])
        factors.clear_factors(user, now=now)
        sessions.end_all(user, now=now, why="factors_reset")
        with acting_as(Actor.system("factors", organisation_id=asked.organisation_id)):
            user.set_unusable_password()
            user.save(update_fields=["password"])
        ended = _end_with_old_means(user, now)
        ledger.record(acting, "reset_factors", detail={"user": user.pk, "reset": asked.pk, **ended})
        _tell_elsewhere(user, others, now)
        return invite(user, reset=asked, acting=acting, now=now)


def _end_with_old_means(user: User, now: datetime) -> dict[str, int]:
    """In each of her roles, wherever she works: asked at the door, and told to nobody where."""
    with acting_as(Actor.at_the_door()):
        roles = [membership.actor() for membership in Membership.objects.of_user(user)]
    ended: dict[str, int] = {}
    for role in roles:
        for name, count in end_with_old_means(role, now).items():
            ended[name] = ended.get(name, 0) + count
    return ended


def _must_answer_for(user_id: UUID, organisation_id: UUID) -> set[UUID]:
    """Her oldest active organisation answers for her account; on probation, only for one that began there. Returns her others.

    Asked at the door: where else she works is shown to nobody, and the refusal says the same whatever the reason.
    """
    with acting_as(Actor.at_the_door()):
        accepted = Membership.objects.accepted().filter(user=user_id).select_related("organisation").order_by("created_at", "id")
        hers = list(accepted)
    standing = [one for one in hers if one.ended_at is None]
    others = {one.organisation_id for one in standing} - {organisation_id}
    oldest = next((one.organisation_id for one in standing if one.organisation.state == Organisation.State.ACTIVE), None)
    began_here = bool(hers) and hers[0].organisation_id == organisation_id
    if oldest != organisation_id and (others or not began_here):
        raise Refused("begins_elsewhere")
    return others


def _tell_elsewhere(user: User, organisations: set[UUID], now: datetime) -> None:
    """A row in the ledger of each, and a letter to herself: an account that begins again without her is seen at once."""
    for organisation_id in sorted(organisations):
        with acting_as(Actor.system("factors", organisation_id=organisation_id)) as house:
            ledger.record(house, BEGUN_ELSEWHERE, kind="system", detail={"user": user.pk})
    tell_of_change(user, now=now)


def begun_again_elsewhere(acting: Actor, *, now: datetime) -> list[tuple[datetime, str]]:
    """Members whose account began again by another organisation in the last two weeks: when, and whose. Read from the ledger."""
    _user, organisation = _must_administer(acting)
    # Rows of nobody, by their day: that is how the ledger is indexed.
    recent = Entry.objects.of_organisation(organisation).filter(actor_id=None, at__gte=now - NOTICE)
    rows = recent.filter(act=BEGUN_ELSEWHERE).order_by("-at")
    told = [(row.at, json.loads(bytes(row.body))["detail"]["user"]) for row in rows]
    names = {str(user.pk): user.name for user in User.objects.filter(pk__in=[user for _at, user in told])}
    return [(at, names[user]) for at, user in told if user in names]


def _membership_of(user_id: UUID, acting: Actor) -> Membership:
    """Her approved and accepted membership: of the acting organisation, else of one that it sponsors."""
    hers = Membership.objects.standing().filter(user=user_id, approved_at__isnull=False)
    found = hers.filter(organisation=acting.organisation_id).first() or hers.filter(organisation__sponsor=acting.organisation_id).first()
    if found is None:
        raise NotVisible
    return found


def waiting_resets(acting: Actor) -> list[FactorReset]:
    """Asked by one, waiting for another."""
    _must_administer(acting)
    return list(FactorReset.objects.filter(done_at=None).select_related("user", "first_by", "organisation").order_by("asked_at", "id"))


def confirmation_due(membership: Membership) -> datetime | None:
    """When it will be suspended if nobody confirms it; None while nothing is asked."""
    return membership.notice_at + NOTICE if membership.notice_at else None
