"""Pages for what went wrong: what happened, what was kept, what to do. Nothing about the inside."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import TemplateDoesNotExist
from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Trouble:
    title: str
    happened: str
    kept: str
    mend: str


def _answer(request: HttpRequest, trouble: Trouble, status: int) -> HttpResponse:
    try:
        # After a broken request nothing more is read from the database.
        quiet = {"actor": None} if status >= 500 else {}
        return render(request, "trouble.html", {"trouble": trouble, **quiet}, status=status)
    except (TemplateDoesNotExist, LookupError):
        return HttpResponse(f"{trouble.happened} {trouble.mend}", status=status, content_type="text/plain; charset=utf-8")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _answer(request, expired(), 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    trouble = Trouble(
        _("There is no page here for you"),
        _("The address is mistyped, or this page is not open to you. We do not say which."),
        _("Nothing was changed."),
        _("Go back, or look for the case by its code. If somebody sent you the address, ask them for an access."),
    )
    return _answer(request, trouble, 404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    trouble = Trouble(
        _("Your role does not open this page"),
        _("What you asked for belongs to another role."),
        _("Nothing was changed. The attempt was written down, as every refusal is."),
        _("If your work needs it, ask the person who manages accounts in your organisation."),
    )
    return _answer(request, trouble, 403)


def gone(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    trouble = Trouble(
        _("This is no longer here"),
        _("It was erased, or its time is over."),
        _("A record that it existed is kept, without its content."),
        _("Nothing can bring it back. If you think it should still be here, ask the organisation that held it."),
    )
    return _answer(request, trouble, 410)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    trouble = Trouble(
        _("This could not be read"),
        _("What your browser sent was not complete."),
        _("Nothing was changed. Drafts that were saved are still there."),
        _("Go back, reload the page and send again."),
    )
    return _answer(request, trouble, 400)


def failed(request: HttpRequest) -> HttpResponse:
    trouble = Trouble(
        _("Something broke on our side"),
        _("The page could not be made. It is not your doing."),
        _("What you sent was undone as a whole, so nothing is half done. Drafts that were saved are still there."),
        _("Try once more. If it happens again, tell the person who runs this installation at what time it was."),
    )
    return _answer(request, trouble, 500)


def expired() -> Trouble:
    return Trouble(
        _("This page has expired"),
        _("Your session ended, or you signed in again in another window."),
        _("Nothing was changed. What you had written was kept as a draft as you wrote, up to a moment ago."),
        _("Go back, reload the page and send again. Your draft is offered to you."),
    )
