"""A place for a woman with two children who refuses to go near Lyon: needs, hold, yes, arrival, by the pages alone."""

from __future__ import annotations

import os
import time
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import Page, expect

from repere.places import actions
from tests.browser.conftest import DESK, PHONE, violations
from tests.browser.steps import Desk, press
from tests.cases.story import concern
from tests.people import Cast
from tests.places.houses import by_the_house, shelter, unit

PICTURES = Path(__file__).parents[2] / "docs" / "images"
SECONDS = 120


def picture(page: Page, name: str) -> None:
    """Pictures for the documentation are taken anew only when asked for."""
    if os.environ.get("REPERE_PICTURES"):
        for width, size in (("desk", DESK), ("phone", PHONE)):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            page.screenshot(path=PICTURES / f"{name}-{width}.png", full_page=True)
        page.set_viewport_size(DESK)  # type: ignore[arg-type]


def test_from_her_needs_to_a_filled_place(desk: Desk, people: Cast) -> None:
    """Every click that a worker and a shelter make; two minutes are the bound of the whole, machine included."""
    unit(people.sonia, shelter(people.sonia, zone="69", name="Maison du Rhône"))
    south = shelter(people.sonia, zone="13", name="Maison du Sud")
    unit(people.sonia, south)
    actions.confirm_shelter(south.pk, acting=people.sonia.actor, now=timezone.now())
    unit(people.sonia, shelter(people.sonia, zone="59", name="Maison du Nord"), children=False)
    case = concern(people.amina.actor)
    worker, host = desk(people.amina), desk(people.sonia)
    started = time.monotonic()
    worker.goto(f"/cases/{case.code}/place/")
    picture(worker, "place-needs")
    worker.locator("[name=minors]").fill("2")
    worker.locator("[name=near]").fill("")
    worker.locator("[name=refuses_zones]").fill("Rhône, Ain, Isère, Loire")
    worker.locator("main .actions .button").click()
    expect(worker.locator("main")).to_contain_text("13")
    expect(worker.locator("form[action$='/hold/']")).to_have_count(1)
    assert violations(worker) == []
    picture(worker, "place-candidates")
    press(worker.locator("form[action$='/hold/'] button"))
    host.goto("/places/")
    press(host.locator("#asked-title + ul a").first)
    assert case.code not in host.content()
    assert case.pseudonym not in host.content()
    assert violations(host) == []
    picture(host, "place-asked")
    press(host.locator("form[action$='/accept/'] button"))
    worker.reload()
    press(worker.locator("form[action$='/show/'] button"))
    press(host.locator("form[action$='/arrive/'] button"))
    expect(host.locator("form[action$='/leave/']")).to_be_visible()
    worker.reload()
    press(worker.locator("form[action$='/there/'] button"))
    expect(host.locator("form[action$='/leave/']")).to_be_visible()
    picture(host, "place-arrival")
    host.goto("/places/")
    expect(host.locator("#staying-title")).to_be_visible()
    assert violations(host) == []
    picture(host, "place-desk")
    assert host.goto(f"/cases/{case.code}/").status == 200  # type: ignore[union-attr]
    assert time.monotonic() - started < SECONDS


def test_tonight_with_nothing_that_fits_and_with_a_question_of_the_house(desk: Desk, people: Cast) -> None:
    """What a tired worker reads when the list is empty, and how she answers the one house that asks back."""
    case = concern(people.amina.actor)
    room = unit(people.sonia, shelter(people.sonia, zone="13"), children=False)
    worker, host = desk(people.amina), desk(people.sonia)
    worker.goto(f"/cases/{case.code}/place/")
    for name, said in (("women", "0"), ("minors", "2"), ("aged_3_11", "1"), ("line", "01 99 00 12 34"), ("near", "Rhône")):
        worker.locator(f"[name={name}]").fill(said)
    worker.locator("[name=contested]").select_option("woman")
    worker.locator("[name=urgency]").select_option("3")
    worker.locator("main .actions .button").click()
    expect(worker.locator("#tonight-title")).to_be_visible()
    expect(worker.locator("main")).to_contain_text("115")
    assert violations(worker) == []
    with by_the_house(people.sonia):
        type(room).objects.visible_to(people.sonia.actor).filter(pk=room.pk).update(children=True)
    worker.reload()
    press(worker.locator("form[action$='/hold/'] button"))
    host.goto("/places/")
    press(host.locator("#asked-title + ul a").first)
    expect(host.locator("a[href='tel:+33199001234']")).to_be_visible()
    expect(host.locator("main")).to_contain_text("dont l'âge est contesté")
    host.locator("[name=text]").fill("Peut-elle monter un étage ?")
    press(host.locator("form[action$='/question/'] button"))
    assert violations(host) == []
    worker.goto("/")
    worker.locator("a[href$='#asked-back-title']").click()
    expect(worker.locator("#asked-back-title")).to_be_visible()
    assert violations(worker) == []
    worker.locator("form[action$='/answer/'] [name=text]").fill("Oui, lentement.")
    press(worker.locator("form[action$='/answer/'] button"))
    host.reload()
    expect(host.locator("main")).to_contain_text("Oui, lentement.")
    worker.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert worker.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
