"""Needs and beds change, an arrival is confirmed, and anybody finds whom to call near her: by the pages, at both sizes."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils import timezone
from playwright.sync_api import expect

from repere.accounts.directory_jobs import publish_directory
from repere.guidance import nearby
from repere.places import actions
from repere.places.models import Hold
from tests.browser.steps import Desk, press
from tests.browser.test_places_later import looked_at
from tests.cases.story import concern
from tests.cases.test_outside import as_worker
from tests.directory.entries import vetted
from tests.people import Cast
from tests.places.houses import ask, hold, shelter, unit


def test_needs_change_and_the_shelter_reads_what_was_said_before(desk: Desk, people: Cast) -> None:
    room = unit(people.sonia, shelter(people.sonia), capacity=6, one_household=False)
    case, now = concern(people.amina.actor), timezone.now()
    asked = ask(people.amina, reference=case.place_reference)
    hold(people.amina, asked, room, now=now)
    worker = desk(people.amina)
    worker.goto(f"/cases/{case.code}/place/{asked.pk}/")
    press(worker.locator("a[href$='/change/']").first)
    looked_at(worker, "place-change")
    worker.locator("[name=minors]").fill("3")
    worker.locator("main form button.button").last.click()
    expect(worker.locator("p.lead").first).to_contain_text("3 mineurs")
    worker.locator("details summary", has_text="Ce qui était demandé avant").click()
    looked_at(worker, "place-changed")
    host = desk(people.sonia)
    host.goto("/places/")
    looked_at(host, "places-desk-changed")
    press(host.locator("#asked-title + ul a").first)
    host.locator("details summary", has_text="Ce qui était demandé avant").click()
    looked_at(host, "asked-changed")
    press(host.locator("form[action$='/accept/'] button"))
    with people.sonia.acts() as actor:
        held = Hold.objects.visible_to(actor).get(state="accepted")
    actions.arrive(held.pk, acting=people.sonia.actor, now=timezone.now())
    worker.goto("/")
    looked_at(worker, "worklist-arrival")
    worker.locator("p.note a", has_text="un lieu dit").click()
    press(worker.locator("form[action$='/there/'] button"))
    worker.goto("/")
    expect(worker.locator("p.note a", has_text="un lieu dit")).to_have_count(0)


def test_beds_are_added_on_the_page_of_the_house(desk: Desk, people: Cast) -> None:
    house = shelter(people.sonia)
    unit(people.sonia, house)
    host = desk(people.sonia)
    host.goto(f"/places/houses/{house.pk}/")
    host.locator("details summary", has_text="Ajouter ou retirer des lits").click()
    looked_at(host, "house-beds")
    form = host.locator("form[action$='/beds/']")
    form.locator("[name=capacity]").fill("5")
    form.locator("button").click()
    expect(host.locator("#units-title + ul")).to_contain_text("5 libres sur 5")


def test_whom_to_call_near_her(desk: Desk, people: Cast) -> None:
    vetted(
        people, people.pascal, tier=0, structure="Maison publique", kind="general_association", function="support", name="Accueil public",
        languages=["eng", "spa"], phone="04 72 61 60 60", website="https://www.exemple.example",
    )  # fmt: skip
    with as_worker():
        publish_directory(now=datetime.now(UTC))
    nearby._kept.clear()
    anybody = desk(None)
    anybody.goto("/info/fr/places/")
    looked_at(anybody, "info-places")
    press(anybody.locator("a[href='/info/fr/near/']"))
    anybody.locator("details summary", has_text="Auvergne").click()
    looked_at(anybody, "info-near")
    anybody.goto("/info/fr/near/69/")
    expect(anybody.locator("main")).to_contain_text("Accueil public")
    for summary in anybody.locator("main details summary").all():
        summary.click()
    looked_at(anybody, "info-around")
    anybody.goto("/info/en/near/13/")
    looked_at(anybody, "info-around-en")
