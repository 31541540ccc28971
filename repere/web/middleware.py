"""Headers that hold for every answer."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from repere.cases.territory import zone_of

FEATURES_OFF = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media", "fullscreen",
    "geolocation", "gyroscope", "hid", "identity-credentials-get", "idle-detection", "local-fonts", "magnetometer",
    "microphone", "midi", "otp-credentials", "payment", "picture-in-picture", "screen-wake-lock", "serial",
    "storage-access", "usb", "web-share", "xr-spatial-tracking",
)  # fmt: skip
PERMISSIONS_POLICY = ", ".join(f"{feature}=()" for feature in FEATURES_OFF)

Answer = Callable[[HttpRequest], HttpResponseBase]


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
        response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
        if not response.headers.get("Cache-Control", "").startswith("max-age"):
            response.headers["Cache-Control"] = "no-store"
            for header in ("ETag", "Last-Modified", "Expires"):
                response.headers.pop(header, None)
        return response
