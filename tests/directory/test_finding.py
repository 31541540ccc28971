"""Whom to turn to: found by words, sure as of a day, vacant when nobody is there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from repere.directory import actions, guard
from repere.directory.entry_models import Outcome, Service
from repere.directory.guard import MATCHING
from repere.directory.queries.coverage import Cover, coverage
from repere.directory.queries.search import Found, find, next_in_line, understand
from repere.directory.refusals import Refused
from repere.directory.trust import Trust
from tests.directory.entries import entry, held, reached, vetted
from tests.people import Cast, Member

SignIn = Callable[[Member], Client]
NOW = datetime(2026, 6, 1, 10, tzinfo=UTC)
TODAY = NOW.date()
REFERENT = "trafficking referent at the prefecture of dept 69"


def looked(member: Member, text: str, on: date = TODAY, **chosen: str) -> Found:
    with member.acts() as acting:
        return find(acting, understand(text, **chosen), on=on)


@pytest.mark.parametrize("asked", [
    "Référent traite préfecture Rhône", "referents prefecture 69", "trafficking referent prefecture 69", "REFERENT, Préfectures (69)",
])  # fmt: skip
def test_a_referent_is_found_in_words(people: Cast, asked: str) -> None:
    """Accents, capitals, plurals and language do not stand between a worker and whom she needs."""
    made = vetted(people, people.pascal)
    vetted(people, people.pascal, territories=["13"], name="Référent de Marseille")
    assert [line.service for line in looked(people.amina, asked).lines] == [made]


def test_a_trained_interpreter_is_found_by_language_and_a_refused_one_is_left_out(people: Cast) -> None:
    """She does not want this interpreter: no reason is asked for, and the next one is shown."""
    words = {
        "structure": "Service Parole", "kind": "interpreting", "function": "interpreter", "languages": ["bin", "eng"],
        "territories": ["FR"],
    }  # fmt: skip
    first = vetted(people, people.pascal, name="Interprète A", training="traite, 2025", **words)
    second = vetted(people, people.pascal, name="Interprète B", **words)
    vetted(people, people.pascal, name="Interprète C", **words | {"languages": ["wol"]})
    assert {line.service for line in looked(people.amina, "a trained interpreter in Edo").lines} == {first, second}
    assert {line.service for line in looked(people.amina, "", language="bin", function="interpreter").lines} == {first, second}
    with people.amina.acts() as acting:
        left = find(acting, understand("interprète edo"), on=TODAY, refused=[first.pk])
    assert [line.service for line in left.lines] == [second]


def test_words_that_are_not_all_there_find_the_nearest_and_say_so(people: Cast) -> None:
    made = vetted(people, people.pascal)
    found = looked(people.amina, "référent préfecture zanzibar")
    assert found.is_near_only
    assert [line.service for line in found.lines] == [made]


def test_how_sure_a_contact_is_decays_and_is_corrected(people: Cast) -> None:
    """A number that was good in January is not offered as good in September; a wrong one is told at once."""
    made = vetted(people, people.pascal)

    def trust(on: date) -> Trust:
        return looked(people.amina, "préfecture 69", on).lines[0].trust

    assert trust(TODAY) is Trust.NEVER
    reached(made, people.bruno, now=NOW)
    assert trust(TODAY) is Trust.FRESH
    assert trust(TODAY + timedelta(days=91)) is Trust.AGEING
    assert trust(TODAY + timedelta(days=181)) is Trust.STALE
    with people.amina.acts() as acting:
        actions.record_outcome(made.pk, what="accepted", on=TODAY + timedelta(days=170), acting=acting, now=NOW + timedelta(days=170))
    assert trust(TODAY + timedelta(days=181)) is Trust.FRESH
    with people.amina.acts() as acting:
        actions.record_outcome(made.pk, what="wrong_contact", on=TODAY + timedelta(days=175), acting=acting, now=NOW + timedelta(days=175))
    assert trust(TODAY + timedelta(days=181)) is Trust.STALE


TELLS = (
    'INSERT INTO directory_outcome (id, user_id, "on", what, organisation_id, service_id)'
    " SELECT gen_random_uuid(), %s, current_date - g, %s, %s, s.id FROM directory_service s, generate_series(0, %s) g"
)


def test_one_member_does_not_empty_the_directory(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """One statement said of every entry, as often as it liked, that nobody answers there, in whose name it liked."""
    made = vetted(people, people.pascal)

    def tells(words: str, what: str, user: Any, times: int) -> None:
        with people.amina.acts() as acting, pytest.raises(DatabaseError, match=words), transaction.atomic():
            connection.cursor().execute(TELLS, [user, what, acting.organisation_id, times])

    tells("row-level security", "refused", people.odile.user.pk, 0)
    tells("row-level security", "refused", None, 0)
    tells("so many outcomes in a day", "wrong_contact", people.amina.user.pk, guard.OUTCOMES_A_DAY)
    with people.amina.acts() as acting:
        for _twice in range(2):
            actions.record_outcome(made.pk, what="no_answer", on=TODAY, acting=acting, now=NOW)
        assert Outcome.objects.filter(service=made).count() == 1
        monkeypatch.setattr("repere.directory.actions.verifying.OUTCOMES_A_DAY", 1)
        with pytest.raises(Refused) as refused:
            actions.record_outcome(made.pk, what="answered", on=TODAY, acting=acting, now=NOW)
    assert refused.value.code == "outcomes_enough"
    with people.odile.acts() as acting:
        actions.record_outcome(made.pk, what="answered", on=TODAY, acting=acting, now=NOW)
    with people.amina.acts() as acting:
        connection.cursor().execute(TELLS, [people.amina.user.pk, "answered", acting.organisation_id, 0])
    tells("told_once_a_day_by_one_body", "answered", people.amina.user.pk, 0)


def test_a_referent_who_left_shows_as_a_vacancy_and_the_next_is_named(people: Cast) -> None:
    """Turnover was hidden before: a list went on showing people who had gone."""
    made = vetted(people, people.pascal)

    def state(on: date = TODAY) -> Cover:
        with people.amina.acts() as acting:
            return coverage(acting, "referent_prefecture", on=on)["69"]

    assert state() is Cover.NEVER
    mandate = held(made, people.pascal, None, since=date(2026, 1, 1))
    reached(made, people.bruno, now=NOW)
    assert state() is Cover.STALE, "announced by one person only"
    with people.bruno.acts() as acting:
        actions.confirm_mandate(mandate.pk, acting=acting, now=NOW)
    assert state() is Cover.COVERED
    with people.pascal.acts() as acting:
        actions.end_mandate(mandate.pk, ended_on=TODAY, acting=acting, now=NOW)
    assert state(TODAY) is Cover.COVERED, "the last day counts"
    after = TODAY + timedelta(days=1)
    assert state(after) is Cover.VACANT
    line = looked(people.amina, "préfecture 69", after).lines[0]
    assert line.is_vacant
    neighbour = vetted(people, people.pascal, territories=["01"], name="Référente de l'Ain")
    held(neighbour, people.pascal, people.bruno, since=date(2026, 1, 1))
    with people.amina.acts() as acting:
        assert [other.service for other in next_in_line(acting, made, on=after)] == [neighbour]


def test_a_search_of_many_services_uses_its_index(committing_db: str, people: Cast, owner_connection: Any) -> None:
    """The plan of the statement within the function, as its owner runs it: no reading of the whole table, policies or not."""
    known = {"query": "to_tsquery('pg_catalog.french', 'prefectur')", "of_function": "''", "spoken": "''", "served": "''", "most": "50",
             "open_tier": "1", "me": "NULL::uuid"}
    statement = MATCHING.replace("of_function", known.pop("of_function"))
    for name, value in known.items():
        statement = re.sub(rf"(?<![.\w]){name}\b(?!\()", value, statement)
    one = vetted(people, people.pascal)
    with people.pascal.acts():
        Service.objects.bulk_create(
            Service(organisation=people.prefecture, structure=one.structure, function="other", name="Autre", territories=["13"],
                    words=f"autre service numero {number}")
            for number in range(3_000)
        )  # fmt: skip
    owner_connection.execute("ANALYZE directory_service")
    plan = "\n".join(row[0] for row in owner_connection.execute("EXPLAIN " + statement.rstrip().rstrip(";")).fetchall())
    assert "Bitmap Index Scan on service_by_words" in plan, plan
    assert "Seq Scan" not in plan


def test_looking_asks_the_database_as_often_for_ten_as_for_one(people: Cast, django_assert_max_num_queries: Callable[..., object]) -> None:
    for number in range(10):
        vetted(people, people.pascal, name=f"Référente {number}")
    with people.amina.acts() as acting, django_assert_max_num_queries(6):  # type: ignore[attr-defined]
        assert len(find(acting, understand("préfecture 69"), on=TODAY).lines) == 10


# ---- pages


def test_a_worker_finds_a_referent_on_the_page(people: Cast, signed_in: SignIn) -> None:
    made = vetted(people, people.pascal)
    text = signed_in(people.amina).get("/directory/", {"q": REFERENT}).content.decode()
    assert made.name in text
    assert "+33 1 99 00 11 22" in text
    assert "Jamais confirmé" in text
    page = signed_in(people.amina).get(f"/directory/entries/{made.pk}/")
    assert page.status_code == 200


def test_an_administrator_records_on_the_page_that_the_referent_left(people: Cast, signed_in: SignIn) -> None:
    made = vetted(people, people.pascal)
    mandate = held(made, people.pascal, people.bruno, since=date(2026, 1, 1))
    client = signed_in(people.pascal)
    client.post(f"/directory/mandates/{mandate.pk}/end/", {"day": "2026-05-01"})
    assert "Poste vacant" in client.get(f"/directory/entries/{made.pk}/").content.decode()
    assert "Poste vacant" in client.get("/directory/coverage/", {"function": "referent_prefecture"}).content.decode()


def test_an_entry_is_added_on_the_page_and_waits(people: Cast, signed_in: SignIn) -> None:
    sent = {
        "structure": "Maison Inventée", "kind": "health", "function": "health_check", "name": "Bilan de santé", "territories": "69 01",
        "tier": "1", "phone": "01 99 00 33 44",
    }  # fmt: skip
    answer = signed_in(people.amina).post("/directory/new/", sent)
    assert answer.status_code == 302, answer.content.decode()
    assert "Bilan de santé" in signed_in(people.bruno).get("/directory/to-vouch/").content.decode()
    assert "Maison Inventée" not in signed_in(people.bruno).get("/directory/", {"q": "bilan santé 69"}).content.decode()
    wrong = signed_in(people.amina).post("/directory/new/", sent | {"territories": "999"})
    assert "999" in wrong.content.decode()
    assert wrong.status_code == 200


def test_every_page_of_the_directory_opens(people: Cast, signed_in: SignIn) -> None:
    made = entry(people.pascal)
    client = signed_in(people.amina)
    for path in ("", "new/", "to-vouch/", "coverage/", "coverage/?function=shelter", "safe-place/", "conventions/", "files/",
                 f"entries/{made.pk}/"):  # fmt: skip
        assert client.get(f"/directory/{path}").status_code == 200, path


@pytest.mark.parametrize("asked", ["avocat Saint-Denis", "Saint-Denis"])
def test_a_town_of_two_departements_shows_both_and_says_so(people: Cast, asked: str) -> None:
    told = {"structure": "Permanence inventée", "kind": "law_practice", "function": "legal"}
    both = {vetted(people, people.pascal, **told, name=f"Avocats {code}", territories=[code]) for code in ("93", "974")}
    vetted(people, people.pascal, **told, name="Avocats 13", territories=["13"])
    found = looked(people.amina, asked)
    assert {line.service for line in found.lines} == both
    assert found.asked.to_choose_among == ["Seine-Saint-Denis (93)", "La Réunion (974)"]


def test_the_name_of_what_is_meant_is_understood_to_its_last_word() -> None:
    """“inspection du travail” is one thing: no entry has to bear the words “du travail” besides."""
    asked = understand("inspection du travail Gironde")
    assert (asked.means, asked.territory, asked.unknown) == (("referent_labour",), "33", [])
    assert understand("inspection vignoble").unknown == ["vignoble"]


def test_words_that_no_entry_has_are_named_and_nobody_is_said_to_be_missing(people: Cast, signed_in: SignIn) -> None:
    vetted(people, people.pascal)
    client = signed_in(people.amina)
    assert "Aucune fiche ne contient «\u00a0zanzibar\u00a0»" in client.get("/directory/", {"q": "Zanzibar"}).content.decode()
    page = client.get("/directory/", {"q": "avocat Lyon"}).content.decode()
    assert "Compris comme\u00a0: Aide juridique · Rhône (69)" in page
    assert "Personne de vérifié" in page
