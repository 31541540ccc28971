"""What the ledger costs: facts by eight writers with and without its row, sealing, and verifying a great many rows.

python -m bench.ledger --rows 1000000 ; on a database of its own, made and dropped here.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("REPERE_HOME", tempfile.mkdtemp(prefix="rb-", dir="/tmp"))
os.environ.setdefault("REPERE_DEMO", "0")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "repere.web.settings")

import django
import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.measuring import clock, machine, peak_gib, say

WRITERS = 8
ROUNDS = 5
# Rows as `ledger.record` writes them, made by the database: body, hash and columns agree.
FILL = """
    INSERT INTO ledger_entry (id, at, act, kind, actor_id, organisation_id, subjects, body, leaf)
    SELECT id, at, 'look', 'look', actor, organisation, ARRAY[person], body, sha256('\\x00'::bytea || body)
    FROM (
        SELECT id, at, actor, organisation, person, convert_to(
            '{"act":"look","actor":"' || actor || '","actor_kind":"person","at":"' || to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
            || '","detail":{"page":"cases:case"},"id":"' || id || '","job":null,"kind":"look","organisation":"' || organisation
            || '","role":"case_worker","subjects":["' || person || '"]}', 'UTF8') AS body
        FROM (
            SELECT gen_random_uuid() AS id, clock_timestamp() AS at, gen_random_uuid() AS actor, gen_random_uuid() AS organisation,
                   gen_random_uuid() AS person FROM generate_series(1, %s)
        ) AS drawn
    ) AS told
"""


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--seconds", type=float, default=4.0, help="How long each round of the writers lasts.")
    chosen = options.parse_args()
    from repere.web import embedded

    embedded.ensure(provision=True)
    django.setup()
    from repere.web import installation

    installation.migrate()
    result: dict[str, Any] = {"rows": chosen.rows, "writers": WRITERS, "machine": machine()}
    try:
        result |= _writers(chosen.seconds)
        result |= _verify(chosen.rows)
        result["peak_gib"] = peak_gib()
        result["figures"] = [
            [f"verifying the ledger, {result['verified_rows']:,} rows", "1,000,000 in ≤ 60 s",
             f"{result['verify_seconds']} s ({result['verify_processor_seconds']} of processor)"],
            [f"what the ledger adds to an act, {WRITERS} writers", "≤ 10 %", f"{result['cost']:.1%}"],
        ]
        say(result)
    finally:
        embedded.stop()


# ---- writers


def _writers(seconds: float) -> dict[str, Any]:
    """Opening a case with and without the ledger's row: the same verb, `ledger.record` taken out. Rounds take turns."""
    from repere import ledger
    from repere.ledger import actions as writing
    from tests.people import cast

    people = cast()
    real = writing.record
    rates: dict[str, list[float]] = {"with": [], "without": []}
    for turn in range(ROUNDS * 2):
        name = ("with", "without")[turn % 2]
        ledger.record = real if name == "with" else (lambda *_a, **_k: None)  # type: ignore[assignment, misc]
        rates[name].append(_rate(people.amina.actor, seconds))
    ledger.record = real  # type: ignore[misc]
    kept, bare = statistics.median(rates["with"]), statistics.median(rates["without"])
    return {"acts_per_second_with": round(kept, 1), "acts_per_second_without": round(bare, 1), "cost": round(1 - kept / bare, 3)}


def _rate(actor: Any, seconds: float) -> float:
    from django.db import connection

    from tests.cases.story import concern

    done, ending = [0] * WRITERS, threading.Event()

    def write(number: int) -> None:
        while not ending.is_set():
            concern(actor)
            done[number] += 1
        connection.close()

    crowd = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    started = time.perf_counter()
    for writer in crowd:
        writer.start()
    ending.wait(seconds)
    ending.set()
    for writer in crowd:
        writer.join()
    return sum(done) / (time.perf_counter() - started)


# ---- sealing and verifying


def _verify(rows: int) -> dict[str, Any]:
    from repere.ledger import sealing, signing
    from repere.ledger.verifying import verify
    from repere.web import database

    key = Ed25519PrivateKey.generate()
    taken: dict[str, Any] = {}
    with database.admin_connection(database.address().name) as master, clock(taken, "fill_seconds"):
        master.execute(FILL, [rows])
    with _login("sealer") as sealer:
        sealer.autocommit = True
        with clock(taken, "seal_seconds"):
            taken["seals"] = sum(1 for _ in sealing.seal_all(sealer, key))
    before = time.process_time()
    with _login("sealer") as reader, clock(taken, "verify_seconds"):
        report = verify(reader, keys=signing.public_keys_of(key))
    taken["verify_processor_seconds"] = round(time.process_time() - before, 3)
    if not report.is_whole:
        raise SystemExit(f"The ledger of the measure is not whole: {report.faults[0]}")
    return {**taken, "verified_rows": report.rows, "verified_per_second": round(report.rows / max(taken["verify_seconds"], 0.001))}


def _login(role: str) -> psycopg.Connection[Any]:
    from repere.web import database
    from repere.web.home import secret

    where = database.address()
    return psycopg.connect(
        host=where.host, port=where.port, dbname=where.name, user=database.role_name(role), password=secret(f"db_{role}")
    )


if __name__ == "__main__":
    assert Path("manage.py").exists(), "Run it from the project's folder."
    main()
