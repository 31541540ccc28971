"""The proposal of the day names no house that said no to a household, and none that she does not want; nor does it tell which."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import Error, connection, transaction
from django.test import Client
from django.utils import timezone

from repere.core.needs import household
from repere.places import actions
from repere.places.models import Hold, Request
from repere.places.queries.candidates import candidates_for
from repere.places.queries.country import Proposed, daily_proposal
from repere.places.refused_models import RefusedByHer
from tests.people import Cast, Member, member, organisation
from tests.places.houses import MOTHER_OF_TWO, NOW, arrive, ask, hold, sent, shelter, unit
from tests.places.test_changing import SAID

SignIn = Callable[[Member], Client]
HOUR = timedelta(hours=1)


@pytest.fixture
def camille(people: Cast) -> Member:
    return member("Camille Exemple", organisation("Vigie", "coordination", "75"), "coordination")


def proposed(who: Member, request: Request, *, now: Any = NOW) -> Proposed:
    with who.acts() as actor:
        return next(one for one in daily_proposal(actor, now=now).lines if one.request.pk == request.pk)


def says_no(people: Cast, request: Request, room: Any, *, reason: str = "full", now: Any = NOW) -> Hold:
    held = hold(people.amina, request, room, now=now)
    actions.decline(held.pk, reason=reason, acting=people.sonia.actor, now=now)
    return held


def test_a_house_that_said_no_is_not_proposed_again_until_her_needs_are_others(people: Cast, camille: Member) -> None:
    room = unit(people.sonia, shelter(people.sonia))
    unit(people.sonia, room.shelter, label="B")
    request = ask(people.amina)
    assert proposed(camille, request).unit
    says_no(people, request, room)
    line = proposed(camille, request)
    assert (line.unit, line.line.why, line.left_out) == (None, "excluded_alone_fit", 1), "no other room of that house either"
    other = unit(people.bruno, shelter(people.bruno, name="Autre"))
    assert proposed(camille, request).unit == other
    actions.close_request(request.pk, acting=people.amina.actor, now=NOW + HOUR)
    again = ask(people.amina, reference=request.reference)
    assert proposed(camille, again).unit == other, "the next request of one search is the same search"
    alone = household(["woman"], refuses_zones=frozenset({"69"}))
    actions.change_request(again.pk, needs=alone, urgency=2, acting=people.amina.actor, now=NOW + HOUR)
    assert proposed(camille, again).left_out == 0, "it said no to other needs"


def test_a_no_ends_with_a_home_in_between_or_when_the_house_is_asked_anew(people: Cast, camille: Member) -> None:
    room = unit(people.sonia, shelter(people.sonia))
    request = ask(people.amina)
    says_no(people, request, room)
    asked_anew = hold(people.amina, request, room, now=NOW + HOUR)
    assert proposed(camille, request).left_out == 0
    actions.decline(asked_anew.pk, reason="full", acting=people.sonia.actor, now=NOW + 2 * HOUR)
    assert proposed(camille, request).left_out == 1
    home = hold(people.amina, request, unit(people.bruno, shelter(people.bruno, name="Autre")), now=NOW + 3 * HOUR)
    actions.accept(home.pk, acting=people.bruno.actor, now=NOW + 3 * HOUR)
    arrive(people.bruno, people.amina, home.pk, now=NOW + 4 * HOUR)
    actions.leave(home.pk, acting=people.bruno.actor, now=NOW + 5 * HOUR)
    assert proposed(camille, ask(people.amina, reference=request.reference)).left_out == 0


def test_a_place_that_she_does_not_want_is_not_proposed_and_she_waits_on_as_before(people: Cast, camille: Member) -> None:
    """Her refusal binds, lowers no rank, and is not read by the house."""
    room = unit(people.sonia, shelter(people.sonia))
    unit(people.bruno, shelter(people.bruno, name="Autre"), collective=True)
    request, beside = ask(people.amina), ask(people.amina)
    held = hold(people.amina, request, room)
    actions.accept(held.pk, acting=people.sonia.actor, now=NOW)
    with camille.acts() as actor:
        assert [one.request.pk for one in daily_proposal(actor, now=NOW).lines] == [beside.pk], "a place is kept for her"
    actions.give_back(held.pk, she_declined=True, acting=people.amina.actor, now=NOW)
    before = proposed(camille, beside, now=NOW)
    after = proposed(camille, request, now=NOW)
    assert (after.waiting_days, after.request.urgency) == (before.waiting_days, before.request.urgency), "she counts as before"
    assert after.left_out == 1
    assert after.unit is None or after.unit.shelter_id != room.shelter_id
    alone = household(["woman"])
    actions.change_request(request.pk, needs=alone, urgency=2, acting=people.amina.actor, now=NOW + HOUR)
    assert proposed(camille, request).left_out == 1, "needs that changed do not undo it"
    with people.sonia.acts() as actor, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM places_refusedbyher")
        assert cursor.fetchone() == (0,)
        assert not RefusedByHer.objects.visible_to(actor).exists()
    hold(people.amina, request, room, now=NOW + 2 * HOUR)
    assert proposed(camille, request).left_out == 0, "asked for anew, with her"


def test_nobody_writes_by_sql_that_somebody_refused_a_place(people: Cast) -> None:
    room = unit(people.sonia, shelter(people.sonia))
    held = hold(people.amina, ask(people.amina), room)
    for who, keeper in ((people.amina, people.atalante.pk), (people.sonia, people.sonia.organisation.pk)):
        with pytest.raises(Error), who.acts(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO places_refusedbyher (id, request_id, shelter_id, organisation_id, said_at) VALUES (%s, %s, %s, %s, now())",
                [uuid4(), held.request_id, held.shelter_id, keeper],
            )


def test_what_is_left_out_tells_no_answer_of_a_hidden_house_and_no_reason(people: Cast, camille: Member) -> None:
    """Whatever a hidden house says, and whyever a listed one says no, the coordination reads the same."""
    listed = unit(people.bruno, shelter(people.bruno, name="Autre"))
    hidden = unit(people.sonia, shelter(people.sonia, listed=False))
    seen: set[tuple[Any, ...]] = set()
    for answer in ("nothing", "full", "safety", "given back", "refused by her"):
        request = ask(people.amina)
        sent(people.amina, request)
        with people.sonia.acts() as actor:
            received = Hold.objects.visible_to(actor).get(request=request, listed=False)
        if answer in ("full", "safety"):
            actions.decline(received.pk, reason=answer, acting=people.sonia.actor, now=NOW)
        elif answer != "nothing":
            actions.accept(received.pk, unit_id=hidden.pk, acting=people.sonia.actor, now=NOW)
            actions.give_back(received.pk, she_declined=answer == "refused by her", acting=people.amina.actor, now=NOW)
        line = proposed(camille, request)
        seen.add((line.unit, line.line.why, line.left_out, line.line.worth))
        with camille.acts() as actor:
            assert not RefusedByHer.objects.visible_to(actor).exists()
            assert not Hold.objects.visible_to(actor).filter(request=request).exists()
        actions.close_request(request.pk, acting=people.amina.actor, now=NOW)
    assert seen == {(listed, "proposed", 0, next(iter(seen))[3])}
    told = set()
    for reason in ("full", "safety", "staff"):
        request = ask(people.amina)
        held = hold(people.amina, request, listed)
        actions.decline(held.pk, reason=reason, acting=people.bruno.actor, now=NOW)
        line = proposed(camille, request)
        told.add((line.unit, line.line.why, line.left_out, line.reasons))
        actions.close_request(request.pk, acting=people.amina.actor, now=NOW)
    assert len(told) == 1


def test_a_coordination_that_keeps_a_hidden_house_reads_no_answer_of_its_own_in_the_proposal(people: Cast) -> None:
    """The page is the coordination's: what its house said stays in the house."""
    host = member("Hortense Exemple", organisation("Vigie", "coordination", "13"), "shelter_worker")
    coordinates = member("Camille Exemple", host.organisation, "coordination")
    hidden = shelter(host, listed=False)
    room = unit(host, hidden)
    request = ask(people.amina)
    sent(people.amina, request)
    with host.acts() as actor:
        received = Hold.objects.visible_to(actor).get(request=request)
    actions.decline(received.pk, reason="full", acting=host.actor, now=NOW)
    actions.change_shelter(hidden.pk, **SAID | {"listed": True}, acting=host.actor, now=NOW)
    line = proposed(coordinates, request)
    assert (line.unit, line.left_out) == (room, 0)


