"""The first two organisations of an installation, let in by two named people who are both present.

Later organisations are vetted by two persons of two others; before there are any, the two founders vouch for each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.keyring import ensure_organisation_key
from repere.accounts.models import ADMINISTRATOR
from repere.accounts.refusals import Refused
from repere.accounts.rootkey import make_root_key
from repere.accounts.vetting import admit
from repere.accounts.vetting_models import VettingStep
from repere.directory.models import Organisation

FOUNDERS = 2


@dataclass(frozen=True)
class Founder:
    """An organisation and the person who stands for it. `kind`: of Organisation.Kind; `roles`: roles of the mechanism."""

    organisation: str
    kind: str
    person: str
    email: str
    territory: str = ""
    language: str = "fr"
    roles: tuple[str, ...] = ("case_worker",)


def found(founders: Sequence[Founder], *, paper_kit: bool, now: datetime) -> list[str]:
    """Make both organisations, all or nothing. Returns the secret part of each founder's link, in their order.

    Raises Refused: two_organisations_needed, already_founded, paper_kit_needed. `paper_kit`: both say that the paper copy of
    the root key is made and kept.
    """
    _refuse_what_is_not_two(founders)
    if not paper_kit:
        raise Refused("paper_kit_needed")
    make_root_key()
    with transaction.atomic():
        if Organisation.objects.exists():
            raise Refused("already_founded")
        made = [_make(founder, now) for founder in founders]
        for organisation, other in zip(made, reversed(made), strict=True):
            with acting_as(Actor.system("founding", organisation_id=organisation.pk)):
                Organisation.objects.filter(pk=organisation.pk).update(sponsor=other)
        return [_let_in(founder, organisation, now) for founder, organisation in zip(founders, made, strict=True)]


def _refuse_what_is_not_two(founders: Sequence[Founder]) -> None:
    names = {founder.organisation.strip().casefold() for founder in founders} - {""}
    emails = {founder.email.strip().casefold() for founder in founders} - {""}
    people = {founder.person.strip().casefold() for founder in founders} - {""}
    if not len(founders) == len(names) == len(emails) == len(people) == FOUNDERS:
        raise Refused("two_organisations_needed")


def _make(founder: Founder, now: datetime) -> Organisation:
    organisation = Organisation(
        name=founder.organisation.strip(), kind=founder.kind, territory=founder.territory, language=founder.language,
        state=Organisation.State.ACTIVE, state_since=now,
    )  # fmt: skip
    with acting_as(Actor.system("founding", organisation_id=organisation.pk)):
        organisation.save(force_insert=True)
        ensure_organisation_key(organisation)
        VettingStep.objects.create(organisation=organisation, step=VettingStep.Step.FOUNDED, at=now)
    return organisation


def _let_in(founder: Founder, organisation: Organisation, now: datetime) -> str:
    with acting_as(Actor.system("founding", organisation_id=organisation.pk)) as acting:
        roles = list(dict.fromkeys([*founder.roles, ADMINISTRATOR]))
        token = admit(founder.email, founder.person.strip(), roles, organisation, acting=acting, now=now)
        detail = {"organisation": organisation.pk, "kind": founder.kind, "roles": roles, "present": FOUNDERS, "paper_kit": True}
        ledger.record(acting, "found_organisation", detail=detail)
    return token
