"""The key tree: root key, organisation keys under it, one key per person under the organisations that may read her.

Beside it, per organisation: an index key for blind tokens of names (`index_keys`) and an X25519 pair (`repere.core.boxes`).
Nothing is cached: a key made in a transaction that rolls back must not live on.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from hmac import compare_digest
from typing import Any, LiteralString
from uuid import UUID, uuid4

from django.db import connection
from django.db.models import QuerySet, UUIDField
from django.utils import timezone

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.kept import Given, kept
from repere.accounts.models import IndexKey, OrganisationKey, OrganisationKeyPair, PersonKeyRotation, PersonKeyWrap
from repere.accounts.rootkey import RootKey, root_key
from repere.accounts.rows import insert_rows
from repere.core import boxes
from repere.core.sealing import SealBroken, new_key, unwrap, wrap
from repere.directory.models import Organisation

log = logging.getLogger(__name__)

Whose = Organisation | UUID


class NoKey(Exception):
    """This organisation holds no key for this person: nothing sealed about her can be opened there."""

    def __init__(self) -> None:
        super().__init__("This organisation holds no key for this person.")


class PersonKey(bytes):
    """A person's key, with the number it has had since her file was opened: capsules name it in their header."""

    version: int

    def __new__(cls, key: bytes, version: int = 1) -> PersonKey:
        held = super().__new__(cls, key)
        held.version = version
        return held


def ensure_organisation_key(organisation: Whose) -> bytes:
    """The organisation's present key; its first one is made here."""
    return present_organisation_key(organisation)[1]


def present_organisation_key(organisation: Whose) -> tuple[int, bytes]:
    """Version and bytes of the organisation's present key; its first one is made here."""
    owner = _id(organisation)
    held = _organisation_key(owner)
    if held is None:
        wrapped = root_key().wrap(new_key(), aad=organisation_binding(owner, 1))
        with acting_as(_house(owner)):
            OrganisationKey.objects.bulk_create([OrganisationKey(organisation_id=owner, version=1, wrapped=wrapped)], ignore_conflicts=True)
        held = _organisation_key(owner)
    if held is None:
        raise NoKey
    return held


def organisation_keys(organisation: Whose) -> dict[int, bytes]:
    """Every version still kept, by its number. Older ones only open what was closed before a rotation."""
    return _organisation_keys(_id(organisation))


def index_keys(organisation: Whose) -> dict[int, bytes]:
    """Keys of blind tokens by version. Tokens are written under the newest; while a rotation fills, searches ask for each.

    Before the first rotation it is the first version of the organisation's key.
    """
    owner = _id(organisation)
    root = root_key()
    rows = IndexKey.objects.filter(organisation_id=owner).values_list("version", "wrapped")
    held = {version: root.unwrap(bytes(wrapped), aad=index_binding(owner, version)) for version, wrapped in rows}
    if held:
        return held
    ensure_organisation_key(owner)
    return {1: _organisation_keys(owner)[1]}


def public_key(organisation: Whose) -> bytes:
    """The public half of the organisation's pair. Raises NoKey where it has made none."""
    public, _private = _pair(_id(organisation))
    return public


def ensure_key_pair(organisation: Whose) -> bytes:
    """The public half of the acting organisation's own pair; its first one is made here."""
    owner = _id(organisation)
    try:
        return public_key(owner)
    except NoKey:
        version, kek = present_organisation_key(owner)
    private, public = boxes.new_pair()
    wrapped = wrap(kek, private, aad=pair_binding(owner, 1, public))
    made = OrganisationKeyPair(organisation_id=owner, version=1, public=public, wrapped=wrapped, key_version=version)
    with acting_as(_house(owner)):
        OrganisationKeyPair.objects.bulk_create([made], ignore_conflicts=True)
    return public_key(owner)


def open_for(organisation: Whose, box: bytes, *, aad: tuple[str, ...]) -> bytes:
    """Open a box that was closed for this organisation. Raises NoKey without a pair, SealBroken for anything wrong."""
    _public, private = _pair(_id(organisation))
    return boxes.open_box(private, box, aad=aad)


def _pair(owner: UUID) -> tuple[bytes, bytes]:
    """(public, private): the newest pair whose private half opens. Nobody closes anything for a key that only somebody else could open."""
    held = _organisation_keys(owner)
    for pair in OrganisationKeyPair.objects.filter(organisation_id=owner).order_by("-version"):
        public = bytes(pair.public)
        try:
            return public, unwrap(held.get(pair.key_version, b""), bytes(pair.wrapped), aad=pair_binding(owner, pair.version, public))
        except SealBroken:
            log.error("key_pair_does_not_open", extra={"error": "SealBroken"})
    raise NoKey


def new_person_key(person_id: UUID, organisation: Whose) -> PersonKey:
    return new_person_keys([person_id], organisation)[person_id]


def new_person_keys(person_ids: Iterable[UUID], organisation: Whose) -> dict[UUID, PersonKey]:
    """One fresh key for each person, wrapped for the organisation that opens her file."""
    owner = _id(organisation)
    version, kek = present_organisation_key(owner)
    keys, now = {person_id: PersonKey(new_key()) for person_id in person_ids}, timezone.now()
    with acting_as(_house(owner)), connection.wrap_database_errors:
        insert_rows("keys.person_key_wrap", WRAP, [
            (uuid4(), person_id, owner, version, wrap(kek, key, aad=person_binding(person_id, owner, version)), now)
            for person_id, key in keys.items()
        ])  # fmt: skip
    return keys


WRAP: Mapping[LiteralString, LiteralString] = {
    "id": "uuid", "person_id": "uuid", "organisation_id": "uuid", "version": "int", "wrapped": "bytea", "created_at": "timestamptz",
}  # fmt: skip


