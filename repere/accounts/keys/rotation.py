"""Replacing the keys above persons: the root, an organisation's key. Only wraps are written anew; no capsule is touched.

Every step is a transaction over at most `ROWS_AT_ONCE` rows with its own ledger row. Killed at any row, the same command goes on where
it stopped; run once more when all is done, it begins a new rotation only if it is told to. All of it runs inside `as_owner`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import OperationalError, connection
from django.db.models import QuerySet

from repere import ledger
from repere.accounts import factors
from repere.accounts.actor import Actor
from repere.accounts.keyring import (
    index_binding,
    organisation_binding,
    organisation_keys,
    pair_binding,
    person_binding,
)
from repere.accounts.models import IndexKey, OrganisationKey, OrganisationKeyPair, PersonKeyRotation, PersonKeyWrap, User
from repere.accounts.owner import keeping_keys
from repere.accounts.rootkey import KeyFile, RootKey, root_key
from repere.core.sealing import SealBroken, new_key, unwrap, wrap

ROWS_AT_ONCE = 500
LOCK_MILLISECONDS = 900
"""Below PostgreSQL's deadlock_timeout (1 s): where a page and a rotation wait for each other, the rotation gives way."""
BACKUP_DAYS = 30
"""Wrapped keys stay in backups that long (docs/operations.md): a root key that closed them is kept as long."""

KEEPER = Actor.system("keys")
Tell = Callable[[int, int], None]


def _quiet(done: int, of: int) -> None:
    return None


# ---- the root


def begin_root(*, now: datetime) -> bool:
    """A new version of the root key, unless some key is still wrapped by an older one: then that rotation goes on. True when new."""
    root = root_key()
    if _old_under(root) or any(opening for opening, _ in _old_secrets().values()):
        return False
    with keeping_keys(KEEPER):
        ledger.record(KEEPER, "begin_root_rotation", kind="system")
    root.rotate(on=now.date())
    return True


def rewrap_under_root(tell: Tell = _quiet) -> int:
    """Wrap every organisation and index key under the present root key. Returns how many were wrapped anew."""
    root, done = root_key(), 0
    waiting = len(_old_under(root))
    while rows := _old_under(root)[:ROWS_AT_ONCE]:
        with keeping_keys(KEEPER):
            for row in rows:
                binding = organisation_binding if isinstance(row, OrganisationKey) else index_binding
                aad = binding(row.organisation_id, row.version)
                row.wrapped = root.wrap(root.unwrap(bytes(row.wrapped), aad=aad), aad=aad)
                row.save(update_fields=["wrapped"])
            ledger.record(KEEPER, "rewrap_under_root", kind="system", detail={"keys": len(rows)})
        done += len(rows)
        tell(done, waiting)
    return done


def rewrap_sign_in_secrets(tell: Tell = _quiet) -> int:
    """Close every account's sign-in secrets under the present root key, one transaction an account. Returns how many secrets.

    Those that do not open are left and stay counted in `status`: such an account needs a reset of its factors.
    """
    waiting = [user for user, (opening, _) in _old_secrets().items() if opening]
    done = 0
    for place, user in enumerate(waiting, start=1):
        done += factors.rewrap_factors(user)
        tell(place, len(waiting))
    return done


def _old_secrets() -> dict[User, tuple[int, int]]:
    """Accounts with sign-in secrets under an older root key: how many open, how many do not. Each is asked as itself."""
    found = {user: factors.old_secrets(user) for user in User.objects.order_by("pk")}
    return {user: counted for user, counted in found.items() if any(counted)}


def forget_old_roots(*, on: date) -> list[int]:
    """Drop versions of the root key that nothing needs: retired for longer than backups of keys are kept, and closing nothing."""
    root = root_key()
    if not isinstance(root, KeyFile) or _old_under(root) or any(opening for opening, _ in _old_secrets().values()):
        return []
    old = {version.number for version in root.versions[1:] if version.retired and on - version.retired > timedelta(days=BACKUP_DAYS)}
    if old:
        with keeping_keys(KEEPER):
            ledger.record(KEEPER, "forget_old_roots", kind="system", detail={"versions": sorted(old)})
        root.forget(old)
    return sorted(old)


def _old_under(root: RootKey) -> list[OrganisationKey | IndexKey]:
    with keeping_keys(KEEPER):
        rows: list[OrganisationKey | IndexKey] = [*OrganisationKey.objects.order_by("pk"), *IndexKey.objects.order_by("pk")]
    return [row for row in rows if not root.is_present(bytes(row.wrapped))]


# ---- an organisation's key


