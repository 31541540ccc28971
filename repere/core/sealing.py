"""Sealed capsules: what only the holder of a key may read, bound to the row it stands in.

Capsule: format (1 byte), key version (4 bytes, big endian), nonce (12 bytes), AES-256-GCM ciphertext with its tag.
The header and every part of the caller's binding are authenticated: a capsule moved to another row, tier or version,
cut, or changed in one bit does not open. Payloads are padded to steps of 256 bytes, so that a length tells little.
"""

from __future__ import annotations

import hmac
import json
import os
import unicodedata
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
STEP_BYTES = 256
_NONCE_BYTES = 12
_TAG_BYTES = 16
_HEADER_BYTES = 5
_SEALED_JSON = 0x01
_WRAPPED_KEY = 0x02
_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode


class SealBroken(Exception):
    """The capsule does not open: wrong key, wrong place, damaged or not a capsule. Which one is not said."""

    def __init__(self) -> None:
        super().__init__("This capsule does not open.")


def new_key() -> bytes:
    return os.urandom(KEY_BYTES)


def seal(key: bytes, payload: dict[str, Any], *, aad: tuple[str, ...], version: int = 1) -> bytes:
    return _close(key, _pad(_canonical(payload).encode()), aad, _header(_SEALED_JSON, version))


def unseal(key: bytes, blob: bytes, *, aad: tuple[str, ...]) -> dict[str, Any]:
    plain = _unpad(_open(key, blob, aad, _SEALED_JSON))
    try:
        payload = json.loads(plain)
    except ValueError:
        raise SealBroken from None
    if not isinstance(payload, dict):
        raise SealBroken
    return payload


def wrap(kek: bytes, key: bytes, *, aad: tuple[str, ...], version: int = 1) -> bytes:
    if len(key) != KEY_BYTES:
        raise ValueError(f"A key has {KEY_BYTES} bytes, not {len(key)}.")
    return _close(kek, key, aad, _header(_WRAPPED_KEY, version))


def unwrap(kek: bytes, blob: bytes, *, aad: tuple[str, ...]) -> bytes:
    key = _open(kek, blob, aad, _WRAPPED_KEY)
    if len(key) != KEY_BYTES:
        raise SealBroken
    return key


def key_version(blob: bytes) -> int:
    """Which version of the key closed this capsule: readable without the key, proved only by opening it."""
    if len(blob) < _HEADER_BYTES:
        raise SealBroken
    return int.from_bytes(blob[1:_HEADER_BYTES], "big")


def tier_key(person_key: bytes, tier: str) -> bytes:
    return _derive(person_key, f"repere tier {tier}")


def blind_index(org_key: bytes, field: str, value: str) -> bytes:
    """A token that finds equal values within one organisation and means nothing in another."""
    index_key = _index_key(org_key, field)
    plain = " ".join(unicodedata.normalize("NFKC", value).casefold().split())
    return hmac.digest(index_key, plain.encode(), "sha256")[:16]


@lru_cache(maxsize=64)
def _index_key(org_key: bytes, field: str) -> bytes:
    return _derive(org_key, f"repere blind index 1 {field}")


def _derive(key: bytes, purpose: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose.encode()).derive(key)


def _header(form: int, version: int) -> bytes:
    return bytes([form]) + version.to_bytes(_HEADER_BYTES - 1, "big")


def _binding(header: bytes, aad: tuple[str, ...]) -> bytes:
    """Each part with its length before it: ("ab", "c") and ("a", "bc") must differ."""
    parts = [part.encode() for part in aad]
    return header + b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def _close(key: bytes, plain: bytes, aad: tuple[str, ...], header: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return header + nonce + AESGCM(key).encrypt(nonce, plain, _binding(header, aad))


def _open(key: bytes, blob: bytes, aad: tuple[str, ...], form: int) -> bytes:
    blob = bytes(blob)
    if len(blob) < _HEADER_BYTES + _NONCE_BYTES + _TAG_BYTES or blob[0] != form or len(key) != KEY_BYTES:
        raise SealBroken
    header, rest = blob[:_HEADER_BYTES], blob[_HEADER_BYTES:]
    try:
        return AESGCM(key).decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], _binding(header, aad))
    except InvalidTag:
        raise SealBroken from None


def _pad(plain: bytes) -> bytes:
    marked = plain + b"\x80"
    return marked + b"\x00" * (-len(marked) % STEP_BYTES)


def _unpad(padded: bytes) -> bytes:
    plain, mark, filling = padded.rpartition(b"\x80")
    if not mark or filling.strip(b"\x00"):
        raise SealBroken
    return plain
