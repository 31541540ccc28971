from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import pre_migrate

from repere.ledger.policy import ACTOR


class LedgerConfig(AppConfig):
    name = "repere.ledger"

    def ready(self) -> None:
        pre_migrate.connect(_make_actor_function, sender=self)


def _make_actor_function(using: str, **_others: Any) -> None:
    """The first policies of the first migration ask who acts: the answer must exist before them."""
    if using == "owner":
        with connections[using].cursor() as cursor:
            cursor.execute(ACTOR)
