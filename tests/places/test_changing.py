"""What is said of a shelter changes, what stood before is kept, and limits that a shelter set are kept to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import InternalError, ProgrammingError
from django.test import Client

from repere.core.needs import household
from repere.places import actions
from repere.places.models import Bed, ShelterChange, Unit
from repere.places.queries.candidates import candidates_for
from repere.places.queries.country import daily_proposal
from repere.places.queries.desk import changes_of
from repere.places.refusals import NotVisible, Refused
from tests.people import Cast, Member, member, organisation
from tests.places.houses import NOW, ask, hold, live, shelter, unit

SignIn = Callable[[Member], Client]
SAID: dict[str, Any] = {
    "name": "Maison inventée", "zone": "13", "listed": True, "languages": [], "trained_for": [], "security": 0, "men_on_site": True,
    "papers_law": "", "most_households": None, "most_minors": None,
}  # fmt: skip


def test_a_shelter_that_is_no_longer_listed_is_offered_to_nobody(people: Cast) -> None:
    house = shelter(people.sonia)
    unit(people.sonia, house)
    request = ask(people.amina)
    with people.amina.acts() as actor:
        assert candidates_for(actor, request, now=NOW).fitting_in_all == 1
    actions.change_shelter(house.pk, **SAID | {"listed": False}, acting=people.sonia.actor, now=NOW)
    with people.amina.acts() as actor:
        assert candidates_for(actor, request, now=NOW).fitting_in_all == 0
        assert not Unit.objects.visible_to(actor).exists()
        assert not Bed.objects.visible_to(actor).exists()
    actions.change_shelter(house.pk, **SAID, acting=people.sonia.actor, now=NOW)
    with people.amina.acts() as actor:
        assert candidates_for(actor, request, now=NOW).fitting_in_all == 1


def test_what_stood_before_is_kept_and_nobody_rewrites_it(people: Cast) -> None:
    house = shelter(people.sonia)
    flat = unit(people.sonia, house, gender="any")
    actions.change_shelter(house.pk, **SAID | {"zone": "84", "most_households": 3}, acting=people.sonia.actor, now=NOW)
    actions.change_unit(flat.pk, label="A", phases=["emergency"], gender="women", isolated_first=True, acting=people.sonia.actor, now=NOW)
    with people.sonia.acts() as actor:
        kept = {name: told for change in changes_of(actor, house) for name, told in change.changed.items()}
        assert kept == {
            "zone": ["13", "84"], "most_households": [None, 3], "gender": ["any", "women"], "isolated_first": [False, True],
        }  # fmt: skip
        with pytest.raises((ProgrammingError, InternalError)), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE places_shelterchange SET changed = '{}'")
    with people.ines.acts() as actor:
        assert not ShelterChange.objects.visible_to(actor).exists()


def test_nothing_changed_leaves_no_history_and_a_foreign_shelter_is_not_there(people: Cast) -> None:
    house = shelter(people.sonia)
    flat = unit(people.sonia, house)
    actions.change_shelter(house.pk, **SAID, acting=people.sonia.actor, now=NOW)
    with people.sonia.acts() as actor:
        assert changes_of(actor, house) == []
    with pytest.raises(NotVisible):
        actions.change_shelter(house.pk, **SAID | {"name": "Other"}, acting=people.amina.actor, now=NOW)
    with pytest.raises(NotVisible):
        actions.change_unit(flat.pk, label="B", phases=["emergency"], gender="any", acting=people.amina.actor, now=NOW)


@pytest.mark.parametrize(
    ("changed", "code"), [({"name": " "}, "name_needed"), ({"zone": "FR"}, "zone_needed"), ({"most_households": 0}, "limit_of_nobody")]
)
def test_a_change_that_cannot_be_is_refused(people: Cast, changed: dict[str, Any], code: str) -> None:
    house = shelter(people.sonia)
    with pytest.raises(Refused) as refused:
        actions.change_shelter(house.pk, **SAID | changed, acting=people.sonia.actor, now=NOW)
    assert refused.value.code == code


def test_papers_asked_for_keep_needing_their_text(people: Cast) -> None:
    house = shelter(people.sonia, papers_law="A text")
    unit(people.sonia, house, requires_papers=True)
    with pytest.raises(Refused) as refused:
        actions.change_shelter(house.pk, **SAID, acting=people.sonia.actor, now=NOW)
    assert refused.value.code == "papers_need_a_text"


@pytest.mark.parametrize("limit", [{"most_households": 1}, {"most_minors": 3}])
def test_a_shelter_at_its_limit_welcomes_nobody_more_until_it_says_otherwise(people: Cast, limit: dict[str, int]) -> None:
    house = shelter(people.sonia, **limit)
    one, other = (unit(people.sonia, house, label=label) for label in "ab")
    live(people.sonia, people.bruno, one)
    waiting = hold(people.amina, ask(people.amina), other)
    with pytest.raises(Refused) as refused:
        actions.accept(waiting.pk, acting=people.sonia.actor, now=NOW)
    assert refused.value.code == "at_its_limit"
    actions.change_shelter(house.pk, **SAID, acting=people.sonia.actor, now=NOW)
    assert actions.accept(waiting.pk, acting=people.sonia.actor, now=NOW).state == "accepted"


def test_the_proposal_of_the_day_keeps_to_the_limits_of_a_shelter(people: Cast) -> None:
    house = shelter(people.sonia, most_households=2)
    rooms = [unit(people.sonia, house, label=label) for label in "abc"]
    live(people.sonia, people.bruno, rooms[0])
    for _ in range(2):
        ask(people.amina)
    camille = member("Camille Exemple", organisation("Vigie", "coordination", "75"), "coordination")
    with camille.acts() as actor:
        lines = daily_proposal(actor, now=NOW).lines
    assert [line.unit is not None for line in lines].count(True) == 1


def test_a_unit_kept_first_for_those_who_are_alone_speaks_for_them_and_shuts_nobody_out(people: Cast) -> None:
    house = shelter(people.sonia)
    plain, first = unit(people.sonia, house, label="plain"), unit(people.sonia, house, label="first", isolated_first=True)
    alone, family = ask(people.amina, household(["woman"])), ask(people.amina)
    with people.amina.acts() as actor:
        for_her, for_them = (candidates_for(actor, one, now=NOW).fitting for one in (alone, family))
    assert for_her[0].unit.pk == first.pk
    assert "isolated_first" in for_her[0].fit.gains
    assert {one.unit.pk for one in for_them} == {plain.pk, first.pk}
    assert all("isolated_first" not in one.fit.gains for one in for_them)


def test_rules_and_listing_change_on_the_page_and_the_history_is_read_there(signed_in: SignIn, people: Cast) -> None:
    house = shelter(people.sonia)
    flat = unit(people.sonia, house)
    sonia, address = signed_in(people.sonia), f"/places/houses/{house.pk}/"
    sent = {"name": "Maison inventée", "zone": "13", "listed": "no", "security": "1", "most_households": "4"}
    page = sonia.post(address + "change/", sent, follow=True).content.decode()
    assert "Ménages en même temps, au plus\u00a0: 4" in page
    sent = {"unit": str(flat.pk), "label": "A", "gender": "women", "phases": ["emergency"], "rules": ["children", "isolated_first"]}
    page = sonia.post(address + "change-unit/", sent, follow=True).content.decode()
    assert "Changements jusqu’ici" in page
    with people.sonia.acts() as actor:
        now = Unit.objects.visible_to(actor).get()
    assert (now.gender, now.isolated_first, now.listed, now.couples) == ("women", True, False, False)
