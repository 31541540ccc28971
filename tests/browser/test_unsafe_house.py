"""A house says that it is no longer safe: her file, the worklist and the forms that follow, read by axe at a desk and on a phone."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from playwright.sync_api import Page, expect

from repere.places import actions
from repere.places.incident_models import Incident
from tests.browser.conftest import DESK, PHONE, violations
from tests.browser.steps import Desk
from tests.cases.story import concern, grant, record
from tests.cases.test_moved import accepted
from tests.cases.test_places import tell
from tests.people import Cast
from tests.places.houses import arrive


def looked_at(page: Page, address: str) -> None:
    """At a desk and on a phone: nothing for axe to say, nothing wider than the screen."""
    for size in (DESK, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.goto(address)
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], address


def test_what_is_said_of_a_house_that_is_no_longer_safe_can_be_read_everywhere(desk: Desk, people: Cast) -> None:
    case, today = concern(people.amina.actor), str(timezone.localdate())
    grant(case, people.amina.actor, people.boussole, ["contact_safety", "housing"])
    record(case, people.amina.actor, "safe_contact_instructions", can_contact="yes", channel="message", never_say="Ne pas dire association")
    record(case, people.sonia.actor, "safe_contact_instructions", can_contact="yes", channel="phone", how_and_when="Ligne de la maison")
    record(case, people.amina.actor, "urgent_need", today, now=timezone.now(), needs=["protection", "legal"])
    held = accepted(people, case)
    arrive(people.sonia, people.amina, held.pk, now=timezone.now())
    tell(people.amina)
    worker, host = desk(people.amina), desk(people.sonia)
    looked_at(worker, f"/cases/{case.code}/place/")
    host.goto(f"/places/houses/{held.shelter_id}/")
    host.locator("form[action$='/incident/'] select").select_option("located")
    host.locator("form[action$='/incident/'] button").click()
    host.locator("form[action$='/incident/'] button").click()
    host.locator("a[href*='mistake=1']").click()
    expect(host.locator("details[open] form[action$='/mistake/']")).to_be_visible()
    assert violations(host) == []
    for address in ("/", f"/cases/{case.code}/", f"/cases/{case.code}/facts/new/safe_contact_instructions/", "/notices/"):
        looked_at(worker, address)
    looked_at(host, f"/cases/{case.code}/facts/new/stay_ended/")
    expect(host.locator("main")).to_contain_text(people.atalante.name)
    actions.take_back_incident(_reported(people), why="not_meant", acting=people.sonia.actor, now=timezone.now())
    for address in ("/", f"/cases/{case.code}/place/"):
        looked_at(worker, address)
    expect(worker.locator("main")).to_contain_text("Je ne voulais pas l'envoyer")


def _reported(people: Cast) -> UUID:
    with people.sonia.acts() as actor:
        found: UUID = Incident.objects.visible_to(actor).get().pk
    return found
