"""Forms not yet sent, kept for the one who was filling them, sealed under the organisation's key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from repere import ledger
from repere.accounts.acting import acting_as, one_after_the_other
from repere.accounts.actor import Actor
from repere.accounts.keyring import ensure_organisation_key, organisation_keys
from repere.cases import sealed
from repere.cases.access import visible_case_by_id
from repere.cases.actions.receipts import claim
from repere.cases.evaluation import acting_organisation
from repere.cases.models import Case, Draft, Receipt
from repere.cases.refusals import Refused
from repere.core.sealing import SealBroken


def save_draft(*, form: str, case: Case | None, body: Mapping[str, Any], acting: Actor, now: datetime) -> Draft:
    """Keep what stands in a form. Saving again replaces it."""
    with acting_as(acting):
        if case is not None:
            case = visible_case_by_id(acting, case.pk)
        ring = sealed.KeyRing(ensure_organisation_key(acting_organisation(acting)))
        draft = _mine(acting, form, case)
        if draft is None:
            if acting.user_id is None:
                raise Refused("person_needed")
            me = acting_organisation(acting)
            draft = Draft(id=uuid4(), user_id=acting.user_id, organisation_id=me, case=case, form=form)
        adding = draft._state.adding
        draft.body, draft.saved_at = ring.seal(sealed.DRAFT, draft.pk, "draft", dict(body)), now
        draft.save(force_insert=adding)
        if adding:  # one row when writing begins, not one per keystroke
            ledger.record(acting, "save_draft", subjects=[case.person_id] if case else [], detail={"form": form, "draft": draft.pk})
    return draft


def keep_draft(*, form: str, case: Case | None, body: Mapping[str, Any], key: UUID, acting: Actor, now: datetime) -> Draft | None:
    """Keep a form as it is typed, beside what other pages of it hold already. None once it was sent under this key.

    What is typed and what is sent cross on their way: a draft that came back after the sending would be a second copy of what she
    said, and somebody would go on with it.
    """
    with acting_as(acting):
        hold_form(key)
        if Receipt.objects.visible_to(acting).filter(organisation=acting_organisation(acting), key=key).exists():
            return None
        before = _mine(acting, form, case)
        held = (read_draft(before, acting=acting) if before else None) or {}
        return save_draft(form=form, case=case, body={**held, **body} if case is None else body, acting=acting, now=now)


def end_draft(*, form: str, case: Case | None, key: UUID, acting: Actor, now: datetime) -> None:
    """The form was sent: its draft goes, and nothing typed under this key is kept any more."""
    with acting_as(acting):
        hold_form(key)
        if not Receipt.objects.visible_to(acting).filter(organisation=acting_organisation(acting), key=key).exists():
            claim(key, "send_form", uuid4(), acting=acting, now=now)
        discard_draft(form=form, case=case, acting=acting, now=now)


def hold_form(key: UUID) -> None:
    """Within a transaction: who sends a form and what was typed in it a moment before wait for each other."""
    one_after_the_other(key)


def discard_draft(*, form: str, case: Case | None, acting: Actor, now: datetime) -> bool:
    """Forget a draft, after it was sent or because it is not wanted. True when there was one."""
    with acting_as(acting):
        draft = _mine(acting, form, case)
        if draft is None:
            return False
        draft_id = draft.pk
        draft.delete()
        ledger.record(acting, "discard_draft", subjects=[case.person_id] if case else [], detail={"form": form, "draft": draft_id})
    return True


def read_draft(draft: Draft, *, acting: Actor) -> dict[str, Any] | None:
    """What stood in the form; None when it cannot be opened any more."""
    for _version, key in sorted(organisation_keys(acting_organisation(acting)).items(), reverse=True):
        try:
            return sealed.KeyRing(key).unseal(sealed.DRAFT, draft.pk, "draft", bytes(draft.body))
        except SealBroken:  # closed before the key was replaced: an older version opens it
            continue
    return None


def _mine(acting: Actor, form: str, case: Case | None) -> Draft | None:
    which: UUID | None = case.pk if case else None
    return Draft.objects.visible_to(acting).filter(user=acting.user_id, form=form, case=which).first()
