"""A real Chromium on a real server. Without Chromium these tests are skipped, except where CI says they may not be."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.people import Cast, Member

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
HERE = Path(__file__).parent
AXE = (HERE / "vendor" / "axe.min.js").read_text(encoding="utf-8")
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
expect.set_options(timeout=30_000)  # how long a page may take says nothing about whether it is right

# Playwright keeps an event loop running in the thread of the test, which Django takes for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = pytest.mark.skip(reason="Chromium is not installed: `make browser` tries to install it.")
    for item in items:
        if HERE in Path(str(item.fspath)).parents:
            item.add_marker("browser")
            if not shutil.which(CHROMIUM) and not os.environ.get("CI"):
                item.add_marker(missing)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": ARGUMENTS}


@pytest.fixture
def desk(browser: Browser, site: str, people: Cast) -> Iterator[Callable[..., Page]]:
    """`desk(people.amina)` is a page on which Amina has just signed in; `desk(None)` one on which nobody has."""
    contexts: list[BrowserContext] = []

    def open_desk(member: Member | None, **options: Any) -> Page:
        context = browser.new_context(base_url=site, **{"viewport": DESK, "locale": "fr-FR", **options})
        context.set_default_timeout(60_000)
        contexts.append(context)
        if member is not None:
            session = member.sign_in(Client()).cookies["session"].value
            context.add_cookies([{"name": "session", "value": session, "url": site}])
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(f"A script failed on {page.url}: {error}"))
        return page

    yield open_desk
    for context in contexts:
        context.close()


def violations(page: Page) -> list[str]:
    """What axe finds, one line each. Run through the debugger, so that the page's own rules on scripts stay as they are."""
    page.wait_for_load_state()
    session = page.context.new_cdp_session(page)
    session.send("Runtime.evaluate", {"expression": AXE})
    told = "r.violations.map(v => [v.id, v.nodes.map(n => n.target.join(' '))])"
    run = f"axe.run(document, {{resultTypes: ['violations']}}).then(r => JSON.stringify({told}))"
    answer = session.send("Runtime.evaluate", {"expression": run, "awaitPromise": True, "returnByValue": True})
    session.detach()
    if "exceptionDetails" in answer or "value" not in answer["result"]:
        raise AssertionError(f"axe did not run: {answer}")
    return [f"{page.url} {name}: {targets[:3]}" for name, targets in json.loads(answer["result"]["value"])]
