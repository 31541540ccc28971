"""What waits on a member's desk: reminders, and what is told about a file itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q

from repere.accounts.actor import Actor
from repere.cases import mechanisms
from repere.cases.actions.notices import SAID_ELSEWHERE, TOLD_TO_KEEPERS
from repere.cases.models import Fact, Notice
from repere.cases.queries import wording

PAGE = 50
MOST_FACTS = 200


@dataclass(frozen=True)
class NoticeLine:
    """A line on somebody's desk. `by`, `said`, `fact_id`: of what another body noted, its name, the kind of fact in words and which one it
    is; nothing where the reader may not see it."""

    notice_id: UUID
    task_id: UUID | None
    person_id: UUID
    code: str
    pseudonym: str
    duty: str
    step: str
    at: datetime
    role_label: str
    by: str = ""
    said: str = ""
    fact_id: UUID | None = None


def notices(actor: Actor, *, limit: int = PAGE) -> list[NoticeLine]:
    """Unread reminders of the actor: those to her by name, to her role, or to everybody; of what another body noted, one line a fact, where
    she may see it. Cost: 1 query, and 1 where another body noted something."""
    to_me = Q(user=actor.user_id) | Q(user=None, role__in=[*mechanisms.roles_answering_to(actor.role), ""])
    unread = Notice.objects.visible_to(actor).filter(to_me, organisation=actor.organisation_id, read_at=None)
    rows = list(unread.select_related("case", "task").order_by("-at", "pk")[:limit])
    facts = _noted(actor, [row for row in rows if row.step == SAID_ELSEWHERE])
    found: list[NoticeLine] = []
    for row in rows:
        line = _line(row, actor)
        said = [fact for fact in facts if row.step == SAID_ELSEWHERE and fact.case_id == row.case_id and fact.recorded_at >= row.at]
        found += [_of_fact(line, row, fact, actor) for fact in said] or [line]
    return found


def _line(row: Notice, actor: Actor) -> NoticeLine:
    duty = wording.rule_label(mechanisms.named(row.case.mechanism), row.task.rule_id, actor.language) if row.task else ""
    role = wording.role(mechanisms.common(), row.role, actor.language) if row.role else ""
    return NoticeLine(row.pk, row.task_id, row.case.person_id, row.case.code, row.case.pseudonym, duty, row.step, row.at, role)


def _noted(actor: Actor, told: Sequence[Notice]) -> list[Fact]:
    """What other bodies noted since the first of these lines was written, newest first, without what was corrected meanwhile."""
    if not told:
        return []
    facts = Fact.objects.visible_to(actor).filter(
        case_id__in={row.case_id for row in told}, kind__in=TOLD_TO_KEEPERS, recorded_at__gte=min(row.at for row in told),
    ).exclude(organisation_id=F("owner_id"))  # fmt: skip
    corrected = Fact.objects.visible_to(actor).filter(case_id__in={row.case_id for row in told}).exclude(corrects=None).values("corrects")
    return list(facts.exclude(pk__in=corrected).select_related("organisation").order_by("-recorded_at", "pk")[:MOST_FACTS])


def _of_fact(line: NoticeLine, row: Notice, fact: Fact, actor: Actor) -> NoticeLine:
    kind = mechanisms.named(row.case.mechanism).facts.get(fact.kind)
    said = kind.label.text(actor.language) if kind else fact.kind
    return replace(line, at=fact.recorded_at, by=fact.organisation.name, said=said, fact_id=fact.pk)
