"""Pages for what went wrong: what happened, what was kept, what to do. Nothing about the inside."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from repere.guidance.numbers import urgent
from repere.ledger.actions import CannotRecord

# Of SQLSTATE: the connection is lost, the disk is full, the server is shutting down or takes reads only, its files fail.
CLOSED = ("08", "53", "57P", "58", "25006", "XX")
# A time limit of the pages' connection was met (`database.LIMITS`): for a statement, a lock, a transaction that does nothing.
TOO_LONG = ("57014", "55P03", "25P03")


@dataclass(frozen=True)
class Trouble:
    title: str
    happened: str
    kept: str
    mend: str


def _answer(request: HttpRequest, trouble: Trouble, status: int) -> HttpResponse:
    try:
        # After a broken request nothing more is read from the database.
        signed_in = getattr(request, "actor", None) is not None
        quiet = {"actor": None, "signed_in": signed_in} if status >= 500 else {}
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


def not_allowed(request: HttpRequest, methods: Sequence[str]) -> HttpResponse:
    trouble = Trouble(
        _("This page is not used in that way"),
        _("What was sent does not fit this address."),
        _("Nothing was changed."),
        _("Go back and use the buttons and links of the page."),
    )
    response = _answer(request, trouble, 405)
    response.headers["Allow"] = ", ".join(methods)
    return response


def from_elsewhere(request: HttpRequest) -> HttpResponse:
    trouble = Trouble(
        _("This was sent from another site"),
        _("A form or a file of these pages was asked for by a site that is not this one."),
        _("Nothing was changed."),
        _("If you did not mean to do this, close the other site. Otherwise open the page here and send again."),
    )
    return _answer(request, trouble, 403)


def read_only(request: HttpRequest) -> HttpResponse:
    trouble = Trouble(
        _("Nothing can be written for the moment"),
        _("The disk of this installation is nearly full. Files can be read; nothing new is taken."),
        _("What you sent was not kept. Go back in your browser: it still holds what you typed."),
        _("Write it down on paper if it cannot wait, and tell the person who runs this installation."),
    )
    return _answer(request, trouble, 503)


def too_many(request: HttpRequest, seconds: int) -> HttpResponse:
    """Too fast, for now: what was typed stands in the page, ready to be sent again. `seconds` until it is answered."""
    sent = request.method not in ("GET", "HEAD")
    # This page comes before the check of forged forms, and must not give a stranger's form a token of ours.
    if sent and (forged := CsrfViewMiddleware(bad_request).process_view(request, bad_request, (), {})) is not None:
        return forged
    context = {
        "seconds": seconds,
        "path": request.get_full_path(),
        "sent": sent,
        "fields": _typed(request) if sent else [],
        "lost_files": bool(sent and request.FILES),
        "knows_her": request.user.is_authenticated,
    }
    response = render(request, "too_many.html", context, status=429)
    response.headers["Retry-After"] = str(seconds)
    return response


# Proofs are typed again: they must stand in no page.
NOT_GIVEN_BACK = re.compile(r"csrfmiddlewaretoken|password|credential")


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """Fields as name and value. Whoever has not signed in may have typed a code that proves something."""
    known = request.user.is_authenticated
    left_out = [name for name in request.POST if NOT_GIVEN_BACK.search(name) or (not known and "code" in name)]
    return [(name, value) for name, values in request.POST.lists() if name not in left_out for value in values]


def closed(request: HttpRequest) -> HttpResponse:
    """Nothing can be recorded, so nothing is shown. Drawn without the database, the session or the signed-in frame."""
    language = (get_language() or "fr")[:2]
    page = render_to_string("closed.html", {"numbers": urgent(language), "language": language})
    return HttpResponse(page, status=503, headers={"Retry-After": "120"})


def took_too_long(error: BaseException | None) -> bool:
    """Whether this error, or one that it was made of or came upon, is a time limit of the database."""
    while error is not None:
        if isinstance(error, psycopg.DatabaseError) and error.sqlstate in TOO_LONG:
            return True
        error = error.__cause__ or error.__context__
    return False


def busy(request: HttpRequest) -> HttpResponse:
    trouble = Trouble(
        _("This takes too long just now"),
        _("Somebody else is writing here, or the database has too much to do. The page was stopped so that others go on."),
        _("What you sent was undone as a whole, so nothing is half done. Drafts that were saved are still there."),
        _("Wait a minute and try once more. If it happens again, tell the person who runs this installation at what time it was."),
    )
    response = _answer(request, trouble, 503)
    response.headers["Retry-After"] = "60"
    return response


def cannot_record(error: BaseException | None) -> bool:
    """Whether this error, or the one it was made of (a job that could not be put in), means that nothing can be written down."""
    while error is not None:
        if _closes(error):
            return True
        error = error.__cause__
    return False


def _closes(error: BaseException) -> bool:
    if isinstance(error, CannotRecord | InterfaceError | psycopg.InterfaceError):
        return True
    if not isinstance(error, DatabaseError | psycopg.DatabaseError):
        return False
    state = getattr(error, "sqlstate", None) or getattr(error.__cause__, "sqlstate", None)
    return str(state).startswith(CLOSED) if state else isinstance(error, OperationalError | psycopg.OperationalError)


def failed(request: HttpRequest) -> HttpResponse:
    """Called by Django while the error is being handled."""
    if took_too_long(sys.exc_info()[1]):
        return busy(request)
    if cannot_record(sys.exc_info()[1]):
        return closed(request)
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
