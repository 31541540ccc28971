"""How long a backup and its rehearsal take: `python -m bench.backup --persons 100000`.

A demonstration of so many persons is filled (apart), its ledger sealed, backed up with `repere backup`, and brought back, counted,
verified and opened by `repere restore-check`; then restored into an empty data folder. Manifests are compared by the commands themselves.
With `--home`, a copy of a filled installation stands in for the demonstration (the folder that `bench.pages` keeps, for one).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.measuring import ROOT, clock, machine, say

RUNNING = ("postmaster.pid", ".s.PGSQL.*", "run.lock", "start.lock")
"""What a server that was killed leaves behind names a process of the source, not of its copy."""


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--persons", type=int, default=100_000)
    options.add_argument("--home", type=Path, help="A filled installation: it is stopped and its folder copied.")
    chosen = options.parse_args()
    place = Path(tempfile.mkdtemp(prefix="rp-", dir="/tmp"))
    found: dict[str, Any] = {"persons": chosen.persons, "machine": machine()}
    try:
        _measure(place, chosen.persons, chosen.home, found)
    finally:
        for home in ("one", "two"):
            _repere(place / home, "stop", may_fail=True)
        shutil.rmtree(place, ignore_errors=True)
    found["figures"] = [
        (f"backup and restore, {found['persons']:,} persons, {found['rows']:,} rows", "≤ 600 s",
         f"{found['backup_seconds'] + found['restore_seconds']:.0f} s ({found['backup_seconds']:.0f} + {found['restore_seconds']:.0f})"),
        ("rehearsal of that restore: rows counted, ledger verified, persons opened", "apart", f"{found['restore_check_seconds']:.0f} s"),
    ]  # fmt: skip
    say(found)


def _measure(place: Path, persons: int, filled: Path | None, found: dict[str, Any]) -> None:
    one, two, folders = place / "one", place / "two", ("--to", str(place / "data"), "--keys-to", str(place / "keys"))
    with clock(found, "fill_seconds"):
        if filled is not None:
            _repere(filled, "stop", may_fail=True)
            subprocess.run(["cp", "--archive", filled, one], check=True)  # with its owners: the server runs as a user of its own
            for left in (file for pattern in RUNNING for file in one.rglob(pattern)):
                left.unlink()
            _repere(one, "migrate")
        else:
            _repere(one, "demo", "--persons", str(persons))
    _repere(one, "ledger", "seal")
    recipient = _repere(one, "backup", "new-key", "--out", str(place / "age.key")).strip()
    with clock(found, "backup_seconds"):
        _repere(one, "backup", *folders, "--recipient", recipient)
    [made] = [folder for folder in (place / "data").iterdir() if folder.name != "tombstones"]
    found["rows"] = sum(json.loads((made / "manifest.json").read_text())["counts"].values())
    found["persons"] = json.loads((made / "manifest.json").read_text())["counts"].get("public.cases_person", persons)
    found["bytes"] = sum(file.stat().st_size for folder in (made, place / "keys") for file in folder.iterdir())
    source = (str(made), "--keys", str(place / "keys"), "--identity", str(place / "age.key"))
    with clock(found, "restore_check_seconds"):
        _repere(one, "restore-check", *source)
    _repere(one, "stop")
    with clock(found, "restore_seconds"):
        _repere(two, "restore", *source)
    shutil.copy(one / "secrets" / "root.key", two / "secrets" / "root.key")
    found["may_be_served"] = "Nothing stands against serving" in _repere(two, "check")


def _repere(home: Path, *words: str, may_fail: bool = False) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("REPERE_", "DJANGO_"))}
    environment = {**kept, "REPERE_HOME": str(home), "REPERE_DEMO": "1"}
    program = [sys.executable, "-m", "repere.cli", *words]
    done = subprocess.run(program, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode and not may_fail:
        raise SystemExit(f"repere {' '.join(words)}: {done.stdout}{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
