"""A scanner for tests: Debian's daemon where it is installed, else a process of its own that speaks INSTREAM; both know the EICAR string.

The daemon is given one signature, ours, so that it needs no download. `REPERE_TEST_CLAMD` names it where it is not on the path.
Where it is missing a warning stands in the summary of the tests: nobody takes the stand-in for the daemon.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The string that every scanner reports and that harms nothing (eicar.org)."""
LARGEST = 2 * 1024 * 1024
STANDING_IN = f"""
import socket, sys
EICAR = {EICAR!r}
door = socket.socket(socket.AF_UNIX); door.bind(sys.argv[1]); door.listen()
while True:
    line, _ = door.accept()
    with line:
        said = line.makefile("rb")
        if said.read(10) != b"zINSTREAM\\0":
            continue
        held = b""
        while size := int.from_bytes(said.read(4), "big"):
            held += said.read(size)
        if len(held) > {LARGEST}:
            line.sendall(b"INSTREAM size limit exceeded. ERROR\\0")
            continue
        line.sendall(b"stream: Eicar-Test-Signature FOUND\\0" if EICAR in held else b"stream: OK\\0")
"""
DAEMON = "LocalSocket {door}\nForeground yes\nDatabaseDirectory {signatures}\nLogFile {folder}/log\nStreamMaxLength {largest}\n"


def daemon() -> str | None:
    """Where clamd lies, or nothing."""
    return os.environ.get("REPERE_TEST_CLAMD") or shutil.which("clamd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin")


@contextmanager
def scanner(folder: Path) -> Iterator[str]:
    """The path of the socket on which it answers."""
    door = folder / "scanner"
    process = subprocess.Popen(_command(folder, door), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(door, process)
        yield str(door)
    finally:
        process.kill()
        process.wait()


def _command(folder: Path, door: Path) -> list[str]:
    found = daemon()
    if found is None:
        warnings.warn("clamd is not installed: a stand-in of ours scans in its place (Debian: clamav-daemon).", stacklevel=2)
        return [sys.executable, "-c", STANDING_IN, str(door)]
    signatures, settings = folder / "signatures", folder / "clamd.conf"
    signatures.mkdir(exist_ok=True)
    # Name, any kind of file, at any place, the bytes (ClamAV's extended signature format).
    (signatures / "own.ndb").write_text(f"Eicar-Test-Signature:0:*:{EICAR.hex()}\n")
    settings.write_text(DAEMON.format(door=door, signatures=signatures, folder=folder, largest=LARGEST))
    return [found, "--config-file", str(settings)]


def _wait_for(door: Path, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        with socket.socket(socket.AF_UNIX) as line:
            try:
                line.connect(str(door))
                return
            except OSError:
                time.sleep(0.02)
    raise AssertionError("The scanner ended before it answered.")
