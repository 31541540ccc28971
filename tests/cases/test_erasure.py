"""The end of a file: two persons, nothing left that is hers, and no old backup that brings her back."""

from __future__ import annotations

import json
import os
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck
from hypothesis import settings as seeds
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from repere.accounts.owner import as_owner
from repere.cases import actions as cases
from repere.cases import erasing, tombstones
from repere.cases.actions import erasure
from repere.cases.models import Case, Erasure, Hold, Person, RetainedCount, Tombstone
from repere.cases.refusals import Refused
from repere.cases.retention import due, periods
from repere.core.needs import household
from repere.ledger.merkle import leaf_hash
from repere.ledger.models import Entry
from repere.places import actions as places
from repere.web import checks, database
from tests.cases.story import ALL_GROUPS, NOW, concern, grant, record, tasks
from tests.dying import killed_at
from tests.homes import own_home
from tests.people import Cast
from tests.places.houses import shelter as place_shelter
from tests.places.houses import unit as place_unit

KILLS = range(1, 40, 1) if os.environ.get("REPERE_THOROUGH") else (4, 16, 31)
ON = date(2026, 6, 15)


@pytest.fixture
def house(committing_db: str, people: Cast, settings, tmp_path) -> Cast:
    """Commits are real, and the file of tombstones is a new one."""
    own_home(settings, tmp_path / "home", with_root=True)
    return people


@pytest.fixture
def her(house: Cast) -> Case:
    """A file with every kind of row: name, shared view, tasks, a waiver, a draft, a receipt."""
    return full_file(house)


def full_file(house: Cast) -> Case:
    case, amina = concern(house.amina.actor), house.amina.actor
    cases.set_identity(case.person_id, tier="identity", values={"given_names": "Zorah", "family_names": "Marqueur"}, acting=amina, now=NOW)
    record(case, amina, "presumption_stated")
    cases.withdraw_fact(record(case, amina, "stay_started"), why="Doublon", key=uuid4(), acting=amina, now=NOW)
    grant(case, amina, house.boussole, [*ALL_GROUPS, "identity"])
    cases.save_draft(form="fact", case=case, body={"why": "à finir"}, acting=amina, now=NOW)
    cases.waive_task(tasks(case, amina)[0], reason="Sans objet", acting=amina, now=NOW)
    return case


def end(case: Case, house: Cast, reason: str = "she_asks") -> None:
    erasure.ask_erasure(case, reason=reason, acting=house.amina.actor, now=NOW)
    erasure.confirm_erasure(case, acting=house.odile.actor, now=NOW)


def carry_out(case: Case) -> erasure.Erased:
    with as_owner():
        return erasure.carry_out_erasure(case.person_id, on=ON)


def admin(name: str) -> psycopg.Connection[Any]:
    return database.admin_connection(name)


def rows_naming(ids: set[UUID], name: str) -> dict[str, int]:
    """Every table of the database in which one of these ids stands in some column, seen past row-level security."""
    found = {}
    with admin(name) as all_seeing:
        tables = all_seeing.execute(
            "SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) FROM information_schema.tables"
            " WHERE table_schema IN ('public', 'keys', 'published') AND table_type = 'BASE TABLE'"
        ).fetchall()
        for (table,) in tables:
            pattern = "|".join(str(one) for one in ids)
            [number] = all_seeing.execute(f"SELECT count(*) FROM {table} t WHERE t::text ~ %s", [pattern]).fetchone() or (0,)
            if number:
                found[table] = number
    return found


def ids_of(case: Case, name: str) -> set[UUID]:
    """Her, her cases, and every row of every table that hangs on them."""
    ids = {case.person_id, case.pk}
    with admin(name) as all_seeing:
        for table in ("fact", "task", "view", "grant", "draft", "sealedrecord"):
            column, value = ("person_id", case.person_id) if table == "sealedrecord" else ("case_id", case.pk)
            ids |= {row[0] for row in all_seeing.execute(f"SELECT id FROM cases_{table} WHERE {column} = %s", [value]).fetchall()}
    return ids


