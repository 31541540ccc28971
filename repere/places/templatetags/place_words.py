"""Words of the places for pages."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from repere.directory.territory import name_of
from repere.directory.vocabulary import language_name
from repere.places import words

register = template.Library()


@register.filter
def would_fit_if(code: str) -> str:
    return str(words.WOULD_FIT_IF.get(code, code))


@register.filter
def miss_words(code: str) -> str:
    return str(words.MISSES.get(code, code))


@register.filter
def gain_words(codes: tuple[str, ...]) -> str:
    return " · ".join(str(words.GAINS.get(code, code)) for code in codes)


@register.filter
def miss_list(codes: tuple[str, ...]) -> str:
    return " · ".join(str(words.MISSES.get(code, code)) for code in codes)


@register.filter
def zone_words(code: str) -> str:
    return name_of(code)


@register.filter
def urgency_words(level: int) -> str:
    return str(words.URGENCY.get(level, level))


@register.filter
def phase_words(code: str) -> str:
    return str(words.PHASES.get(code, code))


@register.filter
def state_signal(state: str) -> str:
    return words.STATE_SIGNALS.get(state, "none")


@register.filter
def percent(share: float) -> str:
    return _("%(number)s %%") % {"number": round(share * 100)}


@register.filter
def step_of_arrival(code: str) -> str:
    return str(words.STEPS.get(code, code))


@register.filter
def without_words(code: str) -> str:
    return str(words.WHY_WITHOUT.get(code, code))


@register.filter
def change_words(changed: dict[str, list[Any]]) -> list[str]:
    """What was changed, one line an attribute: what it said before, and after."""
    return [
        _("%(attribute)s: %(before)s, then %(after)s")
        % {"attribute": words.attribute(name), "before": words.said(name, before), "after": words.said(name, after)}
        for name, (before, after) in changed.items()
    ]


@register.filter
def household_words(household: dict[str, Any]) -> list[str]:
    """The needs of a household, one line each."""
    members, needs = household["members"], household.get("needs", {})
    adults = [str(words.GENDERS[member["gender"]]) for member in members if not member["minor"]]
    children = sum(member["minor"] for member in members)
    told = [", ".join(adults)] if adults else []
    if children:
        told.append(ngettext("%(count)s minor", "%(count)s minors", children) % {"count": children})
    told += [str(words.NEEDS[name]) for name in words.NEEDS if needs.get(name)]
    if needs.get("security"):
        told.append(str(words.SECURITY[needs["security"]]))
    for name, said in (("avoid", _("Dangerous to her: %(where)s")), ("refuses_zones", _("She refuses: %(where)s"))):
        if needs.get(name):
            told.append(said % {"where": ", ".join(name_of(code) for code in needs[name])})
    if needs.get("near"):
        told.append(_("She would like: %(where)s") % {"where": ", ".join(name_of(code) for code in needs["near"])})
    if needs.get("refuses"):
        told.append(_("She refuses: %(where)s") % {"where": ", ".join(str(words.REFUSES[code]).lower() for code in needs["refuses"])})
    if needs.get("prefers"):
        told.append(_("She would like: %(where)s") % {"where": ", ".join(str(words.PREFERS[code]).lower() for code in needs["prefers"])})
    if needs.get("languages"):
        told.append(_("Languages: %(which)s") % {"which": ", ".join(language_name(code) for code in needs["languages"])})
    return told
