"""What every page knows of the installation."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from repere.accounts.models import ADMINISTRATOR, User


def installation(request: HttpRequest) -> dict[str, Any]:
    return {"demo": settings.REPERE_DEMO, "actor": getattr(request, "actor", None)}


def masthead(request: HttpRequest) -> dict[str, Any]:
    """Who is signed in, in which role, and which other desks are hers."""
    membership = getattr(request, "membership", None)
    if membership is None or not isinstance(request.user, User):
        return {}
    others = [other for other in request.memberships if other.pk != membership.pk]  # type: ignore[attr-defined]
    return {
        "only_accounts": membership.role == ADMINISTRATOR,
        "other_memberships": others,
        "idle_seconds": settings.SESSION_IDLE_MINUTES * 60,
    }