def test_nothing_that_is_hers_stays_but_in_the_ledger(her: Case, house: Cast, committing_db: str) -> None:
    """Looked for past row-level security, in every column of every table, by every id her file ever had."""
    kept = full_file(house)
    ids = ids_of(her, committing_db)
    before = rows_naming({kept.pk, kept.person_id}, committing_db)
    end(her, house)
    with as_owner():
        preview = erasure.preview_erasure(her.person_id)
    done = carry_out(her)
    assert done.rows == preview
    assert {"cases_fact", "cases_task", "cases_draft", "cases_sealedrecord", "cases_nametoken", "keys.person_key_wrap"} <= set(done.rows)
    left = rows_naming(ids, committing_db)
    assert set(left) <= {"public.ledger_entry", "public.procrastinate_jobs", "public.procrastinate_events"}
    assert rows_naming({kept.pk, kept.person_id}, committing_db) == before, "nobody else is touched"


def test_what_the_places_keep_of_her_leads_nowhere(her: Case, house: Cast, committing_db: str) -> None:
    """A request outlives her file, for the counts; nothing that is left says whose it was."""
    places.ask(
        reference=her.place_reference, needs=household(["woman"]), urgency=1, key=uuid4(), acting=house.amina.actor, now=NOW
    )
    ids = ids_of(her, committing_db)
    assert not [table for table in rows_naming(ids, committing_db) if table.startswith("public.places_")]
    assert "public.cases_case" in rows_naming({her.place_reference}, committing_db)
    end(her, house)
    carry_out(her)
    assert set(rows_naming({her.place_reference}, committing_db)) == {"public.places_request", "public.places_event"}


def test_what_was_asked_and_answered_about_her_goes_with_her_file(her: Case, house: Cast, committing_db: str) -> None:
    """Free words between a house and who asked; those about another household stay."""
    kept = {}
    for reference in (her.place_reference, uuid4()):
        room = place_unit(house.sonia, place_shelter(house.sonia, name=f"Maison {len(kept)}"))
        asked = places.ask(reference=reference, needs=household(["woman"]), urgency=1, key=uuid4(), acting=house.amina.actor, now=NOW)
        held = places.hold(asked.pk, room.pk, key=uuid4(), acting=house.amina.actor, now=datetime.now(UTC))
        kept[reference] = places.ask_back(held.pk, text="Peut-elle monter ?", acting=house.sonia.actor, now=NOW).pk
    end(her, house)
    with as_owner():
        preview = erasure.preview_erasure(her.person_id)
    done = carry_out(her)
    assert done.rows == preview
    assert done.rows["places_question"] == 1
    mine, another = kept.values()
    assert not rows_naming({mine}, committing_db).get("public.places_question")
    assert rows_naming({another}, committing_db)["public.places_question"] == 1


def test_a_tombstone_tells_nothing_but_the_day_and_the_reason(her: Case, house: Cast) -> None:
    """No id of hers, no organisation; only whoever holds an old backup can tell that the mark is hers."""
    end(her, house)
    done = carry_out(her)
    stone = Tombstone.objects.get()
    assert (stone.pk, stone.erased_on, stone.reason) == (done.tombstone, ON, "she_asks")
    assert bytes(stone.mark) == erasing.mark_of(her.person_id)
    told = json.loads(tombstones.path().read_text())
    assert set(told) == {"id", "mark", "on", "reason"}
    assert str(her.person_id) not in tombstones.path().read_text()
    assert tombstones.path().stat().st_mode & 0o777 == 0o600


