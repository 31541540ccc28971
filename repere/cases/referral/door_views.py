"""A referral for a service without an account: opened with a link and a code, by nobody signed in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from repere.cases import mechanisms
from repere.cases.referral import actions, words
from repere.cases.referral.forms import CapsuleForm
from repere.cases.refusals import Refused


@require_http_methods(["GET", "HEAD", "POST"])
def opened(request: HttpRequest, token: str) -> HttpResponse:
    """Nothing is looked up before a code was sent: every link answers the same page."""
    form = CapsuleForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form, "needs": (), "told": None, "answered": ""}
    if request.method == "POST" and form.is_valid():
        try:
            context |= _answer(token, form.cleaned_data)
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
    return render(request, "cases/capsule.html", context)


def _answer(token: str, told: dict[str, str]) -> dict[str, Any]:
    now = timezone.now()
    if not told["answer"]:
        needs = actions.open_capsule(token, told["code"], now=now)
        entries = mechanisms.common().codelists["need"]
        return {"needs": [entries[need].label.text("fr") for need in needs["needs"] if need in entries], "age": needs["age"]}
    accepts = told["answer"] == "yes"
    shown = actions.answer_capsule(
        token, told["code"], accepts=accepts, name=told["name"], function=told["function"], reason=told["reason"], now=now
    )  # fmt: skip
    urgency = words.URGENCIES.get(shown.get("urgency", ""), "") if shown else ""
    return {"told": shown, "urgency": urgency, "answered": _("Your answer was kept. This link does not open any more.")}
