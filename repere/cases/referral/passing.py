"""Whether what is said to be sent was sent, what kind of body a service without an account is, and whether it may still be reached."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection

from repere.accounts.actor import Actor
from repere.cases.actions.passage import Passage, check_purpose
from repere.cases.models import Referral
from repere.cases.refusals import Refused
from repere.directory.entry_models import Service
from repere.directory.vocabulary import organisation_kind

WAS_SENT = "SELECT cases_was_sent(%s, %s, %s, %s)"


def refuse_unless_sent(referral: Referral) -> None:
    """Nothing of her opens by a referral that the ledger does not know. Asked in the capacity of the organisation it comes from."""
    with connection.cursor() as cursor:
        cursor.execute(WAS_SENT, [referral.person_id, referral.pk, referral.sent_by_id, referral.digest])
        if not cursor.fetchone()[0]:
            raise Refused("sent_by_nobody")


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
