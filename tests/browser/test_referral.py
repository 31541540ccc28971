"""Writing a referral in a browser: a service is looked for without leaving the form, with scripts and without; nothing is sent by it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from repere.cases.models import Referral
from tests.browser.steps import Desk
from tests.browser.test_places_later import looked_at
from tests.cases.story import concern, record
from tests.directory.entries import vetted
from tests.people import Cast

LAWYER = {"structure": "Permanence inventée", "kind": "law_practice", "function": "legal", "territories": ["69"]}
HOSPITAL = {"structure": "Hôpital inventé", "kind": "health", "function": "health_check", "territories": ["69"]}


def test_on_a_slow_line_the_draft_goes_to_the_drafts_and_the_page_stands_once(desk: Desk, people: Cast) -> None:
    """While an answer is on its way the form is kept: by its own address, not by that of the button pressed last."""
    case = concern(people.amina.actor)
    page = desk(people.amina)
    page.goto(f"/cases/{case.code}/requests/new/")

    def slowly(route: Route) -> None:
        page.wait_for_timeout(900)
        route.continue_()

    page.route("**/requests/new/", slowly)
    page.locator("[name=note]").fill("Trois mots")
    page.locator("[name=service_words]").fill("avocat Lyon")
    with page.expect_response(lambda answer: answer.url.endswith("/keep/")) as kept:
        page.locator("button[name=find]").click()
    assert kept.value.ok
    expect(page.locator("#services").get_by_text("Compris comme")).to_be_visible()
    assert (page.locator("main").count(), page.locator("h1").count(), page.locator("[name=note]").count()) == (1, 1, 1)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_service_is_looked_for_within_the_form(desk: Desk, people: Cast, scripts: bool) -> None:
    case = concern(people.amina.actor)
    record(case, people.amina.actor, "urgent_need", basis="person_said", needs=["medical"])
    lawyer = vetted(people, people.pascal, **LAWYER, name="Avocats du Rhône")
    vetted(people, people.pascal, **HOSPITAL, name="Bilan du Rhône")
    page = desk(people.amina, java_script_enabled=scripts)
    page.goto(f"/cases/{case.code}/requests/new/")
    services = page.locator("#services")
    expect(services.get_by_text("Bilan du Rhône")).to_be_visible()
    expect(services.get_by_text("Avocats du Rhône")).to_have_count(0)
    page.locator("[name=note]").fill("Trois mots")
    page.locator("[name=service_words]").fill("avocat Lyon")
    page.locator("button[name=find]").click()
    expect(services.get_by_text("Compris comme")).to_contain_text("Rhône (69)")
    services.locator(f"[value='{lawyer.pk}']").check()
    expect(page.locator("[name=note]")).to_have_value("Trois mots")
    page.locator("[name=service_words]").fill("hôpital")
    page.locator("[name=service_words]").press("Enter")
    expect(services.get_by_text("Bilan du Rhône")).to_be_visible()
    expect(services.locator(f"[value='{lawyer.pk}']")).to_be_checked()
    expect(page.locator("[name=note]")).to_have_value("Trois mots")
    expect(page.locator(".error-summary")).to_have_count(0)
    if scripts:
        looked_at(page, "referral")
    with people.amina.acts() as acting:
        assert not Referral.objects.visible_to(acting).exists()
