"""Directed questions about what is never listed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction

from repere import ledger
from repere.directory.doors import is_past_probation, who
from repere.directory.entry_models import Question
from repere.directory.refusals import Refused
from repere.directory.territory import regions
from repere.directory.tiers import ASKING_ROLES
from repere.directory.vocabulary import AUDIENCES
from repere.ledger.actions import Acting

QUESTIONS_A_DAY = 10
"""Per person; enough for work, too few to draw a map. Our choice."""


def ask_for_safe_place(*, region: str, audience: str = "", acting: Acting, now: datetime) -> bool:
    """Whether a safe place for this audience is known in a région: yes or no, and nothing else. Counted and written down."""
    if acting.role not in ASKING_ROLES:
        raise Refused("not_your_role")
    if not is_past_probation(acting):
        raise Refused("not_past_probation")
    if region not in regions():
        raise Refused("unknown_territory", value=region)
    if audience and audience not in AUDIENCES:
        raise Refused("unknown_code", value=audience, field="audience")
    asked = Question.objects.filter(user_id=who(acting).user_id, asked_at__gt=now - timedelta(days=1)).count()
    if asked >= QUESTIONS_A_DAY:
        raise Refused("too_many_questions", count=asked)
    with transaction.atomic():
        Question.objects.create(
            user_id=who(acting).user_id, organisation_id=who(acting).organisation_id, asked_at=now, region=region, audience=audience
        )
        ledger.record(acting, "ask_for_safe_place", detail={"region": region, "audience": audience})
        with connection.cursor() as cursor:
            # The rows themselves are not readable here: a function of the owner answers yes or no.
            cursor.execute("SELECT directory_safe_place(%s, %s)", [region, audience])
            return bool(cursor.fetchone()[0])
