"""What one page reads about accounts."""

from repere.accounts.models import ADMINISTRATOR, Membership
from repere.directory.models import Organisation


def demonstration_cast(limit: int = 60) -> list[Membership]:
    """The invented people one may be with a click."""
    cast = Membership.objects.current().filter(organisation__is_invented=True).exclude(role=ADMINISTRATOR)
    return list(cast.order_by("created_at", "organisation__name", "user__name", "id")[:limit])


def members_of(organisation: Organisation) -> list[Membership]:
    """Who works there today, and in which role."""
    return list(Membership.objects.current().filter(organisation=organisation).order_by("user__name", "role", "id"))
