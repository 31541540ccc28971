"""The doors: one visible object, or nothing; and in what relation somebody stands to a file."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef

from repere.accounts.actor import Actor
from repere.accounts.kept import Given, kept
from repere.accounts.scope import M
from repere.cases.models import Assignment, BreakGlass, Case, Fact, Grant, Person, Task, TeamPractice
from repere.cases.models.standing import BreakGlassQuerySet
from repere.cases.policy import SYSTEM, load_policy
from repere.cases.policy.reading import ASSIGNED, FOR_THE_FILE, TEAM
from repere.cases.refusals import NotVisible
from repere.core.codes import normalise_code


def visible_case(actor: Actor, code: str) -> Case:
    """The case of that code. One that exists elsewhere is not distinguished from one that does not exist."""
    return _one(Case.objects.visible_to(actor).filter(code=normalise_code(code) or ""))


def visible_case_by_id(actor: Actor, case_id: UUID) -> Case:
    return _one(Case.objects.visible_to(actor).filter(pk=case_id))


def visible_fact(actor: Actor, fact_id: UUID) -> Fact:
    return _one(Fact.objects.visible_to(actor).filter(pk=fact_id))


def visible_task(actor: Actor, task_id: UUID) -> Task:
    return _one(Task.objects.visible_to(actor).filter(pk=task_id))


def visible_person(actor: Actor, person_id: UUID) -> Person:
    return _one(Person.objects.visible_to(actor).filter(pk=person_id))


def visible_grant(actor: Actor, grant_id: UUID) -> Grant:
    return _one(Grant.objects.visible_to(actor).filter(pk=grant_id))


def _one(found: models.QuerySet[M]) -> M:
    row = next(iter(found.order_by()[:1]), None)
    if row is None:
        raise NotVisible
    return row


@dataclass(frozen=True)
class Standing:
    """In what relation an actor stands to one file. `words`: what is open to them there, as the policy says."""

    relation: str  # team | assigned | granted | urgent
    words: frozenset[str]
    purposes: tuple[str, ...] = ()

    def groups(self, every: tuple[str, ...]) -> list[str] | None:
        """The data groups that are open whole; None when every one is."""
        held = sorted(self.words & set(every))
        return None if len(held) == len(every) else held


def visible_case_with_standing(actor: Actor, code: str) -> tuple[Case, Standing]:
    """The case of that code and what this actor may do with it. Cost: 1 query (2 for who is not assigned)."""
    case = next(iter(_case_of(actor, code=normalise_code(code) or "")), None)
    if case is None:
        raise NotVisible
    return case, standing(actor, case, assigned=case.is_followed)  # type: ignore[attr-defined]


@kept
def _case_of(actor: Actor) -> models.QuerySet[Case]:
    asked = Case.objects.visible_to(actor).filter(code=Given("code", models.CharField()))
    found: models.QuerySet[Case] = asked.annotate(is_followed=_is_followed_by(actor)).order_by()[:1]
    return found


def standing(actor: Actor, case: Case, *, assigned: bool | None = None) -> Standing:
    """What this actor may do with a file that they see. Cost: 1 query (2 for who is not assigned); none where `assigned` is known."""
    if case.organisation_id != actor.organisation_id:
        return _through_grants(actor, case)
    policy = load_policy()
    if actor.role == SYSTEM:
        return Standing(ASSIGNED, policy.everything)
    if is_assigned(actor, case) if assigned is None else assigned:
        return Standing(ASSIGNED, policy.held(actor.role, ASSIGNED) | (policy.held_if_agreed(actor.role) & set(case.agreed)))
    words = policy.held(actor.role, TEAM)
    running: BreakGlassQuerySet = BreakGlass.objects.visible_to(actor)
    opened = {word for row in running.running().filter(case=case, user=actor.user_id) for word in row.words}
    return Standing("urgent" if opened else TEAM, words | opened)


def is_assigned(actor: Actor, case: Case) -> bool:
    """By name, or because the whole team is. Cost: 1 query."""
    found = Case.objects.visible_to(actor, own=True).filter(pk=case.pk)
    return bool(found.filter(_is_followed_by(actor)).exists())


def followed_cases(actor: Actor) -> models.QuerySet[Case]:
    """Files of the actor's own organisation that this member follows, by name or because the whole team does."""
    found: models.QuerySet[Case] = Case.objects.visible_to(actor, own=True).filter(_is_followed_by(actor))
    return found


def _is_followed_by(actor: Actor) -> models.Q:
    mine = Assignment._base_manager.filter(case=OuterRef("pk"), user=actor.user_id, ended_at=None)
    whole = TeamPractice._base_manager.filter(organisation=actor.organisation_id, whole_team=True)
    return Exists(mine) | Exists(whole)


def opened_by_urgency(actor: Actor) -> bool:
    """Whether this member holds any file open by urgency right now. Cost: 1 query."""
    running: BreakGlassQuerySet = BreakGlass.objects.visible_to(actor)
    return bool(running.running().filter(user=actor.user_id).exists())


def _through_grants(actor: Actor, case: Case) -> Standing:
    policy = load_policy()
    running = list(Grant.objects.visible_to(actor).active().filter(case=case, organisation=actor.organisation_id))
    words: set[str] = set()
    for grant in running:
        opened = policy.granted(actor.role, grant.purpose)
        agreed = policy.granted_if_agreed(actor.role, grant.purpose) & set(case.agreed)
        words |= (opened | agreed) & (set(grant.groups) | set(FOR_THE_FILE))
    return Standing("granted", frozenset(words), tuple(grant.purpose for grant in running))
