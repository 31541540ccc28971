"""A file about nobody: like any other on every page, left out of every count, noticed when it is opened."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.cases import jobs
from repere.cases.actions.canaries import make_canary
from repere.cases.models import Alert, Canary, Task, View
from repere.cases.readers import watch_readers
from tests.people import Cast

pytestmark = pytest.mark.django_db
NAME = {"given_names": "Mimosa", "family_names": "Galerne"}


@pytest.fixture
def decoy(people: Cast):
    acting = Actor(user_id=None, organisation_id=people.atalante.pk, role="case_worker", kind="system", label="system:lists")
    return make_canary(NAME, jurisdiction="FR", territory="69", role="case_worker", acting=acting, now=datetime.now(UTC))


@pytest.mark.parametrize("still_open", [False, True])
def test_it_asks_nothing_of_anybody(still_open: bool, people: Cast, signed_in, as_role) -> None:
    """Closed, or open among open files: once it was judged it stands in no list of work either, and nobody is told of it."""
    acting = Actor(user_id=None, organisation_id=people.atalante.pk, role="case_worker", kind="system", label="system:lists")
    now = datetime.now(UTC)
    made = make_canary(
        NAME, jurisdiction="FR", territory="69", role="case_worker", acting=acting, now=now, still_open=still_open
    )  # fmt: skip
    assert (made.closed_on is None) is still_open
    with acting_as(acting):
        views = [str(pk) for pk in View.objects.visible_to(acting).filter(case=made).values_list("pk", flat=True)]
    assert len(views) == 1
    with as_role("worker"):
        jobs.evaluate_views(views)
    with people.amina.acts() as actor:
        assert not Task.objects.visible_to(actor).exists()
    client = signed_in(people.amina)
    for tab in ("overdue", "due", "waiting", "new", "later"):
        assert made.code not in client.get(f"/?tab={tab}").content.decode()


def test_whoever_searches_its_name_finds_it_and_is_noticed(people: Cast, decoy, signed_in, as_role) -> None:
    """Only somebody who looks for what is none of her work gets there."""
    client = signed_in(people.odile)
    client.post("/search/", {"q": "Mimosa Galerne"})
    assert client.get(f"/cases/{decoy.code}/").status_code == 200
    with as_role("worker"):
        watch_readers(now=datetime.now(UTC))
    with people.chloe.acts() as actor:
        assert Alert.objects.visible_to(actor).filter(rule="canary").values_list("user_id", flat=True)[0] == people.odile.user.pk


def test_the_worker_knows_it_and_only_for_its_organisation(people: Cast, decoy, as_role) -> None:
    """Another house's job does not learn which of our files is nobody's."""
    found = {}
    for organisation in (people.atalante, people.ines.organisation):
        acting = Actor.system("lists", organisation_id=organisation.pk)
        with as_role("worker"), acting_as(acting):
            found[organisation.name] = list(Canary.objects.visible_to(acting).values_list("decoy", flat=True))
    assert found == {"Atalante": [decoy.person_id], "Sirius": []}
