"""How long the second start takes, from the command to the first page that answers, on a filled demonstration."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from typing import Any

from bench.measuring import ROOT, clock, machine, say


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--persons", type=int, default=2_500)
    chosen = options.parse_args()
    home = tempfile.mkdtemp(prefix="rp-", dir="/tmp")
    environment = {**os.environ, "REPERE_HOME": home, "REPERE_DEMO": "1"}
    found: dict[str, Any] = {"persons": chosen.persons, "machine": machine()}
    try:
        fill = [sys.executable, "-m", "repere.cli", "demo", "--persons", str(chosen.persons)]
        subprocess.run(fill, env=environment, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        for name in ("first_run", "second_run"):
            with clock(found, name):
                running, port = _start(environment)
                urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in/").close()
            running.send_signal(signal.SIGINT)
            running.wait(60)
    finally:
        subprocess.run([sys.executable, "-m", "repere.cli", "stop"], env=environment, cwd=ROOT, check=False)
        shutil.rmtree(home, ignore_errors=True)
    say(found)


def _start(environment: dict[str, str]) -> tuple[subprocess.Popen[str], int]:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = int(trial.getsockname()[1])
    program = [sys.executable, "-m", "repere.cli", "run", "--port", str(port)]
    running = subprocess.Popen(program, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    for line in running.stdout or ():
        if "Ctrl-C" in line:
            return running, port
    raise SystemExit("repere run ended by itself")


if __name__ == "__main__":
    main()
