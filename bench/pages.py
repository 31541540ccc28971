"""Pages over a large caseload, through HTTP and beside it: `python -m bench.pages --persons 117000`.

117,000 invented persons hold a million facts. Filling and evaluating take their time the first time; the folder is kept.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from bench.measuring import ROOT, clock, machine, say, spread

PORT = 8765


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--persons", type=int, default=117_000)
    options.add_argument("--times", type=int, default=100)
    options.add_argument("--home", type=Path, default=ROOT / "var" / "bench")
    options.add_argument("--no-evaluation", action="store_true")
    chosen = options.parse_args()
    os.environ |= {"REPERE_HOME": str(chosen.home), "REPERE_DEMO": "1", "DJANGO_SETTINGS_MODULE": "repere.web.settings"}
    os.environ["REPERE_NO_RATES"] = "1"
    _wake()
    result: dict[str, Any] = {"machine": machine(), "persons": chosen.persons}
    now = datetime.now(UTC)
    _filled(result, chosen.persons, now, evaluate=not chosen.no_evaluation)
    member, codes = _reader(now)
    pages = _addresses(codes, member)
    result |= _in_process(pages, member, chosen.times)
    result |= _through_http(pages, member, chosen.times)
    result["add_fact_ms"] = _adding(member, codes, min(chosen.times, 60))
    say(result)


def _wake() -> None:
    import django

    from repere.web import embedded
    from repere.web.home import settle

    settle(wants_empty=False, may_choose=True)
    embedded.ensure()
    django.setup()


def _filled(result: dict[str, Any], persons: int, now: datetime, *, evaluate: bool) -> None:
    from repere.accounts.models import Membership
    from repere.demo import filling
    from repere.web.installation import migrate

    migrate()
    taken = Path(os.environ["REPERE_HOME"]) / "filled.json"
    if Membership.objects.current().exists():
        if taken.exists():  # said again: what filling took when this folder was made
            result |= json.loads(taken.read_text())
        return

    def tell(what: str, done: int, of: int) -> None:
        print(f"\r  {what} {done}/{of}   ", end="", file=sys.stderr)

    with clock(result, "filled"):
        filled = filling.fill(persons=persons, seed=1, now=now, tell=tell, evaluate=False)
    result |= {"facts": filled.facts, "facts_per_second": round(filled.facts / result["filled"])}
    if evaluate:
        with clock(result, "evaluated"):
            filling.evaluate_all(now=now, tell=tell)
    taken.write_text(json.dumps({name: result[name] for name in ("filled", "facts", "facts_per_second", "evaluated") if name in result}))


def _reader(now: datetime) -> tuple[Any, list[str]]:
    """A case worker of the largest organisation, and codes of her cases."""
    from repere.accounts.acting import acting_as
    from repere.accounts.models import Membership
    from repere.cases.models import Case

    member = Membership.objects.current().get(user__email="case.worker@estran.demo.example")
    with acting_as(member.actor()) as actor:
        codes = list(Case.objects.visible_to(actor).order_by("pk").values_list("code", flat=True)[:400])
    return member, codes


Ask = tuple[str, dict[str, str] | None]
"""An address, and what is sent to it: a search is sent by POST, so that what is searched stands in no address."""


def _addresses(codes: list[str], member: Any) -> dict[str, Callable[[int], Ask]]:
    return {
        "worklist": lambda i: ("/", None),
        "search": lambda i: ("/search/", {"q": codes[i % len(codes)]}),
        "case_page": lambda i: (f"/cases/{codes[i % len(codes)]}/", None),
    }


def _session(member: Any) -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from repere.accounts.session_store import SessionStore
    from repere.accounts.sessions import BACKEND, MEMBERSHIP, begin

    store = SessionStore()
    store[SESSION_KEY] = str(member.user.pk)
    store[BACKEND_SESSION_KEY] = BACKEND
    store[HASH_SESSION_KEY] = member.user.get_session_auth_hash()
    store[MEMBERSHIP] = str(member.pk)
    begin(store, member.user, proved_by="passkey", announced="", now=datetime.now(UTC))
    store.create()
    return str(store.session_key)


def _in_process(pages: dict[str, Callable[[int], Ask]], member: Any, times: int) -> dict[str, Any]:
    """Whole answer and the part outside SQL, without the network."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    from repere.core import sealing
    from repere.web.memory import keep_what_stays

    settings.ALLOWED_HOSTS = ["*"]
    keep_what_stays()  # as each page process does
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = _session(member)
    measured: dict[str, Any] = {}
    deciphering = _clocked(sealing, "_open", "_derive")
    committing = _clocked(connection, "_commit")  # no wrapper sees it, and it is a statement like the others
    for name, address in pages.items():
        whole, outside, queries, opened = [], [], [], []
        for i in range(times + 5):
            sql, deciphering[0], committing[0] = [0.0, 0], 0.0, 0.0

            def wrapped(execute: Any, *args: Any, sql: list[float] = sql) -> Any:
                started = time.perf_counter()
                try:
                    return execute(*args)
                finally:
                    sql[0] += time.perf_counter() - started
                    sql[1] += 1

            started = time.perf_counter()
            with connection.execute_wrapper(wrapped):
                where, sent = address(i)
                answer = client.get(where) if sent is None else client.post(where, sent)
                content = len(answer.content)
            if i < 5:
                continue
            taken = time.perf_counter() - started
            assert answer.status_code == 200, (address(i), answer.status_code)
            whole.append(taken * 1000)
            outside.append((taken - sql[0] - committing[0]) * 1000)
            queries.append(sql[1])
            opened.append(deciphering[0] * 1000)
        measured[f"{name}_ms"] = spread(whole)
        measured[f"{name}_outside_sql_ms"] = spread(outside)
        measured[f"{name}_queries"] = int(max(queries))
        measured[f"{name}_bytes"] = content
        measured[f"{name}_decryption_share"] = round(sum(opened) / sum(whole), 4)
    return measured


