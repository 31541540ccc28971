"""Reads `policy.yaml`: every key known, every word known, each role in one family; else a fault with its line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from repere.core.rulebook import Mechanism, RuleBookError
from repere.core.rulebook.errors import Fault
from repere.core.rulebook.reading import Block, read_text

FILE = Path(__file__).with_name("policy.yaml")
TEAM, ASSIGNED, GRANTED, URGENT = RELATIONS = ("team", "assigned", "granted", "urgent")
AGREED, WITHHELD = "agreed", "withheld"
"""Two more lines of `cases_reach`: words that open with her consent only; kinds that stay behind."""
PARTS = ("file", "tasks", "findings", "search", "shares", "identity", "may_open", "may_share")
FOR_THE_FILE = ("file", "tasks", "findings", "shares")
"""Parts that come with any access, and with a file opened by urgency."""
SYSTEM = "system"
"""Capacity of a job acting for an organisation: it judges whole views, and holds no key."""
PURPOSES = ("support", "protection", "investigation", "labour_inspection", "residence", "statistics")

Words = tuple[str, ...]
Label = Mapping[str, str]


@dataclass(frozen=True)
class Purpose:
    """What an access for this purpose may open at most, and what may carry it across a wall."""

    id: str
    label: Label
    opens: Words
    consent: Words
    laws: Words


@dataclass(frozen=True)
class Family:
    """What roles of one family hold through each relation."""

    id: str
    label: Label
    roles: Words
    organisations: Words
    state: bool
    home: Words
    receives: Words
    team: Words
    assigned: Words
    agreed_only: Words
    urgent: Words


@dataclass(frozen=True)
class Policy:
    parts: Mapping[str, Label]
    purposes: Mapping[str, Purpose]
    families: Mapping[str, Family]
    harm_purposes: Words
    harm_kinds: Words
    kept_from_the_state: Words
    opened_by_consent: Mapping[str, str]
    origin_organisations: Words
    origin_consent: Words
    asylum_facts: Words
    no_asylum: tuple[str, str, Words]

    def family_of(self, role: str) -> Family | None:
        """None for a role that nobody declared: it sees nothing."""
        return next((family for family in self.families.values() if role in family.roles), None)

    def family_of_organisation(self, kind: str) -> Family | None:
        return next((family for family in self.families.values() if kind in family.organisations), None)

    def held(self, role: str, relation: str) -> frozenset[str]:
        """Words that the role holds through team or assignment, those that wait for her consent left out."""
        family = self.family_of(role)
        if role == SYSTEM:
            return self.everything if relation in (TEAM, ASSIGNED) else frozenset()
        if family is None:
            return frozenset()
        words = {TEAM: family.team, ASSIGNED: family.assigned, URGENT: family.urgent}[relation]
        return frozenset(words) - frozenset(family.agreed_only if relation == ASSIGNED else ())

    def held_if_agreed(self, role: str) -> frozenset[str]:
        family = self.family_of(role)
        return frozenset(family.agreed_only) & frozenset(family.assigned) if family else frozenset()

    def granted(self, role: str, purpose: str) -> frozenset[str]:
        """Words that an access for this purpose may open to this role, those that wait for her consent left out."""
        return self._opened(role, purpose) - (frozenset() if role == SYSTEM else self._waiting(role))

    def granted_if_agreed(self, role: str, purpose: str) -> frozenset[str]:
        return frozenset() if role == SYSTEM else self._opened(role, purpose) & self._waiting(role)

    def _waiting(self, role: str) -> frozenset[str]:
        family = self.family_of(role)
        return frozenset(family.agreed_only) if family else frozenset()

    def _opened(self, role: str, purpose: str) -> frozenset[str]:
        family = self.family_of(role)
        opens = frozenset(self.purposes[purpose].opens) - frozenset(self.kept_from_the_state if family and family.state else ())
        if not opens or not (role == SYSTEM or (family and purpose in family.receives)):
            return frozenset()
        return (opens | frozenset(FOR_THE_FILE)) - (frozenset({"identity"}) if role == SYSTEM else frozenset())

    @property
    def everything(self) -> frozenset[str]:
        """Every data group and every part but her identity and the decisions that are a person's: what a job judges with."""
        groups = {word for purpose in self.purposes.values() for word in purpose.opens}
        return frozenset(groups | set(FOR_THE_FILE)) - {"identity"}

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(role for family in self.families.values() for role in family.roles)


@cache
def load_policy() -> Policy:
    """The policy of this installation. RuleBookError with every fault when it does not hold together."""
    from repere.cases import mechanisms  # the boot check asks before the tables of this room are loaded

    return read_policy(FILE.read_text("utf-8"), mechanisms.common(), shown_as="policy.yaml")


def read_policy(text: str, mechanism: Mechanism, *, shown_as: str = "policy.yaml") -> Policy:
    """A policy from text, checked against the roles, groups, kinds and rules of a mechanism."""
    faults: list[Fault] = []
    block = read_text(text, shown_as, faults)
    if faults or not isinstance(block, Block):
        raise RuleBookError(faults or [Fault(shown_as, 1, "a mapping", type(block).__name__)])
    reader = _Reader(mechanism, shown_as, faults)
    policy = reader.policy(block)
    if faults:
        raise RuleBookError(faults)
    return policy


