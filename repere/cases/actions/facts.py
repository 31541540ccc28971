"""Recording, correcting and withdrawing facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection
from django.db.models import Max, Q
from procrastinate.contrib.django import app as jobs

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.keyring import person_key, withdraw_person_key
from repere.cases import evaluation, mechanisms, plausibility
from repere.cases.access import standing, visible_case_by_id, visible_fact
from repere.cases.actions.by_the_house import add, house
from repere.cases.actions.notices import tell_keepers
from repere.cases.actions.receipts import claim
from repere.cases.evaluation import acting_organisation
from repere.cases.models import Case, Fact, Grant, View
from repere.cases.policy import load_policy
from repere.cases.referral.recalling import end_what_rested
from repere.cases.refusals import Refused
from repere.cases.sealed import KeyRing, seal_fields, split
from repere.cases.territory import civil_day, zone_of
from repere.core.dates import PartialDate
from repere.core.rulebook import MISSING, FactKind, FactRefused, Mechanism, check_fact

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
        _check_group(case, declared.group, grant, acting)
        _check_keeper(case, declared, grant, corrects)
        revision = next_revision(case)
        present = facts_of(case, acting)
        _check_ended_by_who_began(case, declared, grant, present)
        replaced = _replaced(present, corrects, kind=kind, mine=clean, acting=acting)
        fact = Fact(
            id=fact_id, case=case, owner_id=case.organisation_id, kind=kind, version=declared.version, data_group=declared.group,
            earliest=on.earliest, latest=on.latest, hour=hour, recorded_at=now, revision=revision, user_id=acting.user_id,
            organisation_id=acting_organisation(acting), role=acting.role, basis=basis, corrects=replaced,
        )  # fmt: skip
        _fill(fact, declared, clean, case, acting)
        _check_plausible(fact, present, replaced)
        add(fact, acting=acting)
        settle(case, [*present, fact], [fact], grant=grant, act="record_fact", acting=acting, now=now)
    return Recorded(fact, _meanwhile(present, seen_revision))


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
        present = facts_of(case, acting)
        replaced = _replaced(present, fact.pk, kind=fact.kind, mine={}, acting=acting)
        # It lies in the data group of what it withdraws: whoever sees the one sees the other.
        withdrawal = Fact(
            id=withdrawal_id, case=case, owner_id=case.organisation_id, kind=evaluation.WITHDRAWAL, data_group=fact.data_group,
            earliest=today.earliest, latest=today.latest, recorded_at=now, revision=revision, user_id=acting.user_id,
            organisation_id=acting_organisation(acting), role=acting.role, basis="own_act", corrects=replaced,
        )  # fmt: skip
        ring = KeyRing(person_key(case.person_id, acting_organisation(acting)))
        withdrawal.sealed = seal_fields(ring, withdrawal.pk, {"narrative": {"why": why.strip()}})
        add(withdrawal, acting=acting)
        grant = grant_of(case, acting)
        settle(case, [*present, withdrawal], [withdrawal], grant=grant, act="withdraw_fact", acting=acting, now=now)
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


def _check_group(case: Case, group: str, grant: Grant | None, acting: Actor) -> None:
    """A fact is added in a data group that one sees; in one's own organisation, who may not yet takes the file over first."""
    if grant is not None and group not in grant.groups:
        raise Refused("group_not_granted", name=case.organisation.name)
    held = standing(acting, case)
    policy = load_policy()
    own_words = policy.held_if_agreed(acting.role) if held.relation == "assigned" else frozenset()
    given_words = frozenset(word for purpose in held.purposes for word in policy.granted_if_agreed(acting.role, purpose))
    if group not in held.words | own_words | given_words:
        raise Refused("take_over_first") if grant is None else Refused("group_not_granted", name=case.organisation.name)


def why_not(case: Case, declared: FactKind, *, acting: Actor) -> Refused | None:
    """Why this body may not write this kind down in another body's file, to be said before a form is filled in. None for a file of its
    own. The verb asks again. Cost: two queries, none for a file of its own."""
    if case.organisation_id == acting.organisation_id:
        return None
    try:
        grant = grant_of(case, acting)
        if declared.id != evaluation.WITHDRAWAL:
            _check_keeper(case, declared, grant, None)
        _check_group(case, declared.group, grant, acting)
    except Grant.DoesNotExist:
        return Refused("group_not_granted", name=case.organisation.name)
    except Refused as refused:
        return refused
    return None


def _check_keeper(case: Case, declared: FactKind, grant: Grant | None, corrects: Fact | UUID | None) -> None:
    """What steers the whole file is said by who keeps it; what was entered in error is said of one fact."""
    if declared.id == evaluation.WITHDRAWAL and corrects is None:
        raise Refused("error_of_which_fact", field="kind")
    if declared.keeper_only and grant is not None:
        raise Refused("keeper_says", field="kind", name=case.organisation.name)


def _check_ended_by_who_began(case: Case, declared: FactKind, grant: Grant | None, present: Sequence[Fact]) -> None:
    """A presumption is not ended by a body that was given an access and never stated one: other bodies' grounds are theirs."""
    if grant is None or declared.id != "presumption_ended":
        return
    if not any(fact.kind == "presumption_stated" and fact.organisation_id == grant.organisation_id for fact in evaluation.living(present)):
        raise Refused("keeper_says", field="kind", name=case.organisation.name)


