"""Every address of this room × every member who should not × every verb. The addresses come from the URL conf itself.

An intruder has everything but the one relation: she is signed in, in the same role, at an organisation of the same kind and
territory, and holds the real code or id. What an address answers her is declared here; an address without a declaration fails.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, reverse
from django.utils import timezone

from repere.accounts.acting import acting_as
from repere.cases import actions, urls
from repere.cases.models import BreakGlass, Case, ConflictOfInterest
from repere.ledger.models import Entry
from tests.cases.story import NOW, concern, facts, grant, record, tasks
from tests.people import Cast, Member, each_their_own

VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
PAGES = {
    # Names one object of one file: whoever has no relation to it meets nothing.
    "of_a_file": {
        "case",
        "entered",
        "access_give",
        "access_end",
        "identity",
        "interpreters",
        "interpreter_act",
        "fact_choose",
        "fact_new",
        "recorded",
        "fact_correct",
        "fact_withdraw",
        "fact_keep",
        "fact_discard",
        "rule",
        "right",
        "demands",
        "compare",
        "looks",
        "looks_paper",
        "next_steps",
        "card",
        "card_paper",
        "follow",
        "hand_over",
        "requisitions",
        "requisition_step",
        "task_assign",
        "task_snooze",
        "task_resume",
        "task_waive",
        "task_reopen",
        "urgency_review",
        "conflict_end",
        "consents",
        "consent_new",
        "consent_withdraw",
        "consent_paper",
        "report",
        "handover_act",
        "case_referrals",
        "referral_new",
        "offer",
        "offer_act",
        "capsule_make",
        "place",
        "place_request",
        "place_change",
        "place_act",
        "moved",
        "moved_not_there",
        "marks",
        "marks_act",
        "papers",
        "paper_open",
        "paper_remove",
        "extract",
        "extract_decide",
        "extract_make",
        "extract_fetch",
        "ending",
        "ending_step",
    },
    # Shows lists of what the reader's own organisation may see.
    "of_the_reader": {"worklist", "search", "notices", "urgencies", "conflicts", "referrals", "extracts", "extract_statistics",
                      "extract_work", "handover", "handover_received", "handover_nobody", "handover_colleague", "wishes",
                      "endings", "endings_step"},
    # Begins something of the reader's own.
    "begins": {"concern_new", "concern", "concern_discard", "concern_keep", "urgency_open", "team", "extract_new", "extract_received",
               "languages", "wish"},
    # About colleagues of the reader's own organisation, never about a file; tested with the ledger's alerts and in accounts.
    "about_colleagues": {"colleagues", "freeze", "unfreeze", "freeze_read", "alerts", "alert_seen", "kept_away_read"},
}
SECRETS = ("Zorahmarqueur", "Saule 4711")


def patterns() -> Iterator[URLPattern]:
    yield from (pattern for pattern in urls.urlpatterns if isinstance(pattern, URLPattern))


def test_every_address_of_the_room_declares_what_it_answers_an_intruder() -> None:
    declared = [name for names in PAGES.values() for name in names]
    assert sorted(declared) == sorted(str(pattern.name) for pattern in patterns())


@dataclass(frozen=True)
class Scene:
    case: Case
    arguments: dict[str, Any]


@pytest.fixture
def scene(people: Cast) -> Scene:
    """A file of Atalante's with everything an address can name."""
    amina = people.amina.actor
    case = concern(amina, pseudonym=SECRETS[1])
    fact = record(case, amina, "presumption_stated", grounds=["account"])
    actions.set_identity(case.person_id, tier="identity", values={"given_names": SECRETS[0]}, acting=amina, now=NOW)
    given = grant(case, amina, people.boussole, ["profile"])
    asked = actions.receive_requisition(case, authority="x", text="y", words="", asked=["profile"], acting=amina, now=NOW)
    opened = actions.break_glass(
        code=case.code, motive="danger", reason="x", groups=["profile"], acting=people.chloe.actor, now=timezone.now()
    )
    actions.declare_conflict(code=case.code, about=people.odile.user.pk, acting=amina, now=NOW)
    with acting_as(amina):
        kept = ConflictOfInterest.objects.visible_to(amina).get()
    arguments = {
        "code": case.code,
        "grant": given.pk,
        "fact": fact.pk,
        "kind": "runaway",
        "form": "fact:runaway",
        "rule_id": "fr.report_ill_treatment",
        "task": tasks(case, amina)[0].pk,
        "requisition": asked.pk,
        "name": "check",
        "urgency": opened.pk,
        "conflict": kept.pk,
        "note": uuid4(),
        "consent": uuid4(),
        "offer": uuid4(),
        "key": uuid4(),
        "step": "concern",
        "user": people.odile.user.pk,
        "freeze": uuid4(),
        "alert": uuid4(),
        "paper": uuid4(),
        "extract": uuid4(),
        "request_id": uuid4(),
        "act": "cancel",
        "handover": uuid4(),
        "entry": uuid4(),
    }
    return Scene(case, arguments)


