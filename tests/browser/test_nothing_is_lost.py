"""Two people at once, a session that died, a double click, Back: nothing is lost and nothing is doubled."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from repere.cases.models import Case
from tests.browser.steps import Desk, enter_concern, go_on, press
from tests.owner import as_owner
from tests.people import Cast


def test_two_people_saving_at_once(desk: Desk, people: Cast) -> None:
    """The second sees what the first wrote meanwhile, and both facts stand."""
    first = desk(people.amina)
    code = enter_concern(first)
    second = desk(people.odile)
    for page in (first, second):
        page.goto(f"/cases/{code}/facts/new/urgent_need_met/")
    first.locator("input[name='urgent_need_met.needs']").first.check()
    first.locator("input[name='basis']").first.check()
    go_on(first)
    second.locator("input[name='urgent_need_met.needs']").nth(1).check()
    second.locator("input[name='basis']").first.check()
    go_on(second)
    expect(second.get_by_text("Somebody else wrote in this case while you did. Both are kept.")).to_be_visible()
    second.goto(f"/cases/{code}/")
    assert second.locator(".timeline .what", has_text=re.compile("Urgent need met")).count() == 2


def test_two_people_correcting_the_same_fact(desk: Desk, people: Cast) -> None:
    """The second keeps her version in the form, sees the other's, and may send hers as a correction of it."""
    first = desk(people.amina)
    code = enter_concern(first)
    first.goto(f"/cases/{code}/")
    address = first.locator(".timeline li", has_text="Besoin urgent").get_by_role("link", name="Corriger").get_attribute("href") or ""
    second = desk(people.odile)
    first.goto(address)
    second.goto(address)
    first.locator("input[name='urgent_need.needs']").nth(2).check()
    go_on(first)
    second.locator("input[name='urgent_need.needs']").nth(3).check()
    go_on(second)
    expect(second.get_by_role("heading", name="Somebody corrected this fact before you")).to_be_visible()
    expect(second.locator("input[name='urgent_need.needs']").nth(3)).to_be_checked()
    go_on(second)
    expect(second.get_by_role("heading", level=1)).to_have_text("It is written down")


def test_a_dead_session_keeps_the_draft(desk: Desk, people: Cast) -> None:
    """What was typed is on the server a moment later, and comes back after signing in again."""
    page = desk(people.amina)
    code = enter_concern(page)
    address = f"/cases/{code}/facts/new/presumption_stated/"
    page.goto(address)
    page.get_by_label("Pourquoi le pensez-vous ?").fill("Elle dit ne jamais être payée.")
    expect(page.locator("#saved")).to_contain_text("Brouillon gardé")
    as_owner("DELETE FROM django_session")
    go_on(page)
    assert "/sign-in/" in page.url
    again = desk(people.amina)
    again.goto(address)
    expect(again.get_by_text("Votre brouillon du")).to_be_visible()
    expect(again.get_by_label("Pourquoi le pensez-vous ?")).to_have_value("Elle dit ne jamais être payée.")
    again.get_by_role("button", name="Repartir de zéro").click()
    expect(again.get_by_label("Pourquoi le pensez-vous ?")).to_have_value("")


def test_a_concern_is_finished_later(desk: Desk, people: Cast) -> None:
    page = desk(people.amina)
    page.goto("/entries/new/?fresh=1")
    page.get_by_label("Que ne faut-il jamais dire ou écrire ?").fill("Le mot association")
    press(page.get_by_role("button", name="Finir plus tard"))
    page.goto("/entries/new/")
    page.get_by_role("link", name=re.compile("Reprendre celle du")).click()
    expect(page.get_by_label("Que ne faut-il jamais dire ou écrire ?")).to_have_value("Le mot association")


def test_sending_twice_enters_once(desk: Desk, people: Cast) -> None:
    """A double click, or Back and send again, opens one case."""
    page = desk(people.amina)
    enter_concern(page)
    page.go_back()
    page.go_back()
    expect(page.get_by_role("button", name="Enregistrer la situation")).to_be_visible()
    go_on(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("C'est noté")
    with people.amina.acts() as actor:
        assert Case.objects.visible_to(actor).count() == 1


def test_words_typed_at_the_last_moment_leave_no_second_copy(desk: Desk, people: Cast) -> None:
    """The script sends what was typed while the situation itself is on its way: nothing of it comes back to be entered again."""
    page = desk(people.amina)
    page.goto("/entries/new/?fresh=1")
    for _step in range(3):
        go_on(page)
    page.get_by_label(re.compile("Nom de code")).press_sequentially("Mimosa 4711")
    page.get_by_role("button", name="Enregistrer la situation").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("C'est noté")
    page.goto("/entries/new/")
    expect(page.get_by_role("heading", level=1)).to_have_text("La joindre sans danger")
    page.goto("/")
    expect(page.get_by_text("à finir")).to_have_count(0)


def test_a_referral_that_was_being_written_comes_back(desk: Desk, people: Cast) -> None:
    page = desk(people.amina)
    code = enter_concern(page)
    page.goto(f"/cases/{code}/requests/new/")
    page.get_by_label("Jusqu'à quand peuvent-ils le voir ?").fill("31 décembre 2026")
    page.locator("input[name='needs'][value='food']").check()
    expect(page.locator("#saved")).to_contain_text("Brouillon gardé")
    page.reload()
    expect(page.get_by_text("Votre brouillon du")).to_be_visible()
    expect(page.get_by_label("Jusqu'à quand peuvent-ils le voir ?")).to_have_value("31 décembre 2026")
    expect(page.locator("input[name='needs'][value='food']")).to_be_checked()


def test_errors_stand_on_top_and_nothing_is_lost(desk: Desk, people: Cast) -> None:
    page = desk(people.amina)
    code = enter_concern(page)
    page.goto(f"/cases/{code}/facts/new/presumption_stated/")
    page.get_by_label("Pourquoi le pensez-vous ?").fill("Un doute")
    page.locator("#id_when-text").fill("la semaine des quatre jeudis")
    go_on(page)
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_label("Pourquoi le pensez-vous ?")).to_have_value("Un doute")
    page.get_by_role("alert").get_by_role("link").first.click()
    expect(page.locator(".field.wrong").first).to_be_in_viewport()
