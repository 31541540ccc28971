"""The daily proposal against every assignment that could be made, on instances small enough to try them all."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repere.core.needs import Place, household
from repere.core.placement import ContradictoryInstance, Household, Instance, Limit, Proposal, propose, read_instance, reasons
from repere.core.placement.exact import best_assignment, worth_of_one_more
from repere.core.placement.pairs import pairs_of
from repere.core.placement.prices import bound_at, prices

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "places-one-evening.json"


@st.composite
def instances(draw: st.DrawFn, whole: bool = False, limits: bool = False) -> Instance:
    places = tuple(
        Place(f"p{i}", f"s{i % 2}", "69", draw(st.integers(1, 4)), one_household=whole or draw(st.booleans()))
        for i in range(draw(st.integers(1, 3)))
    )
    households = tuple(Household(f"h{i}", household(["woman"], children=draw(st.integers(0, 2)))) for i in range(draw(st.integers(1, 4))))
    pairs = tuple(
        (h.id, p.id, draw(st.integers(1, 50))) for h in households for p in places if h.needs.size <= p.capacity and draw(st.booleans())
    )
    kept_apart = (("h0", "h1"),) if limits and len(households) > 1 and draw(st.booleans()) else ()
    limit = (Limit("s0", draw(st.none() | st.integers(0, 2)), draw(st.none() | st.integers(0, 3))),) if limits else ()
    return Instance(households, places, pairs=pairs, apart=kept_apart, limits=limit)


def every_assignment(instance: Instance) -> int:
    """The best worth, by trying all of them."""
    worth = {(h, p): w for h, p, w in instance.pairs or ()}
    options = [[None, *(p.id for p in instance.places if (h.id, p.id) in worth)] for h in instance.households]
    return max(
        (
            sum(worth[h.id, p] for h, p in zip(instance.households, chosen, strict=True) if p)
            for chosen in itertools.product(*options)
            if is_lawful(instance, dict(zip((h.id for h in instance.households), chosen, strict=True)))
        ),
        default=0,
    )


def is_lawful(instance: Instance, chosen: dict[str, str | None]) -> bool:
    size = {h.id: h.needs.size for h in instance.households}
    minors = {h.id: sum(m.minor for m in h.needs.members) for h in instance.households}
    shelter = {p.id: p.shelter for p in instance.places}
    for place in instance.places:
        inside = [h for h, p in chosen.items() if p == place.id]
        if (place.one_household and len(inside) > 1) or sum(size[h] for h in inside) > place.beds:
            return False
    for limit in instance.limits:
        inside = [h for h, p in chosen.items() if p and shelter[p] == limit.shelter]
        if limit.households is not None and len(inside) > limit.households:
            return False
        # A shelter already over its minors is not judged for a household without any.
        if limit.minors is not None and sum(minors[h] for h in inside) > limit.minors:
            return False
    return not any(chosen[a] and chosen[b] and shelter[chosen[a]] == shelter[chosen[b]] for a, b in instance.apart)  # type: ignore[index]


def placed(proposal: Proposal) -> dict[str, str | None]:
    return {line.household: line.place for line in proposal.lines}


@given(instances(whole=True))
def test_units_given_whole_are_assigned_at_best(instance: Instance) -> None:
    proposal = propose(instance)
    assert is_lawful(instance, placed(proposal))
    assert proposal.exact
    assert proposal.gap == 0
    assert proposal.worth == every_assignment(instance)


@given(instances())
@settings(deadline=None)
def test_shared_units_never_overflow_and_the_bound_is_never_passed(instance: Instance) -> None:
    proposal, best = propose(instance, moves=400), every_assignment(instance)
    assert is_lawful(instance, placed(proposal))
    assert proposal.worth <= best <= proposal.bound + 1e-6


@given(instances(), st.lists(st.floats(0, 60), min_size=3, max_size=3))
@settings(deadline=None)
def test_whatever_the_prices_they_give_a_bound(instance: Instance, bed: list[float]) -> None:
    pairs = pairs_of(instance)
    if len(pairs):
        assert every_assignment(instance) <= bound_at(pairs, np.array(bed[: len(pairs.room)])) + 1e-6


@given(instances(limits=True))
@settings(deadline=None)
def test_limits_of_a_shelter_and_households_apart_are_kept(instance: Instance) -> None:
    proposal = propose(instance, moves=400)
    assert is_lawful(instance, placed(proposal))
    assert proposal.worth <= every_assignment(instance) <= proposal.bound + 1e-6


@given(instances(whole=True))
def test_what_one_more_place_would_bring_is_what_it_brings(instance: Instance) -> None:
    """The price of a place is the rise of the optimum when a twin of it is added."""
    pairs = pairs_of(instance)
    chosen = best_assignment(pairs)
    told = worth_of_one_more(pairs, chosen)
    for row, place in enumerate(instance.places):
        twin = replace(place, id="twin")
        more = tuple((h, "twin", w) for h, p, w in instance.pairs or () if p == place.id)
        larger = replace(instance, places=(*instance.places, twin), pairs=(*(instance.pairs or ()), *more))
        assert told[row] == propose(larger).worth - propose(instance).worth


def an_evening_of_families() -> Instance:
    draw = np.random.default_rng(7)
    places = tuple(Place(f"p{i}", f"s{i}", "69", int(draw.choice([1, 2, 4, 8])), one_household=bool(i % 2)) for i in range(60))
    households = tuple(Household(f"h{i}", household(["woman"], children=int(draw.integers(0, 4)))) for i in range(150))
    pairs = tuple(
        (h.id, places[p].id, int(draw.integers(100, 500)))
        for h in households
        for p in draw.choice(60, 12, replace=False)
        if h.needs.size <= places[p].capacity
    )
    return Instance(households, places, pairs=pairs)


def test_the_search_comes_near_the_best_on_an_instance_of_families() -> None:
    proposal = propose(an_evening_of_families())
    assert 0 <= proposal.gap < 0.03
    assert propose(an_evening_of_families()) == proposal, "the same question gets the same answer"


def test_a_large_question_gets_nearly_the_bound_of_the_simplex(monkeypatch: pytest.MonkeyPatch) -> None:
    """Above `SMALL` pairs a first-order method answers: its bound is a little higher, and never lower."""
    pairs = pairs_of(an_evening_of_families())
    simplex = prices(pairs).bound
    monkeypatch.setattr("repere.core.placement.prices.SMALL", 0)
    assert simplex <= prices(pairs).bound < simplex * 1.002


def test_the_example_of_the_documentation() -> None:
    instance = read_instance(json.loads(EXAMPLE.read_text()))
    found = placed(propose(instance))
    assert found["mother-of-two"] == "lille-flat", "not near the Rhône, and the children stay with her"
    assert found["woman-alone"] == "marseille-room", "not shared with men"
    assert found["man-alone"] in {"lyon-flat", "brest-dormitory"}


def test_what_is_decided_stays_and_takes_its_beds() -> None:
    flat = Place("flat", "s", "69", 3)
    one, other = (Household(name, household(["woman"]), urgency=level) for name, level in (("one", 0), ("other", 3)))
    assert placed(propose(Instance((one, other), (flat,), fixed=(("one", "flat"),)))) == {"one": "flat", "other": None}


def test_whoever_has_no_place_is_told_what_stands_in_the_way() -> None:
    refused = Household("h", household(["woman"], refuses_zones=frozenset({"69"})))
    instance = Instance((refused,), (Place("flat", "s", "69", 3),))
    (line,) = propose(instance).lines
    assert (line.place, line.why) == (None, "no_place_fits")
    assert reasons(instance, [line]) == {"h": ("zone_refused",)}


def test_a_place_that_said_no_is_not_given_and_whoever_only_it_would_fit_is_told_so() -> None:
    flat, far = Place("flat", "s", "69", 3), Place("far", "t", "75", 3)
    asks = Household("h", household(["woman"], refuses_zones=frozenset({"75"})), excluded=frozenset({"flat"}))
    (line,) = propose(Instance((asks,), (flat,))).lines
    assert (line.place, line.why) == (None, "excluded_alone_fit")
    assert reasons(Instance((asks,), (flat,)), [line]) == {"h": ()}
    assert reasons(Instance((asks,), (flat, far)), [line]) == {"h": ("zone_refused",)}, "what stands against the others"
    free = replace(asks, needs=household(["woman"]))
    assert placed(propose(Instance((free,), (flat, far)))) == {"h": "far"}


def test_whoever_has_a_place_is_told_what_speaks_for_it() -> None:
    instance = read_instance(json.loads(EXAMPLE.read_text()))
    told = reasons(instance, propose(instance).lines)
    assert "language_spoken" in told["mother-of-two"]


@pytest.mark.parametrize(
    ("content", "code", "where"),
    [
        ([], "object_expected", ()),
        ({"household": []}, "unknown_key", ("household",)),
        ({"households": [{"id": "h", "members": []}]}, "nobody", ("households", "h")),
        ({"households": [{"id": "h", "members": [{}]}] * 2}, "twice", ("households", "h")),
        ({"households": [{"id": "h", "members": [{"gender": "she"}]}]}, "word_not_in_list", ("households", "h", "gender", "she")),
        ({"households": [{"id": "h", "members": [{}], "urgency": 4}]}, "urgency_0_to_3", ("households", "h")),
        (
            {"households": [{"id": "h", "members": [{}], "needs": {"near": ["69"], "refuses_zones": ["69"]}}]},
            "near_and_refused",
            ("households", "h", "69"),
        ),
        ({"households": [{"id": "h", "members": [{}], "needs": {"couple": True}}]}, "couple_of_one", ("households", "h")),
        ({"places": [{"id": "p", "capacity": 2, "free": 3}]}, "over_capacity", ("places", "p")),
        ({"places": [{"id": "p", "capacity": 0}]}, "no_capacity", ("places", "p")),
        ({"places": [{"id": "p", "phases": []}]}, "no_phase", ("places", "p")),
        ({"limits": [{"shelter": "s", "households": 1}]}, "unknown_shelter", ("limits", "s")),
        ({"apart": [["a", "b"]]}, "unknown_household", ("apart", "a", "b")),
        ({"pairs": [["h", "p", 3]]}, "unknown_pair", ("pairs", "h", "p")),
        ({"urgency": {"levels": [4, 3, 2, 1]}}, "four_rising_levels", ("urgency", "levels")),
        (
            {"households": [{"id": "h", "members": [{}, {}]}], "places": [{"id": "p", "capacity": 1}], "fixed": [["h", "p"]]},
            "over_capacity",
            ("fixed", "p"),
        ),
    ],
)  # fmt: skip
def test_a_contradiction_is_refused_with_its_place(content: object, code: str, where: tuple[str, ...]) -> None:
    with pytest.raises(ContradictoryInstance) as refused:
        read_instance(content)
    assert (refused.value.code, refused.value.where) == (code, where)
