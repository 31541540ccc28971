"""Marks that stand and end, a place looked for anew, a mailbox that somebody confirms: on a desk and on a phone."""

from __future__ import annotations

import re
from uuid import uuid4

from django.utils import timezone
from playwright.sync_api import expect

from repere.core.codes import new_code
from repere.directory.entry_models import Contact
from repere.places import actions
from repere.places.marks import mark
from repere.places.queries.moved import said_moves
from tests.browser.steps import Desk, press
from tests.browser.test_places_later import looked_at
from tests.cases.story import concern
from tests.cases.test_moved import accepted, moved_by_the_shelter_itself
from tests.cases.test_outside import Post
from tests.directory.entries import entry
from tests.directory.test_mailbox_links import path_in, post  # noqa: F401
from tests.people import Cast
from tests.places.houses import MOTHER_OF_TWO, arrive, ask, hold, shelter, unit
from tests.places.test_keeping import camille


def test_a_mark_ends_by_two_on_the_pages(desk: Desk, people: Cast) -> None:
    case = concern(people.amina.actor)
    other = concern(people.amina.actor)
    actions.ask(
        reference=case.place_reference, needs=MOTHER_OF_TWO, urgency=2, zone="13", key=uuid4(), acting=people.amina.actor,
        now=timezone.now(), apart=[mark(new_code()), other.place_reference], carries=[mark(new_code())],
    )  # fmt: skip
    page = desk(people.amina)
    page.goto(f"/cases/{case.code}/place/marks/")
    borne = page.locator("section[aria-labelledby=carried-title]")
    borne.locator("summary").click()
    borne.locator("select").select_option("agreed")
    looked_at(page, "marks")
    press(borne.locator("form button"))
    expect(borne).to_contain_text("Amina")
    expect(borne.locator("form[action$='/agree/']")).to_have_count(0)
    looked_at(page, "marks-asked")
    colleague = desk(people.odile, locale="en-GB")
    colleague.goto(f"/cases/{case.code}/place/marks/")
    looked_at(colleague, "marks-in-english")
    press(colleague.locator("form[action$='/agree/'] button"))
    expect(colleague.locator("section[aria-labelledby=carried-title] form")).to_have_count(0)
    looked_at(colleague, "marks-ended")


def test_after_a_no_a_place_is_looked_for_anew_in_one_step(desk: Desk, people: Cast) -> None:
    case = concern(people.amina.actor)
    held = accepted(people, case)
    arrive(people.sonia, people.amina, held.pk, now=timezone.now())
    moved_by_the_shelter_itself(people, held)
    with people.amina.acts() as actor:
        assert said_moves(actor).exists()
    page = desk(people.amina)
    page.goto(f"/cases/{case.code}/moved/")
    press(page.locator("button[value=no]"))
    looked_at(page, "moved-not-there")
    press(page.locator("a.button", has_text="à nouveau"))
    expect(page.locator("[name=minors]")).to_have_value("2")
    looked_at(page, "place-anew")
    press(page.locator("form.spaced button.button", has_text="Voir"))
    expect(page).to_have_url(re.compile(r"/place/[0-9a-f-]{36}/$"))


def test_a_mailbox_is_confirmed_by_one_button_of_whoever_reads_the_letter(desk: Desk, people: Cast, post: Post) -> None:  # noqa: F811
    made = entry(people.amina, email="referent@example.org")
    with people.amina.acts():
        contact = Contact.objects.get(service=made, kind="email").pk
    page = desk(people.amina)
    page.goto(f"/directory/entries/{made.pk}/")
    press(page.locator(f"a[href$='/contacts/{contact}/mailbox/']"))
    looked_at(page, "mailbox")
    press(page.locator("form[action$='/mailbox/send/'] button"))
    expect(page.locator("main dl")).to_contain_text("Il s'ouvre jusqu'au")
    stranger = desk(None)
    stranger.goto(path_in(post))
    looked_at(stranger, "seen")
    press(stranger.locator("main button"))
    expect(stranger.locator("h1")).to_contain_text("Merci")
    looked_at(stranger, "seen-thanks")
    stranger.goto(path_in(post))
    press(stranger.locator("main button"))
    expect(stranger.locator("h1")).to_contain_text("ne s'ouvre plus")
    page.reload()
    expect(page.locator("main dl")).to_contain_text("ouvert le")
    looked_at(page, "mailbox-confirmed")


def test_the_proposal_leaves_out_who_said_no(desk: Desk, people: Cast) -> None:
    room = unit(people.sonia, shelter(people.sonia))
    request = ask(people.amina)
    held = hold(people.amina, request, room, now=timezone.now())
    actions.decline(held.pk, reason="full", acting=people.sonia.actor, now=timezone.now())
    coordination = desk(camille())
    coordination.goto("/places/proposal/")
    expect(coordination.locator("main")).to_contain_text("Laissé de côté")
    looked_at(coordination, "proposal-left-out")
