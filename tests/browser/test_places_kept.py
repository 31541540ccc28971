"""What the coordination reads of places worth keeping back, reminders of a new day, a sentence that is asked about before it leaves."""

from __future__ import annotations

from django.utils import timezone
from playwright.sync_api import expect

from repere.core.needs import household
from repere.places import actions
from tests.browser.conftest import PHONE
from tests.browser.steps import Desk
from tests.browser.test_places_later import looked_at
from tests.cases.story import concern
from tests.people import Cast
from tests.places.houses import ask, hold, shelter, unit
from tests.places.test_keeping import ALONE, asked, camille, weeks


def test_the_coordination_reads_which_place_to_keep_back(desk: Desk, people: Cast) -> None:
    now = timezone.now()
    weeks(people, now)
    for needs in (ALONE, household(["woman"], children=1)):
        asked(people, needs, now=now, urgency=0)
    asked(people, ALONE, now=now, urgency=0)
    page = desk(camille())
    page.goto("/places/proposal/")
    expect(page.locator("#kept-title")).to_be_visible()
    looked_at(page, "kept")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_reminders_and_a_doubt_about_what_was_written(desk: Desk, people: Cast) -> None:
    case, now = concern(people.amina.actor), timezone.now()
    house = shelter(people.sonia)
    held = hold(people.amina, ask(people.amina, reference=case.place_reference), unit(people.sonia, house), now=now)
    actions.ask_back(held.pk, text="Quelle langue ?", acting=people.sonia.actor, now=now)
    worker = desk(people.amina)
    worker.goto(f"/cases/{case.code}/place/{held.request_id}/")
    worker.locator("form[action$='/answer/'] [name=text]").fill("Appelez le 06 12 34 56 78")
    worker.locator("form[action$='/answer/'] button").click()
    expect(worker.locator("[name=sure]")).to_be_visible()
    expect(worker.locator("form[action$='/answer/'] [name=text]")).to_have_value("Appelez le 06 12 34 56 78")
    expect(worker.locator("form[action$='/answer/'] [name=text]")).to_be_focused()
    looked_at(worker, "doubted")
    worker.locator("[name=sure]").check()
    worker.locator("form[action$='/answer/'] button").click()
    expect(worker.locator("main")).to_contain_text("Votre réponse")
    actions.accept(held.pk, acting=people.sonia.actor, now=now)
    new = actions.add_shelter(name="Maison neuve", zone="13", listed=False, acting=people.sonia.actor, now=now)
    actions.ask_for_voice(new.pk, people.atalante.pk, acting=people.sonia.actor, now=now)
    for member, name in ((people.amina, "home-of-who-asked"), (people.sonia, "home-of-the-house")):
        page = desk(member)
        page.goto("/")
        looked_at(page, name)


def test_ages_open_with_the_first_minor(desk: Desk, people: Cast) -> None:
    case = concern(people.amina.actor)
    page = desk(people.amina)
    page.goto(f"/cases/{case.code}/place/")
    expect(page.locator("[name=aged_3_11]")).to_be_hidden()
    looked_at(page, "no-minor")
    page.locator("[name=minors]").fill("1")
    expect(page.locator("[name=aged_3_11]")).to_be_visible()
    looked_at(page, "one-minor")
