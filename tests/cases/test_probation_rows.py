"""An organisation in its first thirty days may be a trafficker's: the files of others stay closed to it in the database too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.test import Client
from django.urls import reverse
from psycopg.types.json import Jsonb

from repere.accounts.acting import acting_as
from repere.accounts.keyring import ensure_key_pair
from repere.cases.access import visible_case
from repere.cases.actions import end_grant, extracts, set_identity
from repere.cases.exports.gathering import Wanted
from repere.cases.models import Case, Offer
from repere.cases.refusals import NotVisible, Refused
from repere.directory.models import Organisation
from tests import postgres
from tests.cases.story import NOW, concern, grant, record
from tests.cases.test_referral import agree, asked, send
from tests.people import Cast, Member

pytestmark = pytest.mark.usefixtures("committing_db")
TABLES = ("cases_case", "cases_person", "cases_fact", "cases_sealedrecord", "cases_grant", "cases_view", "cases_task")


@pytest.fixture
def shared(people: Cast) -> Case:
    """Opened by Atalante, given to Boussole while it was past its probation."""
    case = concern(people.amina.actor)
    set_identity(case.person_id, tier="identity", values={"family_names": "Marqueur"}, acting=people.amina.actor, now=NOW)
    record(case, people.amina.actor, "presumption_stated", grounds=["account"])
    grant(case, people.amina.actor, people.boussole, ["contact_safety", "profile", "identification", "identity"])
    return case


@pytest.fixture
def set_state(committing_db: str) -> Callable[[Organisation, str], None]:
    """By somebody with every right in the database: no way of the application leads back into probation."""

    def put(organisation: Organisation, state: str) -> None:
        where = connections.settings["default"]
        password = (postgres.test_home() / "secrets" / "db_bootstrap").read_text().strip()
        with psycopg.connect(host=where["HOST"], dbname=where["NAME"], user="postgres", password=password, autocommit=True) as master:
            master.execute("SET session_replication_role = replica")
            master.execute("UPDATE directory_organisation SET state = %s WHERE id = %s", [state, organisation.pk])

    return put


def rows(member: Member, case: Case) -> dict[str, int]:
    """By raw SQL, as that member: what row-level security alone lets through of one file."""
    by = {"cases_case": "id", "cases_person": "id", "cases_sealedrecord": "person_id"}
    found = {}
    with acting_as(member.actor), connection.cursor() as cursor:
        for table in TABLES:
            column = by.get(table, "case_id")
            wanted = case.person_id if table == "cases_person" or column == "person_id" else case.pk
            cursor.execute(f"SELECT count(*) FROM {table} WHERE {column} = %s", [wanted])
            found[table] = cursor.fetchone()[0]
    return found


def test_a_file_of_another_is_closed_by_the_database_during_probation(
    shared: Case, people: Cast, set_state: Callable[[Organisation, str], None], signed_in: Callable[[Member], Client]
) -> None:
    """Whatever access stands in the table, however it came there; and it opens on the day the probation ends."""
    before = rows(people.bruno, shared)
    assert before["cases_case"] == before["cases_grant"] == 1
    assert before["cases_fact"] > 0
    assert before["cases_sealedrecord"] > 0
    set_state(people.boussole, "probation")
    assert rows(people.bruno, shared) == dict.fromkeys(TABLES, 0)
    with acting_as(people.bruno.actor) as bruno, pytest.raises(NotVisible):
        visible_case(bruno, shared.code)
    assert signed_in(people.bruno).get(reverse("cases:case", args=[shared.code])).status_code == 404
    set_state(people.boussole, "active")
    assert rows(people.bruno, shared) == before


STATES = ("probation", "suspended", "closed")
STANDS = "only to an organisation past its probation"


def by_sql(member: Member, table: str, **values: object) -> None:
    """A row written past the verbs, on the pages' own connection."""
    with member.acts(), transaction.atomic(), connection.cursor() as cursor:
        names, marks = ", ".join(values), ", ".join(["%s"] * len(values))
        cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(values.values()))


