"""Giving another organisation access to a file, and ending it, on the page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.keyring import ensure_organisation_key
from repere.cases import actions, queries
from repere.cases.actions.by_the_house import house
from repere.cases.models import Case, Fact, Grant, Notice
from repere.cases.refusals import Refused
from repere.directory.models import Organisation
from repere.places import actions as placing
from tests.cases.story import NOW, carried, concern, grant, record
from tests.people import Cast, Member
from tests.places.houses import ask, hold, shelter, unit

SignIn = Callable[[Member], Client]


@pytest.fixture
def case(people: Cast) -> Case:
    """With a name, facts of four groups, how to reach her, and her agreement to a common support."""
    amina = people.amina.actor
    case = concern(amina)
    record(case, amina, "presumption_stated", grounds=["account"])
    record(case, amina, "urgent_need", needs=["shelter"])
    record(case, amina, "person_described", gender="woman")
    carried(case, amina, "support")
    actions.set_identity(case.person_id, tier="identity", values={"given_names": "Zorah"}, acting=amina, now=NOW)
    return case


def address(case: Case) -> str:
    return f"/cases/{case.code}/access/new/"


def give(client: Client, case: Case, people: Cast, **told: Any) -> Any:
    until = (timezone.localdate() + timedelta(days=90)).isoformat()
    usual = {"to": str(people.boussole.pk), "purpose": "support", "consent": agreement(case, people)}
    usual |= {"groups": ["profile"], "identity": "no", "reason": "Suivi commun", "until": until}
    return client.post(address(case), usual | told, follow=True)


def agreement(case: Case, people: Cast) -> str:
    with people.amina.acts() as actor:
        found = Fact.objects.visible_to(actor).filter(case=case, kind="consent_given").values_list("pk", flat=True).first()
    return str(found or "")


def grants(member: Member) -> list[Grant]:
    with member.acts() as actor:
        return list(Grant.objects.visible_to(actor).order_by("starts_at"))


def groups_seen(member: Member, case: Case) -> set[str]:
    with member.acts() as actor:
        return {entry.group for entry in queries.case_page(actor, case.code, now=timezone.now()).timeline}


def test_the_other_organisation_sees_exactly_those_groups_and_nothing_after_the_end(signed_in: SignIn, people: Cast, case: Case) -> None:
    client, theirs = signed_in(people.amina), signed_in(people.bruno)
    assert theirs.get(f"/cases/{case.code}/").status_code == 404
    page = give(client, case, people, groups=["profile", "identification"]).content.decode()
    assert "Boussole" in page
    assert "Suivi commun" in page
    assert theirs.get(f"/cases/{case.code}/").status_code == 200
    assert groups_seen(people.bruno, case) == {"profile", "identification"}
    assert theirs.get(f"/cases/{case.code}/identity/").status_code == 404
    ending = f"/cases/{case.code}/access/{grants(people.amina)[0].pk}/end/"
    assert "ne peut pas être désappris" in client.get(ending).content.decode()
    assert "Accès terminé" in client.post(ending, follow=True).content.decode()
    assert theirs.get(f"/cases/{case.code}/").status_code == 404
    assert "a déjà pris fin" in client.post(ending, follow=True).content.decode(), "twice does it once"


def test_the_name_is_opened_only_when_it_is_said(signed_in: SignIn, people: Cast, case: Case) -> None:
    give(signed_in(people.amina), case, people, identity="yes")
    assert grants(people.amina)[0].groups == ["identity", "profile"]
    assert "Zorah" in signed_in(people.bruno).get(f"/cases/{case.code}/identity/").content.decode()


def test_each_group_is_offered_with_what_it_holds(signed_in: SignIn, people: Cast, case: Case) -> None:
    page = signed_in(people.amina).get(address(case)).content.decode()
    assert "Âge, nationalité par groupe" in page
    assert "Boussole" in page
    assert str(people.atalante.pk) not in page, "one gives no access to oneself"


def test_an_access_needs_an_organisation_groups_a_reason_and_an_end_within_a_year(signed_in: SignIn, people: Cast, case: Case) -> None:
    client, today = signed_in(people.amina), timezone.localdate()
    wrong: list[dict[str, Any]] = [
        {"to": ""}, {"to": str(people.atalante.pk)}, {"groups": []}, {"groups": ["all"]}, {"identity": ""}, {"reason": "  "},
        {"until": ""}, {"until": "un jour"}, {"until": today.isoformat()}, {"until": (today + timedelta(days=367)).isoformat()},
    ]  # fmt: skip
    for told in wrong:
        page = give(client, case, people, **told)
        assert not page.redirect_chain, told
        assert "error-summary" in page.content.decode(), told
    assert "Suivi commun" in give(client, case, people, until="").content.decode(), "nothing is lost"
    assert grants(people.amina) == []
    assert give(client, case, people, until=_in_a_year(today).isoformat()).redirect_chain


def _in_a_year(today: date) -> date:
    return today.replace(year=today.year + 1, day=min(today.day, 28))


def test_the_last_day_is_the_day_that_was_written(signed_in: SignIn, people: Cast, case: Case) -> None:
    day = timezone.localdate() + timedelta(days=30)
    give(signed_in(people.amina), case, people, until=day.isoformat())
    ends = grants(people.amina)[0].ends_at
    assert ends is not None
    assert timezone.localtime(ends).date() == day


def test_who_did_not_open_the_file_gives_and_ends_nothing(signed_in: SignIn, people: Cast, case: Case) -> None:
    given = grant(case, people.amina.actor, people.boussole, ["profile"])
    ending = f"/cases/{case.code}/access/{given.pk}/end/"
    for stranger in (people.ines, people.bruno):
        client = signed_in(stranger)
        for where in (address(case), ending):
            assert client.get(where).status_code == 404
            assert client.post(where, {"to": str(people.police.pk)}).status_code == 404
    assert signed_in(people.chloe).get(ending).status_code == 403
    other = concern(people.amina.actor)
    assert signed_in(people.amina).get(f"/cases/{other.code}/access/{given.pk}/end/").status_code == 404
    assert grants(people.amina)[0].revoked_at is None
    assert "access/new/" not in signed_in(people.bruno).get(f"/cases/{case.code}/").content.decode()


def new_house(state: str) -> Organisation:
    founded = Organisation(name="Nouvelle maison", kind="association", territory="69", state=state)
    with acting_as(Actor.system("founding", organisation_id=founded.pk)):
        founded.save(force_insert=True)
        ensure_organisation_key(founded)
    return founded


@pytest.mark.parametrize(
    ("state", "code"), [("probation", "receiver_on_probation"), ("suspended", "unknown_organisation"), ("closed", "unknown_organisation")]
)
def test_an_organisation_on_probation_receives_no_file(state: str, code: str, signed_in: SignIn, people: Cast, case: Case) -> None:
    """For thirty days it could be a trafficker's front: not offered on the page, refused when it is sent all the same."""
    newcomer = new_house(state)
    client = signed_in(people.amina)
    assert "Nouvelle maison" not in client.get(address(case)).content.decode()
    sent = give(client, case, people, to=str(newcomer.pk))
    assert not sent.redirect_chain
    with pytest.raises(Refused) as refused:
        actions.grant_access(
            case, to=newcomer, groups=["profile"], purpose="support", reason="Suivi", ends_at=NOW + timedelta(days=30),
            acting=people.amina.actor, now=NOW,
        )  # fmt: skip
    assert refused.value.code == code
    assert grants(people.amina) == []
    give(client, case, people)
    assert [one.organisation_id for one in grants(people.amina)] == [people.boussole.pk], "the same act, to one that is past its probation"


