"""Pages and jobs as processes: started together, watched together, stopped together."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException
from types import FrameType

import psycopg
import structlog
from fasteners import InterProcessLock
from procrastinate import App
from procrastinate.contrib.django import app as jobs
from procrastinate.jobs import Job
from procrastinate.manager import JobManager

from repere.accounts.queries import demonstration_cast
from repere.cases import mechanisms
from repere.web import database, disk, embedded
from repere.web.checks import problems, warnings
from repere.web.home import CannotRun, home
from repere.web.installation import is_demo

STOP_LIMIT_SECONDS = 20
ROLES_SECONDS = 30
POLLING_SECONDS = 2
BESIDE = (("worker",), ("ledger", "seal", "--every", "60"))
"""What runs beside the pages."""
MOST_ENDS, ENDS_WITHIN_SECONDS = 6, 300
"""A part that ends this often does not mend itself: then everything stops, and a service manager or a person looks."""
FIRST_SHOWN = 12
"""Of the people one may be in a demonstration, those told on the terminal."""
log = structlog.get_logger()
Announce = Callable[[str], None]


def refuse_if_unsafe() -> None:
    found = problems()
    if found:
        raise CannotRun("Repère refuses to serve:\n" + "\n".join(f"- {problem}" for problem in found))


def serve_all(*, host: str, port: int, announce: Announce) -> None:
    """Pages, worker and sealer until Ctrl-C or until the pages end; then all of it stops, the embedded database last."""
    with _alone():
        _serve_all(host, port, announce)


@contextmanager
def _alone() -> Iterator[None]:
    """One at a time in a folder: the first of two to end would stop the database of both. A process that was killed holds nothing."""
    lock = InterProcessLock(home() / "run.lock")
    if not lock.acquire(blocking=False):
        raise CannotRun(
            f"Repère tourne déjà depuis ce dossier ({home()}). Arrêtez-le d'abord, ou choisissez un autre dossier (REPERE_HOME).\n"
            f"Repère already runs from this folder ({home()}). Stop it first, or choose another folder (REPERE_HOME)."
        )
    try:
        yield
    finally:
        lock.release()


def _serve_all(host: str, port: int, announce: Announce) -> None:
    refuse_if_unsafe()
    for words in warnings():
        announce(f"Warning: {words}")
    disk.set_reserve_aside()
    _refuse_if_taken(host, port)
    _stop_on(signal.SIGTERM)
    children: list[subprocess.Popen[bytes]] = []
    try:
        # What stands against serving was asked just above: the server's own processes begin at once, and alone on this machine.
        children.append(_started(_server(host, port), REPERE_POOL="1"))
        _wait_until_served(host, port, children)
        children += [_child(*words) for words in BESIDE]
        _welcome(host, port, announce)
        ended = _wait_for_end(children)
        announce(f"A part of Repère has ended by itself (code {ended}); everything stops.")
        raise SystemExit(1)
    except KeyboardInterrupt:
        announce("")
    finally:
        _end(children)
        embedded.stop()


def replace_by_server(host: str, port: int) -> None:
    """The process becomes the web server, so that signals reach it directly."""
    program = _server(host, port)
    os.execv(program[0], program)  # noqa: S606 our own program, no word of it from outside


def _server(host: str, port: int) -> list[str]:
    """The command line of the web server, for as many page processes as the machine has cores, four at most."""
    workers = os.environ.get("REPERE_WEB_PROCESSES", str(max(1, min(4, os.cpu_count() or 1))))
    return [
        sys.executable, "-m", "granian", "repere.web.asgi:application", "--interface", "asginl",
        "--host", host, "--port", str(port), "--workers", workers, "--backpressure", "4096",
        "--no-access-log", "--log-level", "warning", "--no-ws", "--respawn-failed-workers",
        # A process that is told to stop while it still starts does not hear it; the server would wait for it for ever.
        "--workers-kill-timeout", str(STOP_LIMIT_SECONDS - 5),
    ]  # fmt: skip


class PausingJobs(JobManager):
    """Takes no job while the disk is nearly full: what waits keeps its moment and is done once there is room again.

    The worker goes on saying that it lives, and a job that has begun ends. Asked every few seconds; two calls of the system.
    """

    paused = False

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        full = disk.is_nearly_full()
        if full != self.paused:
            self.paused = full
            log.warning("The disk is nearly full: jobs wait." if full else "There is room again: jobs go on.", check="disk")
        return None if full else await super().fetch_job(queues, worker_id)


@contextmanager
def pausing(app: App) -> Iterator[App]:
    """Its worker pauses as the pages do."""
    before = app.job_manager
    app.job_manager = PausingJobs(before.connector)
    try:
        yield app
    finally:
        app.job_manager = before


def work() -> None:
    """The jobs of every room, under the worker's own database role."""
    with jobs.replace_connector(jobs.connector.get_worker_connector()) as worker, pausing(worker):  # type: ignore[attr-defined]
        # It looks for jobs itself: whatever may be said on the channels of the queue, by anybody who serves, reaches nobody here.
        worker.run_worker(
            name="repere", concurrency=2, delete_jobs="successful", shutdown_graceful_timeout=10,
            listen_notify=False, fetch_job_polling_interval=POLLING_SECONDS,
        )  # fmt: skip


