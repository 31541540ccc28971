"""What row-level security costs a list page: `python -m bench.policy --rows 1000000`.

One table of cases and one of tasks of that many rows, over twenty organisations, written past every policy by the server's own superuser.
The statements of the lists are the very ones that the pages make; each runs as the pages' role and, in turn, as the superuser, to
whom no policy applies. Both meet the same condition of the query, so the ratio is the price of the second lock alone.
"""

from __future__ import annotations

import argparse
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID, uuid4

import psutil

from bench.measuring import ROOT, clock, machine, say, spread
from bench.pages import _wake

BODIES = 20
FILLING = (
    "INSERT INTO cases_person (id, organisation_id, created_at) SELECT md5('p' || n)::uuid, (%(bodies)s::uuid[])[1 + n %% {bodies}], now()"
    " FROM generate_series(1, %(rows)s) n",
    "INSERT INTO cases_case (id, code, person_id, organisation_id, jurisdiction, mechanism, territory, zone, role, pseudonym, opened_on,"
    " opened_at, revision, status_on, agreed) SELECT md5('c' || n)::uuid, lpad(n::text, 8, '0'), md5('p' || n)::uuid,"
    " (%(bodies)s::uuid[])[1 + n %% {bodies}], 'FR', 'fr', '69', 'Europe/Paris', 'case_worker', 'Genêt ' || n, current_date,"
    " now() - n * interval '1 second', 1, current_date, '{{}}'"
    " FROM generate_series(1, %(rows)s) n",
    "INSERT INTO cases_view (id, case_id, organisation_id, owner_id, zone, mechanism, mechanism_hash, revision) SELECT md5('v' || n)::uuid,"
    " md5('c' || n)::uuid, (%(bodies)s::uuid[])[1 + n %% {bodies}], (%(bodies)s::uuid[])[1 + n %% {bodies}], 'Europe/Paris', 'fr', '', 1"
    " FROM generate_series(1, %(rows)s) n",
    "INSERT INTO cases_task (id, view_id, case_id, organisation_id, owner_id, rule_id, role, level, opened_at, overdue_at, plan, closing)"
    " SELECT md5('t' || n)::uuid, md5('v' || n)::uuid, md5('c' || n)::uuid, (%(bodies)s::uuid[])[1 + n %% {bodies}],"
    " (%(bodies)s::uuid[])[1 + n %% {bodies}], 'common.assess_needs', 'case_worker', 'choice', now(),"
    " now() + (n %% 4000 - 400) * interval '1 hour', '[]', '' FROM generate_series(1, %(rows)s) n",
    "INSERT INTO cases_assignment (id, case_id, person_id, owner_id, user_id, way, since) SELECT gen_random_uuid(), c.id, c.person_id,"
    " c.organisation_id, %(user)s, 'opened', now() FROM cases_case c WHERE c.organisation_id = %(own)s LIMIT 300",
)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--times", type=int, default=40)
    options.add_argument("--home", type=Path, default=ROOT / "var" / "bench-policy")
    chosen = options.parse_args()
    os.environ |= {"REPERE_HOME": str(chosen.home), "REPERE_DEMO": "1", "DJANGO_SETTINGS_MODULE": "repere.web.settings"}
    _wake()

    from repere.accounts.acting import acting_as
    from repere.cases.models import Case, Task
    from repere.web import database
    from repere.web.installation import migrate

    migrate()
    member = _member()
    actor = member.actor()
    result: dict[str, Any] = {"machine": machine(), "rows": chosen.rows}
    with database.admin_connection(database.address().name) as past:
        with clock(result, "filled"):
            _fill(past, actor, chosen.rows)
        now = datetime.now(UTC)
        open_tasks = Task.objects.visible_to(actor).filter(organisation=actor.organisation_id, closed_at=None)
        lists = {
            "worklist": open_tasks.filter(overdue_at__lte=now + timedelta(days=30))
            .select_related("case")
            .order_by("overdue_at", "pk")[:50],
            "cases": Case.objects.visible_to(actor).filter(organisation=actor.organisation_id).order_by("-opened_at", "pk")[:50],
        }
        with acting_as(actor):
            for name, asked in lists.items():
                result[name] = _compare(past, asked, chosen.times)
        result["page"] = _pages(member, chosen.times)
    result["figures"] = [
        [
            f"worklist page with row-level security against without, {chosen.rows:,} files", "≤ 1.3",
            f"ratio {result['page']['processor_ratio']} of processor time, {result['page']['ratio']} by the clock",
        ],
        *([f"{name}, the bare statement, the same", "", f"ratio {result[name]['ratio']}"] for name in lists),
    ]
    say(result)


