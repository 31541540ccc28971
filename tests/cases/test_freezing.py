"""A colleague closes an account in one click; a second person is told; somebody else opens it again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from repere.accounts.members import confirm_members
from repere.accounts.models import Membership
from repere.cases import actions
from repere.cases.models import FREEZE_REASONS, Freeze
from repere.cases.refusals import NotVisible, Refused
from repere.ledger.models import Entry
from tests.people import Cast

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


def freeze(people: Cast, by=None, whom=None, reason: str = "threatened") -> Freeze:
    return actions.freeze_account((whom or people.odile).user.pk, reason=reason, acting=(by or people.amina).actor, now=NOW)


def test_the_very_next_page_is_refused(people: Cast, signed_in) -> None:
    """Whoever sits before the open session sees nothing more."""
    taken_over = signed_in(people.odile)
    assert taken_over.get("/").status_code == 200
    freeze(people)
    answer = taken_over.get("/")
    assert answer.status_code == 302
    assert "sign-in" in answer["Location"]


def test_a_frozen_account_does_not_sign_in_again(people: Cast) -> None:
    freeze(people)
    with people.amina.acts():
        assert not Membership.objects.of_user(people.odile.user).filter(organisation=people.atalante).exists()


def test_an_administrator_is_told_and_the_ledger_knows(people: Cast) -> None:
    """The second person is neither of the two."""
    frozen = freeze(people)
    assert frozen.told_id == people.chloe.user.pk
    with people.amina.acts():
        row = Entry.objects.filter(act="freeze_account").latest("position")
    assert row.actor_id == people.amina.user.pk


def test_the_one_who_is_told_reads_it_and_it_goes(people: Cast, signed_in) -> None:
    freeze(people)
    client = signed_in(people.chloe)
    page = client.get("/colleagues/").content.decode()
    assert "Amina Exemple" in page
    assert "Odile Exemple" in page
    (frozen,) = client.get("/colleagues/").context["to_read"]
    client.post(f"/colleagues/frozen/{frozen.pk}/read/")
    assert client.get("/colleagues/").context["to_read"] == []


def test_an_administrator_opens_it_again_and_old_sessions_stay_closed(people: Cast, signed_in) -> None:
    """What was open while somebody else sat there does not come back."""
    old = signed_in(people.odile)
    frozen = freeze(people)
    with pytest.raises(Refused, match="administr"):
        actions.unfreeze_account(frozen.pk, acting=people.amina.actor, now=NOW)
    actions.unfreeze_account(frozen.pk, acting=people.chloe.actor, now=NOW)
    assert old.get("/").status_code == 302
    assert signed_in(people.odile).get("/").status_code == 200


def test_nobody_opens_their_own(people: Cast) -> None:
    """Not even an administrator who still has a connection: the database refuses too."""
    frozen = freeze(people, by=people.amina, whom=people.chloe)
    with pytest.raises(Refused):
        actions.unfreeze_account(frozen.pk, acting=people.chloe.actor, now=NOW)
    with people.amina.acts(), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE cases_freeze SET lifted_at = now(), lifted_by_id = user_id")


def test_where_the_only_administrator_is_frozen_a_colleague_opens_it(people: Cast) -> None:
    """An organisation does not lock itself out."""
    frozen = freeze(people, whom=people.chloe)
    lifted = actions.unfreeze_account(frozen.pk, acting=people.odile.actor, now=NOW)
    assert lifted.lifted_by_id == people.odile.user.pk


@pytest.mark.parametrize("reason", ["", "because", "Odile annoys me"])
def test_a_reason_of_the_list_is_asked(people: Cast, reason: str) -> None:
    with pytest.raises(Refused):
        freeze(people, reason=reason)


def test_nobody_freezes_another_house(people: Cast, signed_in) -> None:
    """The intruder cannot even learn whether somebody works there."""
    for whom in (people.odile.user.pk, uuid4()):
        with pytest.raises(NotVisible):
            actions.freeze_account(whom, reason="threatened", acting=people.ines.actor, now=NOW)
        assert signed_in(people.ines).post(f"/colleagues/{whom}/freeze/", {"reason": "threatened"}).status_code == 404


def test_it_is_not_a_weapon(people: Cast) -> None:
    """Three a day, never twice the same, never oneself."""
    frozen = freeze(people)
    with pytest.raises(Refused):
        freeze(people)
    with pytest.raises(Refused):
        freeze(people, whom=people.amina)
    for turn in range(2):
        actions.unfreeze_account(frozen.pk, acting=people.chloe.actor, now=NOW + timedelta(minutes=turn))
        frozen = freeze(people)
    actions.unfreeze_account(frozen.pk, acting=people.chloe.actor, now=NOW + timedelta(minutes=5))
    with pytest.raises(Refused):
        freeze(people)


def test_confirming_members_lifts_no_freeze(people: Cast) -> None:
    """The quarterly list is not a way around."""
    freeze(people)
    confirm_members([people.odile.membership.pk], acting=people.chloe.actor, now=NOW)
    with people.amina.acts():
        assert Membership.objects.get(pk=people.odile.membership.pk).suspended_why == "frozen"


def test_one_click_is_enough(people: Cast, signed_in) -> None:
    """Each reason is a button; no other word is needed."""
    client = signed_in(people.amina)
    page = client.get("/colleagues/").content.decode()
    for reason in FREEZE_REASONS:
        assert f'name="reason" value="{reason}"' in page
    client.post(f"/colleagues/{people.odile.user.pk}/freeze/", {"reason": "device_lost"})
    with people.amina.acts() as actor:
        assert Freeze.objects.visible_to(actor).get().reason == "device_lost"
