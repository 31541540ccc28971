"""Pages of agreements and referrals: which answer is missing, whose file it is, by when they answer."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.utils import timezone

from repere.cases import mechanisms
from repere.cases.models import Case, Referral
from tests.cases.story import concern, record
from tests.cases.test_referral import agree, asked, send
from tests.people import Cast, Member

SignIn = Callable[[Member], Client]


def referred(people: Cast) -> tuple[Case, Referral]:
    case = concern(people.amina.actor)
    record(case, people.amina.actor, "urgent_need", basis="person_said", needs=["shelter"])
    return case, send(case, people.amina.actor, asked(agree(case, people.amina.actor), people.boussole))


def test_an_error_says_which_answer_is_missing(signed_in: SignIn, people: Cast) -> None:
    case, amina = concern(people.amina.actor), signed_in(people.amina)
    page = amina.post(f"/cases/{case.code}/agreements/new/", {}).content.decode()
    summary = page.split("error-summary")[1].split("</div>")[0]
    assert "Le jour de l&#x27;accord est obligatoire." in summary
    assert "« À quoi sert cet accord ?" in summary or "« Pour quoi" in summary or summary.count("attend une réponse") >= 4
    page = amina.post(f"/cases/{case.code}/requests/new/", {}).content.decode()
    assert page.split("error-summary")[1].split("</div>")[0].count("attend une réponse") >= 4


def test_today_stands_as_the_day_of_an_agreement(signed_in: SignIn, people: Cast) -> None:
    case = concern(people.amina.actor)
    page = signed_in(people.amina).get(f"/cases/{case.code}/agreements/new/")
    assert page.context["form"]["starts_on"].value()
    form = page.context["form"].__class__.clean_starts_on
    told = type("Sent", (), {"cleaned_data": {"starts_on": page.context["form"]["starts_on"].value()}})
    assert form(told) == timezone.localdate()


def test_the_pages_of_an_agreement_say_whose_file_it_is(signed_in: SignIn, people: Cast) -> None:
    case, amina = concern(people.amina.actor), signed_in(people.amina)
    consent = agree(case, people.amina.actor)
    for part in ("", "new/", f"{consent.pk}/end/", f"{consent.pk}/paper/"):
        page = amina.get(f"/cases/{case.code}/agreements/{part}")
        assert page.status_code == 200, part
        main = page.content.decode().split("<main")[1]
        assert case.code in main.split("<h1")[0], part
        assert case.pseudonym in main.split("<h1")[0], part


def test_the_list_of_a_file_says_by_when_they_answer_and_calls_back(signed_in: SignIn, people: Cast) -> None:
    case, referral = referred(people)
    amina, address = signed_in(people.amina), f"/cases/{case.code}/requests/"
    main = amina.get(address).content.decode().split("<main")[1]
    assert "réponse avant" in main
    recall = main.split('action="')[1].split('"')[0]
    assert recall.endswith("/recall/")
    amina.post(recall)
    with people.amina.acts() as actor:
        assert Referral.objects.visible_to(actor).get(pk=referral.pk).state == "recalled"
    main = amina.get(address).content.decode().split("<main")[1]
    assert "/recall/" not in main
    assert "réponse avant" not in main


def test_a_colleague_is_told_apart_by_what_she_does(signed_in: SignIn, people: Cast) -> None:
    case = concern(people.amina.actor)
    page = signed_in(people.amina).get(f"/cases/{case.code}/hand-over/").content.decode()
    offered = page.split('name="to"')[1].split("</select>")[0]
    function = mechanisms.common().roles[people.odile.membership.role].label.text("fr")
    assert f"{people.odile.user.name} · {function}" in offered
