"""Keeping a colleague away from a file: told, slow, never from everybody, and ended by who sees no file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from repere.accounts.acting import acting_as
from repere.cases import actions
from repere.cases.models import Case, ConflictOfInterest, KeptAwayNote
from repere.cases.refusals import Refused
from tests.accounts.test_fresh_proof import grown_stale
from tests.cases.story import NOW, concern
from tests.people import Cast, Member, each_their_own, member

pytestmark = pytest.mark.django_db
SignIn = Callable[[Member], Client]


@pytest.fixture
def case(people: Cast) -> Case:
    each_their_own(people.atalante)
    return concern(people.amina.actor)


def notes(reader: Member) -> list[tuple[object, bool]]:
    with reader.acts() as actor:
        return [(one.about_id, one.ended) for one in KeptAwayNote.objects.visible_to(actor)]


def kept(case: Case, sees: Member) -> list[ConflictOfInterest]:
    with sees.acts() as actor:
        return list(ConflictOfInterest.objects.visible_to(actor).filter(case=case, ended_at=None))


def test_an_open_session_keeps_no_colleague_away(people: Cast, case: Case, signed_in: SignIn) -> None:
    client, form = signed_in(people.odile), {"code": case.code, "about": str(people.amina.user.pk)}
    grown_stale(people.odile)
    assert client.post(reverse("cases:conflicts"), form).status_code == 403
    assert kept(case, people.odile) == []
    herself = client.post(reverse("cases:conflicts"), form | {"about": str(people.odile.user.pk)})
    assert herself.status_code == 302, "who keeps herself away is asked for nothing"
    assert len(kept(case, people.amina)) == 1


def test_who_followed_it_and_an_administrator_are_told_and_not_which_file(people: Cast, case: Case, signed_in: SignIn) -> None:
    actions.declare_conflict(code=case.code, about=people.amina.user.pk, acting=people.odile.actor, now=NOW)
    about = people.amina.user.pk
    assert notes(people.amina) == notes(people.chloe) == [(about, False)]
    assert notes(people.odile) == notes(people.ines) == []
    for reader in (people.amina, people.chloe):
        for address in ("/", "/conflicts/"):
            page = signed_in(reader).get(address).content.decode()
            assert people.odile.user.name in page
            assert case.code not in page, address
            assert case.pseudonym not in page, address
    with people.chloe.acts() as chloe:
        note = KeptAwayNote.objects.visible_to(chloe).get()
    signed_in(people.chloe).post(reverse("cases:kept_away_read", args=[note.pk]))
    assert people.odile.user.name not in signed_in(people.chloe).get("/").content.decode().split('id="members-title"')[0].split("<main")[1]
    assert signed_in(people.amina).post(reverse("cases:kept_away_read", args=[note.pk])).status_code == 404


def test_who_never_followed_it_is_told_nothing(people: Cast, case: Case) -> None:
    """A note would tell somebody whom we keep away that a person of her circle is known here."""
    actions.declare_conflict(code=case.code, about=people.odile.user.pk, acting=people.amina.actor, now=NOW)
    assert notes(people.odile) == []
    assert notes(people.chloe) == [(people.odile.user.pk, False)]


def test_an_administrator_ends_it_without_learning_which_file_and_who_declared_it_is_told(
    people: Cast, case: Case, signed_in: SignIn
) -> None:
    actions.declare_conflict(code=case.code, about=people.amina.user.pk, acting=people.odile.actor, now=NOW)
    (row,) = kept(case, people.odile)
    chloe, end = signed_in(people.chloe), reverse("cases:conflict_end", args=[row.pk])
    assert end in chloe.get("/conflicts/").content.decode()
    grown_stale(people.chloe)
    assert chloe.post(end).status_code == 403, "an open session ends none"
    grown_stale(people.chloe, minutes=0)
    assert chloe.post(end).status_code == 302
    assert kept(case, people.odile) == []
    assert (people.amina.user.pk, True) in notes(people.odile)
    assert signed_in(people.amina).get(f"/cases/{case.code}/").status_code == 200


def test_nobody_closes_a_file_to_all_her_colleagues(people: Cast, case: Case) -> None:
    """The attack: one after the other, until only the attacker reads it. An administrator closes none to everybody either."""
    nadia = member("Nadia Exemple", people.atalante, "case_worker")
    actions.declare_conflict(code=case.code, about=people.amina.user.pk, acting=people.odile.actor, now=NOW)
    with pytest.raises(Refused) as refused:
        actions.declare_conflict(code=case.code, about=nadia.user.pk, acting=people.odile.actor, now=NOW)
    assert refused.value.code == "somebody_must_stay"
    actions.declare_conflict(code=case.code, acting=people.odile.actor, now=NOW)
    with pytest.raises(Refused) as refused:
        actions.declare_conflict(code=case.code, about=nadia.user.pk, acting=people.chloe.actor, now=NOW)
    assert refused.value.code == "somebody_must_stay"
    assert nadia.user.pk not in {row.user_id for row in kept(case, people.chloe)}


def test_whoever_kept_her_colleagues_away_does_not_go_last(people: Cast, case: Case) -> None:
    """The attack: the only other colleague, then oneself, without any proof; the file is hidden from the whole house."""
    actions.declare_conflict(code=case.code, about=people.amina.user.pk, acting=people.odile.actor, now=NOW)
    with pytest.raises(Refused) as refused:
        actions.declare_conflict(code=case.code, acting=people.odile.actor, now=NOW)
    assert refused.value.code == "somebody_must_stay"
    assert [row.user_id for row in kept(case, people.chloe)] == [people.amina.user.pk]


def test_who_has_a_tie_may_say_so_and_an_administrator_learns_that_nobody_is_left(people: Cast, case: Case, signed_in: SignIn) -> None:
    actions.declare_conflict(code=case.code, acting=people.amina.actor, now=NOW)
    assert notes(people.chloe) == [], "a colleague still reads it"
    actions.declare_conflict(code=case.code, acting=people.odile.actor, now=NOW)
    assert notes(people.chloe) == [(people.odile.user.pk, False)]
    page = signed_in(people.chloe).get("/conflicts/").content.decode()
    assert f"{people.odile.user.name} se tient à l'écart d'un dossier" in page
    assert case.code not in page


def test_whoever_keeps_herself_away_from_file_after_file_is_asked_about(people: Cast) -> None:
    """Nobody is refused; from the third file a day, somebody asks whether it was her."""
    for number in range(5):
        actions.declare_conflict(code=concern(people.amina.actor).code, acting=people.odile.actor, now=NOW)
        assert len(notes(people.chloe)) == int(number >= 2)


def test_three_colleagues_a_day_and_no_more(people: Cast, case: Case) -> None:
    files = [case, *(concern(people.amina.actor) for _ in range(3))]
    for one in files[:3]:
        actions.declare_conflict(code=one.code, about=people.odile.user.pk, acting=people.amina.actor, now=NOW)
    for code in (files[3].code, "ZZZZZZZZ"):
        with pytest.raises(Refused) as refused:
            actions.declare_conflict(code=code, about=people.odile.user.pk, acting=people.amina.actor, now=NOW)
        assert refused.value.code == "too_many_conflicts"
    actions.declare_conflict(code=files[3].code, acting=people.odile.actor, now=NOW)
    later = NOW + timedelta(days=1, minutes=1)
    actions.declare_conflict(code=concern(people.amina.actor).code, about=people.odile.user.pk, acting=people.amina.actor, now=later)


def test_a_note_is_read_by_whom_it_is_for_and_written_by_nobody_on_her_own_connection(people: Cast, case: Case) -> None:
    actions.declare_conflict(code=case.code, about=people.odile.user.pk, acting=people.amina.actor, now=NOW)
    for other in (people.amina, people.odile, people.ines):
        with other.acts(), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM cases_keptawaynote")
            assert cursor.fetchone()[0] == 0
            cursor.execute("UPDATE cases_keptawaynote SET read_at = now()")
            assert cursor.rowcount == 0
    for by in (people.odile.user.pk, people.amina.user.pk):
        with acting_as(people.amina.actor), connection.cursor() as cursor, pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute(
                "INSERT INTO cases_keptawaynote (id, organisation_id, reader_id, about_id, by_id, ended, at)"
                " VALUES (gen_random_uuid(), %s, %s, %s, %s, false, now())",
                [people.atalante.pk, people.chloe.user.pk, people.amina.user.pk, by],
            )
