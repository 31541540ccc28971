"""A page process does not outlive its server.

The server may be killed outright, by hand or for want of memory; its page processes would then go on answering on the port, with
nobody to stop them or to start them anew. Each of them waits on the pipe that `multiprocessing` keeps open between the two: it
closes with the server, however that ends. The pipe of one process is inherited by those started after it, so they end in turn,
the youngest first.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from multiprocessing.connection import wait
from typing import Any

FINISHING_SECONDS = 5
"""For requests that are being answered; then the process ends whatever it is doing, like its server."""


def end_with_the_server() -> None:
    """Called once in each page process. Does nothing in a process that `multiprocessing` did not start."""
    server: Any = multiprocessing.parent_process()
    if server is not None:
        threading.Thread(target=_follow, args=(server.sentinel,), name="end-with-the-server", daemon=True).start()


def _follow(sentinel: int) -> None:
    wait([sentinel])
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(FINISHING_SECONDS)
    os._exit(1)
