"""Whoever follows her file reads which marks stand, and ends one: with a reason, and by two where it keeps somebody else safe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import Error, connection, transaction
from django.test import Client
from django.utils import timezone

from repere.cases.models import Case
from repere.core.codes import new_code
from repere.ledger.models import Entry
from repere.places import actions
from repere.places.doors import visible_hold
from repere.places.mark_models import MarkEnd
from repere.places.marks import mark
from repere.places.models import Apart, Carried, Hold, Request
from repere.places.queries.desk import must_not_meet
from repere.places.queries.marks import marks_of
from repere.places.refusals import NotVisible, Refused
from tests.cases.story import concern
from tests.people import Cast, Member
from tests.places.houses import MOTHER_OF_TWO, hold, live, shelter, unit

SignIn = Callable[[Member], Client]
FEARED, BORNE = mark(new_code()), mark(new_code())


@pytest.fixture
def case(people: Cast) -> Case:
    return concern(people.amina.actor)


def ask(by: Member, reference: UUID, **more: Any) -> Request:
    told = {"apart": [FEARED], "carries": [BORNE]} | more
    return actions.ask(
        reference=reference, needs=MOTHER_OF_TWO, urgency=2, zone="13", key=uuid4(), acting=by.actor, now=timezone.now(), **told
    )


def line(member: Member, reference: UUID, kind: str) -> UUID:
    with member.acts() as actor:
        (only,) = getattr(marks_of(actor, reference), kind)
    return only.line_id


def warned(host: Member, held: Hold) -> int:
    with host.acts() as actor:
        return must_not_meet(actor, visible_hold(actor, held.pk))


def test_her_own_safety_ends_with_one_reason_and_what_keeps_another_safe_by_two(people: Cast, case: Case) -> None:
    house = shelter(people.sonia)
    first, second, third = (unit(people.sonia, house, label=label) for label in "abc")
    live(people.sonia, people.bruno, first, carries=[FEARED])
    live(people.sonia, people.bruno, second, apart=[BORNE])
    reference = case.place_reference
    held = hold(people.amina, ask(people.amina, reference), third, now=timezone.now())
    assert warned(people.sonia, held) == 2
    amina, odile, now = people.amina.actor, people.odile.actor, timezone.now()
    with pytest.raises(Refused, check=lambda error: error.code == "reason_unknown"):
        actions.end_mark(reference, line(people.amina, reference, "apart"), reason="tired", follows=False, acting=amina, now=now)
    hers = line(people.amina, reference, "apart")
    assert actions.end_mark(reference, hers, reason="no_danger", follows=False, acting=amina, now=now) is True
    assert warned(people.sonia, held) == 1
    borne = line(people.amina, reference, "carried")
    assert actions.end_mark(reference, borne, reason="agreed", follows=False, acting=amina, now=now) is False
    assert warned(people.sonia, held) == 1, "it stands until a colleague agrees"
    for code, act in (
        ("end_was_asked", lambda: actions.end_mark(reference, borne, reason="agreed", follows=False, acting=odile, now=now)),
        ("another_person_agrees", lambda: actions.decide_end(reference, borne, ends=True, acting=amina, now=now)),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == code
    actions.decide_end(reference, borne, ends=False, acting=odile, now=now)
    assert warned(people.sonia, held) == 1, "she said that it stays"
    actions.end_mark(reference, borne, reason="agreed", follows=False, acting=amina, now=now)
    actions.decide_end(reference, borne, ends=True, acting=odile, now=now)
    assert warned(people.sonia, held) == 0
    with people.amina.acts() as actor:
        found = marks_of(actor, reference)
        acts = list(Entry.objects.filter(act__in=("end_mark", "decide_end_of_mark")).values_list("act", flat=True))
    assert (found.apart, found.carried, len(found.ended)) == ([], [], 2)
    assert sorted(acts) == ["decide_end_of_mark"] * 2 + ["end_mark"] * 3
    with pytest.raises(NotVisible):
        actions.end_mark(reference, borne, reason="agreed", follows=False, acting=amina, now=now)


def test_what_ended_may_be_said_again_and_what_stands_goes_with_her(people: Cast, case: Case) -> None:
    """Said anew it stands anew; and after an incident only what stands goes with the household."""
    reference, now = case.place_reference, timezone.now()
    request = ask(people.amina, reference)
    actions.end_mark(reference, line(people.amina, reference, "apart"), reason="mistake", follows=False, acting=people.amina.actor, now=now)
    actions.change_request(request.pk, needs=MOTHER_OF_TWO, urgency=2, apart=[FEARED], acting=people.odile.actor, now=timezone.now())
    with people.amina.acts() as actor:
        (said,) = marks_of(actor, reference).apart
    assert said.said_by == people.odile.user.pk, "whoever wrote it, not whoever asked first"
    actions.end_mark(reference, said.line_id, reason="mistake", follows=False, acting=people.amina.actor, now=timezone.now())
    room = unit(people.sonia, shelter(people.sonia))
    held = hold(people.amina, request, room, now=timezone.now())
    actions.accept(held.pk, acting=people.sonia.actor, now=timezone.now())
    actions.arrive(held.pk, acting=people.sonia.actor, now=timezone.now())
    actions.confirm_arrival(held.pk, acting=people.amina.actor, now=timezone.now())
    with people.amina.acts() as actor:
        assert len(marks_of(actor, reference).carried) == 1, "it counts where she lives"
    (moving,) = actions.report_incident(room.shelter_id, kind="located", acting=people.sonia.actor, now=timezone.now())
    with people.sonia.acts() as actor:
        assert not Apart.objects.visible_to(actor).filter(request=moving).exists()
        assert set(Carried.objects.visible_to(actor).filter(request=moving).values_list("mark", flat=True)) == {BORNE}


def test_nobody_ends_a_mark_by_sql_nor_agrees_in_the_name_of_another(people: Cast, case: Case) -> None:
    reference, now = case.place_reference, timezone.now()
    ask(people.amina, reference)
    borne, feared = line(people.amina, reference, "carried"), line(people.amina, reference, "apart")
    insert = (
        "INSERT INTO places_markend (id, apart_id, carried_id, organisation_id, user_id, reason, at, ended, decided_at, second_user_id)"
        " VALUES (gen_random_uuid(), {}, {}, %s, %s, 'mistake', now(), {}, {}, {})"
    )
    me, other = people.amina.user.pk, people.odile.user.pk
    mine = [people.atalante.pk, me]
    for statement, values in (
        (insert.format("NULL", "%s", "true", "now()", "%s"), [borne, *mine, other]),
        (insert.format("NULL", "%s", "true", "now()", "NULL"), [borne, *mine]),
        (insert.format("NULL", "%s", "false", "NULL", "NULL"), [borne, people.atalante.pk, other]),
    ):
        with pytest.raises(Error), people.amina.acts(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
    actions.end_mark(reference, borne, reason="agreed", follows=False, acting=people.amina.actor, now=now)
    with people.amina.acts(), connection.cursor() as cursor:
        for table, row in (("places_carried", borne), ("places_apart", feared)):
            cursor.execute(f"UPDATE {table} SET ended_at = now() WHERE id = %s", [row])
            assert cursor.rowcount == 0
    for agreed in (me, other):
        with pytest.raises(Error), people.amina.acts(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE places_markend SET ended = true, decided_at = now(), second_user_id = %s", [agreed])
    with people.amina.acts() as actor:
        assert (len(marks_of(actor, reference).apart), len(marks_of(actor, reference).carried)) == (1, 1)


def test_the_page_shows_what_stands_to_who_follows_her_and_to_nobody_else(people: Cast, case: Case, signed_in: SignIn) -> None:
    other = concern(people.amina.actor)
    address = f"/cases/{case.code}/place/marks/"
    amina = signed_in(people.amina)
    request = ask(people.amina, case.place_reference, apart=[FEARED, other.place_reference])
    assert address in amina.get(f"/cases/{case.code}/place/{request.pk}/").content.decode()
    page = amina.get(address).content.decode()
    assert "Amina" in page
    assert other.code in page, "a file of ours that this reader sees"
    assert "Rhône" in page, "where she does not want to go"
    for secret in (str(FEARED), str(BORNE), str(case.place_reference), str(other.place_reference)):
        assert secret not in page
    for stranger in (people.sonia, people.ines):
        assert signed_in(stranger).get(address).status_code == 404
        assert signed_in(stranger).post(f"{address}end/", {"line": str(uuid4()), "reason": "mistake"}).status_code == 404
    borne = line(people.amina, case.place_reference, "carried")
    amina.post(f"{address}end/", {"line": str(borne), "reason": "agreed"})
    page = amina.get(address).content.decode()
    assert "jusqu'à ce qu'une collègue" in page.replace("&#x27;", "'")
    assert f"{address}agree/" not in page, "not to whoever asked"
    odile = signed_in(people.odile)
    assert f"{address}agree/" in odile.get(address).content.decode(), "a colleague who may read where she can live agrees"
    odile.post(f"{address}agree/", {"line": str(borne)})
    with people.amina.acts() as actor:
        assert marks_of(actor, case.place_reference).carried == []
    with people.sonia.acts() as actor, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM places_markend")
        assert cursor.fetchone() == (0,)
        assert not MarkEnd.objects.visible_to(actor).exists()
    assert amina.post(f"{address}end/", {"line": str(uuid4()), "reason": "agreed"}).status_code == 404


def test_a_file_that_the_reader_does_not_see_looks_like_a_mark(people: Cast, case: Case, signed_in: SignIn) -> None:
    """Its code would tell that it exists, and between whom danger lies."""
    hidden = concern(people.bruno.actor)
    ask(people.amina, case.place_reference, apart=[hidden.place_reference])
    page = signed_in(people.amina).get(f"/cases/{case.code}/place/marks/").content.decode()
    assert hidden.code not in page
    assert page.count("Un code convenu</strong>") == 2


def test_whom_she_must_not_meet_is_ended_by_who_follows_her_or_wrote_it(people: Cast, case: Case) -> None:
    """A colleague who does neither asks them: a place might receive her where that person lives."""
    reference, now = case.place_reference, timezone.now()
    ask(people.amina, reference)
    hers = line(people.amina, reference, "apart")
    with pytest.raises(Refused) as refused:
        actions.end_mark(reference, hers, reason="no_danger", follows=False, acting=people.odile.actor, now=now)
    assert refused.value.code == "ended_by_who_follows_her"
    assert line(people.amina, reference, "apart") == hers
    assert actions.end_mark(reference, hers, reason="no_danger", follows=True, acting=people.odile.actor, now=now) is True


def test_what_nobody_ended_stands_when_a_place_is_looked_for_anew(people: Cast, case: Case) -> None:
    """Closing a search and asking again in the plain form ends no mark; the house counts one whom it must not meet."""
    reference, now = case.place_reference, timezone.now()
    house = shelter(people.sonia)
    feared, free = (unit(people.sonia, house, label=label) for label in "ab")
    live(people.sonia, people.bruno, feared, carries=[FEARED])
    actions.close_request(ask(people.amina, reference).pk, acting=people.amina.actor, now=now)
    anew = ask(people.odile, reference, apart=[], carries=[])
    with people.amina.acts() as actor:
        found = marks_of(actor, reference)
    assert ([one.value for one in found.apart], [one.value for one in found.carried]) == ([FEARED], [BORNE])
    assert warned(people.sonia, hold(people.odile, anew, free, now=now)) == 1
