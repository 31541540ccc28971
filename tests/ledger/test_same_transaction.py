"""No act and no look without its row: when the ledger cannot be written, nothing happens and nothing is shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError
from django.test import Client

from repere.cases import actions
from repere.cases.models import Fact
from tests.cases.story import concern, record
from tests.ledger.chain import as_login
from tests.people import Cast


@contextmanager
def ledger_closed() -> Iterator[None]:
    """The pages' role loses its right to add a row, as after a mistake in the rights."""
    with as_login("owner") as owner:
        owner.execute("REVOKE INSERT ON ledger_entry FROM repere_web")
        yield
        owner.execute("GRANT INSERT ON ledger_entry TO repere_web")


def test_an_act_without_its_row_is_not_done(committing_db: str, people: Cast) -> None:
    """The fact is not there either."""
    case = concern(people.amina.actor)

    def facts() -> int:
        with people.amina.acts() as actor:
            return Fact.objects.visible_to(actor).filter(case=case).count()

    before = facts()
    with ledger_closed(), pytest.raises(DatabaseError):
        record(case, people.amina.actor, "urgent_need", needs=["shelter"])
    assert facts() == before
    assert record(case, people.amina.actor, "urgent_need", needs=["shelter"]).pk


def test_a_name_is_not_written_without_its_row(committing_db: str, people: Cast) -> None:
    case = concern(people.amina.actor)
    with ledger_closed(), pytest.raises(DatabaseError):
        actions.set_identity(
            case.person_id, tier="identity", values={"given_names": "Véga"}, acting=people.amina.actor, now=datetime.now(UTC)
        )


def test_a_page_that_cannot_be_written_down_is_not_shown(committing_db: str, people: Cast) -> None:
    """Nothing of the file is in the answer."""
    case = concern(people.amina.actor)
    client = people.amina.sign_in(Client(raise_request_exception=False))
    assert case.pseudonym in client.get(f"/cases/{case.code}/").content.decode()
    with ledger_closed():
        answer = client.get(f"/cases/{case.code}/")
    assert answer.status_code >= 500
    assert case.pseudonym not in answer.content.decode()
    assert case.code not in answer.content.decode()