def _member() -> Any:
    """A case worker of an invented organisation; made once per home."""
    from repere.accounts.models import Membership
    from tests.people import cast

    found = Membership.objects.current().filter(role="case_worker").order_by("created_at").first()
    return found or cast().amina.membership


def _pages(member: Any, times: int) -> dict[str, Any]:
    """The whole worklist page, as the pages' role and as the superuser, in turn.

    Processor time of this process and of its connection, in ms a page: on a machine that does other work it says more than the clock.
    """
    from django.conf import settings
    from django.db import connection
    from django.test import Client

    from bench.pages import _session
    from repere.web import database
    from repere.web.home import secret

    settings.ALLOWED_HOSTS = ["*"]
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = _session(member)
    own = {key: connection.settings_dict[key] for key in ("USER", "PASSWORD")}
    # `acting()` believes only proofs made for its own key: the superuser reads it like everybody, and no policy applies to it.
    past = {"USER": database.BOOTSTRAP, "PASSWORD": secret("db_bootstrap")}
    shut: tuple[list[float], list[float]] = ([], [])
    free: tuple[list[float], list[float]] = ([], [])
    for log_in, (wall, processor) in ((own, shut), (past, free)) * 4:
        connection.close()
        connection.settings_dict |= log_in
        _ask(client, 3)
        before = _processor_ms()
        wall += _ask(client, times // 4)
        processor.append((_processor_ms() - before) / (times // 4))
    connection.close()
    connection.settings_dict |= own
    with_policies, without = spread(shut[0]), spread(free[0])
    return {
        "with_policies_ms": with_policies, "without_ms": without, "ratio": round(with_policies["median"] / without["median"], 2),
        "processor_with_ms": round(median(shut[1]), 1), "processor_without_ms": round(median(free[1]), 1),
        "processor_ratio": round(median(shut[1]) / median(free[1]), 2),
    }  # fmt: skip


def _ask(client: Any, times: int) -> list[float]:
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        answer = client.get("/?tab=due")
        taken.append((time.perf_counter() - started) * 1000)
        assert answer.status_code == 200, answer.status_code
    return taken


def _processor_ms() -> float:
    """Of this process and of the server's process that answers its connection."""
    from django.db import connection

    server = psutil.Process(connection.connection.info.backend_pid).cpu_times()
    return (time.process_time() + server.user + server.system) * 1000


def _fill(past: Any, actor: Any, rows: int) -> None:
    """Anew each time: rows of an earlier run are removed first."""
    past.execute("SET session_replication_role = replica")
    past.execute(
        "TRUNCATE cases_task, cases_finding, cases_view, cases_fact, cases_grant, cases_assignment, cases_case, cases_person CASCADE"
    )
    bodies: list[UUID] = [actor.organisation_id, *(uuid4() for _ in range(BODIES - 1))]
    values = {"bodies": bodies, "rows": rows, "user": actor.user_id, "own": actor.organisation_id}
    for statement in FILLING:
        past.execute(statement.format(bodies=BODIES), values)
    past.execute("ANALYZE")


def _compare(past: Any, asked: Any, times: int) -> dict[str, Any]:
    """The same statement under the policies and past them, in turn, so that both meet the same machine."""
    from django.db import connection

    statement, values = asked.query.sql_with_params()
    with connection.cursor() as cursor:
        own = cursor
        shut, free = [], []
        for _ in range(times):
            shut.append(_once(own, statement, values))
            free.append(_once(past, statement, values))
        own.execute("EXPLAIN " + statement, values)
        plan = "\n".join(str(row[0]) for row in own.fetchall())
    small = ("cases_reach", "cases_teampractice", "cases_assignment", "cases_breakglass", "cases_conflictofinterest", "cases_grant")
    scans = [line.strip() for line in plan.splitlines() if "Seq Scan" in line and not any(table in line for table in small)]
    with_policies, without = spread(shut), spread(free)
    ratio = round(sorted(shut)[len(shut) // 2] / sorted(free)[len(free) // 2], 2)
    return {"with_policies_ms": with_policies, "without_ms": without, "ratio": ratio, "sequential_scans": scans}


def _once(where: Any, statement: str, values: Any) -> float:
    started = time.perf_counter()
    (where.execute(statement, values) or where).fetchall()
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    main()
