"""She does not want this interpreter: remembered in her file without a reason, left out of the search, and learnt by nobody else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from repere.cases import actions, interpreters, queries
from repere.cases.models import Case, SealedRecord
from repere.cases.policy import load_policy
from repere.cases.refusals import NotVisible
from repere.ledger.models import Entry
from tests.cases.story import ALL_GROUPS, NOW, concern, grant
from tests.directory.entries import vetted
from tests.people import Cast, Member, each_their_own

pytestmark = pytest.mark.django_db
SignIn = Callable[[Member], Client]
WORDS = {"structure": "Service Parole", "kind": "interpreting", "function": "interpreter", "languages": ["bin", "eng"],
         "territories": ["FR"]}  # fmt: skip


@pytest.fixture
def case(people: Cast) -> Case:
    return concern(people.amina.actor)


@pytest.fixture
def both(people: Cast) -> list[Any]:
    return [vetted(people, people.pascal, name=f"Interprète {letter}", **WORDS) for letter in ("Alpha", "Bravo")]


def page(client: Client, case: Case) -> str:
    return client.post(f"/cases/{case.code}/interpreters/", {"language": "bin"}).content.decode()


def test_an_interpreter_she_does_not_want_is_left_out_until_she_takes_him_back(
    people: Cast, case: Case, both: list[Any], signed_in: SignIn
) -> None:
    first, second = both
    client = signed_in(people.amina)
    assert f"/cases/{case.code}/interpreters/" in client.get(f"/cases/{case.code}/").content.decode()
    found = page(client, case)
    assert first.name in found
    assert second.name in found
    assert "textarea" not in found, "there is nowhere to write a reason"
    assert client.post(f"/cases/{case.code}/interpreters/{first.pk}/leave-out/", {"reason": "marqueur"}).status_code == 302
    listed, _, aside = page(client, case).partition('id="aside-title"')
    assert (first.name in listed, second.name in listed, first.name in aside) == (False, True, True)
    other = concern(people.amina.actor)
    assert first.name in page(client, other).partition('id="aside-title"')[0], "of this person alone"
    client.post(f"/cases/{case.code}/interpreters/{first.pk}/take-back/")
    assert first.name in page(client, case).partition('id="aside-title"')[0]


def test_nothing_and_nobody_else_learns_of_it(people: Cast, case: Case, both: list[Any], signed_in: SignIn) -> None:
    """Not whoever receives her file with every word that can be given, not the interpreter, the directory, the ledger, or her identity."""
    first = both[0]
    grant(case, people.amina.actor, people.boussole, [*ALL_GROUPS, "identity"])
    before = str(rows_of_the_directory())
    interpreters.leave_out_interpreter(case, first.pk, acting=people.amina.actor, now=NOW)
    for reader in (people.bruno, people.sonia, people.ines, people.pascal, people.karim, people.chloe):
        assert interpreters.unwanted_interpreters(case, acting=reader.actor) == frozenset()
        client = signed_in(reader)
        path = f"/cases/{case.code}/interpreters/"
        for answer in (client.get(path), client.post(path, {"language": "bin"}), client.post(f"{path}{first.pk}/leave-out/")):
            assert answer.status_code in (403, 404)
        with reader.acts(), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM cases_sealedrecord WHERE tier = 'interpreters'")
            assert cursor.fetchone() == (0,), "in SQL on the pages' own connection"
        with pytest.raises(NotVisible):
            interpreters.take_interpreter_back(case, first.pk, acting=reader.actor, now=NOW)
    assert str(rows_of_the_directory()) == before
    for address in (f"/directory/entries/{first.pk}/", "/directory/?function=interpreter&language=bin"):
        text = signed_in(people.pascal).get(address).content.decode()
        assert first.name in text, "everybody else still finds him"
    with people.amina.acts() as actor:
        [row] = Entry.objects.of_organisation(actor.organisation_id).filter(act="keep_wish")
        assert str(first.pk) not in json.dumps(bytes(row.body).decode())
        assert b"nterpr" not in bytes(row.body)
        # Her identity, as the pages read it and as it is exported, has no place for it.
        identity = queries.identity_of(actor, case.code)
        assert not any(str(first.pk) in str(values) for tier, values in identity.items() if tier != interpreters.TIER)


def rows_of_the_directory() -> list[Any]:
    """Every row of the directory but those of looks: what the interpreter's own service could ever see."""
    found: list[Any] = []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE repere_backup")
        for table in ("service", "structure", "contact", "mandate", "voice", "outcome", "question"):
            cursor.execute(f"SELECT t::text FROM directory_{table} t ORDER BY 1")
            found += cursor.fetchall()
        cursor.execute("RESET ROLE")
    return found


