"""No row about places is written by SQL on a member's own connection: searches go on, houses stay where they lie, and her file reads no
step that nobody took. The statements are an attacker's own; what each verb writes is tried beside the verb."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.ledger.models import Entry
from repere.places import actions
from repere.places.access import declared_policies
from repere.places.models import Hold, Request, Shelter, Unit
from tests.people import Cast
from tests.places.houses import MOTHER_OF_TWO, NOW, ask, hold, live, shelter, unit
from tests.places.test_held_by_verbs import denied, done_by, sql

LATER = NOW + timedelta(hours=1)


def copied(table: str, **changed: str) -> str:
    """A row like those that this connection reads, but for these columns."""
    names = [field.column for field in next(one for one in apps.get_models() if one._meta.db_table == table)._meta.concrete_fields]
    values = [changed.get(name, f'"{name}"') for name in names]
    columns = ", ".join(f'"{name}"' for name in names)
    return f"INSERT INTO {table} ({columns}) SELECT {', '.join(values)} FROM {table} LIMIT 1"


@pytest.fixture
def home(people: Cast) -> Shelter:
    """A house of Boussole where a household of Atalante's lives, and for which one organisation was asked."""
    made = shelter(people.sonia)
    actions.ask_for_voice(made.pk, people.atalante.pk, acting=people.sonia.actor, now=NOW)
    actions.keep_arrival(
        live(people.sonia, people.amina, unit(people.sonia, made), apart=[uuid4()], carries=[uuid4()]).pk,
        items={"luggage": "done"}, acting=people.sonia.actor, now=NOW,
    )  # fmt: skip
    return made


@pytest.fixture
def search(people: Cast, home: Shelter) -> Request:
    """An open search of Atalante's, asked of Boussole, with a question that waits."""
    request = ask(people.amina, apart=[uuid4()], carries=[uuid4()])
    room = unit(people.sonia, home, label="B")
    actions.ask_back(hold(people.amina, request, room).pk, text="Combien de valises ?", acting=people.sonia.actor, now=NOW)
    actions.decline(hold(people.amina, request, unit(people.sonia, home, label="C")).pk, reason="full", acting=people.sonia.actor, now=NOW)
    return request


def test_one_statement_ends_no_search_changes_none_and_begins_none(people: Cast, search: Request) -> None:
    """The attack: every search of the house ended as "no place was found", for ever; and a yes said by nobody."""
    ended = "UPDATE places_request SET closed_at = now(), outcome = 'unmet'"
    for change in ("closed_at = now(), outcome = 'unmet'", "line = '+33199009999'", "sent_at = now()"):
        denied(people.amina, f"UPDATE places_request SET {change} WHERE closed_at IS NULL")
    denied(people.sonia, "UPDATE places_request SET first_yes_at = now() WHERE closed_at IS NULL")
    new = {"id": "gen_random_uuid()", "key": "gen_random_uuid()", "closed_at": "NULL", "outcome": "'open'"}
    denied(people.amina, copied("places_request", **new, reference="gen_random_uuid()"))
    denied(people.odile, ended + " WHERE closed_at IS NULL")
    with acting_as(Actor.system("tried", organisation_id=people.atalante.pk)):
        assert sql(ended + " WHERE closed_at IS NULL") == 1, "the statement itself is a good one"
    with people.amina.acts() as amina:
        assert Request.objects.visible_to(amina).get(pk=search.pk).closed_at is not None


def test_what_verbs_write_of_a_search_has_its_row_each(people: Cast, search: Request) -> None:
    """The same columns, by the ways that ask who may: told in the ledger, and refused to a host."""
    with pytest.raises(actions.NotVisible):
        actions.close_request(search.pk, acting=people.sonia.actor, now=LATER)
    actions.change_line(search.pk, line="+33199009999", acting=people.amina.actor, now=LATER)
    actions.change_request(search.pk, needs=MOTHER_OF_TWO, urgency=3, acting=people.amina.actor, now=LATER)
    with people.sonia.acts() as sonia:
        asked = Hold.objects.visible_to(sonia).get(request=search, state="asked")
    actions.accept(asked.pk, acting=people.sonia.actor, now=LATER)
    actions.close_request(search.pk, acting=people.amina.actor, now=LATER + timedelta(hours=1))
    with people.amina.acts() as amina:
        told = Request.objects.visible_to(amina).get(pk=search.pk)
        for act in ("ask_for_place", "hold_place", "change_line", "change_request", "close_request"):
            assert set(Entry.objects.filter(act=act).values_list("actor_id", flat=True)) == {people.amina.user.pk}
    with people.sonia.acts():
        assert Entry.objects.filter(act="accept_household", actor_id=people.sonia.user.pk).count() == 2
    assert (told.line, told.urgency, told.outcome, told.first_yes_at) == ("+33199009999", 3, "unmet", LATER)


