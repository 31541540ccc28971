"""Every form of every room is filled with a word of its own; no page's address, title, header, file name, error, mail, log line or
ledger row holds it."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO, StringIO
from typing import Any
from uuid import uuid4

import pikepdf
import pytest
from django.core import mail
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from structlog import get_logger as log_of

from repere.accounts import secret_entries
from repere.cases import actions
from repere.cases.actions import extracts, papers
from repere.cases.exports.gathering import Wanted
from repere.cases.handover import views as handovers
from repere.core.needs import household
from repere.directory import actions as directory
from repere.places import actions as places
from repere.web.routes import ROUTES
from tests.accounts.moving import in_motion
from tests.cases.story import concern, grant, record
from tests.cases.test_handover import propose
from tests.cases.test_referral import agree, asked, send
from tests.directory.entries import entry, held, vetted
from tests.people import Cast, Member
from tests.places.houses import live, shelter, unit
from tests.web.test_routes import PATTERNS, address_of
from tests.web.typing_everywhere import NOT_SENT, WORD, Heard, Typist

pytestmark = pytest.mark.django_db


def busy_house(people: Cast) -> dict[Member, list[str]]:
    """One of everything that a form may be about. Addresses to be opened in any case, by who opens them."""
    now, amina = timezone.now(), people.amina.actor
    case, other, lent = (concern(amina, now=now) for _ in range(3))
    record(case, amina, "urgent_need", basis="person_said", needs=["shelter"], now=now)
    record(case, amina, "presumption_stated", grounds=["account"], now=now)
    actions.set_identity(case.person_id, tier="identity", values={"given_names": "Prénom"}, acting=amina, now=now)
    consent = agree(case, amina)
    send(case, amina, asked(consent, people.boussole))
    given = grant(lent, amina, people.boussole, ["contact_safety", "profile", "identity"])
    requisition = actions.receive_requisition(case, authority="x", text="y", words="", asked=["profile"], acting=amina, now=now)
    papers.attach_paper(case, data=blank_page(), title="Titre", group="housing", acting=amina, now=now)
    wanted = Wanted(people.atalante.pk, "support", ("given_names",))
    extract = extracts.ask_extract(wanted, why="Motif", form="csv", acting=amina, now=now)
    propose([case], people.amina, people.odile)
    actions.break_glass(code=case.code, motive="danger", reason="x", groups=["profile"], acting=people.chloe.actor, now=now)
    actions.declare_conflict(code=case.code, about=people.chloe.user.pk, acting=amina, now=now)
    house_of_beds(people, case)
    in_motion(people)
    file = f"/cases/{case.code}/"
    asked_of_us = f"requisitions/{requisition.pk}/check/"
    parts = ("", "papers/", "agreements/", f"agreements/{consent.pk}/paper/", "follow/", "requisitions/", asked_of_us)
    opened = [f"{file}{part}" for part in parts] + [f"/cases/{lent.code}/access/{given.pk}/end/", f"/cases/{other.code}/place/"]
    return {
        people.amina: [*opened, "/entries/new/?fresh=1", f"/handover/colleague/{people.odile.user.pk}/", *of_the_directory(people)],
        people.sonia: ["/places/"],
        people.odile: [f"/extracts/{extract.pk}/", "/handover/received/"],
    }


def blank_page() -> bytes:
    made = BytesIO()
    with pikepdf.new() as paper:
        paper.add_blank_page()
        paper.save(made)
    return made.getvalue()


def house_of_beds(people: Cast, case: Any) -> None:
    """A place asked for her and a question about it; a household that has to move; a shelter that asks for voices."""
    now = timezone.now()
    house, away = shelter(people.sonia), shelter(people.sonia, zone="59", name="Ailleurs")
    needs = household(["woman"])
    wanted = places.ask(reference=case.place_reference, needs=needs, urgency=2, key=uuid4(), acting=people.amina.actor, now=now)
    asked_for = places.hold(wanted.pk, unit(people.sonia, house).pk, key=uuid4(), acting=people.amina.actor, now=now)
    places.ask_back(asked_for.pk, text="Un étage ?", acting=people.sonia.actor, now=now)
    live(people.sonia, people.amina, unit(people.sonia, away, label="B"))
    places.report_incident(away.pk, kind="located", acting=people.sonia.actor, now=now)
    hidden = places.add_shelter(name="Maison cachée", zone="69", listed=False, acting=people.sonia.actor, now=now)
    places.ask_for_voice(hidden.pk, people.atalante.pk, acting=people.sonia.actor, now=now)


def of_the_directory(people: Cast) -> list[str]:
    now, found = timezone.now(), vetted(people, people.pascal)
    held(found, people.pascal, people.amina, since=timezone.localdate())
    entry(people.bruno, structure="Maison des essais", kind="specialised_association", function="legal", name="Permanence")
    fields = {"structure": "Foyer inventé", "kind": "shelter", "function": "shelter", "name": "Accueil inventé", "tier": 2, "phone": ""}
    hidden = entry(people.amina, **fields)
    with people.amina.acts() as acting:
        secret_entries.keep_secret(hidden.pk, {"address": "passage inventé"}, acting=acting, now=now)
        kept = directory.keep_convention(
            parties=["Atalante", "Boussole"], object="x", state="signed", territories=["69"], acting=acting, now=now
        )  # fmt: skip
    return [f"/directory/entries/{hidden.pk}/closed/", f"/directory/conventions/{kept.pk}/", f"/directory/entries/{found.pk}/"]


def mails() -> str:
    """What letters say, and forgets them. Whom one goes to is an address that somebody typed to be written to."""
    said = "".join(f"{one.subject} {one.body} {sorted(set(one.extra_headers.values()))}" for one in mail.outbox)
    mail.outbox.clear()
    return said


def test_nothing_typed_into_any_form_escapes(people: Cast, log: StringIO) -> None:
    """Each form as somebody of the house meets it; what no page leads to is sent to all the same."""
    heard, always = Heard(), busy_house(people)
    inside = {name: pattern for name, pattern in PATTERNS.items() if name in ROUTES and ROUTES[name].audience == "signed_in"}
    starts = [reverse(name) for name, pattern in inside.items() if "GET" in ROUTES[name].methods and not pattern.pattern.converters]
    for member in (people.amina, people.odile, people.chloe, people.sonia, people.bruno):
        Typist(member.sign_in, heard, log, mails).walk(starts, always=always.get(member, []))
    Typist(lambda client: client, heard, log, mails).walk([], always=["/sign-in/", "/join/"])
    typist = Typist(people.amina.sign_in, heard, log, mails)
    for name, route in ROUTES.items():
        if "POST" in route.methods and name not in heard.answers:
            typist.bluntly(name, address_of(name, {"code": "ZZZZZZZZ"}))
    assert heard.broken == []
    assert heard.escaped == []
    assert {name for name, route in ROUTES.items() if "POST" in route.methods} - set(heard.answers) == NOT_SENT
    taken = {name for name, statuses in heard.answers.items() if statuses[302]}
    assert TAKEN - taken == set(), "the word was refused everywhere: nothing was typed"
    assert heard.read > 50, "the reader herself reads what she typed"


# Forms that were truly taken with the word in them, one at least of each room and subject.
TAKEN = {
    "cases:concern", "cases:fact_new", "cases:fact_correct", "cases:identity", "cases:task_snooze", "cases:task_waive", "cases:conflicts",
    "cases:requisitions", "cases:referral_new", "cases:offer_act", "cases:handover_act", "cases:place_act", "cases:urgency_review",
    "cases:access_end", "cases:ending_step", "accounts:member_invite", "accounts:apply", "accounts:factor_reset_ask",
    "directory:entry_act", "directory:contact_act", "directory:address_act", "places:asked_act", "places:house_act", "places:new",
    "places:vouching", "places:moving_act",
}  # fmt: skip
LEAKS: dict[str, Callable[[str], HttpResponse]] = {
    "Location": lambda text: HttpResponseRedirect(f"/help/?q={text}"),
    "Content-Disposition": lambda text: HttpResponse(headers={"Content-Disposition": f'attachment; filename="{text}.pdf"'}),
    "title": lambda text: HttpResponse(f"<title>{text}</title>"),
    "address": lambda text: HttpResponse(f'<a href="/help/{text}/">x</a>'),
    "cookies": lambda text: _with_cookie(HttpResponse(), text),
    "error page 400": lambda text: HttpResponse(text, status=400),
    "log": lambda text: (log_of("repere").warning("sent", where=text), HttpResponse())[1],
    "mail": lambda text: (mail.send_mail(f"About {text}", "x", None, ["a@exemple.example"]), HttpResponse())[1],
}


def _with_cookie(answer: HttpResponse, text: str) -> HttpResponse:
    answer.set_cookie("last", text)
    return answer


@pytest.mark.parametrize("where", LEAKS)
def test_a_word_that_escapes_is_heard(where: str, people: Cast, log: StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each way out that the test above listens at, opened in turn."""
    heard = Heard()
    typist = Typist(people.amina.sign_in, heard, log, mails)
    leak = LEAKS[where]
    monkeypatch.setattr(handovers.actions, "say_languages", lambda *_, **__: None)
    monkeypatch.setattr(handovers, "redirect", lambda *_, **__: leak(f"{WORD}1"))
    typist.bluntly("cases:languages", reverse("cases:languages"))
    assert where in {place for _form, place, _text in heard.escaped}
