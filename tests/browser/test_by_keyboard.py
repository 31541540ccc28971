"""The keyboard reaches everything, in reading order, and focus is never lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.reach import unreached, walked
from tests.browser.steps import Desk, enter_concern, presume
from tests.people import Cast


def tab_to(page: Page, text: str, limit: int = 80) -> None:
    """Press Tab until something with this name has the focus."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        told = page.evaluate(
            "(() => { const e = document.activeElement; const l = e.labels && e.labels[0];"
            " return ((l && l.innerText) || e.innerText || e.getAttribute('aria-label') || e.placeholder || '') })()"
        )
        if text in told:
            return
    raise AssertionError(f"Tab never reached {text!r}")


def test_a_concern_by_keyboard_alone(desk: Desk, people: Cast) -> None:
    """From the worklist to the end of the first step without a mouse."""
    page = desk(people.amina)
    page.goto("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("n")
    expect(page.get_by_role("heading", level=1)).to_have_text("La joindre sans danger")
    page.locator('input[name="safe_contact_instructions.can_contact"]').first.focus()
    page.keyboard.press("Space")
    expect(page.locator('input[name="safe_contact_instructions.can_contact"]').first).to_be_checked()
    page.keyboard.press("ArrowDown")
    expect(page.locator('input[name="safe_contact_instructions.can_contact"]').nth(1)).to_be_checked()
    tab_to(page, "Que ne faut-il jamais dire")
    page.keyboard.type("Rien au téléphone")
    tab_to(page, "Continuer")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Ce dont elle a besoin maintenant")


def test_shortcuts(desk: Desk, people: Cast) -> None:
    """`/` searches, `?` helps, `f` records a fact, arrows walk through a list, Escape closes; none of them while one types."""
    page = desk(people.amina)
    code = enter_concern(page)
    page.goto(f"/cases/{code}/")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("n?f")
    expect(page.get_by_role("searchbox")).to_have_value("n?f")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("Tab")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    expect(page.get_by_role("heading", level=1)).to_have_text("Que s'est-il passé ?")
    page.goto("/rules/")
    page.locator("[data-line]").first.focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-line]").nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("[data-line]").first).to_be_focused()


def test_every_target_is_large_enough(desk: Desk, people: Cast) -> None:
    """Buttons, boxes and fields of a form offer 44 pixels to a thumb."""
    page = desk(people.amina, viewport={"width": 390, "height": 844})
    page.goto("/entries/new/?fresh=1")
    small = page.evaluate(
        "[...document.querySelectorAll('main label.option, main .button, main select, main textarea, header a, header button')]"
        ".filter(e => e.offsetParent && e.getBoundingClientRect().height < 44).map(e => e.innerText || e.name)"
    )
    assert small == []


def test_tab_walks_the_main_pages(desk: Desk, people: Cast) -> None:
    """Truly pressed, from the top to the end; every other page is looked at in test_every_page.py, without pressing."""
    page = desk(people.amina)
    code = enter_concern(page)
    presume(page, code)
    found: list[str] = []
    for address in (
        "/", f"/cases/{code}/", "/entries/new/?fresh=1", f"/cases/{code}/facts/new/safe_contact_instructions/",
        f"/cases/{code}/place/", "/directory/", "/places/",
    ):  # fmt: skip
        page.goto(address)
        found += walked(page)
    page.goto(f"/cases/{code}/")
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    expect(page.locator(".loaded .right-line").first).to_be_visible()
    found += unreached(page)
    anonymous = desk(None)
    anonymous.goto("/sign-in/")
    assert found + walked(anonymous) == []


BREAKS = {
    "Tab passes by": "a.tabIndex = -1",
    "out of order by its number": "a.tabIndex = 3",
    "shows no focus": "a.style.outline = 'none'",
    "takes no focus": "a.onfocus = () => a.blur()",
    "read before but reached after": "a.parentElement.append(a.cloneNode(true));"
    " a.parentElement.style.cssText = 'display: flex; flex-flow: column-reverse'",
}
TRAPS = {
    "Tab never leaves": "document.addEventListener('keydown', e => {"
    " if (e.key === 'Tab' && document.activeElement === a) e.preventDefault() })",
    "Tab went": "a.onfocus = () => document.querySelector('.skip').focus()",
    "seen": "document.body.append(Object.assign(document.createElement('p'), {id: 'over'}));"
    " over.style.cssText = 'position: fixed; inset: 0; background: white'",
}


@pytest.mark.parametrize("told", [*BREAKS, *TRAPS])
def test_what_the_keyboard_does_not_reach_is_noticed(desk: Desk, told: str) -> None:
    """The looks of this file and of test_every_page.py can fail: each kind of fault put into a page is found."""
    page = desk(None)
    page.goto("/sign-in/")
    page.evaluate(f"(() => {{ const a = document.querySelectorAll('a[href]')[2]; {(BREAKS | TRAPS)[told]} }})()")
    found = unreached(page) if told in BREAKS else walked(page)
    assert any(told in line for line in found), found
