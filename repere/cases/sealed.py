"""What is sealed about a person: one capsule per tier, bound to its row. Opening needs the person's key."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from repere.accounts.keyring import PersonKey
from repere.cases.models import Fact, SealedRecord
from repere.core.rulebook import FactKind
from repere.core.sealing import SealBroken, key_version, seal, tier_key, unseal

log = logging.getLogger(__name__)
FACT, RECORD, GRANT, TASK, DRAFT = "cases_fact", "cases_sealedrecord", "cases_grant", "cases_task", "cases_draft"


class KeyRing:
    """A person's tier keys, derived once."""

    def __init__(self, person_key: bytes) -> None:
        self._person_key = person_key
        # A new key of hers counts on (`actions.rekeying`); any other key is a first one.
        self.version = person_key.version if isinstance(person_key, PersonKey) else 1
        self._tiers: dict[str, bytes] = {}

    def tier(self, tier: str) -> bytes:
        if tier not in self._tiers:
            self._tiers[tier] = tier_key(self._person_key, tier)
        return self._tiers[tier]

    def seal(self, table: str, row: UUID, tier: str, payload: dict[str, Any]) -> bytes:
        return seal(self.tier(tier), payload, aad=_binding(table, row, tier, self.version), version=self.version)

    def unseal(self, table: str, row: UUID, tier: str, blob: bytes) -> dict[str, Any]:
        blob = bytes(blob)
        return unseal(self.tier(tier), blob, aad=_binding(table, row, tier, key_version(blob)))


def _binding(table: str, row: UUID, tier: str, version: int) -> tuple[str, ...]:
    return (table, str(row), tier, str(version))


def split(kind: FactKind, clean: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Clear fields, and sealed fields by tier. "Not known" about a text stays clear: it is an answer, not a text."""
    clear: dict[str, Any] = {}
    secret: dict[str, dict[str, Any]] = {}
    for name, value in clean.items():
        tier = kind.fields[name].sealed
        if tier:
            secret.setdefault(tier, {})[name] = value
        else:
            clear[name] = value
    return clear, secret


def seal_fields(ring: KeyRing, fact_id: UUID, secret: Mapping[str, dict[str, Any]]) -> bytes | None:
    """Capsules of a fact, each behind the name of its tier: length of name, name, length of capsule, capsule."""
    if not secret:
        return None
    packed = b""
    for tier, payload in sorted(secret.items()):
        capsule = ring.seal(FACT, fact_id, tier, payload)
        packed += len(tier).to_bytes(1, "big") + tier.encode() + len(capsule).to_bytes(4, "big") + capsule
    return packed


def open_fields(ring: KeyRing, fact: Fact) -> dict[str, Any]:
    """Sealed fields of a fact in clear. Raises SealBroken when any capsule does not open."""
    found: dict[str, Any] = {}
    for fields in open_capsules(ring, fact.pk, bytes(fact.sealed or b"")).values():
        found |= fields
    return found


def open_capsules(ring: KeyRing, fact_id: UUID, packed: bytes) -> dict[str, dict[str, Any]]:
    """The capsules of a fact in clear, by tier. Raises SealBroken when any of them does not open."""
    found: dict[str, dict[str, Any]] = {}
    place = 0
    while place < len(packed):
        start = place + 1 + packed[place]
        tier = packed[place + 1 : start].decode(errors="replace")
        end = start + 4 + int.from_bytes(packed[start : start + 4], "big")
        found[tier] = ring.unseal(FACT, fact_id, tier, packed[start + 4 : end])
        place = end
    return found


def open_record(ring: KeyRing, record: SealedRecord) -> dict[str, Any]:
    """One tier of a person's identity in clear."""
    return ring.unseal(RECORD, record.pk, record.tier, bytes(record.blob))


@dataclass(frozen=True)
class Opened:
    """One tier of a person's identity. `record`: the version that opened, None where none does; `damaged`: a newer one does not open."""

    values: dict[str, Any]
    record: SealedRecord | None = None
    damaged: bool = False


def open_newest(ring: KeyRing, versions: Iterable[SealedRecord]) -> Opened:
    """The newest version that opens. `versions`: of one tier, newest first, read only as far as needed.

    A version that does not open closes none of those before it; it is logged, and stays where it is.
    """
    damaged = False
    for record in versions:
        try:
            return Opened(open_record(ring, record), record, damaged)
        except SealBroken:
            damaged = True
            log.error("sealed_record_does_not_open", extra={"error": "SealBroken"})
    return Opened({}, None, damaged)
