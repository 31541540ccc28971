"""A refusal of the accounts, awaited by its code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from repere.accounts.refusals import Refused


@contextmanager
def refused(code: str) -> Iterator[None]:
    """The block is refused with this code, and the refusal has words."""
    with pytest.raises(Refused) as told:
        yield
    assert told.value.code == code
    assert str(told.value)
