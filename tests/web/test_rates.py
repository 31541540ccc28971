"""Nobody reads a country's files at a machine's pace, and nobody is kept from what a life may hang on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from repere.accounts import throttle
from repere.accounts.throttle import Limit
from repere.ledger.models import Entry
from repere.web import checks, rates
from repere.web.rates import LIMITS, NEVER_COUNTED, Counter, Rate, network_of
from repere.web.routes import RATES, ROUTES
from tests.cases.story import concern
from tests.owner import as_owner
from tests.people import Cast, Member

SignIn = Callable[[Member], Client]
pytestmark = pytest.mark.django_db
SMALL = Rate(Limit(4, timedelta(minutes=10)), alone=2, lease=2)
SECRET_TEXT = "elle dort ce soir rue des Lilas"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two alone, four in the database, by two: the seventh is refused."""
    for kind in LIMITS:
        monkeypatch.setitem(LIMITS, kind, SMALL)
    rates.COUNTER.forget()
    yield
    rates.COUNTER.forget()


# ---- declared


def test_every_declared_class_has_its_figures() -> None:
    """A class without figures would be declared and not enforced."""
    counted = {"read", "write"} | (set(RATES) - NEVER_COUNTED - {"session"})
    assert set(LIMITS) == counted
    assert all(rate.lease <= rate.limit.attempts for rate in LIMITS.values())


def test_what_is_never_counted_shows_nobody() -> None:
    """An address that is free is the same for everybody; one that is urgent belongs to what must not wait."""
    free = [route for route in ROUTES.values() if route.rate == "free"]
    assert free
    assert {route.tier for route in free} <= {"nothing", "law"}
    assert {route.audit for route in free} == {"none"}
    urgent = {name for name, route in ROUTES.items() if route.rate == "urgent"}
    assert {"cases:urgency_open", "cases:urgencies", "cases:freeze", "accounts:sign_out", "accounts:locked"} <= urgent
    assert not {name for name in urgent if ROUTES[name].tier == "identity"}


def test_what_leaves_in_bulk_is_an_export() -> None:
    """Each file handed over is counted by itself, by all processes."""
    assert LIMITS["export"].alone == 0
    assert LIMITS["export"].lease == 1
    assert {"cases:extract_make", "cases:extract_fetch", "cases:extract_received", "directory:export"} <= {
        name for name, route in ROUTES.items() if route.rate == "export"
    }


# ---- counted


def taken(counter: Counter, times: int, now: float = 0.0, subject: str = "account 1") -> list[int]:
    return [0 if (wait := counter.take("read", subject, now=now)) is None else wait.seconds for _ in range(times)]


def test_a_person_at_work_costs_no_statement(django_assert_num_queries: Any) -> None:
    """Sixty pages in ten minutes are counted in memory; beyond them one statement pays for ten."""
    counter, rate = Counter(), LIMITS["read"]
    with django_assert_num_queries(0):
        taken(counter, rate.alone)
    with django_assert_num_queries(1):
        taken(counter, rate.lease)
    with django_assert_num_queries(1):
        taken(counter, 1)


def test_all_processes_share_what_lies_in_the_database(small: None) -> None:
    """A second process gives the few of its own, and no more."""
    first, second = Counter(), Counter()
    assert taken(first, 7) == [0, 0, 0, 0, 0, 0, SMALL.wait_seconds]
    assert taken(second, 3) == [0, 0, SMALL.wait_seconds]
    assert taken(second, 1, subject="account 2") == [0], "another account is not slowed by it"


def test_going_on_too_soon_costs_nothing_and_makes_nothing_longer(small: None, django_assert_num_queries: Any) -> None:
    counter = Counter()
    taken(counter, 7)
    with django_assert_num_queries(0):
        assert taken(counter, 1, now=SMALL.wait_seconds - 1) == [1]
    as_owner("UPDATE accounts_signinbucket SET refilled_at = refilled_at - make_interval(secs => %s)", [SMALL.wait_seconds])
    assert taken(counter, 1, now=SMALL.wait_seconds) == [0]


def test_a_refused_lease_takes_nothing() -> None:
    """All or nothing, so that a small rest is not eaten by asking for more than there is."""
    limit = Limit(3, timedelta(days=1))
    assert throttle.take_several("x", limit, 2)
    assert not throttle.take_several("x", limit, 2)
    assert throttle.take_several("x", limit, 1)


def test_what_is_kept_names_nobody(people: Cast, small: None) -> None:
    """Keyed hashes: the table does not tell whose pace it counts."""
    taken(Counter(), 3, subject=f"account {people.amina.user.pk}")
    assert all(str(people.amina.user.pk).encode() not in key for (key,) in as_owner("SELECT key FROM accounts_signinbucket"))


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "network 192.0.2.0/24"), ("2001:db8:1:2:3::4", "network 2001:db8:1::/48"),
        ("::ffff:192.0.2.9", "network 192.0.2.0/24"), ("unix", "network unix"),
    ],
)  # fmt: skip
def test_a_stranger_is_counted_with_her_part_of_the_network(address: str, network: str) -> None:
    assert network_of(address) == network


# ---- on the pages


