"""Who she is: sealed per tier, found by blind tokens only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.keyring import person_key
from repere.cases.access import visible_person
from repere.cases.actions.by_the_house import add
from repere.cases.actions.names import birth_year_in, names_in, replace_tokens
from repere.cases.evaluation import acting_organisation
from repere.cases.models import IDENTITY, Case, Person, SealedRecord
from repere.cases.refusals import NotVisible, Refused
from repere.cases.sealed import RECORD, KeyRing, open_newest

HTCDS = "htcds"
"""Tier of what came with a file of the standard and has no place in the facts. Whoever may read who she is may read it."""

TIERS = {"identity": IDENTITY, "contact": "contact_safety", HTCDS: IDENTITY}
"""Tier → the word that a grant must hold to see it."""


def set_identity(person: Person | UUID, *, tier: str, values: Mapping[str, Any], acting: Actor, now: datetime) -> SealedRecord:
    """Write down one tier of her identity. The earlier versions stay, sealed; the newest counts.

    Tier "identity" may hold `given_names`, `family_names`, `other_names` (a list), `birth` (a day, a year or a range);
    tier "contact" whatever the safe-contact form asks. Only the organisation that opened the file writes here.
    """
    if tier not in TIERS:
        raise Refused("unknown_tier", field="tier", value=tier)
    with acting_as(acting):
        me = acting_organisation(acting)
        person = visible_person(acting, person.pk if isinstance(person, Person) else person)
        if person.organisation_id != me:
            raise NotVisible
        ring = KeyRing(person_key(person.pk, me))
        earlier = SealedRecord.objects.visible_to(acting).filter(person=person, tier=tier).order_by("-version").first()
        record = SealedRecord(
            id=uuid4(), person=person, owner_id=me, tier=tier, data_group=TIERS[tier], version=earlier.version + 1 if earlier else 1,
            recorded_at=now, user_id=acting.user_id,
        )  # fmt: skip
        record.blob = ring.seal(RECORD, record.pk, tier, dict(values))
        add(record, acting=acting)
        if tier == "identity":
            pseudonyms = Case.objects.visible_to(acting).filter(person=person).values_list("pseudonym", flat=True)
            replace_tokens(
                person.pk, acting, names=names_in(values), pseudonyms=pseudonyms, birth_year=birth_year_in(values),
                family=values.get("family_names"),
            )  # fmt: skip
        ledger.record(acting, "set_identity", subjects=[person.pk], detail={"tier": tier, "version": record.version})
    return record


def amend_identity(person: Person | UUID, *, tier: str, changes: Mapping[str, Any], acting: Actor, now: datetime) -> SealedRecord | None:
    """Change some values of a tier; every other value stays as it stands, whoever brought it. An empty value takes one away.

    None, and no new version, when nothing changes.
    """
    with acting_as(acting):
        person_id = person.pk if isinstance(person, Person) else person
        # Two colleagues who amend at the same time come one after the other.
        files = Case.objects.visible_to(acting, own=True).filter(person=person_id).order_by("pk").select_for_update(of=("self",))
        if not list(files):
            raise NotVisible
        standing = _standing(person_id, tier, acting)
        values = {name: value for name, value in {**standing, **changes}.items() if value or name not in changes}
        if values == standing:
            return None
        return set_identity(person_id, tier=tier, values=values, acting=acting, now=now)


def _standing(person_id: UUID, tier: str, acting: Actor) -> dict[str, Any]:
    newest = SealedRecord.objects.visible_to(acting, own=True).filter(person=person_id, tier=tier).order_by("-version").first()
    return open_newest(KeyRing(person_key(person_id, acting_organisation(acting))), newest.and_before(acting)).values if newest else {}
