"""Processes killed outright while people write: `python -m bench.faults --kills 200`.

A demonstration is started with `repere run`. Clients record facts through HTTP, each under a key of its own; a client that got no
answer sends the same form again until it gets one. Meanwhile a page process, the server, the worker or everything at once (the database
too) is killed with SIGKILL. What ended is started again by the same command, as a service manager would. Then the tables are compared with
what the clients were told.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import psutil
import psycopg

from bench.measuring import ROOT, machine, say

WRITERS = 4
ANSWERS_WITHIN_SECONDS = 120
REMINDING_WITHIN_SECONDS = 20
KINDS = ("page", "server", "worker", "everything")
RECORDED = re.compile(r"/facts/([0-9a-f-]{36})/")
SESSIONS = """
import django; django.setup()
from datetime import UTC, datetime
from bench.pages import _session
from repere.accounts.acting import acting_as
from repere.accounts.models import Membership
from repere.cases.models import Case
from django.conf import settings
import json
for email in ("case.worker@estran.demo.example", "case.worker@atalante.demo.example"):
    member = Membership.objects.current().get(user__email=email)
    with acting_as(member.actor()) as actor:
        codes = list(Case.objects.visible_to(actor, own=True).order_by("code").values_list("code", flat=True)[:12])
    print(json.dumps([settings.SESSION_COOKIE_NAME, _session(member), codes]))
"""
DUE_AGAIN = """
    UPDATE cases_task SET next_step_at = now(), plan = jsonb_build_array(jsonb_build_array(%(at)s::text, %(step)s::text, role))
    WHERE id IN (SELECT id FROM cases_task WHERE closed_at IS NULL ORDER BY id LIMIT 40)
"""

# "Late" and "escalated" at one moment are two steps and may be one notice, that of the second (`cases.reminders`).
REMINDERS_THAT_SPEAK = """
    SELECT r.task_id, r.step FROM cases_reminder r WHERE NOT (r.step = 'overdue'
        AND NOT EXISTS (SELECT FROM cases_notice n WHERE n.task_id = r.task_id AND n.step = r.step)
        AND EXISTS (SELECT FROM cases_reminder e WHERE e.task_id = r.task_id AND e.step = 'escalate' AND e.at = r.at))
