"""The ways of giving places, and the commands."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from repere.commands.places import place, simulate
from repere.core.placement.foresight import Known, given_today
from repere.places.simulation import MOST_EARLIER, invent, invent_before, worths
from repere.places.simulation import simulate as run

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "places-one-evening.json"


@pytest.mark.parametrize("openings", [30, 60, 90])
def test_nothing_beats_hindsight_and_the_proposal_beats_first_come(openings: int) -> None:
    told = {one.way: one for one in run(invent(households=60, places=openings, days=20, seed=3))}
    assert all(one.worth <= told["hindsight"].worth for one in told.values())
    assert told["daily_proposal"].worth > told["first_come"].worth
    assert told["hindsight"].of_best == 1


def test_keeping_places_back_comes_nearer_to_hindsight_where_places_are_scarce() -> None:
    world, before = (invent(households=200, places=120, days=40, seed=seed) for seed in (1, 1_000_004))
    told = {one.way: one for one in run(world, before)}
    assert told["daily_proposal"].worth < told["keeping_back"].worth <= told["hindsight"].worth
    assert told["keeping_back"].of_best > 0.95


def test_a_place_is_kept_for_those_likely_to_come_and_for_nobody_once_the_last_day_has_come() -> None:
    """One place, worth 100 to her who waits and 800 to those who came every second day; places open every second day too."""
    came = np.array([9, *range(8, -21, -2)], np.int64)
    opened = np.array([9, *range(8, -21, -2)], np.int64)
    worth = np.full((len(came), len(opened)), 800, np.int64)
    worth[0], worth[1:, 1:] = 100, 1
    here = np.array([0], np.int64)
    for last, given in ((None, []), (40, []), (9, [(0, 0)])):
        assert given_today(Known(worth, came, opened, 5, 21, 30, last), here, here, day=9, seed=1) == given


@pytest.mark.parametrize(("many", "days"), [(400, 60), (5_000, 60), (1, 365)])
def test_the_year_before_has_as_many_a_day_and_is_bounded(many: int, days: int) -> None:
    before = invent_before(households=many, places=many, days=days, seed=7)
    assert 1 <= before.days <= 365
    assert len(before.comings) <= MOST_EARLIER
    assert len(before.comings) / before.days == pytest.approx(many / days, rel=0.01)


def test_what_is_kept_back_follows_from_past_days_alone() -> None:
    """Two worlds alike up to a day get the same answer on that day, whatever comes later."""
    draw = np.random.default_rng(4)
    worth, came, opened = draw.integers(1, 500, (40, 20)), np.sort(draw.integers(0, 20, 40)), np.sort(draw.integers(0, 20, 20))
    day = 9
    waiting, free = np.flatnonzero(came <= day), np.flatnonzero(opened <= day)
    later = worth.copy()
    later[came > day], later[:, opened > day] = 900, 1
    answers = [given_today(Known(told, came, opened, 5, 21, 30), waiting, free, day=day, seed=1) for told in (worth, later)]
    assert answers[0] == answers[1]
    assert answers[0]


def test_the_same_seed_invents_the_same_weeks() -> None:
    once, again = (run(invent(households=40, places=30, days=15, seed=5)) for _ in range(2))
    assert once == again


def test_no_way_gives_a_place_that_she_refuses() -> None:
    world = invent(households=60, places=60, days=10, seed=1)
    for household, opening in worths(world):
        assert world.openings[opening].place.zone not in world.comings[household].household.needs.refuses_zones


def test_the_command_answers_the_example_of_the_documentation() -> None:
    done = CliRunner().invoke(place, [str(EXAMPLE), "--json"])
    answer = json.loads(done.output)
    found = {line["household"]: line for line in answer["lines"]}
    assert found["mother-of-two"]["place"] == "lille-flat"
    assert "language_spoken" in found["mother-of-two"]["reasons"]
    assert {"gap", "price", "one_more", "bound"} <= set(answer)


def test_a_contradiction_is_told_with_its_place_in_the_file(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps({"places": [{"id": "p", "capacity": 2, "free": 3}]}))
    done = CliRunner().invoke(place, [str(wrong)])
    assert done.exit_code
    assert "over_capacity" in str(done.exception)
    assert "places / p" in str(done.exception)
    wrong.write_text("{")
    assert "JSON" in str(CliRunner().invoke(place, [str(wrong)]).exception)


def test_the_simulation_is_a_command() -> None:
    asked = ["places", "--households", "20", "--places", "15", "--days", "10", "--json"]
    for more in ([], ["--goes-on"]):
        done = CliRunner().invoke(simulate, asked + more)
        assert [row["way"] for row in json.loads(done.output)] == ["first_come", "greedy", "daily_proposal", "keeping_back", "hindsight"]
