"""The inbox with many open referrals: how long one page takes, and how many statements it asks.

`python -m bench.referrals [count]`, in a home of its own (REPERE_HOME). Offers are inserted in bulk for two invented organisations; the
inbox is then read as the receiver reads it, as the pages' role, under row-level security. Target: p95 ≤ 100 ms at 5,000.
"""

from __future__ import annotations

import statistics
import sys
import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import django

ROUNDS = 40


def main(count: int) -> None:
    django.setup()
    from repere.accounts.acting import acting_as
    from repere.cases.models import Offer, Referral
    from repere.cases.referral import queries
    from tests.cases.story import concern
    from tests.people import cast

    people, now = cast(), datetime.now(UTC)
    amina, bruno = people.amina.actor, people.bruno.actor
    case = concern(amina)
    with acting_as(amina):
        for number in range(count):
            referral = Referral(
                id=uuid4(), code=f"{number:08d}", case=case, person_id=case.person_id, owner_id=case.organisation_id, purpose="support",
                groups=["profile"], ground="care", through_revision=1, package=[], digest="0" * 64, urgency="today",
                recipients=[people.boussole.pk], access_ends_at=now + timedelta(days=30), note=b"", sent_at=now, sent_by_id=amina.user_id,
            )  # fmt: skip
            referral.save(force_insert=True)
            Offer(
                id=uuid4(), referral=referral, owner_id=case.organisation_id, organisation_id=people.boussole.pk, rank=0, state="sent",
                code=referral.code, handling="share", purpose="support", urgency="today", needs={"needs": ["shelter"], "age": "adult"},
                digest=referral.digest, sent_at=now, answer_by=now + timedelta(minutes=number),
            ).save(force_insert=True)  # fmt: skip
    for name, actor in (("receiver", bruno), ("sender", amina)):
        tab, taken = ("to_answer" if name == "receiver" else "sent"), []
        for _round in range(ROUNDS):
            with acting_as(actor):
                start = time.perf_counter()
                queries.inbox(actor, tab=tab, now=now)
                taken.append((time.perf_counter() - start) * 1000)
        worst = statistics.quantiles(taken, n=20)[18]
        print(f"{name}: {count} open referrals, median {statistics.median(taken):.1f} ms, p95 {worst:.1f} ms")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
