"""By Tab alone, every link, button, field and opening part of every page gets the focus, visibly, and none keeps it."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import Page

from tests.browser.reach import walked
from tests.browser.steps import Desk, enter_concern, presume
from tests.browser.test_every_page import OF_THE_DOOR, addresses, administration_addresses, house_addresses, opened_by_urgency, share
from tests.people import Cast

THOROUGH = bool(os.environ.get("REPERE_THOROUGH"))
"""Every day one page in four: all of them are looked at without pressing in test_every_page.py."""


def walk(page: Page, address: str) -> list[str]:
    """What is wrong with the way of the focus through one page, its parts opened."""
    page.goto(address)
    page.evaluate("document.querySelectorAll('details:not([hx-get], .menu)').forEach(part => { part.open = true })")
    return walked(page)


@pytest.mark.parametrize("part", range(4) if THOROUGH else [0])
def test_tab_reaches_everything(desk: Desk, people: Cast, part: int) -> None:
    page = desk(people.amina)
    code = enter_concern(page)
    presume(page, code)
    fact = page.url.rstrip("/").rsplit("/", 1)[-1]
    page.goto(f"/cases/{code}/")
    task = (page.locator(".duty[id]").first.get_attribute("id") or "").removeprefix("task-")
    ends = share(people, code)
    found = [line for address in [*addresses(code, fact, task), ends][part::4] for line in walk(page, address)]
    if part == 0:
        found += walk(desk(people.bruno), f"/cases/{code}/identity/")
        found += walk(desk(None), "/sign-in/")
    assert found == []


@pytest.mark.parametrize("part", range(2) if THOROUGH else [0])
def test_tab_reaches_everything_on_pages_of_the_house(desk: Desk, people: Cast, part: int) -> None:
    page = desk(people.amina)
    code = enter_concern(page)
    found = [line for address in house_addresses(people, code, opened_by_urgency(people, code))[part::2] for line in walk(page, address)]
    administrator = desk(people.chloe)
    found += [line for address in administration_addresses(people)[part::2] for line in walk(administrator, address)]
    anonymous = desk(None)
    found += [line for address in OF_THE_DOOR[part::2] for line in walk(anonymous, address)]
    assert found == []