def address(scene: Scene, name: str) -> str:
    pattern = next(pattern for pattern in patterns() if pattern.name == name)
    wanted = re.findall(r"<(?:\w+:)?(\w+)>", str(pattern.pattern))
    return reverse(f"cases:{name}", kwargs={word: scene.arguments[word] for word in wanted})


def state(scene: Scene, people: Cast) -> Any:
    """What may not have moved: revisions, facts, tasks, urgencies, requisitions, and writes in the ledger about her."""
    with acting_as(people.amina.actor) as amina:
        case = Case.objects.visible_to(amina).get(pk=scene.case.pk)
        written = Entry.objects.filter(kind="write", subjects__contains=[case.person_id]).count()
        reviewed = BreakGlass.objects.visible_to(amina).filter(reviewed_at=None).count()
        return case.revision, len(facts(case, amina)), len(tasks(case, amina)), reviewed, written


INTRUDERS: dict[str, Callable[[Cast], Member]] = {
    "same kind, role and territory": lambda people: people.ines,
    "a body of the State": lambda people: people.pascal,
    "who investigates": lambda people: people.karim,
    "kept away by a conflict of interest": lambda people: people.odile,
}


@pytest.mark.parametrize("who", INTRUDERS)
def test_an_intruder_meets_nothing_at_any_address_by_any_verb(who: str, scene: Scene, people: Cast, signed_in: Any) -> None:
    client, before = signed_in(INTRUDERS[who](people)), state(scene, people)
    told = {
        "reason": "x",
        "why": "x",
        "words": "x",
        "was_right": "yes",
        "way": "cover",
        "to": "me",
        "q": scene.case.code,
        "key": str(uuid4()),
    }
    for name in sorted(PAGES["of_a_file"]):
        for verb in VERBS:
            answer = client.generic(verb, address(scene, name), **_form(told) if verb == "POST" else {})
            assert answer.status_code in (404, 405), (name, verb, answer.status_code)
            _tells_nothing(answer, name, verb)
    for name in sorted(PAGES["of_the_reader"]):
        for verb in ("GET", "POST"):
            answer = client.generic(verb, address(scene, name), **_form({"q": scene.case.code}) if verb == "POST" else {})
            _tells_nothing(answer, name, verb)
    assert state(scene, people) == before


def test_an_absent_object_and_a_foreign_one_are_answered_by_the_same_bytes(scene: Scene, people: Cast, signed_in: Any) -> None:
    client = signed_in(people.ines)
    absent = Scene(scene.case, scene.arguments | {"code": "ZZZZZZZZ", "task": uuid4(), "urgency": uuid4(), "conflict": uuid4()})
    for name in sorted(PAGES["of_a_file"]):
        pages = [_without_nonce(client.get(address(one, name))) for one in (scene, absent)]
        assert pages[0] == pages[1], name