def test_what_the_seeker_is_shown_does_not_change(people: Cast, camille: Member) -> None:
    """The list of candidates is hers to judge with the house on the telephone; what is left out of the proposal stays in it."""
    room = unit(people.sonia, shelter(people.sonia))
    request = ask(people.amina)

    def listed() -> list[tuple[UUID, int]]:
        with people.amina.acts() as actor:
            return [(one.unit.pk, one.fit.score) for one in candidates_for(actor, request, now=NOW).fitting]

    before = listed()
    says_no(people, request, room)
    assert proposed(camille, request).left_out == 1
    assert listed() == before == [(room.pk, before[0][1])]


def test_a_yes_that_nobody_came_for_lets_her_wait_again(people: Cast, camille: Member) -> None:
    room = unit(people.sonia, shelter(people.sonia))
    request = ask(people.amina)
    held = hold(people.amina, request, room)
    actions.accept(held.pk, acting=people.sonia.actor, now=NOW)
    later = NOW + timedelta(days=4)
    assert proposed(camille, request, now=later).unit == room


def test_the_page_says_how_many_are_left_out_and_not_why(people: Cast, camille: Member, signed_in: SignIn) -> None:
    room = unit(people.sonia, shelter(people.sonia))
    request = actions.ask(
        reference=uuid4(), needs=MOTHER_OF_TWO, urgency=2, zone="13", key=uuid4(), acting=people.amina.actor, now=timezone.now()
    )
    says_no(people, request, room, reason="safety", now=timezone.now())
    page = signed_in(camille).get("/places/proposal/").content.decode()
    assert "1 lieu qui a dit non à ces besoins ou dont le ménage ne veut pas" in page
    assert "Aucun autre lieu ne convient que ceux laissés de côté" in page
    assert "curité" not in page.split("<main")[1]
