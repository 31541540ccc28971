"""By Tab alone, every link, button, field and opening part of every page gets the focus, visibly, and none keeps it."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import Page

from tests.browser.steps import Desk, enter_concern, presume
from tests.browser.test_every_page import OF_THE_DOOR, addresses, administration_addresses, house_addresses, opened_by_urgency, share
from tests.people import Cast

THOROUGH = bool(os.environ.get("REPERE_THOROUGH"))
"""Every day one page in four: all of them are looked at without pressing in test_every_page.py."""

PREPARE = """
() => {
  document.querySelectorAll('details:not([hx-get])').forEach(part => { part.open = true });
  const wanted = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
  const shown = [...document.querySelectorAll(wanted)].filter(e => e.checkVisibility({visibilityProperty: true}) && !e.disabled);
  const own = e => e.tagName + ' ' + (e.id || e.getAttribute('href') || e.name || e.textContent.trim());
  const name = e => e.type === 'radio' ? 'radio ' + e.name : own(e);
  window.walked = {reached: new Set(), faint: new Set(), wanted: [...new Set(shown.map(name))], steps: shown.length};
  document.addEventListener('focusin', event => {
    const style = getComputedStyle(event.target);
    window.walked.reached.add(name(event.target));
    if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2) window.walked.faint.add(name(event.target));
  });
  document.activeElement.blur();
  return window.walked.steps;
}
"""
ANSWER = """
() => ({
  missed: window.walked.wanted.filter(name => !window.walked.reached.has(name)),
  faint: [...window.walked.faint],
  stops: window.walked.reached.size,
})
"""


def walk(page: Page, address: str) -> list[str]:
    """What is wrong with the way of the focus through one page."""
    page.goto(address)
    for _ in range(page.evaluate(PREPARE)):
        page.keyboard.press("Tab")
    for _ in range(12):  # a group of buttons is one stop: the walk may be round already
        if page.evaluate("document.activeElement === document.body"):
            break
        page.keyboard.press("Tab")
    told = page.evaluate(ANSWER)
    assert told["stops"] > 3, f"{address} was not walked"
    wrong = [f"{address}: never reached {name}" for name in told["missed"]]
    return wrong + [f"{address}: no visible focus on {name}" for name in told["faint"]]


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
