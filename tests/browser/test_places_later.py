"""A shelter changes what is said of it, and moves a household after an incident, by the pages; axe finds nothing, nothing sticks out."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4

from django.utils import timezone
from playwright.sync_api import Page, expect

from repere.core.needs import household
from repere.places import actions
from tests.browser.conftest import DESK, PHONE, violations
from tests.browser.steps import Desk, press
from tests.cases.story import concern
from tests.people import Cast
from tests.places.houses import hold, live, shelter, unit


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
    house = shelter(people.sonia, zone="13")
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
    report = host.locator("form[action$='/incident/']")
    report.locator("[name=kind]").select_option("located")
    press(report.locator("button"))
    looked_at(host, "report-once-more")
    press(host.locator("form[action$='/incident/'] button"))
    host.goto("/")
    looked_at(host, "worklist-to-move")
    host.goto("/places/")
    press(host.locator("#move-title + ul a").first)
    looked_at(host, "moving")
    host.locator("form[action$='/hold/'] button").click()
    expect(host.locator("form[action$='/back/']")).to_be_visible()
    host.reload()
    looked_at(host, "moving-held")


def test_after_a_no_and_where_nothing_is_guarded(desk: Desk, people: Cast) -> None:
    house, case, now = shelter(people.sonia, zone="13"), concern(people.amina.actor), timezone.now()
    rooms = [unit(people.sonia, house, label=label, capacity=1) for label in "AB"]
    needs = household(["woman"])
    request = actions.ask(
        reference=case.place_reference, needs=needs, urgency=3, zone="13", key=uuid4(), acting=people.amina.actor, now=now
    )  # fmt: skip
    actions.decline(hold(people.amina, request, rooms[0], now=now).pk, reason="full", acting=people.sonia.actor, now=now)
    seeker = desk(people.amina)
    seeker.goto("/")
    looked_at(seeker, "worklist-no")
    press(seeker.locator(f"a[href$='/place/{request.pk}/']").first)
    looked_at(seeker, "said-no")
    guarded = household(["woman"], security=1)
    actions.change_request(request.pk, needs=guarded, urgency=3, acting=people.amina.actor, now=timezone.now())
    seeker.reload()
    expect(seeker.locator("#found-title + .note")).to_be_visible()
    looked_at(seeker, "not-guarded")
