"""The ledger: in the act's own transaction, in exact bytes, and never changed."""

import json
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.ledger.actions import OutsideTransaction
from repere.ledger.merkle import leaf_hash
from repere.ledger.models import Entry
from tests.people import Cast


@pytest.mark.django_db
def test_a_row_holds_the_exact_bytes_that_were_hashed(people: Cast) -> None:
    """A verifier needs nothing but the row, down to the microsecond."""
    her = uuid4()
    with people.amina.acts() as actor:
        ledger.record(actor, "record_fact", subjects=[her], detail={"kind": "concern_reported", "facts": 1})
        row = Entry.objects.latest("position")
    body = json.loads(bytes(row.body))
    assert bytes(row.leaf) == leaf_hash(bytes(row.body))
    assert body["subjects"] == [str(her)]
    assert body["at"] == row.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert (body["act"], body["actor"], body["organisation"]) == (row.act, str(row.actor_id), str(row.organisation_id))


@pytest.mark.django_db
def test_the_body_holds_no_name(people: Cast) -> None:
    """The ledger keeps ids: reading it tells nobody who a person or a worker is."""
    with people.amina.acts() as actor:
        ledger.record(actor, "record_fact", detail={"facts": 1})
        assert b"Amina" not in bytes(Entry.objects.latest("position").body)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    ["UPDATE ledger_entry SET act = 'other'", "DELETE FROM ledger_entry", "TRUNCATE ledger_entry"],
)
def test_pages_cannot_change_a_row(people: Cast, statement: str) -> None:
    """The pages' role may add and read, nothing else."""
    with people.amina.acts() as actor:
        ledger.record(actor, "record_fact")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE ledger_entry SET act = 'other'", "DELETE FROM ledger_entry", "TRUNCATE ledger_entry CASCADE"],
)
def test_the_owner_cannot_change_a_row_either(committing_db: str, owner_connection, statement: str) -> None:
    """A mistake in a migration does not rewrite history: the guard stops it before any row is looked at."""
    with acting_as(Actor.system("test")) as actor:
        ledger.record(actor, "started", kind="system")
    with pytest.raises(Exception, match="append-only"):
        owner_connection.execute(statement)


@pytest.mark.django_db
def test_an_organisation_reads_its_own_rows(people: Cast) -> None:
    """Who looked at Atalante's files is Atalante's to know, and not the intruder's."""
    with people.amina.acts() as actor:
        ledger.look(actor, [uuid4()])
    with people.ines.acts():
        assert Entry.objects.filter(kind="look").count() == 0
    with people.amina.acts():
        assert Entry.objects.filter(kind="look").count() == 1
    assert Entry.objects.count() == 0


@pytest.mark.django_db
def test_nobody_writes_in_another_name(people: Cast) -> None:
    """A row for another organisation is refused by the database."""
    with people.ines.acts(), pytest.raises(DatabaseError), transaction.atomic():
        ledger.record(people.amina.actor, "record_fact")


@pytest.mark.django_db
def test_a_page_cannot_call_itself_a_job(people: Cast) -> None:
    """The settings of a job on the pages' connection open no other organisation."""
    with acting_as(Actor.system("reminders")), pytest.raises(DatabaseError), transaction.atomic():
        ledger.record(people.amina.actor, "record_fact")


@pytest.mark.django_db
def test_a_job_writes_for_an_organisation(people: Cast, as_role) -> None:
    """The worker's own connection may."""
    with as_role("worker"), acting_as(Actor.system("reminders")):
        ledger.record(Actor.system("reminders", people.atalante.pk), "remind", kind="system")
    with people.amina.acts():
        assert Entry.objects.filter(act="remind").exists()


@pytest.mark.django_db
def test_public_pages_cannot_reach_the_ledger(as_role) -> None:
    """Their role does not even see the schema."""
    with pytest.raises(DatabaseError), transaction.atomic(), as_role("public"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM public.ledger_entry")


def test_a_row_outside_a_transaction_is_refused(committing_db: str) -> None:
    """It could outlive the act it tells of."""
    with pytest.raises(OutsideTransaction):
        ledger.record(Actor.system("test"), "act")


def test_an_undone_act_leaves_no_row(committing_db: str) -> None:
    """Row and act come together or not at all."""

    def act_and_fail() -> None:
        with acting_as(Actor.system("test")) as actor:
            ledger.record(actor, "act", kind="system")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act_and_fail()
    with acting_as(Actor.system("test")), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_entry")
        assert cursor.fetchone() == (0,)
    assert not connection.in_atomic_block


def test_ended_settings_read_as_nobody(committing_db: str) -> None:
    """After a committed act the settings are empty, and a policy that reads them raises no error."""
    with acting_as(Actor.system("test")):
        pass
    assert Entry.objects.count() == 0


@pytest.mark.django_db
def test_what_a_row_cannot_hold_is_refused(people: Cast) -> None:
    """Bytes that depend on how an object prints itself would not verify later."""
    with people.amina.acts() as actor, pytest.raises(TypeError):
        ledger.record(actor, "act", detail={"what": object()})


def test_rows_are_not_written_through_the_model() -> None:
    """There is one way in."""
    with pytest.raises(TypeError):
        Entry(act="act").save()
    with pytest.raises(TypeError):
        Entry(act="act").delete()
