"""The installation's root key, behind one small adaptor: a file in the data folder, or the environment."""

from __future__ import annotations

import base64
import binascii
import os
from pathlib import Path
from typing import Protocol

from django.conf import settings

from repere.core.sealing import KEY_BYTES, new_key, unwrap, wrap


class RootKeyMissing(Exception):
    """The root key is absent or damaged. Nothing sealed can be opened, and no new key is made in its place."""


class RootKey(Protocol):
    def wrap(self, key: bytes, *, aad: tuple[str, ...]) -> bytes: ...
    def unwrap(self, blob: bytes, *, aad: tuple[str, ...]) -> bytes: ...


class HeldKey:
    """A root key held in the memory of this process while it is used."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise RootKeyMissing(f"The root key has {len(key)} bytes; {KEY_BYTES} were expected.")
        self._key = key

    def __repr__(self) -> str:
        return "HeldKey(…)"

    def wrap(self, key: bytes, *, aad: tuple[str, ...]) -> bytes:
        return wrap(self._key, key, aad=aad)

    def unwrap(self, blob: bytes, *, aad: tuple[str, ...]) -> bytes:
        return unwrap(self._key, blob, aad=aad)


def root_key() -> RootKey:
    given = os.environ.get("REPERE_ROOT_KEY")
    return HeldKey(_decoded(given if given else _from_file(_path())))


def make_root_key() -> None:
    """Done once, when an installation is founded; never done again beside data that an older key closed."""
    path = _path()
    if os.environ.get("REPERE_ROOT_KEY") or path.exists():
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(base64.b64encode(new_key()).decode() + "\n")
        file.flush()
        os.fsync(file.fileno())


def _path() -> Path:
    return Path(settings.REPERE_HOME) / "secrets" / "root.key"


def _from_file(path: Path) -> str:
    try:
        return path.read_text()
    except FileNotFoundError:
        raise RootKeyMissing(f"No root key: {path.name} is missing from the secrets and REPERE_ROOT_KEY is not set.") from None


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        raise RootKeyMissing("The root key is not base64.") from None
