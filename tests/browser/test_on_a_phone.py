"""A corridor at 23:00, a phone of 390 pixels: what is due first is on the first screen, and what is long is folded, not lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from repere.cases.models import Case, Fact
from tests.browser.conftest import DESK, PHONE, violations
from tests.browser.steps import Desk
from tests.cases.story import concern, record, told
from tests.directory.entries import held, vetted
from tests.people import Cast, Member

TARGET = 44


@pytest.fixture
def long_file(people: Cast) -> Case:
    """A file with a dozen facts, several duties of hers and one of somebody else's."""
    case = concern(people.amina.actor, now=timezone.now())
    for number in range(1, 9):
        record(case, people.amina.actor, "urgent_need", f"2026-05-0{number}", now=timezone.now(), needs=["shelter", "food"])
    record(case, people.amina.actor, "presumption_stated", now=timezone.now(), grounds=["account"])
    return case


def oldest(case: Case, member: Member) -> str:
    with member.acts() as actor:
        fact = Fact.objects.visible_to(actor).filter(case=case, kind="urgent_need").order_by("latest").first()
    assert fact is not None
    return str(fact.pk)


def small_targets(page: Page, selector: str) -> Iterator[str]:
    for link in page.locator(selector).all():
        box = link.bounding_box()
        if link.is_visible() and box and (box["width"] < TARGET or box["height"] < TARGET):
            yield f"{link.inner_text()} {box['width']:.0f}×{box['height']:.0f}"


def test_a_long_file_is_folded_on_a_phone_and_open_on_a_desk(desk: Desk, people: Cast, long_file: Case) -> None:
    """The three newest facts are read at once; an older one is one press, or one link, away."""
    past = f"#fact-{oldest(long_file, people.amina)}"
    page = desk(people.amina, viewport=PHONE)
    page.goto(f"/cases/{long_file.code}/")
    assert page.locator(".timeline > li:visible").count() == 3
    expect(page.locator(past)).not_to_be_visible()
    assert list(small_targets(page, ".timeline .meta a, .section-head a, nav.index a, details > summary")) == []
    assert violations(page) == []
    page.get_by_text("faits plus anciens").click()
    expect(page.locator(past)).to_be_visible()
    page.goto("/about/")
    page.goto(f"/cases/{long_file.code}/{past}")
    expect(page.locator(past)).to_be_in_viewport()
    wide = desk(people.amina, viewport=DESK)
    wide.goto(f"/cases/{long_file.code}/")
    expect(wide.locator(past)).to_be_visible()
    expect(wide.get_by_text("faits plus anciens")).not_to_be_visible()
    correct = wide.locator(f"{past} .meta a").first
    correct.focus()
    expect(correct).to_be_focused()
    assert violations(wide) == []


def test_what_a_very_long_file_began_with_is_one_press_or_one_link_away(desk: Desk, people: Cast, long_file: Case) -> None:
    for number in range(1, 8):
        record(long_file, people.amina.actor, "urgent_need_met", f"2026-06-0{number}", now=timezone.now(), needs=["food"])
    past = f"#fact-{oldest(long_file, people.amina)}"
    page = desk(people.amina, viewport=DESK)
    page.goto(f"/cases/{long_file.code}/")
    assert page.locator(past).count() == 0
    before = page.get_by_text("faits avant ceux-ci")
    before.focus()
    page.keyboard.press("Enter")
    expect(page.locator(past)).to_be_visible()
    expect(before).to_be_focused()
    assert violations(page) == []
    page.goto("/about/")
    page.goto(f"/cases/{long_file.code}/{past}")
    expect(page.locator(past)).to_be_in_viewport()
    page.emulate_media(media="print")
    expect(page.locator(past)).to_be_visible()
    page.goto(f"/cases/{long_file.code}/")
    expect(page.get_by_text("pas sur ce papier")).to_be_visible()
    page.emulate_media(media="screen")
    expect(page.get_by_text("pas sur ce papier")).not_to_be_visible()


def test_the_worklist_shows_what_is_due_first_and_says_how_much_more_there_is(desk: Desk, people: Cast) -> None:
    """Nothing is left out: what is folded is counted, and the arrow keys do not get lost in it."""
    now = timezone.now()
    for _ in range(10):
        case = concern(people.amina.actor, now=now)
        for need in ("shelter", "food", "medical"):
            told(case, people.amina.actor, "urgent_need", now=now, fields={"needs": [need]}, basis="person_said", key=uuid4())
    page = desk(people.amina, viewport=PHONE)
    page.goto("/?tab=due")
    lines = page.locator("a[data-line]")
    shown = lines.locator("visible=true")
    first = shown.first.bounding_box()
    assert first is not None
    assert first["y"] + first["height"] < PHONE["height"]
    assert shown.count() == 8
    folded = page.locator("main details.fold > summary")
    counted = sum(int(summary.inner_text().split()[0]) for summary in folded.locator("visible=true").all())
    assert counted == lines.count() - shown.count() > 0
    shown.nth(0).focus()
    page.keyboard.press("ArrowDown")
    expect(shown.nth(1)).to_be_focused()
    assert violations(page) == []
    wide = desk(people.amina, viewport=DESK)
    wide.goto("/?tab=due")
    assert wide.locator("a[data-line]:visible").count() == lines.count()
    assert violations(wide) == []


def test_nothing_is_needed_but_the_page_itself_to_open_what_is_folded(desk: Desk, people: Cast, long_file: Case) -> None:
    page = desk(people.amina, viewport=PHONE, java_script_enabled=False)
    page.goto(f"/cases/{long_file.code}/")
    page.get_by_text("faits plus anciens").click()
    expect(page.locator(f"#fact-{oldest(long_file, people.amina)}")).to_be_visible()


def test_a_vacant_post_and_the_table_of_the_coverage_fit_a_phone(desk: Desk, people: Cast) -> None:
    """The longest sentence of the directory made every page that held it scroll sideways."""
    held(vetted(people, people.pascal), people.pascal, None, since=date(2026, 1, 1), ends_on=date(2026, 2, 1))
    page = desk(people.amina, viewport=PHONE)
    page.goto("/directory/?q=pr%C3%A9fecture+69")
    expect(page.get_by_text("Poste vacant")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.goto("/directory/coverage/")
    caption = page.locator("caption").bounding_box()
    assert caption is not None
    assert caption["width"] > PHONE["width"] / 2, "one word on each line"
