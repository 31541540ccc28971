"""What she refuses binds, what she prefers weighs, and neither is held against her."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repere.core.needs import MISSES, PREFERABLE, REFUSABLE, Member, Needs, Place, PlaceTable, admissible, candidates, household
from repere.core.placement import Household, Instance, propose

FLAT = Place("flat", "shelter", "59", 3, gender="women", men_on_site=False, languages=frozenset({"en"}))

MISSED = {
    "full": (household(["woman"]), replace(FLAT, free=0)),
    "too_small": (household(["woman"], children=3), FLAT),
    "gender_rule": (household(["man"]), FLAT),
    "no_children": (household(["woman"], children=1), replace(FLAT, children=False)),
    "no_unaccompanied_minors": (Needs((Member(minor=True, gender="woman"),)), FLAT),
    "no_couples": (household(["woman", "woman"], couple=True), replace(FLAT, couples=False)),
    "not_step_free": (household(["woman"], step_free=True), FLAT),
    "no_pets": (household(["woman"], pets=True), FLAT),
    "other_phase": (household(["woman"], phase="reconstruction"), FLAT),
    "requires_papers": (household(["woman"]), replace(FLAT, requires_papers=True)),
    "security_too_low": (household(["woman"], security=2), FLAT),
    "zone_to_avoid": (household(["woman"], avoid=frozenset({"59"})), FLAT),
    "zone_refused": (household(["woman"], refuses_zones=frozenset({"59"})), FLAT),
    "collective_refused": (household(["woman"], refuses=frozenset({"collective"})), replace(FLAT, collective=True)),
    "shared_with_men_refused": (household(["woman"], refuses=frozenset({"shared_with_men"})), replace(FLAT, men_on_site=True)),
    "remote_refused": (household(["woman"], refuses=frozenset({"remote"})), replace(FLAT, remote=True)),
}


@pytest.mark.parametrize("miss", MISSES)
def test_each_miss_rules_a_place_out_and_nothing_else_does(miss: str) -> None:
    needs, place = MISSED[miss]
    (fit,) = candidates(needs, PlaceTable.of([place]))
    assert fit.misses == (miss,)
    assert fit.would_fit_if == (miss if MISSES[miss] == "place" else None)


def test_a_woman_alone_fits_the_flat() -> None:
    (fit,) = candidates(household(["woman"], languages=frozenset({"en"})), PlaceTable.of([FLAT]))
    assert fit.fits
    assert "language_spoken" in fit.gains


def test_her_choice_and_her_safety_are_never_argued_with() -> None:
    for miss, whose in MISSES.items():
        needs, place = MISSED[miss]
        (fit,) = candidates(needs, PlaceTable.of([place]))
        assert (fit.would_fit_if is None) == (whose != "place")


def test_papers_are_never_asked_for_where_the_place_asks_none() -> None:
    without, with_paper = household(["woman"], papers=False), household(["woman"], papers=True)
    assert candidates(without, PlaceTable.of([FLAT])) == candidates(with_paper, PlaceTable.of([FLAT]))


def test_minors_alone_never_fit_a_place_for_adults_by_being_called_children() -> None:
    two = Needs((Member(minor=True), Member(minor=True)))
    assert not admissible(two, PlaceTable.of([replace(FLAT, gender="any")])).any()
    assert admissible(two, PlaceTable.of([replace(FLAT, gender="any", unaccompanied_minors=True)])).all()


def test_a_preference_orders_and_excludes_nothing() -> None:
    dormitory = replace(FLAT, id="dormitory", collective=True, confidence=1.0)
    room = replace(FLAT, id="room", confidence=0.1)
    asked = household(["woman"], prefers=frozenset({"single"}))
    assert candidates(asked, PlaceTable.of([dormitory, room]))[0].place == "room"
    assert all(fit.fits for fit in candidates(asked, PlaceTable.of([dormitory, room])))


@given(
    refuses=st.frozensets(st.sampled_from(REFUSABLE)),
    prefers=st.frozensets(st.sampled_from(PREFERABLE)),
    zones=st.frozensets(st.sampled_from(["13", "69"])),
)
def test_a_refusal_that_rules_nothing_out_changes_nobodys_rank(
    refuses: frozenset[str], prefers: frozenset[str], zones: frozenset[str]
) -> None:
    """One place, two households in every way alike but for what one refuses: who gets it is the one who waited longer."""
    place = replace(FLAT, collective=False, remote=False, gender="any", men_on_site=False)
    quiet = Household("quiet", household(["woman"]), urgency=2, waiting_days=5)
    needs = household(["woman"], refuses=refuses, refuses_zones=zones, prefers=prefers)
    outspoken = Household("outspoken", needs, urgency=2, waiting_days=60)
    lines = {line.household: line.place for line in propose(Instance((quiet, outspoken), (place,))).lines}
    assert lines == {"quiet": None, "outspoken": "flat"}
