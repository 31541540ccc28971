"""The installation's root key, behind one small adaptor: wrap, unwrap, rotate.

`REPERE_ROOT_KEPT` says where it is held: `file` (in the secrets of the data folder, the default), `environment`
(`REPERE_ROOT_KEY`, the default where that is set) or `vault` (a transit engine, `repere.accounts.keys.vault`; the only one that
uses the network). A root key has versions. The first line of the file is the present one; older ones stay below until nothing is
wrapped under them and every backup of the wrapped keys made before is gone.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Protocol

from django.conf import settings

from repere.core.sealing import KEY_BYTES, SealBroken, key_version, new_key, unwrap, wrap

_LINE = re.compile(r"(?:(?P<version>[1-9][0-9]{0,8}):)?(?P<key>[A-Za-z0-9+/=]+)(?:@(?P<retired>\d{4}-\d{2}-\d{2}))?")


class RootKeyMissing(Exception):
    """The root key is absent or damaged. Nothing sealed can be opened, and no new key is made in its place."""


class RotatedElsewhere(Exception):
    """This root key is not ours to replace; the message says who does it and how."""


class RootKey(Protocol):
    """What the key tree asks of whoever holds the root."""

    def wrap(self, key: bytes, *, aad: tuple[str, ...]) -> bytes:
        """A key of 32 bytes closed under the present version, bound to its place."""
    def unwrap(self, blob: bytes, *, aad: tuple[str, ...]) -> bytes:
        """The key again, whichever version closed it. Raises SealBroken."""
    def rotate(self, *, on: date) -> None:
        """Make a new version the present one. Raises RotatedElsewhere where somebody else does that."""
    def is_present(self, blob: bytes) -> bool:
        """Whether the present version closed this blob."""


@dataclass(frozen=True)
class Version:
    """One version of a root key; `retired` is the day a newer one took its place."""

    number: int
    key: bytes
    retired: date | None = None

    def __repr__(self) -> str:
        return f"Version({self.number}, …)"

    def line(self) -> str:
        retired = f"@{self.retired.isoformat()}" if self.retired else ""
        return f"{self.number}:{base64.b64encode(self.key).decode()}{retired}"


class HeldKey:
    """A root key held in the memory of this process while it is used."""

    def __init__(self, versions: list[Version]) -> None:
        if not versions:
            raise RootKeyMissing("The root key is empty.")
        if len({version.number for version in versions}) < len(versions):
            raise RootKeyMissing("The root key names the same version twice.")
        self._versions = sorted(versions, key=lambda version: -version.number)

    def __repr__(self) -> str:
        return "HeldKey(…)"

    @property
    def present(self) -> Version:
        return self._versions[0]

    @property
    def versions(self) -> tuple[Version, ...]:
        """Newest first."""
        return tuple(self._versions)

    def wrap(self, key: bytes, *, aad: tuple[str, ...]) -> bytes:
        return wrap(self.present.key, key, aad=aad, version=self.present.number)

    def unwrap(self, blob: bytes, *, aad: tuple[str, ...]) -> bytes:
        number = key_version(blob)
        for version in self._versions:
            if version.number == number:
                return unwrap(version.key, blob, aad=aad)
        raise SealBroken

    def is_present(self, blob: bytes) -> bool:
        return key_version(blob) == self.present.number

    def rotate(self, *, on: date) -> None:
        raise RotatedElsewhere(
            "This root key comes from the environment: put a new version before the old one in REPERE_ROOT_KEY"
            " (“repere keys new-root” prints the line), start every process again, then run this command again."
        )


class KeyFile(HeldKey):
    """The root key in a file of the data folder, readable by one system user."""

    def __init__(self, path: Path) -> None:
        self._path = path
        super().__init__(_read(_from_file(path)))

    def rotate(self, *, on: date) -> None:
        """A new first line; the old one stays, with the day it was retired. The file is replaced whole or not at all."""
        retired = [version if version.retired else replace(version, retired=on) for version in self._versions]
        self._keep([Version(self.present.number + 1, new_key()), *retired])

    def forget(self, numbers: set[int]) -> None:
        """Drop old versions for good. The caller has made sure that nothing needs them."""
        self._keep([version for version in self._versions if version.number not in numbers or version is self.present])

    def _keep(self, versions: list[Version]) -> None:
        draft = self._path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        _write_new(draft, versions)
        os.replace(draft, self._path)
        _settle(self._path.parent)
        self._versions = sorted(versions, key=lambda version: -version.number)


def root_key() -> RootKey:
    """Whoever holds the root key of this installation. Read anew each time: a rotation is seen at once."""
    given = os.environ.get("REPERE_ROOT_KEY", "")
    kept = os.environ.get("REPERE_ROOT_KEPT") or ("environment" if given else "file")
    if kept == "file":
        return KeyFile(path())
    if kept == "environment":
        if not given:
            raise RootKeyMissing("REPERE_ROOT_KEPT says environment, and REPERE_ROOT_KEY is not set.")
        return HeldKey(_read(given))
    if kept == "vault":
        from repere.accounts.keys.vault import VaultKey  # an optional extra: nothing of it is loaded elsewhere

        return VaultKey.from_environment()
    raise RootKeyMissing(f"REPERE_ROOT_KEPT is {kept!r}: expected file, environment or vault.")


def make_root_key() -> None:
    """Done once, when an installation is founded; never done again beside data that an older key closed."""
    kept = os.environ.get("REPERE_ROOT_KEPT", "file")
    if os.environ.get("REPERE_ROOT_KEY") or kept != "file" or path().exists():
        return
    put_root_key(new_key())


def put_root_key(key: bytes, number: int = 1) -> None:
    """Write the file of a root key where there is none. Raises FileExistsError beside another."""
    path().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write_new(path(), [Version(number, key)])
    _settle(path().parent)


def path() -> Path:
    return Path(settings.REPERE_HOME) / "secrets" / "root.key"


def _write_new(target: Path, versions: list[Version]) -> None:
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write("\n".join(version.line() for version in versions) + "\n")
        file.flush()
        os.fsync(file.fileno())


def _settle(folder: Path) -> None:
    """The new name of a file outlives a power cut only once its folder was written too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _from_file(where: Path) -> str:
    try:
        return where.read_text()
    except FileNotFoundError:
        raise RootKeyMissing(f"No root key: {where.name} is missing from the secrets and REPERE_ROOT_KEY is not set.") from None


def _read(text: str) -> list[Version]:
    """Versions separated by spaces or lines, each `number:key@day of retirement`; a lone key is version 1."""
    found = []
    for word in text.split():
        match = _LINE.fullmatch(word)
        if match is None:
            raise RootKeyMissing("The root key is not base64.")
        try:
            key = base64.b64decode(match["key"], validate=True)
            retired = date.fromisoformat(match["retired"]) if match["retired"] else None
        except (binascii.Error, ValueError):
            raise RootKeyMissing("The root key is not base64.") from None
        if len(key) != KEY_BYTES:
            raise RootKeyMissing(f"The root key has {len(key)} bytes; {KEY_BYTES} were expected.")
        found.append(Version(int(match["version"] or 1), key, retired))
    return found
