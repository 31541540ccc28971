"""A rehearsal: the newest backup brought back beside the house, counted, verified, opened, and thrown away again."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from repere.accounts.keyring import PersonKey, organisation_binding, person_binding
from repere.accounts.rootkey import RootKey, root_key
from repere.cases import erasing, told
from repere.cases.sealed import RECORD, KeyRing
from repere.core.sealing import SealBroken, unwrap
from repere.ledger.heads import SignedHead
from repere.ledger.signing import PublicKeys
from repere.ledger.verifying import verify
from repere.web.backups.restoring import Source, beside, replay_in
from repere.web.backups.tools import BackupRefused, connect, ledger_leaves

CANARIES = """
    SELECT DISTINCT ON (r.owner_id) r.owner_id, r.person_id, r.id, r.tier, r.blob, w.version, w.wrapped, w.generation, k.wrapped
    FROM cases_sealedrecord r
    JOIN keys.person_key_wrap w ON w.person_id = r.person_id AND w.organisation_id = r.owner_id
    JOIN keys.organisation_key k ON k.organisation_id = r.owner_id AND k.version = w.version
    ORDER BY r.owner_id, r.recorded_at DESC, r.id
"""

PERSONS = "SELECT id FROM cases_person UNION SELECT person_id FROM keys.person_key_wrap UNION SELECT person_id FROM cases_sealedrecord"


@dataclass(frozen=True)
class Checked:
    """What was seen: rows, ledger rows and seals, organisations one of whose persons was opened, persons erased again, seconds."""

    rows: int
    ledger_entries: int
    seals: int
    organisations: int
    erased_again: int
    tombstones: int
    seconds: float


def check_restore(source: Source, *, trusted: PublicKeys, heads: Iterable[SignedHead] = ()) -> Checked:
    """Bring a backup back into a scratch database and look at it. Raises BackupRefused with the first thing that is wrong.

    `trusted`: public keys that may have signed the ledger's seals; `heads`: those kept elsewhere, later ones than the backup left out.
    """
    started = time.monotonic()
    root = root_key()
    with beside(source) as name:
        with connect("backup", name) as standing:
            entries, seals = _verify_ledger(standing, source, trusted, heads)
            opened = _open_canaries(standing, root)
        erased = replay_in(name, source)
        with connect("backup", name) as standing:
            _refuse_if_somebody_came_back(standing, source)
    return Checked(sum(source.manifest.counts.values()), entries, seals, opened, erased, len(source.tombstones), time.monotonic() - started)


def _verify_ledger(standing: Any, source: Source, trusted: PublicKeys, heads: Iterable[SignedHead]) -> tuple[int, int]:
    """Every row, seal and head, and that each fact has its row. Returns rows and seals."""
    made_at = datetime.fromisoformat(source.manifest.made_at)
    acts = told.Told()
    report = verify(
        standing, keys=trusted, heads=[head for head in heads if datetime.fromisoformat(head.head.at) <= made_at], on_row=acts.hear
    )
    if not report.is_whole:
        raise BackupRefused(f"The ledger of this backup does not verify: {report.faults[0]}")
    if ledger_leaves(standing) != source.manifest.ledger_leaves or report.rows != source.manifest.ledger_entries:
        raise BackupRefused("The ledger of this backup is not the one its manifest tells of.")
    if untold := next(told.untold(standing, acts, 1), None):
        raise BackupRefused(f"The ledger of this backup does not tell of everything: {untold}")
    return report.rows, report.seals


def _open_canaries(standing: Any, root: RootKey) -> int:
    """One person of each organisation, with the root key of this machine and the wraps of the backup."""
    opened = 0
    for owner, person, record, tier, blob, version, wrapped, generation, kek in standing.execute(CANARIES).fetchall():
        try:
            organisation_key = root.unwrap(bytes(kek), aad=organisation_binding(owner, version))
            key = unwrap(organisation_key, bytes(wrapped), aad=person_binding(person, owner, version))
            KeyRing(PersonKey(key, generation)).unseal(RECORD, record, tier, bytes(blob))
        except SealBroken:
            raise BackupRefused(
                f"A person of organisation {owner} does not open: the root key here is not the one of this backup."
            ) from None
        opened += 1
    [sealed] = standing.execute("SELECT count(DISTINCT owner_id) FROM cases_sealedrecord").fetchone() or (0,)
    if opened != sealed:
        raise BackupRefused(f"Persons of {sealed - opened} organisations came back without a key.")
    return opened


def _refuse_if_somebody_came_back(standing: Any, source: Source) -> None:
    marks = {line.mark for line in source.tombstones}
    back = [person for (person,) in standing.execute(PERSONS).fetchall() if isinstance(person, UUID) and erasing.mark_of(person) in marks]
    if back:
        raise BackupRefused(f"{len(back)} erased persons are readable again in this backup.")
