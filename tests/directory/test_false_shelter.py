"""A vouched entry that its keeper turns into something else, alone: the attack, step by step, and the honest way beside it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from repere.directory import actions
from repere.directory.entry_models import Contact, Service
from repere.directory.queries.search import find, understand
from repere.directory.refusals import Refused
from tests.directory.entries import entry, line_of, reached, vetted
from tests.people import Cast, Member, member

pytestmark = pytest.mark.django_db
SignIn = Callable[[Member], Client]
NOW = datetime(2026, 6, 1, 10, tzinfo=UTC)
OFFERED = {"structure": "Lueur inventée", "kind": "general_association", "function": "legal", "name": "Permanence du droit"}


@pytest.fixture
def service(people: Cast) -> Service:
    """Kept by Sirius, vouched for by Atalante and Boussole, reached by Boussole."""
    made = vetted(people, people.ines, now=NOW, **OFFERED)
    reached(made, people.bruno, now=NOW)
    return made


def is_offered(service: Service, by: Member) -> bool:
    with by.acts() as acting:
        return Service.objects.visible_to(acting).offered().filter(pk=service.pk).exists()


def refused(code: str, act: Callable[[], object]) -> None:
    with pytest.raises(Refused) as told:
        act()
    assert told.value.code == code


def vouch_again(service: Service, *members: Member) -> None:
    for one in members:
        with one.acts() as acting:
            actions.vouch(service.pk, reason="vus sur place", acting=acting, now=NOW)


@pytest.mark.parametrize("what", ["name", "body", "kind"])
def test_under_another_name_or_kind_it_is_offered_to_nobody_until_two_vouch_again(people: Cast, service: Service, what: str) -> None:
    assert is_offered(service, people.amina)
    with people.ines.acts() as acting:
        if what == "name":
            actions.edit_service(service.pk, name="Foyer pour femmes", acting=acting, now=NOW)
        else:
            name, kind = ("Foyer inventé", "general_association") if what == "body" else ("Lueur inventée", "shelter")
            actions.edit_structure(service.structure_id, name=name, kind=kind, acting=acting, now=NOW)
    assert not is_offered(service, people.amina)
    with people.amina.acts() as acting:
        assert find(acting, understand("69"), on=NOW.date()).lines == []
    vouch_again(service, people.amina)
    assert not is_offered(service, people.amina), "the voices of before do not count"
    vouch_again(service, people.bruno)
    assert is_offered(service, people.amina)


def test_what_is_no_other_name_keeps_its_voices(people: Cast, service: Service) -> None:
    with people.ines.acts() as acting:
        actions.edit_service(service.pk, hours="Mo-Fr 09:00-17:00", description="Sur rendez-vous", acting=acting, now=NOW)
        actions.edit_structure(service.structure_id, name="Lueur inventée", kind="general_association", website="https://lueur.example",
                               acting=acting, now=NOW)  # fmt: skip
    assert is_offered(service, people.amina)


def test_sql_of_its_keeper_turns_it_into_nothing_else_either(people: Cast, service: Service) -> None:
    with people.ines.acts(), connection.cursor() as cursor:
        cursor.execute("UPDATE directory_service SET function = 'shelter' WHERE id = %s", [service.pk])
        assert cursor.rowcount == 1
    assert not is_offered(service, people.amina)
    for column in ("vetted_at = now()", "version = 0"):
        with people.ines.acts(), connection.cursor() as cursor, pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute(f"UPDATE directory_service SET {column} WHERE id = %s", [service.pk])
    with people.amina.acts(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO directory_voice (id, service_id, user_id, organisation_id, at, reason, version)"
            " VALUES (gen_random_uuid(), %s, %s, %s, now(), 'x', 0)",
            [service.pk, people.amina.user.pk, people.atalante.pk],
        )
        cursor.execute("SELECT max(version) FROM directory_voice WHERE service_id = %s", [service.pk])
        assert cursor.fetchone()[0] == 1, "a voice counts for what it saw, whatever it claims"


def changed_number(people: Cast, service: Service) -> UUID:
    former = line_of(service, people.ines)
    with people.ines.acts() as acting:
        return actions.change_contact(former.pk, value="+33 1 99 00 77 88", acting=acting, now=NOW).pk


def test_a_colleague_of_the_same_body_does_not_call_back_and_does_not_verify(people: Cast, service: Service, signed_in: SignIn) -> None:
    accomplice = member("Ivan Exemple", people.ines.organisation, "case_worker")
    changed = changed_number(people, service)
    with accomplice.acts() as acting:
        refused("by_another_organisation", lambda: actions.call_back(changed, confirmed=True, acting=acting, now=NOW))
        refused("by_another_organisation", lambda: actions.verify_contact(line_of(service, accomplice).pk, acting=acting, now=NOW))
    page = signed_in(accomplice).get(f"/directory/entries/{service.pk}/").content.decode()
    assert f"/contacts/{changed}/called/" not in page
    assert "/verify/" not in page
    with people.amina.acts() as acting:
        actions.call_back(changed, confirmed=True, acting=acting, now=NOW)
        assert actions.verify_contact(changed, acting=acting, now=NOW).verified_organisation_id == people.atalante.pk


def test_whoever_hears_that_a_change_is_false_says_so_whatever_her_body(people: Cast, service: Service) -> None:
    colleague = member("Ivan Exemple", people.ines.organisation, "case_worker")
    changed = changed_number(people, service)
    with colleague.acts() as acting:
        actions.call_back(changed, confirmed=False, acting=acting, now=NOW)
        assert Contact.objects.get(pk=changed).ended_on == NOW.date()


def test_sql_of_the_same_body_calls_nobody_back(people: Cast, service: Service) -> None:
    accomplice = member("Ivan Exemple", people.ines.organisation, "case_worker")
    changed, line = changed_number(people, service), line_of(service, people.ines)
    for columns, row in (("called_back_on = %s, called_back_by = %s", changed), ("verified_on = %s, verified_by = %s", line.pk)):
        with accomplice.acts(), pytest.raises(DatabaseError, match="another organisation"), transaction.atomic():
            _run(f"UPDATE directory_contact SET {columns} WHERE id = %s", "2026-06-02", accomplice.user.pk, row)
    with people.amina.acts(), pytest.raises(DatabaseError, match="another organisation"), transaction.atomic():
        _run("UPDATE directory_contact SET verified_organisation_id = %s WHERE id = %s", people.prefecture.pk, line.pk)


def _run(statement: str, *words: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, words)


def test_a_body_that_works_here_does_not_reach_its_own_line(people: Cast) -> None:
    """Entered by another, about Boussole: Boussole does not say that its own number answers."""
    made = entry(people.amina, structure="Boussole", kind="specialised_association", function="legal", name="Permanence",
                 member_id=people.boussole.pk)  # fmt: skip
    with people.bruno.acts() as acting:
        refused("by_another_organisation", lambda: actions.verify_contact(line_of(made, people.bruno).pk, acting=acting, now=NOW))
    reached(made, people.pascal, now=NOW)
