"""The key tree: root key, organisation keys under it, one key per person under the organisations that may read her.

Nothing is cached: a key made in a transaction that rolls back must not live on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import LiteralString
from uuid import UUID, uuid4

from django.db import connection
from django.utils import timezone

from repere.accounts.models import OrganisationKey, PersonKeyWrap
from repere.accounts.rootkey import root_key
from repere.accounts.rows import insert_rows
from repere.core.sealing import new_key, unwrap, wrap
from repere.directory.models import Organisation

Whose = Organisation | UUID


class NoKey(Exception):
    """This organisation holds no key for this person: nothing sealed about her can be opened there."""

    def __init__(self) -> None:
        super().__init__("This organisation holds no key for this person.")


def ensure_organisation_key(organisation: Whose) -> bytes:
    """The organisation's present key; its first one is made here."""
    owner = _id(organisation)
    held = _organisation_key(owner)
    if held is None:
        wrapped = root_key().wrap(new_key(), aad=_organisation_binding(owner, 1))
        OrganisationKey.objects.bulk_create([OrganisationKey(organisation_id=owner, version=1, wrapped=wrapped)], ignore_conflicts=True)
        held = _organisation_key(owner)
    if held is None:
        raise NoKey
    return held[1]


def new_person_key(person_id: UUID, organisation: Whose) -> bytes:
    return new_person_keys([person_id], organisation)[person_id]


def new_person_keys(person_ids: Iterable[UUID], organisation: Whose) -> dict[UUID, bytes]:
    """One fresh key for each person, wrapped for the organisation that opens her file."""
    owner = _id(organisation)
    kek, keys = ensure_organisation_key(owner), {person_id: new_key() for person_id in person_ids}
    now = timezone.now()
    with connection.wrap_database_errors:
        insert_rows("keys.person_key_wrap", WRAP, [
            (uuid4(), person_id, owner, 1, wrap(kek, key, aad=_person_binding(person_id, owner, 1)), now)
            for person_id, key in keys.items()
        ])  # fmt: skip
    return keys


WRAP: Mapping[LiteralString, LiteralString] = {
    "id": "uuid", "person_id": "uuid", "organisation_id": "uuid", "version": "int", "wrapped": "bytea", "created_at": "timestamptz",
}  # fmt: skip


def person_key(person_id: UUID, organisation: Whose) -> bytes:
    try:
        return person_keys([person_id], organisation)[person_id]
    except KeyError:
        raise NoKey from None


def person_keys(person_ids: Iterable[UUID], organisation: Whose) -> dict[UUID, bytes]:
    """The keys this organisation holds among those persons; the others are simply absent."""
    owner = _id(organisation)
    held = _organisation_keys(owner)
    wraps = PersonKeyWrap.objects.filter(person_id__in=list(person_ids), organisation_id=owner)
    return {
        person_id: unwrap(held[version], bytes(wrapped), aad=_person_binding(person_id, owner, version))
        for person_id, version, wrapped in wraps.values_list("person_id", "version", "wrapped")
        if version in held
    }


def share_person_key(person_id: UUID, from_: Whose, to: Whose) -> None:
    """Wrap her key for the receiver too. Sharing twice changes nothing."""
    giver, receiver = _id(from_), _id(to)
    key, kek = person_key(person_id, giver), ensure_organisation_key(receiver)
    shared = PersonKeyWrap(
        person_id=person_id,
        organisation_id=receiver,
        shared_by_id=giver,
        version=1,
        wrapped=wrap(kek, key, aad=_person_binding(person_id, receiver, 1)),
    )
    PersonKeyWrap.objects.bulk_create([shared], ignore_conflicts=True)


def withdraw_person_key(person_id: UUID, from_: Whose, to: Whose) -> bool:
    """Take back what was shared. What was read meanwhile cannot be unread."""
    wraps = PersonKeyWrap.objects.filter(person_id=person_id, organisation_id=_id(to), shared_by_id=_id(from_))
    return wraps.delete()[0] > 0


def _id(organisation: Whose) -> UUID:
    return organisation if isinstance(organisation, UUID) else organisation.pk


def _organisation_keys(organisation_id: UUID) -> dict[int, bytes]:
    root = root_key()
    rows = OrganisationKey.objects.filter(organisation_id=organisation_id).values_list("version", "wrapped")
    return {version: root.unwrap(bytes(wrapped), aad=_organisation_binding(organisation_id, version)) for version, wrapped in rows}


def _organisation_key(organisation_id: UUID) -> tuple[int, bytes] | None:
    keys = _organisation_keys(organisation_id)
    return max(keys.items()) if keys else None


def _organisation_binding(organisation_id: UUID, version: int) -> tuple[str, ...]:
    return ("organisation_key", str(organisation_id), str(version))


def _person_binding(person_id: UUID, organisation_id: UUID, version: int) -> tuple[str, ...]:
    return ("person_key_wrap", str(person_id), str(organisation_id), str(version))
