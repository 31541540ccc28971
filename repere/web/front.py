"""What stands before the pages: a thread is given to a request only once the whole of it has come.

A page process has few threads. A visitor who sends a form at one letter a second would keep one of them waiting, and a score of such
visitors all of them, the pages for people who look for help among them. Here they keep a place in a loop that waits for thousands,
and for so long only as a slow line needs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from asgiref.wsgi import WsgiToAsgiInstance

THREADS = 8
FORM_SECONDS = 20
BYTES_A_SECOND = 16 * 1024
"""A telephone at the edge of its network; what is larger than a form has the time that such a line needs for it."""
MOST_BYTES = 24 * 1024 * 1024
IN_MEMORY = 256 * 1024

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Answer = tuple[int, list[tuple[bytes, bytes]], bytes]


class Left(Exception):
    """The visitor went away before the request was there."""


class TooSlow(Exception):
    """The request did not come in the time that its length allows."""


class TooLong(Exception):
    """More than any page takes."""


class Front:
    """An application of the asynchronous kind around one of the other kind."""

    def __init__(self, pages: Any) -> None:
        self.pages = pages
        self.threads = ThreadPoolExecutor(THREADS, thread_name_prefix="pages")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise ValueError("Pages speak HTTP only.")
        with SpooledTemporaryFile(max_size=IN_MEMORY) as body:
            try:
                await read_whole(scope, receive, body)
                answer = await asyncio.get_running_loop().run_in_executor(self.threads, self.answered, scope, body)
            except Left:
                return
            except TooSlow:
                answer = refusal(408, b"Request Timeout")
            except TooLong:
                answer = refusal(413, b"Content Too Large")
        status, headers, content = answer
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    def answered(self, scope: Scope, body: IO[bytes]) -> Answer:
        """In a thread: status, headers and the whole content."""
        body.seek(0)
        told: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], _error: object = None) -> None:
            told.append((status, headers))

        environ = environment(scope, body)
        if environ is None:
            return refusal(400, b"Bad Request")
        content: Iterable[bytes] = self.pages(environ, start)
        try:
            whole = b"".join(content)
        finally:
            if hasattr(content, "close"):
                content.close()  # gives the connection back
        status, headers = told[-1]
        return int(status.split(" ", 1)[0]), [(name.lower().encode("latin1"), value.encode("latin1")) for name, value in headers], whole


async def read_whole(scope: Scope, receive: Receive, body: IO[bytes]) -> None:
    """Raises Left, TooSlow, TooLong."""
    announced = _announced(scope)
    if announced > MOST_BYTES:
        raise TooLong
    try:
        async with asyncio.timeout(FORM_SECONDS + announced / BYTES_A_SECOND):
            came, more = 0, True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Left
                part = message.get("body", b"")
                came += len(part)
                if came > MOST_BYTES:
                    raise TooLong
                body.write(part)
                more = message.get("more_body", False)
    except TimeoutError:
        raise TooSlow from None


def _announced(scope: Scope) -> int:
    told = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(told[0]) if told and told[0].isdigit() else 0


def environment(scope: Scope, body: IO[bytes]) -> dict[str, Any] | None:
    """As the pages expect it; None for headers that no visitor sends.

    A header written with "_" would be read as the one written with "-", which a proxy in front may have set or taken away.
    """
    one = WsgiToAsgiInstance(None)  # type: ignore[no-untyped-call]
    one.scope = dict(scope) | {"headers": _cookies_as_one([pair for pair in scope["headers"] if b"_" not in pair[0]])}
    try:
        return dict(one.build_environ(one.scope, body))  # type: ignore[no-untyped-call]
    except ValueError:
        return None


def _cookies_as_one(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """HTTP/2 may send them apart."""
    cookies = [value for name, value in headers if name == b"cookie"]
    others = [pair for pair in headers if pair[0] != b"cookie"]
    return [*others, (b"cookie", b"; ".join(cookies))] if cookies else others


def refusal(status: int, words: bytes) -> Answer:
    """Before any page is asked: short, neutral, and the connection ends."""
    headers = [
        (b"content-type", b"text/plain"), (b"content-length", str(len(words)).encode()), (b"connection", b"close"),
        (b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"),
    ]  # fmt: skip
    return status, headers, words
