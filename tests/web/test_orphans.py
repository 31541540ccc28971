"""A server that is killed outright takes its page processes with it, so that the next start finds the port free."""

from __future__ import annotations

import os
import signal
import socket
import urllib.parse

import psutil
import pytest

from tests.web.test_commands import environment as environment  # the fixture: a new folder, removed afterwards
from tests.web.test_commands import start, status

GONE_WITHIN_SECONDS = 60


@pytest.mark.xdist_group("commands")
def test_pages_end_with_a_server_that_was_killed(environment: dict[str, str]) -> None:
    """Three page processes; nobody tells them to stop."""
    running, address = start(environment | {"REPERE_WEB_PROCESSES": "3"}, "--empty")
    try:
        assert status(f"{address}/sign-in/") == 200
        [server] = [one for one in psutil.Process(running.pid).children() if "granian" in one.cmdline()]
        pages = [one for one in server.children() if "resource_tracker" not in " ".join(one.cmdline())]
        assert len(pages) == 3
        os.kill(server.pid, signal.SIGKILL)
        _, alive = psutil.wait_procs(pages, timeout=GONE_WITHIN_SECONDS)
        assert alive == []
        assert running.wait(GONE_WITHIN_SECONDS) == 1, "`repere run` ends too, so that its service manager starts it anew"
        with socket.socket() as trial, pytest.raises(ConnectionRefusedError):
            trial.connect(("127.0.0.1", urllib.parse.urlsplit(address).port))
    finally:
        running.kill()
        running.wait()
