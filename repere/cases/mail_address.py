"""The address for her letters on whatever is bound for a criminal file or a prefecture: the one she chose, never where she sleeps.

Requirement R34: elective domicile. The software keeps with whom she chose it, not the street: who keeps her file tells it.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from repere.cases import evaluation, mechanisms
from repere.cases.models import Fact
from repere.cases.models.fact import last_word

KIND = "elective_domicile_chosen"
BOUND = frozenset({"investigation", "labour_inspection", "residence"})
"""Purposes of an access behind which a criminal file or a file of residence stands."""
CHOSEN = frozenset({"association", "lawyer", "communal_centre", "family"})
"""Codes of `domicile` that are an address; the others say that there is none."""


def elected(facts: Sequence[Fact]) -> str:
    """With whom she last chose to have her letters (a code of `domicile`); "" where she chose nobody, or where the facts do not say."""
    last = last_word(fact for fact in evaluation.living(facts) if fact.kind == KIND)
    with_whom = str(last.fields.get("at", "")) if last else ""
    return with_whom if with_whom in CHOSEN else ""


def in_words(with_whom: str, keeper: str, language: str) -> str:
    """`keeper`: the organisation that keeps her file, by which a letter reaches her in any case."""
    if not with_whom:  # whether she chose nobody or the reader does not see whom: the same words
        return _("Write to %(keeper)s, which passes her letters on.") % {"keeper": keeper}
    label = mechanisms.code_in_words(mechanisms.common(), "domicile", with_whom, language)
    return _("Elective domicile: %(where)s. Ask %(keeper)s for the address.") % {"where": label, "keeper": keeper}
