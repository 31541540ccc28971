"""What every page of the directory shares: somebody is signed in, what is foreign answers 404, a refusal is a sentence."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from repere.directory.refusals import NotVisible, Refused
from repere.ledger.actions import Acting

View = Callable[..., HttpResponse]


class ActingRequest(HttpRequest):
    """A request with the actor that the accounts put on it."""

    actor: Acting


def page(view: View) -> View:
    @login_required
    @wraps(view)
    def opened(request: ActingRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except NotVisible:
            raise Http404 from None

    return opened


def attempt(request: ActingRequest, act: Callable[[], object]) -> bool:
    """Do it, and say so; or say why not. Returns whether it was done."""
    try:
        act()
    except Refused as refused:
        messages.warning(request, str(refused))
        return False
    messages.success(request, _("Done, and written in the ledger."))
    return True
