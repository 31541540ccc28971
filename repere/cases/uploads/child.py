"""Calls `cleaning.py` in a process of its own: without our environment, our keys, our database, and with limits."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from repere.cases.refusals import Refused
from repere.cases.uploads import limits

CLEANING = Path(__file__).with_name("cleaning.py")
SAID = {"paper_too_many_pages": limits.PAGES, "paper_too_many_pixels": limits.MEGAPIXELS}
REFUSALS = ("paper_kind", "paper_locked", "paper_damaged", *SAID)


@dataclass(frozen=True)
class Cleaned:
    """`kind`: pdf, jpg or png. `pages`: of a document."""

    kind: str
    pages: int | None
    data: bytes


def cleaned(data: bytes) -> Cleaned:
    """The file as it may be kept. Raises Refused; whatever kills the child is "damaged"."""
    told = [limits.CHILD_MEMORY_MEGABYTES * limits.MEGABYTE, limits.CHILD_SECONDS, limits.PAGES, limits.MEGAPIXELS]
    try:
        done = subprocess.run(  # noqa: S603 our own file, numbers only
            [sys.executable, "-I", str(CLEANING), *map(str, told)],
            input=data, capture_output=True, timeout=limits.CHILD_SECONDS * 2, check=False, cwd="/", env={},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Refused("paper_damaged", field="file") from None
    head, _line, rest = done.stdout.partition(b"\n")
    try:
        answer = json.loads(head)
    except ValueError:
        raise Refused("paper_damaged", field="file") from None
    if done.returncode != 0 or "refused" in answer:
        code = answer.get("refused") if answer.get("refused") in REFUSALS else "paper_damaged"
        raise Refused(str(code), field="file", value=SAID.get(str(code), ""))
    return Cleaned(answer["kind"], answer["pages"], rest)
