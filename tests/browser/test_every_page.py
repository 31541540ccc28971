"""Every page, on a phone and on a desk: axe finds nothing, nothing sticks out, no page says in its title what it is about."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from repere.accounts import secret_entries
from repere.cases import actions
from repere.cases.consent.actions import Agreement, Voice, record_consent
from repere.cases.models import Case
from repere.directory import actions as actions_of_directory
from repere.directory.entry_models import Contact
from repere.directory.models import Organisation
from repere.places import actions as actions_of_places
from repere.places.queries.moved import said_moves
from tests.accounts.moving import in_motion
from tests.browser.conftest import DESK, PHONE, violations
from tests.browser.reach import unreached
from tests.browser.steps import Desk, enter_concern, go_on, presume
from tests.cases.story import grant
from tests.cases.test_moved import accepted, moved_by_the_shelter_itself
from tests.directory.entries import entry, held, vetted
from tests.people import Cast
from tests.places.houses import arrive

SCREENSHOTS = os.environ.get("REPERE_SCREENSHOTS")
MISSING = ("/cases/ZZZZZZZZ/", "/no-such-page/")
TOLD_BY_TITLES = ("victim", "traite", "traffick", "exploit", "police", "prostitu")


def look(page: Page, address: str, found: list[str]) -> None:
    answer = page.goto(address)
    if answer is not None and answer.status >= 400 and address not in MISSING:
        found.append(f"{address} answered {answer.status}")
    found += violations(page)
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append(f"{address} is wider than its window")
    if any(word in page.title().lower() for word in TOLD_BY_TITLES):
        found.append(f"{address} says in its title what it is about: {page.title()}")
    if len(page.get_by_role("heading", level=1).all()) != 1:
        found.append(f"{address} has not exactly one main heading")
    found += unreached(page)


def addresses(code: str, fact: str, task: str) -> list[str]:
    case = f"/cases/{code}/"
    return [
        "/", "/?tab=due", "/?tab=waiting", "/?tab=new", "/?tab=later", "/search/", "/notices/", "/entries/new/?fresh=1",
        case, f"{case}?kind=profile", f"{case}identity/", f"{case}access/new/", f"{case}entered/",
        f"{case}facts/new/", f"{case}facts/new/?q=plainte", f"{case}facts/new/person_described/",
        f"{case}facts/new/exploitation_described/", f"{case}facts/new/safe_contact_instructions/", f"{case}facts/{fact}/",
        f"{case}facts/{fact}/correct/", f"{case}facts/{fact}/withdraw/", f"{case}rules/fr.residence_permit_complaint/",
        f"{case}rules/common.presumed/", f"{case}compare/", f"{case}next-steps/", f"{case}card/", f"/tasks/{task}/snooze/",
        f"/tasks/{task}/waive/", "/rules/", "/rules/?q=L.316-1", "/rules/?q=rien+de+tel", "/rules/fr.residence_permit_complaint/",
        "/sources/", "/sources/coe.197.art10-1/", "/mechanism/", "/mechanism/?mechanism=uk", "/about/", "/help/", "/cases/ZZZZZZZZ/",
    ]  # fmt: skip


def house_addresses(people: Cast, code: str, urgency: str) -> list[str]:
    """Pages that a worker opens about a file's followers, its readers, her colleagues, her own account and the directory."""
    case, found = f"/cases/{code}/", vetted(people, people.pascal)
    held(found, people.pascal, people.amina, since=timezone.localdate())
    kept = hidden_entry(people)
    moved_and_not_there(people, code)
    with_mailbox = entry(people.amina, structure="Corps inventé", name="Ligne inventée", email="ligne@example.org")
    with people.amina.acts():
        mailbox = Contact.objects.get(service=with_mailbox, kind="email").pk
    return [
        f"{case}place/marks/", f"{case}moved/no/", f"{case}place/?again=1", f"/directory/contacts/{mailbox}/mailbox/",
        kept, f"{kept}edit/", f"{kept}closed/", "/directory/lists/", "/directory/lists/?list=crip&territory=69",
        f"{case}interpreters/",
        f"{case}follow/", f"{case}hand-over/", f"{case}looks/", f"{case}requisitions/",
        f"{case}requisitions/{answered(people, code)}/paper/", "/colleagues/", "/conflicts/",
        "/urgent/", "/urgent/open/", f"/urgent/{urgency}/", "/account/", "/account/factors/new/", "/account/password/", "/confirm/",
        "/handover/", "/handover/received/", "/handover/nobody/", f"/handover/colleague/{people.odile.user.pk}/", "/calendar/",
        f"{case}agreements/", f"{case}agreements/{agreed(people, code)}/paper/", f"{case}report/", f"{case}end/", "/ends/",
        "/directory/", "/directory/?q=pr%C3%A9fecture", "/directory/new/", "/directory/to-vouch/", f"/directory/entries/{found.pk}/",
        "/directory/coverage/", "/directory/safe-place/", "/directory/conventions/", "/directory/files/",
    ]  # fmt: skip


