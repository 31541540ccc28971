"""Who may see what, declared once.

A `Reach` says in whose hands a row lies. From it come the condition of every query (`.visible_to(actor)`), the policies of
row-level security (the second lock), and the table of database rights. In words:

- a person, her case and its facts: the organisation that opened the case, and whoever holds a running grant for the data
  group (for a person or a case: any running grant on it);
- a view, its findings and its tasks: the organisation whose view it is, as long as it may see the case with those groups;
- notices, receipts, name tokens: the organisation; a draft: the one who was writing it.

Jobs. The worker's own connection (`ACTING_JOB`: no page can claim it) acting for an organisation sees the views, findings and
tasks of that organisation even where the grant has ended, to close them; facts it sees only as the organisation would. Acting
for no organisation (the nightly run, the reminders) it sees rows of `View`, `Task`, `Grant`, `Reminder` and `Notice` only:
ids, codes of rules, days and zones, and sealed bytes it has no key for; never a person, a case or a fact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.migrations import RunSQL
from django.db.models import Exists, OuterRef, Q

from repere.accounts.actor import Actor
from repere.cases.models import (
    Case,
    Draft,
    Fact,
    Finding,
    Grant,
    NameToken,
    Notice,
    Person,
    Receipt,
    Reminder,
    SealedRecord,
    Task,
    View,
)
from repere.cases.models.scope import M, declare_reach
from repere.cases.refusals import NotVisible
from repere.core.codes import normalise_code
from repere.ledger.policy import ACTING_JOB, ACTING_ORGANISATION, ACTING_USER, protect

RUNNING = "g.revoked_at IS NULL AND (g.ends_at IS NULL OR g.ends_at > now())"


@dataclass(frozen=True)
class Reach:
    """In whose hands the rows of a table lie. Names are columns of the table.

    `owner`: the organisation that opened the file. `granted`: (own column, column of the grant) that lead to grants on it;
    `group` or `groups`: the data group(s) such a grant must hold. `holder`: rows made for one organisation are seen by it
    alone, while it may see the file. `view`: the file is judged through this view. `user`: private to one person.
    `author`: whoever adds a row is named in it. `jobs`: nightly jobs may "read", "add", "change" without an organisation.
    """

    model: type[models.Model]
    owner: str
    granted: tuple[str, str] | None = None
    group: str | None = None
    groups: str | None = None
    holder: str | None = None
    view: str | None = None
    user: str | None = None
    author: str | None = None
    jobs: frozenset[str] = field(default_factory=frozenset)
    changes: bool = False
    removes: bool = False
    added_by_owner: bool = False

    @property
    def table(self) -> str:
        return self.model._meta.db_table


READ = frozenset({"read"})
READ_AND_ADD = frozenset({"read", "add"})
READ_AND_CHANGE = frozenset({"read", "change"})

REACH = (
    Reach(Person, owner="organisation_id", granted=("id", "person_id"), added_by_owner=True),
    Reach(Case, owner="organisation_id", granted=("id", "case_id"), added_by_owner=True, changes=True),
    Reach(SealedRecord, owner="owner_id", granted=("person_id", "person_id"), group="data_group", added_by_owner=True),
    Reach(NameToken, owner="organisation_id", removes=True),
    Reach(Fact, owner="owner_id", granted=("case_id", "case_id"), group="data_group", author="organisation_id"),
    Reach(Receipt, owner="organisation_id"),
    Reach(View, owner="owner_id", granted=("case_id", "case_id"), groups="groups", holder="organisation_id", changes=True, jobs=READ),
    Reach(Finding, owner="owner_id", view="view_id", holder="organisation_id", changes=True),
    Reach(Task, owner="owner_id", view="view_id", holder="organisation_id", changes=True, jobs=READ_AND_CHANGE),
    Reach(Reminder, owner="organisation_id", jobs=READ_AND_ADD),
    Reach(Notice, owner="organisation_id", changes=True, jobs=READ_AND_ADD),
    Reach(Draft, owner="organisation_id", user="user_id", changes=True, removes=True),
)  # fmt: skip

# Facts, sealed records and the ledger are only ever added to. The worker evaluates and reminds; it opens no file.
GRANTS = {
    "cases_person": {"web": "SELECT, INSERT", "worker": "SELECT"},
    "cases_case": {
        "web": "SELECT, INSERT, UPDATE (revision, status_on, closed_on, jurisdiction, mechanism, territory, zone)",
        "worker": "SELECT",
    },
    "cases_sealedrecord": {"web": "SELECT, INSERT"},
    "cases_nametoken": {"web": "SELECT, INSERT, DELETE"},
    "cases_grant": {"web": "SELECT, INSERT, UPDATE (revoked_at)", "worker": "SELECT"},
    "cases_fact": {"web": "SELECT, INSERT", "worker": "SELECT, INSERT"},
    "cases_receipt": {"web": "SELECT, INSERT", "worker": "SELECT, INSERT"},
    "cases_keptmechanism": {"web": "SELECT, INSERT", "worker": "SELECT, INSERT"},
    "cases_view": {"web": "SELECT, INSERT, UPDATE", "worker": "SELECT, INSERT, UPDATE"},
    "cases_finding": {"web": "SELECT, INSERT, UPDATE", "worker": "SELECT, INSERT, UPDATE"},
    "cases_task": {"web": "SELECT, INSERT, UPDATE", "worker": "SELECT, INSERT, UPDATE"},
    "cases_reminder": {"web": "SELECT", "worker": "SELECT, INSERT"},
    "cases_notice": {"web": "SELECT, UPDATE (read_at)", "worker": "SELECT, INSERT"},
    "cases_draft": {"web": "SELECT, INSERT, UPDATE, DELETE"},
}


# ---- the condition of a query


def condition(reach: Reach, actor: Actor, own: bool = False) -> Q:
    """What the actor sees, as a query. Without an organisation only a job sees anything, and the database says what."""
    me = actor.organisation_id
    if me is None:
        nightly = actor.kind == "system" and "read" in reach.jobs
        return Q() if nightly else Q(pk__in=[])
    seen = Q(**{reach.owner: me})
    if reach.granted and not own:
        seen |= Q(Exists(_running_grants(reach, me)))
    if reach.view and not own:
        views = View._base_manager.filter(condition(_reach_of(View), actor))
        seen |= Q(**{f"{reach.view}__in": views.values("pk")})
    if reach.holder and actor.kind == "system" and not own:
        seen = Q(**{reach.holder: me})
    elif reach.holder:
        seen &= Q(**{reach.holder: me})
    if reach.user:
        seen &= Q(**{reach.user: actor.user_id})
    return seen


def _running_grants(reach: Reach, me: Any) -> models.QuerySet[Grant]:
    assert reach.granted
    own, theirs = reach.granted
    grants = Grant.objects.active().filter(**{theirs: OuterRef(own)}, organisation_id=me)
    if reach.group:
        words = models.Func(
            OuterRef(reach.group), template="ARRAY[%(expressions)s]", output_field=ArrayField(models.CharField(max_length=40))
        )
        grants = grants.filter(groups__contains=words)
    if reach.groups:
        grants = grants.filter(groups__contains=OuterRef(reach.groups))
    return grants


def grants_seen_by(actor: Actor, own: bool = False) -> Q:
    """A grant is seen by the one who gives and the one who receives."""
    me = actor.organisation_id
    if me is None:
        return Q() if actor.kind == "system" else Q(pk__in=[])
    return Q(owner=me) if own else Q(owner=me) | Q(organisation=me)


def _reach_of(model: type[models.Model]) -> Reach:
    return next(reach for reach in REACH if reach.model is model)


def declare() -> None:
    """Give every manager its condition. Called once, when the application is ready."""
    for reach in REACH:
        declare_reach(reach.model, _condition_of(reach))
    declare_reach(Grant, grants_seen_by)


def _condition_of(reach: Reach) -> Callable[[Actor, bool], Q]:
    return partial(condition, reach)


# ---- row-level security


def policies(reach: Reach) -> dict[str, str]:
    """The same, as what follows the table in CREATE POLICY."""
    seen = _seen(reach)
    found = {"seen by those in whose hands it lies": f"FOR SELECT USING ({seen})"}
    added = f"{reach.owner} = {ACTING_ORGANISATION}" if reach.added_by_owner else seen
    if reach.author:
        added = f"({added}) AND {reach.author} = {ACTING_ORGANISATION}"
    found["added by those in whose hands it lies"] = f"FOR INSERT WITH CHECK ({added})"
    if reach.changes:
        found["changed by those in whose hands it lies"] = f"FOR UPDATE USING ({seen}) WITH CHECK ({seen})"
    if reach.removes:
        found["removed by those in whose hands it lies"] = f"FOR DELETE USING ({seen})"
    return found | _job_policies(reach)


def _seen(reach: Reach) -> str:
    seen = f"{reach.owner} = {ACTING_ORGANISATION}"
    if reach.granted:
        seen += f" OR EXISTS ({_grant_sql(reach)})"
    if reach.view:
        seen += f" OR {reach.view} IN (SELECT v.id FROM cases_view v WHERE v.organisation_id = {ACTING_ORGANISATION})"  # noqa: S608
    if reach.holder:
        seen = f"{reach.holder} = {ACTING_ORGANISATION} AND ({seen})"
    if reach.user:
        seen = f"({seen}) AND {reach.user} = {ACTING_USER}"
    return seen


def _grant_sql(reach: Reach) -> str:
    assert reach.granted
    own, theirs = reach.granted
    sql = (
        f"SELECT 1 FROM cases_grant g WHERE g.{theirs} = {reach.table}.{own}"  # noqa: S608 names come from this file
        f" AND g.organisation_id = {ACTING_ORGANISATION} AND {RUNNING}"
    )
    if reach.group:
        sql += f" AND {reach.table}.{reach.group} = ANY (g.groups)"
    if reach.groups:
        sql += f" AND {reach.table}.{reach.groups} <@ g.groups"
    return sql


def _job_policies(reach: Reach) -> dict[str, str]:
    """A job acting for an organisation reaches what is made for it; for nobody, what `jobs` says."""
    if not (reach.jobs or reach.holder):
        return {}
    mine = f"{reach.holder or reach.owner} = {ACTING_ORGANISATION}"
    found = {}
    for name, command, words in (
        ("read", "SELECT", "USING ({})"), ("add", "INSERT", "WITH CHECK ({})"), ("change", "UPDATE", "USING ({0}) WITH CHECK ({0})"),
    ):  # fmt: skip
        reached = [mine] if reach.holder else []
        if name in reach.jobs:
            reached.append(f"{ACTING_ORGANISATION} IS NULL")
        if reached:
            rule = f"{ACTING_JOB} AND ({' OR '.join(reached)})"
            found[f"{name} by jobs"] = f"FOR {command} TO repere_worker " + words.format(rule)
    return found


GRANT_POLICIES = {
    "seen by giver and receiver": f"FOR SELECT USING (owner_id = {ACTING_ORGANISATION} OR organisation_id = {ACTING_ORGANISATION})",
    "given by whoever opened the file": f"FOR INSERT WITH CHECK (owner_id = {ACTING_ORGANISATION})",
    "ended by whoever gave it": f"FOR UPDATE USING (owner_id = {ACTING_ORGANISATION}) WITH CHECK (owner_id = {ACTING_ORGANISATION})",
    "read by jobs": f"FOR SELECT TO repere_worker USING ({ACTING_JOB} AND {ACTING_ORGANISATION} IS NULL)",
}


def protect_tables() -> Iterable[RunSQL]:
    """For migrations: close every table and open what is declared above."""
    yield protect(Grant._meta.db_table, GRANT_POLICIES)
    for reach in REACH:
        yield protect(reach.table, policies(reach))


def declared_policies() -> dict[str, dict[str, str]]:
    """Every policy by table, for the test that compares them with the database."""
    return {Grant._meta.db_table: GRANT_POLICIES} | {reach.table: policies(reach) for reach in REACH}


# ---- the doors


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
    row = found.first()
    if row is None:
        raise NotVisible
    return row
