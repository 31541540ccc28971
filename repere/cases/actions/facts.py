"""Recording, correcting and withdrawing facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection
from procrastinate.contrib.django import app as jobs

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.keyring import person_key
from repere.cases import evaluation, mechanisms, plausibility
from repere.cases.access import visible_case_by_id, visible_fact
from repere.cases.actions.receipts import claim
from repere.cases.evaluation import acting_organisation
from repere.cases.models import Case, Fact, Grant, View
from repere.cases.refusals import Refused
from repere.cases.sealed import KeyRing, seal_fields, split
from repere.cases.territory import civil_day, zone_of
from repere.core.dates import PartialDate
from repere.core.rulebook import FactKind, FactRefused, Mechanism, check_fact

EVALUATE_OTHERS = "repere.cases.jobs.evaluate_others"
CLOSES = frozenset({"exit", evaluation.WITHDRAWAL})
OPENS = frozenset({"re_entry", "case_reopened", "presumption_stated", "support_started"})
"""Kinds after which the lists count a case as closed, or as open again. Rights never depend on it."""


@dataclass(frozen=True)
class Recorded:
    """What was recorded, and what others recorded on this case since the form was opened."""

    fact: Fact
    meanwhile: list[Fact] = field(default_factory=list)


def record_fact(
    case: Case,
    *,
    kind: str,
    on: PartialDate,
    fields: Mapping[str, Any],
    basis: str,
    corrects: Fact | UUID | None = None,
    key: UUID,
    seen_revision: int | None = None,
    hour: int | None = None,
    acting: Actor,
    now: datetime,
) -> Recorded:
    """Add one fact to a case. A correction names the fact it replaces; both stay.

    In one transaction: the fact, the findings and tasks of the acting organisation's view, a job for the other views, the ledger
    row. `seen_revision` is the revision the form was filled against. Refused when the declarations, the grant or another fact of the same
    authority forbid it, or when somebody corrected the same fact before.
    """
    fact_id = uuid4()
    with acting_as(acting):
        case = visible_case_by_id(acting, case.pk)
        if earlier := claim(key, "record_fact", fact_id, acting=acting, now=now):
            return _recorded_before(case, earlier, seen_revision, acting)
        mechanism = mechanisms.named(case.mechanism)
        clean = checked(mechanism, kind, fields, on=on, role=acting.role, basis=basis, today=civil_day(case.zone, now))
        declared = mechanism.facts[kind]
        grant = grant_of(case, acting)
        if grant is not None and declared.group not in grant.groups:
            raise Refused("group_not_granted")
        revision = next_revision(case)
        standing = facts_of(case, acting)
        replaced = _replaced(standing, corrects, kind=kind, mine=clean, acting=acting)
        fact = Fact(
            id=fact_id, case=case, owner_id=case.organisation_id, kind=kind, version=declared.version, data_group=declared.group,
            earliest=on.earliest, latest=on.latest, hour=hour, recorded_at=now, revision=revision, user_id=acting.user_id,
            organisation_id=acting_organisation(acting), role=acting.role, basis=basis, corrects=replaced,
        )  # fmt: skip
        _fill(fact, declared, clean, case, acting)
        _check_plausible(fact, standing, replaced)
        fact.save(force_insert=True)
        settle(case, [*standing, fact], [fact], grant=grant, act="record_fact", acting=acting, now=now)
    return Recorded(fact, _meanwhile(standing, seen_revision))


def withdraw_fact(fact: Fact, *, why: str, key: UUID, acting: Actor, now: datetime) -> Fact:
    """Say that a fact was entered in error. It stays readable and counts for nothing; why is sealed beside it."""
    withdrawal_id = uuid4()
    with acting_as(acting):
        fact = visible_fact(acting, fact.pk)
        if not why.strip():
            raise Refused("why_needed", field="why")
        if earlier := claim(key, "withdraw_fact", withdrawal_id, acting=acting, now=now):
            return visible_fact(acting, earlier)
        case = visible_case_by_id(acting, fact.case_id)
        today = PartialDate.on(civil_day(case.zone, now))
        mechanism = mechanisms.named(case.mechanism)
        checked(mechanism, evaluation.WITHDRAWAL, {}, on=today, role=acting.role, basis="own_act", today=today.earliest)
        revision = next_revision(case)
        standing = facts_of(case, acting)
        replaced = _replaced(standing, fact.pk, kind=fact.kind, mine={}, acting=acting)
        # It lies in the data group of what it withdraws: whoever sees the one sees the other.
        withdrawal = Fact(
            id=withdrawal_id, case=case, owner_id=case.organisation_id, kind=evaluation.WITHDRAWAL, data_group=fact.data_group,
            earliest=today.earliest, latest=today.latest, recorded_at=now, revision=revision, user_id=acting.user_id,
            organisation_id=acting_organisation(acting), role=acting.role, basis="own_act", corrects=replaced,
        )  # fmt: skip
        ring = KeyRing(person_key(case.person_id, acting_organisation(acting)))
        withdrawal.sealed = seal_fields(ring, withdrawal.pk, {"narrative": {"why": why.strip()}})
        withdrawal.save(force_insert=True)
        grant = grant_of(case, acting)
        settle(case, [*standing, withdrawal], [withdrawal], grant=grant, act="withdraw_fact", acting=acting, now=now)
    return withdrawal


# ---- shared with the other actions of this room


def checked(
    mechanism: Mechanism, kind: str, fields: Mapping[str, Any], *, on: PartialDate, role: str, basis: str, today: date
) -> dict[str, Any]:
    """Clean fields, or a refusal with every reason."""
    try:
        return check_fact(mechanism, kind, fields, earliest=on.earliest, latest=on.latest, role=role, basis=basis, today=today)
    except FactRefused as refused:
        raise Refused.of_fact(refused) from refused


def grant_of(case: Case, acting: Actor) -> Grant | None:
    """The running grant under which the actor sees the case; None for the organisation that opened it."""
    if case.organisation_id == acting.organisation_id:
        return None
    return Grant.objects.visible_to(acting).active().get(case=case, organisation=acting.organisation_id)


def next_revision(case: Case) -> int:
    """Count one more change. The row stays locked until the transaction ends: changes of a case come one after the other."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cases_case SET revision = revision + 1 WHERE id = %s RETURNING revision", [case.pk])
        case.revision = cursor.fetchone()[0]
    return case.revision


