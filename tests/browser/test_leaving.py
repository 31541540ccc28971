"""Leaving at once: from the pages for anybody, in a real browser."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PHONE, violations
from tests.browser.steps import Desk, press
from tests.people import Cast

PAGES = [
    "/info/", "/info/fr/", "/info/fr/steps/", "/info/fr/texts/", "/info/en/places/", "/info/fr/nothing/", "/info/fr/near/",
    "/info/en/near/13/",
]  # fmt: skip


@pytest.fixture
def away(settings: Any, site: str) -> str:
    """A neutral page that this test may really go to: the site's own file, which holds nothing of ours."""
    settings.REPERE_WAY_OUT = f"{site}/static/img/mark.svg"
    return str(settings.REPERE_WAY_OUT)


def before(page: Page) -> None:
    page.goto("about:blank")


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_the_pages_hold_up(desk: Desk, people: Cast, size: str) -> None:
    """axe finds nothing, nothing sticks out, and the way out is large enough for a thumb."""
    page, found = desk(None, viewport=DESK if size == "desk" else PHONE), []
    for address in PAGES:
        page.goto(address)
        found += violations(page)
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{address} is wider than its window")
        box = page.locator("#leave").bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 44
    assert found == []


def test_the_way_out_is_the_first_thing_a_key_reaches(desk: Desk, people: Cast, away: str) -> None:
    page = desk(None)
    page.goto("/info/fr/")
    page.keyboard.press("Tab")
    expect(page.locator("#leave")).to_be_focused()


@pytest.mark.parametrize("by", ["link", "shift"])
def test_after_leaving_back_finds_nothing(desk: Desk, people: Cast, away: str, by: str) -> None:
    """However many pages were read: all of them were one entry of the history, and it is gone."""
    page = desk(None)
    before(page)
    page.goto("/info/fr/")
    for name in ("Premiers pas", "Vos droits", "À qui s'adresser"):
        press(page.get_by_role("navigation").get_by_role("link", name=name))
        expect(page.get_by_role("heading", level=1)).to_have_text(name)
    if by == "link":
        page.locator("#leave").click()
    else:
        for told in ("Appuyez encore deux fois", "Appuyez encore une fois"):
            page.keyboard.press("Shift")
            expect(page.locator("#told")).to_contain_text(told)
        page.keyboard.press("Shift")
    page.wait_for_url(away)
    assert page.evaluate("history.length") <= 2
    page.go_back()
    assert "/info/" not in page.url


def test_shift_is_counted_anew_after_another_key(desk: Desk, people: Cast, away: str) -> None:
    """Writing with capitals does not throw anybody out."""
    page = desk(None)
    page.goto("/info/fr/")
    for key in ("Shift", "Shift", "a", "Shift"):
        page.keyboard.press(key)
    assert page.url.endswith("/info/fr/")


def test_shift_counts_while_the_page_is_still_coming(desk: Desk, people: Cast, away: str) -> None:
    """On a slow line the page says that it is there after her first press: that press still counts."""
    page = desk(None)
    page.goto("/info/fr/")
    page.keyboard.press("Shift")
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: false}))")
    expect(page.locator("#told")).to_contain_text("Appuyez encore deux fois")
    page.keyboard.press("Shift")
    page.keyboard.press("Shift")
    page.wait_for_url(away)


def test_without_scripts_it_is_a_plain_link(desk: Desk, people: Cast, away: str) -> None:
    page = desk(None, java_script_enabled=False)
    page.goto("/info/fr/")
    page.locator("#leave").click()
    assert page.url == away


def test_nothing_is_stored_in_the_browser(desk: Desk, people: Cast) -> None:
    page = desk(None)
    for address in PAGES:
        page.goto(address)
        assert page.context.cookies() == []
        assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


def test_the_browser_complains_of_nothing(desk: Desk, people: Cast) -> None:
    """No policy is broken and none is misspelt: a warning in the console is a header that does not work."""
    page, said = desk(people.amina), []
    page.on("console", lambda message: said.append(message.text) if message.type in ("warning", "error") else None)
    for address in ("/", "/rules/", "/info/fr/"):
        page.goto(address)
    assert said == []
