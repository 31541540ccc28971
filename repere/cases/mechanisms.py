"""Which mechanism speaks for which case: loaded once per process, kept for ever by the hash of its content."""

from __future__ import annotations

import zlib
from functools import cache

from django.conf import settings
from django.db import connection

from repere.cases.models import KeptMechanism
from repere.core.rulebook import Mechanism, content_of, from_content, load

DEFAULTS = {"FR": "fr", "UK": "uk", "BE": "be"}
DEMANDED = {"FR": "fr+fr-collectif"}
"""What is asked for, to be compared with what is: never what a case is judged by unless an installation decides so."""


class MechanismAltered(Exception):
    """What is kept under a hash is not what was kept."""


@cache
def named(name: str) -> Mechanism:
    """The mechanism of that name as it stands in the rule book. Loaded once per process: a new text needs a restart."""
    return load(settings.REPERE_MECHANISM_FOLDER, name)


@cache
def order_of(name: str) -> dict[str, int]:
    """Where each rule stands in the rule book: of two steps that are due alike, the one written first comes first."""
    return {rule: at for at, rule in enumerate(named(name).rules)}


def code_in_words(mechanism: Mechanism, codelist: str, code: str, language: str) -> str:
    """The label of a code; the code itself where the list no longer holds it."""
    entry = mechanism.codelists[codelist].get(code)
    return entry.label.text(language) if entry else code


def default_name(jurisdiction: str) -> str:
    """Name of the law in force there. KeyError for a country without a mechanism."""
    return DEFAULTS[jurisdiction]


def for_jurisdiction(jurisdiction: str) -> Mechanism:
    return named(default_name(jurisdiction))


def demanded_for(jurisdiction: str) -> Mechanism | None:
    """The law in force with the demands laid over it, where somebody wrote them."""
    name = DEMANDED.get(jurisdiction)
    return named(name) if name else None


def common() -> Mechanism:
    """For what every country shares: roles, groups, kinds of facts."""
    return named(DEFAULTS["FR"])


@cache
def kept(hash_: str) -> Mechanism:
    """A mechanism as it was, by the hash of its content."""
    current = next((m for m in map(named, DEFAULTS.values()) if m.hash == hash_), None)
    if current is not None:
        return current
    row = KeptMechanism.objects.get(pk=hash_)
    mechanism = from_content(zlib.decompress(bytes(row.content)).decode())
    if mechanism.hash != hash_:
        raise MechanismAltered(hash_)
    return mechanism


def keep(mechanism: Mechanism) -> None:
    """Store the content under its hash; quiet when it is there already."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM cases_keptmechanism WHERE hash = %s", [mechanism.hash])
        if cursor.fetchone() is None:
            cursor.execute(
                "INSERT INTO cases_keptmechanism (hash, name, content) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
                [mechanism.hash, mechanism.name, zlib.compress(content_of(mechanism).encode(), 9)],
            )


def roles_answering_to(role: str) -> frozenset[str]:
    """Every word under which somebody in this role is asked: the role itself, its family, and "any" for whoever is there."""
    return frozenset(word for word, members in common().families.items() if role in members) | {role}