TOP = ("parts", "purposes", "may_harm", "kept_from_the_state", "opened_by_consent", "country_of_origin", "families")
OF_PURPOSE = ("label", "opens", "consent", "laws")
OF_FAMILY = ("label", "roles", "organisations", "state", "home", "receives", "team", "assigned", "agreed_only", "urgent")


class _Reader:
    def __init__(self, mechanism: Mechanism, file: str, faults: list[Fault]) -> None:
        self.mechanism, self.file, self.faults = mechanism, file, faults
        self.groups = tuple(mechanism.groups)
        self.agreements = tuple(mechanism.codelists["consent_purpose"])

    def policy(self, block: Block) -> Policy:
        self._keys(block, TOP)
        if self.faults:
            raise RuleBookError(self.faults)
        self._keys(block["parts"], PARTS)
        self._keys(block["purposes"], PURPOSES)
        harm, origin = block["may_harm"], block["country_of_origin"]
        self._keys(harm, ("purposes", "kinds"))
        self._keys(origin, ("organisations", "consent", "asylum_facts", "rules_it_out"))
        impossible = origin["rules_it_out"]
        self._keys(impossible, ("kind", "field", "values"))
        families = {name: self._family(name, one) for name, one in block["families"].items()}
        self._each_role_once(block, families)
        return Policy(
            parts=dict(block["parts"]),
            purposes={name: self._purpose(name, one) for name, one in block["purposes"].items() if isinstance(one, Block)},
            families=families,
            harm_purposes=self._words(harm, "purposes", PURPOSES),
            harm_kinds=self._words(harm, "kinds", tuple(self.mechanism.facts)),
            kept_from_the_state=self._words(block, "kept_from_the_state", self.groups),
            opened_by_consent=self._opened_by_consent(block),
            origin_organisations=self._words(origin, "organisations", None),
            origin_consent=self._words(origin, "consent", self.agreements),
            asylum_facts=self._words(origin, "asylum_facts", tuple(self.mechanism.facts)),
            no_asylum=(str(impossible["kind"]), str(impossible["field"]), self._words(impossible, "values", None)),
        )  # fmt: skip

    def _purpose(self, name: str, block: Block) -> Purpose:
        self._keys(block, OF_PURPOSE)
        return Purpose(
            name, block.get("label") or {}, self._words(block, "opens", (*self.groups, "identity")),
            self._words(block, "consent", self.agreements), self._words(block, "laws", tuple(self.mechanism.rules)),
        )  # fmt: skip

    def _family(self, name: str, block: Block) -> Family:
        self._keys(block, OF_FAMILY)
        known = (*self.groups, *PARTS)
        state = block.get("state")
        if state not in ("yes", "no"):
            self._fault(block, "state", "yes or no", str(state))
        team, assigned = self._words(block, "team", known), self._words(block, "assigned", known)
        wider = [word for word in team if word not in assigned]
        if wider:
            self._fault(block, "team", "words that an assigned colleague holds too", ", ".join(wider))
        return Family(
            name, block.get("label") or {}, self._words(block, "roles", (*self.mechanism.roles, "administrator")),
            self._words(block, "organisations", None), state == "yes", self._words(block, "home", PURPOSES),
            self._words(block, "receives", PURPOSES), team, assigned, self._words(block, "agreed_only", self.groups),
            self._words(block, "urgent", (*self.groups, "identity")),
        )  # fmt: skip

    def _opened_by_consent(self, block: Block) -> Mapping[str, str]:
        found = block["opened_by_consent"]
        for agreement, word in found.items():
            if agreement not in self.agreements or word not in self.groups:
                self._fault(found, agreement, "purpose of a consent: data group", f"{agreement}: {word}")
        return dict(found)

    def _each_role_once(self, block: Block, families: Mapping[str, Family]) -> None:
        told = [role for family in families.values() for role in family.roles]
        for role in (*self.mechanism.roles, "administrator"):
            if told.count(role) != 1:
                self._fault(block, "families", f"the role {role} in one family", f"{told.count(role)} times")

    # -- strictness

    def _keys(self, block: Any, expected: Sequence[str]) -> None:
        if not isinstance(block, Block):
            self.faults.append(Fault(self.file, 1, f"a mapping with {', '.join(expected)}", type(block).__name__))
            raise RuleBookError(self.faults)
        for key in block:
            if key not in expected:
                self._fault(block, key, f"one of {', '.join(expected)}", key)
        for key in expected:
            if key not in block:
                self._fault(block, key, f"the key {key}", "nothing")

    def _words(self, block: Block, key: str, known: Iterable[str] | None) -> Words:
        words = block.get(key)
        if not isinstance(words, list):
            self._fault(block, key, "a list", type(words).__name__)
            return ()
        allowed = None if known is None else frozenset(known)
        for word in words:
            if not isinstance(word, str) or (allowed is not None and word not in allowed):
                self._fault(block, key, f"a known word in {key}", str(word))
            elif words.count(word) > 1:
                self._fault(block, key, "each word once", f"{word} twice")
        return tuple(str(word) for word in words)

    def _fault(self, block: Block, key: str, expected: str, came: str) -> None:
        self.faults.append(Fault(self.file, block.at(key), expected, came))
