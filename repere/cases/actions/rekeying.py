"""Sealing anew: one person after a share of her key was taken back, drafts and name tokens after a key above them was replaced.

Each step is one transaction with its own ledger row; killed at any point, the same call goes on. Persons and drafts run as the owner
of the tables (`accounts.owner`), name tokens as the organisation itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.db import OperationalError, connection

from repere import ledger
from repere.accounts.actor import Actor
from repere.accounts.keyring import PersonKey, index_keys, organisation_keys, person_binding, person_keys, present_organisation_key
from repere.accounts.keys.rotation import LOCK_MILLISECONDS
from repere.accounts.models import Membership, PersonKeyRotation, PersonKeyWrap
from repere.accounts.owner import erasing, keeping_keys, seeking
from repere.cases import sealed
from repere.cases.actions.names import birth_year_in, family_tokens, names_in, tokens_of
from repere.cases.actions.reader_names import family_words
from repere.cases.erasing import KEPT_ABOUT_HER
from repere.cases.models import ReaderName
from repere.core.sealing import SealBroken, new_key, wrap

Tell = Callable[[int, int], None]

Capsules = tuple[str, str, str | None]
UNDER_HER_KEY: tuple[Capsules, ...] = (
    ("cases_sealedrecord", "blob", None),
    ("cases_fact", "sealed", None),
    ("cases_grant", "reason", "narrative"),
    ("cases_task", "note", "narrative"),
    ("cases_assignment", "reason", "narrative"),
    ("cases_handover", "note", "narrative"),
    ("cases_handover", "answer", "narrative"),
    ("cases_breakglass", "reason", "narrative"),
    ("cases_breakglass", "review", "review"),
    ("cases_requisition", "demand", "demand"),
    ("cases_requisition", "outcome", "outcome"),
    ("cases_consent", "people", "narrative"),
    ("cases_referral", "note", "narrative"),
    ("cases_capsule", "accepted_by", "narrative"),
    ("cases_paper", "title", "narrative"),
    ("cases_paper", "blob", None),
)
"""Table, column and tier of everything that is sealed under a person's key. A test finds any other sealed column."""
OTHER_BYTES = {
    ("cases_draft", "body"), ("cases_nametoken", "token"), ("cases_readername", "token"), ("cases_keptmechanism", "content"),
    ("cases_tombstone", "mark"),
    ("cases_calendaraddress", "token_hash"),
    # Closed under a link and a code that nobody here keeps; gone within days.
    ("cases_capsule", "needs"), ("cases_capsule", "person"),
    # Boxes under the pair of the organisation, which is wrapped anew and not replaced.
    ("cases_extract", "digest"), ("cases_extract", "frozen"), ("cases_extract", "mark"), ("cases_extract", "file"),
}  # fmt: skip

RUNNING = (
    "SELECT DISTINCT organisation_id FROM cases_grant"
    " WHERE person_id = %s AND owner_id = %s AND revoked_at IS NULL AND (ends_at IS NULL OR ends_at > now())"
)
BYTES = "SELECT table_name, column_name FROM information_schema.columns WHERE data_type = 'bytea' AND table_name LIKE 'cases\\_%'"


class NotDeclared(Exception):
    """A column of bytes that nobody declared: sealing a person anew could leave it closed for good. Nothing was changed."""


# ---- a person


def persons_to_rekey() -> list[tuple[UUID, UUID]]:
    """(person, organisation that opened her file) whose share was taken back, oldest first."""
    with keeping_keys(Actor.system("keys")):
        asked = dict(PersonKeyRotation.objects.order_by("asked_at").values_list("person_id", "organisation_id"))
    with seeking(Actor.system("keys")), connection.cursor() as cursor:
        # Her file says whose she is, whoever asked.
        cursor.execute("SELECT id, organisation_id FROM cases_person WHERE id = ANY (%s)", [list(asked)])
        asked.update((person_id, organisation_id) for person_id, organisation_id in cursor.fetchall())
    return list(asked.items())


