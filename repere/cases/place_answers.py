"""What is answered to a house that asked back, read before it leaves: does a name of hers stand in it?"""

from __future__ import annotations

from repere.accounts.actor import Actor
from repere.cases.access import standing
from repere.cases.actions.names import names_in, plain
from repere.cases.models import IDENTITY, Case
from repere.cases.queries.identity import identity_of

LEAST_LETTERS = 3


def names_her(actor: Actor, case: Case, text: str) -> bool:
    """Whether one of her names, or her code name, stands in a text. Only for who may read her identity: to anybody else the answer would
    tell it, so her code name alone counts. Cost: 5 queries."""
    known = [case.pseudonym]
    if IDENTITY in standing(actor, case).words:
        known += names_in(identity_of(actor, case.code).get("identity", {}))
    words = {word for name in known for word in plain(name) if len(word) >= LEAST_LETTERS and not word.isdigit()}
    return bool(words & set(plain(text)))
