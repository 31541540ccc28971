"""Writing a referral in a browser: a service is looked for without leaving the form, with scripts and without; nothing is sent by it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from repere.cases.models import Referral
from tests.browser.steps import Desk
from tests.browser.test_places_later import looked_at
from tests.cases.story import concern, record
from tests.directory.entries import vetted
from tests.people import Cast

LAWYER = {"structure": "Permanence inventée", "kind": "law_practice", "function": "legal", "territories": ["69"]}
HOSPITAL = {"structure": "Hôpital inventé", "kind": "health", "function": "health_check", "territories": ["69"]}


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
