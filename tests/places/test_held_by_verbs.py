"""A bed is kept, answered for and freed by the verbs alone, and places are read by who seeks or hosts: SQL on somebody's connection, of
whatever role, does neither. The statements are an attacker's own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.models import ADMINISTRATOR
from repere.cases.actions import break_glass
from repere.places import actions
from repere.places.models import Arrival, Event, Hold, Incident, Occupancy, Request, Shelter, Unit
from repere.places.queries.candidates import candidates_for, listed_places
from repere.places.queries.country import daily_proposal
from repere.places.queries.desk import desk
from tests.cases.story import concern
from tests.people import Cast, Member, each_their_own, member
from tests.places.houses import MOTHER_OF_TWO, NOW, arrive, ask, by_the_house, hold, live, sent, shelter, unit

RLS = "row-level security"
AsRole = Callable[[str], AbstractContextManager[None]]
HELD = (
    "INSERT INTO places_hold (id, listed, state, said_yes, user_id, asked_at, ends_at, key, asking_id, host_id, request_id, shelter_id,"
    " unit_id) SELECT gen_random_uuid(), true, 'asked', false, %s, now(), '2100-01-01', gen_random_uuid(), %s, u.organisation_id, %s,"
    " u.shelter_id, u.id FROM places_unit u, generate_series(1, 10) WHERE u.listed AND u.organisation_id <> %s"
)
EVERY_BED = (
    "INSERT INTO places_occupancy (id, during, live, bed_id, hold_id)"
    " SELECT gen_random_uuid(), tstzrange(now(), NULL), true, b.id, %s FROM places_bed b ON CONFLICT DO NOTHING"
)
WHERE_SHE_CAME = (
    "SELECT s.name, s.zone, u.label, b.number, o.during::text FROM places_occupancy o JOIN places_bed b ON b.id = o.bed_id"
    " JOIN places_unit u ON u.id = b.unit_id JOIN places_shelter s ON s.id = u.shelter_id WHERE o.live"
)
TABLES = (
    "shelter", "unit", "bed", "shelterchange", "sheltervoice", "request", "hold", "occupancy", "apart", "carried", "formerneeds",
    "question", "privatereason", "arrival", "incident", "alert", "event",
)  # fmt: skip


def sql(statement: str, *values: Any) -> list[tuple[Any, ...]] | int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, list(values) or None)
        return cursor.fetchall() if cursor.description else int(cursor.rowcount)


def done_by(who: Member, statement: str, *values: Any) -> list[tuple[Any, ...]] | int:
    with who.acts():
        return sql(statement, *values)


def denied(who: Member, statement: str, *values: Any, because: str = RLS) -> None:
    with who.acts(), pytest.raises(DatabaseError, match=because):
        sql(statement, *values)


# ---- beds


def test_one_statement_keeps_no_bed_and_holds_no_unit(people: Cast) -> None:
    """The attack: one hold without end, then every bed of the country for it, for ever."""
    for label in "ab":
        unit(people.sonia, shelter(people.sonia), label=label)
    request = ask(people.amina)
    denied(people.amina, HELD, people.amina.user.pk, people.atalante.pk, request.pk, people.atalante.pk, because="with an end")
    near = HELD.replace("'2100-01-01'", "now() + interval '4 hours'")
    denied(people.amina, near, people.amina.user.pk, people.atalante.pk, request.pk, people.atalante.pk)
    room = unit(people.sonia, shelter(people.sonia), label="c")
    mine = hold(people.amina, request, room, now=timezone.now())
    denied(people.amina, EVERY_BED, mine.pk, because="until its hold ends")
    as_long = EVERY_BED.replace("tstzrange(now(), NULL)", "tstzrange(now(), (SELECT ends_at FROM places_hold))")
    denied(people.amina, as_long, mine.pk, because="of its unit")
    free = "UPDATE places_occupancy SET live = false"
    longer = "UPDATE places_occupancy SET during = tstzrange(lower(during), NULL)"
    for who in (people.amina, people.sonia):
        denied(who, free)
        denied(who, longer, because="until its hold ends")
    assert done_by(people.ines, free) == 0
    with people.amina.acts() as actor:
        assert Occupancy.objects.visible_to(actor).filter(live=True).count() == room.capacity


def test_the_table_keeps_no_bed_beyond_the_hold_whoever_writes(people: Cast) -> None:
    """In the application's own capacity too: a verb that forgot to ask is refused."""
    kept, other = (unit(people.sonia, shelter(people.sonia), label=label, capacity=4, one_household=False) for label in "ab")
    mine = hold(people.amina, ask(people.amina), kept)
    one_more = "INSERT INTO places_occupancy (id, during, live, bed_id, hold_id) SELECT gen_random_uuid(), during, true, b.id, hold_id"
    one_more += " FROM places_occupancy o, places_bed b WHERE b.unit_id = %s AND b.number = 4 LIMIT 1"
    with by_the_house(people.amina):
        for room, because in ((other, "of its unit"), (kept, "no more beds")):
            with pytest.raises(DatabaseError, match=because):
                sql(one_more, room.pk)
        with pytest.raises(DatabaseError, match="until its hold ends"):
            sql("UPDATE places_occupancy SET during = tstzrange(lower(during), NULL)")
    with people.amina.acts() as actor:
        assert Occupancy.objects.visible_to(actor).filter(hold=mine).count() == MOTHER_OF_TWO.size


