"""Words of the places for pages."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from repere.core.needs import SURE_FROM
from repere.core.placement.keeping import KeptBack
from repere.directory.checks import phone_in_words
from repere.directory.territory import name_of
from repere.directory.vocabulary import language_name
from repere.places import words
from repere.places.models import Unit

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
def sure_words(share: float) -> str:
    """How far a count may be trusted. Nothing is quite sure: somebody may have come since."""
    if share >= SURE_FROM:
        return _("counted lately")
    return _("counted some time ago, perhaps %(number)s %% sure") % {"number": round(share * 100)}


@register.filter
def step_of_arrival(code: str) -> str:
    return str(words.STEPS.get(code, code))


@register.filter
def without_words(code: str) -> str:
    return str(words.WHY_WITHOUT.get(code, code))


@register.filter
def rare_words(unit: Unit) -> list[str]:
    """What few units offer, to tell one of a shelter from another without its name."""
    return [words.attribute(name) for name in ("step_free", "pets", "unaccompanied_minors", "isolated_first") if getattr(unit, name)]


@register.filter
def why_kept(advice: KeptBack) -> str:
    """Why a place is worth keeping back, in one sentence that past days bear out."""
    said = {
        ("nothing_else", True): _("Households whom no other free place takes come almost every day."),
        ("nothing_else", False): _("Households whom no other free place takes come about every %(days)s days."),
        ("worth_more", True): _("Households for whom it counts more, by urgency and fit, come almost every day."),
        ("worth_more", False): _("Households for whom it counts more, by urgency and fit, come about every %(days)s days."),
    }
    return said[advice.why, advice.every_days == 1] % {"days": advice.every_days}


@register.filter
def waits_for(advice: KeptBack) -> str:
    """What the household that would wait may wait for."""
    if advice.hers_every_days == 1:
        return _("Under this advice they wait: places that they could have become free almost every day.")
    said = _("Under this advice they wait: places that they could have become free about every %(days)s days.")
    return said % {"days": advice.hers_every_days}


@register.filter
def change_words(changed: dict[str, list[Any]]) -> list[str]:
    """What was changed, one line an attribute: what it said before, and after."""
    return [
        _("%(attribute)s: %(before)s, then %(after)s")
        % {"attribute": words.attribute(name), "before": words.said(name, before), "after": words.said(name, after)}
        for name, (before, after) in changed.items()
    ]


def _adults(members: list[dict[str, Any]]) -> str:
    counted = Counter(member["gender"] for member in members if not member["minor"])
    return ", ".join(words.adults(gender, counted[gender]) for gender in words.GENDERS if counted[gender])


def _minors(members: list[dict[str, Any]]) -> str:
    """How many, and of which ages as far as they were said; whoever's age is disputed is one of them."""
    minors = [member for member in members if member["minor"]]
    if not minors:
        return ""
    ages = Counter(str(member.get("age", "")) for member in minors)
    told = [f"1 {words.DISPUTED[member['gender']]}" for member in minors if member.get("disputed")]
    told += [f"{ages[age]} {words.AGES[age]}" for age in words.AGES if ages[age]]
    counted = ngettext("%(count)s minor", "%(count)s minors", len(minors)) % {"count": len(minors)}
    return _("%(minors)s, of whom %(which)s") % {"minors": counted, "which": ", ".join(told)} if told else counted


@register.filter
def phone_words(line: str) -> str:
    return phone_in_words(line)


@register.filter
def household_words(household: dict[str, Any]) -> list[str]:
    """The needs of a household, one line each."""
    members, needs = household["members"], household.get("needs", {})
    told = [line for line in (_adults(members), _minors(members)) if line]
    if needs.get("danger"):
        told.append(_("A danger is known where she is"))
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