def as_the_owner(case: Case) -> Actor:
    """Clocks and copied columns of a case are moved by its organisation alone, whoever's fact makes them move."""
    return Actor.system("clock", organisation_id=case.organisation_id)


def next_revision(case: Case) -> int:
    """Count one more change. The row stays locked until the transaction ends: changes of a case come one after the other."""
    with acting_as(as_the_owner(case), savepoint=False), connection.cursor() as cursor:
        cursor.execute("UPDATE cases_case SET revision = revision + 1 WHERE id = %s RETURNING revision", [case.pk])
        case.revision = cursor.fetchone()[0]
    return case.revision


def hold_file(case_id: UUID, owner_id: UUID) -> None:
    """Within an act that gives, answers or ends an access: it comes before or after a consent that is taken back, never beside it.

    The same lock as `next_revision` takes. Whoever also locks an offer or a referral of this file locks the file first.
    """
    with acting_as(Actor.system("clock", organisation_id=owner_id)) as owner:
        files = Case.objects.visible_to(owner, own=True).filter(pk=case_id).select_for_update(no_key=True, of=("self",))
        list(files.order_by().values_list("pk", flat=True))


def facts_of(case: Case, acting: Actor) -> list[Fact]:
    """Facts of the case that the actor sees, oldest recording first, sealed bytes left where they are."""
    own = case.organisation_id == acting.organisation_id
    return list(Fact.objects.visible_to(acting, own=own).filter(case=case).defer("sealed").order_by("revision", "id"))


def settle(case: Case, facts: Sequence[Fact], new: Sequence[Fact], *, grant: Grant | None, act: str, acting: Actor, now: datetime) -> None:
    """After facts were added: what the lists say, the acting view, a job for the other views, one ledger row."""
    note_status(case, new)
    if grant is not None:
        tell_keepers(case, new, now=now)
    view = judge_own_view(case, grant=grant, acting=acting, now=now)
    end_what_consent_carried(case, facts, new, now=now)
    if grant is not None or Grant.objects.visible_to(acting, own=True).active().filter(case=case).exists():
        defer_others(case, but=view)
    detail = {"case": case.pk, "facts": [fact.pk for fact in new], "kinds": [fact.kind for fact in new], "revision": case.revision}
    ledger.record(acting, act, subjects=[case.person_id], detail=detail)


def judge_own_view(case: Case, *, grant: Grant | None, acting: Actor, now: datetime) -> View | None:
    """The acting organisation's view, judged on all that it holds: a colleague who sees less must not close what rests on the rest."""
    with acting_as(house(acting, "evaluate")) as judge:
        views = evaluation.locked_views(judge, own=grant is None, case=case, organisation=acting.organisation_id)
        view = views[0] if views else evaluation.open_view(case, acting=judge, grant=grant)
        if view is not None:
            follow_case(view, case)
            evaluation.refresh([view], acting=judge, now=now)
    return view


def end_what_consent_carried(case: Case, facts: Sequence[Fact], new: Sequence[Fact], *, now: datetime) -> None:
    """A consent that she takes back ends, at once, the accesses that rested on it."""
    corrected = {fact.corrects_id for fact in new}
    if not any(fact.kind in CONSENT_MOVES for fact in new) and not any(fact.kind in CONSENTS and fact.pk in corrected for fact in facts):
        return
    with acting_as(as_the_owner(case)) as owner:
        resting = Grant.objects.visible_to(owner).active().filter(case=case, owner=case.organisation_id).exclude(consent_fact=None)
        standing_now = {fact.pk for fact in consents_standing(facts_of(case, owner), on=civil_day(case.zone, now))}
        for grant in resting:
            if grant.consent_fact not in standing_now:
                Grant.objects.visible_to(owner).filter(pk=grant.pk).update(revoked_at=now)
                withdraw_person_key(grant.person_id, grant.owner_id, grant.organisation_id)
                defer_others(case)
                ledger.record(owner, "end_grant", kind="system", subjects=[case.person_id], detail={"case": case.pk, "grant": grant.pk})
        end_what_rested(case, standing_now, owner=owner, now=now)


CONSENT_MOVES = frozenset({"consent_withdrawn", "consent_refused"})
CONSENTS = CONSENT_MOVES | {"consent_given"}


def consents_standing(facts: Sequence[Fact], *, on: date) -> list[Fact]:
    """Consents that nobody took back: not corrected, not ended, not followed by a withdrawal or a refusal for the same purpose.

    As said to who keeps the file: what she told another body is told to them, and asked again.
    """
    living = [fact for fact in evaluation.living(facts) if fact.by_keeper]
    taken_back = [fact for fact in living if fact.kind in CONSENT_MOVES]

    def stands(fact: Fact) -> bool:
        ends = fact.fields.get("ends")
        over = isinstance(ends, Mapping) and date.fromisoformat(str(ends["latest"])) < on
        after = (one for one in taken_back if (one.latest, one.recorded_at) >= (fact.earliest, fact.recorded_at))
        return not over and all(_other_consent(one, fact) for one in after)

    return [fact for fact in living if fact.kind == "consent_given" and stands(fact)]