def begin_organisation(organisation_id: UUID) -> bool:
    """A next version of the organisation's key, unless an older one is still in use: then that rotation goes on. True when new."""
    acting = keeper_of(organisation_id)
    with keeping_keys(acting):
        versions = OrganisationKey.objects.select_for_update().filter(organisation_id=organisation_id).order_by("version")
        kept = [row.version for row in versions]
        if len(kept) != 1:
            return False
        _keep_index_key(organisation_id)
        number = kept[0] + 1
        wrapped = root_key().wrap(new_key(), aad=organisation_binding(organisation_id, number))
        OrganisationKey.objects.bulk_create([OrganisationKey(organisation_id=organisation_id, version=number, wrapped=wrapped)])
        ledger.record(acting, "begin_organisation_rotation", kind="system", detail={"version": number})
    return True


@dataclass
class Rewrapped:
    """What was wrapped anew, and what does not open: ids of persons, and versions of key pairs, left as they stand."""

    done: int = 0
    persons_left: list[UUID] = field(default_factory=list)
    pairs_left: list[int] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        return not (self.persons_left or self.pairs_left)


def rewrap_persons(organisation_id: UUID, tell: Tell = _quiet) -> Rewrapped:
    """Wrap every person key and the key pairs under the organisation's present key; a damaged one is left and named, the others go on."""
    acting, found = keeper_of(organisation_id), Rewrapped()
    with keeping_keys(acting):
        keys = organisation_keys(organisation_id)
    number = max(keys)
    waiting = _wraps_under_old(acting, organisation_id, number)
    while True:
        with keeping_keys(acting):
            old = _old_wraps(organisation_id, number).exclude(person_id__in=found.persons_left)
            rows = list(old.select_for_update().order_by("pk")[:ROWS_AT_ONCE])
            wrapped = [row for row in rows if _rewrap_person(row, keys, number)]
            PersonKeyWrap.objects.bulk_update(wrapped, ["version", "wrapped"])
            pairs, found.pairs_left = _rewrap_pairs(organisation_id, keys, number)
            left = [row.person_id for row in rows if row not in wrapped]
            if rows or pairs:
                detail = {"persons": len(wrapped), "pairs": pairs, "version": number} | ({"left": len(left)} if left else {})
                ledger.record(acting, "rewrap_persons", kind="system", subjects=left, detail=detail)
        found.persons_left += left
        found.done += len(wrapped)
        tell(found.done, waiting)
        if not rows:
            return found


def _rewrap_person(row: PersonKeyWrap, keys: dict[int, bytes], number: int) -> bool:
    """Put the row under that version. False, and nothing changed, where it does not open: damaged, or under a version that is gone."""
    person, organisation = row.person_id, row.organisation_id
    try:
        key = unwrap(keys[row.version], bytes(row.wrapped), aad=person_binding(person, organisation, row.version))
    except (KeyError, SealBroken):
        return False
    row.version, row.wrapped = number, wrap(keys[number], key, aad=person_binding(person, organisation, number))
    return True


def end_organisation(organisation_id: UUID, *, drafts_under_old: Callable[[], int]) -> bool:
    """Drop the older versions of the organisation's key once nothing is closed by them. False: something still is, run again later.

    The lock waits for every transaction that may have read an old version and not yet written what it closed with it.
    """
    acting = keeper_of(organisation_id)
    try:
        with keeping_keys(acting):
            _lock("keys.organisation_key")
            versions = sorted(OrganisationKey.objects.filter(organisation_id=organisation_id).values_list("version", flat=True))
            if len(versions) < 2:
                return True
            number = versions[-1]
            if _old_wraps(organisation_id, number).exists() or drafts_under_old():
                return False
            if OrganisationKeyPair.objects.filter(organisation_id=organisation_id, key_version__lt=number).exists():
                return False
            dropped = OrganisationKey.objects.filter(organisation_id=organisation_id, version__lt=number).delete()[0]
            ledger.record(acting, "end_organisation_rotation", kind="system", detail={"version": number, "dropped": dropped})
    except OperationalError:  # a long transaction stands in the way
        return False
    return True


def begin_index(organisation_id: UUID) -> bool:
    """A next index key, unless tokens are still being written anew under the last one. True when new."""
    acting = keeper_of(organisation_id)
    with keeping_keys(acting):
        _keep_index_key(organisation_id)
        versions = list(IndexKey.objects.select_for_update().filter(organisation_id=organisation_id).values_list("version", flat=True))
        if len(versions) != 1:
            return False
        number = versions[0] + 1
        wrapped = root_key().wrap(new_key(), aad=index_binding(organisation_id, number))
        IndexKey.objects.bulk_create([IndexKey(organisation_id=organisation_id, version=number, wrapped=wrapped)])
        ledger.record(acting, "begin_index_rotation", kind="system", detail={"version": number})
    return True


