"""The condition of a query: what an actor sees of a table, from the policy and the declaration."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from repere.accounts.actor import Actor
from repere.accounts.models import ADMINISTRATOR
from repere.cases.access.reach import REACH, Reach
from repere.cases.models import (
    Assignment,
    BreakGlass,
    CalendarAddress,
    Capsule,
    Case,
    ConflictOfInterest,
    Extract,
    Grant,
    Handover,
    JointStep,
    Letter,
    MailWish,
    Offer,
    Referral,
    SpokenLanguages,
    TeamPractice,
    View,
)
from repere.cases.models.scope import declare_reach
from repere.cases.policy import SYSTEM, load_policy
from repere.cases.policy.reading import ASSIGNED, TEAM, URGENT

NOBODY = Q(pk__in=[])
_WORDS = ArrayField(models.CharField(max_length=64))


class Blocked(models.Func):
    """True where the acting person declared, or was declared to have, a conflict of interest about this file or person."""

    template = "(%(expressions)s = ANY ((SELECT cases_blocked())::uuid[]))"
    output_field = models.BooleanField()


def condition(reach: Reach, actor: Actor, own: bool = False) -> Q:
    """What the actor sees, as a query. Without an organisation only a job sees anything, and the database says what."""
    me = actor.organisation_id
    if me is None:
        nightly = actor.kind == "system" and "read" in reach.jobs
        return Q() if nightly else NOBODY
    if reach.holder and actor.role == SYSTEM and not own:
        return Q(**{reach.holder: me})
    seen = Q(**{reach.owner: me}) & _held(reach, actor, me)
    if reach.granted and not own:
        seen |= Q(Exists(_running_grants(reach, actor, me)))
    if reach.holder:
        seen &= Q(**{reach.holder: me})
    if reach.user:
        seen &= Q(**{reach.user: actor.user_id})
    return seen & unblocked(reach.by, actor)


def unblocked(by: str | None, actor: Actor) -> Q:
    """Nobody reads a file about which they have a conflict of interest."""
    if by is None or actor.user_id is None:
        return Q()
    return Q(**{by: None}) | ~Q(Blocked(F(by)))


# ---- in the organisation that opened the file


def _held(reach: Reach, actor: Actor, me: UUID) -> Q:
    if reach.group:
        return _held_group(reach, reach.group, actor, me)
    if reach.word is None:
        return Q()
    policy = load_policy()
    team, assigned = policy.held(actor.role, TEAM), policy.held(actor.role, ASSIGNED)
    if reach.word in team or (reach.any_file and reach.word in assigned):
        return Q()
    named = Q(**{reach.to: actor.user_id}) if reach.to and actor.user_id else NOBODY
    if reach.by is None:
        return named
    mine = assigned_to(reach, actor, me) if reach.word in assigned else NOBODY
    return named | mine | _urgent(reach, actor, models.Value(reach.word))


def _held_group(reach: Reach, column: str, actor: Actor, me: UUID) -> Q:
    policy = load_policy()
    team, assigned = policy.held(actor.role, TEAM), policy.held(actor.role, ASSIGNED)
    seen = Q(**{f"{column}__in": sorted(team)}) | _urgent(reach, actor, OuterRef(column))
    mine = assigned_to(reach, actor, me)
    if assigned - team:
        seen |= Q(**{f"{column}__in": sorted(assigned - team)}) & mine
    waiting = policy.held_if_agreed(actor.role)
    if waiting and reach.writer:
        seen |= Q(**{f"{column}__in": sorted(waiting)}) & mine & _agreed(reach, column, actor)
    return seen


def assigned_to(reach: Reach, actor: Actor, me: UUID) -> Q:
    """The whole team by choice, or this member by name."""
    whole = TeamPractice._base_manager.filter(organisation=me, whole_team=True)
    mine = Assignment._base_manager.filter(user=actor.user_id, ended_at=None).values(f"{reach.of}_id")
    return Q(Exists(whole)) | Q(**{f"{reach.by}__in": mine})


def _urgent(reach: Reach, actor: Actor, word: Any) -> Q:
    running = BreakGlass._base_manager.filter(user=actor.user_id, ends_at__gt=Now(), **{f"{reach.of}_id": OuterRef(str(reach.by))})
    return Q(Exists(running.filter(words__contains=_as_list(word)))) if actor.user_id else NOBODY


def _agreed(reach: Reach, column: str, actor: Actor) -> Q:
    """Her consent is on file, or the reader stated it."""
    cases = Case._base_manager.filter(pk=OuterRef(str(reach.by)), agreed__contains=_as_list(OuterRef(column)))
    return Q(**{str(reach.writer): actor.user_id}) | Q(Exists(cases))


def _as_list(word: Any) -> models.Func:
    return models.Func(word, template="ARRAY[%(expressions)s]::varchar[]", output_field=_WORDS)


# ---- through an access given by another organisation


def _running_grants(reach: Reach, actor: Actor, me: UUID) -> models.QuerySet[Grant]:
    grants = Grant.objects.active().filter(**{f"{reach.of}_id": OuterRef(str(reach.by))}, organisation_id=me)
    grants = grants.filter(_opened(reach, actor))
    if reach.groups:
        grants = grants.filter(groups__contains=OuterRef(reach.groups))
    if reach.view:
        through = View._base_manager.filter(pk=OuterRef(OuterRef(reach.view)), groups__contained_by=OuterRef("groups"))
        grants = grants.filter(Exists(through))
    if reach.kind:
        grants = grants.filter(_may_leave(reach, me), _flows(reach, me))
    return grants


def _opened(reach: Reach, actor: Actor) -> Q:
    policy, found = load_policy(), NOBODY
    for purpose in policy.purposes:
        opened, waiting = policy.granted(actor.role, purpose), policy.granted_if_agreed(actor.role, purpose)
        if reach.group is None:
            found |= Q(purpose=purpose) if reach.word in opened else NOBODY
            continue
        named = Q(groups__contains=_as_list(OuterRef(str(reach.group))))
        if opened:
            found |= Q(purpose=purpose) & named & _in(OuterRef(str(reach.group)), opened)
        if waiting and reach.writer:
            found |= Q(purpose=purpose) & named & _in(OuterRef(str(reach.group)), waiting) & _agreed_there(reach, actor)
    return found


def _agreed_there(reach: Reach, actor: Actor) -> Q:
    cases = Case._base_manager.filter(pk=OuterRef("case_id"), agreed__contains=_as_list(OuterRef(OuterRef(str(reach.group)))))
    return _same(OuterRef(str(reach.writer)), actor.user_id) | Q(Exists(cases))


def _may_leave(reach: Reach, me: UUID) -> Q:
    """Kinds that may harm her leave only when named; whoever stated them sees them."""
    policy = load_policy()
    kind = OuterRef(str(reach.kind))
    return (
        ~Q(purpose__in=policy.harm_purposes) | ~_in(kind, frozenset(policy.harm_kinds)) | Q(named_kinds__contains=_as_list(kind))
        | _same(OuterRef(str(reach.author)), me)
    )  # fmt: skip


def _flows(reach: Reach, me: UUID) -> Q:
    """What a referral left out, and what was recorded after it was sent, stays behind; whoever stated a fact sees it."""
    sent = Q(through_revision=None) | Q(through_revision__gte=OuterRef("revision"))
    return (sent & ~Q(left_out__contains=_OneId(OuterRef("pk")))) | _same(OuterRef(str(reach.author)), me)


class _OneId(models.Func):
    template = "ARRAY[%(expressions)s]::uuid[]"
    output_field = ArrayField(models.UUIDField())


class _IsOneOf(models.Func):
    arity = 2
    template = "(%(expressions)s)"
    arg_joiner = " = ANY "
    output_field = models.BooleanField()

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **extra: Any) -> Any:
        left, first = compiler.compile(self.source_expressions[0])
        right, second = compiler.compile(self.source_expressions[1])
        return f"({left} = ANY ({right}))", [*first, *second]


def _in(value: Any, words: frozenset[str]) -> Q:
    return Q(_IsOneOf(value, models.Value(sorted(words), output_field=_WORDS)))


def _same(value: Any, wanted: UUID | None) -> Q:
    return Q(_IsOneOf(value, models.Value([wanted] if wanted else [], output_field=ArrayField(models.UUIDField()))))


# ---- tables of the relations themselves


def grants_seen_by(actor: Actor, own: bool = False) -> Q:
    """An access is seen by who gives it, if they may see the shares, and by who receives it, in a role it may be given to."""
    me = actor.organisation_id
    if me is None:
        return Q() if actor.kind == "system" else NOBODY
    policy = load_policy()
    shares = Reach(Grant, owner="owner_id", by="case_id", word="shares")
    given = Q(owner=me) & _held(shares, actor, me)
    purposes = [name for name in policy.purposes if "file" in policy.granted(actor.role, name)]
    received = Q(organisation=me, purpose__in=purposes)
    return (given if own else given | received) & unblocked("case_id", actor)


def _of_team(owner: str) -> Callable[[Actor, bool], Q]:
    def seen(actor: Actor, own: bool = False) -> Q:
        me = actor.organisation_id
        if me is None or not works_on_files(actor):
            return NOBODY
        return Q(**{owner: me}) & unblocked("case_id", actor)

    return seen


def referrals_seen_by(actor: Actor, own: bool = False) -> Q:
    """Whoever may see who else sees the file."""
    me = actor.organisation_id
    if me is None:
        return Q() if actor.kind == "system" else NOBODY
    shares = Reach(Grant, owner="owner_id", by="case_id", word="shares")
    return Q(owner=me) & _held(shares, actor, me) & unblocked("case_id", actor)


def offers_seen_by(actor: Actor, own: bool = False) -> Q:
    """Both sides: whoever sees the referral, and the organisation to which it was put, once its turn has come."""
    me = actor.organisation_id
    if me is None:
        return Q() if actor.kind == "system" else NOBODY
    sent = Q(owner=me, referral__in=Referral._base_manager.filter(referrals_seen_by(actor)))
    policy = load_policy()
    purposes = [name for name in policy.purposes if "file" in policy.granted(actor.role, name)]
    return sent if own else sent | (Q(organisation=me, purpose__in=purposes) & ~Q(state="waiting"))


def _steps_seen_by(actor: Actor, own: bool = False) -> Q:
    return Q(offer__in=Offer._base_manager.filter(offers_seen_by(actor, own)))


def _capsules_seen_by(actor: Actor, own: bool = False) -> Q:
    if actor.kind == "sign_in":
        return Q()
    return Q(offer__in=Offer._base_manager.filter(offers_seen_by(actor, own=True)))


def works_on_files(actor: Actor) -> bool:
    """A role that sees the files of its own organisation at all."""
    return "file" in load_policy().held(actor.role, TEAM)


def urgencies_seen_by(actor: Actor, own: bool = False) -> Q:
    """Whoever opened a file by urgency, whoever was told, and colleagues who work on files."""
    me = actor.organisation_id
    if me is None:
        return NOBODY
    seen = Q(owner=me) if works_on_files(actor) else Q(owner=me) & (Q(user=actor.user_id) | Q(told=actor.user_id))
    return seen & unblocked("case_id", actor)


def conflicts_seen_by(actor: Actor, own: bool = False) -> Q:
    """Colleagues; never who is kept away."""
    me = actor.organisation_id
    return Q(organisation=me) & ~Q(user=actor.user_id) if me and actor.user_id else NOBODY


def practices_seen_by(actor: Actor, own: bool = False) -> Q:
    return Q(organisation=actor.organisation_id) if actor.organisation_id else NOBODY


def extracts_seen_by(actor: Actor, own: bool = False) -> Q:
    """Colleagues who work on files, the command that traces a file, and the job that ends them."""
    if actor.kind == "system":
        return Q(organisation=actor.organisation_id) if actor.organisation_id else Q()
    return Q(organisation=actor.organisation_id) if actor.organisation_id and works_on_files(actor) else NOBODY


def languages_seen_by(actor: Actor, own: bool = False) -> Q:
    """Colleagues who work on files."""
    return Q(organisation=actor.organisation_id) if actor.organisation_id and works_on_files(actor) else NOBODY


def _wishes_seen_by(actor: Actor, own: bool = False) -> Q:
    """Whoever made the wish; the door, and the job that writes letters, as the database says."""
    if actor.kind == "sign_in" or (actor.kind == "system" and actor.organisation_id is None):
        return Q()
    return Q(organisation=actor.organisation_id, user=actor.user_id) if actor.organisation_id and actor.user_id else NOBODY


def _letters_seen_by(actor: Actor, own: bool = False) -> Q:
    return Q() if actor.kind == "system" and actor.organisation_id is None else NOBODY


def declare() -> None:
    """Give every manager its condition. Called once, when the application is ready."""
    for reach in REACH:
        declare_reach(reach.model, partial(condition, reach))
    declare_reach(Grant, grants_seen_by)
    declare_reach(Assignment, _of_team("owner"))
    declare_reach(BreakGlass, urgencies_seen_by)
    declare_reach(ConflictOfInterest, conflicts_seen_by)
    declare_reach(TeamPractice, practices_seen_by)
    declare_reach(Referral, referrals_seen_by)
    declare_reach(Offer, offers_seen_by)
    declare_reach(JointStep, _steps_seen_by)
    declare_reach(Capsule, _capsules_seen_by)
    declare_reach(Extract, extracts_seen_by)
    declare_reach(Handover, _of_team("owner"))
    declare_reach(SpokenLanguages, languages_seen_by)
    declare_reach(CalendarAddress, _wishes_seen_by)
    declare_reach(MailWish, _wishes_seen_by)
    declare_reach(Letter, _letters_seen_by)


__all__ = ["ADMINISTRATOR", "URGENT", "Blocked", "condition", "declare", "grants_seen_by", "works_on_files"]