def moved_and_not_there(people: Cast, code: str) -> None:
    """A place was found for her, the shelter had to move her, and she is not where it said."""
    with people.amina.acts() as actor:
        case = Case.objects.visible_to(actor).get(code=code)
    held = accepted(people, case)
    arrive(people.sonia, people.amina, held.pk, now=timezone.now())
    moved_by_the_shelter_itself(people, held)
    with people.amina.acts() as actor:
        said = said_moves(actor).get()
    actions_of_places.confirm_move(said.pk, there=False, acting=people.amina.actor, now=timezone.now())


def hidden_entry(people: Cast) -> str:
    """The address of an entry that Amina keeps hidden, with something kept closed."""
    fields = {"structure": "Foyer inventé", "kind": "shelter", "function": "shelter", "name": "Accueil inventé", "tier": 2, "phone": ""}
    hidden = entry(people.amina, **fields)
    with people.amina.acts() as acting:
        secret_entries.keep_secret(hidden.pk, {"address": "passage inventé"}, acting=acting, now=timezone.now())
        actions_of_directory.show_to(hidden.pk, people.boussole.pk, acting=acting, now=timezone.now())
    return f"/directory/entries/{hidden.pk}/"


def administration_addresses(people: Cast) -> list[str]:
    """Pages of an administrator: members of the house, and vouching for an organisation that asks to come in."""
    in_motion(people)
    candidate, colleague = Organisation.objects.get(name="Candidate").pk, people.amina.membership.pk
    return [
        "/members/", "/members/invite/", f"/members/{colleague}/end/", f"/members/{colleague}/lost/", "/organisations/",
        f"/organisations/{candidate}/", f"/organisations/{people.boussole.pk}/", "/colleagues/", "/colleagues/alerts/",
        "/account/",
    ]  # fmt: skip


def answered(people: Cast, code: str) -> str:
    """A requisition with an answer that waits for the second person."""
    with people.amina.acts() as actor:
        case = Case.objects.visible_to(actor).get(code=code)
    told = {"authority": "Parquet inventé", "text": "CPP 77-1-1", "words": "", "asked": ["profile"]}
    row = actions.receive_requisition(case, **told, acting=people.amina.actor, now=timezone.now())
    actions.check_requisition(row, acting=people.amina.actor, now=timezone.now())
    return str(actions.prepare_answer(row, given=["profile"], acting=people.amina.actor, now=timezone.now()).pk)


def agreed(people: Cast, code: str) -> str:
    """An agreement of hers, of which a paper can be made."""
    with people.amina.acts() as actor:
        case, today = Case.objects.visible_to(actor).get(code=code), timezone.localdate()
    told = Agreement("support", "specialised_association", ("profile",), ("here",), today)
    return str(record_consent(case, told, Voice(), key=uuid4(), acting=people.amina.actor, now=timezone.now()).pk)


OF_THE_DOOR = ["/join/", "/join/thank-you/", "/seen/nonsense/"]


def opened_by_urgency(people: Cast, code: str) -> str:
    opened = actions.break_glass(
        code=code, motive="danger", reason="x", groups=["profile"], acting=people.chloe.actor, now=timezone.now()
    )  # fmt: skip
    return str(opened.pk)


def share(people: Cast, code: str) -> str:
    """The case and her name opened to another organisation; the address of the page on which that is ended."""
    with people.amina.acts() as actor:
        case = Case.objects.visible_to(actor).get(code=code)
    given = grant(case, people.amina.actor, people.boussole, ["contact_safety", "profile", "identity"], now=timezone.now())
    return f"/cases/{code}/access/{given.pk}/end/"