def end_index(organisation_id: UUID, *, tokens_under_old: Callable[[int], int]) -> bool:
    """Drop the older index keys once no token stands under them. False: some still do, or a long transaction stands in the way."""
    acting = keeper_of(organisation_id)
    try:
        with keeping_keys(acting):
            _lock("keys.index_key")
            versions = sorted(IndexKey.objects.filter(organisation_id=organisation_id).values_list("version", flat=True))
            if len(versions) < 2:
                return True
            if tokens_under_old(versions[-1]):
                return False
            IndexKey.objects.filter(organisation_id=organisation_id, version__lt=versions[-1]).delete()
            ledger.record(acting, "end_index_rotation", kind="system", detail={"version": versions[-1]})
    except OperationalError:
        return False
    return True


def _keep_index_key(organisation_id: UUID) -> None:
    """Tokens written so far stand under the first organisation key: keep it as an index key before that one goes."""
    if IndexKey.objects.filter(organisation_id=organisation_id).exists():
        return
    first = organisation_keys(organisation_id)[1]
    wrapped = root_key().wrap(first, aad=index_binding(organisation_id, 1))
    IndexKey.objects.bulk_create([IndexKey(organisation_id=organisation_id, version=1, wrapped=wrapped)], ignore_conflicts=True)


def _rewrap_pairs(organisation_id: UUID, keys: dict[int, bytes], number: int) -> tuple[int, list[int]]:
    """How many pairs were wrapped anew, and the versions of those that do not open."""
    done, left = 0, []
    for pair in OrganisationKeyPair.objects.filter(organisation_id=organisation_id, key_version__lt=number):
        aad = pair_binding(organisation_id, pair.version, bytes(pair.public))
        try:
            private = unwrap(keys[pair.key_version], bytes(pair.wrapped), aad=aad)
        except (KeyError, SealBroken):
            left.append(pair.version)
            continue
        pair.wrapped, pair.key_version = wrap(keys[number], private, aad=aad), number
        pair.save(update_fields=["wrapped", "key_version"])
        done += 1
    return done, left


def _old_wraps(organisation_id: UUID, number: int) -> QuerySet[PersonKeyWrap]:
    return PersonKeyWrap.objects.filter(organisation_id=organisation_id, version__lt=number)


def _wraps_under_old(acting: Actor, organisation_id: UUID, number: int) -> int:
    with keeping_keys(acting):
        return int(_old_wraps(organisation_id, number).count())


def keeper_of(organisation_id: UUID) -> Actor:
    return Actor.system("keys", organisation_id=organisation_id)


def _lock(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_MILLISECONDS}ms'")
        cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")


# ---- where things stand


@dataclass(frozen=True)
class OrganisationStatus:
    """Keys of one organisation. `left`: wraps still under an older version."""

    organisation_id: UUID
    version: int
    kept: tuple[int, ...]
    left: int
    index_version: int
    index_kept: tuple[int, ...]
    has_pair: bool


@dataclass(frozen=True)
class Status:
    """The whole tree. `persons_waiting`: shares taken back, not yet sealed anew. `secrets_…`: of signing in, under an older root."""

    holder: str
    under_present_root: int
    under_older_root: int
    secrets_waiting: int
    secrets_broken: tuple[str, ...]
    persons_waiting: tuple[tuple[UUID, UUID], ...]
    organisations: tuple[OrganisationStatus, ...] = field(default=())


def status() -> Status:
    """Where every rotation stands. Opens no key but asks the holder of the root which versions are present."""
    root = root_key()
    old = len(_old_under(root))
    with keeping_keys(KEEPER):
        organisations = list(OrganisationKey.objects.order_by("organisation_id").values_list("organisation_id", flat=True).distinct())
        every = OrganisationKey.objects.count() + IndexKey.objects.count()
        waiting = tuple(PersonKeyRotation.objects.order_by("asked_at").values_list("person_id", "organisation_id"))
        found = tuple(_status_of(organisation_id) for organisation_id in organisations)
    secrets = _old_secrets()
    opening = sum(number for number, _ in secrets.values())
    broken = tuple(sorted(user.email for user, (_, closed) in secrets.items() if closed))
    return Status(type(root).__name__, every - old, old, opening, broken, waiting, found)


def _status_of(organisation_id: UUID) -> OrganisationStatus:
    kept = _sorted(OrganisationKey.objects.filter(organisation_id=organisation_id).values_list("version", flat=True))
    index = _sorted(IndexKey.objects.filter(organisation_id=organisation_id).values_list("version", flat=True)) or (1,)
    left = int(_old_wraps(organisation_id, kept[-1]).count())
    pair = OrganisationKeyPair.objects.filter(organisation_id=organisation_id).exists()
    return OrganisationStatus(organisation_id, kept[-1], kept, left, index[-1], index, pair)


def _sorted(numbers: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(numbers))