# ---- the ground


def test_an_access_without_a_ground_is_refused_and_her_agreement_a_rule_or_danger_opens_it(
    signed_in: SignIn, people: Cast, case: Case
) -> None:
    """The attack: her name before every house of the country, by one form each, with no word from her and no reason in law."""
    client = signed_in(people.amina)
    page = give(client, case, people, consent="")
    assert not page.redirect_chain
    assert "Dites ce qui permet cet accès" in page.content.decode()
    assert grants(people.amina) == []
    with pytest.raises(Refused) as no:
        by_verb(case, people)
    assert no.value.code == "access_ground_needed"
    assert not give(client, case, people, consent="", law="common.refer_minor").redirect_chain, "a rule of another purpose"
    assert give(client, case, people, consent="", law="common.refer_minor", purpose="protection").redirect_chain
    assert give(client, case, people).redirect_chain
    assert [bool(one.consent_fact) for one in grants(people.amina)] == [False, True]


def by_verb(case: Case, people: Cast, *, to: Organisation | None = None, **extra: Any) -> Grant:
    now = timezone.now()
    return actions.grant_access(
        case, to=to or people.boussole, groups=["profile"], purpose="support", reason="x", ends_at=now + timedelta(days=30),
        acting=people.amina.actor, now=now, **extra,
    )  # fmt: skip


