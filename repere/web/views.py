"""Pages about the tool and the law, apart from any person; and the pages for what went wrong."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.html import escape
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from repere.accounts.models import User
from repere.cases import queries
from repere.cases.refusals import NotVisible
from repere.cases.typed_days import understood
from repere.core.rulebook import Mechanism
from repere.web import law


def asked_mechanism(request: HttpRequest) -> Mechanism:
    name = request.GET.get("mechanism", law.in_force().name)
    if name not in law.names():
        raise Http404
    return law.mechanism_named(name)


@login_required
def rules(request: HttpRequest) -> HttpResponse:
    mechanism, text = asked_mechanism(request), request.GET.get("q", "").strip()
    in_force, demanded = law.parts(mechanism, text)
    context = {"section": "rules", "mechanism": mechanism, "names": law.names(), "q": text, "in_force": in_force}
    context |= {"demanded": demanded, "nothing": demanded is None and not in_force.shelves}
    return render(request, "rules/index.html", context)


@login_required
def rule(request: HttpRequest, rule_id: str) -> HttpResponse:
    mechanism = asked_mechanism(request) if "mechanism" in request.GET else law.holding(rule_id)
    try:
        page = queries.rule_page(mechanism, rule_id, on=timezone.localdate(), language=(translation.get_language() or "fr")[:2])
    except NotVisible:
        raise Http404 from None
    return render(request, "rules/rule.html", {"section": "rules", "mechanism": mechanism, "page": page, "rule": page.rule})


@login_required
def sources(request: HttpRequest) -> HttpResponse:
    mechanism = asked_mechanism(request)
    context = {"section": "rules", "mechanism": mechanism, "names": law.names(), "kinds": law.sources_by_kind(mechanism)}
    return render(request, "rules/sources.html", context)


@login_required
def source(request: HttpRequest, source_id: str) -> HttpResponse:
    mechanism = asked_mechanism(request)
    if source_id not in mechanism.sources:
        raise Http404
    context = {"section": "rules", "mechanism": mechanism, "source": mechanism.sources[source_id]}
    context |= {"rules": law.resting_on(mechanism, source_id), "whole_code": law.one_article(mechanism.sources[source_id])}
    return render(request, "rules/source.html", context)


@login_required
def mechanism(request: HttpRequest) -> HttpResponse:
    asked = asked_mechanism(request)
    context = {"section": "rules", "mechanism": asked, "names": law.names(), "open": law.open_questions(asked)}
    return render(request, "rules/mechanism.html", context)


def about(request: HttpRequest) -> HttpResponse:
    return render(request, "about.html", {"mechanism": law.current()})


def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "help.html", {"mechanism": law.current()})


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """French or English: kept with the account, or in a cookie before signing in."""
    chosen, target = request.POST.get("language", ""), request.POST.get("next", "/")
    ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(target if ours else "/")
    if translation.check_for_language(chosen) and chosen in dict(settings.LANGUAGES):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, secure=settings.HTTPS, httponly=True, samesite="Strict")
        if isinstance(request.user, User):
            User.objects.filter(pk=request.user.pk).update(language=chosen)
    return response


@require_POST
@login_required
def read_day(request: HttpRequest) -> HttpResponse:
    """How a day, a period or an age that is being typed is understood."""
    name, text = next(((name, str(value)) for name, value in request.POST.items() if name != "csrfmiddlewaretoken"), ("", ""))
    return HttpResponse(escape(understood(text.strip(), name=name, today=timezone.localdate())))
