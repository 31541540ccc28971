"""Interpreters whom a person does not want: remembered in her file without a reason, and left out when one is looked for.

Sealed under her own key, in a tier of its own. The row belongs to the word "may_share" (who decides what leaves), which her own
organisation's followers hold and which no access to another organisation can name: neither the interpreter, nor the directory, nor
whoever receives her file learns of it. The ledger keeps that somebody wrote, not about whom.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.keyring import person_key
from repere.cases.access import standing
from repere.cases.actions.by_the_house import add
from repere.cases.evaluation import acting_organisation
from repere.cases.models import Case, SealedRecord
from repere.cases.refusals import NotVisible
from repere.cases.sealed import RECORD, KeyRing, open_newest
from repere.directory.doors import visible_service
from repere.directory.entry_models import Service
from repere.directory.refusals import NotVisible as NoSuchEntry
from repere.directory.vocabulary import Function

TIER, WORD = "interpreters", "may_share"


def unwanted_interpreters(case: Case, *, acting: Actor) -> frozenset[UUID]:
    """Entries of the directory that she does not want. Empty for whoever may not know it."""
    with acting_as(acting):
        return _unwanted(case, acting) if _is_ours(case, acting) else frozenset()


def leave_out_interpreter(case: Case, service_id: UUID, *, acting: Actor, now: datetime) -> None:
    """She does not want this one. No reason is asked for, and there is nowhere to write one."""
    _write(case, service_id, True, acting, now)


def take_interpreter_back(case: Case, service_id: UUID, *, acting: Actor, now: datetime) -> None:
    """She may be asked about this one again."""
    _write(case, service_id, False, acting, now)


def _write(case: Case, service_id: UUID, unwanted: bool, acting: Actor, now: datetime) -> None:
    with acting_as(acting):
        if not _is_ours(case, acting):
            raise NotVisible
        # Two colleagues who write at the same time come one after the other.
        list(Case.objects.visible_to(acting, own=True).filter(pk=case.pk).select_for_update(of=("self",)))
        before = _unwanted(case, acting)
        if unwanted and not _is_interpreter(service_id, acting):
            raise NotVisible
        after = before | {service_id} if unwanted else before - {service_id}
        if after == before:
            return
        me, last = acting_organisation(acting), _newest(case, acting)
        record = SealedRecord(
            id=uuid4(), person_id=case.person_id, owner_id=me, tier=TIER, data_group=WORD, version=last.version + 1 if last else 1,
            recorded_at=now, user_id=acting.user_id,
        )  # fmt: skip
        ring = KeyRing(person_key(case.person_id, me))
        record.blob = ring.seal(RECORD, record.pk, TIER, {"unwanted": sorted(map(str, after))})
        add(record, acting=acting)
        ledger.record(acting, "keep_wish", subjects=[case.person_id], detail={"version": record.version})


def _is_interpreter(service_id: UUID, acting: Actor) -> bool:
    try:
        found: Service = visible_service(acting, service_id)
    except NoSuchEntry:
        return False
    return found.function == Function.INTERPRETER


def _is_ours(case: Case, acting: Actor) -> bool:
    """Her own organisation, and somebody who follows her file."""
    return case.organisation_id == acting.organisation_id and WORD in standing(acting, case).words


def _unwanted(case: Case, acting: Actor) -> frozenset[UUID]:
    record = _newest(case, acting)
    if record is None:
        return frozenset()
    told = open_newest(KeyRing(person_key(case.person_id, acting_organisation(acting))), record.and_before(acting)).values
    return frozenset(UUID(one) for one in told.get("unwanted", ()))


def _newest(case: Case, acting: Actor) -> SealedRecord | None:
    rows = SealedRecord.objects.visible_to(acting, own=True).filter(person=case.person_id, tier=TIER)
    found: SealedRecord | None = rows.order_by("-version").first()
    return found
