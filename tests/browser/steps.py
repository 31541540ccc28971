"""Steps that several browser tests take."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

Desk = Callable[..., Page]


def press(what: Locator) -> None:
    """Click what leads to another page, and wait until that page is there: what follows is read from it."""
    with what.page.expect_navigation():
        what.click()


def go_on(page: Page) -> None:
    """Press the main button."""
    page.locator("main .actions .button").first.click()


def enter_concern(page: Page) -> str:
    """A short concern, from the worklist to its case; the code."""
    page.goto("/entries/new/?fresh=1")
    page.get_by_label("Non", exact=True).first.check()
    page.get_by_label("Que ne faut-il jamais dire ou écrire ?").fill("Ne pas nommer le service.")
    go_on(page)
    page.get_by_label("Un lieu sûr où dormir").check()
    go_on(page)
    page.get_by_label("Travail forcé").check()
    go_on(page)
    page.get_by_label("Quand a-t-elle, ou aura-t-elle, 18 ans ? Une période suffit.").fill("printemps 2019")
    go_on(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("C'est noté")
    press(page.get_by_role("link", name="Ouvrir le dossier"))
    found = re.search(r"/cases/([^/]+)/", page.url)
    assert found is not None
    return found[1]


def presume(page: Page, code: str) -> None:
    page.goto(f"/cases/{code}/facts/new/presumption_stated/")
    page.get_by_label("Indicateurs observés").check()
    page.get_by_label("Je l'ai fait ou décidé moi-même").check()
    go_on(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("C'est noté")