def facts_of(case: Case, acting: Actor) -> list[Fact]:
    """Facts of the case that the actor sees, oldest recording first, sealed bytes left where they are."""
    own = case.organisation_id == acting.organisation_id
    return list(Fact.objects.visible_to(acting, own=own).filter(case=case).defer("sealed").order_by("revision", "id"))


def settle(case: Case, facts: Sequence[Fact], new: Sequence[Fact], *, grant: Grant | None, act: str, acting: Actor, now: datetime) -> None:
    """After facts were added: what the lists say, the acting view, a job for the other views, one ledger row."""
    note_status(case, new)
    views = evaluation.locked_views(acting, own=grant is None, case=case, organisation=acting.organisation_id)
    view = views[0] if views else evaluation.open_view(case, acting=acting, grant=grant)
    if view is not None:
        follow_case(view, case)
        evaluation.refresh([view], acting=acting, now=now, facts={case.pk: facts})
    if grant is not None or Grant.objects.visible_to(acting, own=True).active().filter(case=case).exists():
        defer_others(case, but=view)
    detail = {"case": case.pk, "facts": [fact.pk for fact in new], "kinds": [fact.kind for fact in new], "revision": case.revision}
    ledger.record(acting, act, subjects=[case.person_id], detail=detail)


def defer_others(case: Case, *, but: View | None = None) -> None:
    """A job, in this very transaction, for the views that this actor does not see."""
    jobs.configure_task(EVALUATE_OTHERS).defer(case_id=str(case.pk), but=str(but.pk) if but else None)


