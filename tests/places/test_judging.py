"""The judgement in SQL and the judgement of the core never part, whatever is needed and whatever is offered."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repere.core.needs import GAINS, MISSES, Member, Needs, candidates, misses
from repere.places.actions.shelters import RULES
from repere.places.queries.candidates import candidates_for, listed_places
from repere.places.queries.judging import AGAINST, SPEAKING, judged
from tests.people import Cast
from tests.places.houses import MOTHER_OF_TWO, NOW, ask, live, shelter, unit

ZONES, TONGUES, FORMS = ("13", "38", "69"), ("eng", "fra", "spa"), ("labour", "sexual")
UNDONE = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Undone(Exception):
    """Takes a world back."""


@st.composite
def needs(draw: st.DrawFn) -> Needs:
    members = draw(
        st.lists(st.builds(Member, minor=st.booleans(), gender=st.sampled_from(["woman", "man", "other"])), min_size=1, max_size=4)
    )
    subset = {name: frozenset(draw(st.sets(st.sampled_from(ZONES), max_size=1))) for name in ("avoid", "refuses_zones")}
    return Needs(
        tuple(members), phase=draw(st.sampled_from(["emergency", "stabilisation"])), couple=len(members) > 1 and draw(st.booleans()),
        step_free=draw(st.booleans()), pets=draw(st.booleans()), papers=draw(st.booleans()), security=draw(st.integers(0, 2)),
        form=draw(st.sampled_from(["", *FORMS])), languages=frozenset(draw(st.sets(st.sampled_from(TONGUES)))),
        refuses=frozenset(draw(st.sets(st.sampled_from(["collective", "shared_with_men", "remote"])))),
        near=frozenset({"13"}) - subset["avoid"] - subset["refuses_zones"],
        prefers=frozenset(draw(st.sets(st.sampled_from(["single", "language", "trained", "not_remote"])))), **subset,
    )  # fmt: skip


@st.composite
def rooms(draw: st.DrawFn) -> dict[str, Any]:
    rules = {name: draw(st.booleans()) for name in RULES}
    return rules | {
        "capacity": draw(st.integers(1, 4)), "gender": draw(st.sampled_from(["any", "women", "men"])),
        "phases": draw(st.sampled_from([["emergency"], ["stabilisation"], ["emergency", "stabilisation"]])),
    }  # fmt: skip


@UNDONE
@given(
    asked=needs(), offered=st.lists(st.tuples(st.sampled_from(ZONES), st.integers(0, 2), st.booleans(), rooms()), min_size=1, max_size=4)
)
def test_sql_and_core_judge_alike(people: Cast, asked: Needs, offered: list[tuple[str, int, bool, dict[str, Any]]]) -> None:
    compared = False
    try:
        with transaction.atomic():
            for zone, security, men, room in offered:
                house = shelter(
                    people.sonia, zone=zone, security=security, men_on_site=men, papers_law="A text", languages=["fra"],
                    trained_for=["labour"],
                )  # fmt: skip
                unit(people.sonia, house, **room)
            with people.amina.acts():
                table = listed_places(now=NOW)
                found = judged(asked, most=50, now=NOW)
                order = [str(one) for one in judged(asked, most=50, now=NOW).free]
            against = misses(asked, table)
            told = {place.id: tuple(name for name in MISSES if against[name][row]) for row, place in enumerate(table.places)}
            assert found.counts == {names: list(told.values()).count(names) for names in set(told.values())}
            nearly = {one for one, names in told.items() if len(names) <= 1 and all(MISSES[name] == "place" for name in names)}
            assert set(order) == nearly
            fitting = [one for one in order if not told[one]]
            assert fitting == [fit.place for fit in candidates(asked, table) if fit.fits], "the order is the same, too"
            compared = True
            raise Undone
    except Undone:
        assert compared


def test_every_reason_is_said_in_both_languages_of_the_machine() -> None:
    assert tuple(AGAINST) == tuple(MISSES)
    assert tuple(SPEAKING) == GAINS


def test_beds_that_somebody_has_are_not_offered(people: Cast) -> None:
    house = shelter(people.sonia)
    flat, dormitory = unit(people.sonia, house, label="flat"), unit(people.sonia, house, label="d", capacity=6, one_household=False)
    live(people.sonia, people.bruno, flat)
    live(people.sonia, people.bruno, dormitory)
    with people.amina.acts() as actor:
        found = candidates_for(actor, ask(people.amina, MOTHER_OF_TWO), now=NOW)
    assert [(one.unit.pk, one.free) for one in found.fitting] == [(dormitory.pk, 3)]
    assert [(one.unit.pk, one.fit.would_fit_if) for one in found.nearly] == [(flat.pk, "full")]


def test_the_number_of_statements_does_not_grow_with_the_units(people: Cast) -> None:
    house = shelter(people.sonia)
    request = ask(people.amina)
    spent = []
    for more in (1, 12):
        for number in range(more):
            unit(people.sonia, house, label=str(number))
        with people.amina.acts() as actor, CaptureQueriesContext(connection) as asked:
            found = candidates_for(actor, request, now=NOW)
        spent.append(len(asked))
    assert found.fitting_in_all == 13
    assert spent == [3, 3]