def test_the_ledger_still_verifies_and_does_not_name_her(her: Case, house: Cast) -> None:
    """Every leaf is the hash of its bytes; no row holds her name, and the last one holds no id of hers."""
    end(her, house)
    done = carry_out(her)
    with house.amina.acts():
        entries = list(Entry.objects.order_by("position"))
    assert all(bytes(entry.leaf) == leaf_hash(bytes(entry.body)) for entry in entries)
    text = b" ".join(bytes(entry.body) for entry in entries).decode()
    assert "Zorah" not in text
    assert "Marqueur" not in text
    assert her.code not in text
    assert her.pseudonym not in text
    last = json.loads(bytes(entries[-1].body))
    assert (last["act"], last["subjects"], last["detail"]["tombstone"]) == ("erase_person", [], str(done.tombstone))


def test_one_person_alone_ends_no_file(her: Case, house: Cast) -> None:
    """Neither by asking, nor by confirming her own wish, nor at the command line."""
    erasure.ask_erasure(her, reason="she_asks", acting=house.amina.actor, now=NOW)
    with pytest.raises(Refused, match="another person|autre personne"):
        erasure.confirm_erasure(her, acting=house.amina.actor, now=NOW)
    with pytest.raises(Refused):
        carry_out(her)
    with house.amina.acts() as actor:
        assert Case.objects.visible_to(actor).filter(pk=her.pk).exists()


def test_the_database_itself_refuses_a_lone_confirmation(her: Case, house: Cast) -> None:
    """Whoever writes past the actions meets the same rule."""
    asked = erasure.ask_erasure(her, reason="she_asks", acting=house.amina.actor, now=NOW)
    with pytest.raises(DatabaseError, match="erasure_is_confirmed_by_another"), house.amina.acts(), connection.cursor() as cursor:
        cursor.execute("UPDATE cases_erasure SET confirmed_by_id = asked_by_id, confirmed_at = now() WHERE id = %s", [asked.pk])


def test_what_the_ledger_does_not_know_is_not_carried_out(her: Case, house: Cast, committing_db: str) -> None:
    """A row with two names, written past every guard: without both voices in the ledger nothing is erased."""
    row = (uuid4(), her.person_id, her.organisation_id, house.amina.user.pk, house.odile.user.pk)
    with admin(committing_db) as past_the_guards:
        past_the_guards.execute("SET session_replication_role = replica")
        past_the_guards.execute(
            "INSERT INTO cases_erasure (id, person_id, organisation_id, reason, asked_by_id, asked_at, confirmed_by_id, confirmed_at)"
            " VALUES (%s, %s, %s, 'she_asks', %s, now(), %s, now())", row,
        )  # fmt: skip
    with pytest.raises(Refused) as told:
        carry_out(her)
    assert told.value.code == "erasure_not_confirmed"


def test_another_organisation_neither_asks_nor_sees_it(her: Case, house: Cast) -> None:
    """Not even one that shares the file."""
    with pytest.raises(Refused):
        erasure.ask_erasure(her, reason="she_asks", acting=house.bruno.actor, now=NOW)
    with pytest.raises(cases.NotVisible):
        erasure.ask_erasure(her, reason="she_asks", acting=house.ines.actor, now=NOW)
    erasure.ask_erasure(her, reason="she_asks", acting=house.amina.actor, now=NOW)
    for member in (house.bruno, house.ines):
        with member.acts() as actor:
            assert not Erasure.objects.visible_to(actor).exists()


def test_the_law_holds_a_file(her: Case, house: Cast) -> None:
    """A requisition or a proceeding keeps it, whatever two persons wanted; lifted, it goes."""
    end(her, house)
    hold = erasure.set_hold(her, kind="proceeding", acting=house.amina.actor, now=NOW)
    with pytest.raises(Refused, match="proceeding"):
        carry_out(her)
    assert not tombstones.path().exists()
    erasure.lift_hold(hold, acting=house.odile.actor, now=NOW)
    with pytest.raises(Refused):
        erasure.lift_hold(hold, acting=house.odile.actor, now=NOW)
    carry_out(her)


