"""The inbox with many open referrals, as the receiver and the sender read it: `python -m bench.referrals --open 5000`.

In a home of its own, made and dropped here. Offers are inserted for two invented organisations; the inbox is then read as the pages' role,
under row-level security.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from bench.measuring import clock, machine, say, spread, timed


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--open", type=int, default=5000)
    options.add_argument("--times", type=int, default=60)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="rp-", dir="/tmp") as home:
        os.environ |= {"REPERE_HOME": home, "REPERE_DEMO": "1", "DJANGO_SETTINGS_MODULE": "repere.web.settings"}
        from bench.pages import _wake
        from repere.web import embedded

        _wake()
        try:
            say(_measured(chosen.open, chosen.times))
        finally:
            embedded.stop()


def _measured(count: int, times: int) -> dict[str, Any]:
    from repere.accounts.acting import acting_as
    from repere.cases.referral import queries
    from repere.web.installation import migrate
    from tests.people import cast

    migrate()
    result: dict[str, Any] = {"machine": machine(), "open": count}
    people, now = cast(), datetime.now(UTC)
    with clock(result, "filled"):
        _fill(people, count, now)
    for who, member, tab in (("receiver", people.bruno, "to_answer"), ("sender", people.amina, "sent")):
        with acting_as(member.actor) as actor:
            result[f"{who}_ms"] = spread(timed(lambda actor=actor, tab=tab: queries.inbox(actor, tab=tab, now=now), times))  # type: ignore[misc]
    result["figures"] = [
        [f"inbox of the {who}, {count:,} open referrals, database included", "p95 ≤ 100 ms", f"p95 {result[f'{who}_ms']['p95']} ms"]
        for who in ("receiver", "sender")
    ]
    return result


def _fill(people: Any, count: int, now: datetime) -> None:
    from repere.accounts.acting import acting_as
    from repere.cases.actions.by_the_house import in_her_name
    from repere.cases.models import Offer, Referral
    from tests.cases.story import concern

    amina = people.amina.actor
    case = concern(amina)
    with acting_as(in_her_name(amina)):
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


if __name__ == "__main__":
    main()
