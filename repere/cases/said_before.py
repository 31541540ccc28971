"""What was said before of how to reach her, beside the form that asks it anew.

After a move nothing of it stands in the fields: it may speak of the place she left. It is not lost either: whoever asks her again reads,
beside each question, what she had said, on which day and to whom.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from repere.accounts.actor import Actor
from repere.accounts.keyring import NoKey, person_key
from repere.cases import kept_from_state, mechanisms, sealed
from repere.cases.arrived import speaks_of_the_place_she_left
from repere.cases.contact_safety import KIND
from repere.cases.models import Case, Fact
from repere.cases.queries import filling, wording
from repere.cases.sealed import KeyRing
from repere.core.dates import PartialDate
from repere.core.rulebook import MISSING, FactKind
from repere.core.sealing import SealBroken

MOST = 10
"""Instructions that are read back, the newest first: our choice."""


@dataclass(frozen=True)
class Said:
    """One answer in words, as told on a day to a body."""

    text: str
    on: PartialDate
    by: str


@dataclass(frozen=True)
class Before:
    """`newest`: the last instructions; `moved`: she moved in somewhere since; `answers`: what was last answered of each field, by its name:
    to who keeps the file and, where another body noted something else, to that body; the newest first."""

    newest: Fact
    moved: bool
    answers: Mapping[str, Sequence[Said]]

    @property
    def apart(self) -> Mapping[str, Sequence[Said]]:
        """What is told beside the questions: where the fields begin with the same answers of our own, nothing."""
        return self.answers if self.moved or not self.newest.by_keeper else {}


def said_before(actor: Actor, case: Case, kind: FactKind) -> Before | None:
    """None for every other kind, and where nothing was said yet. Cost: two queries, and one for her key."""
    told = kept_from_state.told(filling.latest_facts(actor, case, kind.id)[:MOST], actor) if kind.id == KIND else []
    if not told:
        return None
    return Before(told[0], speaks_of_the_place_she_left(actor, case, told[0]), _answers(actor, case, kind, told))


def _answers(actor: Actor, case: Case, kind: FactKind, told: Sequence[Fact]) -> dict[str, list[Said]]:
    ring, mechanism = _ring(actor, case), mechanisms.named(case.mechanism)
    found: dict[str, dict[bool, Said]] = {}
    for fact in told:
        for name, value in (fact.fields | _opened(ring, fact)).items():
            # That an answer is not known takes nothing away.
            if name in kind.fields and value not in MISSING and fact.by_keeper not in found.setdefault(name, {}):
                words = wording.value(mechanism, kind.fields[name], value, actor.language)
                found[name][fact.by_keeper] = Said(words, PartialDate(fact.earliest, fact.latest), fact.organisation.name)
    return {name: _unlike(list(said.values())) for name, said in found.items()}


def _unlike(said: list[Said]) -> list[Said]:
    """What two bodies noted alike stands once."""
    return said[:1] if len({one.text for one in said}) == 1 else said


def _ring(actor: Actor, case: Case) -> KeyRing | None:
    try:
        return KeyRing(person_key(case.person_id, actor.organisation_id)) if actor.organisation_id else None
    except NoKey:
        return None


def _opened(ring: KeyRing | None, fact: Fact) -> dict[str, Any]:
    try:
        return sealed.open_fields(ring, fact) if ring and fact.sealed else {}
    except SealBroken:
        return {}
