"""Who acts is proved to the database: SQL smuggled onto the pages' connection can write the settings, not the proof."""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest
from django.db import connection, connections, transaction
from psycopg import sql

from repere.accounts import boot, proof
from repere.accounts.acting import acting_as, settings_of
from repere.accounts.actor import Actor
from repere.accounts.models import Membership, User
from repere.directory.models import Organisation
from repere.ledger import record
from tests.people import Cast, Member

NAMES = ("user", "organisation", "kind", "role", "proof")


def told(cursor, values) -> None:
    """What an intruder with SQL on the connection can do: write all the settings."""
    for name, value in zip(NAMES, values, strict=True):
        cursor.execute("SELECT set_config(%s, %s, true)", [f"repere.{name}", value])


def believed(cursor) -> list[str | None]:
    cursor.execute("SELECT acting('user'), acting('organisation'), acting('kind'), acting('role')")
    return list(cursor.fetchone())


def seen(cursor) -> dict[str, int]:
    counts = {}
    for table in ("ledger_entry", "accounts_user", "accounts_membership"):
        cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
        counts[table] = cursor.fetchone()[0]
    return counts


def backend() -> int:
    connection.ensure_connection()
    return connection.connection.info.backend_pid


@pytest.mark.django_db
def test_a_proof_made_by_the_application_is_believed(people: Cast) -> None:
    actor = people.amina.actor
    with people.amina.acts(), connection.cursor() as cursor:
        assert believed(cursor) == [str(actor.user_id), str(actor.organisation_id), "person", "case_worker"]


@pytest.mark.parametrize("place", range(4))
@pytest.mark.django_db
def test_a_setting_changed_behind_its_proof_opens_nothing(people: Cast, place: int) -> None:
    """Injected SQL on Inès's connection takes Amina's name, organisation or role, or calls itself a job."""
    other = [str(people.amina.user.pk), str(people.atalante.pk), "system", "administrator"]
    with people.ines.acts() as actor:
        record(actor, "an_act")
        with connection.cursor() as cursor:
            values = settings_of(actor, backend=backend())
            assert min(seen(cursor).values()) > 0
            values[place] = other[place]
            told(cursor, values)
            assert believed(cursor) == [None] * 4
            assert seen(cursor) == {"ledger_entry": 0, "accounts_user": 0, "accounts_membership": 0}


ZEROS = "0" * 64


@pytest.mark.parametrize("forged", ["", "x", "a.b.c", "..", "{key}.9999999999.", "{key}.9999999999." + ZEROS, "{key}.nonsense." + ZEROS])
@pytest.mark.django_db
def test_a_proof_that_nobody_made_is_no_proof(people: Cast, forged: str) -> None:
    """Whatever its shape: no row, and no error that would tell why."""
    with transaction.atomic(), connection.cursor() as cursor:
        told(cursor, [str(people.amina.user.pk), str(people.atalante.pk), "person", "case_worker", forged.format(key=proof._key().id)])
        assert believed(cursor) == [None] * 4
        assert sum(seen(cursor).values()) == 0


@pytest.mark.django_db
def test_a_proof_seen_on_another_connection_proves_nothing(people: Cast) -> None:
    """The texts of other sessions' statements can be watched; what is found there does not open here."""
    with transaction.atomic(), connection.cursor() as cursor:
        told(cursor, settings_of(people.amina.actor, backend=backend() + 1))
        assert believed(cursor) == [None] * 4