"""


@dataclass
class Told:
    """What one client was told. `answered`: key → id of the fact; `sent`: every key, answered or not."""

    sent: set[UUID] = field(default_factory=set)
    answered: dict[UUID, UUID] = field(default_factory=dict)
    twice: list[UUID] = field(default_factory=list)
    refused: Counter[int] = field(default_factory=Counter)


class Installation:
    """A demonstration of its own that is started, killed and started again."""

    def __init__(self, home: Path, persons: int, **settings: str) -> None:
        self.home = home
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("REPERE_", "PYTEST_", "DJANGO_"))}
        self.environment = {
            **kept, **settings, "REPERE_HOME": str(home), "REPERE_DEMO": "1", "DJANGO_SETTINGS_MODULE": "repere.web.settings",
            "REPERE_WEB_PROCESSES": "2", "REPERE_NO_RATES": "1",
        }  # fmt: skip
        with socket.socket() as trial:
            trial.bind(("127.0.0.1", 0))
            self.port = int(trial.getsockname()[1])
        self.running: subprocess.Popen[bytes] | None = None
        try:
            self.command("demo", "--persons", str(persons))
            self.sessions = [json.loads(line) for line in self.python(SESSIONS).splitlines()]
        except BaseException:
            self.remove()
            raise

    def command(self, *words: str, may_fail: bool = False) -> subprocess.CompletedProcess[str]:
        program = [sys.executable, "-m", "repere.cli", *words]
        done = subprocess.run(program, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode and not may_fail:
            raise SystemExit(f"repere {' '.join(words)}: {done.stdout}{done.stderr}")
        return done

    def python(self, script: str) -> str:
        done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(done.stderr)
        return done.stdout

    def start(self) -> None:
        """`repere run`, as a service manager starts it; it is answering when this returns."""
        program = [sys.executable, "-m", "repere.cli", "run", "--port", str(self.port)]
        with (self.home / "run.log").open("ab") as log:
            self.running = subprocess.Popen(program, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        self.wait()

    def wait(self) -> None:
        """Until it answers; what ended by itself meanwhile is started again, by the same command."""
        limit = time.monotonic() + ANSWERS_WITHIN_SECONDS
        while time.monotonic() < limit:
            if self.running is None or self.running.poll() is not None:
                return self.start()
            if self.answers():
                return None
            time.sleep(0.1)
        raise SystemExit(f"It did not come back by itself within {ANSWERS_WITHIN_SECONDS} s: {self.home / 'run.log'}")

    def answers(self) -> bool:
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)) as connection:
                connection.request("GET", "/sign-in/")
                return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False

    def kill(self, kind: str, dice: random.Random) -> None:
        """SIGKILL to one part, chosen among the processes that run now."""
        assert self.running is not None
        if kind == "everything":
            chosen = [*_tree(self.running.pid), *_tree(self._postmaster())]
        else:
            parts = [one for one in _tree(self.running.pid) if _is(one, kind)]
            chosen = [dice.choice(parts)] if parts else []
        for one in chosen:
            try:
                one.send_signal(signal.SIGKILL)
            except psutil.NoSuchProcess:
                continue
        if kind in ("server", "everything") and chosen:
            self.running.wait(60)
        elif kind == "worker" and chosen:
            self._wait_for_another(chosen[0].pid)

    def _wait_for_another(self, killed: int) -> None:
        """What runs beside the pages is started anew by `repere run` itself."""
        limit = time.monotonic() + ANSWERS_WITHIN_SECONDS
        while time.monotonic() < limit:
            if self.running is None or self.running.poll() is not None:
                return
            if any(_is(one, "worker") and one.pid != killed for one in _tree(self.running.pid)):
                return
            time.sleep(0.1)
        raise SystemExit(f"No worker was started anew within {ANSWERS_WITHIN_SECONDS} s: {self.home / 'run.log'}")

    def _postmaster(self) -> int:
        return int((self.home / "pg" / "postmaster.pid").read_text().split()[0])

    def stop(self) -> None:
        if self.running and self.running.poll() is None:
            self.running.send_signal(signal.SIGINT)
            self.running.wait(60)

    def remove(self) -> None:
        self.stop()
        for left in self._left_behind():
            left.kill()
        self.command("stop", may_fail=True)
        shutil.rmtree(self.home, ignore_errors=True)

    def _left_behind(self) -> list[psutil.Process]:
        """Pages whose server was killed above them; a service manager ends them with their group."""
        return [one for one in psutil.process_iter(["cmdline"]) if "granian" in (one.info["cmdline"] or ()) and self._is_ours(one)]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            return process.environ().get("REPERE_HOME") == str(self.home)
        except psutil.Error:
            return False

    def admin(self) -> psycopg.Connection[tuple[Any, ...]]:
        secret = (self.home / "secrets" / "db_bootstrap").read_text().strip()
        return psycopg.connect(host=str(self.home / "pg"), user="postgres", password=secret, dbname="repere")


def _tree(pid: int) -> list[psutil.Process]:
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _is(process: psutil.Process, kind: str) -> bool:
    try:
        words, parent = " ".join(process.cmdline()), " ".join(process.parent().cmdline())
    except (psutil.Error, AttributeError):
        return False
    if kind == "worker":
        return "repere.cli worker" in words
    of_pages = "granian" in words or "granian" in parent
    return of_pages and ("granian" in parent) == (kind == "page")


# ---- load


def write(place: Installation, number: int, told: Told, ending: threading.Event) -> None:
    """One person at work: a fact, and again the same form until an answer came."""
    cookie, session, codes = place.sessions[number % len(place.sessions)]
    turn = number
    while not ending.is_set():
        key, code = uuid4(), codes[turn % len(codes)]
        told.sent.add(key)
        turn += 1
        while not ending.is_set():
            outcome = send(place.port, f"{cookie}={session}", code, key)
            if isinstance(outcome, UUID):
                told.answered[key] = outcome
                break
            if outcome is not None:
                told.refused[outcome] += 1
            ending.wait(0.2)
        if turn % 7 == 0 and key in told.answered:  # an impatient second click
            again = send(place.port, f"{cookie}={session}", code, key)
            if isinstance(again, UUID) and again != told.answered[key]:
                told.twice.append(key)


def send(port: int, cookie: str, code: str, key: UUID) -> UUID | int | None:
    """The id of the recorded fact; the status of any other answer; None when there was no whole answer."""
    kind, token = "urgent_need", "a" * 32
    body = urlencode({
        "csrfmiddlewaretoken": token, "key": str(key), "when": "today", "basis": "observed", f"{kind}.needs": "shelter",
    })  # fmt: skip
    headers = {"Cookie": f"{cookie}; csrftoken={token}", "Content-Type": "application/x-www-form-urlencoded"}
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
            connection.request("POST", f"/cases/{code}/facts/new/{kind}/", body, headers)
            answer = connection.getresponse()
            answer.read()
    except (OSError, http.client.HTTPException):
        return None
    named = RECORDED.search(answer.getheader("Location") or "")
    return UUID(named[1]) if answer.status == 302 and named else answer.status


# ---- what stands in the tables


def compare(place: Installation, told: list[Told]) -> dict[str, Any]:
    """Counts of what must not be: each is 0 when nothing went wrong."""
    with place.admin() as admin:
        admin.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ  # the worker goes on reminding while this reads
        return compare_on(admin, told)


def compare_on(admin: psycopg.Connection[Any], told: list[Told]) -> dict[str, Any]:
    """The same on a connection that sees everything."""
    answered = {key: fact for one in told for key, fact in one.answered.items()}
    sent = {key for one in told for key in one.sent}
    receipts = dict(admin.execute("SELECT key, result FROM cases_receipt WHERE act = 'record_fact'").fetchall())
    facts = {fact for (fact,) in admin.execute("SELECT id FROM cases_fact WHERE batch IS NULL").fetchall()}
    named, steps = Counter[UUID](), Counter[tuple[str, str]]()
    for (body,) in admin.execute("SELECT body FROM ledger_entry WHERE act IN ('record_fact', 'note_place_event', 'remind')"):
        line = json.loads(bytes(body))
        detail = line["detail"]
        if line["act"] == "remind":
            steps.update((detail["task"], step) for step in detail["steps"])
        else:
            named.update(UUID(fact) for fact in detail["facts"])
    reminders = Counter((str(t), s) for t, s in admin.execute(REMINDERS_THAT_SPEAK).fetchall())
    notices = Counter((str(t), s) for t, s in admin.execute("SELECT task_id, step FROM cases_notice WHERE task_id IS NOT NULL").fetchall())
    ours = {key: receipts[key] for key in sent if key in receipts}
    return {
        "lost": sum(fact not in facts for fact in answered.values()),
        "answered_otherwise": sum(receipts.get(key) != fact for key, fact in answered.items()),
        "facts_without_ledger_row": len(facts - set(named)),
        "ledger_rows_without_fact": len(set(named) - facts),
        "receipts_without_fact": sum(fact not in facts for fact in receipts.values()),
        "doubled_facts": len(ours) - len(set(ours.values())) + sum(len(one.twice) for one in told) + sum(n > 1 for n in named.values()),
        "doubled_reminders": sum(n > 1 for found in (reminders, notices, steps) for n in found.values()),
        "half_reminders": len(set(reminders) ^ set(steps)) + len({one for one in reminders if one not in notices}),
        "written": len(answered), "reminded": sum(steps.values()),
        "refused": dict(sum((one.refused for one in told), Counter())),
    }  # fmt: skip


BAD = (
    "lost", "answered_otherwise", "facts_without_ledger_row", "ledger_rows_without_fact", "receipts_without_fact", "doubled_facts",
    "doubled_reminders", "half_reminders",
)  # fmt: skip


def kill_under_load(place: Installation, *, kills: int, seed: int, kinds: tuple[str, ...] = KINDS) -> dict[str, Any]:
    """Kill so many times while clients write, each kind in turn at a random moment; then compare, and verify the ledger."""
    dice, ending = random.Random(seed), threading.Event()
    told = [Told() for _ in range(WRITERS)]
    place.start()
    crowd = [threading.Thread(target=write, args=(place, number, one, ending)) for number, one in enumerate(told)]
    for writer in crowd:
        writer.start()
    try:
        for turn in range(kills):
            before = sum(len(one.answered) for one in told)
            kind = kinds[turn % len(kinds)]
            _make_reminders_due(place, turn)
            # Only after somebody wrote since the last kill: a server that never serves loses nothing either.
            _until_written(told, before + WRITERS)
            if kind == "worker":
                _until_reminding(place, turn)
            time.sleep(dice.uniform(0, 0.3 if kind == "worker" else 1.5))
            place.kill(kind, dice)
            place.wait()
            print(f"\r  {turn + 1}/{kills} {kind}, {before} written   ", end="", file=sys.stderr)
    finally:
        ending.set()
        for writer in crowd:
            writer.join()
    verified = place.command("ledger", "verify", "--language", "en", may_fail=True)
    return {"kills": kills, **compare(place, told), "ledger_is_whole": verified.returncode == 0, "ledger_says": verified.stdout.strip()}


def _until_written(told: list[Told], number: int) -> None:
    limit = time.monotonic() + ANSWERS_WITHIN_SECONDS
    while sum(len(one.answered) for one in told) < number:
        if time.monotonic() > limit:
            raise SystemExit(f"Nothing was written for {ANSWERS_WITHIN_SECONDS} s: {[one.refused for one in told]}")
        time.sleep(0.05)


def _until_reminding(place: Installation, turn: int) -> None:
    """The worker is in the middle of its forty reminders. It goes on without when the worker is busy with other jobs."""
    limit = time.monotonic() + REMINDING_WITHIN_SECONDS
    with place.admin() as admin:
        admin.autocommit = True
        while time.monotonic() < limit:
            [seen] = admin.execute("SELECT count(*) FROM cases_reminder WHERE step = %s", [f"again_{turn}"]).fetchone() or (0,)
            if seen:
                return
            time.sleep(0.02)


def _make_reminders_due(place: Installation, turn: int) -> None:
    """Forty tasks are due for one more step, and the job that reminds is asked for now."""
    with place.admin() as admin:
        admin.execute(DUE_AGAIN, {"at": datetime.now(UTC).isoformat(), "step": f"again_{turn}"})
        admin.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args, status) VALUES"
            " ('default', 'repere.cases.jobs.reminders', 0, '{\"timestamp\": 0}', 'todo')"
        )


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--persons", type=int, default=60)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--home", type=Path, help="A folder that does not exist yet; it is removed afterwards.")
    chosen = options.parse_args()
    place = Installation(chosen.home or Path(tempfile.mkdtemp(prefix="rp-", dir="/tmp")), chosen.persons)
    started = time.monotonic()
    try:
        found = kill_under_load(place, kills=chosen.kills, seed=chosen.seed)
        worst = sum(found[name] for name in BAD)
        figure = (
            f"{found['kills']} kills under load, {found['written']:,} facts and {found['reminded']} reminders written",
            "0 lost, halved or doubled", str(worst),
        )  # fmt: skip
        say({**found, "seconds": round(time.monotonic() - started), "figures": [figure], "machine": machine()})
    finally:
        place.remove()
    if any(found[name] for name in BAD) or not found["ledger_is_whole"]:
        raise SystemExit("Something was lost, halved or doubled: see above.")


if __name__ == "__main__":
    main()
