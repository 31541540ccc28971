"""What several tests of this folder listen with."""

from __future__ import annotations

import logging as standard
from collections.abc import Iterator
from io import StringIO

import pytest

from repere.web import logging


@pytest.fixture
def log() -> Iterator[StringIO]:
    """Everything that any library would write, down to its smallest remark."""
    root = standard.getLogger()
    handlers, level, stream = root.handlers[:], root.level, StringIO()
    logging.configure(stream)
    root.setLevel(standard.DEBUG)
    yield stream
    root.setLevel(level)
    root.handlers = handlers
    logging.configure()
