"""The way in for anybody: a request that leads to these pages meets no session, no account and no connection of the tool.

What the directory tells anybody is read past this door, by a login that can read that copy and nothing else (`nearby.py`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NoReturn

from django.conf import settings
from django.db import connections
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from repere.guidance import views

PREFIXES = ("/info", "/.well-known")
SPACES = ("guidance", "well_known")
METHODS = ("GET", "HEAD")


class TouchedDatabase(Exception):
    """A page for anybody asked the database something. It has nothing to ask there."""


def leads_to(path: str) -> bool:
    """Every address, in a process that serves these pages alone."""
    return settings.REPERE_ROLE == "public" or any(path == prefix or path.startswith(f"{prefix}/") for prefix in PREFIXES)


def answer(request: HttpRequest) -> HttpResponse:
    """The answer to a request that `leads_to` these pages; failing, it tells nothing of the inside."""
    if request.method not in METHODS:
        return views.plain(request, 405, {"Allow": ", ".join(METHODS)})
    try:
        match = resolve(request.path_info)
        if match.namespace not in SPACES:
            raise Http404
        request.resolver_match = match
        with without_database():
            found = match.func(request, *match.args, **match.kwargs)
    except (Resolver404, Http404):
        return views.plain(request, 404)
    except Exception:
        logging.getLogger(__name__).exception("A page for anybody failed")
        return views.plain(request, 500)
    return found if isinstance(found, HttpResponse) else views.plain(request, 500)


@contextmanager
def without_database() -> Iterator[None]:
    """Every connection of this process refuses to run anything inside the block."""
    with ExitStack() as stack:
        for alias in connections:
            stack.enter_context(connections[alias].execute_wrapper(_refuse))
        yield


def _refuse(_execute: Any, _statement: Any, _values: Any, _many: Any, _context: Any) -> NoReturn:
    raise TouchedDatabase
