"""A signed-in request: one transaction, one actor, one look row."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from repere import ledger
from repere.accounts.acting import current_actor
from repere.accounts.middleware import ActingMiddleware, SessionLifeMiddleware
from repere.accounts.models import Membership
from repere.accounts.session_store import SessionStore
from repere.accounts.sessions import begin
from repere.ledger.models import Entry
from tests.people import Cast, Member

pytestmark = pytest.mark.django_db
HER = UUID("5a1c9c9e-6d7f-4f0a-9a53-0c9f3cf0a001")


def request_of(member: Member, **headers: str) -> HttpRequest:
    request = RequestFactory().get("/", headers=headers)
    request.user, request.session = member.user, SessionStore()
    request.resolver_match = None
    return request


def answer(member: Member, view: Callable[[HttpRequest], HttpResponse], **headers: str) -> HttpResponse:
    """The middleware around one view, with Django's own handling of what the view raises."""
    request = request_of(member, **headers)

    def handler(request: HttpRequest) -> HttpResponse:
        try:
            return view(request)
        except Exception as error:
            middleware.process_exception(request, error)
            return HttpResponse(status=404 if isinstance(error, Http404) else 500)

    middleware = ActingMiddleware(handler)
    return middleware(request)


def rows(people: Cast, kind: str) -> list[Entry]:
    with people.amina.acts():
        return list(Entry.objects.filter(kind=kind))


def test_the_view_runs_as_the_member(people: Cast) -> None:
    """The actor comes from the membership, in the member's language."""
    seen = []
    answer(people.odile, lambda request: seen.append((request.actor, current_actor())) or HttpResponse())
    assert seen == [(people.odile.actor, people.odile.actor)]


def test_all_persons_shown_become_one_row(people: Cast) -> None:
    """A list of persons is one look, and the look names them all."""
    other = uuid4()

    def view(request: HttpRequest) -> HttpResponse:
        request.shown.update({HER, other})
        return HttpResponse()

    answer(people.amina, view)
    (row,) = rows(people, "look")
    assert set(row.subjects) == {HER, other}
    assert row.actor_id == people.amina.user.pk


def test_a_page_that_shows_nobody_leaves_no_look(people: Cast) -> None:
    """The ledger is about persons, not about clicks."""
    answer(people.amina, lambda request: HttpResponse())
    assert rows(people, "look") == []


def test_a_look_that_cannot_be_written_is_not_answered(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing about a person leaves when the ledger fails."""

    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError

    def view(request: HttpRequest) -> HttpResponse:
        request.shown.add(HER)
        return HttpResponse(b"her file")

    monkeypatch.setattr(ledger, "look", broken)
    with pytest.raises(RuntimeError):
        answer(people.amina, view)


def test_what_a_failing_view_wrote_is_undone(people: Cast) -> None:
    """Half an act does not stay."""

    def view(request: HttpRequest) -> HttpResponse:
        ledger.record(request.actor, "half_an_act")
        raise ValueError

    assert answer(people.amina, view).status_code == 500
    assert "half_an_act" not in [row.act for row in rows(people, "write")]


def test_a_refused_page_is_a_denial(people: Cast) -> None:
    """The intruder gets the same 404 as for a page that does not exist, and the ledger knows."""

    def view(request: HttpRequest) -> HttpResponse:
        raise Http404

    assert answer(people.ines, view).status_code == 404
    with people.ines.acts():
        (row,) = Entry.objects.filter(kind="denial")
    assert row.actor_id == people.ines.user.pk


def test_a_prefetch_shows_nobody(people: Cast) -> None:
    """A browser that loads pages in advance must not look at files in somebody's name."""
    called = []
    response = answer(people.amina, lambda request: called.append(1) or HttpResponse(), **{"Sec-Purpose": "prefetch"})
    assert (response.status_code, called) == (204, [])


def test_an_ended_membership_ends_at_the_next_request(people: Cast) -> None:
    """A leaver keeps nothing until a session runs out."""
    with people.chloe.acts():
        Membership.objects.filter(user=people.amina.user).update(ended_at=timezone.now(), ended_by=people.chloe.user)
    seen = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(request.user.is_authenticated)
        return HttpResponse()

    answer(people.amina, view)
    assert seen == [False]


@pytest.mark.parametrize(
    ("hours_ago", "stays"),
    [(0, True), (9.99, True), (10, False), (-1, False), (None, False)],
)
def test_a_session_lives_ten_hours(people: Cast, hours_ago: float | None, stays: bool) -> None:
    """However busy, and not longer for a clock set back; a session without a start is none."""
    request = request_of(people.amina)
    if hours_ago is not None:
        began = timezone.now() - timedelta(hours=hours_ago)
        begin(request.session, people.amina.user, proved_by="passkey", announced="", now=began)
    SessionLifeMiddleware(lambda request: HttpResponse())(request)
    assert request.user.is_authenticated is stays
    assert stays or isinstance(request.user, AnonymousUser)
