"""A request for a place is changed: who was asked reads it anew, what it said before stays, nobody says yes to what they did not read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError, InternalError, ProgrammingError
from django.test import Client
from django.utils import timezone

from repere.core.needs import household
from repere.ledger.models import Entry
from repere.places import actions, jobs
from repere.places.forms import NeedsForm, filled_from
from repere.places.households import read, written
from repere.places.models import Apart, FormerNeeds, Hold, Occupancy, Request
from repere.places.queries.candidates import candidates_for
from repere.places.queries.desk import desk, former_needs
from repere.places.refusals import NotVisible
from tests.cases.story import concern
from tests.cases.test_places import NEEDS
from tests.people import Cast, Member
from tests.places.houses import MOTHER_OF_TWO, NOW, ask, by_worker, hold, refused, sent, shelter, unit

SignIn = Callable[[Member], Client]
LATER = NOW + timedelta(hours=1)
OF_THREE = household(["woman"], children=3, refuses_zones=frozenset({"69"}), languages=frozenset({"eng"}))


def change(seeker: Member, request: Request, needs: Any = OF_THREE, **more: Any) -> Request:
    told = {"urgency": 2, "now": LATER} | more
    return actions.change_request(request.pk, needs=needs, acting=seeker.actor, **told)


def states(member: Member, request: Request) -> list[str]:
    with member.acts() as actor:
        return list(Hold.objects.visible_to(actor).filter(request=request).order_by("asked_at", "state").values_list("state", flat=True))


def test_the_new_needs_are_judged_and_the_old_ones_stay_to_be_read(people: Cast) -> None:
    unit(people.sonia, shelter(people.sonia), capacity=3)
    large = unit(people.sonia, shelter(people.sonia), capacity=4)
    request = ask(people.amina)
    changed = change(people.amina, request, urgency=3)
    assert (changed.size, changed.minors, changed.urgency, changed.changed_at) == (4, 3, 3, LATER)
    with people.amina.acts() as actor:
        assert [one.unit.pk for one in candidates_for(actor, changed, now=LATER).fitting] == [large.pk]
        (former,) = former_needs(actor, changed)
        assert (read(former.household).needs, former.urgency, former.created_at) == (MOTHER_OF_TWO, 2, LATER)
        assert Entry.objects.filter(act="change_request").count() == 1


def test_nothing_changed_keeps_no_former_needs_and_asks_nobody_again(people: Cast) -> None:
    request = ask(people.amina)
    held = hold(people.amina, request, unit(people.sonia, shelter(people.sonia)))
    change(people.amina, request, MOTHER_OF_TWO)
    with people.amina.acts() as actor:
        assert former_needs(actor, request) == []
        assert Hold.objects.visible_to(actor).get().pk == held.pk


def test_a_listed_shelter_is_asked_anew_with_the_same_end_and_its_beds_stay_kept(people: Cast) -> None:
    request, room = ask(people.amina), unit(people.sonia, shelter(people.sonia), capacity=6, one_household=False)
    before = hold(people.amina, request, room)
    change(people.amina, request)
    assert states(people.amina, request) == ["withdrawn", "asked"]
    with people.sonia.acts() as actor:
        (asked,) = desk(actor, now=LATER).asked
        assert (asked.ends_at, asked.told_before, asked.request.size) == (before.ends_at, True, 4)
        assert Occupancy.objects.visible_to(actor).filter(live=True).count() == 4
        assert [read(one.household).needs for one in former_needs(actor, asked.request)] == [MOTHER_OF_TWO]
    with refused("not_waiting"):
        actions.accept(before.pk, acting=people.sonia.actor, now=LATER)
    assert actions.accept(asked.pk, acting=people.sonia.actor, now=LATER).state == "accepted"


def test_a_place_that_no_longer_fits_is_given_back(people: Cast) -> None:
    request, room = ask(people.amina), unit(people.sonia, shelter(people.sonia), capacity=3)
    hold(people.amina, request, room)
    change(people.amina, request)
    assert states(people.amina, request) == ["withdrawn"]
    assert hold(people.bruno, ask(people.bruno), room, now=LATER).state == "asked", "its beds are free for others"


def test_once_a_shelter_said_yes_the_needs_stay_as_it_read_them(people: Cast) -> None:
    request = ask(people.amina)
    held = hold(people.amina, request, unit(people.sonia, shelter(people.sonia)))
    actions.accept(held.pk, acting=people.sonia.actor, now=NOW)
    with refused("yes_to_these_needs"):
        change(people.amina, request)
    actions.give_back(held.pk, acting=people.amina.actor, now=NOW)
    assert change(people.amina, request).size == 4


def test_hidden_shelters_that_had_the_need_are_asked_anew_and_told_that_it_changed(people: Cast) -> None:
    unit(people.sonia, shelter(people.sonia, listed=False), capacity=6)
    request = ask(people.amina)
    sent(people.amina, request)
    with people.sonia.acts() as actor:
        (first,) = desk(actor, now=NOW).asked
        assert not first.told_before
    change(people.amina, request)
    with refused("needs_changed"):
        actions.accept(first.pk, acting=people.sonia.actor, now=LATER)
    assert by_worker(jobs.send, request.pk, now=LATER) == 1
    assert by_worker(jobs.send, request.pk, now=LATER) == 0, "the job may run twice"
    with people.sonia.acts() as actor:
        (again,) = desk(actor, now=LATER).asked
        assert again.pk != first.pk
        assert again.told_before
        assert [read(one.household).needs for one in former_needs(actor, again.request)] == [MOTHER_OF_TWO]
    assert states(people.amina, request) == [], "the seeker learns of no hidden shelter, before and after"


def test_a_hidden_shelter_that_had_said_no_may_answer_the_new_needs(people: Cast) -> None:
    unit(people.sonia, shelter(people.sonia, listed=False), capacity=6)
    request = ask(people.amina)
    sent(people.amina, request)
    with people.sonia.acts() as actor:
        (first,) = desk(actor, now=NOW).asked
    actions.decline(first.pk, reason="not_fitting", acting=people.sonia.actor, now=NOW)
    change(people.amina, request)
    assert by_worker(jobs.send, request.pk, now=LATER) == 1
    assert states(people.sonia, request) == ["declined", "asked"]


def test_a_hidden_shelter_where_she_no_longer_wants_to_go_reads_her_needs_no_more(people: Cast) -> None:
    unit(people.sonia, shelter(people.sonia, listed=False, zone="83"))
    request = ask(people.amina)
    sent(people.amina, request)
    change(people.amina, request, replace(MOTHER_OF_TWO, refuses_zones=frozenset({"69", "83"})))
    assert by_worker(jobs.send, request.pk, now=LATER) == 0
    with people.sonia.acts() as actor:
        assert desk(actor, now=LATER).asked == []
        assert not Request.objects.visible_to(actor).exists()
        assert not FormerNeeds.objects.visible_to(actor).exists()


def test_a_shelter_asked_only_after_the_change_does_not_read_what_was_said_before(people: Cast) -> None:
    unit(people.sonia, shelter(people.sonia, listed=False), capacity=6)
    request = change(people.amina, ask(people.amina))
    with people.amina.acts() as actor:
        actions.send_to_unlisted(request.pk, acting=actor, now=LATER)
    by_worker(jobs.send, request.pk, now=LATER + timedelta(minutes=1))
    with people.sonia.acts() as actor:
        (asked,) = desk(actor, now=LATER).asked
        assert not asked.told_before
        assert former_needs(actor, asked.request) == []
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM places_formerneeds")
            assert cursor.fetchone() == (0,)


def test_whom_she_must_not_meet_is_added_and_asked_anew(people: Cast) -> None:
    request, other = ask(people.amina), uuid4()
    change(people.amina, request, MOTHER_OF_TWO, apart=[other])
    change(people.amina, request, MOTHER_OF_TWO, apart=[other], now=LATER + timedelta(hours=1))
    with people.amina.acts() as actor:
        assert Apart.objects.visible_to(actor).get().other == other
        assert len(former_needs(actor, request)) == 1


def test_only_who_asked_changes_it_and_only_while_a_place_is_looked_for(people: Cast) -> None:
    request = ask(people.amina)
    with pytest.raises(NotVisible):
        change(people.bruno, request)
    with refused("not_your_role"):
        change(people.chloe, request)
    actions.close_request(request.pk, acting=people.amina.actor, now=NOW)
    with refused("request_closed"):
        change(people.amina, request)


def test_the_database_alone_lets_no_shelter_rewrite_a_need_and_loses_no_version(people: Cast) -> None:
    request = ask(people.amina)
    hold(people.amina, request, unit(people.sonia, shelter(people.sonia)))
    rewrite = "UPDATE places_request SET size = 1, changed_at = now() WHERE id = %s"
    for member, why in ((people.sonia, "changed by who asked"), (people.amina, "said before is kept")):
        with pytest.raises(IntegrityError, match=why), member.acts(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(rewrite, [request.pk])
    change(people.amina, request)
    with pytest.raises((ProgrammingError, InternalError, IntegrityError)), people.amina.acts(), connection.cursor() as cursor:
        cursor.execute("UPDATE places_formerneeds SET urgency = 0")


@pytest.mark.parametrize(
    "needs",
    [MOTHER_OF_TWO, household(["woman", "man"], couple=True, pets=True, security=2, form="labour", near=frozenset({"13", "2A", "974"})),
     household([], children=1, phase="minors", refuses=frozenset({"remote"}), prefers=frozenset({"single"}), avoid=frozenset({"75"}))],
)  # fmt: skip
def test_the_form_gives_back_the_needs_that_fill_it(needs: Any) -> None:
    filled = filled_from(written(needs), urgency=1)
    form = NeedsForm({name: value for name, value in filled.items() if value != ""}, exploitation=[("labour", "")])
    assert form.is_valid(), form.errors
    assert written(form.as_needs())["needs"] == written(needs)["needs"]
    assert (form.as_needs().size, form.cleaned_data["urgency"]) == (needs.size, "1")


def test_needs_change_on_the_pages_and_the_shelter_reads_both(signed_in: SignIn, people: Cast) -> None:
    room = unit(people.sonia, shelter(people.sonia), capacity=6, one_household=False)
    case = concern(people.amina.actor)
    amina, sonia = signed_in(people.amina), signed_in(people.sonia)
    address = amina.post(f"/cases/{case.code}/place/", NEEDS | {"key": str(uuid4())}, follow=True).redirect_chain[-1][0]
    amina.post(address + "hold/", {"unit": str(room.pk), "key": str(uuid4())})
    form = amina.get(address + "change/").context["form"]
    assert (form["minors"].value(), form["refuses_zones"].value()) == (2, "Isère, Rhône")
    page = amina.post(address + "change/", NEEDS | {"minors": "3"}, follow=True).content.decode()
    assert "3 mineurs" in page
    assert "Ce qui était demandé avant" in page
    with people.sonia.acts() as actor:
        held = Hold.objects.visible_to(actor).get(state="asked")
    assert "Les besoins ont changé" in sonia.get("/places/").content.decode()
    page = sonia.get(f"/places/asked/{held.pk}/").content.decode()
    assert "3 mineurs" in page
    assert "2 mineurs" in page
    assert sonia.get(address + "change/").status_code == 404


def test_another_telephone_is_told_at_any_time_and_asks_nobody_again(signed_in: SignIn, people: Cast) -> None:
    """Who answers tonight is not who answered this morning; the house reads the new number, and no house writes one."""
    room, case, now = unit(people.sonia, shelter(people.sonia)), concern(people.amina.actor), timezone.now()
    request = ask(people.amina, reference=case.place_reference, line="+33199001122")
    held = hold(people.amina, request, room, now=now)
    actions.accept(held.pk, acting=people.sonia.actor, now=now)
    amina, address = signed_in(people.amina), f"/cases/{case.code}/place/{request.pk}/"
    for wrong in ("01", "x" * 60):
        amina.post(f"{address}line/", {"line": wrong})
        assert "1 99 00 11 22" in signed_in(people.sonia).get(f"/places/asked/{held.pk}/").content.decode()
    amina.post(f"{address}line/", {"line": "01 99 00 33 44"})
    page = signed_in(people.sonia).get(f"/places/asked/{held.pk}/").content.decode()
    assert "1 99 00 33 44" in page
    assert "1 99 00 11 22" not in page
    with people.amina.acts() as actor:
        assert Hold.objects.visible_to(actor).get(request=request).state == Hold.State.ACCEPTED, "nobody is asked again"
        assert not FormerNeeds.objects.visible_to(actor).exists()
        assert Entry.objects.filter(act="change_line").count() == 1
    refusal = pytest.raises(ProgrammingError, match="told by who asked")
    with refusal, people.sonia.acts(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE places_request SET line = '+33199009999'")
    with pytest.raises(NotVisible):
        actions.change_line(request.pk, line="", acting=people.ines.actor, now=now)
