"""A shelter changes what is said of it, and moves a household after an incident, by the pages; axe finds nothing, nothing sticks out."""

from __future__ import annotations

import os
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import Page, expect

from repere.places import actions
from tests.browser.conftest import DESK, PHONE, violations
from tests.browser.steps import Desk, press
from tests.people import Cast
from tests.places.houses import live, shelter, unit


def looked_at(page: Page, name: str) -> None:
    """axe on both sizes; pictures only where a folder for them is named."""
    for size, view in (("desk", DESK), ("phone", PHONE)):
        page.set_viewport_size(view)  # type: ignore[arg-type]
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        if folder := os.environ.get("REPERE_LOOK"):
            page.screenshot(path=Path(folder) / f"{name}-{size}.png", full_page=True)
    page.set_viewport_size(DESK)  # type: ignore[arg-type]


def test_rules_change_and_a_household_moves(desk: Desk, people: Cast) -> None:
    house, now = shelter(people.sonia, zone="13"), timezone.now()
    room = unit(people.sonia, house)
    live(people.sonia, people.amina, room)
    unit(people.ines, shelter(people.ines, zone="59", name="Ailleurs"))
    host = desk(people.sonia)
    host.goto(f"/places/houses/{house.pk}/")
    for summary in host.locator("main details summary").all():
        summary.click()
    looked_at(host, "house")
    change = host.locator("form[action$='/change/']")
    change.locator("[name=most_households]").fill("4")
    change.locator("button").click()
    expect(host.locator("#change-title + p")).to_contain_text("4")
    actions.report_incident(house.pk, kind="located", acting=people.sonia.actor, now=now)
    host.goto("/places/")
    press(host.locator("#move-title + ul a").first)
    looked_at(host, "moving")
    host.locator("form[action$='/hold/'] button").click()
    expect(host.locator("form[action$='/back/']")).to_be_visible()
    host.reload()
    looked_at(host, "moving-held")
