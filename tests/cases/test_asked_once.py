"""A condition put into SQL once for each reader answers as the declared one, wherever the query is put."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db.models import Exists, OuterRef, Q, QuerySet

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.cases.models import Case, Fact, Task
from repere.cases.models.asked import Asked, asked
from repere.cases.models.scope import _REACH
from tests.cases.story import concern
from tests.people import Cast

pytestmark = pytest.mark.django_db


def declared(model: type[Case] | type[Fact] | type[Task], actor: Actor) -> QuerySet[Case | Fact | Task]:
    """The same as `.visible_to(actor)`, composed anew."""
    found = model.objects.filter(_REACH[model](actor, False))
    found._scoped = True
    return found


def _without_brackets(sql: str) -> str:
    return sql.replace("(", "").replace(")", "")


@pytest.mark.parametrize("model", [Case, Fact, Task])
def test_the_kept_text_is_the_declared_one(model: type[Case], people: Cast) -> None:
    for member in (people.amina, people.odile):
        actor = member.actor
        kept = asked(model, _REACH[model], actor, False)
        assert isinstance(kept, Asked)
        anew, known = (str(query.query) for query in (declared(model, actor), model.objects.visible_to(actor)))
        assert _without_brackets(known) == _without_brackets(anew)


def test_another_reader_has_another_text(people: Cast) -> None:
    stranger = Actor(uuid4(), uuid4(), people.amina.actor.role)
    told = [asked(Fact, _REACH[Fact], actor, False) for actor in (people.amina.actor, people.odile.actor, stranger)]
    params = [str(one.params) for one in told if isinstance(one, Asked)]
    assert len(params) == len(set(params)) == 3
    for actor, said in zip((people.amina.actor, people.odile.actor, stranger), params, strict=True):
        assert str(actor.user_id) in said


def test_whoever_has_no_organisation_sees_nothing(people: Cast) -> None:
    assert isinstance(asked(Case, _REACH[Case], Actor.at_the_door(), False), Q)


@pytest.fixture
def case(people: Cast) -> Case:
    concern(people.odile.actor)
    return concern(people.amina.actor)


def test_inside_another_query_it_speaks_of_its_own_table(case: Case, people: Cast) -> None:
    actor = people.amina.actor
    with acting_as(actor):
        seen = Case.objects.visible_to(actor)
        inside = [
            Fact.objects.visible_to(actor).filter(case__in=seen),
            Fact.objects.visible_to(actor).filter(Exists(seen.filter(pk=OuterRef("case_id")))),
            Fact.objects.visible_to(actor).filter(case__in=seen.filter(pk__in=Case.objects.visible_to(actor).values("pk"))),
        ]
        anew = declared(Fact, actor).filter(case__in=declared(Case, actor))
        expected = set(anew.values_list("pk", flat=True))
        assert expected
        for query in inside:
            assert set(query.values_list("pk", flat=True)) == expected


def test_joined_by_or_and_turned_round_it_stays_the_same(case: Case, people: Cast) -> None:
    actor = people.amina.actor
    with acting_as(actor):
        seen = Case.objects.visible_to(actor)
        assert set(seen | seen.filter(code="")) == set(seen)
        assert not (seen & Case.objects.visible_to(actor).exclude(pk__in=seen.values("pk"))).exists()
