"""Every page, on a phone and on a desk: axe finds nothing, nothing sticks out, no page says in its title what it is about."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, violations
from tests.browser.steps import Desk, enter_concern, go_on, presume
from tests.people import Cast

SCREENSHOTS = os.environ.get("REPERE_SCREENSHOTS")
TOLD_BY_TITLES = ("victim", "traite", "traffick", "exploit", "police", "prostitu")


def look(page: Page, address: str, found: list[str]) -> None:
    page.goto(address)
    found += violations(page)
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append(f"{address} is wider than its window")
    if any(word in page.title().lower() for word in TOLD_BY_TITLES):
        found.append(f"{address} says in its title what it is about: {page.title()}")
    if len(page.get_by_role("heading", level=1).all()) != 1:
        found.append(f"{address} has not exactly one main heading")


def addresses(code: str, fact: str, task: str) -> list[str]:
    case = f"/cases/{code}/"
    return [
        "/", "/?tab=due", "/?tab=waiting", "/?tab=new", "/?tab=later", "/search/", "/notices/", "/entries/new/?fresh=1",
        case, f"{case}?kind=profile", f"{case}identity/", f"{case}access/new/", f"{case}entered/",
        f"{case}facts/new/", f"{case}facts/new/person_described/",
        f"{case}facts/new/exploitation_described/", f"{case}facts/new/safe_contact_instructions/", f"{case}facts/{fact}/",
        f"{case}facts/{fact}/correct/", f"{case}facts/{fact}/withdraw/", f"{case}rules/fr.residence_permit_complaint/",
        f"{case}rules/common.presumed/", f"{case}compare/", f"{case}next-steps/", f"{case}card/", f"/tasks/{task}/snooze/",
        f"/tasks/{task}/waive/", "/rules/", "/rules/?q=L.316-1", "/rules/?q=rien+de+tel", "/rules/fr.residence_permit_complaint/",
        "/sources/", "/sources/coe.197.art10/", "/mechanism/", "/mechanism/?mechanism=uk", "/about/", "/help/", "/cases/ZZZZZZZZ/",
    ]  # fmt: skip


@pytest.mark.parametrize("size", ["desk", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(desk: Desk, people: Cast, size: str, scheme: str) -> None:
    page = desk(people.amina, viewport=DESK if size == "desk" else PHONE, color_scheme=scheme)
    found: list[str] = []
    code = enter_concern(page)
    presume(page, code)
    fact = page.url.rstrip("/").rsplit("/", 1)[-1]
    page.goto(f"/cases/{code}/")
    task = (page.locator(".duty[id]").first.get_attribute("id") or "").removeprefix("task-")
    for address in addresses(code, fact, task):
        look(page, address, found)
    look(desk(people.chloe, viewport=DESK if size == "desk" else PHONE, color_scheme=scheme), "/", found)
    anonymous = desk(None, viewport=DESK if size == "desk" else PHONE, color_scheme=scheme)
    for address in ("/sign-in/", "/about/", "/no-such-page/"):
        look(anonymous, address, found)
    assert found == []


def test_axe_finds_nothing_on_open_parts(desk: Desk, people: Cast) -> None:
    """Menus, disclosures, errors and the help dialog, once they are open."""
    page = desk(people.amina)
    code = enter_concern(page)
    presume(page, code)
    page.goto(f"/cases/{code}/")
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    expect(page.locator(".loaded .right-line").first).to_be_visible()
    found = violations(page)
    page.goto(f"/cases/{code}/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    found += violations(page)
    page.goto(f"/cases/{code}/facts/new/presumption_stated/")
    go_on(page)
    expect(page.get_by_role("alert")).to_be_focused()
    found += violations(page)
    assert found == []


def test_400_percent_zoom_holds(desk: Desk, people: Cast) -> None:
    """At 1280 pixels and 400 %, a window is 320 pixels wide."""
    page = desk(people.amina, viewport={"width": 320, "height": 256})
    code = enter_concern(page)
    presume(page, code)
    found = []
    for address in ("/", f"/cases/{code}/", f"/cases/{code}/facts/new/person_described/", f"/cases/{code}/compare/", "/rules/"):
        page.goto(address)
        if page.evaluate("document.documentElement.scrollWidth") > 320:
            found.append(address)
    assert found == []


@pytest.mark.skipif(not SCREENSHOTS, reason="REPERE_SCREENSHOTS names the folder that screenshots go to.")
def test_screenshots(desk: Desk, people: Cast) -> None:
    folder = Path(SCREENSHOTS or ".")
    folder.mkdir(parents=True, exist_ok=True)
    for name, size in (("desk", DESK), ("phone", PHONE)):
        page = desk(people.amina, viewport=size)
        page.goto("/entries/new/?fresh=1")
        page.screenshot(path=folder / f"concern-{name}.png")
        code = enter_concern(page)
        presume(page, code)
        page.goto(f"/cases/{code}/")
        page.screenshot(path=folder / f"case-{name}.png")
        page.goto("/")
        page.screenshot(path=folder / f"worklist-{name}.png")
