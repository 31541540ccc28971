"""Who looked at a file can be read by the organisation that opened it, and by nobody else."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from repere import ledger
from repere.cases import actions
from repere.cases.queries.looks import PAGES, ROWS_PER_PAGE, looks, words
from repere.cases.refusals import NotVisible
from tests.cases.story import NOW, concern, grant, record
from tests.people import Cast

pytestmark = pytest.mark.django_db
GROUPS = ("contact_safety", "profile")


@pytest.fixture
def case(people: Cast):
    return concern(people.amina.actor)


def read(people: Cast, case, who=None, **more):
    member = who or people.amina
    with member.acts() as actor:
        return looks(actor, case.code, **more)


def test_a_colleague_who_opened_the_page_is_named(people: Cast, case, signed_in) -> None:
    """And the line says what she opened, in words."""
    signed_in(people.odile).get(f"/cases/{case.code}/")
    found = read(people, case).lines
    assert ("Odile Exemple", words("look", "look", "cases:case")) in {(line.who, line.what) for line in found}


def test_what_another_organisation_opened_is_there_without_a_name(people: Cast, case, signed_in) -> None:
    """The attack: one file before every house, and the page of looks says which of them opens her name, and comes back. Its look is ours
    to know; who it was, how often and where is theirs to answer. What it writes stands with its role."""
    grant(case, people.amina.actor, people.boussole, (*GROUPS, "identity"))
    first, again = signed_in(people.bruno), signed_in(people.sonia)
    before = {line for line in read(people, case).lines if line.organisation == "Boussole"}
    for client, page in ((first, ""), (first, "identity/"), (first, ""), (again, ""), (first, "facts/new/urgent_need/")):
        assert client.get(f"/cases/{case.code}/{page}").status_code == 200
    with people.bruno.acts() as actor:
        actions.save_draft(case=case, form="urgent_need", body={"needs": ["food"]}, acting=actor, now=NOW)
    assert before == set()
    found = read(people, case).lines
    (line,) = [line for line in found if line.organisation == "Boussole"]
    assert (line.who, line.role, line.what, line.times, line.last, line.why) == ("", "", "a consulté le dossier", 1, None, "")
    assert found[-1] == line or found[found.index(line) + 1].day < line.day, "nor beside which of our own looks it stood"
    for page in ("looks/", "looks/paper/"):
        text = signed_in(people.amina).get(f"/cases/{case.code}/{page}").content.decode()
        assert "Boussole" in text
        for told in ("Bruno", "Sonia", "identité", "formulaire"):
            assert told not in text[text.index("<h1") : text.index("</main>")].replace("Version", "")
    record(case, people.bruno.actor, "urgent_need", needs=["food"])
    assert ("case_worker", words("record_fact", "write", "")) in {(line.role, line.what) for line in read(people, case).lines}


def test_whoever_did_not_open_the_file_reads_nothing(people: Cast, case, signed_in) -> None:
    """A granted organisation does not see who else looked; to a stranger the page does not exist."""
    grant(case, people.amina.actor, people.boussole, GROUPS)
    for member in (people.bruno, people.ines):
        with member.acts() as actor, pytest.raises(NotVisible):
            looks(actor, case.code)
        for page in ("looks/", "looks/paper/"):
            assert signed_in(member).get(f"/cases/{case.code}/{page}").status_code == 404


def test_the_database_answers_the_owner_of_the_file_alone(people: Cast, case) -> None:
    """Somebody who calls the function by herself gets no row."""
    statement = "SELECT count(*) FROM looks_at_person(%s, NULL, 100)"
    counted = {}
    for member in (people.amina, people.bruno, people.ines):
        with member.acts(), connection.cursor() as cursor:
            cursor.execute(statement, [case.person_id])
            counted[member.user.name] = cursor.fetchone()[0]
    assert counted["Amina Exemple"] > 0
    assert counted["Bruno Exemple"] == counted["Inès Exemple"] == 0


def test_reading_the_page_is_a_look_too(people: Cast, case, signed_in) -> None:
    """Who watches is watched."""
    client = signed_in(people.odile)
    client.get(f"/cases/{case.code}/looks/")
    assert words("look", "look", "cases:looks") in {line.what for line in read(people, case).lines}


def test_her_paper_names_no_worker_no_code_and_no_name(people: Cast, case, signed_in) -> None:
    """She may leave it on a table."""
    signed_in(people.odile).get(f"/cases/{case.code}/")
    text = signed_in(people.amina).get(f"/cases/{case.code}/looks/paper/").content.decode()
    paper = text[text.index("<h1") : text.index("</main>")]
    assert "Atalante" in paper
    for told in ("Odile", "Amina", case.code, case.pseudonym):
        assert told not in paper


@pytest.mark.parametrize("rows", [3, 60])
def test_the_number_of_queries_does_not_grow(people: Cast, case, rows: int) -> None:
    """A file opened a thousand times opens as fast."""
    with people.odile.acts() as actor:
        for _ in range(rows):
            ledger.look(actor, [case.person_id], detail={"page": "cases:case"})
    with people.amina.acts() as actor, CaptureQueriesContext(connection) as asked:
        looks(actor, case.code)
    assert len(asked) <= 6


def test_a_long_list_is_read_page_by_page(people: Cast, case) -> None:
    """Nothing is cut off in silence."""
    with people.odile.acts() as actor:
        for _ in range(ROWS_PER_PAGE + 5):
            ledger.look(actor, [case.person_id], detail={"page": "cases:case"})
    first = read(people, case)
    assert first.older is not None
    second = read(people, case, before=first.older)
    assert second.older is None
    assert words("open_case", "write", "") in {line.what for line in second.lines}


def test_the_index_finds_her_rows(people: Cast, case) -> None:
    """Among millions of rows hers are found by their subject, not by reading them all."""
    with people.amina.acts(), connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'looks_at_person'")
        (source,) = cursor.fetchone()
        cursor.execute("SELECT qual FROM pg_policies WHERE tablename = 'ledger_entry' AND 'repere_owner' = ANY (roles) AND cmd = 'SELECT'")
        (policy,) = cursor.fetchone()
    assert "subjects @> ARRAY[her]" in source
    assert policy == "true", "any other condition would be asked of every row before the index of subjects is used"


def test_every_page_about_a_case_has_its_words() -> None:
    """A page added tomorrow is told in general words; those of today are described."""
    names = {key for key in get_resolver().reverse_dict if isinstance(key, str)}
    assert names or PAGES
    assert words("look", "look", "cases:something_new") != ""
    assert words("something_new", "write", "") != ""


def test_a_body_that_is_read_back_is_the_one_that_was_written(people: Cast, case) -> None:
    """The page reads the signed bytes, not columns beside them."""
    with people.amina.acts(), connection.cursor() as cursor:
        cursor.execute("SELECT row_body FROM looks_at_person(%s, NULL, 1)", [case.person_id])
        body = json.loads(bytes(cursor.fetchone()[0]))
    assert str(case.person_id) in body["subjects"]
