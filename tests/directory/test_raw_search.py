"""The search function asked past the pages, in SQL on their own connection, as another organisation.

It runs as the owner of the tables, whom no policy stops: what its own statement lets through is all there is.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.secret_entries import keep_secret
from repere.directory import actions, guard
from repere.directory.entry_models import Service
from repere.directory.models import Organisation
from repere.directory.territory import of_region, regions
from repere.directory.vocabulary import PROTECTED, Function
from tests.directory.entries import entry, vetted
from tests.people import Cast, Member, member

NOW = datetime(2026, 6, 1, 10, tzinfo=UTC)
REFUGE = {"structure": "Foyer Mésange", "kind": "shelter", "function": "shelter", "name": "Accueil Mésange bleue", "tier": 2,
          "territories": ["69"], "audiences": ["women"], "languages": ["bin"], "phone": "+33 1 99 00 55 66"}  # fmt: skip
ASKED = ("", "mésange", "accueil", "hébergement", "foyer or accueil or mésange", "-préfecture", "a or b or 69", "'; --")
TERRITORIES, LANGUAGES, MOST = ("", "69", "FR", "84"), ("", "bin"), (1, 2, 1_000_000)


def raw(statement: str, values: list[Any] | None = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def everything_asked() -> dict[tuple[Any, ...], list[Any]]:
    """The answer to every question that can be put together here: ids, ranks, order and number."""
    questions = product(ASKED, ("", "shelter", "outreach", "referent_prefecture"), LANGUAGES, TERRITORIES, MOST)
    return {asked: raw("SELECT id, rank FROM directory_matches(%s, %s, %s, %s, %s)", list(asked)) for asked in questions}


@pytest.fixture
def open_entries(people: Cast) -> list[Service]:
    """One that anybody may find, and one shelter of the members' tier."""
    public = vetted(people, people.pascal, tier=0, structure="Préfecture publique", name="Accueil public")
    members = vetted(
        people, people.pascal, structure="Maison ouverte", kind="shelter", function="shelter", name="Foyer ouvert", languages=["bin"]
    )
    return [public, members]


def hide(people: Cast) -> list[Service]:
    """Need-to-know entries, vouched for by two, some shown to a third, one with a sealed address: as hidden as can be."""
    hidden = [entry(people.sonia, **REFUGE | {"name": f"Accueil Mésange {number}", "structure": f"Foyer {number}"}) for number in (1, 2, 3)]
    for made in hidden:
        with people.sonia.acts() as acting:
            actions.vouch(made.pk, reason="visité", acting=acting, now=NOW)
            actions.show_to(made.pk, people.prefecture.pk, acting=acting, now=NOW)
            keep_secret(made.pk, {"address": "7 passage Mésange"}, acting=acting, now=NOW)
        with people.pascal.acts() as acting:
            assert actions.vouch(made.pk, reason="visité avec eux", acting=acting, now=NOW)
    return hidden


def newcomer() -> Member:
    founded = Organisation(name="Nouvelle", kind="association", territory="69", state=Organisation.State.PROBATION, probation_until=NOW)
    with acting_as(Actor.system("founding", organisation_id=founded.pk)):
        founded.save(force_insert=True)
    return member("Nadia Exemple", founded, "case_worker")


def test_answers_are_the_same_whether_or_not_anything_is_hidden(people: Cast, open_entries: list[Service]) -> None:
    """Ids, ranks, order, number: for a stranger, for whoever was shown the entry, for who keeps it. Hence no count."""
    askers = (people.ines, people.pascal, people.sonia)
    before = []
    for asker in askers:
        with asker.acts():
            before.append(everything_asked())
    hidden = {made.pk for made in hide(people)}
    for asker, then in zip(askers, before, strict=True):
        with asker.acts():
            now = everything_asked()
        assert now == then
        assert not hidden & {row[0] for answer in now.values() for row in answer}
    assert any(len(answer) == 2 for answer in before[0].values()), "nothing was found at all: the comparison says nothing"


