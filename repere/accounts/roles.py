"""Which roles somebody may be given: those of the mechanism that a person with an account holds, and the administrator's."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from repere.accounts.models import ADMINISTRATOR
from repere.core.rulebook import load
from repere.core.rulebook.model import Role

WITHOUT_ACCOUNT = {"person_concerned"}


@cache
def assignable_roles() -> dict[str, Role]:
    """Roles by id. The rule book is read once per process."""
    mechanism = load(settings.REPERE_MECHANISM_FOLDER, settings.REPERE_MECHANISM)
    return {name: role for name, role in mechanism.roles.items() if name not in WITHOUT_ACCOUNT}


def role_exists(role: str) -> bool:
    return role == ADMINISTRATOR or role in assignable_roles()
