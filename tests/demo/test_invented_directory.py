"""The invented directory: found, with vacancies, and what is hidden in it hidden."""

from datetime import UTC, datetime

import pytest

from repere.accounts.acting import acting_as
from repere.accounts.models import ADMINISTRATOR, Membership
from repere.accounts.queries import demonstration_cast
from repere.accounts.rootkey import make_root_key
from repere.demo import directory
from repere.demo.filling import BODIES, _found
from repere.directory.entry_models import Service
from repere.directory.queries.coverage import Cover, coverage
from repere.directory.queries.search import find, understand
from repere.directory.territory import territories

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def filled(db, settings):
    settings.REPERE_DEMO = True
    make_root_key()
    for body in BODIES:
        _found(body, "!")
    return directory.fill(seed=1, now=NOW)


def test_everybody_of_the_invented_organisations_may_be_tried_with_one_click(filled):
    """The coordination's pages and the recognition body's were out of reach behind a limit."""
    offered = {(membership.organisation.name, membership.role) for membership in demonstration_cast()}
    assert offered == {(body.name, role) for body in BODIES for role in body.roles if role != ADMINISTRATOR}


def test_it_is_there_once_and_shows_what_a_real_one_would(filled):
    """A referent, an interpreter, vacancies and contacts gone stale; a second filling adds nothing."""
    assert filled > 300
    assert directory.fill(seed=1, now=NOW) == 0
    with acting_as(Membership.objects.current().get(user__email="case.worker@boussole.demo.example").actor()) as actor:
        states = set(coverage(actor, "referent_prefecture", on=NOW.date()).values())
        assert {Cover.COVERED, Cover.VACANT, Cover.STALE, Cover.NEVER} == states
        assert find(actor, understand("interprète edo formé"), on=NOW.date()).lines
        assert find(actor, understand("SIAO 115 Rhône"), on=NOW.date()).lines
        for words in ("avocat Lyon", "hôpital 69", "psychologue", "aide juridique Marseille", "115 Guadeloupe"):
            assert find(actor, understand(words), on=NOW.date()).lines, words
        assert Service.objects.visible_to(actor).filter(function="siao").count() == len(territories()), "one in each territory"
        names = str(list(Service.objects.values_list("name", flat=True)))
        assert "Soutien psychologique · " in names
        assert not any(english in names for english in ("Health check", "Psychological support", "Legal help", "emergency housing"))
        assert not any(name in names for name, _region in directory.HIDDEN)