def rekey_person(person_id: UUID, organisation_id: UUID) -> int | None:
    """A new key for her: every capsule is sealed anew and every running wrap replaced, in one transaction.

    Returns how many capsules were sealed anew; None when a long transaction stood in the way (nothing changed, run again).
    Raises SealBroken, changing nothing, when one of her capsules does not open: that is damage, to be looked at by a person.
    """
    acting = Actor.system("keys", organisation_id=organisation_id)
    _refuse_undeclared()
    try:
        with keeping_keys(acting), erasing(person_id, acting):
            with connection.cursor() as cursor:
                # Waits for whoever read her key in a transaction that may still seal something with it.
                cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_MILLISECONDS}ms'")
                cursor.execute("LOCK TABLE keys.person_key_wrap IN ACCESS EXCLUSIVE MODE")
            old = person_keys([person_id], organisation_id).get(person_id)
            if old is None:  # erased meanwhile
                PersonKeyRotation.objects.filter(person_id=person_id).delete()
                return 0
            fresh = PersonKey(new_key(), old.version + 1)
            count = sum(_reseal(capsules, sealed.KeyRing(old), sealed.KeyRing(fresh)) for capsules in UNDER_HER_KEY)
            _replace_wraps(person_id, organisation_id, fresh)
            PersonKeyRotation.objects.filter(person_id=person_id).delete()
            ledger.record(acting, "rekey_person", kind="system", subjects=[person_id], detail={"capsules": count, "version": fresh.version})
    except OperationalError:
        return None
    return count


def _replace_wraps(person_id: UUID, owner: UUID, fresh: PersonKey) -> None:
    """For whoever opened her file and whoever has an access that runs. What stands there for anybody else goes."""
    with connection.cursor() as cursor:
        cursor.execute(RUNNING, [person_id, owner])
        bodies = {owner, *(organisation_id for (organisation_id,) in cursor.fetchall())}
    held = PersonKeyWrap.objects.filter(person_id=person_id)
    held.exclude(organisation_id__in=bodies).delete()
    for row in held:
        version, kek = present_organisation_key(row.organisation_id)
        row.version, row.generation = version, fresh.version
        row.wrapped = wrap(kek, fresh, aad=person_binding(person_id, row.organisation_id, version))
        row.save(update_fields=["version", "generation", "wrapped"])


def _reseal(capsules: Capsules, old: sealed.KeyRing, fresh: sealed.KeyRing) -> int:
    """Every capsule of one column that is hers. Policies that name no role let the owner see more: the rows are named here."""
    table, column, tier = capsules
    hers = KEPT_ABOUT_HER[table]
    tiers = "tier" if table in ("cases_sealedrecord", "cases_paper") else "NULL"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, {column}, {tiers} FROM {table} WHERE {column} IS NOT NULL AND {hers} ORDER BY id FOR UPDATE")  # noqa: S608
        rows = cursor.fetchall()
        for row_id, blob, own_tier in rows:
            anew = _anew(table, row_id, bytes(blob), own_tier or tier, old, fresh)
            cursor.execute(f"UPDATE {table} SET {column} = %s WHERE id = %s AND {hers}", [anew, row_id])  # noqa: S608 names of this file
    return len(rows)


def _anew(table: str, row_id: UUID, blob: bytes, tier: str | None, old: sealed.KeyRing, fresh: sealed.KeyRing) -> bytes:
    if table == sealed.FACT:
        opened = sealed.open_capsules(old, row_id, blob)
        return sealed.seal_fields(fresh, row_id, opened) or b""
    assert tier
    return fresh.seal(table, row_id, tier, old.unseal(table, row_id, tier, blob))


def _refuse_undeclared() -> None:
    with connection.cursor() as cursor:
        cursor.execute(BYTES)
        found = {(table, column) for table, column in cursor.fetchall()}
    unknown = found - {(table, column) for table, column, _ in UNDER_HER_KEY} - OTHER_BYTES
    if unknown:
        raise NotDeclared(f"Declare in cases/actions/rekeying.py under which key these are sealed: {sorted(unknown)}.")


# ---- drafts


def reseal_drafts(organisation_id: UUID) -> int:
    """Seal the organisation's drafts under its present key. Returns how many were closed by an older one."""
    acting = Actor.system("keys", organisation_id=organisation_id)
    with keeping_keys(acting):
        keys = organisation_keys(organisation_id)
        rows, number = _drafts_under_old(organisation_id, keys), max(keys)
        fresh = sealed.KeyRing(keys[number])
        with connection.cursor() as cursor:
            for draft_id, body in rows:
                anew = fresh.seal(sealed.DRAFT, draft_id, "draft", body)
                cursor.execute("UPDATE cases_draft SET body = %s WHERE id = %s", [anew, draft_id])
        if rows:
            ledger.record(acting, "reseal_drafts", kind="system", detail={"drafts": len(rows), "version": number})
    return len(rows)


def drafts_under_old(organisation_id: UUID) -> int:
    """How many drafts only an older version of the organisation's key opens. Called within the transaction that drops it."""
    return len(_drafts_under_old(organisation_id, organisation_keys(organisation_id)))


