"""A person who never saw it enters a concern, follows it to a presumption, reads her rights and prints her card."""

from __future__ import annotations

from io import BytesIO

from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.steps import Desk, enter_concern, press, presume
from tests.people import Cast


def test_from_a_concern_to_the_rights_card(desk: Desk, people: Cast) -> None:
    """She is met, the facts are written down, and the page says what is open to her, who must act and what to ask next."""
    page = desk(people.amina)
    code = enter_concern(page)
    expect(page.locator(".safety")).to_contain_text("Ne la contactez pas")
    expect(page.locator(".safety")).to_contain_text("Ne pas nommer le service.")
    presume(page, code)
    expect(page.get_by_role("heading", name="Ouvert à la personne, et repose sur ce fait")).to_be_visible()
    page.get_by_role("link", name="Revenir au dossier").click()
    expect(page.locator("#level-national_law")).to_be_visible()
    expect(page.locator("#level-international_obligation")).to_be_visible()
    expect(page.locator("#open .right").first).to_be_visible()
    expect(page.locator("#next .duty").first).to_be_visible()
    page.locator("#open .right summary").first.click()
    page.get_by_role("link", name="Ouvrir la règle et le raisonnement").first.click()
    expect(page.get_by_role("heading", name="Pour elle, aujourd'hui")).to_be_visible()
    page.goto(f"/cases/{code}/next-steps/")
    expect(page.get_by_role("row").nth(1)).to_be_visible()
    page.goto(f"/cases/{code}/card/")
    with page.expect_download() as download:
        page.get_by_role("button", name="Faire le papier (PDF)").click()
    assert download.value.suggested_filename == "document.pdf"
    text = "".join(sheet.extract_text() for sheet in PdfReader(BytesIO(download.value.path().read_bytes())).pages)
    assert "Ce qui vous est ouvert" in text
    assert code not in text


def test_without_scripts(desk: Desk, people: Cast) -> None:
    """Every page works without JavaScript: it is only ever a help."""
    page = desk(people.amina, java_script_enabled=False)
    code = enter_concern(page)
    presume(page, code)
    page.goto(f"/cases/{code}/")
    press(page.locator("#past nav a").nth(1))
    assert "kind=" in page.url


def test_in_english(desk: Desk, people: Cast) -> None:
    """The same pages in English, and the switch between both."""
    page = desk(people.odile)
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Worklist")
    page.goto("/entries/new/?fresh=1")
    expect(page.get_by_role("heading", level=1)).to_have_text("Reaching her safely")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("button", name="Français").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("La joindre sans danger")
    expect(page.locator("html")).to_have_attribute("lang", "fr")


def test_half_a_date_is_understood(desk: Desk, people: Cast) -> None:
    """Nobody has to know the day: the page repeats how a season is read."""
    page = desk(people.amina)
    code = enter_concern(page)
    page.goto(f"/cases/{code}/facts/new/complaint_filed/")
    page.locator("#id_when-text").fill("printemps 2024")
    expect(page.locator(".understood").first).to_contain_text("du 1er mars 2024 au 21 juin 2024")
    expect(page.get_by_label("Un autre jour, ou une période")).to_be_checked()
