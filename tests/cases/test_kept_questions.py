"""A question composed once answers as one composed anew, to each actor her own, and never to nobody."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import CharField, DateTimeField, QuerySet, UUIDField

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.kept import Given, kept, kept_counts
from repere.accounts.scope import UnscopedQuery
from repere.cases.models import Case, Fact
from repere.cases.queries.worklist import worklist
from tests.cases.story import NOW, concern
from tests.people import Cast


@kept
def _of_code(actor: Actor) -> QuerySet[Case]:
    return Case.objects.visible_to(actor).filter(code=Given("code", CharField())).select_related("organisation")


@kept
def _facts_until(actor: Actor) -> QuerySet[Any, Any]:
    rows = Fact.objects.visible_to(actor).filter(case_id=Given("case", UUIDField()), recorded_at__lte=Given("until", DateTimeField()))
    return rows.order_by("revision").values_list("pk", flat=True)


@kept_counts
def _numbers(actor: Actor) -> dict[str, Any]:
    seen = Case.objects.visible_to(actor)
    return {"files": seen[:5], "facts": Fact.objects.visible_to(actor), "none": seen.none()}


@kept
def _nobody_asks() -> QuerySet[Case]:
    return Case.objects.filter(code=Given("code", CharField()))


@kept_counts
def _nobody_counts() -> dict[str, Any]:
    return {"files": Case.objects.all()}


@pytest.mark.django_db
def test_what_is_told_each_time_decides(people: Cast) -> None:
    amina = people.amina.actor
    first, second = concern(amina), concern(amina)
    with acting_as(amina), connection.execute_wrapper(_no_more_than(5)):
        assert [row.pk for row in _of_code(amina, code=first.code)] == [first.pk]
        assert [row.organisation.name for row in _of_code(amina, code=second.code)] == [second.organisation.name]
        assert _of_code(amina, code="") == []
        known = list(Fact.objects.visible_to(amina).filter(case=first).order_by("revision").values_list("pk", flat=True))
    assert known
    with acting_as(amina):
        assert _facts_until(amina, case=first.pk, until=NOW + timedelta(days=9999)) == known
        assert _facts_until(amina, case=first.pk, until=NOW - timedelta(days=9999)) == []
        with pytest.raises(KeyError):
            _facts_until(amina, case=first.pk)


def _no_more_than(most: int) -> Any:
    asked = []

    def wrapper(execute: Any, *args: Any) -> Any:
        asked.append(args[0])
        assert len(asked) <= most, asked
        return execute(*args)

    return wrapper


@pytest.mark.django_db
def test_each_reader_has_her_own(people: Cast) -> None:
    hers, theirs = concern(people.amina.actor), concern(people.ines.actor)
    for reader, own, other in ((people.amina.actor, hers, theirs), (people.ines.actor, theirs, hers), (people.amina.actor, hers, theirs)):
        with acting_as(reader):
            assert [row.pk for row in _of_code(reader, code=own.code)] == [own.pk]
            assert _of_code(reader, code=other.code) == []
            assert _numbers(reader)["files"] == Case.objects.visible_to(reader).count() == 1


@pytest.mark.django_db
def test_a_text_of_another_reader_opens_nothing(people: Cast) -> None:
    """The database asks who acts, whatever the text says."""
    case = concern(people.amina.actor)
    with acting_as(people.amina.actor):
        assert _of_code(people.amina.actor, code=case.code)
    with acting_as(people.ines.actor):
        assert _of_code(people.amina.actor, code=case.code) == []
        assert set(_numbers(people.amina.actor).values()) == {0}


@pytest.mark.django_db
def test_nobody_is_answered(people: Cast) -> None:
    concern(people.amina.actor)
    with acting_as(people.amina.actor):
        with pytest.raises(UnscopedQuery):
            _nobody_asks(code="x")
        with pytest.raises(UnscopedQuery):
            _nobody_counts()


@pytest.mark.django_db
def test_a_slice_bounds_what_is_counted_and_nothing_is_none(people: Cast) -> None:
    amina = people.amina.actor
    for _ in range(7):
        concern(amina)
    with acting_as(amina):
        facts = Fact.objects.visible_to(amina).count()
        assert facts > 7
        assert _numbers(amina) == {"files": 5, "facts": facts, "none": 0}


@pytest.mark.django_db
def test_rows_are_whole_and_may_be_written(people: Cast) -> None:
    """A row that was read so is the model's own, and not another's."""
    amina = people.amina.actor
    case = concern(amina)
    with acting_as(amina):
        [one], [again] = _of_code(amina, code=case.code), _of_code(amina, code=case.code)
        assert one == again == Case.objects.visible_to(amina).get(pk=case.pk)
        assert one is not again
        assert not one.get_deferred_fields()
        assert one._state.db == "default"
        assert not one._state.adding


@kept
def _facts_of(actor: Actor) -> QuerySet[Fact]:
    return Fact.objects.visible_to(actor).filter(case_id=Given("case", UUIDField())).select_related("organisation", "user").order_by("pk")


@pytest.mark.django_db
def test_every_column_is_read_as_django_reads_it(people: Cast) -> None:
    """How a column becomes a value is found once for a question: codes, days, sealed bytes and keys come out alike each time."""
    amina = people.amina.actor
    cases = [concern(amina), concern(amina)]
    with acting_as(amina):
        for case in (*cases, *cases):
            plain = Fact.objects.visible_to(amina).filter(case=case).order_by("pk")
            assert [_values(row) for row in _facts_of(amina, case=case.pk)] == [_values(row) for row in plain]


def _values(fact: Fact) -> dict[str, Any]:
    values = {field.attname: getattr(fact, field.attname) for field in Fact._meta.concrete_fields}
    assert isinstance(values["fields"], dict)
    return values | {"organisation": fact.organisation.name, "user": fact.user and fact.user.name}


def test_two_threads_ask_the_same_text_at_once(committing_db: str, people: Cast) -> None:
    """Each on the connection of its own thread, as its own reader."""
    both = [(people.amina.actor, concern(people.amina.actor)), (people.ines.actor, concern(people.ines.actor))]

    def ask(turn: int) -> list[bool]:
        reader, case = both[turn % 2]
        try:
            with acting_as(reader):
                return [[row.pk for row in _of_code(reader, code=one.code)] == ([one.pk] if one is case else []) for _, one in both]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert all(all(said) for said in pool.map(ask, range(24)))


@pytest.mark.django_db
def test_the_worklist_moves_with_the_hour(people: Cast) -> None:
    """The text was composed this week; what is new next week is asked of next week."""
    amina = people.amina.actor
    concern(amina)
    with acting_as(amina):
        counts = [worklist(amina, now=NOW + timedelta(days=days)).counts["new"] for days in (0, 400, 0)]
        assert counts == [1, 0, 1]
        assert len(worklist(amina, now=NOW, tab="new").new) == 1
