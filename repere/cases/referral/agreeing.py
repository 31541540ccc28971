"""What an agreement must say for a referral that waits: worked out from what was typed there, for the form of the agreement.

Nothing is agreed to by it: the form opens with it, and whoever fills it asks her each point.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from repere.accounts.actor import Actor
from repere.cases import mechanisms
from repere.cases.actions.passage import words_for
from repere.cases.models import Case
from repere.cases.policy import load_policy
from repere.cases.referral.forms import IN_TURN
from repere.core.rulebook import Mechanism
from repere.directory.entry_models import Service
from repere.directory.models import Organisation
from repere.directory.vocabulary import Function, Kind, organisation_kind

HERE = "here"
_OF_ENTRY = {
    Kind.LAW_PRACTICE: "lawyer", Kind.GENERAL_ASSOCIATION: "general_association", Kind.GENDARMERIE: "gendarmerie", Kind.COURT: "judge",
    Kind.OFII: "reception_office", Kind.SHELTER: "shelter",
}  # fmt: skip
"""Words for bodies of the directory that are plainer than the first one of their kind of organisation."""
_OF_NEED = {"legal": "legal", "documents": "legal", "medical": "health", "psychological": "health", "shelter": "shelter"}
"""Purposes of an agreement that say more than "support", by what she needs. Our choice."""
_OF_SERVICE = {
    Function.LEGAL: "legal", Function.HEALTH_CHECK: "health", Function.PSYCHOLOGICAL: "health", Function.SHELTER: "shelter",
    Function.SIAO: "shelter", Function.ACSE: "shelter",
}  # fmt: skip
"""The same, by what a service does. Our choice."""


@dataclass(frozen=True)
class Needed:
    """`names`: whom the referral asks. `recipient`: a code of services, nothing where no single one carries to all of them. `purposes`:
    what the referral asks for, each of which is an agreement of its own; `purpose`: which of them this one is, nothing where whoever fills
    the form has to say so."""

    names: tuple[str, ...]
    recipient: str
    purpose: str
    purposes: tuple[str, ...]
    groups: tuple[str, ...]

    @property
    def others(self) -> tuple[str, ...]:
        return tuple(one for one in self.purposes if one != self.purpose)

    def initial(self) -> dict[str, Any]:
        return {"recipient": self.recipient, "purpose": self.purpose, "groups": list(self.groups), "channels": [HERE]}


@dataclass(frozen=True)
class _Receiver:
    name: str
    kind: str
    word: str
    purpose: str = ""


def needed_by(typed: Mapping[str, list[str]], case: Case, actor: Actor, *, purpose: str = "") -> Needed | None:
    """`typed`: the form of the referral as it was left. `purpose`: the one that was chosen among several. None where it names nobody yet.
    Cost: 2 queries at most."""
    mechanism = mechanisms.named(case.mechanism)
    receivers = [*_bodies(typed, actor), *_services(typed, actor)]
    if not receivers:
        return None
    groups = tuple(group for group in typed.get("groups", ()) if group in mechanism.groups)
    first, *purposes = _purposes(typed, receivers)
    which = purpose if purpose in purposes else first
    return Needed(tuple(one.name for one in receivers), _recipient(mechanism, receivers), which, tuple(purposes), groups)


def _recipient(mechanism: Mechanism, receivers: list[_Receiver]) -> str:
    """The word for the first of them that carries to all, else any that does."""
    carrying = [set(words_for(mechanism, one.kind)) for one in receivers]
    common = set.intersection(*carrying)
    order = [receivers[0].word, receivers[0].kind, *words_for(mechanism, receivers[0].kind)]
    return next((word for word in order if word in common), "")


def _purposes(typed: Mapping[str, list[str]], receivers: list[_Receiver]) -> list[str]:
    """Which one this agreement is, then all that are asked for. What the service does says which; else her needs, where they agree."""
    policy = load_policy()
    if any(one.kind in policy.origin_organisations for one in receivers):
        return [policy.origin_consent[0], policy.origin_consent[0]]
    asked = policy.purposes.get(next(iter(typed.get("purpose", ())), ""))
    carrying = asked.consent if asked else ()
    if not carrying:
        return [""]
    of_needs = {_OF_NEED.get(need, "") for need in typed.get("needs", ())}
    wanted = {one if one in carrying else carrying[0] for one in of_needs}
    done = {one.purpose for one in receivers}
    own = done.pop() if len(done) == 1 else ""
    if own in carrying:
        return [own, *(one for one in carrying if one in wanted | {own})]
    found = [one for one in carrying if one in wanted] or [carrying[0]]
    return [found[0] if len(found) == 1 else "", *found]


def _bodies(typed: Mapping[str, list[str]], actor: Actor) -> Iterable[_Receiver]:
    ids = [found for name in IN_TURN if (found := _id(typed, name))]
    known = Organisation.objects.working().in_bulk(ids) if ids else {}
    return [_Receiver(known[one].name, known[one].kind, "") for one in ids if one in known]


def _services(typed: Mapping[str, list[str]], actor: Actor) -> Iterable[_Receiver]:
    found = Service.objects.visible_to(actor).select_related("structure").filter(pk=_id(typed, "service")).first()
    if found is None:
        return []
    word = "lawyer" if found.function == Function.LEGAL else _OF_ENTRY.get(Kind(found.structure.kind), "")
    does = _OF_SERVICE.get(Function(found.function), "")
    return [_Receiver(found.name, organisation_kind(found.structure.kind, found.function), word, does)]


def _id(typed: Mapping[str, list[str]], name: str) -> UUID | None:
    try:
        return UUID(next(iter(typed.get(name, ())), ""))
    except ValueError:
        return None
