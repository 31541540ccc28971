"""What stands in a form that was not sent: kept as it is typed, put back when the form opens again."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpResponse, QueryDict
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from repere.accounts.middleware import ActingRequest
from repere.cases import actions, mechanisms
from repere.cases.models import Case
from repere.cases.queries import filling
from repere.core.rulebook import Mechanism

NOT_KEPT = frozenset({"csrfmiddlewaretoken", "later", "next", "now", "password", "bed", "digest"})
"""What belongs to the page, or to one sending of it."""

Typed = dict[str, list[str]]
PLAIN = {
    "identity": ("cases:identity", gettext_lazy("Her identity")),
    "access": ("cases:access_give", gettext_lazy("Give access to another organisation")),
    "referral": ("cases:referral_new", gettext_lazy("Write a referral")),
    "agreement": ("cases:consent_new", gettext_lazy("Record an agreement")),
    "place": ("cases:place", gettext_lazy("Find a place")),
    "report": ("cases:report", gettext_lazy("Report a minor, with a bed")),
    "hand_over": ("cases:hand_over", gettext_lazy("Hand this file over")),
    "follow": ("cases:follow", gettext_lazy("Follow this file")),
    "papers": ("cases:papers", gettext_lazy("Papers")),
    "requisition": ("cases:requisitions", gettext_lazy("A requisition came")),
}
"""Forms of a file that record no fact, by the name of their draft: where each stands, and its heading."""
ABOUT = {
    "fact": ("cases:fact_new", "kind", ""),
    "correct": ("cases:fact_correct", "fact", gettext_lazy("Correct a fact")),
    "withdraw": ("cases:fact_withdraw", "fact", gettext_lazy("Take back what was entered in error")),
    "place_change": ("cases:place_change", "request_id", gettext_lazy("Change what is needed")),
}
"""Forms about one thing of a file, by what stands before the colon in their name."""


class Unsent:
    """One plain form of one file, for the one who fills it: what was typed comes back in it, and goes once it was sent."""

    def __init__(self, request: ActingRequest, name: str, case: Case) -> None:
        self.request, self.name, self.case = request, name, case
        self.found = None if request.method == "POST" else filling.draft(request.actor, form=name, case=case)
        told = request.POST.get("draft_key") or as_initial(self.found.body if self.found else {}).get("draft_key")
        self.key = as_key(told) or uuid.uuid4()

    def restore(self, form: forms.BaseForm) -> None:
        """Every field as it was left, empty ones too."""
        if self.found is not None:
            sent = as_query(self.found.body)
            form.initial = {name: field.widget.value_from_datadict(sent, {}, form.add_prefix(name)) for name, field in form.fields.items()}

    def sent(self) -> None:
        """The form was taken: a second press, or words that arrive late, leave nothing that comes back."""
        actions.end_draft(form=self.name, case=self.case, key=self.key, acting=self.request.actor, now=timezone.now())

    def shown(self) -> dict[str, Any]:
        """What the page needs. A form that was sent and not taken is kept before it is shown again: without a script too."""
        if self.request.method == "POST":
            body, now = typed(self.request.POST) | {"draft_key": [str(self.key)]}, timezone.now()
            actions.keep_draft(form=self.name, case=self.case, body=body, key=self.key, acting=self.request.actor, now=now)
        return {"draft_form": self.name, "draft_key": self.key, "restored": self.found.saved_at if self.found else None}


def address(code: str, form: str) -> str | None:
    """Where the form of a draft stands; None for a name that is no form's."""
    what, _colon, which = form.partition(":")
    if form in PLAIN:
        return reverse(PLAIN[form][0], kwargs={"code": code})
    if what not in ABOUT or (what == "fact" and which not in mechanisms.common().facts):
        return None
    name, argument, _label = ABOUT[what]
    try:
        return reverse(name, kwargs={"code": code, argument: which})
    except NoReverseMatch:
        return None


def heading(form: str, mechanism: Mechanism, language: str) -> str:
    """What a draft is, in words."""
    what, _colon, which = form.partition(":")
    if what == "fact" and which in mechanism.facts:
        return mechanism.facts[which].label.text(language)
    return str(PLAIN[form][1] if form in PLAIN else ABOUT[what][2] if what in ABOUT else "")


def as_key(text: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(text))
    except ValueError:
        return None


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
