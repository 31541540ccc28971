"""A disk without one free block: a clean refusal, nothing lost, and work goes on once there is room."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from bench import faults

ROOM_LEFT = 64 * 1024
TRIES = 300
REFUSALS_ENOUGH = 3


def fill(folder: Path) -> Path:
    """Take all the room but a little, while the database goes on writing beside: what it takes meanwhile is left to it."""
    filler = folder / "filler"
    with filler.open("wb") as file:
        while (free := os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize) > ROOM_LEFT:
            taken = file.seek(0, os.SEEK_END)
            with suppress(OSError):
                os.posix_fallocate(file.fileno(), taken, max(4096, (free - ROOM_LEFT) // 2))
    return filler


def write_until_refused(place: faults.Installation, told: faults.Told) -> set[int | None]:
    """Facts until one is not taken; the answers that were not a recorded fact."""
    cookie, session, codes = place.sessions[0]
    refusals: list[int | None] = []
    for turn in range(TRIES):
        key = uuid4()
        told.sent.add(key)
        outcome = faults.send(place.port, f"{cookie}={session}", codes[turn % len(codes)], key)
        if isinstance(outcome, UUID):
            told.answered[key] = outcome
        else:
            refusals.append(outcome)
            if len(refusals) == REFUSALS_ENOUGH:
                break
    return set(refusals)


@pytest.mark.xdist_group("commands")
def test_a_full_disk_refuses_cleanly_and_loses_nothing(place: faults.Installation, small_disk: Path | None) -> None:
    """Whoever was told that her fact is kept finds it; whoever was refused sends again when there is room."""
    if small_disk is None:
        pytest.skip("a file system can be mounted by the system's administrator only")
    told = faults.Told()
    place.start()
    filler = fill(small_disk)
    refusals = write_until_refused(place, told)
    assert refusals, "the disk was not full: the test shows nothing"
    assert refusals <= {503, None}, refusals
    filler.unlink()
    place.wait()
    assert write_until_room(place, told), "with room again, work goes on without anybody's hand"
    place.stop()  # a part that lost the database meanwhile may just be ending all of them: looked at after a start of its own
    place.start()
    found = faults.compare(place, [told])
    assert {name: found[name] for name in faults.BAD} == dict.fromkeys(faults.BAD, 0)
    assert place.command("ledger", "verify", may_fail=True).returncode == 0
    place.stop()


def write_until_room(place: faults.Installation, told: faults.Told) -> bool:
    """The refused forms are sent again, each under its own key."""
    cookie, session, codes = place.sessions[0]
    waiting = [key for key in told.sent if key not in told.answered]
    for key in waiting * 3:
        if key not in told.answered:
            place.wait()
            outcome = faults.send(place.port, f"{cookie}={session}", codes[0], key)
            if isinstance(outcome, UUID):
                told.answered[key] = outcome
    return all(key in told.answered for key in waiting)