# Every day one page on a desk in the light, the next on a phone in the dark; every page in every look in `make security`.
THOROUGH = bool(os.environ.get("REPERE_THOROUGH"))
LOOKS = [("desk", "light"), ("phone", "dark"), *([("desk", "dark"), ("phone", "light")] if THOROUGH else [])]


def looked_at(pages: Sequence[str], size: str) -> Sequence[str]:
    """Those whose turn it is in this look."""
    return pages if THOROUGH else pages[size == "phone" :: 2]


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_axe_finds_nothing(desk: Desk, people: Cast, size: str, scheme: str) -> None:
    page = desk(people.amina, viewport=DESK if size == "desk" else PHONE, color_scheme=scheme)
    found: list[str] = []
    code = enter_concern(page)
    presume(page, code)
    fact = page.url.rstrip("/").rsplit("/", 1)[-1]
    page.goto(f"/cases/{code}/")
    task = (page.locator(".duty[id]").first.get_attribute("id") or "").removeprefix("task-")
    for address in looked_at([*addresses(code, fact, task), share(people, code)], size):
        look(page, address, found)
    look(desk(people.bruno, viewport=DESK if size == "desk" else PHONE, color_scheme=scheme), f"/cases/{code}/identity/", found)
    look(desk(people.chloe, viewport=DESK if size == "desk" else PHONE, color_scheme=scheme), "/", found)
    anonymous = desk(None, viewport=DESK if size == "desk" else PHONE, color_scheme=scheme)
    for address in ("/sign-in/", "/about/", "/no-such-page/"):
        look(anonymous, address, found)
    assert found == []


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_axe_finds_nothing_on_pages_of_the_house(desk: Desk, people: Cast, size: str, scheme: str) -> None:
    options = {"viewport": DESK if size == "desk" else PHONE, "color_scheme": scheme}
    page = desk(people.amina, **options)
    found: list[str] = []
    code = enter_concern(page)
    for address in looked_at(house_addresses(people, code, opened_by_urgency(people, code)), size):
        look(page, address, found)
    administrator = desk(people.chloe, **options)
    for address in looked_at(administration_addresses(people), size):
        look(administrator, address, found)
    anonymous = desk(None, **options)
    for address in looked_at(OF_THE_DOOR, size):
        look(anonymous, address, found)
    assert found == []


def test_axe_finds_nothing_on_open_parts(desk: Desk, people: Cast) -> None:
    """Menus, disclosures, errors and the help dialog, once they are open."""
    page = desk(people.amina)
    code = enter_concern(page)
    presume(page, code)
    page.goto(f"/cases/{code}/")
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    expect(page.locator(".loaded .right-line").first).to_be_visible()
    found = violations(page)
    page.goto(f"/cases/{code}/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    found += violations(page)
    page.goto(f"/cases/{code}/facts/new/presumption_stated/")
    go_on(page)
    expect(page.get_by_role("alert")).to_be_focused()
    found += violations(page)
    assert found == []


def test_400_percent_zoom_holds(desk: Desk, people: Cast) -> None:
    """At 1280 pixels and 400 %, a window is 320 pixels wide."""
    page = desk(people.amina, viewport={"width": 320, "height": 256})
    code = enter_concern(page)
    presume(page, code)
    found = []
    for address in ("/", f"/cases/{code}/", f"/cases/{code}/facts/new/person_described/", f"/cases/{code}/compare/", "/rules/"):
        page.goto(address)
        if page.evaluate("document.documentElement.scrollWidth") > 320:
            found.append(address)
    assert found == []


@pytest.mark.skipif(not SCREENSHOTS, reason="REPERE_SCREENSHOTS names the folder that screenshots go to.")
def test_screenshots(desk: Desk, people: Cast) -> None:
    folder = Path(SCREENSHOTS or ".")
    folder.mkdir(parents=True, exist_ok=True)
    for name, size in (("desk", DESK), ("phone", PHONE)):
        page = desk(people.amina, viewport=size)
        page.goto("/entries/new/?fresh=1")
        page.screenshot(path=folder / f"concern-{name}.png")
        code = enter_concern(page)
        presume(page, code)
        parts = {"case": "", "who-looked": "looks/", "follow": "follow/", "access": "access/new/", "compare": "compare/"}
        for shown, address in parts.items():
            page.goto(f"/cases/{code}/{address}")
            page.screenshot(path=folder / f"{shown}-{name}.png")
        page.goto("/")
        page.screenshot(path=folder / f"worklist-{name}.png")
