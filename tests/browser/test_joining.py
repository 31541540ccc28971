"""A link of an organisation, opened by a stranger to it and by somebody who has an account here: each page holds, on desk and phone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from repere.accounts import members
from repere.accounts.models import ADMINISTRATOR
from tests.browser.conftest import DESK, PHONE
from tests.browser.steps import Desk
from tests.browser.test_every_page import look
from tests.people import Cast, member

SCREENSHOTS = os.environ.get("REPERE_SCREENSHOTS")


@pytest.mark.parametrize("size", ["desk", "phone"])
def test_she_opens_the_link_and_says_yes(desk: Desk, people: Cast, size: str) -> None:
    now, clara = timezone.now(), member("Clara Exemple", people.atalante, ADMINISTRATOR)
    proposed = members.invite_member(
        email=people.bruno.user.email, name="B. Exemple", role="jurist", language="fr", acting=people.chloe.actor, now=now
    )
    link = f"/invitation/{members.approve_member(proposed.pk, acting=clara.actor, now=now)}/"
    viewport, found = DESK if size == "desk" else PHONE, []
    stranger, bruno, chloe = (desk(who, viewport=viewport) for who in (None, people.bruno, people.chloe))
    for name, page, address in (("link", stranger, link), ("join", bruno, link), ("members", chloe, "/members/")):
        look(page, address, found)
        if SCREENSHOTS:
            page.screenshot(path=Path(SCREENSHOTS) / f"{name}-{size}.png", full_page=True)
    assert found == []
    expect(chloe.get_by_text("B. Exemple").first).to_be_visible()
    bruno.locator("main form button").click()
    expect(bruno).not_to_have_url(link)
    chloe.reload()
    expect(chloe.get_by_text("Bruno Exemple").first).to_be_visible()
