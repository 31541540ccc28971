"""Processes that are killed outright at one chosen statement: what a power cut or `kill -9` leaves behind."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from django.db import connections

_kept: list[Any] = []
"""The child must not say goodbye on its parent's connections: they are kept from being collected."""


def killed_at(statement: int, work: Callable[[], object]) -> bool:
    """Run `work` in a process of its own that is killed just before its n-th statement, or else finishes. True when it was killed."""
    child = os.fork()
    if child == 0:
        _die_at(statement, work)
    _, how = os.waitpid(child, 0)
    if os.WIFSIGNALED(how):
        assert os.WTERMSIG(how) == signal.SIGKILL
        return True
    assert os.WEXITSTATUS(how) == 0, "the work failed before it could be killed"
    return False


def _die_at(statement: int, work: Callable[[], object]) -> None:
    left = [statement]

    def counting(execute: Any, *words: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*words)

    try:
        with ExitStack() as stack:
            for alias in connections:
                _kept.append(connections[alias].connection)
                connections[alias].connection = None
                stack.enter_context(connections[alias].execute_wrapper(counting))
            work()
        os._exit(0)
    except BaseException:
        import traceback

        traceback.print_exc()
        os._exit(1)
