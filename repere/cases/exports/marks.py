"""Marks by which a file that got out names its extract: the order of its rows, and one row about nobody.

Rows stand in the order of a keyed hash of their code, under a seed of this extract alone. To a reader they are unsorted. Whoever
copies part of the rows keeps their relative order; the right seed explains all of it, another one about half.
The row about nobody has a name and a code that stand in no other extract, and opening it is noticed (`actions.canaries`).
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise

from repere.core.codes import is_code

SEED_BYTES = 32
ENOUGH_PAIRS = 12
"""Neighbours that must all stand in order: by chance one file in 4,096 does."""

# Invented: words of weather and plants, so that nobody real is named; plausible enough in a list.
GIVEN = ("Alizée", "Mélisse", "Azalée", "Bruyère", "Céleste", "Lunaire", "Oriane", "Solane", "Tamaris", "Ylane", "Zéphyrine", "Véloria")
FAMILY = ("Aubrelle", "Brisanne", "Corvaline", "Dunoise", "Embrunel", "Galernois", "Havrelin", "Larmorel", "Nordelle", "Suroîtel")


@dataclass(frozen=True)
class Match:
    """How a file points to an extract: "foot" (its serial is written there), "decoy", or "order" with the number of neighbours."""

    how: str
    pairs: int = 0


def new_seed() -> bytes:
    return secrets.token_bytes(SEED_BYTES)


def new_decoy() -> dict[str, str]:
    """A name for a file about nobody."""
    return {"given_names": secrets.choice(GIVEN), "family_names": f"{secrets.choice(FAMILY)}-{secrets.choice(FAMILY)}"}


def place(seed: bytes, code: str) -> bytes:
    return hmac.new(seed, code.encode(), sha256).digest()


def in_order(seed: bytes, codes: Iterable[str]) -> list[str]:
    return sorted(codes, key=lambda code: place(seed, code))


def codes_in(rows: Sequence[Sequence[str]]) -> list[str]:
    """Codes of files in the order in which they stand, each once."""
    return list(dict.fromkeys(cell.strip() for row in rows for cell in row if is_code(cell.strip())))


def match(rows: Sequence[Sequence[str]], *, serial: str, seed: bytes, decoy: Sequence[str]) -> Match | None:
    """Whether these rows come from the extract of that serial, seed and decoy (texts of its row that stand nowhere else)."""
    cells = {cell.strip() for row in rows for cell in row}
    if any(serial in cell.split() for cell in cells):
        return Match("foot")
    if cells & {text for text in decoy if text}:
        return Match("decoy")
    pairs = list(pairwise(codes_in(rows)))
    if len(pairs) >= ENOUGH_PAIRS and all(place(seed, one) < place(seed, other) for one, other in pairs):
        return Match("order", len(pairs))
    return None
