"""Sending twice does it once: the key of the sender leads to the first result."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from django.db import connection

from repere.accounts.actor import Actor
from repere.cases.refusals import Refused

CLAIM = """
    INSERT INTO cases_receipt (id, organisation_id, key, act, result, at) VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (organisation_id, key) DO NOTHING
"""
READ = "SELECT act, result FROM cases_receipt WHERE organisation_id = %s AND key = %s"


def claim(key: UUID, act: str, result: UUID, *, acting: Actor, now: datetime) -> UUID | None:
    """None when this act is the first under its key; else the result of the first. Waits while the first is being done."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [uuid4(), acting.organisation_id, key, act, result, now])
        if cursor.rowcount:
            return None
        cursor.execute(READ, [acting.organisation_id, key])
        first_act, first_result = cursor.fetchone()
    if first_act != act:
        raise Refused("key_used")
    return UUID(str(first_result))
