"""Guessing is slow, and nobody can be shut out by somebody else's guesses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repere.accounts import throttle
from repere.accounts.throttle import Limit
from tests.owner import as_owner
from tests.people import Cast

pytestmark = pytest.mark.django_db
LIMIT = Limit(5, timedelta(minutes=5))
SECONDS_PER_TOKEN = 60
# What happens to one bucket: an attempt, or so many seconds of waiting.
STEPS = st.lists(st.one_of(st.just("try"), st.integers(1, 400)), min_size=1, max_size=40)


def wait(seconds: int) -> None:
    as_owner("UPDATE accounts_signinbucket SET refilled_at = refilled_at - make_interval(secs => %s)", [seconds])


@given(steps=STEPS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_bucket_gives_what_time_brought_and_no_more(db: None, steps: list[str | int]) -> None:
    """However tries and pauses are mixed, at most five at once and one a minute; and after five quiet minutes, all five again."""
    as_owner("DELETE FROM accounts_signinbucket")
    passed, waited = 0, 0
    for step in steps:
        if isinstance(step, int):
            wait(step)
            waited += step
        elif throttle._take("subject", LIMIT):
            passed += 1
    # A second of slack for the clock that runs while the test does.
    assert passed <= LIMIT.attempts + (waited + 1) / SECONDS_PER_TOKEN
    wait(LIMIT.attempts * SECONDS_PER_TOKEN)
    assert [throttle._take("subject", LIMIT) for _try in range(LIMIT.attempts)] == [True] * LIMIT.attempts


@given(tries=st.integers(6, 60), pause=st.integers(61, 299))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_hammering_never_makes_the_wait_longer(db: None, tries: int, pause: int) -> None:
    """A delay is soft: however often somebody knocked, one minute brings one attempt."""
    as_owner("DELETE FROM accounts_signinbucket")
    for _try in range(tries):
        throttle._take("subject", LIMIT)
    wait(pause)
    assert throttle._take("subject", LIMIT)


def test_strangers_cannot_shut_her_out_of_her_usual_place(people: Cast) -> None:
    """A hundred machines guess for her account; where she signed in last week she still gets in."""
    email, now = people.amina.user.email, people.amina.user.created_at
    throttle.forget(email, "198.51.100.7", now=now)
    for machine in range(40):
        throttle.may_try(email, f"203.0.113.{machine}")
    assert throttle.may_try(email, "198.51.100.7")
    assert not throttle.may_try(email, "192.0.2.1")


def test_what_is_counted_names_nobody(people: Cast) -> None:
    """The table of attempts holds neither addresses nor accounts."""
    throttle.may_try(people.amina.user.email, "203.0.113.9")
    throttle.forget(people.amina.user.email, "203.0.113.9", now=people.amina.user.created_at)
    assert {len(key) for (key,) in as_owner("SELECT key FROM accounts_signinbucket")} == {32}


def test_wrong_guesses_in_her_own_office_do_not_refuse_her(people: Cast) -> None:
    """One address for the whole office: a neighbour guesses for her account, and she still gets in; elsewhere five are the limit."""
    email = people.amina.user.email
    throttle.forget(email, "198.51.100.7", now=people.amina.user.created_at)
    assert all(throttle.may_try(email, "198.51.100.7") for _guess in range(12))
    assert throttle.may_try(email, "198.51.100.7")
    assert [throttle.may_try(email, "203.0.113.9") for _guess in range(6)] == [True] * 5 + [False]


def test_even_at_home_guessing_comes_to_an_end(people: Cast) -> None:
    email = people.amina.user.email
    throttle.forget(email, "198.51.100.7", now=people.amina.user.created_at)
    tried = [throttle.may_try(email, "198.51.100.7") for _guess in range(30)]
    assert tried[:20] == [True] * 20
    assert not tried[-1]


def test_how_often_one_may_try_at_an_address_says_nothing_of_an_account(people: Cast) -> None:
    """Whoever shares the address of an office or of a telephone network learns there of no account."""

    def tries(email: str, address: str) -> int:
        return next(count for count in range(100) if not throttle.may_try(email, address))

    for office in ("198.51.100.7", "198.51.100.8"):
        throttle.forget(people.amina.user.email, office, now=timezone.now())
    hers, nobodys = tries(people.amina.user.email, "198.51.100.7"), tries("nobody@exemple.example", "198.51.100.8")
    assert hers == nobodys == throttle.WHERE_SOMEBODY_IS_KNOWN.attempts
    assert tries("nobody@exemple.example", "203.0.113.20") == throttle.BY_ACCOUNT_AND_ADDRESS.attempts
