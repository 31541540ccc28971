"""A data folder of a test's own: the secrets of the run, but a root key file that may be replaced or lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def own_home(settings: Any, folder: Path, *, with_root: bool = False) -> Path:
    """Point the settings at `folder`. The root key is left out, so that the test makes its own, unless `with_root`."""
    (folder / "secrets").mkdir(mode=0o700, parents=True)
    for file in (Path(settings.REPERE_HOME) / "secrets").iterdir():
        if file.name != "root.key":
            (folder / "secrets" / file.name).symlink_to(file.resolve())
        elif with_root:
            (folder / "secrets" / file.name).write_bytes(file.read_bytes())
    settings.REPERE_HOME = folder
    return folder
