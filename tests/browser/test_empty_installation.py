"""From nothing to the first case, by the README's own commands, in processes of their own."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.accounts.proving import app_code
from tests.browser.steps import enter_concern
from tests.postgres import short_folder

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


@pytest.fixture
def installation() -> Iterator[tuple[dict[str, str], str]]:
    """`repere run --empty` on a fresh data folder; its environment and its address."""
    folder = short_folder()
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("REPERE_", "DJANGO_", "DATABASE_"))}
    environment, port = {**kept, "REPERE_HOME": folder}, free_port()
    program = [sys.executable, "-m", "repere.cli", "run", "--empty", "--port", str(port)]
    running = subprocess.Popen(program, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/sign-in/", running)
        yield environment, address
    finally:
        running.terminate()
        with suppress(subprocess.TimeoutExpired):
            running.wait(30)
        running.kill()


def wait_for(address: str, running: subprocess.Popen[bytes], seconds: int = 90) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if running.poll() is not None:
            raise AssertionError((running.stdout.read() if running.stdout else b"").decode())
        with suppress(OSError):
            urllib.request.urlopen(address, timeout=2).close()
            return
        time.sleep(0.3)
    raise AssertionError("The server did not answer.")


def test_from_nothing_to_the_first_case(browser: Browser, installation: tuple[dict[str, str], str]) -> None:
    environment, address = installation
    words = [
        "found", "--paper-kit-kept", "--address", address,
        "--organisation", "Association Exemple", "--kind", "association", "--person", "Première Personne",
        "--email", "premiere@exemple.example", "--territory", "69",
        "--organisation", "Brigade Exemple", "--kind", "police", "--person", "Seconde Personne", "--email", "seconde@exemple.example",
    ]  # fmt: skip
    told = subprocess.run(
        [sys.executable, "-m", "repere.cli", *words],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    link = re.search(r"http\S+/invitation/\S+", told)
    assert link is not None
    context = browser.new_context(base_url=address, locale="fr-FR")
    page = context.new_page()
    page.goto(link[0])
    page.get_by_label("Nouveau mot de passe").fill("quatre mots bien longs")
    page.get_by_label("Le même mot de passe, encore une fois").fill("quatre mots bien longs")
    page.get_by_role("button", name="Enregistrer et entrer").click()
    # An address of numbers has no passkeys: the app is the factor here.
    secret = page.locator("#app-key").inner_text()
    page.get_by_label("Le code que l'application affiche maintenant").fill(app_code(secret, datetime.now(UTC)))
    page.get_by_role("button", name="Ajouter l'application").click()
    page.get_by_role("link", name="Je les ai gardés").click()
    expect(page.get_by_role("heading", name="Aucun dossier encore")).to_be_visible()
    code = enter_concern(page)
    page.goto("/")
    expect(page.get_by_text(code).first).to_be_visible()
    context.close()
