"""One demonstration for all tests of this folder: filling it takes longer than killing it."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import faults
from tests.postgres import short_folder

DISK = "384m"
TUNING = "min_wal_size = 32MB\nmax_wal_size = 48MB\nfsync = off\n"


@pytest.fixture(scope="session")
def small_disk() -> Iterator[Path | None]:
    """A file system of its own in memory for the data folder; None where it cannot be mounted."""
    folder = Path(tempfile.mkdtemp(prefix="rp-", dir="/tmp"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        folder.rmdir()
        yield None
        return
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)
    folder.rmdir()


@pytest.fixture(scope="session")
def place(small_disk: Path | None) -> Iterator[faults.Installation]:
    """The guard that refuses early is off (`REPERE_DISK_FLOOR=0`): PostgreSQL itself meets the end of the disk."""
    home = small_disk / "home" if small_disk else Path(short_folder())
    made = faults.Installation(home, persons=20, REPERE_DISK_FLOOR="0", REPERE_PG_TUNING=TUNING)
    yield made
    made.remove()
