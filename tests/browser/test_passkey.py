"""Passkeys in a real browser, with the virtual authenticator that Chromium brings for tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect

from tests.accounts.proving import PASSWORD, give_password
from tests.browser.conftest import DESK, PHONE, violations
from tests.browser.steps import press
from tests.people import Cast

SCREENSHOTS = os.environ.get("REPERE_SCREENSHOTS")


@pytest.fixture
def context(browser: Browser, site: str) -> Iterator[BrowserContext]:
    """A passkey belongs to a name: the same server, asked for as localhost."""
    made = browser.new_context(base_url=site.replace("127.0.0.1", "localhost"), viewport=DESK, locale="fr-FR")
    made.set_default_timeout(60_000)
    yield made
    made.close()


def authenticator(page: Page, *, verifies: bool = True) -> tuple[CDPSession, str]:
    """A device that keeps passkeys; with `verifies=False` it does not check who touches it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": verifies, "automaticPresenceSimulation": True,
    }  # fmt: skip
    return session, session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]


def enrol(page: Page, people: Cast) -> None:
    give_password(people.amina.user)
    page.goto("/sign-in/")
    page.get_by_label("Adresse électronique").fill(people.amina.user.email)
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Un second facteur")
    page.get_by_label("Nom de cette clé d'accès").fill("poste du bureau")
    page.get_by_role("button", name="Ajouter une clé d'accès").click()


def test_she_adds_a_passkey_and_signs_in_with_it_alone(context: BrowserContext, people: Cast) -> None:
    """No password to phish: the device knows her, and the key names the account."""
    page = context.new_page()
    authenticator(page)
    enrol(page, people)
    expect(page.get_by_role("heading", level=1)).to_have_text("Codes de secours")
    assert page.locator("ol.recovery li").count() == 10
    press(page.get_by_role("link", name="Je les ai gardés"))
    page.goto("/account/")
    expect(page.get_by_text("poste du bureau").first).to_be_visible()
    page.locator("details.menu summary").first.click()
    press(page.get_by_role("button", name="Se déconnecter"))
    if SCREENSHOTS:
        for name, size in (("desk", DESK), ("phone", PHONE)):
            page.set_viewport_size(size)
            page.screenshot(path=Path(SCREENSHOTS) / f"sign-in-passkey-{name}.png")
    page.get_by_role("button", name="Se connecter avec une clé d'accès").click()
    expect(page.locator("details.menu summary").first).to_be_visible()
    # Last, because looking closes the debugger's session that holds the virtual device.
    found: list[str] = []
    for address in ("/account/", "/account/factors/new/", "/account/password/", "/confirm/"):
        page.goto(address)
        found += violations(page)
        page.set_viewport_size(PHONE)
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{address} is wider than a phone")
        if SCREENSHOTS:
            page.screenshot(path=Path(SCREENSHOTS) / f"page{address.replace('/', '-')}phone.png", full_page=True)
        page.set_viewport_size(DESK)
    assert found == []


def test_a_device_that_does_not_check_who_touches_it_is_refused(context: BrowserContext, people: Cast) -> None:
    """A key lying in a drawer opens nothing by touch alone."""
    page = context.new_page()
    authenticator(page, verifies=False)
    enrol(page, people)
    expect(page.get_by_role("alert").filter(has_text="Aucune clé d'accès")).to_be_visible()


def test_a_locked_page_is_empty_and_a_passkey_opens_it(context: BrowserContext, people: Cast) -> None:
    page = context.new_page()
    authenticator(page)
    enrol(page, people)
    expect(page.get_by_role("heading", level=1)).to_have_text("Codes de secours")
    page.clock.install()
    page.goto("/about/")
    page.clock.fast_forward("15:10")
    expect(page.get_by_role("heading", level=1)).to_have_text("Verrouillé")
    assert people.amina.user.name not in page.content()
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Verrouillé")
    page.get_by_role("button", name="Utiliser une clé d'accès").click()
    expect(page.locator("details.menu summary").first).to_be_visible()
