"""What stands in a form that was not sent: kept as it is typed, put back when the form opens again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpResponse, QueryDict
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _

NOT_KEPT = frozenset({"csrfmiddlewaretoken", "later", "next", "now", "password"})

Typed = dict[str, list[str]]


def typed(data: QueryDict) -> Typed:
    """What was typed, without what belongs to the page."""
    return {name: [str(value) for value in values] for name, values in data.lists() if name not in NOT_KEPT}


def as_initial(body: Mapping[str, Any]) -> dict[str, Any]:
    """Typed values as a form starts with them."""
    return {name: values if len(values) > 1 else values[0] for name, values in body.items() if isinstance(values, list) and values}


def as_query(body: Mapping[str, Any]) -> QueryDict:
    """Typed values as they were sent."""
    query = QueryDict(mutable=True)
    for name, values in body.items():
        if isinstance(values, list):
            query.setlist(name, values)
    return query


def kept(at: datetime) -> HttpResponse:
    """The line beside the button."""
    return HttpResponse(escape(_("Draft kept at %(hour)s") % {"hour": timezone.localtime(at).strftime("%H:%M")}))
