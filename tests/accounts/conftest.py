"""Members that several tests of the accounts ask for."""

from __future__ import annotations

import pytest

from repere.accounts.models import ADMINISTRATOR
from tests.people import Cast, Member, member


@pytest.fixture
def clara(people: Cast) -> Member:
    """A second administrator of Atalante."""
    return member("Clara Exemple", people.atalante, ADMINISTRATOR)
