"""What a person holds in her hand, for tests: an authenticator app, computed from the standard and not with our own code."""

from __future__ import annotations

import base64
import hmac
import os
import re
import struct
import subprocess
import sys
from datetime import datetime
from hashlib import sha1

from django.test import Client
from django.urls import reverse

from repere.accounts import factors
from repere.accounts.acting import acting_as
from repere.accounts.models import User
from repere.accounts.own import keeper_of

PASSWORD = "un mot de passe assez long"


def app_code(secret: str, at: datetime) -> str:
    """RFC 6238 with SHA-1, thirty seconds, six digits."""
    mac = hmac.new(base64.b32decode(secret), struct.pack(">Q", int(at.timestamp()) // 30), sha1).digest()
    start = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def give_app(user: User, now: datetime) -> tuple[str, list[str]]:
    """Add an app; its secret and the recovery codes. The code used for it belongs to the step of `now`."""
    secret = base64.b32encode(os.urandom(20)).decode()
    return secret, factors.add_app(user, secret, app_code(secret, now), now=now)


def give_password(user: User) -> None:
    with acting_as(keeper_of(user)):
        user.set_password(PASSWORD)
        user.save()


def by_password(user: User, client: Client | None = None, **headers: str) -> Client:
    client = client or Client()
    client.post(reverse("accounts:sign_in"), {"email": user.email, "password": PASSWORD}, headers=headers)
    return client


def secret_on(page: str) -> str:
    found = re.search(r'id="app-key">([A-Z2-7]{32})<', page)
    assert found is not None, "the page shows no key for an app"
    return found[1]


def elsewhere(database: str, script: str, *words: str) -> str:
    """Run a few lines in another process of the same installation, as the role `web`; what they print."""
    start = "import django; django.setup(); import sys; words = sys.argv[1:]\n"
    environment = {**os.environ, "REPERE_DATABASE": database, "DJANGO_SETTINGS_MODULE": "repere.web.settings"}
    run = subprocess.run([sys.executable, "-c", start + script, *words], env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()
