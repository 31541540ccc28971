"""Pages without a visitor: they read no cookie, set none, and are the same for everybody who reads the same language."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation.trans_real import parse_accept_lang_header

from repere.directory.territory import territories
from repere.guidance.nearby import by_region, in_words, nearby
from repere.guidance.numbers import numbers
from repere.guidance.rights import rights

HERE = Path(__file__).parent
LANGUAGES = ("fr", "en")
# What a page is called in its address: words that say nothing over a shoulder.
PAGES = ("steps", "texts", "places")
TEMPLATES = {
    "home": "guidance/home.html",
    "steps": "guidance/steps.html",
    "texts": "guidance/texts.html",
    "places": "guidance/places.html",
    "near": "guidance/near.html",
    "around": "guidance/around.html",
    "nothing": "guidance/nothing.html",
}
PARTS = {"look.css": "text/css; charset=utf-8", "leave.js": "text/javascript; charset=utf-8"}


def start(request: HttpRequest) -> HttpResponse:
    return _page(request, language_asked(request), "home")


def home(request: HttpRequest, language: str) -> HttpResponse:
    return _page(request, language, "home")


def page(request: HttpRequest, language: str, name: str) -> HttpResponse:
    if name not in PAGES:
        raise Http404
    return _page(request, language, name)


def near(request: HttpRequest, language: str) -> HttpResponse:
    """Every département, by région: a plain list, so that nothing that somebody types is sent."""
    return _page(request, language, "near", more={"regions": list(by_region())})


def around(request: HttpRequest, language: str, territory: str) -> HttpResponse:
    """Whom to call in one département, from the copy of the night."""
    place = territories().get(territory)
    if place is None:
        raise Http404
    now = timezone.now()
    found = nearby(territory, now=now)
    with translation.override(language):
        told = in_words(found) if found else {}
    return _page(request, language, "around", more={"place": place, "found": found, "old": bool(found and found.is_old(now.date()))} | told)


def part(request: HttpRequest, name: str) -> HttpResponse:
    """Style and script, served from here so that no copy of them stays in the browser under the name of the tool."""
    if name not in PARTS:
        raise Http404
    return _answer((HERE / "parts" / name).read_text(encoding="utf-8"), kind=PARTS[name])


def security(request: HttpRequest) -> HttpResponse:
    """RFC 9116. Nothing until the operator has named a contact, nothing once the file is out of date."""
    contact, expires = settings.REPERE_SECURITY_CONTACT, settings.REPERE_SECURITY_EXPIRES
    if not contact or not expires or datetime.fromisoformat(expires).replace(tzinfo=UTC) < timezone.now():
        raise Http404
    text = f"Contact: {contact}\nExpires: {expires}T00:00:00Z\nPreferred-Languages: fr, en\n"
    return _answer(text, kind="text/plain; charset=utf-8")


def plain(request: HttpRequest, status: int, headers: dict[str, str] | None = None) -> HttpResponse:
    """What went wrong, in one neutral page with the way out on it."""
    return _page(request, language_asked(request), "nothing", status=status, headers=headers)


def language_asked(request: HttpRequest) -> str:
    """French or English, by what the browser says; the cookie of the signed-in pages is not looked at."""
    for tag, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "").lower()[:200]):
        if tag[:2] in LANGUAGES:
            return tag[:2]
    return "fr"


def _page(
    request: HttpRequest, language: str, name: str, *, status: int = 200, headers: dict[str, str] | None = None,
    more: dict[str, Any] | None = None,
) -> HttpResponse:  # fmt: skip
    if language not in LANGUAGES:
        raise Http404
    with translation.override(language):
        context = {
            "language": language, "other": LANGUAGES[1 - LANGUAGES.index(language)], "name": name, "way_out": settings.REPERE_WAY_OUT,
            "nonce": str(getattr(request, "csp_nonce", "")), "numbers": numbers(language),
            "shelves": rights(language, on=timezone.now().date()) if name == "texts" else [], **(more or {}),
        }  # fmt: skip
        # Without the request: what every signed-in page is given is not asked for here.
        text = render_to_string(TEMPLATES[name], context)
    response = _answer(text, kind="text/html; charset=utf-8", status=status)
    response.headers["Content-Language"] = language
    for header, value in (headers or {}).items():
        response.headers[header] = value
    return response


def _answer(text: str, *, kind: str, status: int = 200) -> HttpResponse:
    return HttpResponse(text, status=status, content_type=kind, headers={"Referrer-Policy": "no-referrer"})
