"""What is counted before it is written is counted one after the other: an open session that sends many forms at once gains nothing."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections, transaction

from repere.cases import actions
from repere.cases.actions.conflict import OTHERS_A_DAY
from repere.cases.actions.freezing import FREEZES_A_DAY
from repere.cases.actions.reader_names import keep_reader_name
from repere.cases.consent.actions import withdraw_consent
from repere.cases.models import Case, ConflictOfInterest, Consent, Freeze, Grant, ReaderName
from repere.cases.referral import actions as referring
from repere.cases.refusals import Refused
from tests.cases.story import NOW, concern, record
from tests.cases.test_referral import GROUPS, agree, asked, now, offer_to, send
from tests.people import Cast, Member, member


def at_once(*acts: Callable[[], Any]) -> list[str]:
    together = Barrier(len(acts))

    def one(act: Callable[[], Any]) -> str:
        try:
            together.wait(timeout=60)
            act()
            return "done"
        except Refused as refused:
            return refused.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as workers:
        return sorted(workers.map(one, acts))


def test_three_accounts_a_day_are_frozen_however_many_are_sent_at_once(committing_db: str, people: Cast) -> None:
    """Every colleague of a house, its administrators among them, by one stolen session."""
    others = [people.odile, people.chloe, *(member(f"Nadia{n} Exemple", people.atalante, "case_worker") for n in range(3))]

    def freeze(user: Any) -> Callable[[], Any]:
        return lambda: actions.freeze_account(user, reason="other", acting=people.amina.actor, now=NOW)

    answers = at_once(*(freeze(one.user.pk) for one in others))
    assert answers == ["done"] * FREEZES_A_DAY + ["too_many_freezes"] * (len(others) - FREEZES_A_DAY)
    with people.amina.acts() as amina:
        assert Freeze.objects.visible_to(amina).count() == FREEZES_A_DAY


def test_two_who_keep_each_other_away_at_once_leave_somebody_who_reads_the_file(committing_db: str, people: Cast) -> None:
    code = concern(people.amina.actor).code

    def keep(whom: Any, by: Any) -> Callable[[], Any]:
        return lambda: actions.declare_conflict(code=code, about=whom.user.pk, acting=by.actor, now=NOW)

    assert "done" in at_once(keep(people.amina, people.odile), keep(people.odile, people.amina))
    with people.chloe.acts() as chloe:
        assert ConflictOfInterest.objects.visible_to(chloe).filter(ended_at=None).count() == 1


def test_three_colleagues_a_day_are_kept_away_however_many_are_sent_at_once(committing_db: str, people: Cast) -> None:
    codes = [concern(people.amina.actor).code for _ in range(OTHERS_A_DAY + 2)]

    def keep(code: str) -> Callable[[], Any]:
        return lambda: actions.declare_conflict(code=code, about=people.odile.user.pk, acting=people.amina.actor, now=NOW)

    assert at_once(*map(keep, codes)) == ["done"] * OTHERS_A_DAY + ["too_many_conflicts"] * 2


def test_two_pages_that_she_opens_at_once_both_open(committing_db: str, people: Cast) -> None:
    """The first pages of a member keep her own name as tokens: the second finds them there and does not break over it."""

    def keep() -> None:
        keep_reader_name(people.amina.actor)

    assert beside(keep, keep) == "done"
    with people.amina.acts() as amina:
        assert ReaderName.objects.visible_to(amina).filter(user=amina.user_id).exists()


# ---- what she takes back, or we call back, while somebody says yes

# Not from pg_stat_activity, of which a transaction reads one picture.
BLOCKED_BY_ME = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"


def beside(first: Callable[[], Any], second: Callable[[], Any]) -> str:
    """`first` is done and not kept yet when `second` begins; it is kept once `second` waits for it or is over. What `second` says."""
    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            first()
            answer = other.submit(at_once, second)
            while not answer.done():
                with connection.cursor() as cursor:
                    cursor.execute(BLOCKED_BY_ME)
                    if cursor.fetchone()[0]:
                        break
        return answer.result()[0]


def running(case: Case, giver: Member) -> int:
    with giver.acts() as actor:
        return Grant.objects.visible_to(actor).active().filter(case=case).count()


@pytest.fixture
def agreed(committing_db: str, people: Cast) -> tuple[Case, Consent]:
    case = concern(people.amina.actor)
    record(case, people.amina.actor, "urgent_need", basis="person_said", needs=["shelter"])
    return case, agree(case, people.amina.actor)


def acts(agreed: tuple[Case, Consent], people: Cast) -> dict[str, Callable[[], Any]]:
    """What gives an access, and what ends it."""
    case, consent = agreed
    amina, bruno = people.amina.actor, people.bruno.actor
    given = {"to": people.boussole, "groups": GROUPS, "purpose": "support", "reason": "x", "consent": consent.fact}
    sent = send(case, amina, asked(consent, people.boussole))
    offer = offer_to(bruno)
    return {
        "give": lambda: actions.grant_access(case, **given, ends_at=sent.access_ends_at, acting=amina, now=now()),
        "accept": lambda: referring.accept_offer(offer.pk, acting=bruno, now=now()),
        "take back": lambda: withdraw_consent(consent.pk, key=uuid4(), acting=amina, now=now()),
        "call back": lambda: referring.recall_referral(sent.pk, acting=amina, now=now()),
    }


@pytest.mark.parametrize(("gives", "ends"), [("give", "take back"), ("accept", "take back"), ("accept", "call back")])
def test_an_access_ends_with_what_it_rests_on_whoever_comes_first(
    agreed: tuple[Case, Consent], people: Cast, gives: str, ends: str
) -> None:
    """Nobody means ill: she takes her agreement back at the moment at which the other service says yes."""
    act = acts(agreed, people)
    assert beside(act[gives], act[ends]) == "done"
    assert running(agreed[0], people.amina) == 0


@pytest.mark.parametrize(("gives", "ends"), [("give", "take back"), ("accept", "take back"), ("accept", "call back")])
def test_no_access_begins_beside_what_it_rests_on(agreed: tuple[Case, Consent], people: Cast, gives: str, ends: str) -> None:
    act = acts(agreed, people)
    assert beside(act[ends], act[gives]) in ("consent_does_not_carry", "offer_is_over")
    assert running(agreed[0], people.amina) == 0


def test_a_referral_is_accepted_once_however_many_say_yes_at_once(agreed: tuple[Case, Consent], people: Cast) -> None:
    yes = acts(agreed, people)["accept"]
    assert at_once(yes, yes, yes) == ["done", "offer_is_over", "offer_is_over"]
    assert running(agreed[0], people.amina) == 1
