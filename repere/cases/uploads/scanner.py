"""ClamAV's INSTREAM (clamd(8)): the file is sent in pieces, the answer is one line. Own client: the one on the index is of 2014."""

from __future__ import annotations

import socket

from django.conf import settings

PIECE = 64 * 1024
SECONDS = 30
LONGEST_ANSWER = 4096


class NoScanner(Exception):
    """No scanner is named, none answers, or it could not tell: the file stays closed."""


def is_clean(data: bytes) -> bool:
    """False when the scanner found something. Raises NoScanner for anything but a clear answer."""
    where = settings.REPERE_SCANNER
    if not where:
        raise NoScanner
    try:
        with _connected(where) as line:
            answer = _ask(line, data)
    except OSError as error:
        raise NoScanner from error
    if answer == b"stream: OK":
        return True
    if answer.startswith(b"stream: ") and answer.endswith(b" FOUND"):
        return False
    raise NoScanner


def _connected(where: str) -> socket.socket:
    """`where`: the path of a socket, or host:port."""
    if where.startswith("/"):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(SECONDS)
        try:
            line.connect(where)
        except OSError:
            line.close()
            raise
        return line
    host, _colon, port = where.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=SECONDS)


def _ask(line: socket.socket, data: bytes) -> bytes:
    line.sendall(b"zINSTREAM\0")
    for start in range(0, len(data), PIECE):
        piece = data[start : start + PIECE]
        line.sendall(len(piece).to_bytes(4, "big") + piece)
    line.sendall(b"\0\0\0\0")
    answer = b""
    while len(answer) < LONGEST_ANSWER and (piece := line.recv(LONGEST_ANSWER)):
        answer += piece
        if answer.endswith(b"\0"):
            break
    return answer.rstrip(b"\0")