def test_no_access_to_another_organisation_can_name_the_word_under_which_it_lies() -> None:
    """The row belongs to a word of the policy that no purpose opens, whatever is granted."""
    policy = load_policy()
    assert not any(interpreters.WORD in purpose.opens for purpose in policy.purposes.values())


def test_a_colleague_who_does_not_follow_her_does_not_read_it(people: Cast, both: list[Any], signed_in: SignIn) -> None:
    each_their_own(people.atalante)
    case = concern(people.amina.actor)
    interpreters.leave_out_interpreter(case, both[0].pk, acting=people.amina.actor, now=NOW)
    assert interpreters.unwanted_interpreters(case, acting=people.amina.actor) == {both[0].pk}
    assert interpreters.unwanted_interpreters(case, acting=people.odile.actor) == frozenset()
    assert signed_in(people.odile).get(f"/cases/{case.code}/interpreters/").status_code == 404


def test_it_is_sealed_under_her_own_key(people: Cast, case: Case, both: list[Any]) -> None:
    interpreters.leave_out_interpreter(case, both[0].pk, acting=people.amina.actor, now=NOW)
    with people.amina.acts() as actor:
        [record] = SealedRecord.objects.visible_to(actor).filter(tier="interpreters")
    for form in (str(both[0].pk).encode(), both[0].pk.bytes, both[0].pk.hex.encode(), b"unwanted"):
        assert form not in bytes(record.blob)


def test_what_is_no_interpreter_is_not_there(people: Cast, case: Case) -> None:
    other = vetted(people, people.pascal)
    with pytest.raises(NotVisible):
        interpreters.leave_out_interpreter(case, other.pk, acting=people.amina.actor, now=NOW)


def test_saying_it_twice_writes_it_once(people: Cast, case: Case, both: list[Any]) -> None:
    for _ in range(2):
        interpreters.leave_out_interpreter(case, both[0].pk, acting=people.amina.actor, now=NOW)
    interpreters.leave_out_interpreter(case, both[1].pk, acting=people.amina.actor, now=NOW)
    with people.amina.acts() as actor:
        assert SealedRecord.objects.visible_to(actor).filter(tier="interpreters").count() == 2
    assert interpreters.unwanted_interpreters(case, acting=people.amina.actor) == {one.pk for one in both}


def test_only_her_file_s_page_and_the_search_know_the_tier() -> None:
    """Whatever else reads sealed tiers (exports, extracts, referrals, papers) names those it reads; none names this one."""
    root = Path(interpreters.__file__).parents[1]
    naming = {
        str(file.relative_to(root))
        for file in root.rglob("*.py")
        if "cases.interpreters" in (text := file.read_text(encoding="utf-8")) or "import interpreters as wishes" in text
    }
    assert naming <= {"cases/views/interpreters.py"}



def test_the_language_of_her_file_is_chosen_already(people: Cast, case: Case, signed_in: SignIn) -> None:
    told = {"language": "edo, anglais"}
    actions.set_identity(case.person_id, tier="contact", values=told, acting=people.amina.actor, now=NOW)
    text = signed_in(people.amina).get(f"/cases/{case.code}/interpreters/").content.decode()
    assert '<option value="bin" selected>' in text
    assert "edo, anglais" in text
    assert "fiches trouvées" not in text, "nothing is looked for before she says so"
