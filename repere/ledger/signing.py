"""The key that signs the ledger's heads: Ed25519, kept outside the database, beside the root key.

Who holds the database cannot sign; who holds only the public half can check everything. A key that was replaced leaves its
public half beside the new one, to check what it signed. The library `cryptography` does the arithmetic and the file formats
(PKCS 8 and SubjectPublicKeyInfo, in PEM).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

PublicKeys = Mapping[str, Ed25519PublicKey]
"""Public keys by their id."""

FILE = "ledger.key"
RETIRED = "ledger.pub"
SEED_BYTES = 32
_END = b"-----END PUBLIC KEY-----"


class SigningKeyMissing(Exception):
    """There is no such key, or the file holds something else."""


def make_key(path: Path) -> None:
    """Write a new signing key, unless one stands there. Readable by this system user only."""
    if path.exists():
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):
        _write_new(path, _private_pem(Ed25519PrivateKey.generate()))


def put_key(path: Path, key: Ed25519PrivateKey) -> None:
    """Bring a key back where there is none. Raises FileExistsError beside another."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write_new(path, _private_pem(key))


def replace_key(path: Path) -> tuple[Ed25519PrivateKey, Ed25519PrivateKey]:
    """A new key in the place of the old one; returns (old, new). The old public half is kept before the old key goes.

    Interrupted in between, the old key still signs, and its public half stands twice.
    """
    old, new = read_key(path), Ed25519PrivateKey.generate()
    retired = retired_path(path)
    kept = retired.read_text() if retired.exists() else ""
    _replace(retired, (kept + public_pem(old)).encode())
    _replace(path, _private_pem(new))
    return old, new


def retired_path(path: Path) -> Path:
    return path.with_name(RETIRED)


def trusted_keys(path: Path) -> PublicKeys:
    """The public half of the present key, and of every key before it."""
    retired = retired_path(path)
    return {**(read_public_keys(retired) if retired.exists() else {}), **public_keys_of(read_key(path))}


def seed_of(key: Ed25519PrivateKey) -> bytes:
    """The 32 bytes from which the key is made again (RFC 8032, 5.1.5), for paper."""
    return key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())


def key_from(seed: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(seed)


def _private_pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write_new(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _replace(path: Path, content: bytes) -> None:
    """Whole or not at all, and outliving a power cut."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    _write_new(draft, content)
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read_key(path: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except FileNotFoundError:
        raise SigningKeyMissing(f"No signing key: {path.name} is missing from the secrets.") from None
    except ValueError:
        raise SigningKeyMissing(f"{path.name} holds no signing key.") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise SigningKeyMissing(f"{path.name} holds a key of another kind; Ed25519 was expected.")
    return key


def read_public_keys(path: Path) -> PublicKeys:
    """Every public key of a PEM file: the present one, and older ones that signed earlier heads."""
    try:
        parts = [part + _END for part in path.read_bytes().split(_END)[:-1]]
        keys = [load_pem_public_key(part) for part in parts]
    except (OSError, ValueError) as error:
        raise SigningKeyMissing(f"{path.name} cannot be read as public keys: {type(error).__name__}.") from None
    found = {key_id(key): key for key in keys if isinstance(key, Ed25519PublicKey)}
    if not found:
        raise SigningKeyMissing(f"{path.name} holds no Ed25519 public key.")
    return found


def public_keys_of(key: Ed25519PrivateKey) -> PublicKeys:
    public = key.public_key()
    return {key_id(public): public}


def public_pem(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def key_id(key: Ed25519PublicKey) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of the raw key: short enough to be read over the telephone."""
    return hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]


def is_signed(keys: PublicKeys, named: str, body: bytes, signature: bytes) -> bool:
    """True when the key of that id, among those we trust, signed these bytes."""
    if named not in keys:
        return False
    try:
        keys[named].verify(signature, body)
    except InvalidSignature:
        return False
    return True