@pytest.mark.django_db
def test_a_proof_runs_out(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kept proof is worth nothing two minutes later."""
    monkeypatch.setattr(proof, "PROOF_LIFE_SECONDS", -30)
    with people.amina.acts(), connection.cursor() as cursor:
        assert believed(cursor) == [None] * 4


@pytest.mark.django_db
def test_words_cannot_be_moved_from_one_setting_to_another(people: Cast) -> None:
    """The parts that are signed cannot be cut up in another way."""
    actor = people.amina.actor
    signed = settings_of(actor, backend=backend())[-1]
    with transaction.atomic(), connection.cursor() as cursor:
        told(cursor, ["", str(actor.organisation_id), f"person|{actor.user_id}", "case_worker", signed])
        assert believed(cursor) == [None] * 4


@pytest.mark.django_db
def test_a_raw_connection_of_the_pages_sees_nobody(people: Cast) -> None:
    """Without an actor that the application signed, every table of people is empty, also at the address of sign-in."""
    with transaction.atomic(), connection.cursor() as cursor:
        assert sum(seen(cursor).values()) == 0
        told(cursor, ["", "", "sign_in", "none", ""])
        assert sum(seen(cursor).values()) == 0


@pytest.mark.django_db
def test_the_pages_cannot_read_the_key() -> None:
    with pytest.raises(Exception, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM keys.actor_key")


def test_a_new_key_leaves_the_one_before_it_good_and_ends_the_one_before_that(committing_db: str, tmp_path, settings) -> None:
    """The server starts anew while another process still holds the key of yesterday."""
    settings.REPERE_HOME = tmp_path
    kept = []
    try:
        for _start in range(3):
            proof.install_key(renew=True)
            with acting_as(Actor.system("boot")), connection.cursor() as cursor:
                kept.append(settings_of(Actor.system("boot"), backend=backend()))
                assert believed(cursor)[2] == "system"
        with transaction.atomic(), connection.cursor() as cursor:
            answers = []
            for values in kept:
                told(cursor, values)
                answers.append(believed(cursor)[2])
        assert answers == [None, "system", "system"]
    finally:
        connections["owner"].close()
        proof._held = None


@pytest.mark.django_db
def test_the_actor_is_asked_once_per_statement(people: Cast) -> None:
    """The plan asks before the scan (InitPlan), never for each row."""
    with people.amina.acts(), connection.cursor() as cursor:
        cursor.execute("EXPLAIN (COSTS OFF) SELECT * FROM ledger_entry")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "InitPlan" in plan
    scan = plan.split("InitPlan")[0]
    assert "acting(" not in scan


# ---- accounts behind row-level security


@pytest.mark.django_db
def test_a_member_sees_the_members_of_her_own_organisation(people: Cast) -> None:
    """And nobody of another, whatever she asks."""
    with people.ines.acts():
        assert set(Membership.objects.values_list("organisation_id", flat=True)) == {people.ines.organisation.pk}
        assert list(User.objects.values_list("pk", flat=True)) == [people.ines.user.pk]
    with people.chloe.acts():
        assert set(User.objects.values_list("pk", flat=True)) == {people.amina.user.pk, people.odile.user.pk, people.chloe.user.pk}


@pytest.mark.django_db
def test_sign_in_finds_an_address_before_anybody_acts(people: Cast) -> None:
    assert User.objects.filter(email=people.amina.user.email).exists()


@pytest.mark.django_db
def test_a_colleague_cannot_change_her_password(people: Cast) -> None:
    """A row that is seen is not a row that may be written."""
    with people.chloe.acts():
        assert User.objects.filter(pk=people.amina.user.pk).update(password="known to Chloé") == 0
    with people.amina.acts():
        assert User.objects.filter(pk=people.amina.user.pk).update(language="en") == 1


@pytest.mark.django_db
def test_no_person_adds_an_organisation(people: Cast) -> None:
    """An administrator with SQL on her connection cannot make an organisation, working or not."""
    for state in ("applied", "active"):
        with pytest.raises(Exception, match="row-level security|two persons"), people.chloe.acts():
            Organisation.objects.create(name="Fausse", kind="other", state=state)


def propose_jurist(people: Cast, by: Member, **values) -> Membership:
    return Membership.objects.create(user=people.amina.user, organisation=people.atalante, role="jurist", invited_by=by.user, **values)


@pytest.mark.django_db
def test_a_worker_who_is_no_administrator_adds_no_member(people: Cast) -> None:
    for values in ({}, {"approved_at": people.amina.membership.approved_at}):
        with pytest.raises(Exception, match="row-level security|approved"), people.amina.acts():
            propose_jurist(people, people.amina, **values)


@pytest.mark.django_db
def test_an_administrator_cannot_approve_whom_she_invited_even_in_sql(people: Cast) -> None:
    with people.chloe.acts():
        proposed = propose_jurist(people, people.chloe)
    for approver in (people.chloe.user, people.odile.user, None):
        with pytest.raises(Exception, match="another person|nobody_approves"), people.chloe.acts():
            Membership.objects.filter(pk=proposed.pk).update(approved_at=people.amina.membership.approved_at, approved_by=approver)


# ---- the boot check


@pytest.fixture
def open_locks(committing_db: str, owner_connection: psycopg.Connection) -> psycopg.Connection:
    owner_connection.autocommit = True
    return owner_connection


@pytest.mark.django_db
def test_every_table_is_closed_and_every_policy_as_written() -> None:
    assert [problem for check in boot.CHECKS for problem in check()] == []


@pytest.mark.parametrize(
    ("opened", "named"),
    [
        ("CREATE TABLE notes_of_somebody (id int)", "notes_of_somebody"),
        ("ALTER TABLE accounts_membership NO FORCE ROW LEVEL SECURITY", "accounts_membership"),
        ("ALTER POLICY \"made by who invites\" ON accounts_user WITH CHECK (true)", "made by who invites"),
        ("CREATE POLICY \"a way in\" ON accounts_user USING (true)", "a way in"),
        ("GRANT SELECT ON keys.actor_key TO repere_web", "can read the key"),
        ("DELETE FROM keys.actor_key", "does not accept"),
    ],
)
def test_a_lock_opened_by_hand_is_named(open_locks: psycopg.Connection, opened: str, named: str) -> None:
    open_locks.execute(opened)
    assert any(named in problem for check in boot.CHECKS for problem in check())


@pytest.mark.django_db
def test_no_key_at_all_is_said_in_words(tmp_path, settings) -> None:
    settings.REPERE_HOME = tmp_path
    assert any("repere migrate" in problem for problem in boot.the_actor_is_proved())


def test_uuids_of_nobody_are_not_believed_without_the_key(committing_db: str) -> None:
    """On a connection opened by hand with the pages' own secret, every claim is worth nothing."""
    where = connections.settings["default"]
    raw = psycopg.connect(host=where["HOST"], dbname=committing_db, user=where["USER"], password=where["PASSWORD"])
    with raw, raw.cursor() as cursor:
        told(cursor, [str(uuid4()), str(uuid4()), "person", "administrator", "0" * 16 + ".9999999999." + "0" * 64])
        assert believed(cursor) == [None] * 4
