"""Password hashes that are worth nothing without the root key.

A colleague's row is visible within one organisation, and row-level security closes rows, not columns: SQL smuggled onto the pages'
connection reads its hash, and so does whoever holds a backup. Each password is therefore keyed, before Argon2, with a key of its own
that lies beside the hash, wrapped by the root key (which no database holds). Nobody can try passwords on such a hash elsewhere.
Taking the column away from the pages instead would need another table for it: Django reads all columns of an account whenever it
reads one. A hash of before is keyed when its person next signs in.
"""

from __future__ import annotations

import base64
import hmac
from hashlib import sha256
from typing import Any

from django.contrib.auth.hashers import Argon2PasswordHasher

from repere.accounts.rootkey import root_key
from repere.core.sealing import SealBroken, new_key

AAD = ("password_key",)


class KeyedPasswordHasher(Argon2PasswordHasher):
    """`keyed_argon2$<wrapped key>$<what Argon2 writes>`; everything else is Django's."""

    algorithm = "keyed_argon2"

    def encode(self, password: str, salt: str) -> str:
        key = new_key()
        algorithm, _, hashed = super().encode(_keyed(password, key), salt).partition("$")
        return f"{algorithm}${_wrapped(key)}${hashed}"

    def decode(self, encoded: str) -> dict[str, Any]:
        return dict(super().decode(_without_key(encoded)))

    def verify(self, password: str, encoded: str) -> bool:
        """False also where the key does not open: a hash that was tampered with lets nobody in."""
        try:
            key = _key_of(encoded)
        except SealBroken:
            return False
        return bool(super().verify(_keyed(password, key), _without_key(encoded)))


def is_under_older_root(encoded: str) -> bool:
    """Whether the rotation of the root must wrap this hash's key again. A damaged one counts, though it cannot be."""
    if not encoded.startswith(KeyedPasswordHasher.algorithm + "$"):
        return False
    blob = _blob(encoded)
    try:
        return not blob or not root_key().is_present(blob)
    except SealBroken:
        return True


def opens(encoded: str) -> bool:
    try:
        _key_of(encoded)
    except SealBroken:
        return False
    return True


def rewrapped(encoded: str) -> str:
    """The same hash, its key under the present root key. Raises SealBroken."""
    algorithm, _, rest = encoded.split("$", 2)
    return f"{algorithm}${_wrapped(_key_of(encoded))}${rest}"


def _keyed(password: str, key: bytes) -> str:
    return hmac.new(key, password.encode(), sha256).hexdigest()


def _wrapped(key: bytes) -> str:
    return base64.urlsafe_b64encode(root_key().wrap(key, aad=AAD)).decode()


def _key_of(encoded: str) -> bytes:
    return root_key().unwrap(_blob(encoded), aad=AAD)


def _blob(encoded: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(encoded.split("$", 2)[1])
    except (IndexError, ValueError):
        return b""


def _without_key(encoded: str) -> str:
    algorithm, _, rest = encoded.split("$", 2)
    return f"{algorithm}${rest}"
