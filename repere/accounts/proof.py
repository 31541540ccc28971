"""The proof of who acts: a keyed code that the application makes and the database checks (`repere.ledger.policy`).

The key lies in the data folder beside the root key, and in a table that only the owner of the tables reads. It changes at each
start of the server; the one before it stays good until the next change, for processes that still hold it. Several hosts on one
database each keep a key of their own, or share one by REPERE_ACTOR_KEY (base64), which then never changes by itself.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.db import connections

from repere.accounts.actor import Actor

PROOF_LIFE_SECONDS = 120
"""Between the moment the proof is made and the start of a transaction that may still use it."""
BLOCK_BYTES = 64
FORGOTTEN_AFTER_DAYS = 90


class ProofKeyMissing(Exception):
    """No key to prove who acts: the tables were never made here, or the secrets were lost. Run: repere migrate"""

    def __init__(self) -> None:
        super().__init__("The key that proves who acts is missing from the secrets. Run: repere migrate")


@dataclass(frozen=True)
class ProofKey:
    id: str
    secret: bytes
    previous: str = ""


_held: tuple[tuple[str, int, int], ProofKey] | None = None


def proof_of(actor: Actor, *, backend: int) -> str:
    """What stands in `repere.proof`. `backend`: process id of the connection, to which the proof is bound."""
    key, until = _key(), int(time.time()) + PROOF_LIFE_SECONDS
    message = f"repere actor 1|{backend}|{until}|{actor.kind}|{actor.user_id or ''}|{actor.organisation_id or ''}|{actor.role}"
    return f"{key.id}.{until}.{hmac.new(key.secret, message.encode(), hashlib.sha256).hexdigest()}"


def install_key(*, renew: bool) -> None:
    """Give the database the key; with `renew`, a new one. Uses the owner's connection."""
    held = _given() or _read()
    if held is None or (renew and _given() is None):
        held = ProofKey(secrets.token_hex(8), secrets.token_bytes(32), held.id if held else "")
        _tell_owner(held)
        _write(held)
    else:
        _tell_owner(held)


def _tell_owner(key: ProofKey) -> None:
    padded = key.secret.ljust(BLOCK_BYTES, b"\0")
    inner, outer = (bytes(byte ^ pad for byte in padded) for pad in (0x36, 0x5C))
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO keys.actor_key (id, inner_pad, outer_pad) VALUES (%s, %s, %s) ON CONFLICT (id) DO UPDATE SET made_at = now()",
            [key.id, inner, outer],
        )
        # What the key before the last one signed has long ended; a key nobody renews belonged to a host that is gone.
        cursor.execute(
            "DELETE FROM keys.actor_key WHERE id <> ALL (%s) AND (made_at < now() - make_interval(days => %s) OR id = %s)",
            [[key.id, key.previous], FORGOTTEN_AFTER_DAYS, _before_last(key)],
        )


def _before_last(key: ProofKey) -> str:
    held = _read()
    return held.previous if held and held.id == key.previous else ""


def _key() -> ProofKey:
    """Read again when the file changed: another process may have renewed it."""
    global _held
    given = _given()
    if given is not None:
        return given
    path = _path()
    try:
        seen = path.stat()
    except FileNotFoundError:
        raise ProofKeyMissing from None
    mark = (str(path), seen.st_mtime_ns, seen.st_ino)
    if _held is None or _held[0] != mark:
        read = _read()
        if read is None:
            raise ProofKeyMissing
        _held = (mark, read)
    return _held[1]


def _given() -> ProofKey | None:
    text = os.environ.get("REPERE_ACTOR_KEY")
    if not text:
        return None
    secret = base64.b64decode(text, validate=True)
    return ProofKey(hashlib.sha256(b"id " + secret).hexdigest()[:16], hashlib.sha256(secret).digest())


def _path() -> Path:
    return Path(settings.REPERE_HOME) / "secrets" / "actor.key"


def _read() -> ProofKey | None:
    try:
        held = json.loads(_path().read_text())
    except FileNotFoundError:
        return None
    return ProofKey(held["id"], base64.b64decode(held["secret"]), held["previous"])


def _write(key: ProofKey) -> None:
    """Whole or not at all: a process that reads meanwhile finds the old key or the new one."""
    path = _path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump({"id": key.id, "secret": base64.b64encode(key.secret).decode(), "previous": key.previous}, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