def _clocked(module: Any, *names: str) -> list[float]:
    """Seconds spent in these functions of a module since the one number of the list was last set to nothing."""
    spent = [0.0]

    def clocked(act: Callable[..., Any]) -> Callable[..., Any]:
        def acting(*args: Any, **named: Any) -> Any:
            started = time.perf_counter()
            try:
                return act(*args, **named)
            finally:
                spent[0] += time.perf_counter() - started

        return acting

    for name in names:
        setattr(module, name, clocked(getattr(module, name)))
    return spent


def _through_http(pages: dict[str, Callable[[int], Ask]], member: Any, times: int) -> dict[str, Any]:
    from django.conf import settings

    server = subprocess.Popen(
        [sys.executable, "-m", "repere.cli", "serve", "--port", str(PORT)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        cookie = f"{settings.SESSION_COOKIE_NAME}={_session(member)}"
        _wait()
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{PORT}"}
        token = _token(headers)
        headers["Cookie"] += f"; {settings.CSRF_COOKIE_NAME}={token}"
        measured = {}
        for name, address in pages.items():
            connection = http.client.HTTPConnection("127.0.0.1", PORT)
            taken = []
            for i in range(times + 10):
                where, sent = address(i)
                body = None if sent is None else urlencode({**sent, "csrfmiddlewaretoken": token})
                started = time.perf_counter()
                connection.request("GET" if body is None else "POST", where, body=body, headers=headers)
                answer = connection.getresponse()
                content = answer.read()
                assert answer.status == 200, (where, answer.status)
                assert sent is None or sent["q"].encode() in content
                if i >= 10:
                    taken.append((time.perf_counter() - started) * 1000)
            connection.close()
            measured[f"{name}_http_ms"] = spread(taken)
        return measured
    finally:
        server.terminate()
        server.wait(20)


def _token(headers: dict[str, str]) -> str:
    """What the forms of this visitor carry."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT)
    connection.request("GET", "/search/", headers=headers)
    answer = connection.getresponse()
    answer.read()
    (cookie,) = (part for part in answer.headers.get_all("Set-Cookie", []) if "csrf" in part.lower())
    return cookie.split("=", 1)[1].split(";")[0]


def _wait() -> None:
    for _ in range(120):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=2)
            connection.request("GET", "/help/")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.5)
    raise SystemExit("The server did not start.")


def _adding(member: Any, codes: list[str], times: int) -> dict[str, float]:
    from repere.accounts.acting import acting_as
    from repere.cases.actions import record_fact
    from repere.cases.models import Case
    from repere.core.dates import PartialDate

    actor = member.actor()
    with acting_as(actor):
        cases = list(Case.objects.visible_to(actor).filter(code__in=codes[:times]).order_by("pk"))
    taken = []
    for case in cases:
        now = datetime.now(UTC)
        started = time.perf_counter()
        record_fact(
            case, kind="needs_assessed", on=PartialDate.on(now.date()), fields={"immediate": ["shelter"]}, basis="own_act",
            key=uuid4(), acting=actor, now=now,
        )  # fmt: skip
        taken.append((time.perf_counter() - started) * 1000)
    return spread(taken[3:])


if __name__ == "__main__":
    main()
