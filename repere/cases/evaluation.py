"""From the facts of a view to its findings, and from its findings to tasks.

Only what changed is written. A right or a duty that never answered anything but "does not hold" has no row, and neither have
conditions: they are steps of the rules' reasoning, judged anew wherever it is shown. A task is opened by a
duty that is open, closed by the fact that does it, by a named waiver, because it can no longer be done (missed: kept and
counted), or because it is no longer required; a duty that cannot be told any more leaves its tasks standing: doubt is no reason to stop
owing something to somebody.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal, LiteralString
from uuid import UUID, uuid4

from django.db.models import QuerySet

from repere import ledger
from repere.accounts.actor import Actor
from repere.accounts.rows import insert_rows
from repere.cases import mechanisms, plausibility
from repere.cases.models import FACT, MISSED, NO_LONGER_REQUIRED, WAIVER, Case, Fact, Finding, Grant, Task, View
from repere.cases.refusals import Refused
from repere.cases.territory import civil_day, end_of_day, morning_of
from repere.core import rulebook
from repere.core.rulebook import DUE_DAY_OVER, Mechanism

WITHDRAWAL = "entered_in_error"
DISAGREEMENT = "house.disagreement"
CHOICE = "choice"


def acting_organisation(acting: Actor) -> UUID:
    """An act on a case is always an organisation's."""
    if acting.organisation_id is None:
        raise Refused("organisation_needed")
    return acting.organisation_id


# ---- facts as the core reads them


def living(rows: Sequence[Fact]) -> list[Fact]:
    """Facts that nobody corrected or withdrew. A withdrawal takes the fact it corrects with it, in every view."""
    gone = {row.corrects_id for row in rows if row.corrects_id}
    return [row for row in rows if row.pk not in gone and not (row.kind == WITHDRAWAL and row.corrects_id)]


def core_facts(mechanism: Mechanism, rows: Sequence[Fact], *, on: date | None = None) -> list[rulebook.Fact]:
    """Living facts for the core, dates inside fields as dates. `on`: the day on which two bodies may differ on whether she is a child."""
    standing = living(rows)
    disputed = _age_in_dispute(standing, on) if on is not None else None
    return [
        rulebook.Fact(
            row.pk, row.kind, row.earliest, row.latest, row.recorded_at, row.role, row.basis,
            from_json(mechanism, row.kind, row.fields if row.pk != disputed else {**row.fields, AGE_DISPUTED: "yes"}), None, row.hour,
        )
        for row in standing
    ]  # fmt: skip


AGE_DISPUTED = "age_disputed"


def _age_in_dispute(standing: Sequence[Fact], on: date) -> UUID | None:
    """The newest description of her, where the last words of two bodies put her on both sides of eighteen that day.

    She is then treated as a child until a person settles it (Council of Europe convention on trafficking, article 10(3)): a second
    body's word makes no runaway child an adult.
    """
    described = [row for row in standing if row.kind == "person_described"]
    if len({row.organisation_id for row in described}) < 2:
        return None
    differ = {fact for one in plausibility.disagreements([plausibility.statement(row) for row in described]) if one.field == "turns_18"
              for fact in one.facts}  # fmt: skip
    days = [plausibility.as_date(row.fields["turns_18"]["latest"]) for row in described if row.pk in differ]
    if not days or not min(days) <= on < max(days):
        return None
    return max(described, key=lambda row: row.when_said).pk


