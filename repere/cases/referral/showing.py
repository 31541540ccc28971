"""What a receiver will see, worked out once and shown by the same code to both sides."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from repere.accounts.actor import Actor
from repere.cases.models import IDENTITY, Case, Fact
from repere.cases.policy import load_policy


@dataclass(frozen=True)
class Chosen:
    """What the sender opens, for which purpose; kinds that may harm her are named one by one."""

    groups: tuple[str, ...]
    purpose: str
    named_kinds: tuple[str, ...] = ()
    left_out: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class Package:
    """Facts × fields, and the digest of them with her consent."""

    facts: tuple[Fact, ...]
    lines: list[list[Any]]
    digest: str


def opened_groups(case: Case, chosen: Chosen, receiver_kind: str) -> frozenset[str]:
    """The data groups that really open to members of such an organisation: no more than the purpose, health with her consent."""
    policy = load_policy()
    family = policy.family_of_organisation(receiver_kind)
    if family is None or not family.roles or chosen.purpose not in policy.purposes:
        return frozenset()
    role = family.roles[0]
    agreed = policy.granted_if_agreed(role, chosen.purpose) & set(case.agreed)
    return (policy.granted(role, chosen.purpose) | agreed) & set(chosen.groups) - {IDENTITY}


def opened_facts(case: Case, chosen: Chosen, receiver: UUID, receiver_kind: str, acting: Actor) -> list[Fact]:
    """The facts that an access of this shape opens, as the sender sees them."""
    policy, groups = load_policy(), opened_groups(case, chosen, receiver_kind)
    kept = set(policy.harm_kinds) - set(chosen.named_kinds) if chosen.purpose in policy.harm_purposes else set()
    rows = Fact.objects.visible_to(acting, own=True).filter(case=case, data_group__in=groups).exclude(pk__in=chosen.left_out)
    rows = rows.select_related("organisation", "user").order_by("revision", "id")
    return [fact for fact in rows if fact.kind not in kept or fact.organisation_id == receiver]


def freeze(case: Case, facts: Sequence[Fact], *, groups: Iterable[str], consent: UUID | None) -> Package:
    """The same facts give the same digest on both sides: fields as they are stored, and which of them are sealed.

    `consent`: the fact of her agreement, which is one version of it; both sides know it through the access.
    """
    lines = [[str(fact.pk), sorted(fact.fields), bool(fact.sealed)] for fact in facts]
    told = {
        "case": str(case.pk), "groups": sorted(set(groups)), "consent": str(consent) if consent else None,
        "facts": [[str(fact.pk), fact.kind, fact.earliest, fact.latest, fact.fields, bool(fact.sealed)] for fact in facts],
    }  # fmt: skip
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), default=str)
    return Package(tuple(facts), lines, hashlib.sha256(text.encode()).hexdigest())
