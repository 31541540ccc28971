"""A head: what one seal says, in the exact bytes that were signed; and the file in which it leaves the house.

A head says which positions it covers, which positions below its last one may still arrive (`watch`), the root of the hash
tree over those rows, and the hash of the head before it. Positions that rolled-back transactions left empty stand in neither
list once nothing that ran then can still be running: a row that appears there later was put there by hand.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from repere.ledger.canonical import canonical

FORMAT = 1
NOTHING_BEFORE = bytes(32)
Range = tuple[int, int]
Watched = tuple[int, int, int]
"""First position, last position, and the transaction number below which everything must have ended."""


class HeadRefused(Exception):
    """The file or the bytes are not a head."""


@dataclass(frozen=True)
class Head:
    """One seal. `at` is an instant in the form of the ledger's rows; `root` and `previous` are 32 bytes.

    `reach` is the highest position that this head or one before it looked at.
    """

    number: int
    reach: int
    positions: tuple[Range, ...]
    watch: tuple[Watched, ...]
    root: bytes
    previous: bytes
    at: str
    key: str

    @property
    def entries(self) -> int:
        return sum(last - first + 1 for first, last in self.positions)

    @property
    def first(self) -> int:
        return self.positions[0][0]

    @property
    def last(self) -> int:
        return self.positions[-1][1]

    def covers(self, position: int) -> bool:
        return any(first <= position <= last for first, last in self.positions)

    def awaits(self, position: int) -> bool:
        """True when a transaction that still ran may bring this row."""
        return any(first <= position <= last for first, last, _ in self.watch)

    def body(self) -> bytes:
        return canonical(
            {
                "format": FORMAT,
                "number": self.number,
                "reach": self.reach,
                "entries": self.entries,
                "positions": [list(pair) for pair in self.positions],
                "watch": [list(three) for three in self.watch],
                "root": self.root.hex(),
                "previous": self.previous.hex(),
                "at": self.at,
                "key": self.key,
            }
        )


@dataclass(frozen=True)
class SignedHead:
    body: bytes
    signature: bytes

    @property
    def head(self) -> Head:
        return head_of(self.body)


def head_of(body: bytes) -> Head:
    """Raises HeadRefused when the bytes are no head of this format."""
    try:
        told = json.loads(body)
        if told["format"] != FORMAT:
            raise HeadRefused(f"A head of format {FORMAT} was expected, not {told['format']}.")
        head = Head(
            number=int(told["number"]),
            reach=int(told["reach"]),
            positions=tuple((int(first), int(last)) for first, last in told["positions"]),
            watch=tuple((int(first), int(last), int(horizon)) for first, last, horizon in told["watch"]),
            root=bytes.fromhex(told["root"]),
            previous=bytes.fromhex(told["previous"]),
            at=str(told["at"]),
            key=str(told["key"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise HeadRefused(f"These bytes are not a head: {type(error).__name__}.") from None
    if not head.positions or head.body() != body:
        raise HeadRefused("These bytes are not a head in its canonical form.")
    return head


def hash_of(body: bytes) -> bytes:
    """What the next head names as `previous`."""
    return hashlib.sha256(body).digest()


def ranges(positions: Iterable[int]) -> tuple[Range, ...]:
    """Ascending positions as runs: 1, 2, 3, 7 → (1, 3), (7, 7)."""
    found: list[list[int]] = []
    for position in positions:
        if found and position == found[-1][1] + 1:
            found[-1][1] = position
        else:
            found.append([position, position])
    return tuple((first, last) for first, last in found)


def gaps(after: int, covered: Iterable[Range]) -> tuple[Range, ...]:
    """Runs of positions above `after` that lie between the covered ones."""
    found, place = [], after
    for first, last in covered:
        if first > place + 1:
            found.append((place + 1, first - 1))
        place = max(place, last)
    return tuple(found)


# ---- files


def to_text(signed: SignedHead) -> str:
    """The file: the signed bytes as they are, and their signature."""
    told = {"repere_ledger_head": signed.body.decode(), "signature": base64.b64encode(signed.signature).decode()}
    return json.dumps(told, indent=1) + "\n"


def from_text(text: str) -> SignedHead:
    try:
        told: dict[str, Any] = json.loads(text)
        signed = SignedHead(told["repere_ledger_head"].encode(), base64.b64decode(told["signature"], validate=True))
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as error:
        raise HeadRefused(f"This is not a head file: {type(error).__name__}.") from None
    head_of(signed.body)
    return signed


def write(signed: SignedHead, folder: Path) -> list[Path]:
    """`latest.json`, and one file per day that keeps the day's last head. Each appears whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in (f"head-{signed.head.at[:10]}.json", "latest.json"):
        draft, path = folder / f".{name}.{os.getpid()}", folder / name
        draft.write_text(to_text(signed))
        draft.replace(path)
        written.append(path)
    return written


def read_folder(folder: Path) -> list[SignedHead]:
    """Every head file of a folder, oldest first. Raises HeadRefused naming the file that is none."""
    found = []
    for path in sorted(folder.glob("*.json")):
        try:
            found.append(from_text(path.read_text()))
        except (HeadRefused, UnicodeDecodeError) as error:
            raise HeadRefused(f"{path.name}: {error}") from None
    return sorted(found, key=lambda signed: signed.head.number)
