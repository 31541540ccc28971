"""Where safe-contact instructions contradict themselves: said before they are kept, and wherever they are read.

Nothing here refuses: she may have said both. Whoever writes it down sees what does not go together and what to do about it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_
from text_unidecode import unidecode

from repere.core.rulebook import MISSING

KIND = "safe_contact_instructions"
WRITTEN = ("message", "email")
THREATENING = ("presumed_exploiter", "unknown_adult")
BESIDE_HER = (*THREATENING, "family_member", "other")
"""People at her side who may hear: not a professional, and not nobody."""

SENTENCES = {
    "written_and_read": N_(
        "Somebody may read her messages, and writing is noted as the safe way. Write nothing: "
        "agree with her, when she is alone, on another way (in person, or through somebody she trusts)."
    ),
    "message_and_heard": N_(
        "Somebody may hear or read what reaches her, and it is noted that a message may be left. "
        "Leave none: ask her again when she is alone."
    ),
    "call_and_heard": N_(
        "Somebody may listen in, and a call is noted as the safe way without any hour. Do not call: "
        "ask her when she is alone, and write it under “How and when”."
    ),
    "any_time_and_heard": N_(
        "Somebody may be listening, and it is noted that she may be reached at any time. No hour is safe until she says which: "
        "ask her when she is alone, or for a word that means that she cannot speak."
    ),
    "no_contact_and_way": N_(
        "She is not to be contacted, and a way of reaching her is noted too. "
        "Contact her in no way until it is settled with her which of the two stands."
    ),
    "contact_and_no_way": N_("She may be contacted, and it is noted that no way is safe. Ask her which way is."),
}
"""What does not go together, and what to do."""

_ANY_TIME = re.compile(
    r"(\b(?:pas|jamais|not|never) (?:\w+ )?)?\b(?:a tout(?:e)? (?:moment|heure|instant)|n'?importe (?:quand|a? ?quelle heure|quel moment)"
    r"|tout le temps|jour et nuit|24 ?h? ?(?:/|sur) ?24|toujours (?:joignable|disponible)"
    r"|any ?time|at all (?:times|hours)|day (?:and|or) night)"
)


@dataclass(frozen=True)
class Contradiction:
    """Two answers that do not go together. `code`: one of `SENTENCES`, or a code with `words` of its own."""

    code: str
    words: str = ""

    @property
    def sentence(self) -> str:
        return _(self.words or SENTENCES[self.code])


def contradictions(told: Mapping[str, Any]) -> list[Contradiction]:
    """What does not go together in the answers of one set of instructions, the most dangerous first.

    `told`: the fields of the fact, with its texts where the reader may open them. A quiet answer contradicts nothing.
    """
    way, may, when = told.get("channel"), told.get("can_contact"), str(told.get("how_and_when") or "").strip()
    read = told.get("someone_may_listen") == "yes"
    heard = read or told.get("accompanied_by") in THREATENING
    any_time = any(not negated[1] for negated in _ANY_TIME.finditer(str(unidecode(when)).lower()))
    found = {
        "no_contact_and_way": may == "no" and (way not in (None, "", "none", *MISSING) or told.get("leave_message") == "yes"),
        "written_and_read": read and way in WRITTEN,
        "message_and_heard": heard and told.get("leave_message") == "yes",
        "any_time_and_heard": any_time and (read or told.get("accompanied_by") in BESIDE_HER),
        "call_and_heard": heard and way == "phone" and not when,
        "contact_and_no_way": may == "yes" and way == "none",
    }
    return [Contradiction(code) for code, stands in found.items() if stands]


def seen(found: Iterable[Contradiction]) -> str:
    """What whoever keeps the answers confirms: these contradictions and no others."""
    return " ".join(one.code for one in found)