def test_danger_to_her_life_opens_four_hours_and_is_told_to_a_second_person(signed_in: SignIn, people: Cast, case: Case) -> None:
    client, before = signed_in(people.amina), timezone.now()
    page = give(client, case, people, consent="", danger="on").content.decode()
    assert "sa vie était dite en danger" in page
    (given,) = grants(people.amina)
    assert given.ends_at is not None
    assert given.danger
    assert timedelta(hours=3, minutes=59) < given.ends_at - before < timedelta(hours=4, minutes=1)
    with people.odile.acts() as actor:
        told = Notice.objects.visible_to(actor).filter(case=case, step="opened_in_danger")
        assert [one.user_id for one in told] == [people.odile.user.pk], "not who opened it"
    give(client, case, people)
    assert [(one.danger, one.revoked_at is None) for one in grants(people.amina)] == [(True, False), (False, True)], "she agreed since"
    names = [field.column for field in Grant._meta.concrete_fields]
    longer = {"id": "gen_random_uuid()", "revoked_at": "now()", "ends_at": "ends_at + interval '1 minute'"}
    copied = f"INSERT INTO cases_grant ({', '.join(names)}) SELECT {', '.join(longer.get(name, name) for name in names)} FROM cases_grant"
    refusal = pytest.raises(IntegrityError, match="danger_opens_for_four_hours")
    with acting_as(house(people.amina.actor, "tried")), connection.cursor() as cursor, refusal, transaction.atomic():
        cursor.execute(f"{copied} WHERE danger")


def test_danger_opens_her_file_to_three_bodies_a_day_and_crosses_no_wall(people: Cast, case: Case) -> None:
    others = [new_house("active") for _ in range(3)]
    for body in (people.boussole, *others[:2]):
        by_verb(case, people, to=body, danger=True)
    with pytest.raises(Refused) as no:
        by_verb(case, people, to=others[2], danger=True)
    assert no.value.code == "too_many_in_danger"
    with pytest.raises(Refused) as no:
        actions.grant_access(
            case, to=people.police, groups=["profile"], purpose="investigation", reason="x", danger=True,
            ends_at=timezone.now() + timedelta(days=3), acting=people.amina.actor, now=timezone.now(),
        )  # fmt: skip
    assert no.value.code == "wall_needs_a_basis"


def test_where_a_house_said_yes_for_her_nothing_more_is_named(people: Cast, case: Case) -> None:
    """And only there: a question that waits, or a yes to somebody else, is no ground."""
    room = unit(people.sonia, shelter(people.sonia), capacity=6, one_household=False)
    now = timezone.now()
    asked = hold(people.amina, ask(people.amina, reference=case.place_reference), room, now=now)
    with pytest.raises(Refused):
        by_verb(case, people)
    placing.accept(asked.pk, acting=people.sonia.actor, now=now)
    with pytest.raises(Refused):
        by_verb(concern(people.amina.actor), people)
    assert by_verb(case, people).law == ""