def note_status(case: Case, new: Sequence[Fact]) -> None:
    """Copy to the case what lists and clocks need: closed or open, country, territory."""
    before = (case.closed_on, case.jurisdiction, case.mechanism, case.territory, case.zone)
    for fact in new:
        if fact.kind in CLOSES and fact.corrects_id is None:
            case.closed_on, case.status_on = fact.latest, fact.latest
        elif fact.kind in OPENS and case.closed_on is not None:
            case.closed_on, case.status_on = None, fact.latest
        elif fact.kind == "jurisdiction_set" and fact.fields.get("country") in mechanisms.DEFAULTS:
            case.jurisdiction = fact.fields["country"]
            case.mechanism = mechanisms.default_name(case.jurisdiction)
        elif fact.kind == "person_described" and fact.fields.get("territory") in _territories(case):
            case.territory = fact.fields["territory"]
    case.zone = zone_of(case.jurisdiction, case.territory)
    if before != (case.closed_on, case.jurisdiction, case.mechanism, case.territory, case.zone):
        case.save(update_fields=["closed_on", "status_on", "jurisdiction", "mechanism", "territory", "zone"])


def _territories(case: Case) -> Mapping[str, Any]:
    return mechanisms.named(case.mechanism).codelists.get("departement", {})


def follow_case(view: View, case: Case) -> None:
    """A view counts the days and asks the law of its case."""
    if (view.zone, view.mechanism) != (case.zone, case.mechanism):
        view.zone, view.mechanism = case.zone, case.mechanism
        view.save(update_fields=["zone", "mechanism"])


# ---- steps of recording one fact


def _replaced(standing: Sequence[Fact], corrects: Fact | UUID | None, *, kind: str, mine: Mapping[str, Any], acting: Actor) -> Fact | None:
    """The fact that is being corrected; Refused with both versions when somebody corrected it before.

    Nobody corrects what another authority stated: a disagreement is kept, and shown.
    """
    if corrects is None:
        return None
    wanted = corrects.pk if isinstance(corrects, Fact) else corrects
    replaced = next((fact for fact in standing if fact.pk == wanted), None)
    if replaced is None:
        raise Refused("correction_of_another_case", field="corrects")
    if replaced.organisation_id != acting.organisation_id:
        raise Refused("correction_by_another_authority", field="corrects")
    if replaced.kind != kind:
        raise Refused("correction_changes_kind", field="kind")
    theirs = next((fact for fact in standing if fact.corrects_id == wanted), None)
    if theirs is not None:
        raise CorrectedMeanwhile(original=replaced, theirs=theirs, mine=dict(mine))
    return replaced


class CorrectedMeanwhile(Refused):
    """Somebody corrected the same fact first. Their version and ours are both here."""

    def __init__(self, *, original: Fact, theirs: Fact, mine: dict[str, Any]) -> None:
        super().__init__("corrected_meanwhile", field="corrects")
        self.original, self.theirs, self.mine = original, theirs, mine


def _fill(fact: Fact, declared: FactKind, clean: Mapping[str, Any], case: Case, acting: Actor) -> None:
    clear, secret = split(declared, clean)
    fact.fields = evaluation.to_json(clear)
    if secret:
        fact.sealed = seal_fields(KeyRing(person_key(case.person_id, acting_organisation(acting))), fact.pk, secret)


def _check_plausible(fact: Fact, standing: Sequence[Fact], replaced: Fact | None) -> None:
    others = [plausibility.statement(one) for one in evaluation.living(standing)]
    plausibility.check(plausibility.statement(fact), others, corrected=replaced.pk if replaced else None)


def _meanwhile(standing: Sequence[Fact], seen_revision: int | None) -> list[Fact]:
    return [] if seen_revision is None else [fact for fact in standing if fact.revision > seen_revision]


def _recorded_before(case: Case, fact_id: UUID, seen_revision: int | None, acting: Actor) -> Recorded:
    fact = visible_fact(acting, fact_id)
    before = [one for one in facts_of(case, acting) if one.revision < fact.revision]
    return Recorded(fact, _meanwhile(before, seen_revision))
