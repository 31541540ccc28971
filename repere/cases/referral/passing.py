"""What kind of body a service without an account is, and whether what was sent may still reach it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from repere.accounts.actor import Actor
from repere.cases.actions.passage import Passage, check_purpose
from repere.cases.models import Referral
from repere.cases.refusals import Refused
from repere.directory.entry_models import Service
from repere.directory.vocabulary import organisation_kind


def kind_of_service(service_id: UUID, acting: Actor) -> str:
    """As of an organisation of its sort: an entry of the directory passes no wall that its body could not pass with an account."""
    found = Service.objects.visible_to(acting).select_related("structure").filter(pk=service_id).first()
    if found is None:
        raise Refused("unknown_organisation", field="recipients")
    return organisation_kind(found.structure.kind, found.function)


def check_passage_again(referral: Referral, service_id: UUID, *, acting: Actor, now: datetime) -> None:
    """Every check of sending once more, before anything of her is told: meanwhile she may have asked for asylum or taken it back."""
    passage = Passage(
        kind_of_service(service_id, acting), tuple(referral.groups), referral.purpose, referral.consent_fact, referral.law,
        tuple(referral.named_kinds),
    )  # fmt: skip
    check_purpose(referral.case, passage, acting=acting, now=now)
