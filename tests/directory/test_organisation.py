"""Organisations."""

import pytest

from repere.directory.models import Organisation


@pytest.mark.django_db
@pytest.mark.parametrize("demo", [True, False])
def test_an_organisation_is_invented_on_a_demonstration_only(settings, demo: bool) -> None:
    """Whoever makes it: nothing real can be entered as invented, nor the reverse."""
    settings.REPERE_DEMO = demo
    assert Organisation.objects.create(name="Essai", kind=Organisation.Kind.ASSOCIATION).is_invented is demo
