"""What a form starts from: drafts, and facts as they were recorded."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Max

from repere.accounts.actor import Actor
from repere.accounts.keyring import NoKey, person_key
from repere.cases import evaluation, mechanisms, sealed
from repere.cases.access import standing, visible_case_by_id, visible_task
from repere.cases.actions.drafts import read_draft
from repere.cases.card import CardRight, rights_for_card
from repere.cases.models import Case, Draft, Fact, Receipt, ScopedQuerySet, Task
from repere.cases.queries import wording
from repere.cases.refusals import NotVisible
from repere.cases.sealed import KeyRing
from repere.core.sealing import SealBroken

PRINTED = ("national_law", "international_obligation")


def revision_seen(actor: Actor, case: Case) -> int:
    """Up to which change the reader sees the file: what is closed to her is not counted. Cost: no query for one's own files, else 1."""
    if case.organisation_id == actor.organisation_id:
        return case.revision
    return Fact.objects.visible_to(actor).filter(case=case).aggregate(last=Max("revision"))["last"] or 0


@dataclass(frozen=True)
class KeptDraft:
    """A form that was not sent, opened for the one who was writing it."""

    form: str
    saved_at: datetime
    body: Mapping[str, Any]

    @property
    def key(self) -> str:
        """What follows the colon in its name."""
        return self.form.partition(":")[2]

    @property
    def code_name(self) -> str:
        """The code name typed in a situation that was begun, or nothing."""
        typed = self.body.get("person", {}).get("pseudonym", [""])
        return str(typed[0]).strip() if typed else ""


def draft(actor: Actor, *, form: str, case: Case | None) -> KeptDraft | None:
    """Cost: 1 query, 1 more for the key when there is a draft."""
    row = Draft.objects.visible_to(actor).filter(user=actor.user_id, form=form, case=case.pk if case else None).first()
    return _opened(row, actor) if row else None


def begun_concerns(actor: Actor) -> ScopedQuerySet[Draft]:
    """Situations this person began to write down and did not enter."""
    return Draft.objects.visible_to(actor).filter(user=actor.user_id, case=None, form__startswith="concern:")


def begun(actor: Actor) -> list[KeptDraft]:
    """The same, opened, the last first. Cost: 1 query, 1 more for the key of each."""
    rows = begun_concerns(actor).order_by("-saved_at", "pk")[:10]
    return [kept for row in rows if (kept := _opened(row, actor))]


def already_sent(actor: Actor, key: UUID) -> bool:
    """True when what was filled in under this key was sent: a late autosave brings no draft back. Cost: 1 query."""
    return Receipt.objects.visible_to(actor).filter(organisation=actor.organisation_id, key=key).exists()


def entered_as(actor: Actor, key: UUID) -> str:
    """The code of the file that a concern became. Cost: 2 queries. Raises NotVisible where there is none."""
    receipt = Receipt.objects.visible_to(actor).filter(organisation=actor.organisation_id, key=key, act="open_case").first()
    if receipt is None:
        raise NotVisible
    return visible_case_by_id(actor, receipt.result).code


def _opened(row: Draft, actor: Actor) -> KeptDraft | None:
    body = read_draft(row, acting=actor)
    return None if body is None else KeptDraft(row.form, row.saved_at, body)


def fields_of(actor: Actor, fact: Fact) -> dict[str, Any]:
    """Every field of a fact, sealed ones too where they open for this organisation."""
    fields = dict(fact.fields)
    if fact.sealed and actor.organisation_id:
        with suppress(NoKey, SealBroken):
            fields |= sealed.open_fields(KeyRing(person_key(fact.case.person_id, actor.organisation_id)), fact)
    return fields


def latest_fact(actor: Actor, case: Case, kind: str) -> Fact | None:
    """The last standing fact of a kind."""
    return latest_facts(actor, case, kind).first()


def latest_facts(actor: Actor, case: Case, kind: str) -> ScopedQuerySet[Fact]:
    """Standing facts of a kind, the last word first."""
    facts = Fact.objects.visible_to(actor).filter(case=case)
    corrected = facts.exclude(corrects=None).values("corrects")
    standing_ones = facts.filter(kind=kind).exclude(pk__in=corrected).select_related("case", "organisation")
    return standing_ones.order_by("-latest", "-recorded_at", "-pk")


@dataclass(frozen=True)
class TaskPage:
    task: Task
    case: Case
    duty: str
    role_label: str


def task_page(actor: Actor, task_id: UUID) -> TaskPage:
    task = visible_task(actor, task_id)
    mechanism = mechanisms.named(task.case.mechanism)
    label = wording.rule_label(mechanism, task.rule_id, actor.language)
    return TaskPage(task, task.case, label, wording.role(mechanism, task.role, actor.language))


@dataclass(frozen=True)
class Card:
    """What may stand on the rights card, and how many rights may not."""

    rights: list[CardRight]
    demands: list[CardRight]
    left_out: int


def card_of(actor: Actor, case: Case, *, on: date, language: str) -> Card:
    """The rights that hold today, through the actor's view."""
    facts = list(Fact.objects.visible_to(actor).filter(case=case).defer("sealed").order_by("revision", "id"))
    mechanism = mechanisms.named(case.mechanism)
    groups = standing(actor, case).groups(tuple(mechanism.groups))
    found = evaluation.judge(mechanism, facts, on=on, groups=groups).findings
    rights = rights_for_card(mechanism, found, on=on, language=language)
    held = [f for f in found.values() if f.outcome == "holds" and f.level in PRINTED and mechanism.rules[f.rule_id].card]
    demanded = mechanisms.demanded_for(case.jurisdiction)
    demands: list[CardRight] = []
    if demanded is not None:
        asked = evaluation.judge(demanded, facts, on=on, groups=groups).findings
        demands = [r for r in rights_for_card(demanded, asked, on=on, language=language, with_demands=True) if r.level == "demanded"]
    return Card(rights, demands, len(held) - len(rights))
