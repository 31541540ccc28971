"""Search among many services as the pages ask it: `python -m bench.directory --services 50000`."""

from __future__ import annotations

import argparse
import os
import tempfile
from datetime import UTC, datetime
from typing import Any

from bench.measuring import clock, machine, peak_gib, say, spread, timed

ASKED = (
    "référent traite préfecture 69", "interprète edo", "bilan de santé rhône", "soutien psychologique", "avocat seine saint denis",
    "accompagnement 13 arabe",
)  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--services", type=int, default=50_000)
    options.add_argument("--times", type=int, default=100)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="rb-", dir="/tmp") as home:
        os.environ |= {"REPERE_HOME": home, "REPERE_DEMO": "1", "DJANGO_SETTINGS_MODULE": "repere.web.settings"}
        say(_measure(chosen.services, chosen.times, chosen.seed))


def _measure(services: int, times: int, seed: int) -> dict[str, Any]:
    import django

    from repere.web import embedded

    embedded.ensure(provision=True)
    django.setup()
    from repere.accounts.acting import acting_as
    from repere.directory.queries.search import find, understand
    from repere.web.installation import migrate

    migrate()
    result: dict[str, Any] = {"machine": machine(), "services": services}
    with clock(result, "fill"):
        actor = _fill(services, seed)
    analyze()
    today = datetime.now(UTC).date()
    with acting_as(actor) as acting:
        taken = timed(lambda: [find(acting, understand(text), on=today) for text in ASKED], times)
        found = {text: len(find(acting, understand(text), on=today).lines) for text in ASKED}
    result |= {"search_ms": spread([each / len(ASKED) for each in taken]), "found": found, "peak_gib": peak_gib()}
    one = [timed(lambda text=text: _one(actor, text, today), times) for text in ASKED]  # type: ignore[misc]
    every = spread([each for part in one for each in part])
    result["search_ms"] = every
    result["figures"] = [[f"search of whom to turn to among {services:,} services", "p95 ≤ 50 ms", f"p95 {every['p95']} ms"]]
    embedded.stop()
    return result


def _one(actor: Any, text: str, today: Any) -> object:
    from repere.accounts.acting import acting_as
    from repere.directory.queries.search import find, understand

    with acting_as(actor) as acting:
        return find(acting, understand(text), on=today)


def _fill(services: int, seed: int) -> Any:
    """Services of every function, drawn over territories and languages, kept by one invented organisation."""
    import numpy as np
    from django.utils import timezone

    from repere.accounts.acting import acting_as
    from repere.accounts.actor import Actor
    from repere.directory.actions.entries import searched_words
    from repere.directory.entry_models import Service, Structure
    from repere.directory.models import Organisation
    from repere.directory.territory import territories
    from repere.directory.vocabulary import SPOKEN, Function

    rng = np.random.default_rng(seed)
    codes, functions = list(territories()), list(Function.values)
    founded = Organisation(name="Mesure", kind="coordination", state=Organisation.State.ACTIVE)
    actor = Actor.system("bench", organisation_id=founded.pk)
    with acting_as(actor):
        founded.save(force_insert=True)
        bodies = [Structure(organisation=founded, name=f"Organisme {number}", kind="other") for number in range(max(1, services // 10))]
        Structure.objects.bulk_create(bodies, batch_size=2_000)
        for start in range(0, services, 2_000):
            part = []
            for number in range(start, min(start + 2_000, services)):
                one = Service(
                    organisation=founded, structure=bodies[number % len(bodies)], function=functions[int(rng.integers(len(functions)))],
                    name=f"Service {number}", territories=[codes[int(rng.integers(len(codes)))]],
                    languages=[SPOKEN[int(rng.integers(len(SPOKEN)))], "fra"], vetted_at=timezone.now(),
                )  # fmt: skip
                one.words = searched_words(one)
                part.append(one)
            Service.objects.bulk_create(part)
    return actor


def analyze() -> None:
    """What autovacuum does within the minute after so many rows."""
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    main()
