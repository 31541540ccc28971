"""Worlds drawn at random, and a plain reading of the policy to compare with: rows as objects, one question after the other.

It shares with the product the file `policy.yaml` and nothing of what is compiled from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml

import repere.cases.policy

FILE = Path(repere.cases.policy.__file__).with_name("policy.yaml")
BOOK: dict[str, Any] = yaml.load(FILE.read_text(), Loader=yaml.BaseLoader)
ALWAYS = {"file", "tasks", "findings", "shares"}


@dataclass
class Shared:
    to: UUID
    groups: set[str]
    purpose: str
    named_kinds: set[str] = field(default_factory=set)
    running: bool = True


@dataclass
class World:
    """One file and everything that says who stands how to it."""

    case: UUID
    person: UUID
    owner: UUID
    assigned: set[UUID] = field(default_factory=set)
    whole_team: bool = False
    blocked: set[UUID] = field(default_factory=set)
    urgent: dict[UUID, set[str]] = field(default_factory=dict)
    shared: list[Shared] = field(default_factory=list)
    agreed: set[str] = field(default_factory=set)


def family(role: str) -> dict[str, Any]:
    return next(one for one in BOOK["families"].values() if role in one["roles"])


def sees(
    world: World,
    *,
    user: UUID,
    organisation: UUID,
    role: str,
    word: str,
    stated_by: UUID | None = None,
    own_fact: bool = False,
    kind: str = "",
) -> bool:
    """Whether a member sees a row that `word` opens. For a fact: who stated it, whether her organisation did, its kind."""
    if user in world.blocked:
        return False
    mine = family(role)
    waits = word in mine["agreed_only"] and not (stated_by == user or word in world.agreed)
    if organisation == world.owner:
        if word in mine["team"] or word in world.urgent.get(user, set()):
            return True
        follows = world.whole_team or user in world.assigned
        return follows and word in mine["assigned"] and not waits
    return any(_through(one, organisation, mine, word, waits, own_fact, kind) for one in world.shared)


def _through(one: Shared, organisation: UUID, mine: dict[str, Any], word: str, waits: bool, own_fact: bool, kind: str) -> bool:
    if not one.running or one.to != organisation or one.purpose not in mine["receives"]:
        return False
    opens = BOOK["purposes"][one.purpose]["opens"]
    if not opens:
        return False
    if word in ALWAYS:
        return True
    harmful = one.purpose in BOOK["may_harm"]["purposes"] and kind in BOOK["may_harm"]["kinds"]
    stays = harmful and not own_fact and kind not in one.named_kinds
    return word in one.groups and word in opens and not waits and not stays
