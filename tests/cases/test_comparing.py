"""Every night records are compared with the ledger: what was slipped in behind the verbs is told, what is being written is not."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.utils import timezone

from repere.cases import actions, comparing
from repere.cases.models import Case, Fact
from repere.ledger.models import Comparison
from repere.web import readiness
from tests.cases.story import ALL_GROUPS, concern, grant, record
from tests.cases.test_bulk import row, send
from tests.people import Cast, Member
from tests.places.houses import by_worker

SLIP = "INSERT INTO cases_fact ({columns}) SELECT {values} FROM cases_fact WHERE id = %s"


def as_owner(person: UUID, *statements: tuple[str, list[object]]) -> None:
    """Whoever holds the owner's connection, working on one person."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE repere_owner")
        try:
            cursor.execute("SELECT set_config('repere.erased', %s, true)", [str(person)])
            for statement, values in statements:
                cursor.execute(statement, values)
                assert cursor.rowcount == 1, "the statement found its row"
            cursor.execute("SELECT set_config('repere.erased', '', true)")
        finally:
            cursor.execute("RESET ROLE")


def slipped_into(case: Case, like: Fact) -> UUID:
    """A fact of an old day that no verb recorded."""
    made = uuid4()
    told = {"id": f"'{made}'", "recorded_at": "'2020-01-01'", "corrects_id": "NULL", "batch": "NULL"}
    columns = [field.column for field in Fact._meta.concrete_fields]
    values = ", ".join(told.get(name, name) for name in columns)
    as_owner(case.person_id, (SLIP.format(columns=", ".join(columns), values=values), [like.pk]))
    return made


def tonight(people: Cast, **more: int) -> int:
    """How many records of Amina's body stand without their row, by the worker."""

    def compare(*, now: object) -> int:
        return comparing.compare(people.atalante.pk, now=timezone.now(), **more)

    return int(by_worker(compare))


def test_what_was_slipped_in_is_told_to_the_administrators_until_it_is_gone(
    people: Cast, signed_in: Callable[[Member], Client]
) -> None:
    """Facts of one's own, of a body that was let in, of a batch, accesses given and ended: all known. One behind the verbs: told."""
    amina = people.amina.actor
    case = concern(amina)
    fact = record(case, amina, "urgent_need", needs=["shelter"])
    given = grant(case, amina, people.boussole, ALL_GROUPS)
    record(case, people.sonia.actor, "urgent_need_met", needs=["shelter"])
    actions.end_grant(given, acting=amina, now=timezone.now())
    grant(case, amina, people.boussole, ["profile"])
    send(people, row(1), row(2))
    assert tonight(people) == 0
    page, chloe = "sans sa ligne au registre", signed_in(people.chloe)
    assert page not in chloe.get("/").content.decode()
    assert part().state == readiness.GOOD
    slipped = slipped_into(case, fact)
    assert (tonight(people), tonight(people)) == (1, 1), "told once, however often it is found"
    assert page in chloe.get("/").content.decode()
    assert part().state == readiness.POOR
    assert part().figures["without_row"] == 1
    assert readiness.is_ready([part()]), "people go on working"
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT missing FROM ledger_comparison")
    as_owner(case.person_id, ("DELETE FROM cases_fact WHERE id = %s", [slipped]))
    assert tonight(people) == 0
    assert page not in chloe.get("/").content.decode()


def part() -> readiness.Part:
    return next(one for one in readiness.parts(now=timezone.now()) if one.name == "records")


def test_an_access_made_wider_behind_the_verbs_is_told(people: Cast) -> None:
    case = concern(people.amina.actor)
    given = grant(case, people.amina.actor, people.boussole, ["profile"])
    wider = "UPDATE cases_grant SET groups = groups || '{housing}'::varchar[] WHERE id = %s"
    assert tonight(people) == 0
    as_owner(case.person_id, (wider, [given.pk]))
    assert tonight(people) == 1


def test_a_job_that_was_killed_goes_on_where_it_was(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """One person a night here: the fourth night has gone through three persons, whichever of them the slipped fact is about."""
    monkeypatch.setattr(comparing, "AT_ONCE", 1)
    cases = sorted((concern(people.amina.actor) for _ in range(3)), key=lambda case: str(case.person_id))
    fact = record(cases[-1], people.amina.actor, "urgent_need", needs=["shelter"])
    slipped_into(cases[-1], fact)
    told, after = [], []
    for _night in range(4):
        told.append(tonight(people, most=1))
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE repere_worker")
            after.append(Comparison.objects.get(pk=people.atalante.pk).after_person)
            cursor.execute("RESET ROLE")
    assert after[:3] == [case.person_id for case in cases]
    assert (told, after[3]) == ([0, 0, 1, 1], None)


def test_what_is_written_meanwhile_is_no_alarm(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read before its row could be seen, a record is read once more."""
    case = concern(people.amina.actor)
    record(case, people.amina.actor, "urgent_need", needs=["shelter"])
    really, empty = comparing._told_about, [comparing._Told()]
    monkeypatch.setattr(comparing, "_told_about", lambda persons: empty.pop() if empty else really(persons))
    assert tonight(people) == 0
    assert not empty
