"""An organisation in its first thirty days may be a trafficker's: the files of others stay closed to it in the database too."""

from __future__ import annotations

from collections.abc import Callable

import psycopg
import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from repere.accounts.acting import acting_as
from repere.cases.access import visible_case
from repere.cases.actions import set_identity
from repere.cases.models import Case
from repere.cases.refusals import NotVisible
from repere.directory.models import Organisation
from tests import postgres
from tests.cases.story import NOW, concern, grant, record
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
