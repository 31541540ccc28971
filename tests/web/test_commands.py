"""The command line, as an operator meets it: a new folder, nothing else."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import short_folder

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture
def environment() -> Iterator[dict[str, str]]:
    folder = short_folder()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("REPERE_", "PYTEST_", "DJANGO_"))}
    environment = kept | {"REPERE_HOME": folder, "REPERE_PG_TUNING": "fsync = off\n"}
    yield environment
    repere("stop", environment=environment)
    subprocess.run(["rm", "-rf", folder, folder + ".err"], check=False)


def repere(*words: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-m", "repere.cli", *words]
    return subprocess.run(program, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)


def start(environment: dict[str, str], *words: str) -> tuple[subprocess.Popen[str], str]:
    """`repere run` on a free port, once it answers."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = str(trial.getsockname()[1])
    program = [sys.executable, "-m", "repere.cli", "run", "--port", port, *words]
    with last_words(environment).open("a") as errors:
        running = subprocess.Popen(program, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True)
    assert running.stdout is not None
    lines = []
    for line in running.stdout:
        lines.append(line)
        if "Ctrl-C" in line:
            return running, f"http://127.0.0.1:{port}"
    pytest.fail("repere run ended: " + "".join(lines))


def last_words(environment: dict[str, str]) -> Path:
    return Path(environment["REPERE_HOME"] + ".err")


def status(address: str) -> int:
    with urllib.request.urlopen(address) as answer:
        return int(answer.status)


@pytest.mark.xdist_group("commands")
def test_from_nothing_to_a_first_member_and_back_again(environment: dict[str, str]) -> None:
    """An empty installation starts, founds its first organisation, is stopped, killed, and loses nothing."""
    running, address = start(environment, "--empty")
    assert status(f"{address}/sign-in/") == 200
    founded = repere(
        "found", "--paper-kit-kept", "--address", address,
        "--organisation", "Première", "--kind", "association", "--person", "A", "--email", "a@exemple.example",
        "--organisation", "Seconde", "--kind", "police", "--person", "B", "--email", "b@exemple.example", environment=environment,
    )  # fmt: skip
    link = re.search(r"http\S+", founded.stdout)
    assert link, founded.stderr
    assert status(link.group()) == 200

    running.send_signal(signal.SIGINT)
    assert running.wait(180) == 0
    assert not (Path(environment["REPERE_HOME"]) / "pg" / "postmaster.pid").exists()

    running, address = start(environment)
    assert status(address + "/" + link.group().split("/", 3)[3]) == 200
    running.kill()
    running.wait()
    # The children end with their parent, so that the next start finds nothing in its way.
    limit = time.monotonic() + 20
    while time.monotonic() < limit:
        try:
            status(f"{address}/sign-in/")
        except OSError:
            break
        time.sleep(0.2)
    running, address = start(environment)
    assert status(address + "/" + link.group().split("/", 3)[3]) == 200
    running.send_signal(signal.SIGTERM)
    assert running.wait(180) == 0
    assert "Exception ignored" not in last_words(environment).read_text(), "it ends without a word that frightens"


@pytest.mark.xdist_group("commands")
def test_mistakes_are_answered_in_words(environment: dict[str, str]) -> None:
    """No traceback reaches an operator."""
    spaced = environment | {"REPERE_HOME": environment["REPERE_HOME"] + "/deux mots"}
    for words, where in [
        (("check",), spaced),
        ((
            "found", "--paper-kit-kept", "--organisation", "X", "--kind", "nonsense", "--person", "A", "--email", "a@b.example",
            "--organisation", "Y", "--kind", "police", "--person", "B", "--email", "b@b.example",
        ), environment),
    ]:
        refused = repere(*words, environment=where)
        assert refused.returncode != 0
        assert "Traceback" not in refused.stderr
        assert refused.stderr.strip()
