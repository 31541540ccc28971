"""What an installation is and how it is brought up to date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.utils import translation

from repere.accounts import access, boot, founding
from repere.accounts.founding import Founder
from repere.accounts.proof import install_key
from repere.accounts.refusals import Refused
from repere.accounts.rootkey import make_root_key
from repere.cases.access import restate
from repere.cases.policy import fill_reach
from repere.directory.models import Organisation
from repere.web import database, tables
from repere.web.grants import declared_grants
from repere.web.home import CannotRun


def is_demo() -> bool:
    return bool(settings.REPERE_DEMO)


def migrate(*, starting: bool = False) -> None:
    """Tables by the owner, then every declared policy and right, then nothing more: the owner serves no page.

    `starting`: the server starts, and the key that proves who acts is changed.
    """
    bring_up_to_date(starting=starting)
    if not _keys_are_closed_already():
        make_root_key()


def bring_up_to_date(*, starting: bool = False) -> None:
    """The same without a root key: after a restore the right one is brought back by its keepers."""
    with _as_owner() as direct:
        tables.make_at_once(direct)
    call_command("migrate", database="owner", interactive=False, verbosity=0)
    install_key(renew=starting)
    connections["owner"].close()
    with _as_owner() as direct:
        with direct.transaction(), direct.cursor() as cursor:
            access.restate(cursor)
            restate(cursor)
            fill_reach(cursor)
            boot.mark_policies(cursor)
        database.apply_grants(direct, declared_grants())


def _as_owner() -> psycopg.Connection[tuple[Any, ...]]:
    where: dict[str, Any] = connections["owner"].settings_dict
    return psycopg.connect(host=where["HOST"], port=where["PORT"], dbname=where["NAME"], user=where["USER"], password=where["PASSWORD"])


def _keys_are_closed_already() -> bool:
    """A root key made beside keys that another one closed would stand in the way of the right one."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT set_config('repere.work', 'keys', false)")
        cursor.execute("SELECT EXISTS (SELECT FROM keys.organisation_key)")
        [closed] = cursor.fetchone()
        cursor.execute("SELECT set_config('repere.work', '', false)")
    return bool(closed)


def found(founders: Sequence[Founder], *, paper_kit: bool, now: datetime) -> list[str]:
    """The founding ceremony; refusals are told in both languages, because nobody has chosen one yet."""
    for founder in founders:
        if founder.kind not in Organisation.Kind.values:
            raise CannotRun(f"--kind {founder.kind}: expected one of {', '.join(Organisation.Kind.values)}.")
    try:
        return founding.found(founders, paper_kit=paper_kit, now=now)
    except Refused as refused:
        said = []
        for language in ("fr", "en"):
            with translation.override(language):
                said.append(str(refused))
        raise CannotRun("\n".join(said)) from None
