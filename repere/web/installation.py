"""What an installation is and how it is brought up to date."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections

from repere.accounts import actions as accounts
from repere.accounts.models import ADMINISTRATOR, User
from repere.accounts.rootkey import make_root_key
from repere.directory.models import Organisation
from repere.web import database
from repere.web.grants import declared_grants
from repere.web.home import CannotRun


def is_demo() -> bool:
    return bool(settings.REPERE_DEMO)


def migrate() -> None:
    """Tables by the owner, then every declared right, then nothing more: the owner serves no page."""
    make_root_key()
    call_command("migrate", database="owner", interactive=False, verbosity=0)
    owner = connections["owner"]
    owner.close()
    where: dict[str, Any] = owner.settings_dict
    with psycopg.connect(
        host=where["HOST"], port=where["PORT"], dbname=where["NAME"], user=where["USER"], password=where["PASSWORD"]
    ) as direct:
        database.apply_grants(direct, declared_grants())


def found(*, kind: str, email: str, person: str, roles: list[str], now: datetime, **fields: str) -> str:
    if kind not in Organisation.Kind.values:
        raise CannotRun(f"--kind {kind}: expected one of {', '.join(Organisation.Kind.values)}.")
    if User.objects.filter(email=email.strip().lower()).exists():
        raise CannotRun(f"--email {email}: this address has an account already.")
    every_role = list(dict.fromkeys([*roles, ADMINISTRATOR]))
    return accounts.found(kind=kind, email=email, person=person or email, roles=every_role, now=now, **fields)