def _other_consent(taken_back: Fact, given: Fact) -> bool:
    """A withdrawal that names no purpose takes every consent back; one that names no recipient, every recipient."""
    for name in ("purpose", "recipient"):
        theirs, ours = taken_back.fields.get(name), given.fields.get(name)
        if theirs and theirs not in MISSING and ours and ours not in MISSING and theirs != ours:
            return True
    return False


def defer_others(case: Case, *, but: View | None = None) -> None:
    """A job, in this very transaction, for the views that this actor does not see."""
    jobs.configure_task(EVALUATE_OTHERS).defer(case_id=str(case.pk), but=str(but.pk) if but else None)


def note_status(case: Case, new: Sequence[Fact]) -> None:
    """Copy to the case what lists, clocks and doors need: closed or open, country, territory, what her consent opens.

    By the word of who keeps the file alone: a fact of another body is one more statement in it.
    """
    new = [fact for fact in new if fact.by_keeper]
    before = (case.closed_on, case.jurisdiction, case.mechanism, case.territory, case.zone)
    _note_agreed(case, new)
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
        with acting_as(as_the_owner(case)):
            case.save(update_fields=["closed_on", "status_on", "jurisdiction", "mechanism", "territory", "zone"])


def _note_agreed(case: Case, new: Sequence[Fact]) -> None:
    """Which data groups her standing consents open. Counted on the whole file, whoever recorded the last fact."""
    if any(fact.kind in CONSENTS or fact.corrects_id for fact in new):
        note_consents([case.pk], as_the_owner(case))
        case.refresh_from_db(fields=["agreed"], from_queryset=Case.objects.visible_to(as_the_owner(case)))


def note_consents(case_ids: Sequence[UUID], acting: Actor) -> None:
    """Copy to files of the acting organisation what her standing consents open there."""
    if not case_ids:
        return
    opened, told = load_policy().opened_by_consent, defaultdict(list)
    moves = Q(kind__in=CONSENTS) | Q(corrects__isnull=False)
    with acting_as(house(acting, "consents")) as owner:
        files = Case.objects.visible_to(owner, own=True).filter(pk__in=case_ids).only("id", "agreed", "opened_on")
        facts = Fact.objects.visible_to(owner, own=True).filter(case__in=case_ids)
        for fact in facts.filter(moves).defer("sealed").order_by("revision", "id"):
            told[fact.case_id].append(fact)
        days = dict(facts.order_by().values_list("case_id").annotate(Max("latest")))
        for case in files:
            standing_now = consents_standing(told[case.pk], on=days.get(case.pk, case.opened_on))
            agreed = sorted({opened[word] for fact in standing_now if (word := str(fact.fields.get("purpose", ""))) in opened})
            if agreed != sorted(case.agreed):
                case.agreed = agreed
                case.save(update_fields=["agreed"])


def _territories(case: Case) -> Mapping[str, Any]:
    return mechanisms.named(case.mechanism).codelists.get("departement", {})


def follow_case(view: View, case: Case) -> None:
    """A view counts the days and asks the law of its case."""
    if (view.zone, view.mechanism) != (case.zone, case.mechanism):
        view.zone, view.mechanism = case.zone, case.mechanism
        view.save(update_fields=["zone", "mechanism"])


# ---- steps of recording one fact


def _replaced(present: Sequence[Fact], corrects: Fact | UUID | None, *, kind: str, mine: Mapping[str, Any], acting: Actor) -> Fact | None:
    """The fact that is being corrected; Refused with both versions when somebody corrected it before.

    Nobody corrects what another authority stated: a disagreement is kept, and shown.
    """
    if corrects is None:
        return None
    wanted = corrects.pk if isinstance(corrects, Fact) else corrects
    replaced = next((fact for fact in present if fact.pk == wanted), None)
    if replaced is None:
        raise Refused("correction_of_another_case", field="corrects")
    if replaced.organisation_id != acting.organisation_id:
        raise Refused("correction_by_another_authority", field="corrects")
    if replaced.kind != kind:
        raise Refused("correction_changes_kind", field="kind")
    theirs = next((fact for fact in present if fact.corrects_id == wanted), None)
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


def _check_plausible(fact: Fact, present: Sequence[Fact], replaced: Fact | None) -> None:
    others = [plausibility.statement(one) for one in evaluation.living(present)]
    plausibility.check(plausibility.statement(fact), others, corrected=replaced.pk if replaced else None)


def _meanwhile(present: Sequence[Fact], seen_revision: int | None) -> list[Fact]:
    return [] if seen_revision is None else [fact for fact in present if fact.revision > seen_revision]


def _recorded_before(case: Case, fact_id: UUID, seen_revision: int | None, acting: Actor) -> Recorded:
    fact = visible_fact(acting, fact_id)
    before = [one for one in facts_of(case, acting) if one.revision < fact.revision]
    return Recorded(fact, _meanwhile(before, seen_revision))
