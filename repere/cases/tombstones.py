"""Tombstones kept apart from the database: an old backup knows nothing of erasures made after it.

Each erasure adds one line to a file (`REPERE_TOMBSTONES`, by default `tombstones` in the data folder) before the rows go. After a restore
the lines that the database lacks are replayed: whoever bears one of their marks is erased again. Until then nothing is served
(`unreplayed`, asked by the boot check). The file holds no id of a person: random numbers, one-way marks, days, reasons.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import connection


class TombstonesDamaged(Exception):
    """The file does not read as what was written. Nothing is served until it is compared with its copy beside a backup."""


@dataclass(frozen=True)
class Line:
    """One erasure: `mark` as in `erasing.mark_of`."""

    id: UUID
    mark: bytes
    erased_on: date
    reason: str


def path() -> Path:
    return Path(os.environ.get("REPERE_TOMBSTONES") or Path(settings.REPERE_HOME) / "tombstones")


def append(line: Line, where: Path | None = None) -> None:
    """On disk before this returns."""
    target = where or path()
    target.parent.mkdir(parents=True, exist_ok=True)
    words = {"id": str(line.id), "mark": line.mark.hex(), "on": line.erased_on.isoformat(), "reason": line.reason}
    descriptor = os.open(target, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        # A line that a crash cut short is ended, so that it spoils only itself; its erasure was not done.
        cut = os.fstat(descriptor).st_size and os.pread(descriptor, 1, os.fstat(descriptor).st_size - 1) != b"\n"
        os.write(descriptor, (b"\n" if cut else b"") + json.dumps(words).encode() + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def read(where: Path | None = None) -> list[Line]:
    """Every line, oldest first; none where there is no file. Raises TombstonesDamaged."""
    try:
        text = (where or path()).read_text()
    except FileNotFoundError:
        return []
    lines, found = text.split("\n"), []
    for number, words in enumerate(lines, start=1):
        if not words.strip():
            continue
        try:
            told = json.loads(words)
            found.append(Line(UUID(told["id"]), bytes.fromhex(told["mark"]), date.fromisoformat(told["on"]), str(told["reason"])))
        except (ValueError, KeyError, TypeError):
            if _was_cut_short(words):
                continue
            raise TombstonesDamaged(f"Line {number} of {(where or path()).name} is damaged.") from None
    return found


def _was_cut_short(words: str) -> bool:
    return words.startswith('{"id"') and not words.rstrip().endswith("}")


def unreplayed() -> list[Line]:
    """Erasures that this database does not know: it was restored from a backup older than they are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT mark FROM cases_tombstone")
        known = {bytes(mark) for (mark,) in cursor.fetchall()}
    return [line for line in read() if line.mark not in known]