def test_a_wish_taken_back_erases_nothing(her: Case, house: Cast) -> None:
    """She changed her mind before it was done; asked again later, it is a new wish for two."""
    end(her, house)
    erasure.withdraw_erasure(her, acting=house.odile.actor, now=NOW)
    with pytest.raises(Refused):
        carry_out(her)
    end(her, house)
    carry_out(her)


@pytest.mark.parametrize("at", KILLS)
def test_an_erasure_killed_anywhere_is_whole_or_not_begun(her: Case, house: Cast, at: int, committing_db: str) -> None:
    """No half file is left; and once the tombstone is written, nothing is served before it is completed."""
    ids = ids_of(her, committing_db)
    end(her, house)
    before = rows_naming({her.person_id}, committing_db)
    if not killed_at(at, lambda: carry_out(her)):
        return
    left = rows_naming({her.person_id}, committing_db)
    assert left == before
    with house.amina.acts():
        assert len(checks._erasures_are_replayed()) == len(tombstones.read())
    if tombstones.read():
        with as_owner():
            assert erasure.replay_tombstones(tombstones.read()) == 1
    else:
        carry_out(her)
    assert "public.cases_fact" not in rows_naming(ids, committing_db)
    assert checks._erasures_are_replayed() == []


def test_a_restored_person_is_erased_again_before_anything_is_served(her: Case, house: Cast, committing_db: str) -> None:
    """The database of yesterday beside the tombstones of today: refused, replayed, served."""
    other = concern(house.amina.actor)
    line = tombstones.Line(uuid4(), erasing.mark_of(her.person_id), ON, "she_asks")
    tombstones.append(line)
    tombstones.append(tombstones.Line(uuid4(), erasing.mark_of(uuid4()), ON, "retention"))
    [problem] = checks._erasures_are_replayed()
    assert "2 erasures" in problem
    for found in (1, 0):
        with as_owner():
            assert erasure.replay_tombstones(tombstones.read()) == found
    assert checks._erasures_are_replayed() == []
    with house.amina.acts() as actor:
        assert list(Person.objects.visible_to(actor).values_list("pk", flat=True)) == [other.person_id]
    assert Tombstone.objects.get(mark=line.mark).pk == line.id


def test_a_key_alone_that_came_back_is_destroyed_too(her: Case, house: Cast, committing_db: str) -> None:
    """A dump of the keys restored beside an up-to-date database opens nothing."""
    with admin(committing_db) as all_seeing:
        wraps = all_seeing.execute("SELECT * FROM keys.person_key_wrap WHERE person_id = %s", [her.person_id]).fetchall()
    end(her, house)
    carry_out(her)
    with admin(committing_db) as all_seeing:
        for wrap in wraps:
            all_seeing.execute(f"INSERT INTO keys.person_key_wrap VALUES ({', '.join(['%s'] * len(wrap))})", wrap)
    with as_owner():
        assert erasure.replay_tombstones(tombstones.read()) == 1
    assert rows_naming({her.person_id}, committing_db).keys() <= {"public.ledger_entry"}


def test_a_damaged_file_of_tombstones_stops_the_service(house: Cast) -> None:
    """A line that says nothing could be anybody's erasure; one cut short by a crash belongs to an erasure that was not done."""
    tombstones.append(tombstones.Line(uuid4(), b"\x01" * 32, ON, "she_asks"))
    with tombstones.path().open("a") as file:
        file.write('{"id": "5a1c')
    tombstones.append(tombstones.Line(uuid4(), b"\x02" * 32, ON, "she_asks"))
    assert [line.mark[0] for line in tombstones.read()] == [1, 2]
    with tombstones.path().open("a") as file:
        file.write('{"id": "x", "mark": "zz", "on": "today", "reason": ""}\n')
    [problem] = checks._erasures_are_replayed()
    assert "damaged" in problem


