"""What holds for every request and every answer, whichever view it reaches."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from repere.accounts import returning
from repere.cases.territory import zone_of
from repere.guidance import door
from repere.web import disk, errors
from repere.web.routes import ALLOWED_IN_READ_ONLY, SAFE, Route, route_of

FEATURES_OFF = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media", "fullscreen",
    "geolocation", "gyroscope", "hid", "identity-credentials-get", "idle-detection", "local-fonts", "magnetometer",
    "microphone", "midi", "otp-credentials", "payment", "picture-in-picture", "screen-wake-lock", "serial",
    "storage-access", "usb", "xr-spatial-tracking",
)  # fmt: skip
PERMISSIONS_POLICY = ", ".join(f"{feature}=()" for feature in FEATURES_OFF)

METHODS = ("GET", "HEAD", "POST")

Answer = Callable[[HttpRequest], HttpResponseBase]


class RouteMiddleware:
    """What `routes.py` declares of an address, before its view is called: methods, origin, sign-in, read-only mode."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.read_only = SimpleLazyObject(disk.is_nearly_full)  # type: ignore[attr-defined]
        if is_a_part_of_another_site(request):  # before anything is counted against whoever sits at this address
            return errors.from_elsewhere(request)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        route = route_of(name)
        methods = route.methods if route else METHODS
        if request.method not in methods:
            return errors.not_allowed(request, methods)
        if comes_from_elsewhere(request, route):
            return errors.from_elsewhere(request)
        if route and route.audience == "signed_in" and not request.user.is_authenticated:
            return returning.to_sign_in(request, came_from=_form_page(request))
        if request.method not in SAFE and name not in ALLOWED_IN_READ_ONLY and disk.is_nearly_full():
            return errors.read_only(request)
        return None


def _form_page(request: HttpRequest) -> str | None:
    """Where a form was sent from, if that page can be asked for again."""
    path = returning.standing_on(request) if request.method not in SAFE else None
    try:
        found = resolve(path.partition("?")[0]) if path else None
    except Resolver404:
        return None
    route = route_of(found.view_name) if found else None
    return path if route and "GET" in route.methods else None


def comes_from_elsewhere(request: HttpRequest, route: Route | None) -> bool:
    """A form sent, or a file fetched, by another site: the browser says so (Sec-Fetch-Site), and no page of ours does it.

    Browsers that send no such header are held by the token of the form alone.
    """
    asked_by = request.headers.get("Sec-Fetch-Site", "")
    guarded = request.method not in SAFE or bool(route and route.headers == "download")
    return guarded and asked_by not in ("", "same-origin", "none")


def is_a_part_of_another_site(request: HttpRequest) -> bool:
    """A picture, a frame or a script's question of another site, as the browser says (Sec-Fetch). A link that is followed is neither."""
    mode = request.headers.get("Sec-Fetch-Mode", "navigate")
    framed = request.headers.get("Sec-Fetch-Dest", "document") in ("iframe", "frame", "embed", "object")
    return request.headers.get("Sec-Fetch-Site") == "cross-site" and (mode != "navigate" or framed)


class PublicDoorMiddleware:
    """Pages for anybody are answered here, before sessions and actors exist: nothing behind this door runs for them."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # Asked for now, so that every answer carries a number of its own, pages without scripts included.
        str(getattr(request, "csp_nonce", ""))
        return door.answer(request) if door.leads_to(request.path_info) else self.get_response(request)


class ClockMiddleware:
    """Pages tell the hour and the day of the organisation's territory; instants stay in UTC underneath."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        membership = getattr(request, "membership", None)
        territory = membership.organisation.territory if membership is not None else ""
        with timezone.override(zone_of("FR", territory)):
            return self.get_response(request)


class HeadersMiddleware:
    """Nothing of a page stays behind: not in a cache, not in a referrer, not in another window."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
        if response.status_code == 405:
            response.headers.setdefault("Allow", ", ".join(METHODS))
        if not response.headers.get("Cache-Control", "").startswith("max-age"):
            response.headers["Cache-Control"] = "no-store"
            for header in ("ETag", "Last-Modified", "Expires"):
                response.headers.pop(header, None)
        return response