def row_of(table: str, member: Member, pk: UUID) -> dict[str, object]:
    with member.acts(), connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} WHERE id = %s", [pk])
        assert cursor.description is not None
        found = dict(zip([column.name for column in cursor.description], cursor.fetchone(), strict=True))
    return {name: Jsonb(value) if isinstance(value, dict) else value for name, value in found.items()} | {"id": uuid4()}


@pytest.mark.parametrize("state", STATES)
def test_nothing_of_a_file_is_given_by_sql_to_who_does_not_stand(
    shared: Case, people: Cast, set_state: Callable[[Organisation, str], None], state: str
) -> None:
    """An access, an offer of a referral, an extract with names; while it stands, the verbs write each of them."""
    amina = people.amina
    with people.bruno.acts():
        ensure_key_pair(people.boussole)
    wanted = Wanted(people.boussole.pk, "support", ("given_names",))
    extract = row_of("cases_extract", amina, extracts.ask_extract(wanted, why="x", form="csv", acting=amina.actor, now=NOW).pk)
    sent = send(shared, amina.actor, asked(agree(shared, amina.actor), people.boussole))
    with people.bruno.acts() as bruno:
        put = Offer.objects.visible_to(bruno).get()
    offer = row_of("cases_offer", amina, put.pk) | {"rank": 1, "referral_id": sent.pk}
    given = grant(shared, amina.actor, people.boussole, ["profile"])
    access = row_of("cases_grant", amina, given.pk)
    end_grant(given, acting=amina.actor, now=NOW)
    rows = {"cases_grant": access, "cases_offer": offer, "cases_extract": extract}
    set_state(people.boussole, state)
    for table, row in rows.items():
        with pytest.raises(DatabaseError, match=STANDS):
            by_sql(amina, table, **row)
    set_state(people.boussole, "active")
    assert grant(shared, amina.actor, people.boussole, ["profile"]).revoked_at is None


@pytest.mark.parametrize("state", STATES)
def test_an_extract_with_names_goes_to_none_either(
    shared: Case, people: Cast, set_state: Callable[[Organisation, str], None], state: str
) -> None:
    """Neither asked for, nor made, nor handed over, when the receiver stands no more in the meantime."""
    amina, odile = people.amina.actor, people.odile.actor
    with people.bruno.acts():
        ensure_key_pair(people.boussole)
    wanted, now = Wanted(people.boussole.pk, "support", ("given_names",)), datetime.now(UTC)
    early, late = (extracts.ask_extract(wanted, why="x", form="csv", acting=amina, now=now) for _ in range(2))
    for row in (early, late):
        extracts.decide_extract(row, approve=True, acting=odile, now=now)
    extracts.make_extract(late, acting=amina, now=now)
    set_state(people.boussole, state)
    with pytest.raises(Refused) as told:
        extracts.ask_extract(wanted, why="x", form="csv", acting=amina, now=now)
    assert told.value.code in ("receiver_on_probation", "unknown_organisation")
    assert extracts.make_extract(early, acting=amina, now=now)[0].state == "void"
    with pytest.raises(Refused):
        extracts.fetch_extract(late, acting=amina, now=now)
    with people.amina.acts(), connection.cursor() as cursor, pytest.raises(DatabaseError, match=STANDS):
        cursor.execute("UPDATE cases_extract SET state = 'fetched' WHERE id = %s", [late.pk])
    set_state(people.boussole, "active")
    assert extracts.fetch_extract(late, acting=amina, now=now)[1]


def test_its_own_files_stay_open_to_it(people: Cast, set_state: Callable[[Organisation, str], None]) -> None:
    """It knows what it wrote itself: closing that would stop its work and protect nobody."""
    own = concern(people.bruno.actor)
    record(own, people.bruno.actor, "presumption_stated", grounds=["account"])
    before = rows(people.bruno, own)
    set_state(people.boussole, "probation")
    assert rows(people.bruno, own) == before
    record(own, people.bruno.actor, "urgent_need", needs=["shelter"])
    assert rows(people.amina, own) == dict.fromkeys(TABLES, 0)


@pytest.mark.parametrize("state", ["suspended", "closed", "applied"])
def test_any_state_but_active_closes_them(shared: Case, people: Cast, set_state: Callable[[Organisation, str], None], state: str) -> None:
    set_state(people.boussole, state)
    assert rows(people.bruno, shared)["cases_case"] == 0
