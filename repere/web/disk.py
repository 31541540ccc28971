"""Room on the disk of the data folder, and what is set aside for the rows that must still be written when there is none.

Below the floor nothing new is taken: files can be read, and the row that says who read them still fits, because a reserved
file is given up at that moment. The mode ends by itself once there is twice the floor again.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from django.conf import settings

RESERVE_BYTES = 64 * 1024 * 1024
# Five hundredths of the disk, but never more than this: on a large disk five hundredths is a great deal of room.
FLOOR_BYTES_AT_MOST = 512 * 1024 * 1024
FLOOR_SHARE = 0.05


def reserve_file() -> Path:
    return Path(settings.REPERE_HOME) / "reserve"


def _given_up_mark() -> Path:
    return Path(settings.REPERE_HOME) / "reserve.given-up"


def floor_bytes() -> int:
    """Free bytes under which nothing new is taken."""
    if settings.REPERE_DISK_FLOOR is not None:
        return int(settings.REPERE_DISK_FLOOR)
    return min(int(shutil.disk_usage(settings.REPERE_HOME).total * FLOOR_SHARE), FLOOR_BYTES_AT_MOST)


def free_bytes() -> int:
    return shutil.disk_usage(settings.REPERE_HOME).free


def is_nearly_full() -> bool:
    """Asked at every writing request; gives the reserve up the first time it is true. Cost: two calls of the system."""
    given_up = _given_up_mark().exists()
    if free_bytes() >= floor_bytes() * (2 if given_up else 1):
        return False
    if not given_up:
        _give_up_reserve()
    return True


def set_reserve_aside() -> None:
    """At each start, when there is room: real blocks, not a hole in a file."""
    if free_bytes() - RESERVE_BYTES < floor_bytes() * 2:
        return
    path = reserve_file()
    if not path.exists() or path.stat().st_size < RESERVE_BYTES:
        with path.open("wb") as file:
            _fill(file.fileno())
    _given_up_mark().unlink(missing_ok=True)


def _fill(descriptor: int) -> None:
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, RESERVE_BYTES)
    else:
        for _block in range(RESERVE_BYTES // (1024 * 1024)):
            os.write(descriptor, b"\0" * 1024 * 1024)
    os.fsync(descriptor)


def _give_up_reserve() -> None:
    reserve_file().unlink(missing_ok=True)
    # On a disk without one free block the mark waits for the room that was just made.
    with suppress(OSError):
        _given_up_mark().touch()
