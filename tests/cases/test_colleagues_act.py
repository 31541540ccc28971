"""What a colleague does in a file that she does not follow: told to whoever does; and nobody is left with a file that she may not open."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import pytest
from django.utils import timezone

from repere.accounts.acting import acting_as
from repere.cases import actions
from repere.cases.handover.queries import unfollowed
from repere.cases.models import Case, Notice, Task
from repere.cases.refusals import Refused
from tests.cases.story import NOW, concern, record
from tests.people import Cast, Member, each_their_own

pytestmark = pytest.mark.django_db


def told(case: Case, reader: Member, step: str) -> Sequence[UUID | None]:
    with acting_as(reader.actor) as actor:
        return list(Notice.objects.visible_to(actor).filter(case=case, step=step).values_list("user_id", flat=True))


def test_a_task_that_a_colleague_sets_aside_is_told_to_who_follows_her(people: Cast) -> None:
    each_their_own(people.atalante)
    case = concern(people.amina.actor)
    record(case, people.amina.actor, "urgent_need", basis="person_said", needs=["shelter", "food"])
    with acting_as(people.amina.actor) as actor:
        hers, another = list(Task.objects.visible_to(actor).filter(case=case, closed_at=None).order_by("pk"))[:2]
    actions.waive_task(hers, reason="Déjà fait", acting=people.amina.actor, now=NOW)
    assert told(case, people.amina, "set_aside") == []
    actions.waive_task(another, reason="x", acting=people.odile.actor, now=NOW)
    assert told(case, people.amina, "set_aside") == [people.amina.user.pk]


def test_a_file_is_not_handed_to_who_is_kept_away_from_it(people: Cast) -> None:
    each_their_own(people.atalante)
    case, now = concern(people.amina.actor), timezone.now()
    actions.declare_conflict(code=case.code, about=people.odile.user.pk, acting=people.amina.actor, now=now)
    with pytest.raises(Refused) as refused:
        actions.hand_over_case(case, to=people.odile.user.pk, reason="Congés", acting=people.amina.actor, now=now)
    assert refused.value.code == "successor_not_possible"
    with acting_as(people.amina.actor) as actor:
        assert list(unfollowed(actor)) == []


def test_a_file_whose_only_follower_is_kept_away_is_followed_by_nobody(people: Cast) -> None:
    each_their_own(people.atalante)
    case, now = concern(people.amina.actor), timezone.now()
    actions.declare_conflict(code=case.code, about=people.amina.user.pk, acting=people.odile.actor, now=now)
    with acting_as(people.odile.actor) as actor:
        assert [one.pk for one in unfollowed(actor)] == [case.pk]
