"""What runs, while somebody wants it not to: slow visitors, noise on the channels of the queue, a worker that ends."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg
import pytest

from repere.web.front import THREADS
from tests.web.test_commands import environment as environment  # the fixture: a new folder, removed afterwards
from tests.web.test_commands import start, status

WITHIN_SECONDS = 90
SLOW_FORM = (
    "POST /sign-in/ HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    "Content-Length: 5000\r\nCookie: csrftoken=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n\r\ncsrfmiddlewaretoken=a"
)


def until(holds: Callable[[], bool]) -> None:
    limit = time.monotonic() + WITHIN_SECONDS
    while not holds():
        assert time.monotonic() < limit, "it did not come about"
        time.sleep(0.1)


def worker_of(pid: int) -> psutil.Process | None:
    for one in psutil.Process(pid).children():
        with suppress(psutil.Error):  # one that has just ended
            if one.cmdline()[-1:] == ["worker"]:
                return one
    return None


@pytest.mark.xdist_group("commands")
def test_slow_visitors_noise_and_a_dead_worker_stop_no_page(environment: dict[str, str]) -> None:
    running, address = start(environment, "--empty")
    host = urlsplit(address).netloc
    try:
        slow = [socket.create_connection(("127.0.0.1", urlsplit(address).port or 0)) for _ in range(4 * THREADS)]
        for one in slow:  # a letter of a form, and then nothing for as long as the server waits
            one.sendall(SLOW_FORM.format(host=host).encode())
        assert [status(f"{address}{page}") for page in ("/sign-in/", "/info/", "/sign-in/", "/info/")] == [200] * 4

        until(lambda: worker_of(running.pid) is not None)
        before = worker_of(running.pid)
        assert before is not None
        home = Path(environment["REPERE_HOME"])
        with psycopg.connect(
            host=str(home / "pg"), user="postgres", password=(home / "secrets" / "db_bootstrap").read_text().strip(), dbname="repere",
            autocommit=True,
        ) as admin:  # fmt: skip

            def beats() -> int:
                [told] = admin.execute(
                    "SELECT coalesce(max(extract(epoch FROM last_heartbeat)), 0) FROM procrastinate_workers"
                ).fetchone() or (0,)
                return int(told)

            until(lambda: beats() > 0)
            password = (home / "secrets" / "db_public").read_text().strip()
            with psycopg.connect(
                host=str(home / "pg"), user="repere_public", password=password, dbname="repere", autocommit=True
            ) as anybody:
                anybody.execute("SELECT pg_notify('procrastinate_any_queue_v1', 'x')")
            heard = beats()
            until(lambda: beats() > heard)
            assert before.is_running(), "noise on a channel reaches nobody"

        before.kill()
        until(lambda: (now := worker_of(running.pid)) is not None and now.pid != before.pid)
        assert running.poll() is None
        assert status(f"{address}/sign-in/") == 200
        for one in slow:
            one.close()
    finally:
        running.kill()
        running.wait()