def test_nobody_answers_for_a_house_or_goes_back_by_sql(people: Cast) -> None:
    room = unit(people.sonia, shelter(people.sonia))
    asked = hold(people.amina, ask(people.amina), room)
    yes = "UPDATE places_hold SET state = 'accepted', said_yes = true, answered_by = %s"
    denied(people.sonia, yes, people.amina.user.pk)
    denied(people.sonia, yes, people.sonia.user.pk)
    denied(people.sonia, "UPDATE places_hold SET second_look_by = NULL, ends_at = '2100-01-01'")
    denied(people.amina, "UPDATE places_hold SET state = 'withdrawn'")
    denied(people.amina, "UPDATE places_hold SET ends_at = '2100-01-01'")
    actions.accept(asked.pk, acting=people.sonia.actor, now=NOW)
    arrive(people.sonia, people.amina, asked.pk)
    denied(people.sonia, "UPDATE places_hold SET left_at = now(), state = 'left'")
    for state in ("asked", "accepted", "declined", "expired"):
        with by_the_house(people.sonia), pytest.raises(DatabaseError, match="does not become"):
            sql("UPDATE places_hold SET state = %s", state)
    assert actions.leave(asked.pk, acting=people.sonia.actor, now=NOW).state == "left"


def test_the_worker_ends_no_stay(people: Cast, as_role: AsRole) -> None:
    live(people.sonia, people.amina, unit(people.sonia, shelter(people.sonia)))
    with acting_as(Actor.system("places")), as_role("worker"), pytest.raises(DatabaseError, match="does not become"):
        sql("UPDATE places_hold SET state = 'expired'")


# ---- who reads


def a_row_of_each_table(people: Cast) -> None:
    """At Boussole, of Atalante: asked, refused, arrived, changed, told apart."""
    home = shelter(people.sonia)
    actions.ask_for_voice(home.pk, people.atalante.pk, acting=people.sonia.actor, now=NOW)
    rooms = [unit(people.sonia, home, label=label) for label in "abcd"]
    actions.change_capacity(rooms[3].pk, capacity=5, acting=people.sonia.actor, now=NOW)
    stays = live(people.sonia, people.amina, rooms[0], apart=[uuid4()], carries=[uuid4()])
    actions.keep_arrival(stays.pk, items={"luggage": "done"}, acting=people.sonia.actor, now=NOW)
    actions.decline(hold(people.amina, ask(people.amina), rooms[1]).pk, reason="full", acting=people.sonia.actor, now=NOW)
    request = ask(people.amina)
    asked = hold(people.amina, request, rooms[2])
    actions.ask_back(asked.pk, text="Combien de valises ?", acting=people.sonia.actor, now=NOW)
    actions.change_request(request.pk, needs=MOTHER_OF_TWO, urgency=3, acting=people.amina.actor, now=NOW + timedelta(hours=1))
    actions.report_incident(home.pk, kind="located", acting=people.sonia.actor, now=NOW + timedelta(days=2))


def read(who: Member) -> dict[str, int]:
    """How many rows of each table SQL of theirs reads."""
    with who.acts():
        counted = [sql(f"SELECT count(*) FROM places_{table}") for table in TABLES]
    return dict(zip(TABLES, (rows[0][0] for rows in counted if not isinstance(rows, int)), strict=True))


@pytest.mark.parametrize("role", [ADMINISTRATOR, "rapporteur", "prefecture", "border_police", "jurist"])
def test_whoever_neither_seeks_nor_hosts_reads_nothing_even_of_her_own_body(people: Cast, role: str) -> None:
    a_row_of_each_table(people)
    ours, theirs = read(people.amina), read(people.sonia)
    assert [table for table in TABLES if not ours[table] + theirs[table]] == [], "there is something to read"
    for body in (people.boussole, people.atalante, people.police):
        other = member("Renée Exemple", body, role)
        assert {table: number for table, number in read(other).items() if number} == {}
        assert done_by(other, "SELECT taken_beds(now()), taken_beds('2026-06-15')") == []
        with other.acts() as actor:
            for model in (Shelter, Unit, Request, Hold, Occupancy, Arrival, Incident, Event):
                assert not model.objects.visible_to(actor).exists(), "nor by a query"
            assert desk(actor, now=NOW).houses == []
        written = "INSERT INTO places_incident (id, shelter_id, organisation_id, kind, user_id, at) VALUES (%s, %s, %s, 'other', %s, now())"
        denied(other, written, uuid4(), uuid4(), body.pk, other.user.pk)