def from_json(mechanism: Mechanism, kind: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Stored clear fields as the core gave them."""
    declared = mechanism.facts.get(kind)
    if declared is None or not any(isinstance(value, dict) for value in fields.values()):
        return dict(fields)
    return {name: _days(value) if isinstance(value, dict) else value for name, value in fields.items()}


def _days(value: Mapping[str, str]) -> dict[str, date]:
    return {edge: plausibility.as_date(value[edge]) for edge in ("earliest", "latest")}


def to_json(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Clear fields as they are stored."""
    return {
        name: {edge: day.isoformat() for edge, day in value.items()} if isinstance(value, dict) else value for name, value in fields.items()
    }


def roots(rows: Iterable[Fact]) -> dict[UUID, UUID]:
    """Fact → the first of its chain of corrections."""
    before = {row.pk: row.corrects_id for row in rows}

    def first(fact_id: UUID) -> UUID:
        while (earlier := before.get(fact_id)) is not None:
            fact_id = earlier
        return fact_id

    return {fact_id: first(fact_id) for fact_id in before}


# ---- one view judged


@dataclass(frozen=True)
class Judgement:
    """What the mechanism says of a view on a day."""

    on: date
    findings: dict[str, rulebook.Finding]
    next_change_on: date | None
    disagreements: tuple[plausibility.Disagreement, ...] = ()


def judge(
    mechanism: Mechanism, rows: Sequence[Fact], *, on: date, groups: Sequence[str] | None, explained: bool = True
) -> Judgement:  # fmt: skip
    """Evaluate every rule, and our own look at disagreements, for the facts of one view. `explained` as the core says it."""
    return judge_many(mechanism, [rows], on=on, groups=groups, explained=explained)[0]


def judge_many(
    mechanism: Mechanism, cases: Sequence[Sequence[Fact]], *, on: date, groups: Sequence[str] | None, explained: bool = True
) -> list[Judgement]:  # fmt: skip
    """As `judge`, for several cases seen through the same groups on the same day: much cheaper together than one by one."""
    facts = [core_facts(mechanism, rows, on=on) for rows in cases]
    told = rulebook.evaluate_many(mechanism, facts, on=on, groups=groups, explained=explained)
    return [_judgement(evaluation, rows, on) for evaluation, rows in zip(told, cases, strict=True)]


def _judgement(told: rulebook.Evaluation, rows: Sequence[Fact], on: date) -> Judgement:
    found = plausibility.disagreements([plausibility.statement(row) for row in living(rows)])
    findings = dict(told.findings)
    if found:
        findings[DISAGREEMENT] = _disagreement(found)
    return Judgement(on, findings, told.next_change_on, tuple(found))


def _disagreement(found: Sequence[plausibility.Disagreement]) -> rulebook.Finding:
    facts = tuple(dict.fromkeys(fact for one in found for fact in one.facts))
    return rulebook.Finding(
        rule_id=DISAGREEMENT, kind="duty", outcome="open", since=None, until=None, due=None, facts_used=facts, trigger=facts[-1],
        reason=None, asks=None, missing=(), certainty="I", level=CHOICE, settled=True,
    )  # fmt: skip


# ---- stored


@dataclass
class Refreshed:
    """What a refresh wrote."""

    changed: list[str] = field(default_factory=list)
    opened: list[UUID] = field(default_factory=list)
    closed: list[UUID] = field(default_factory=list)
    missed: list[UUID] = field(default_factory=list)


def refresh(views: Sequence[View], *, acting: Actor, now: datetime, facts: Mapping[UUID, Sequence[Fact]] | None = None) -> Refreshed:
    """Judge views of one organisation anew and store what changed. `facts` by case, where they are at hand.

    The views must be locked by the caller (`locked_views`), in whose transaction everything is written. Cost, for any number of
    views: 5 reads (4 where the facts are at hand), at most 4 writes; 1 and 1 more where something was missed.
    """
    ids = [view.pk for view in views]
    case_ids = [view.case_id for view in views]
    own = all(view.owner_id == acting.organisation_id for view in views)
    rows = facts if facts is not None else _facts_of(case_ids, acting, own)
    granted = [view.grant_id for view in views if view.grant_id]
    ends = dict(Grant.objects.visible_to(acting).filter(pk__in=granted).values_list("pk", "ends_at")) if granted else {}
    roles = dict(Case.objects.visible_to(acting, own=own).filter(pk__in=case_ids).values_list("pk", "role"))
    stored = _by_view(Finding.objects.visible_to(acting, own=own).filter(view__in=ids))
    tasks = _by_view(Task.objects.visible_to(acting, own=own).filter(view__in=ids))
    writing = _Writing(acting, now)
    judgements = _judgements([view for view in views if view.case_id in roles], rows, now)
    for view in views:
        if view.case_id in roles:
            seen = rows.get(view.case_id, ())
            _refresh_one(view, judgements[view.pk], seen, stored[view.pk], tasks[view.pk], roles[view.case_id], writing)
            view.next_change_on = _earlier(view.next_change_on, ends.get(view.grant_id) if view.grant_id else None, view.zone)
        else:  # the grant has ended: nothing is judged on no facts, nothing is owed through this view
            writing.close_all(view, tasks[view.pk])
    written = writing.write()
    if written.missed:
        _note_missed(written.missed, acting)
    return written


def _note_missed(tasks: Sequence[UUID], acting: Actor) -> None:
    """What was not done while it could be stands in the ledger. Cost: 1 read, 1 row."""
    persons = Task.objects.visible_to(acting).filter(pk__in=tasks).order_by().values_list("case__person_id", flat=True).distinct()
    kind: Literal["write", "system"] = "system" if acting.kind == "system" else "write"
    ledger.record(acting, "miss_tasks", kind=kind, subjects=persons, detail={"tasks": list(tasks)})


def _earlier(day: date | None, ends_at: datetime | None, zone: str) -> date | None:
    """The night after a grant runs out, its view is closed."""
    if ends_at is None:
        return day
    night = civil_day(zone, ends_at) + timedelta(days=1)
    return night if day is None else min(day, night)


def locked_views(actor: Actor, *, own: bool = False, **which: Any) -> list[View]:
    """Views to refresh, locked in one order so that two jobs never wait for each other in a circle."""
    return list(View.objects.visible_to(actor, own=own).filter(**which).order_by("pk").select_for_update(of=("self",)))


def _facts_of(case_ids: Sequence[UUID], acting: Actor, own: bool) -> dict[UUID, list[Fact]]:
    found: dict[UUID, list[Fact]] = defaultdict(list)
    for fact in Fact.objects.visible_to(acting, own=own).filter(case__in=case_ids).defer("sealed"):
        found[fact.case_id].append(fact)
    return found


def _by_view(rows: Iterable[Any]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.view_id].append(row)
    return found


def _judgements(views: Sequence[View], rows: Mapping[UUID, Sequence[Fact]], now: datetime) -> dict[UUID, Judgement]:
    """Judge views together where mechanism, day and groups are the same."""
    alike: dict[tuple[str, date, tuple[str, ...] | None], list[View]] = defaultdict(list)
    for view in views:
        alike[view.mechanism, civil_day(view.zone, now), tuple(view.groups) if view.groups is not None else None].append(view)
    found: dict[UUID, Judgement] = {}
    for (name, on, groups), some in alike.items():
        judged = judge_many(mechanisms.named(name), [rows.get(view.case_id, ()) for view in some], on=on, groups=groups)
        found |= {view.pk: one for view, one in zip(some, judged, strict=True)}
    return found


def _refresh_one(
    view: View, judgement: Judgement, rows: Sequence[Fact], stored: list[Finding], tasks: list[Task], role: str, writing: _Writing
) -> None:
    mechanism = mechanisms.named(view.mechanism)
    writing.findings(view, judgement, {row.rule_id: row for row in stored})
    writing.tasks(view, judgement, tasks, mechanism, roots(rows), {row.pk: row for row in rows}, role)
    if view.mechanism_hash != mechanism.hash:
        mechanisms.keep(mechanism)
    view.mechanism_hash = mechanism.hash
    view.next_change_on = judgement.next_change_on
    view.evaluated_at, view.evaluated_on = writing.now, judgement.on
    view.revision = max((row.revision for row in rows), default=0)
    writing.views.append(view)


FINDING: Mapping[LiteralString, LiteralString] = {
    "view_id": "uuid", "case_id": "uuid", "organisation_id": "uuid", "owner_id": "uuid", "rule_id": "text", "kind": "text",
    "outcome": "text", "since": "date", "until": "date", "due_earliest": "date", "due_latest": "date", "detail": "jsonb",
}  # fmt: skip
ON_CONFLICT: LiteralString = (
    "ON CONFLICT (view_id, rule_id) DO UPDATE SET (kind, outcome, since, until, due_earliest, due_latest, detail)"
    " = (EXCLUDED.kind, EXCLUDED.outcome, EXCLUDED.since, EXCLUDED.until, EXCLUDED.due_earliest, EXCLUDED.due_latest, EXCLUDED.detail)"
)
TASK_COLUMNS = (
    "level", "urgent_since", "due_earliest", "due_latest", "opened_at", "overdue_at", "plan", "next_step_at", "closed_at", "closing",
    "closing_fact", "closed_by",
)  # fmt: skip
VIEW_COLUMNS = ("mechanism_hash", "next_change_on", "evaluated_at", "evaluated_on", "revision")


class _Writing:
    """Collects the changes of many views and writes each table once."""

    def __init__(self, acting: Actor, now: datetime) -> None:
        self.acting, self.now = acting, now
        self.views: list[View] = []
        self.changed_findings: list[Finding] = []
        self.new_tasks: list[Task] = []
        self.changed_tasks: dict[UUID, Task] = {}
        self.result = Refreshed()

    # -- findings

    def findings(self, view: View, judgement: Judgement, stored: Mapping[str, Finding]) -> None:
        for rule_id in stored.keys() - judgement.findings.keys():  # repealed, or a disagreement that ended
            self._finding(view, stored[rule_id], _gone(stored[rule_id]))
        for rule_id, told in judgement.findings.items():
            row = stored.get(rule_id)
            if row is not None or (told.kind != "condition" and told.outcome != "does_not_hold"):
                self._finding(view, row or _row_of(view, rule_id), _columns(told))

    def _finding(self, view: View, row: Finding, columns: Mapping[str, Any]) -> None:
        if row.outcome and all(getattr(row, name) == value for name, value in columns.items()):
            return
        for name, value in columns.items():
            setattr(row, name, value)
        self.changed_findings.append(row)
        self.result.changed.append(row.rule_id)

    # -- tasks

    def tasks(
        self, view: View, judgement: Judgement, tasks: list[Task], mechanism: Mechanism, root: Mapping[UUID, UUID],
        facts: Mapping[UUID, Fact], role: str,
    ) -> None:  # fmt: skip
        by_rule: dict[str, dict[tuple[UUID | None, str], Task]] = defaultdict(dict)
        for task in tasks:
            by_rule[task.rule_id][task.trigger_fact_id, task.role] = task
        for told in judgement.findings.values():
            if told.kind == "duty":
                mine = by_rule.pop(told.rule_id, {})
                self._duty(view, told, mechanism, mine, root, facts, role)
        for repealed in by_rule.values():
            for task in repealed.values():
                self._close(task, NO_LONGER_REQUIRED)

    def _duty(
        self, view: View, told: rulebook.Finding, mechanism: Mechanism, mine: dict[tuple[UUID | None, str], Task],
        root: Mapping[UUID, UUID], facts: Mapping[UUID, Fact], role: str,
    ) -> None:  # fmt: skip
        trigger = root.get(told.trigger) if told.trigger else None
        rule = mechanism.rules.get(told.rule_id)
        if told.outcome == "open":
            began = facts.get(told.trigger) if told.trigger else None
            urgent = began.latest if began is not None and rule and rule.duty and rule.duty.cannot_wait else None
            for who in rule.duty.who if rule and rule.duty else (role,):
                self._open(view, told, rule, mine.pop((trigger, who), None), trigger, who, urgent)
        elif told.outcome == "done":
            doing = _closing_fact(told, rule, facts)
            for key in [key for key in mine if key[0] == trigger]:
                self._done(view, mine.pop(key), facts.get(doing) if doing else None)
        elif told.outcome == "missed":
            for key in [key for key in mine if key[0] == trigger]:  # what was never owed while the file was open is not missed
                self._missed(mine.pop(key))
        if told.outcome != "cannot_tell":
            for task in mine.values():
                self._close(task, NO_LONGER_REQUIRED)

    def _open(
        self, view: View, told: rulebook.Finding, rule: rulebook.Rule | None, task: Task | None, trigger: UUID | None, who: str,
        urgent: date | None,
    ) -> None:  # fmt: skip
        if task is None:
            task = Task(
                view=view, case_id=view.case_id, organisation_id=view.organisation_id, owner_id=view.owner_id,
                rule_id=told.rule_id, trigger_fact_id=trigger, role=who, opened_at=self.now,
            )  # fmt: skip
            self._due(view, task, told, rule, urgent)
            self.new_tasks.append(task)
            self.result.opened.append(task.pk)
        elif task.closing != WAIVER:
            reopened = task.closed_at is not None
            if reopened:
                task.closed_at, task.closing, task.closing_fact, task.closed_by = None, "", None, None
                task.next_step_at = datetime.fromisoformat(task.plan[0][0]) if task.plan else None
                self.result.opened.append(task.pk)
            if self._due(view, task, told, rule, urgent) or reopened:
                self.changed_tasks[task.pk] = task

    def _missed(self, task: Task) -> None:
        """It can no longer be done: closed, counted, without a reminder more."""
        if task.closed_at is None:
            self.result.missed.append(task.pk)
        self._close(task, MISSED)

    def _done(self, view: View, task: Task, fact: Fact | None) -> None:
        """Close it by a fact. One closed as missed stays so, unless the fact came in time and was only written down late."""
        if task.closing == MISSED:
            assert task.closed_at is not None
            in_time = task.due_latest or civil_day(view.zone, task.closed_at)
            if fact is None or fact.latest > in_time:
                return
            task.closed_at = None
        self._close(task, FACT, fact.pk if fact else None)

    def _due(self, view: View, task: Task, told: rulebook.Finding, rule: rulebook.Rule | None, urgent: date | None) -> bool:
        """Set days and reminders; True when they moved. Steps already taken are known by their Reminder and not taken again."""
        earliest, latest = told.due or (None, None)
        on = civil_day(view.zone, self.now)
        steps = plan(
            rule if told.certainty != "M" else None, earliest, latest, who=task.role, opened_at=task.opened_at, zone=view.zone, on=on
        )
        planned = [[step.at.isoformat(), step.name, step.role] for step in steps]
        said = (earliest, latest, told.level, urgent, planned)
        if (task.due_earliest, task.due_latest, task.level, task.urgent_since, task.plan) == said:
            return False
        task.due_earliest, task.due_latest, task.level, task.urgent_since, task.plan = said
        task.overdue_at = end_of_day(latest, view.zone) if latest else None
        task.next_step_at = steps[0].at if steps else None
        return True

    def _close(self, task: Task, closing: str, fact: UUID | None = None) -> None:
        if task.closed_at is None:
            task.closed_at, task.closing, task.closing_fact_id = self.now, closing, fact
            self.changed_tasks[task.pk] = task
            self.result.closed.append(task.pk)

    def close_all(self, view: View, tasks: Iterable[Task]) -> None:
        for task in tasks:
            self._close(task, NO_LONGER_REQUIRED)
        view.next_change_on, view.evaluated_at = None, self.now
        view.mechanism_hash = mechanisms.named(view.mechanism).hash
        self.views.append(view)

    # -- once

    def write(self) -> Refreshed:
        if self.changed_findings:
            insert_rows("cases_finding", FINDING, [_values(row) for row in self.changed_findings], then=ON_CONFLICT)
        if self.new_tasks:
            Task.objects.bulk_create(self.new_tasks, batch_size=2000)
        if self.changed_tasks:
            _update(Task.objects.visible_to(self.acting), list(self.changed_tasks.values()), TASK_COLUMNS)
        if self.views:
            _update(View.objects.visible_to(self.acting), self.views, VIEW_COLUMNS)
        return self.result


def _update(rows: QuerySet[Any], changed: Sequence[Any], columns: Sequence[str]) -> None:
    """One statement for up to five hundred rows; for a single one, the usual case, the plain one, which is composed much faster."""
    if len(changed) > 1:
        rows.bulk_update(changed, columns, batch_size=500)
        return
    [row] = changed
    rows.filter(pk=row.pk).update(**{name: getattr(row, row._meta.get_field(name).attname) for name in columns})


def _values(row: Finding) -> tuple[Any, ...]:
    return tuple(json.dumps(row.detail) if name == "detail" else getattr(row, name) for name in FINDING)


def _row_of(view: View, rule_id: str) -> Finding:
    return Finding(
        view=view, case_id=view.case_id, organisation_id=view.organisation_id, owner_id=view.owner_id, rule_id=rule_id, outcome=""
    )


def _columns(told: rulebook.Finding) -> dict[str, Any]:
    earliest, latest = told.due or (None, None)
    return {
        "kind": told.kind,
        "outcome": told.outcome,
        "since": told.since,
        "until": told.until,
        "due_earliest": earliest,
        "due_latest": latest,
        "detail": {
            "facts": [str(fact) for fact in told.facts_used],
            "trigger": str(told.trigger) if told.trigger else None,
            "reason": told.reason,
            "asks": list(told.asks) if told.asks else None,
            "missing": [list(one) for one in told.missing],
            "certainty": told.certainty,
            "level": told.level,
            "settled": told.settled,
        },
    }


def _gone(row: Finding) -> dict[str, Any]:
    empty = {"since": None, "until": None, "due_earliest": None, "due_latest": None}
    return {"kind": row.kind, "outcome": "does_not_hold", **empty, "detail": {}}


def _closing_fact(told: rulebook.Finding, rule: rulebook.Rule | None, facts: Mapping[UUID, Fact]) -> UUID | None:
    """The first fact, among those the answer rests on, of a kind that does the duty."""
    kinds = {kind for selector in rule.duty.done for kind in selector.kinds} if rule and rule.duty else set()
    used = [facts[fact] for fact in told.facts_used if fact in facts and fact != told.trigger]
    doing = sorted((fact for fact in used if fact.kind in kinds), key=lambda fact: (fact.latest, fact.revision))
    return doing[0].pk if doing else None


# ---- reminders planned


@dataclass(frozen=True)
class ReminderStep:
    at: datetime
    name: str
    role: str


def plan(
    rule: rulebook.Rule | None, earliest: date | None, latest: date | None, *, who: str, opened_at: datetime, zone: str, on: date
) -> list[ReminderStep]:
    """Steps of reminding, earliest first: the days that the duty declares before it falls due, the morning after, the escalation.

    Days before are counted from the first day on which it may fall due, lateness from the last. A step whose morning had
    passed when the task was opened is left out, but for the last word: that it is overdue, and the escalation. Nothing is
    planned on a rule from memory that no jurist has checked, nor (the caller sees to it) on what rests on one. What can no longer
    be done once its day is over is never said to be late.
    """
    if rule is None or rule.duty is None or not rule.version_on(on).standing.presentable:
        return []
    steps: list[ReminderStep] = []
    if earliest and latest:
        before = [ReminderStep(morning_of(earliest - timedelta(days=days), zone), f"before:{days}", who) for days in rule.duty.remind]
        steps = [step for step in before if step.at >= opened_at]
        if rule.duty.lapses is not None and rule.duty.lapses.id == DUE_DAY_OVER:
            return sorted(steps, key=lambda step: step.at)
        steps.append(ReminderStep(morning_of(latest + timedelta(days=1), zone), "overdue", who))
    if rule.duty.escalate_to and rule.duty.escalate_after is not None:
        base = latest or civil_day(zone, opened_at)
        steps.append(ReminderStep(morning_of(base + timedelta(days=rule.duty.escalate_after), zone), "escalate", rule.duty.escalate_to))
    return sorted(steps, key=lambda step: step.at)


# ---- views


def open_view(case: Case, *, acting: Actor, grant: Grant | None = None) -> View | None:
    """The acting organisation's view of a case: the whole of it for the one that opened it, else the groups of the grant.

    None when one exists that the actor does not see: that of an earlier, wider grant, until the worker has narrowed it.
    """
    view = View(
        id=uuid4(), case=case, organisation_id=acting_organisation(acting), owner_id=case.organisation_id, grant=grant,
        groups=sorted(grant.groups) if grant else None, zone=case.zone, mechanism=case.mechanism,
    )  # fmt: skip
    View.objects.bulk_create([view], ignore_conflicts=True)
    views = locked_views(acting, own=grant is None, case=case, organisation=acting.organisation_id)
    return views[0] if views else None