def person_key(person_id: UUID, organisation: Whose) -> PersonKey:
    try:
        return person_keys([person_id], organisation)[person_id]
    except KeyError:
        raise NoKey from None


def person_keys(person_ids: Iterable[UUID], organisation: Whose) -> dict[UUID, PersonKey]:
    """The keys this organisation holds among those persons; the others are simply absent."""
    owner = _id(organisation)
    held = _organisation_keys(owner)
    return {
        person_id: PersonKey(unwrap(held[version], bytes(wrapped), aad=person_binding(person_id, owner, version)), generation)
        for person_id, version, wrapped, generation in _wraps(list(person_ids), owner)
        if version in held
    }


def _wraps(person_ids: list[UUID], owner: UUID) -> Iterable[tuple[UUID, int, Any, int]]:
    if len(person_ids) == 1:
        return _her_wrap(person=person_ids[0], organisation=owner)
    wraps = PersonKeyWrap.objects.filter(person_id__in=person_ids, organisation_id=owner)
    return wraps.values_list("person_id", "version", "wrapped", "generation")


@kept
def _her_wrap() -> QuerySet[PersonKeyWrap, tuple[UUID, int, Any, int]]:
    hers = PersonKeyWrap.objects.filter(person_id=Given("person", UUIDField()), organisation_id=Given("organisation", UUIDField()))
    return hers.values_list("person_id", "version", "wrapped", "generation")


def share_person_key(person_id: UUID, from_: Whose, to: Whose) -> None:
    """Wrap her key for the receiver too. Sharing twice changes nothing; a wrap that does not open to her key is replaced."""
    giver, receiver = _id(from_), _id(to)
    key, (version, kek) = person_key(person_id, giver), present_organisation_key(receiver)
    with acting_as(_house(receiver)):
        held = PersonKeyWrap.objects.filter(person_id=person_id, organisation_id=receiver)
        if any(_opens_to(key, one) for one in held):
            return
        held.delete()
    shared = PersonKeyWrap(
        person_id=person_id,
        organisation_id=receiver,
        shared_by_id=giver,
        version=version,
        generation=key.version,
        wrapped=wrap(kek, key, aad=person_binding(person_id, receiver, version)),
    )
    with acting_as(_house(giver)):
        PersonKeyWrap.objects.bulk_create([shared], ignore_conflicts=True)


def _opens_to(key: PersonKey, held: PersonKeyWrap) -> bool:
    kek = _organisation_keys(held.organisation_id).get(held.version, b"")
    try:
        opened = unwrap(kek, bytes(held.wrapped), aad=person_binding(held.person_id, held.organisation_id, held.version))
    except SealBroken:
        return False
    return compare_digest(opened, key) and held.generation == key.version


def withdraw_person_key(person_id: UUID, from_: Whose, to: Whose) -> bool:
    """Take back what was shared, and ask for a new key of hers. What was read meanwhile cannot be unread."""
    with acting_as(_house(_id(from_))):
        wraps = PersonKeyWrap.objects.filter(person_id=person_id, organisation_id=_id(to), shared_by_id=_id(from_))
        taken = wraps.delete()[0] > 0
        if taken:
            asked = PersonKeyRotation(person_id=person_id, organisation_id=_id(from_))
            PersonKeyRotation.objects.bulk_create([asked], ignore_conflicts=True)
    return taken


def _house(organisation_id: UUID) -> Actor:
    """The capacity in which keys are written: nobody who acts may write one, not even her own organisation's."""
    return Actor.system("keys", organisation_id=organisation_id)


def _id(organisation: Whose) -> UUID:
    return organisation if isinstance(organisation, UUID) else organisation.pk


def _organisation_keys(organisation_id: UUID) -> dict[int, bytes]:
    root = root_key()
    rows = _wrapped_keys(organisation=organisation_id)
    return _opened({version: (bytes(wrapped), organisation_binding(organisation_id, version)) for version, wrapped in rows}, root)


@kept
def _wrapped_keys() -> QuerySet[OrganisationKey, tuple[int, Any]]:
    hers = OrganisationKey.objects.filter(organisation_id=Given("organisation", UUIDField()))
    return hers.values_list("version", "wrapped")


def _opened(rows: Mapping[int, tuple[bytes, tuple[str, ...]]], root: RootKey) -> dict[int, bytes]:
    """The keys that open. One damaged row does not close the others; where none opens, the root key is not theirs: SealBroken."""
    held: dict[int, bytes] = {}
    for version, (wrapped, binding) in rows.items():
        try:
            held[version] = root.unwrap(wrapped, aad=binding)
        except SealBroken:
            log.error("organisation_key_does_not_open", extra={"error": "SealBroken"})
    if rows and not held:
        raise SealBroken
    return held


def _organisation_key(organisation_id: UUID) -> tuple[int, bytes] | None:
    keys = _organisation_keys(organisation_id)
    return max(keys.items()) if keys else None


def organisation_binding(organisation_id: UUID, version: int) -> tuple[str, ...]:
    return ("organisation_key", str(organisation_id), str(version))


def person_binding(person_id: UUID, organisation_id: UUID, version: int) -> tuple[str, ...]:
    return ("person_key_wrap", str(person_id), str(organisation_id), str(version))


def index_binding(organisation_id: UUID, version: int) -> tuple[str, ...]:
    return ("index_key", str(organisation_id), str(version))


def pair_binding(organisation_id: UUID, version: int, public: bytes) -> tuple[str, ...]:
    """The public half belongs to it: a swapped public key does not go with the private half that stands beside it."""
    return ("organisation_key_pair", str(organisation_id), str(version), public.hex())
