"""A minor: the report and a bed on one page, and what the law says of it beside what is only demanded."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from repere.accounts.middleware import ActingRequest
from repere.cases import mechanisms, place_needs
from repere.cases.access import visible_case
from repere.cases.consent.forms import SHORT, day_of
from repere.cases.models import Case
from repere.cases.referral import actions
from repere.cases.refusals import NotVisible, Refused
from repere.cases.views import drafts
from repere.cases.views.doors import page
from repere.cases.views.places import files_named, told_of
from repere.places import households
from repere.places.by_the_house import reading_of_a_file
from repere.places.clocks import TONIGHT
from repere.places.forms import NeedsForm
from repere.places.models import Request
from repere.places.queries.candidates import Found, candidates_for
from repere.places.queries.reaching import our_line
from repere.places.refusals import NotVisible as PlaceNotVisible
from repere.places.refusals import Refused as PlaceRefused
from repere.places.views.house import exploitation

TO_WORDS = {"child_protection": _("Child protection (in France: the CRIP)"), "prosecutor": _("The prosecutor")}
NONE_FITS, ELSEWHERE = "none", "elsewhere"
SHOWN_RULES = (
    "fr.report_ill_treatment", "fr.minor_tell_prosecutor", "fr.prosecutor_protects_minor", "common.refer_minor", "collectif.refer_minor",
    "collectif.minor_protection",
)  # fmt: skip
"""Rules that bear on this page, whatever the file says: the law, our reminder, what is demanded. Those of another country are left out."""


class ReportForm(NeedsForm):
    """To whom it is reported, and what the minor needs tonight."""

    to = forms.ChoiceField(label=_("To whom do you report?"), choices=list(TO_WORDS.items()), widget=forms.RadioSelect)
    until = forms.CharField(label=_("If a bed is held elsewhere: until when?"), max_length=40, required=False, widget=SHORT)
    field_order = ["to"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["urgency"]
        for name, value in (("women", 0), ("minors", 1), ("phase", "minors")):
            self.fields[name].initial = value

    def clean_until(self) -> Any:
        text = self.cleaned_data["until"]
        return day_of(text) if text else None


@page
def report(request: ActingRequest, code: str) -> HttpResponse:
    """First the beds that fit, then one step that does both: works without any script."""
    case = visible_case(request.actor, code)
    if case.organisation_id != request.actor.organisation_id:
        raise NotVisible
    request.shown.add(case.person_id)
    form = ReportForm(
        request.POST if request.method == "POST" else None, exploitation=exploitation(),
        initial=_said_before(request, case) if request.method != "POST" else None,
    )  # fmt: skip
    unsent = drafts.Unsent(request, "report", case)
    unsent.restore(form)
    found: Found | None = None
    if request.method == "POST" and form.is_valid():
        try:
            if bed := request.POST.get("bed", ""):
                done = _done(request, case, form, bed)
                unsent.sent()
                return done
            found = _beds(request, case, form)
        except (Refused, PlaceRefused) as refused:
            form.add_error(None, str(refused))
            found = _beds(request, case, form) if not isinstance(refused, PlaceRefused) or refused.code != "contradiction" else None
    context = {
        "case": case, "form": form, "key": request.POST.get("key") or uuid.uuid4(), "found": found, "rules": _rules(case),
        "none": NONE_FITS, "elsewhere": ELSEWHERE,
    }  # fmt: skip
    return render(request, "cases/report.html", context | unsent.shown())


def _said_before(request: ActingRequest, case: Case) -> dict[str, Any]:
    """As for any place that is looked for: no child and no danger is forgotten on one page that another knows."""
    return place_needs.initial_of_report(told_of(request, case)) | {"line": our_line(request.actor)}


def _beds(request: ActingRequest, case: Case, form: ReportForm) -> Found:
    """What could be held, before anything is asked: the request is only thought of here."""
    needs = form.as_needs()
    thought = Request(household=households.written(needs), zone=case.territory, urgency=TONIGHT)
    with reading_of_a_file(request.actor) as reader:
        return candidates_for(reader, thought, now=timezone.now())


def _done(request: ActingRequest, case: Case, form: ReportForm, bed: str) -> HttpResponse:
    acting, now, told = request.actor, timezone.now(), form.cleaned_data
    key = _uuid(request.POST.get("key", ""))
    if bed == ELSEWHERE:
        actions.report_and_shelter(case, to=told["to"], bed_until=told["until"], key=key, acting=acting, now=now)
        messages.success(request, gettext("Written down: reported, and a bed held elsewhere."))
        return redirect("cases:case", code=case.code)
    unit = None if bed == NONE_FITS else _uuid(bed)
    apart = files_named(request, told["apart"])
    try:
        _fact, asked, held = actions.report_and_hold(
            case, to=told["to"], needs=form.as_needs(), unit=unit, line=told["line"], apart=[*apart, *told["apart_marks"]],
            carries=told["carried_marks"], key=key, acting=acting, now=now,
        )  # fmt: skip
    except PlaceNotVisible:
        raise Refused("bed_is_gone") from None
    messages.success(request, _said_of_bed(asked, held=held is not None))
    return redirect("cases:place_request", code=case.code, request_id=asked.pk)


def _said_of_bed(asked: Request, *, held: bool) -> str:
    if held:
        return gettext("Written down: reported. The bed is held; the shelter answers.")
    if asked.sent_at:
        return gettext("Written down: reported. The need went to shelters that are not listed; it stays open until one says yes.")
    return gettext("Written down: reported. The need stays open. During your probation it is sent to no hidden shelter: ask your sponsor.")


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Refused("bed_is_gone") from None


def _rules(case: Case) -> list[tuple[str, Any]]:
    """(mechanism, rule) in the order of SHOWN_RULES: the law that applies to this file, then what is demanded there."""
    demanded = mechanisms.DEMANDED.get(case.jurisdiction)
    names = [case.mechanism, *([demanded] if demanded else [])]
    shown = []
    for rule_id in SHOWN_RULES:
        for name in names:
            rule = mechanisms.named(name).rules.get(rule_id)
            if rule is not None:
                shown.append((name, rule))
                break
    return shown