def test_an_administrator_without_urgency_opens_no_file_by_any_verb(scene: Scene, people: Cast, signed_in: Any) -> None:
    with acting_as(people.amina.actor) as amina:
        opened = BreakGlass.objects.visible_to(amina).get()
    actions.review_break_glass(opened, was_right=False, words="x", acting=people.amina.actor, now=NOW)
    other = concern(people.amina.actor)
    client = signed_in(people.chloe)
    elsewhere = Scene(other, scene.arguments | {"code": other.code})
    for name in sorted(PAGES["of_a_file"] - {"urgency_review", "conflict_end", "case"}):
        if other.code in address(elsewhere, name):
            for verb in ("GET", "POST"):
                assert client.generic(verb, address(elsewhere, name)).status_code in (403, 404, 405), (name, verb)


def test_nobody_signed_in_is_sent_to_the_door(scene: Scene) -> None:
    for pattern in patterns():
        for verb in VERBS:
            answer = Client().generic(verb, address(scene, str(pattern.name)))
            assert answer.status_code in (302, 403, 404, 405), (pattern.name, verb)
            _tells_nothing(answer, str(pattern.name), verb)


# ---- the State


STATE = {"pascal": "prefecture", "karim": "police"}


@pytest.mark.parametrize("name", STATE)
def test_a_role_of_the_state_lists_searches_and_counts_only_its_own_and_what_was_sent_to_it(
    name: str, people: Cast, signed_in: Any
) -> None:
    member: Member = getattr(people, name)
    amina = people.amina.actor
    sent, kept = concern(amina, pseudonym="Ajonc 4711"), concern(amina, pseudonym="Cèdre 4712")
    for case in (sent, kept):
        record(case, amina, "person_described", nationality_group="third_country")
        actions.set_identity(case.person_id, tier="identity", values={"given_names": "Zorahmarqueur"}, acting=amina, now=NOW)
    grant(sent, amina, member.organisation, ["profile", "identification"])
    client = signed_in(member)
    asked = ("", "?residence=irregular", "?nationality_group=third_country", "?tab=new&residence_status=none", "?q=third_country")
    for page in ("worklist", "search", "notices", "urgencies", "conflicts"):
        seen = [client.get(reverse(f"cases:{page}") + query).content.decode() for query in asked]
        assert all("Cèdre 4712" not in text and kept.code not in text for text in seen), page
    for text in ("Zorahmarqueur", "Cèdre 4712", kept.code, "third_country", "irregular", "sans titre"):
        answer = client.post(reverse("cases:search"), {"q": text}, follow=True).content.decode()
        assert f"/cases/{sent.code}/" not in answer, text
        assert f"/cases/{kept.code}/" not in answer, text
    assert "Ajonc 4711" in client.get(f"/cases/{sent.code}/").content.decode(), "what was sent to it by name is there"


def test_a_file_followed_by_named_colleagues_answers_a_colleague_only_with_what_the_team_sees(people: Cast, signed_in: Any) -> None:
    each_their_own(people.atalante)
    case = concern(people.amina.actor)
    client = signed_in(people.odile)
    assert client.get(f"/cases/{case.code}/").status_code == 200
    for closed in ("identity/", "requisitions/", "access/new/"):
        assert client.get(f"/cases/{case.code}/{closed}").status_code == 404, closed


def _form(told: dict[str, str]) -> dict[str, Any]:
    return {"data": urlencode(told), "content_type": "application/x-www-form-urlencoded"}


def _tells_nothing(answer: Any, name: str, verb: str) -> None:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = body.decode(errors="replace") + str(answer.headers)
    for secret in SECRETS:
        assert secret not in text, (name, verb)


def _without_nonce(answer: Any) -> tuple[int, str]:
    """What differs from one answer to the next whoever asks: the nonce, the form token."""
    text = re.sub(r'nonce="[^"]+"|csrfmiddlewaretoken" value="[^"]+"|X-CSRFToken[^}]+', "", answer.content.decode())
    return answer.status_code, text
