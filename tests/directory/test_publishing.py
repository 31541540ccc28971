"""What anybody may read is a copy, made by the job: the public tier, vacancies of the State, and of protected functions a region, late."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from repere.accounts.directory_jobs import publish_directory
from repere.directory import actions
from repere.directory.actions.publishing import TOLD_AFTER
from repere.directory.entry_models import PublishedCoverage, PublishedRegion, PublishedService, RegionKept, Service
from repere.directory.queries.coverage import Cover
from repere.directory.vocabulary import PROTECTED
from tests.directory.entries import entry, held, reached, vetted
from tests.people import Cast

AsRole = Callable[[str], Any]
NOW = datetime(2026, 6, 1, 10, tzinfo=UTC)
TODAY = NOW.date()
HIDDEN = {"structure": "Foyer Mésange", "kind": "shelter", "function": "shelter", "name": "Accueil Mésange bleue", "tier": 2,
          "territories": ["69"], "audiences": ["women"], "phone": "+33 1 99 00 55 66"}  # fmt: skip
STRINGS = ("Mésange", "mesange", "199005566", "1 99 00 55 66")


def raw(statement: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def published(as_role: AsRole, *, now: datetime) -> int:
    with as_role("worker"):
        return publish_directory(now=now)


def regions_told(as_role: AsRole) -> dict[tuple[str, str], date]:
    with as_role("public"):
        return {(one.function, one.region): one.as_of for one in PublishedRegion.objects.all()}


def shelters(people: Cast, count: int, *, function: str = "shelter", tier: int = 1, first: int = 0) -> list[Service]:
    return [
        vetted(people, people.pascal, structure=f"Corps {number}", kind="shelter", function=function, name=f"Accueil {number}", tier=tier)
        for number in range(first, first + count)
    ]


def test_what_is_published_is_the_public_tier_without_any_person(people: Cast, as_role: AsRole) -> None:
    """The role of the public pages reads that copy and none of our tables; the pages' role cannot publish."""
    entry(people.sonia, **HIDDEN)
    vetted(people, people.pascal)
    public = vetted(people, people.pascal, tier=0, structure="Préfecture publique", name="Accueil public")
    held(public, people.pascal, people.bruno, since=date(2026, 1, 1))
    assert published(as_role, now=NOW) == 1
    with as_role("public"):
        assert [one.pk for one in PublishedService.objects.all()] == [public.pk]
        text = "".join(str(raw(f"SELECT * FROM published.directory_{part}")) for part in ("service", "coverage", "region"))
        for table in ("service", "contact", "mandate", "organisation", "secret", "regionkept"):
            with pytest.raises(DatabaseError), transaction.atomic():
                raw(f"SELECT * FROM directory_{table}")
    assert "Camille" not in text
    assert not any(string in text for string in STRINGS)
    with people.amina.acts() as acting, pytest.raises(DatabaseError), transaction.atomic():
        actions.publish(acting=acting, now=NOW)


def test_vacancies_of_the_state_are_told_by_departement_as_they_stand(people: Cast, as_role: AsRole) -> None:
    """Turnover was hidden before. That somebody held a post and left can be read by anybody, the next day."""
    made = vetted(people, people.pascal)
    mandate = held(made, people.pascal, people.bruno, since=date(2026, 1, 1))
    reached(made, people.bruno, now=NOW)

    def state(code: str) -> str:
        with as_role("public"):
            return PublishedCoverage.objects.get(function="referent_prefecture", territory=code).state

    published(as_role, now=NOW)
    assert (state("69"), state("01")) == (Cover.COVERED, Cover.NEVER)
    with people.pascal.acts() as acting:
        actions.end_mandate(mandate.pk, ended_on=TODAY, acting=acting, now=NOW)
    published(as_role, now=NOW + timedelta(days=1))
    assert state("69") == Cover.VACANT
    with as_role("public"):
        assert not PublishedCoverage.objects.filter(function__in=PROTECTED).exists()


def test_a_protected_function_is_told_late_and_by_region_only(people: Cast, as_role: AsRole) -> None:
    """A shelter that opens is not to be dated from the public map."""
    shelters(people, 3)
    published(as_role, now=NOW)
    assert regions_told(as_role) == {}
    for days in range(1, TOLD_AFTER.days, 20):
        published(as_role, now=NOW + timedelta(days=days))
        assert regions_told(as_role) == {}, f"told after {days} days"
    published(as_role, now=NOW + TOLD_AFTER - timedelta(days=1))
    assert regions_told(as_role) == {}
    published(as_role, now=NOW + TOLD_AFTER)
    assert regions_told(as_role) == {("shelter", "84"): TODAY}


def test_a_protected_function_that_ends_is_told_late_too(people: Cast, as_role: AsRole) -> None:
    """Otherwise the day on which a line disappears would tell which body closed."""
    opened = shelters(people, 3)
    published(as_role, now=NOW)
    later = NOW + TOLD_AFTER
    with people.pascal.acts() as acting:
        actions.close_service(opened[0].pk, acting=acting, now=later)
    published(as_role, now=later)
    assert regions_told(as_role) == {("shelter", "84"): TODAY}
    published(as_role, now=later + TOLD_AFTER - timedelta(days=1))
    assert regions_told(as_role) != {}
    published(as_role, now=later + TOLD_AFTER)
    assert regions_told(as_role) == {}


@pytest.mark.parametrize("function", PROTECTED)
def test_below_the_threshold_nothing_is_told_however_old(people: Cast, as_role: AsRole, function: str) -> None:
    """Two bodies and any number of hidden ones: the région is not there at all, which also says nothing of why."""
    shelters(people, 2, function=function)
    for number in range(3):
        hidden = entry(people.sonia, **HIDDEN | {"function": function, "structure": f"Caché {number}", "name": f"Caché {number}"})
        with people.sonia.acts() as acting:
            actions.vouch(hidden.pk, reason="visité", acting=acting, now=NOW)
            actions.show_to(hidden.pk, people.prefecture.pk, acting=acting, now=NOW)
        with people.pascal.acts() as acting:
            actions.vouch(hidden.pk, reason="visité avec eux", acting=acting, now=NOW)
    for days in (0, TOLD_AFTER.days, 2 * TOLD_AFTER.days):
        published(as_role, now=NOW + timedelta(days=days))
    assert regions_told(as_role) == {}
    shelters(people, 1, function=function, first=2)
    published(as_role, now=NOW + timedelta(days=400))
    published(as_role, now=NOW + timedelta(days=400) + TOLD_AFTER)
    assert set(regions_told(as_role)) == {(function, "84")}


def test_a_protected_entry_of_the_public_tier_is_not_copied_by_its_name(people: Cast, as_role: AsRole) -> None:
    """Somebody chose the wrong tier; it still gets into no public copy."""
    shelters(people, 1, tier=0)
    assert published(as_role, now=NOW) == 0


def test_publishing_twice_leaves_the_same_copy(people: Cast, as_role: AsRole) -> None:
    shelters(people, 3)
    vetted(people, people.pascal, tier=0, structure="Préfecture publique", name="Accueil public")
    for _ in range(2):
        published(as_role, now=NOW)
    with as_role("public"):
        assert PublishedService.objects.count() == 1
    with people.ines.acts(), pytest.raises(DatabaseError), transaction.atomic():
        list(RegionKept.objects.all())