def test_what_waits_for_voices_or_is_closed_never_comes_back(people: Cast, open_entries: list[Service]) -> None:
    waiting = entry(people.pascal, name="Accueil en attente")
    closed = vetted(people, people.pascal, name="Accueil fermé")
    with people.pascal.acts() as acting:
        actions.close_service(closed.pk, acting=acting, now=NOW)
    with people.ines.acts():
        found = {row[0] for answer in everything_asked().values() for row in answer}
    assert found == {one.pk for one in open_entries}
    assert not {waiting.pk, closed.pk} & found


def test_an_organisation_on_probation_learns_no_id_of_the_members_tier(people: Cast, open_entries: list[Service]) -> None:
    """Neither an id nor how near it lies to a word: thirty days in which it could be a trafficker's front."""
    public, members = open_entries
    with newcomer().acts():
        found = {row[0] for answer in everything_asked().values() for row in answer}
    assert found == {public.pk}
    with people.ines.acts():
        assert members.pk in {row[0] for answer in everything_asked().values() for row in answer}


def test_nobody_and_a_claim_without_proof_get_no_answer(people: Cast, open_entries: list[Service]) -> None:
    """Writing the settings by hand is not being somebody."""
    ask = "SELECT count(*) FROM directory_matches('', '', '', '', 50)"
    assert raw(ask) == [(0,)]
    for name, value in (("organisation", people.atalante.pk), ("user", people.amina.user.pk), ("kind", "person"), ("role", "case_worker")):
        raw("SELECT set_config(%s, %s, true)", [f"repere.{name}", str(value)])
    assert raw(ask) == [(0,)]
    assert raw("SELECT directory_safe_place('84', '')") == [(False,)]


def test_a_role_that_serves_can_neither_read_its_statement_s_tables_nor_change_it(people: Cast, as_role: Any) -> None:
    """The owner's right is in the function alone."""
    assert raw("SELECT prosecdef, proconfig::text LIKE '%%search_path%%', proowner::regrole::text FROM pg_proc"
               " WHERE proname IN ('directory_matches', 'directory_safe_place')") == [(True, True, "repere_owner")] * 2  # fmt: skip
    with as_role("public"), pytest.raises(DatabaseError), transaction.atomic():
        raw("SELECT id FROM directory_matches('', '', '', '', 50)")


@pytest.mark.parametrize("function", PROTECTED)
def test_protected_functions_of_the_hidden_tier_are_in_no_count(people: Cast, function: Function) -> None:
    """One, two or three of them: SQL counts nothing, whatever it groups by."""
    for number in range(3):
        made = entry(people.sonia, **REFUGE | {"function": function, "name": f"Caché {number}", "structure": f"Corps {number}"})
        with people.sonia.acts() as acting:
            actions.vouch(made.pk, reason="visité", acting=acting, now=NOW)
            actions.show_to(made.pk, people.prefecture.pk, acting=acting, now=NOW)
        with people.pascal.acts() as acting:
            actions.vouch(made.pk, reason="visité avec eux", acting=acting, now=NOW)
        with people.ines.acts():
            assert raw("SELECT count(*) FROM directory_matches('', %s, '', '', 100)", [function]) == [(0,)]
            assert raw("SELECT function, count(*) FROM directory_service GROUP BY function") == []
            assert raw("SELECT count(*) FROM directory_structure") == [(0,)]


def test_the_directed_question_is_answered_for_a_whole_region_even_in_sql(people: Cast) -> None:
    """Asked département by département, a yes would put a hidden shelter on the map."""
    hide(people)

    def yes(place: str) -> bool:
        return bool(raw("SELECT directory_safe_place(%s, '')", [place])[0][0])

    with people.ines.acts():
        assert yes("84"), "the région of the département 69"
        assert [region for region in regions() if yes(region)] == ["84"]
        # Codes that are also those of a région answer for that région.
        assert not any(yes(code) for code in of_region("84") if code not in regions())
        with pytest.raises(DatabaseError, match="does not exist"), transaction.atomic():
            raw("SELECT directory_safe_place(ARRAY['69'], '')")


def test_the_regions_in_the_function_are_those_of_the_official_list(people: Cast) -> None:
    """A list that is changed needs a migration that writes the function anew."""
    [(written,)] = raw("SELECT prosrc FROM pg_proc WHERE proname = 'directory_safe_place'")
    assert written in guard.safe_place_by_region({region: of_region(region) for region in regions()})
