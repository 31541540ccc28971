"""Codes of the rule book as words on a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from repere.cases.plausibility import as_date
from repere.cases.queries.lines import Line
from repere.core.dates import PartialDate
from repere.core.rulebook import MISSING, FieldKind, Mechanism, Rule
from repere.core.rulebook.presenting import owed_by_the_state

DESCRIBED = "person_described"


@dataclass(frozen=True)
class Ask(Line):
    """A question that the form of a fact answers: kind, field of it or None, words.

    ``label`` names the kind first, then the field; ``short`` leaves out the kind where the field says enough by itself.
    """

    kind: str
    field: str | None
    label: str
    question: str
    why: str = ""
    short: str = ""


def ask(mechanism: Mechanism, named: Any, language: str) -> Ask | None:
    """The question behind a (kind, field) of a finding."""
    if not named or named[0] not in mechanism.facts:
        return None
    kind = mechanism.facts[named[0]]
    field = kind.fields.get(named[1]) if named[1] else None
    asked = field or kind
    why = field.why if field else kind.help
    label = short = kind.label.text(language)
    if field:
        short = field.label.text(language)
        label += ("\u00a0: " if language == "fr" else ": ") + field.label.text(language)
    return Ask(kind.id, field.name if field else None, label, asked.question.text(language), why.text(language) if why else "",
               short if kind.id == DESCRIBED else label)  # fmt: skip


def value(mechanism: Mechanism, field: FieldKind, told: Any, language: str) -> str:
    """A stored value in words."""
    if isinstance(told, list):
        return ", ".join(value(mechanism, field, one, language) for one in told)
    if isinstance(told, Mapping):
        return PartialDate(as_date(told["earliest"]), as_date(told["latest"])).text(language)
    if isinstance(told, str) and told in MISSING:
        return missing(told)
    if field.type == "bool":
        return _("yes") if told == "yes" else _("no")
    if field.list == "indicator" and told in mechanism.indicators:
        return mechanism.indicators[told].label.text(language)
    code = mechanism.codelists.get(field.list or "", {}).get(str(told))
    return code.label.text(language) if code else str(told)


def missing(word: str) -> str:
    """The four ways of having no value."""
    return {
        "not_asked": _("not asked"),
        "not_known": _("not known"),
        "prefers_not_to_say": _("she prefers not to say"),
        "not_applicable": _("does not apply"),
    }[word]


def role(mechanism: Mechanism, word: str, language: str) -> str:
    """Label of a role, or of a family of roles where several hold the same powers."""
    if word == "any":
        return _("Whoever works with her")
    members = [name for name, declared in mechanism.roles.items() if declared.family == word]
    if len(members) > 1:
        return {"support": _("Support worker"), "police": _("Police or gendarmerie")}.get(word) or " / ".join(
            mechanism.roles[member].label.text(language) for member in members
        )
    name = word if word in mechanism.roles else members[0] if members else ""
    return mechanism.roles[name].label.text(language) if name else word


def granted_by(rule: Rule, language: str, role: Callable[[str], str]) -> str:
    """At which door a right is asked for; empty where no service in particular owes it. `role`: the words for a role."""
    if rule.door is not None:
        return rule.door.text(language)
    return role(rule.grants) if rule.grants and not owed_by_the_state(rule) else ""


def group(mechanism: Mechanism, word: str, language: str) -> str:
    """Label of a data group, or of the identity."""
    return mechanism.groups[word].label.text(language) if word in mechanism.groups else _("Her name and birth")


def territory(mechanism: Mechanism, code: str, language: str) -> str:
    found = mechanism.codelists.get("departement", {}).get(code)
    return found.label.text(language) if found else code


def days(earliest: date | None, latest: date | None) -> PartialDate | None:
    return PartialDate(earliest, latest) if earliest and latest else None


def rule_label(mechanism: Mechanism, rule_id: str, language: str) -> str:
    """Label of a rule; of our own look at disagreements; of a rule that was repealed, its id."""
    if rule_id in mechanism.rules:
        return mechanism.rules[rule_id].label.text(language)
    return _("Two authorities do not agree: look at both facts") if rule_id == "house.disagreement" else rule_id


def rule_text(mechanism: Mechanism, rule_id: str, language: str) -> str:
    if rule_id in mechanism.rules:
        return mechanism.rules[rule_id].text.text(language)
    if rule_id == "house.disagreement":
        return _("Nobody is wrong by computation. Ask both, then correct, or note why both stand.")
    return ""
