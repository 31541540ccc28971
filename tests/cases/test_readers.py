"""The job that watches reading: it sees one organisation at a time, opens nothing and blocks nobody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from repere import ledger
from repere.accounts.acting import acting_as
from repere.cases import actions
from repere.cases.actions.by_the_house import house
from repere.cases.models import Alert, Canary
from repere.cases.readers import watch_readers
from tests.cases.story import NOW, concern
from tests.people import Cast

pytestmark = pytest.mark.django_db


def watch(as_role, now: datetime | None = None) -> int:
    with as_role("worker"):
        return watch_readers(now=now or datetime.now(UTC))


def alerts(member) -> list[tuple[str, str]]:
    with member.acts() as actor:
        return sorted(Alert.objects.visible_to(actor).values_list("user__name", "rule"))


def opened(member, case, page: str = "cases:case") -> None:
    with member.acts() as actor:
        ledger.look(actor, [case.person_id], detail={"page": page})


def test_ordinary_work_raises_nothing(people: Cast, as_role) -> None:
    case = concern(people.amina.actor)
    opened(people.amina, case)
    assert watch(as_role) == 0


def test_a_canary_that_is_opened_is_told_to_its_organisation(people: Cast, as_role, signed_in) -> None:
    """On the administrator's page, in words, once a day however often it was opened."""
    case = concern(people.amina.actor)
    with acting_as(house(people.amina.actor, "lists")), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_canary (decoy, organisation_id, made_at) VALUES (%s, %s, now())", [case.person_id, people.atalante.pk]
        )
    for _ in range(3):
        signed_in(people.odile).get(f"/cases/{case.code}/")
    assert watch(as_role) == 1
    assert watch(as_role) == 0
    assert alerts(people.amina) == [("Odile Exemple", "canary")]
    assert alerts(people.ines) == []
    page = signed_in(people.chloe).get("/colleagues/alerts/")
    assert "Odile Exemple" in page.content.decode()


def test_pages_cannot_tell_a_canary(people: Cast) -> None:
    """To whoever leafs through files it is a file; the mark is for the worker alone."""
    with people.amina.acts(), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_canary")
    with people.amina.acts() as actor, pytest.raises(DatabaseError), transaction.atomic():
        Canary.objects.visible_to(actor).count()


def test_a_namesake_is_noticed_without_reading_a_name(people: Cast, as_role, signed_in) -> None:
    """Blind tokens meet: the job holds no key, and the line says no name of hers."""
    case = concern(people.amina.actor)
    now = datetime.now(UTC)
    names = {"given_names": "Véga", "family_names": "EXEMPLE"}
    actions.set_identity(case.person_id, tier="identity", values=names, acting=people.amina.actor, now=now)
    signed_in(people.odile).get(f"/cases/{case.code}/")
    watch(as_role)
    assert ("Odile Exemple", "same_name") in alerts(people.amina)
    assert "Véga" not in signed_in(people.chloe).get("/colleagues/alerts/").content.decode()


def test_another_family_name_is_none(people: Cast, as_role, signed_in) -> None:
    case = concern(people.amina.actor)
    names = {"given_names": "Exemple", "family_names": "Tramontane"}
    actions.set_identity(case.person_id, tier="identity", values=names, acting=people.amina.actor, now=datetime.now(UTC))
    signed_in(people.odile).get(f"/cases/{case.code}/")
    watch(as_role)
    assert alerts(people.amina) == []


def test_many_files_in_a_row_are_noticed_and_stay_open(people: Cast, as_role, signed_in) -> None:
    """The detector asks; it does not stand in the way of whoever must work."""
    cases = [concern(people.amina.actor, now=NOW + timedelta(minutes=turn)) for turn in range(12)]
    for case in cases:
        opened(people.odile, case)
    watch(as_role)
    assert {rule for _, rule in alerts(people.amina)} >= {"in_order", "no_relation"}
    assert signed_in(people.odile).get(f"/cases/{cases[0].code}/").status_code == 200


def test_the_evening_before_is_not_lost_at_midnight(people: Cast, as_role) -> None:
    """What was read at ten to midnight is still looked at after it."""
    case = concern(people.amina.actor)
    with acting_as(house(people.amina.actor, "lists")), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_canary (decoy, organisation_id, made_at) VALUES (%s, %s, now())", [case.person_id, people.atalante.pk]
        )
    opened(people.odile, case)
    assert watch(as_role, datetime.now(UTC) + timedelta(hours=1, minutes=30)) == 1


def test_only_administrators_read_alerts_and_nobody_their_own_away(people: Cast, as_role, signed_in) -> None:
    """Who is asked about does not strike the question out."""
    assert signed_in(people.amina).get("/colleagues/alerts/").status_code == 403
    alert = Alert(
        organisation_id=people.atalante.pk, user_id=people.chloe.user.pk, rule="night", day=datetime.now(UTC).date(), at=datetime.now(UTC)
    )
    with people.amina.acts(), as_role("worker"):
        alert.save(force_insert=True)
    client = signed_in(people.chloe)
    client.post(f"/colleagues/alerts/{alert.pk}/seen/")
    assert len(client.get("/colleagues/alerts/").context["alerts"]) == 1
    assert signed_in(people.ines).post(f"/colleagues/alerts/{alert.pk}/seen/").status_code == 403


def test_pages_raise_no_alert(people: Cast) -> None:
    """Nobody is accused through a page."""
    with people.amina.acts(), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO cases_alert (id) VALUES (gen_random_uuid())")
