"""Calls `cleaning.py` in a process of its own: without our environment, our keys, our database, and with limits."""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from repere.cases.refusals import Refused
from repere.cases.uploads import limits

CLEANING = Path(__file__).with_name("cleaning.py")
SAID = {"paper_too_many_pages": limits.PAGES, "paper_too_many_pixels": limits.MEGAPIXELS}
REFUSALS = ("paper_kind", "paper_of_a_telephone", "paper_locked", "paper_damaged", "paper_too_complicated", *SAID)


@dataclass(frozen=True)
class Cleaned:
    """`kind`: pdf, jpg or png. `pages`: of a document."""

    kind: str
    pages: int | None
    data: bytes


def cleaned(data: bytes) -> Cleaned:
    """The file as it may be kept. Raises Refused; whatever kills the child is "damaged", and when others are cleaned it is "busy"."""
    with _slot():
        return _answered(data)


@contextmanager
def _slot() -> Iterator[None]:
    """One of a few places. `flock` holds against threads of this process too, which the library for locks between processes does not."""
    for number in range(limits.AT_ONCE):
        with place_of(number).open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield
            return
    raise Refused("paper_busy", field="file")


def place_of(number: int) -> Path:
    """The file whose lock is that place, the same for every process on this machine that serves this database."""
    return Path(settings.REPERE_HOME) / f"cleaning-{quote(connection.settings_dict['NAME'], safe='')}-{number}.lock"


def _answered(data: bytes) -> Cleaned:
    most = [limits.PAGES, limits.MEGAPIXELS, limits.OBJECTS]
    told = [limits.CHILD_MEMORY_MEGABYTES * limits.MEGABYTE, limits.CHILD_SECONDS, *most]
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
