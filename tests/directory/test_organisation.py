"""Organisations."""

import pytest

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.directory.models import Organisation


@pytest.mark.django_db
@pytest.mark.parametrize("demo", [True, False])
def test_an_organisation_is_invented_on_a_demonstration_only(settings, demo: bool) -> None:
    """Whoever makes it: nothing real can be entered as invented, nor the reverse."""
    settings.REPERE_DEMO = demo
    with acting_as(Actor.system("founding")):
        made = Organisation.objects.create(name="Essai", kind=Organisation.Kind.ASSOCIATION)
    assert made.is_invented is demo


@pytest.mark.django_db
def test_an_organisation_may_do_nothing_before_it_was_let_in() -> None:
    """Closed by default: what nobody vetted does not work."""
    with acting_as(Actor.system("founding")):
        made = Organisation.objects.create(name="Essai", kind=Organisation.Kind.ASSOCIATION)
    assert made not in Organisation.objects.working()
    assert made not in Organisation.objects.vetting()
