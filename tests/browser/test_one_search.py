"""After an incident one search is made at a time, a mistaken report is taken back, and an agreement is filled in from a referral: axe finds
nothing on these pages, nothing sticks out."""

from __future__ import annotations

from django.utils import timezone
from playwright.sync_api import expect

from repere.places import actions
from tests.browser.steps import Desk, press
from tests.browser.test_places_later import looked_at
from tests.cases.story import concern, grant
from tests.cases.test_referral_writing import LAWYER
from tests.directory.entries import vetted
from tests.people import Cast
from tests.places.houses import arrive, ask, hold, shelter, unit


def test_one_search_at_a_time_from_both_sides(desk: Desk, people: Cast) -> None:
    now, case = timezone.now(), concern(people.amina.actor)
    house = shelter(people.sonia)
    held = hold(people.amina, ask(people.amina, reference=case.place_reference), unit(people.sonia, house), now=now)
    actions.accept(held.pk, acting=people.sonia.actor, now=now)
    arrive(people.sonia, people.amina, held.pk, now=now)
    grant(case, people.amina.actor, people.boussole, ["contact_safety", "housing", "profile"])
    (moving,) = actions.report_incident(house.pk, kind="located", acting=people.sonia.actor, now=timezone.now())
    seeker, host = desk(people.amina), desk(people.sonia)
    seeker.goto(f"/cases/{case.code}/place/")
    looked_at(seeker, "looked-for-by-the-house")
    press(seeker.locator("a[href*='besides=1']"))
    seeker.locator("[name=women]").fill("1")
    press(seeker.locator("form.spaced button.button").last)
    looked_at(seeker, "request-besides")
    host.goto(f"/places/moving/{moving.pk}/")
    expect(host.locator(".note.warn").first).to_contain_text(people.atalante.name)
    looked_at(host, "moving-beside")
    host.goto(f"/places/houses/{house.pk}/")
    host.locator("#danger-title ~ ul details summary").click()
    looked_at(host, "house-reported")
    mistake = host.locator("form[action$='/mistake/']")
    mistake.locator("[name=why]").select_option("not_meant")
    press(mistake.locator("button"))
    expect(host.locator("#danger-title ~ ul strong")).to_be_visible()
    looked_at(host, "house-taken-back")
    host.goto("/places/")
    looked_at(host, "places-taken-back")


def test_the_house_that_she_left_and_an_agreement_from_a_referral(desk: Desk, people: Cast) -> None:
    now, case = timezone.now(), concern(people.amina.actor)
    held = hold(people.amina, ask(people.amina, reference=case.place_reference), unit(people.sonia, shelter(people.sonia)), now=now)
    actions.accept(held.pk, acting=people.sonia.actor, now=now)
    arrive(people.sonia, people.amina, held.pk, now=now)
    grant(case, people.amina.actor, people.boussole, ["contact_safety", "housing", "profile"])
    (moving,) = actions.report_incident(held.shelter_id, kind="located", acting=people.sonia.actor, now=now)
    there = hold(people.sonia, moving, unit(people.ines, shelter(people.ines, zone="59", name="Ailleurs")), now=now)
    actions.accept(there.pk, acting=people.ines.actor, now=now)
    arrive(people.ines, people.sonia, there.pk, now=now)
    seeker = desk(people.amina)
    seeker.goto(f"/cases/{case.code}/moved/")
    press(seeker.locator("button[value=yes]"))
    looked_at(seeker, "left-behind")
    press(seeker.locator("form[action$='/end/'] button"))
    expect(seeker.locator("h1").first).to_be_visible()
    lawyer = vetted(people, people.pascal, **LAWYER, name="Avocats inventés", territories=["69"])
    seeker.goto(f"/cases/{case.code}/requests/new/")
    seeker.locator("[name=service_words]").fill("avocat")
    seeker.locator("button[name=find]").click()
    expect(seeker.locator("#services").get_by_text("Compris comme")).to_be_visible()
    seeker.locator(f"[name=service][value='{lawyer.pk}']").check()
    seeker.locator("[name=groups][value=support]").check()
    press(seeker.locator("button[name=note_agreement]"))
    expect(seeker.locator("[name=recipient]")).to_have_value("lawyer")
    expect(seeker.locator("[name=channels][value=here]")).to_be_checked()
    looked_at(seeker, "agreement-from-a-referral")
