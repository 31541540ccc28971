"""Pages of a second voice: a conflict that an administrator is told of, a household that was moved, a shelter that waits for its voices."""

from __future__ import annotations

from django.utils import timezone
from playwright.sync_api import expect

from repere.cases import actions
from repere.places import actions as placing
from tests.browser.steps import Desk, press
from tests.browser.test_places_later import looked_at
from tests.cases.story import concern
from tests.people import Cast, each_their_own
from tests.places.houses import arrive, ask, hold, shelter, unit


def test_a_conflict_is_told_and_ended_by_who_sees_no_file(desk: Desk, people: Cast) -> None:
    each_their_own(people.atalante)
    case = concern(people.amina.actor)
    actions.declare_conflict(code=case.code, about=people.amina.user.pk, acting=people.odile.actor, now=timezone.now())
    for member, name in ((people.amina, "kept-away"), (people.chloe, "kept-away-administrator")):
        page = desk(member)
        page.goto("/")
        expect(page.locator("main .note.warn").filter(has_text=people.odile.user.name)).to_be_visible()
        looked_at(page, name)
        page.goto("/conflicts/")
        looked_at(page, f"{name}-conflicts")
    page.locator("section[aria-labelledby=unnamed-title] form button").click()
    expect(page.locator("section[aria-labelledby=unnamed-title]")).to_have_count(0)


def test_a_household_that_was_moved_waits_for_a_word(desk: Desk, people: Cast) -> None:
    case, now = concern(people.amina.actor), timezone.now()
    held = hold(people.amina, ask(people.amina, reference=case.place_reference), unit(people.sonia, shelter(people.sonia)), now=now)
    placing.accept(held.pk, acting=people.sonia.actor, now=now)
    arrive(people.sonia, people.amina, held.pk, now=now)
    (moving,) = placing.report_incident(held.shelter_id, kind="located", acting=people.sonia.actor, now=now)
    there = hold(people.sonia, moving, unit(people.ines, shelter(people.ines, zone="59", name="Ailleurs")), now=now)
    placing.accept(there.pk, acting=people.ines.actor, now=now)
    placing.arrive(there.pk, acting=people.ines.actor, now=now)
    placing.confirm_arrival(there.pk, acting=people.sonia.actor, now=now)
    page = desk(people.amina)
    page.goto("/")
    looked_at(page, "moved-home")
    press(page.locator("main .note.warn a[href$='/moved/']"))
    looked_at(page, "moved")
    page.get_by_role("button").filter(has_text="y est").first.click()
    expect(page.locator("main")).to_contain_text(case.pseudonym)


def test_a_new_shelter_waits_for_two_voices(desk: Desk, people: Cast) -> None:
    host = desk(people.sonia)
    house = placing.add_shelter(name="Maison neuve", zone="13", listed=False, acting=people.sonia.actor, now=timezone.now())
    for other in (people.amina, people.ines):
        host.goto(f"/places/houses/{house.pk}/")
        host.locator("[name=organisation]").select_option(label=other.organisation.name)
        if other is people.amina:
            looked_at(host, "house-unvouched")
        press(host.locator("form[action$='/voice/'] button"))
        page = desk(other)
        page.goto("/places/")
        looked_at(page, f"to-vouch-{other.user.name.split()[0]}")
        press(page.locator("#vouch-title + ul a"))
        looked_at(page, "vouching")
        page.locator("[name=reason]").fill("Nous y étions.")
        press(page.locator("main form button"))
    host.reload()
    expect(host.locator("#voices-title")).to_have_count(0)