def test_no_table_that_names_a_person_or_a_case_is_forgotten(db: None) -> None:
    """A new table is added to the one list, or this fails: what nobody thought of would outlive her."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT c.table_schema || '.' || c.table_name FROM information_schema.columns c JOIN information_schema.tables t"
            " USING (table_schema, table_name) WHERE t.table_type = 'BASE TABLE' AND c.table_schema IN ('public', 'keys', 'published')"
            " AND c.column_name IN ('person_id', 'case_id', 'fact_id', 'task_id', 'view_id', 'grant_id')"
        )
        named = {row[0].removeprefix("public.") for row in cursor.fetchall()}
    assert named <= set(erasing.KEPT_ABOUT_HER) | set(erasing.HER_KEYS)


def test_pages_cannot_erase(her: Case, house: Cast) -> None:
    """With every setting of the owner forged, the role of the pages removes no fact, no person and no wrap of its own."""
    for table in ("cases_fact", "cases_person", "cases_case", "cases_sealedrecord"):
        with house.amina.acts(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('repere.erased', %s, true)", [str(her.person_id)])
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                cursor.execute(f"DELETE FROM {table}")
    with house.amina.acts(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('repere.erased', %s, true)", [str(her.person_id)])
        cursor.execute("DELETE FROM keys.person_key_wrap")
        cursor.execute("SELECT count(*) FROM keys.person_key_wrap WHERE organisation_id = %s", [house.atalante.pk])
        assert cursor.fetchone() == (1,)
        transaction.set_rollback(True)


# ---- retention


def test_nothing_is_proposed_by_a_number_nobody_chose(house: Cast) -> None:
    """No source gives the period of a closed file: until the installation settles it, none is due."""
    with pytest.raises(Refused):
        due.files_due(acting=house.amina.actor, on=ON)
    assert {period.days for period in periods.periods().values() if period.certainty == "U"} == {None}


def test_every_period_says_where_it_comes_from(house: Cast) -> None:
    """A number without a source would pass for law."""
    found = periods.periods().values()
    assert all(period.certainty in "RCU" and set(period.source) == set(period.label) == {"fr", "en"} for period in found)


def test_a_settled_period_names_who_settled_it(house: Cast) -> None:
    """And a number that ships with its reason is not changed on the quiet."""
    assert periods.settle("support", 730, by="chloe@example.org", on=ON).settled_by == "chloe@example.org"
    assert periods.periods()["support"].days == 730
    with pytest.raises(Refused):
        periods.settle("wrapped_keys_in_backups", 4000, by="chloe@example.org", on=ON)
    for wrong in (0, -1, 10**6):
        with pytest.raises(Refused):
            periods.settle("support", wrong, by="chloe@example.org", on=ON)
    periods.path().write_text("support: {days: many}\n")
    with pytest.raises(ValueError, match="retention.yaml: support"):
        periods.periods()


def test_a_file_whose_time_is_over_is_ended_by_two_and_counted(her: Case, house: Cast) -> None:
    """Due on the day the period has run and not before; what stays is numbers, one code at a time."""
    periods.settle("support", 730, by="chloe@example.org", on=ON)
    record(her, house.amina.actor, "exit", "2026-06-10")
    other = concern(house.amina.actor)
    over = date(2026, 6, 15) + timedelta(days=730)  # the last thing said of her, five days after she left
    later = datetime(2028, 6, 20, tzinfo=UTC)
    assert due.files_due(acting=house.amina.actor, on=over - timedelta(days=1)) == []
    [row] = due.files_due(acting=house.amina.actor, on=over)
    assert (row.code, row.since, row.state) == (her.code, over, "due")
    assert due.ask_for_due([row], acting=house.amina.actor, now=later) == 1
    [row] = due.files_due(acting=house.amina.actor, on=over)
    with pytest.raises(Refused):
        due.confirm_due([row], acting=house.amina.actor, now=later)
    assert due.confirm_due([row], acting=house.odile.actor, now=later) == 1
    assert [row.state for row in due.files_due(acting=house.amina.actor, on=over)] == ["confirmed"]
    assert due.files_due(acting=house.ines.actor, on=over) == []
    with as_owner():
        assert [person for _, person in erasure.erasures_waiting()] == [her.person_id]
    carry_out(her)
    counts = {(c.dimension, c.code): c.files for c in RetainedCount.objects.filter(year=2026)}
    assert counts["files", "all"] == 1
    assert counts["territory", "69"] == 1
    assert counts["kind", "presumption_stated"] == 1
    with house.amina.acts() as actor:
        assert [case.pk for case in Case.objects.visible_to(actor)] == [other.pk]


def test_a_held_file_is_not_asked_for(her: Case, house: Cast) -> None:
    """The preview shows it, the first person passes it by."""
    periods.settle("support", 30, by="chloe@example.org", on=ON)
    record(her, house.amina.actor, "exit", "2026-06-10")
    erasure.set_hold(her, kind="requisition", acting=house.amina.actor, now=NOW)
    rows = due.files_due(acting=house.amina.actor, on=date(2026, 9, 1))
    assert [row.state for row in rows] == ["held"]
    assert due.ask_for_due(rows, acting=house.amina.actor, now=NOW) == 0


def test_a_file_opened_in_error_is_not_counted(her: Case, house: Cast) -> None:
    """It never was a person met."""
    end(her, house, "opened_in_error")
    carry_out(her)
    assert not RetainedCount.objects.exists()


# ---- every order of acts


def test_no_order_of_acts_ends_a_file_that_two_did_not_want(house: Cast) -> None:
    """Asked, confirmed, held, lifted, taken back in any order, by anybody."""

    class Ending(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.case, self.holds = concern(house.amina.actor), 0
            self.asked: object = None
            self.confirmed = self.gone = False
            self.hold: list[Hold] = []

        members = st.sampled_from([house.amina, house.odile, house.bruno, house.ines])

        @precondition(lambda self: not self.gone)
        @rule(who=members, verb=st.sampled_from(["ask", "confirm", "withdraw"]))
        def act(self, who, verb) -> None:
            ours = who.organisation == house.atalante
            allowed = ours and {
                "ask": self.asked is None,
                "confirm": self.asked not in (None, who) and not self.confirmed,
                "withdraw": self.asked is not None,
            }[verb]
            words = {"reason": "she_asks"} if verb == "ask" else {}
            try:
                getattr(erasure, f"{verb}_erasure")(self.case, acting=who.actor, now=NOW, **words)
            except (Refused, cases.NotVisible):
                assert not allowed
                return
            assert allowed
            self.confirmed = verb == "confirm"
            self.asked = None if verb == "withdraw" else self.asked or who

        @precondition(lambda self: not self.gone)
        @rule()
        def hold_it(self) -> None:
            self.hold.append(erasure.set_hold(self.case, kind="proceeding", acting=house.amina.actor, now=NOW))

        @precondition(lambda self: self.hold and not self.gone)
        @rule()
        def lift_it(self) -> None:
            erasure.lift_hold(self.hold.pop(), acting=house.odile.actor, now=NOW)

        @precondition(lambda self: not self.gone)
        @rule()
        def try_to_end(self) -> None:
            try:
                carry_out(self.case)
            except Refused:
                assert not self.confirmed or self.hold
            else:
                assert self.confirmed
                assert not self.hold
                self.gone = True

        @invariant()
        def there_or_gone(self) -> None:
            with house.amina.acts() as actor:
                assert Case.objects.visible_to(actor).filter(pk=self.case.pk).exists() is not self.gone

    thorough = bool(os.environ.get("REPERE_THOROUGH"))
    run_state_machine_as_test(
        Ending, settings=seeds(max_examples=150 if thorough else 6, stateful_step_count=12, suppress_health_check=list(HealthCheck))
    )
