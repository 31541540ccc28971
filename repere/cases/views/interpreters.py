"""Looking for an interpreter from her file: those she does not want are left out, without a reason."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from repere.accounts.middleware import ActingRequest
from repere.cases import interpreters as wishes
from repere.cases.access import standing, visible_case
from repere.cases.models import Case
from repere.cases.queries import case_page
from repere.cases.refusals import NotVisible
from repere.cases.views.doors import page
from repere.directory.entry_models import Service
from repere.directory.queries.search import Found, find, understand
from repere.directory.vocabulary import Function, languages_named, spoken


def _own(request: ActingRequest, code: str) -> Case:
    case = visible_case(request.actor, code)
    if case.organisation_id != request.actor.organisation_id or wishes.WORD not in standing(request.actor, case).words:
        raise NotVisible
    request.shown.add(case.person_id)
    return case


@page
@require_http_methods(["GET", "HEAD", "POST"])
def interpreters(request: ActingRequest, code: str) -> HttpResponse:
    """Asked for by POST: which language her file is looked for in enters no address and no history."""
    case = _own(request, code)
    unwanted = wishes.unwanted_interpreters(case, acting=request.actor)
    language, told = request.POST.get("language", ""), ""
    if request.method != "POST":
        told = case_page(request.actor, case.code, now=timezone.now(), explained=False).who.language
        language = next(iter(languages_named(told)[0]), "")
    found = _found(request, language, unwanted) if language and request.method == "POST" else None
    aside = Service.objects.visible_to(request.actor).filter(pk__in=unwanted).select_related("structure")
    context = {"case": case, "languages": spoken(), "language": language, "told": told, "found": found, "aside": aside}
    return render(request, "cases/interpreters.html", context)


def _found(request: ActingRequest, language: str, unwanted: frozenset[UUID]) -> Found:
    asked = understand("", function=Function.INTERPRETER, language=language)
    return find(request.actor, asked, on=timezone.now().date(), refused=unwanted)


@page
@require_POST
def interpreter_act(request: ActingRequest, code: str, entry: UUID, act: str) -> HttpResponse:
    case = _own(request, code)
    doing = {"leave-out": wishes.leave_out_interpreter, "take-back": wishes.take_interpreter_back}
    if act not in doing:
        raise Http404
    doing[act](case, entry, acting=request.actor, now=timezone.now())
    messages.success(request, _("Kept in her file, without a reason."))
    return redirect("cases:interpreters", code=case.code)