def _drafts_under_old(organisation_id: UUID, keys: dict[int, bytes]) -> list[tuple[UUID, dict[str, Any]]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, body FROM cases_draft WHERE organisation_id = %s ORDER BY id FOR UPDATE", [organisation_id])
        drafts = cursor.fetchall()
    rings = [sealed.KeyRing(keys[version]) for version in sorted(keys, reverse=True)]
    return [(draft_id, opened) for draft_id, body in drafts if (opened := _opened_by_older(rings, draft_id, bytes(body))) is not None]


def _opened_by_older(rings: list[sealed.KeyRing], draft_id: UUID, body: bytes) -> dict[str, Any] | None:
    """None when the present key opens it, or none does."""
    for place, ring in enumerate(rings):
        try:
            opened = ring.unseal(sealed.DRAFT, draft_id, "draft", body)
        except SealBroken:
            continue
        return opened if place else None
    return None


# ---- name tokens


def persons_with_old_tokens(organisation_id: UUID) -> list[UUID]:
    """Persons whose name tokens stand under an older index key."""
    with keeping_keys(Actor.system("keys", organisation_id=organisation_id)), connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT person_id FROM cases_nametoken WHERE organisation_id = %s AND key_version < %s ORDER BY person_id",
            [organisation_id, max(index_keys(organisation_id))],
        )
        return [person_id for (person_id,) in cursor.fetchall()]


def refill_tokens(organisation_id: UUID, person_ids: Iterable[UUID], tell: Tell = lambda done, of: None) -> int:
    """Write the tokens of those persons anew under the present index key, one transaction a person. Returns how many persons.

    It stands as the owner and sees everything of the one person: a name that some policy hid from it would be lost to every search.
    """
    acting, people = Actor.system("keys", organisation_id=organisation_id), list(person_ids)
    for place, person_id in enumerate(people, start=1):
        with keeping_keys(acting), erasing(person_id, acting):
            version = _retoken(person_id, organisation_id)
            ledger.record(acting, "refill_tokens", kind="system", subjects=[person_id], detail={"version": version})
        tell(place, len(people))
    return len(people)


def _retoken(person_id: UUID, organisation_id: UUID) -> int:
    version, key = max(index_keys(organisation_id).items())
    ring = sealed.KeyRing(person_keys([person_id], organisation_id)[person_id])
    with connection.cursor() as cursor:
        # Whoever amends her name locks her files first: then this waits and reads the newest name.
        cursor.execute("SELECT pseudonym FROM cases_case WHERE person_id = %s ORDER BY id FOR UPDATE", [person_id])
        pseudonyms = [pseudonym for (pseudonym,) in cursor.fetchall()]
        cursor.execute(
            "SELECT id, blob FROM cases_sealedrecord WHERE person_id = %s AND tier = 'identity' ORDER BY version DESC LIMIT 1", [person_id]
        )
        newest = cursor.fetchone()
        values = ring.unseal(sealed.RECORD, newest[0], "identity", bytes(newest[1])) if newest else {}
        tokens = tokens_of(key, names_in(values), birth_year_in(values)) | tokens_of(key, pseudonyms)
        tokens |= family_tokens(key, values.get("family_names"))
        cursor.execute("DELETE FROM cases_nametoken WHERE person_id = %s", [person_id])
        for token in sorted(tokens):
            cursor.execute(
                "INSERT INTO cases_nametoken (person_id, organisation_id, token, key_version) VALUES (%s, %s, %s, %s)",
                [person_id, organisation_id, token, version],
            )
    return version


def tokens_under_old(organisation_id: UUID, number: int) -> int:
    """For the end of an index rotation, in its transaction: the owner counts tokens below that version."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_nametoken WHERE organisation_id = %s AND key_version < %s", [organisation_id, number])
        return int(cursor.fetchone()[0])


def refill_reader_names(organisation_id: UUID) -> int:
    """Write the tokens of every present member's family name anew, under each index key in use. Returns how many members.

    Called once when the next key stands and once when the old one went: the job that notices namesakes misses nobody in between.
    """
    acting = Actor.system("keys", organisation_id=organisation_id)
    members = list(Membership.objects.current().filter(organisation_id=organisation_id).values_list("user_id", "user__name").distinct())
    with keeping_keys(acting):
        keys = list(index_keys(organisation_id).values())
        ReaderName.objects.visible_to(acting).filter(organisation=organisation_id).delete()
        rows = {(user, token) for user, name in members for key in keys for token in family_tokens(key, family_words(name))}
        ReaderName.objects.bulk_create(
            (ReaderName(organisation_id=organisation_id, user_id=user, token=token) for user, token in sorted(rows)), ignore_conflicts=True
        )
        ledger.record(acting, "refill_reader_names", kind="system", detail={"members": len(members)})
    return len(members)
