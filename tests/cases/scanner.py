"""A scanner for tests: a process of its own that speaks INSTREAM and knows the EICAR string. Debian's daemon where it is installed."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The string that every scanner reports and that harms nothing (eicar.org)."""
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
        line.sendall(b"stream: Eicar-Test-Signature FOUND\\0" if EICAR in held else b"stream: OK\\0")
"""
DAEMON = "LocalSocket {door}\nForeground yes\nDatabaseDirectory {signatures}\nLogFile {folder}/log\n"


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
    signatures = Path("/var/lib/clamav")
    daemon = shutil.which("clamd", path="/usr/sbin:/usr/bin")
    if daemon and any(signatures.glob("*.c?d")):
        settings = folder / "clamd.conf"
        settings.write_text(DAEMON.format(door=door, signatures=signatures, folder=folder))
        return [daemon, "--config-file", str(settings)]
    return [sys.executable, "-c", STANDING_IN, str(door)]


def _wait_for(door: Path, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        with socket.socket(socket.AF_UNIX) as line:
            try:
                line.connect(str(door))
                return
            except OSError:
                time.sleep(0.02)
    raise AssertionError("The scanner ended before it answered.")
