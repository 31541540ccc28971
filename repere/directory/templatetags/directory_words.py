"""Words of the directory for its pages."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext_lazy as _

from repere.directory.entry_models import Outcome
from repere.directory.queries.coverage import Cover
from repere.directory.trust import Trust

register = template.Library()

TRUST = {
    Trust.FRESH: _("Confirmed lately"),
    Trust.AGEING: _("To be confirmed soon"),
    Trust.STALE: _("To be checked, not confirmed for long: call first"),
    Trust.NEVER: _("Never confirmed"),
}
TRUST_SIGNALS = {Trust.FRESH: "open", Trust.AGEING: "due", Trust.STALE: "overdue", Trust.NEVER: "none"}
COVER = {
    Cover.COVERED: _("Covered"),
    Cover.STALE: _("Not confirmed lately"),
    Cover.VACANT: _("Vacant"),
    Cover.NEVER: _("Never named"),
    Cover.NOT_TOLD: _("Not told: too few"),
}
COVER_SIGNALS = {Cover.COVERED: "open", Cover.STALE: "due", Cover.VACANT: "overdue", Cover.NEVER: "none", Cover.NOT_TOLD: "waiting"}


CERTAINTY = {
    "A": _("Read in the text itself"), "B": _("Read in excerpts or on the service's own pages"), "C": _("Said by somebody else"),
    "M": _("From memory, not checked: ask before relying on it"),
}  # fmt: skip


@register.filter
def certainty_of_list(certainty: str) -> str:
    return str(CERTAINTY[certainty])


@register.filter
def trust_words(trust: Trust) -> str:
    return str(TRUST[trust])


@register.filter
def trust_signal(trust: Trust) -> str:
    return TRUST_SIGNALS[trust]


@register.filter
def cover_words(cover: Cover) -> str:
    return str(COVER[cover])


@register.filter
def cover_signal(cover: Cover) -> str:
    return COVER_SIGNALS[cover]


@register.filter
def outcome_of_referral(what: str) -> str:
    return str(Outcome.What(what).label)


@register.simple_tag
def cover_states() -> list[Cover]:
    """For the key of the map."""
    return list(Cover)