def test_reading_too_fast_is_answered_calmly_and_written_down_once(small: None, people: Cast, signed_in: SignIn, as_role: Any) -> None:
    """Not a closed account: a moment to wait, in her language, with the pages that always open."""
    client = signed_in(people.odile)
    desk = reverse("cases:worklist")
    assert [client.get(desk).status_code for _ in range(6)] == [200] * 6
    refused = [client.get(desk) for _ in range(3)]
    assert [answer.status_code for answer in refused] == [429] * 3
    assert int(refused[0]["Retry-After"]) == SMALL.wait_seconds
    text = refused[0].content.decode()
    assert "One moment" in text
    assert 'lang="en"' in text
    assert reverse("cases:urgencies") in text
    with as_role("backup"):
        assert list(Entry.objects.filter(act="refuse_pace").values_list("kind", "actor_id")) == [("denial", people.odile.user.pk)]


def test_a_file_that_does_not_exist_counts_too(small: None, people: Cast, signed_in: SignIn) -> None:
    """Trying codes one after the other is reading: what a refused page took is not given back with its transaction."""
    client = signed_in(people.ines)
    assert [client.get("/cases/AAAAAAA1/").status_code for _ in range(7)] == [404] * 6 + [429]


def test_what_was_typed_is_sent_again_from_the_page(small: None, people: Cast, signed_in: SignIn) -> None:
    client, case = signed_in(people.amina), concern(people.amina.actor)
    address = reverse("cases:fact_new", args=[case.code, "presumption_stated"])
    for _ in range(6):
        client.post(address, {})
    sent = {"account": SECRET_TEXT, "several": ["one", "two"], "code": "ABCD1234", "paper": SimpleUploadedFile("a.pdf", b"x")}
    answer = client.post(address, sent)
    text = answer.content.decode()
    assert answer.status_code == 429
    assert dict(answer.context["fields"]) == {"account": SECRET_TEXT, "several": "two", "code": "ABCD1234"}
    assert len(answer.context["fields"]) == 4
    assert f'action="{address}"' in text
    assert f'value="{SECRET_TEXT}"' in text
    assert answer.context["lost_files"]
    assert answer["Cache-Control"] == "no-store"


def test_a_forged_form_is_given_no_token_of_ours(small: None, people: Cast) -> None:
    """Sent from another site while she is over the limit, it must not come back as a form of ours, ready to be sent."""
    client = people.amina.sign_in(Client(enforce_csrf_checks=True))
    case = concern(people.amina.actor)
    address = reverse("cases:fact_withdraw", args=[case.code, case.pk])
    answers = [client.post(address, {"reason": "mistake"}) for _ in range(8)]
    assert {answer.status_code for answer in answers} == {403}
    assert all(b'value="mistake"' not in answer.content for answer in answers)


def test_no_password_stands_in_the_page_of_a_stranger(small: None, people: Cast) -> None:
    client = Client()
    for _ in range(6):
        client.get(reverse("accounts:sign_in"))
    answer = client.post(reverse("accounts:sign_in"), {"email": "a@exemple.example", "password": "geheimwort", "code": "123456"})
    assert answer.status_code == 429
    assert answer.context["fields"] == [("email", "a@exemple.example")]
    assert "geheimwort" not in answer.content.decode()
    assert "123456" not in answer.content.decode()
    other = Client(REMOTE_ADDR="198.51.100.7")
    assert other.get(reverse("accounts:sign_in")).status_code == 200, "another network is not slowed by it"


def test_what_cannot_wait_is_never_refused(small: None, people: Cast, signed_in: SignIn) -> None:
    """Break-glass, how she may be reached, freezing an account, locking and leaving: whatever else was asked for before."""
    client, case = signed_in(people.amina), concern(people.amina.actor)
    for _ in range(8):
        client.get(reverse("cases:worklist"))
        client.post(reverse("cases:notices"))
    assert client.get(reverse("cases:worklist")).status_code == 429
    for kind in ("safe_contact_instructions", "urgent_need"):
        address = reverse("cases:fact_new", args=[case.code, kind])
        assert client.get(address).status_code == 200
        assert client.post(address, {}).status_code != 429
    assert client.get(reverse("cases:fact_new", args=[case.code, "presumption_stated"])).status_code == 429
    for name in ("cases:urgencies", "cases:colleagues"):
        assert client.get(reverse(name)).status_code == 200
    assert client.post(reverse("cases:urgency_open"), {}).status_code != 429
    assert client.get(reverse("pages:help")).status_code == 200
    assert client.post(reverse("accounts:lock")).status_code == 302


def test_pages_for_anybody_count_nobody(small: None) -> None:
    """One address of a mobile network is thousands of people, and one of them looks for help."""
    client = Client()
    assert {client.get("/").status_code for _ in range(12)} != {429}
    assert {client.get(reverse("guidance:home", args=["fr"]), follow=True).status_code for _ in range(12)} == {200}
    assert not as_owner("SELECT FROM accounts_signinbucket")


def test_counting_cannot_be_left_off_beside_real_data(settings: Any) -> None:
    settings.REPERE_RATES, settings.REPERE_DEMO = False, False
    assert any("REPERE_NO_RATES" in problem for problem in checks._demonstration_stands_alone())
    settings.REPERE_DEMO = True
    assert not any("REPERE_NO_RATES" in problem for problem in checks._demonstration_stands_alone())
