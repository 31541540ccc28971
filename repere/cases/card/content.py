"""Which rights may stand on the card, and with which words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from repere.core.rulebook import Finding, Mechanism, Rule
from repere.core.rulebook.presenting import granted_by, presentable, standings_under

__all__ = ["LEVELS", "CardRight", "rights_for_card", "standings_under"]
LEVELS = ("national_law", "international_obligation", "guidance", "demanded")


@dataclass(frozen=True)
class CardRight:
    """One right on the card. ``checked``: a named jurist has read it; ``sources``: titles of its texts."""

    rule_id: str
    level: str
    label: str
    text: str
    granted_by: str
    discretion: str
    sources: tuple[str, ...]
    read_on: date | None
    checked: bool


def rights_for_card(
    mechanism: Mechanism, findings: Mapping[str, Finding], *, on: date, language: str, with_demands: bool = False
) -> list[CardRight]:
    """Rights that hold and may be printed, law first. Demands come last and only when asked for.

    A right is left out when it, or anything it rests on, was written from memory and no jurist has checked it, when its rule
    says so, and when its words do not exist in this language: a right never falls back to another language.
    """
    wanted = LEVELS if with_demands else LEVELS[:3]
    found = []
    for rule_id, finding in findings.items():
        rule = mechanism.rules[rule_id]
        label, text = rule.label.get(language), rule.text.get(language)
        if finding.outcome != "holds" or rule.kind != "entitlement" or not rule.card or rule.level not in wanted or not (label and text):
            continue
        if presentable(mechanism, rule, on):
            found.append(_right(mechanism, rule, label.text, text.text, on, language))
    return sorted(found, key=lambda r: (LEVELS.index(r.level), mechanism.rules[r.rule_id].stage or 0))


def _right(mechanism: Mechanism, rule: Rule, label: str, text: str, on: date, language: str) -> CardRight:
    standing = rule.version_on(on).standing
    return CardRight(
        rule_id=rule.id,
        level=rule.level,
        label=label,
        text=text,
        granted_by=granted_by(mechanism, rule, language),
        discretion=rule.discretion or "",
        sources=tuple(mechanism.sources[s].title.text(language) for s in standing.source if s in mechanism.sources),
        read_on=standing.checked_on or standing.read_in_force_on,
        checked=standing.checked_by is not None,
    )
