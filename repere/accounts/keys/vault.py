"""The root key in the transit engine of a Vault (or OpenBao) server: it never enters this process.

An optional extra (`pip install repere[vault]`): `hvac` speaks the protocol. Nothing reaches the network unless
`REPERE_ROOT_KEPT=vault`. `REPERE_VAULT_ADDRESS` is the server, `REPERE_VAULT_KEY` the name of the transit key (`repere`),
`REPERE_VAULT_TOKEN_FILE` a file that holds the token. The transit key must be of an AEAD type (aes256-gcm96), so that a wrapped
key is bound to its place (`associated_data`).
"""

from __future__ import annotations

import base64
import os
from datetime import date
from pathlib import Path
from typing import Any

from repere.accounts.rootkey import RootKeyMissing
from repere.core.sealing import KEY_BYTES, SealBroken

_TIMEOUT_SECONDS = 10


class VaultKey:
    """A root key that another server holds."""

    def __init__(self, client: Any, name: str, refusals: tuple[type[Exception], ...], unreachable: tuple[type[Exception], ...]) -> None:
        self._transit, self._name = client.secrets.transit, name
        self._refusals, self._unreachable = refusals, unreachable

    def __repr__(self) -> str:
        return "VaultKey(…)"

    @classmethod
    def from_environment(cls) -> VaultKey:
        try:
            import hvac
            from requests.exceptions import RequestException
        except ImportError:
            raise RootKeyMissing("REPERE_ROOT_KEPT=vault needs the extra: pip install repere[vault]") from None
        address, token = os.environ.get("REPERE_VAULT_ADDRESS"), os.environ.get("REPERE_VAULT_TOKEN_FILE")
        if not address or not token:
            raise RootKeyMissing("REPERE_ROOT_KEPT=vault needs REPERE_VAULT_ADDRESS and REPERE_VAULT_TOKEN_FILE.")
        try:
            words = Path(token).read_text().strip()
        except OSError:
            raise RootKeyMissing("The file named by REPERE_VAULT_TOKEN_FILE cannot be read.") from None
        client = hvac.Client(url=address, token=words, timeout=_TIMEOUT_SECONDS)
        errors = hvac.exceptions
        unreachable = (RequestException, errors.Forbidden, errors.Unauthorized, errors.VaultDown, errors.InternalServerError)
        return cls(client, os.environ.get("REPERE_VAULT_KEY", "repere"), (errors.InvalidRequest, errors.InvalidPath), unreachable)

    def wrap(self, key: bytes, *, aad: tuple[str, ...]) -> bytes:
        if len(key) != KEY_BYTES:
            raise ValueError(f"A key has {KEY_BYTES} bytes, not {len(key)}.")
        plain = base64.b64encode(key).decode()
        answer = self._ask("encrypt_data", plaintext=plain, associated_data=_binding(aad))
        return str(answer["ciphertext"]).encode()

    def unwrap(self, blob: bytes, *, aad: tuple[str, ...]) -> bytes:
        try:
            answer = self._ask("decrypt_data", ciphertext=_text(blob), associated_data=_binding(aad))
        except self._refusals:
            raise SealBroken from None
        key = base64.b64decode(str(answer["plaintext"]))
        if len(key) != KEY_BYTES:
            raise SealBroken
        return key

    def rotate(self, *, on: date) -> None:
        self._ask("rotate_key")

    def is_present(self, blob: bytes) -> bool:
        version = _text(blob).split(":")[1]
        return version == f"v{self._ask('read_key')['latest_version']}"

    def _ask(self, verb: str, **words: Any) -> dict[str, Any]:
        try:
            answer = getattr(self._transit, verb)(name=self._name, **words)
        except self._unreachable as error:
            raise RootKeyMissing(f"The server that holds the root key did not answer ({type(error).__name__}).") from None
        found = answer.get("data", {}) if isinstance(answer, dict) else {}
        return dict(found or {})


def _text(blob: bytes) -> str:
    text = bytes(blob).decode("ascii", errors="replace")
    if not text.startswith("vault:v") or text.count(":") != 2:
        raise SealBroken
    return text


def _binding(aad: tuple[str, ...]) -> str:
    """Each part with its length before it: ("ab", "c") and ("a", "bc") must differ."""
    return base64.b64encode(b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in aad)).decode()