def _child(*words: str) -> subprocess.Popen[bytes]:
    return _started([sys.executable, "-m", "repere.cli", *words])


def _started(program: list[str], **told: str) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C in the terminal reaches the parent only, which then ends the children in order.
    return subprocess.Popen(program, env={**os.environ, **told}, start_new_session=True, preexec_fn=_die_with_parent)  # noqa: S603 as above


def _die_with_parent() -> None:
    """Linux: when the parent is killed outright, the children are told to end, and the port is free again."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _stop_on(number: signal.Signals) -> None:
    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(number, interrupt)


def _refuse_if_taken(host: str, port: int) -> None:
    with closing(socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError:
            raise CannotRun(
                f"Le port {port} est déjà pris. Choisissez-en un autre : repere run --port {port + 1}\n"
                f"Port {port} is taken. Choose another: repere run --port {port + 1}"
            ) from None


def _wait_until_served(host: str, port: int, children: list[subprocess.Popen[bytes]]) -> None:
    limit = time.monotonic() + 60
    while time.monotonic() < limit and all(child.poll() is None for child in children):
        try:
            with closing(HTTPConnection(host, port, timeout=60)) as asking:
                asking.request("HEAD", "/ready")  # the port is open long before a page process answers on it
                asking.getresponse()
            return
        except (OSError, HTTPException):
            time.sleep(0.1)
    raise CannotRun("The pages could not be served; the lines above say why.")


def _welcome(host: str, port: int, announce: Announce) -> None:
    announce(f"Repère: http://{host}:{port}/")
    if is_demo():
        announce("Demonstration: every person is invented. Sign in with one click as:")
        cast = demonstration_cast()
        for one in cast[:FIRST_SHOWN]:
            announce(f"  {one.user.name} <{one.user.email}>, {_role(one.role)}, {one.organisation}")
        if more := len(cast[FIRST_SHOWN:]):
            announce(f"  … et {more} autres sur la page de connexion. / … and {more} more on the sign-in page.")
    else:
        announce("First two organisations, a person of each being present: repere found")
    announce("Ctrl-C stops.")


def _role(code: str) -> str:
    label = mechanisms.common().roles[code].label
    return f"{label.text('fr')} / {label.text('en')}"


def _wait_for_end(children: list[subprocess.Popen[bytes]]) -> int:
    """Until the pages end, or a part beside them too often: one that ends is started anew, and the pages go on meanwhile.

    `children`: the pages, then the parts of BESIDE in their order; who is started anew takes the place of the one before.
    """
    look_again = time.monotonic() + ROLES_SECONDS
    ends: list[float] = []
    while True:
        for place, child in enumerate(children):
            code = child.poll()
            if code is None:
                continue
            ends = [*(moment for moment in ends if moment > time.monotonic() - ENDS_WITHIN_SECONDS), time.monotonic()]
            if place == 0 or len(ends) > MOST_ENDS:
                return code
            words = BESIDE[place - 1]
            log.warning("A part has ended by itself and is started anew.", part=words[0], code=code)
            children[place] = _child(*words)
        if time.monotonic() >= look_again:
            _mend_roles()
            look_again = time.monotonic() + ROLES_SECONDS
        time.sleep(0.3)


def _mend_roles() -> None:
    """A role of the database may always change its own settings and password: SQL smuggled into a page could end the service so."""
    try:
        mended = database.mend_roles()
    except (psycopg.Error, CannotRun):  # the database is down, or another's: the children and /ready tell of it
        return
    if mended:
        log.warning("Roles of the database had been changed and are as they were made.", check="roles", roles=mended)


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    limit = time.monotonic() + STOP_LIMIT_SECONDS
    for child in children:
        try:
            child.wait(max(0.1, limit - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
