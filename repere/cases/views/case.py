"""The page of a case, and what is read from it: a rule for her, a comparison, her next steps, her card."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from repere.accounts.middleware import ActingRequest
from repere.cases import mechanisms, queries
from repere.cases.access import visible_case
from repere.cases.card import FILE_NAME, make_pdf
from repere.cases.queries import CasePage, DutyLine, filling
from repere.cases.territory import civil_day
from repere.cases.unsafe_house import unsafe_house
from repere.cases.views import drafts
from repere.cases.views.doors import page
from repere.cases.views.needs import doors_of
from repere.core.dates import LAST_DAY, NotADay, PartialDate

LANGUAGES = ("fr", "en")
RECENT = 12
"""Facts that the page of a case tells at once; it says how many there are, and the older ones are read when they are asked for."""


@page
def case(request: ActingRequest, code: str) -> HttpResponse:
    everything = request.GET.get("rights") == "all"
    wanted, whole, now = request.GET.get("kind", ""), request.GET.get("past") == "all", timezone.now()
    found = queries.case_page(
        request.actor, code, now=now, on=_asked_day(request), explained=everything,
        recent=None if everything or whole or wanted else RECENT,
    )  # fmt: skip
    request.shown.update(found.persons)
    timeline = [entry for entry in found.timeline if wanted in ("", entry.group)]
    mechanism, language = mechanisms.named(found.mechanism), request.actor.language
    context = {
        "page": found, "doors": doors_of(request.actor, found, now=now), "unsafe": unsafe_house(request.actor, found, now=now),
        "facts": {entry.fact_id: entry for entry in found.timeline},
        "duties": late_first(found.duties),
        "timeline": timeline if wanted else timeline[:RECENT], "wanted": wanted,
        "earlier": () if wanted else timeline[RECENT:], "older": 0 if wanted else max(0, found.facts_in_all - RECENT),
        "unsent": [(draft.saved_at, drafts.heading(draft.form, mechanism, language), back)
                   for draft in found.drafts if (back := drafts.address(found.code, draft.form))],
        "has_demands": found.jurisdiction in mechanisms.DEMANDED and found.mechanism not in mechanisms.DEMANDED.values(),
        "everything": everything, **roots(found),
        "on_day": f"&on={found.on.isoformat()}" if found.on != found.today else "",
    }  # fmt: skip
    return render(request, "cases/case.html", context)


def roots(found: CasePage) -> dict[str, str]:
    """Where addresses of this case begin: put together once, not once a line."""
    timeline = reverse("cases:fact_choose", args=[found.code]).removesuffix("new/")
    return {
        "rule_root": reverse("cases:rule", args=[found.code, "_"]).removesuffix("_/"),
        "right_root": reverse("cases:right", args=[found.code, "_"]).removesuffix("_/"),
        "fact_root": f"{timeline}new/", "timeline_root": timeline,
    }


@page
def right(request: ActingRequest, code: str, rule_id: str) -> HttpResponse:
    """What stands behind one right on the case page: read when it is opened. Without a script the rule's own page says it."""
    found = queries.case_page(request.actor, code, now=timezone.now(), on=_asked_day(request))
    request.shown.update(found.persons)
    lines = (line for level in found.levels for line in (*level.open, *level.cannot_tell, *level.not_open))
    line = next((line for line in lines if line.rule_id == rule_id), None)
    if line is None:
        raise Http404
    context = {"page": found, "right": line, "facts": {entry.fact_id: entry for entry in found.timeline}, **roots(found)}
    return render(request, "cases/parts/right_body.html", context)


def late_first(duties: Sequence[DutyLine]) -> list[DutyLine]:
    """What is late, the latest first; then the order of the page."""
    return sorted(duties, key=lambda duty: -duty.overdue_days)


@page
def demands(request: ActingRequest, code: str) -> HttpResponse:
    """What associations ask for and the law in force does not give her: a part of the case page, read when it is opened."""
    found = queries.comparison(request.actor, code, now=timezone.now())
    request.shown.update(found.persons)
    asked = [d for d in found.differences if d.level == "demanded" and d.kind == "entitlement" and d.there == "holds"]
    return render(request, "cases/parts/demands.html", {"found": found, "demands": asked})


def _asked_day(request: ActingRequest) -> date | None:
    try:
        asked = PartialDate.parse(request.GET["on"]).latest if request.GET.get("on") else None
    except NotADay:
        return None
    return asked if asked is not None and asked <= LAST_DAY else None


@page
def rule(request: ActingRequest, code: str, rule_id: str) -> HttpResponse:
    here = visible_case(request.actor, code)
    name = request.GET.get("mechanism", here.mechanism)
    if name not in known_mechanisms():
        raise Http404
    on = civil_day(here.zone, timezone.now())
    found = queries.rule_page(mechanisms.named(name), rule_id, on=on, actor=request.actor, code=code)
    request.shown.update(found.persons)
    return render(request, "cases/rule.html", {"page": found, "rule": found.rule, "mechanism": mechanisms.named(name)})


def known_mechanisms() -> dict[str, str]:
    """Mechanisms one may look through, by name."""
    names = [*mechanisms.DEFAULTS.values(), *mechanisms.DEMANDED.values()]
    return {name: name for name in names}


@page
def compare(request: ActingRequest, code: str) -> HttpResponse:
    there = request.GET.get("with") or None
    if there and there not in known_mechanisms():
        raise Http404
    found = queries.comparison(request.actor, code, now=timezone.now(), there=there)
    request.shown.update(found.persons)
    choices = [mechanisms.named(name) for name in known_mechanisms() if name != found.here]
    return render(request, "cases/compare.html", {"found": found, "choices": choices})


@page
def next_steps(request: ActingRequest, code: str) -> HttpResponse:
    found = queries.case_page(request.actor, code, now=timezone.now(), explained=False)
    request.shown.update(found.persons)
    return render(request, "cases/next_steps.html", {"page": found, "duties": late_first(found.duties), "support": _("Support worker")})


@page
def card(request: ActingRequest, code: str) -> HttpResponse:
    here, language = visible_case(request.actor, code), request.actor.language
    request.shown.add(here.person_id)
    found = filling.card_of(request.actor, here, on=civil_day(here.zone, timezone.now()), language=language)
    return render(request, "cases/card.html", {"case": here, "card": found, "language": language})


@page
def card_paper(request: ActingRequest, code: str) -> HttpResponse:
    """The PDF. Its name, its title and its words tell nobody whom it is for."""
    here, language = visible_case(request.actor, code), request.GET.get("language", "")
    if language not in LANGUAGES:
        raise Http404
    request.shown.add(here.person_id)
    on = civil_day(here.zone, timezone.now())
    found = filling.card_of(request.actor, here, on=on, language=language)
    rights = [*found.rights, *(found.demands if request.GET.get("demands") == "yes" else [])]
    answer = HttpResponse(make_pdf(rights, on=on, language=language), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{FILE_NAME}"'
    return answer
