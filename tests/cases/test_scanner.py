"""What scans the papers: the real daemon where it is installed, a stand-in of the same answers elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from repere.cases.uploads.scanner import PIECE, NoScanner, is_clean
from tests.cases.scanner import EICAR, LARGEST, daemon, scanner


@pytest.fixture
def door(tmp_path: Path, settings: Any) -> Any:
    with scanner(tmp_path) as settings.REPERE_SCANNER:
        yield settings.REPERE_SCANNER


@pytest.mark.parametrize("data", [b"", b"x", b"%PDF-1.7 " + b"a" * PIECE, b"a" * (PIECE * 3 + 1)], ids=["empty", "byte", "pieces", "more"])
def test_what_harms_nobody_is_clean(door: str, data: bytes) -> None:
    assert is_clean(data)


@pytest.mark.parametrize("before", [0, 9, PIECE - 10, PIECE * 2], ids=["first", "in a paper", "across two pieces", "in a later piece"])
def test_a_known_harm_is_found_wherever_it_stands(door: str, before: int) -> None:
    """Also where the border between two pieces that we send cuts it in two."""
    assert not is_clean(b"a" * before + EICAR)


def test_a_scanner_that_gives_up_leaves_the_paper_closed(door: str) -> None:
    """Too large for it, or gone in the middle: no clear answer is not a yes."""
    with pytest.raises(NoScanner):
        is_clean(b"a" * (LARGEST + PIECE))
    assert is_clean(b"x"), "it answers again afterwards"


def test_the_daemon_is_used_where_it_is_installed(tmp_path: Path) -> None:
    """Never the stand-in in its place, and never in silence: elsewhere the summary of the tests says which one answered."""
    found = daemon()
    if found is None:
        with pytest.warns(UserWarning, match="clamd is not installed"), scanner(tmp_path):
            pass
        return
    with scanner(tmp_path):
        assert "clamd daemon" in (tmp_path / "log").read_text()
