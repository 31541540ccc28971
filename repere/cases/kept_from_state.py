"""What a body of the State does not read in another body's file, beside the data groups that the policy keeps from it: what would tell in
which house she is. The places of her address, who else than the keeper wrote, and how to reach her in the words of such a body."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from repere.accounts.actor import Actor
from repere.cases.contact_safety import KIND
from repere.cases.models import Fact
from repere.cases.policy import load_policy

PLACES = frozenset({"safe_address", "street", "postal_code", "city", "latitude", "longitude"})
"""Answers of the contact tier that tell where she is found."""


def reads_as_the_state(actor: Actor, owner_id: UUID) -> bool:
    """Whether this reader is a body of the State in a file that another body keeps."""
    family = load_policy().family_of(actor.role)
    return family is not None and family.state and actor.organisation_id != owner_id


def without_places(contact: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in contact.items() if name not in PLACES}


def of_a_third(fact: Fact, actor: Actor) -> bool:
    """Written by neither the keeper nor the reader: by the house, most often."""
    return fact.organisation_id not in (fact.owner_id, actor.organisation_id)


def told(facts: Iterable[Fact], actor: Actor) -> list[Fact]:
    """Without how to reach her as a third body noted it: its own telephone may stand there."""
    return [fact for fact in facts if not (fact.kind == KIND and of_a_third(fact, actor) and reads_as_the_state(actor, fact.owner_id))]


def author(fact: Fact, actor: Actor) -> str:
    """ "" where the name may be read."""
    return _("another organisation") if of_a_third(fact, actor) and reads_as_the_state(actor, fact.owner_id) else ""