def test_one_statement_moves_no_house_opens_none_and_makes_none(people: Cast, home: Shelter) -> None:
    """A house that is moved loses its voices and receives nobody; one that is listed shows what was hidden."""
    for change in ("zone = '75'", "listed = NOT listed", "name = 'Autre'", "paused_at = now()", "confirmed_at = now()"):
        denied(people.sonia, f"UPDATE places_shelter SET {change}")
        assert done_by(people.amina, f"UPDATE places_shelter SET {change}") == 0
    denied(people.sonia, copied("places_shelter", id="gen_random_uuid()"))
    for change in ("out_of_use = true", "capacity = 60", "listed = false"):
        denied(people.sonia, f"UPDATE places_unit SET {change}")
    denied(people.sonia, "UPDATE places_bed SET out_of_use = true")
    denied(people.sonia, copied("places_unit", id="gen_random_uuid()"))
    denied(people.sonia, copied("places_bed", id="gen_random_uuid()", number="59"))
    with people.sonia.acts() as sonia:
        kept = Shelter.objects.visible_to(sonia).get(pk=home.pk)
        assert (kept.zone, kept.listed, kept.paused_at, kept.vouched_at is None) == ("13", True, None, False)
        assert not Unit.objects.visible_to(sonia).filter(out_of_use=True).exists()


def test_one_statement_adds_no_step_to_a_file(people: Cast, search: Request) -> None:
    """A step becomes a fact of her file: that she refused, that she is there, that she left."""
    for kind in ("'requested'", "'held'", "'declined_by_person'", "'arrived'", "'left'"):
        new = {"id": "gen_random_uuid()", "kind": kind, "user_id": f"'{people.amina.user.pk}'", "told_to_id": "NULL"}
        denied(people.amina, copied("places_event", **new, by_organisation_id="organisation_id"))
    told = {"id": "gen_random_uuid()", "kind": "'held'", "user_id": f"'{people.sonia.user.pk}'", "told_to_id": "NULL"}
    denied(people.sonia, copied("places_event", **told, by_organisation_id=f"'{people.boussole.pk}'"))


def test_one_statement_writes_nothing_else_about_places_either(people: Cast, home: Shelter, search: Request) -> None:
    """Marks, questions and answers, reasons, arrivals, voices, incidents, alerts: each row that a member reads, written anew."""
    denied(people.sonia, copied("places_question", id="gen_random_uuid()"))
    denied(people.amina, "UPDATE places_question SET answer = 'Deux', answered_at = now()")
    actions.change_capacity(_first_unit(people), capacity=5, acting=people.sonia.actor, now=LATER)
    actions.change_request(search.pk, needs=MOTHER_OF_TWO, urgency=3, acting=people.amina.actor, now=LATER)
    actions.report_incident(home.pk, kind="located", acting=people.sonia.actor, now=timezone.now())
    fresh = {"id": "gen_random_uuid()"}
    for who, table in (
        (people.amina, "apart"), (people.amina, "carried"), (people.amina, "formerneeds"), (people.sonia, "shelterchange"),
        (people.sonia, "privatereason"), (people.sonia, "arrival"), (people.sonia, "incident"), (people.sonia, "alert"),
        (people.sonia, "sheltervoice"),
    ):  # fmt: skip
        name = f"places_{table}"
        assert done_by(who, f"SELECT count(*) FROM {name}") != [(0,)], f"{name}: there is one to copy"
        denied(who, copied(name, **fresh))
    denied(people.sonia, "UPDATE places_arrival SET items = '{}'")
    denied(people.sonia, "UPDATE places_incident SET taken_back_at = now(), why = 'not_meant'")
    said = "UPDATE places_sheltervoice SET user_id = %s, said_at = now(), reason = 'Vue'"
    denied(people.amina, said, people.amina.user.pk)


def test_the_capacity_of_the_house_is_not_taken_by_saying_so(people: Cast, search: Request) -> None:
    """The word alone, written over on a member's connection, proves nobody: nothing is found any more, and nothing written."""
    with people.amina.acts(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('repere.kind', 'system', true)")
        cursor.execute("UPDATE places_request SET closed_at = now(), outcome = 'unmet'")
        assert cursor.rowcount == 0


def test_every_table_of_the_room_is_closed_to_pages_in_the_same_words(people: Cast) -> None:
    """A table that is added later is closed too, or this names it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename, cmd, with_check FROM pg_policies WHERE permissive = 'RESTRICTIVE' AND policyname LIKE '%%by the verbs'"
        )
        closed = {(table, act) for table, act, asked in cursor.fetchall() if "acting('kind'" in asked and table.startswith("places_")}
    tables = {one._meta.db_table for one in apps.get_app_config("places").get_models() if one._meta.managed}
    assert closed == {(table, act) for table in tables for act in ("INSERT", "UPDATE")}
    assert set(declared_policies()) == tables


def _first_unit(people: Cast) -> UUID:
    with people.sonia.acts() as sonia:
        return Unit.objects.visible_to(sonia).order_by("label").values_list("pk", flat=True)[0]
