"""Boxes that anybody may close and one organisation may open: what leaves the house for a receiver who has a key pair.

HPKE of RFC 9180 in base mode (X25519, HKDF-SHA256, AES-256-GCM), from `cryptography`. The house writes one format byte before
it and binds the box to its purpose and place, as capsules are bound to their row (`repere.core.sealing`).
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from repere.core.sealing import KEY_BYTES, SealBroken

_BOX = 0x03
_PURPOSE = "repere box 1"


def new_pair() -> tuple[bytes, bytes]:
    """A fresh key pair: (private, public), 32 bytes each."""
    private = X25519PrivateKey.generate()
    secret = private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    return secret, private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def close_box(public: bytes, payload: bytes, *, aad: tuple[str, ...]) -> bytes:
    """Close bytes for the holder of the private half. Whoever closes cannot open again."""
    if len(public) != KEY_BYTES:
        raise ValueError(f"A public key has {KEY_BYTES} bytes, not {len(public)}.")
    return bytes([_BOX]) + _suite().encrypt(payload, X25519PublicKey.from_public_bytes(public), info=_info(aad))


def open_box(private: bytes, box: bytes, *, aad: tuple[str, ...]) -> bytes:
    """What stood in the box. Raises SealBroken for anything wrong, whatever it is."""
    box = bytes(box)
    if not box or box[0] != _BOX or len(private) != KEY_BYTES:
        raise SealBroken
    try:
        return _suite().decrypt(box[1:], X25519PrivateKey.from_private_bytes(private), info=_info(aad))
    except (InvalidTag, ValueError):
        raise SealBroken from None


def _suite() -> Suite:
    return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def _info(aad: tuple[str, ...]) -> bytes:
    """Each part with its length before it, so that ("ab", "c") and ("a", "bc") differ."""
    return b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in (_PURPOSE, *aad))