def test_who_seeks_reads_that_a_bed_is_taken_and_neither_since_when_nor_for_whom(people: Cast) -> None:
    """The police look for places too, and so does an association that knows nobody there."""
    home = shelter(people.sonia)
    taken, left = unit(people.sonia, home, label="a", capacity=3), unit(people.sonia, home, label="b", capacity=3)
    live(people.sonia, people.amina, taken)
    for who in (people.karim, people.ines):
        assert done_by(who, WHERE_SHE_CAME) == []
        found = read(who)
        assert {table for table in found if found[table]} == {"shelter", "unit", "bed"}
        # Asked about many moments, the answer is one: nobody searches for the second at which she came.
        moments = [NOW - timedelta(days=400), NOW - timedelta(seconds=1), NOW, timezone.now() + timedelta(days=4000)]
        answers = [done_by(who, "SELECT taken_beds(%s) ORDER BY 1", moment) for moment in moments]
        assert answers[0] == answers[1] == answers[2] == answers[3]
        assert len(done_by(who, "SELECT taken_beds(now(), %s)", taken.pk)) == 3  # type: ignore[arg-type]
        assert done_by(who, "SELECT taken_beds(now(), %s)", left.pk) == []
        with who.acts():
            assert {place.id: place.beds for place in listed_places(now=NOW).places} == {str(taken.pk): 0, str(left.pk): 3}
    with people.ines.acts() as ines:
        assert [one.unit.pk for one in candidates_for(ines, ask(people.ines), now=NOW).fitting] == [left.pk]
    for side in (people.amina, people.sonia):
        assert len(done_by(side, WHERE_SHE_CAME)) == 3, "those two know"  # type: ignore[arg-type]


def test_until_when_a_bed_is_kept_is_not_found_by_asking_about_later(people: Cast) -> None:
    """The end of a question tells when it was asked."""
    room = unit(people.sonia, shelter(people.sonia), capacity=3)
    now = timezone.now()
    hold(people.amina, ask(people.amina, urgency=3), room, now=now)
    for hours in (0, 3, 5, 100):
        assert len(done_by(people.ines, "SELECT taken_beds(%s)", now + timedelta(hours=hours))) == 3  # type: ignore[arg-type]


def test_beds_of_a_hidden_house_are_counted_for_nobody_else(people: Cast) -> None:
    hidden = shelter(people.sonia, listed=False)
    room = unit(people.sonia, hidden)
    with by_the_house(people.amina) as desk_of_atalante:
        assert not Shelter.objects.visible_to(desk_of_atalante).exists()
    request = ask(people.amina)
    sent(people.amina, request)
    with people.sonia.acts() as sonia:
        received = Hold.objects.visible_to(sonia).get()
    actions.accept(received.pk, unit_id=room.pk, acting=people.sonia.actor, now=NOW)
    assert done_by(people.ines, "SELECT taken_beds('2026-06-15')") == []
    assert len(done_by(people.sonia, "SELECT taken_beds('2026-06-15')")) == 3  # type: ignore[arg-type]


def test_the_coordination_reads_needs_and_free_beds_and_no_stay(people: Cast) -> None:
    a_row_of_each_table(people)
    claire = member("Claire Exemple", people.prefecture, "coordination")
    found = read(claire)
    assert {table for table in found if found[table]} == {"shelter", "unit", "bed", "request", "hold"}
    assert done_by(claire, WHERE_SHE_CAME) == []
    with claire.acts() as actor:
        assert len(daily_proposal(actor, now=NOW).lines) == 3


def test_an_administrator_in_an_emergency_reads_on_the_page_where_a_bed_is_kept_and_nothing_by_sql(
    people: Cast, signed_in: Callable[[Member], Client]
) -> None:
    case, now = concern(people.amina.actor), timezone.now()
    request = ask(people.amina, reference=case.place_reference)
    hold(people.amina, request, unit(people.sonia, shelter(people.sonia)), now=now)
    each_their_own(people.atalante)
    chloe, address = signed_in(people.chloe), f"/cases/{case.code}/place/"
    assert chloe.get(address).status_code == 403
    break_glass(code=case.code, motive="danger", reason="appel inventé", groups=["housing"], acting=people.chloe.actor, now=now)
    page = chloe.get(address, follow=True)
    assert page.redirect_chain[-1][0] == f"{address}{request.pk}/"
    assert f"<strong>{people.boussole.name}</strong>" in page.content.decode()
    assert {table: number for table, number in read(people.chloe).items() if number} == {}
