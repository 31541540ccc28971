"""A key on paper, the root key or the one that signs the ledger: five sheets, any three of which give it back.

`shamir-mnemonic` (SLIP-0039, MIT) makes and checks the words: one wrong or swapped word is noticed, two sheets tell nothing.
The sheets are printed by `typst`; nothing is written to disk but the PDF the caller asks for.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import typst
from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics

NEEDED, SHEETS = 3, 5
_TEMPLATE = Path(__file__).with_name("paper.typ")


class SheetsRefused(ValueError):
    """The words do not give the key back; the message says why. Nothing was changed."""


@dataclass(frozen=True)
class Kit:
    """Five sheets of words and the fingerprint printed on each."""

    sheets: tuple[str, ...]
    fingerprint: str


def split(root: bytes) -> Kit:
    """Five sheets of 33 words for a key of 32 bytes."""
    [sheets] = generate_mnemonics(group_threshold=1, groups=[(NEEDED, SHEETS)], master_secret=root)
    return Kit(tuple(sheets), fingerprint(root))


def combine(sheets: Sequence[str]) -> bytes:
    """The key from any three different sheets of one kit. Raises SheetsRefused."""
    words = list(dict.fromkeys(" ".join(sheet.lower().split()) for sheet in sheets if sheet.strip()))
    if len(words) < NEEDED:
        raise SheetsRefused(f"{NEEDED} different sheets are needed; {len(words)} were given.")
    try:
        return bytes(combine_mnemonics(words[:NEEDED]))
    except MnemonicError:
        raise SheetsRefused("These sheets do not belong together, or a word is wrong.") from None


def fingerprint(root: bytes) -> str:
    """Eight characters that say whether two copies are the same key, and nothing about the key."""
    return hashlib.sha256(b"repere root fingerprint 1" + root).hexdigest()[:8]


def print_kit(kit: Kit, *, on: date) -> bytes:
    """The sheets of one key."""
    return print_kits({"A": kit}, on=on)


def print_kits(kits: Mapping[str, Kit], *, on: date) -> bytes:
    """The sheets as a PDF, one page each, in French and English, each marked with the letter of its kit.

    They name neither the software nor what it is for.
    """
    sheets = [
        {"number": str(number), "kit": letter, "fingerprint": kit.fingerprint, "words": _numbered(sheet)}
        for letter, kit in kits.items()
        for number, sheet in enumerate(kit.sheets, start=1)
    ]
    values = {"sheets": json.dumps(sheets), "on": on.isoformat(), "needed": str(NEEDED), "of": str(SHEETS)}
    made = typst.compile(_TEMPLATE.read_bytes(), format="pdf", sys_inputs=values)
    return made if isinstance(made, bytes) else b"".join(made or [])


def _numbered(sheet: str) -> list[str]:
    return [f"{place}. {word}" for place, word in enumerate(sheet.split(), start=1)]
