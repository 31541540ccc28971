"""A referent leaves, by the pages alone: she proposes her files, one colleague says yes, the forgotten one is found and given on."""

from __future__ import annotations

from playwright.sync_api import expect

from repere.accounts import members
from repere.cases.models import Case
from tests.browser.conftest import violations
from tests.browser.steps import Desk, press
from tests.cases.story import concern
from tests.people import Cast, each_their_own

KNOW = "Appeler mardi matin, jamais le soir."


def followed_by(people: Cast, case: Case) -> str:
    from repere.cases.models import Assignment

    with people.odile.acts() as actor:
        return ", ".join(Assignment.objects.visible_to(actor).filter(case=case, ended_at=None).values_list("user__name", flat=True))


def test_every_file_of_who_leaves_finds_the_next_referent(desk: Desk, people: Cast) -> None:
    from django.utils import timezone

    each_their_own(people.atalante)
    first, waiting, forgotten = (concern(people.amina.actor, now=timezone.now()) for _ in range(3))
    amina, odile = desk(people.amina), desk(people.odile, locale="en-GB")
    amina.goto("/handover/")
    amina.get_by_label("Je pars, ou cette collègue part").check()
    for case in (first, waiting):
        part = amina.locator(f"section[aria-labelledby='file-{case.code}']")
        part.get_by_label("Confier ce dossier").check()
        part.get_by_label("Que doit-elle savoir d'abord ?").fill(KNOW)
        part.get_by_label("J'ai relu les consignes de contact sûr").check()
        part.get_by_label("La personne le sait-elle, et que souhaite-t-elle ?").select_option("agrees")
    assert violations(amina) == []
    amina.get_by_role("button", name="Proposer les dossiers cochés").click()
    expect(amina.locator("#waiting-title + ul > li")).to_have_count(2)
    odile.goto("/handover/received/")
    expect(odile.locator("main")).to_contain_text(KNOW)
    assert violations(odile) == []
    odile.get_by_role("button", name=f"I follow this file : {first.code}").click()
    expect(odile.locator("main")).not_to_contain_text(first.code)
    assert followed_by(people, first) == "Odile Exemple"
    assert followed_by(people, waiting) == "Amina Exemple"
    members.end_member(people.amina.user.pk, acting=people.chloe.actor, now=timezone.now())
    assert followed_by(people, waiting) == "Odile Exemple"
    odile.goto("/")
    odile.get_by_role("link", name="1 file that nobody follows").click()
    part = odile.locator(f"section[aria-labelledby='file-{forgotten.code}']")
    part.get_by_label("Hand this file on").check()
    part.get_by_label("To which colleague?").select_option(label="Odile Exemple · files followed: 2")
    part.get_by_label("What must she know first?").fill(KNOW)
    part.get_by_label("I looked at the safe-contact instructions").check()
    part.get_by_label("Was the person told, and what does she wish?").select_option("not_told_yet")
    assert violations(odile) == []
    press(odile.get_by_role("button", name="Propose the ticked files"))
    odile.goto("/handover/received/")
    press(odile.get_by_role("button", name=f"I follow this file : {forgotten.code}"))
    assert followed_by(people, forgotten) == "Odile Exemple"
    odile.goto("/")
    expect(odile.get_by_role("link", name="that nobody follows")).to_have_count(0)
