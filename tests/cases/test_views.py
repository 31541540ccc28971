"""The pages of the cases room, as a browser without scripts sees them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from repere.accounts.acting import acting_as
from repere.cases.actions.by_the_house import house
from repere.cases.models import Case, Draft, Task
from repere.ledger.models import Entry
from tests.cases.story import concern, grant, record, told
from tests.people import Cast, Member

SignIn = Callable[[Member], Client]
SECRET = "Marie Exemple dort au 12 rue des Lilas"


def cases_of(member: Member) -> list[Case]:
    with member.acts() as actor:
        return list(Case.objects.visible_to(actor).order_by("opened_at"))


def enter(client: Client, **steps: dict[str, Any]) -> str:
    """Through every step of a concern; the address it ends on."""
    address = client.get("/entries/new/?fresh=1")["Location"]
    while "/entries/" in address:
        step = address.rstrip("/").rsplit("/", 1)[-1]
        answer = client.post(address, steps.get(step, {}))
        assert answer.status_code == 302, answer.content.decode()[:2000]
        address = answer["Location"]
    return str(address)


def test_an_empty_concern_is_enough(signed_in: SignIn, people: Cast) -> None:
    """Nobody is made to answer anything: a doubt opens a case."""
    client = signed_in(people.amina)
    assert client.get(enter(client)).status_code == 200
    assert len(cases_of(people.amina)) == 1


def test_what_was_answered_stands_in_the_case(signed_in: SignIn, people: Cast) -> None:
    """How to reach her stands on top of the page; what was told is on the timeline."""
    client = signed_in(people.amina)
    enter(
        client,
        contact={"safe_contact_instructions.can_contact": "yes", "safe_contact_instructions.never_say": SECRET},
        needs={"urgent_need.needs": ["shelter"], "concern_reported.urgency": "immediate"},
        suspected={"concern_reported.reporter": "person_herself", "concern_reported.forms_suspected": ["forced_labour"]},
        person={"person_described.turns_18": "printemps 2019", "pseudonym": "Mimosa bleu"},
    )
    case = cases_of(people.amina)[0]
    page = client.get(f"/cases/{case.code}/").content.decode()
    assert case.pseudonym == "Mimosa bleu"
    assert SECRET in page
    assert page.index(SECRET) < page.index('id="who"')
    assert "Travail forcé" in page


def test_the_same_concern_sent_twice_is_one_case(signed_in: SignIn, people: Cast) -> None:
    client = signed_in(people.amina)
    address = client.get("/entries/new/?fresh=1")["Location"].replace("/contact/", "/person/")
    assert client.post(address, {})["Location"] == client.post(address, {})["Location"]
    assert len(cases_of(people.amina)) == 1


def test_a_concern_keeps_what_was_typed(signed_in: SignIn, people: Cast) -> None:
    """As it is typed, and under seal."""
    client = signed_in(people.amina)
    address = client.get("/entries/new/?fresh=1")["Location"]
    assert b"Brouillon" in client.post(f"{address}keep/", {"safe_contact_instructions.never_say": SECRET}).content
    assert SECRET in client.get(address).content.decode()
    with people.amina.acts() as actor:
        assert SECRET.encode() not in bytes(Draft.objects.visible_to(actor).get().body)


def test_a_late_autosave_brings_no_draft_back(signed_in: SignIn, people: Cast) -> None:
    client = signed_in(people.amina)
    address = client.get("/entries/new/?fresh=1")["Location"].replace("/contact/", "/person/")
    client.post(address, {})
    client.post(f"{address}keep/", {"pseudonym": "Mimosa"})
    with people.amina.acts() as actor:
        assert not Draft.objects.visible_to(actor).exists()


def fact(client: Client, code: str, kind: str, **data: Any) -> Any:
    usual = {"key": str(uuid4()), "when": "today", "basis": "person_said"}
    return client.post(f"/cases/{code}/facts/new/{kind}/", usual | data, follow=True)


def test_a_fact_says_what_follows(signed_in: SignIn, people: Cast) -> None:
    """The form ends with what is open now, who has to act and the next question."""
    client, case = signed_in(people.amina), concern(people.amina.actor)
    page = fact(client, case.code, "presumption_stated", **{"presumption_stated.grounds": ["account"]}).content.decode()
    assert "Ouvert à la personne, et repose sur ce fait" in page
    assert "Ce qui se passe maintenant" in page


def test_a_wrong_form_loses_nothing(signed_in: SignIn, people: Cast) -> None:
    client, case = signed_in(people.amina), concern(people.amina.actor)
    page = fact(client, case.code, "presumption_stated", **{"presumption_stated.reasons": SECRET, "when": "other", "when-text": "jeudi"})
    assert "error-summary" in page.content.decode()
    assert SECRET in page.content.decode()


def test_a_correction_keeps_both(signed_in: SignIn, people: Cast) -> None:
    client, case = signed_in(people.amina), concern(people.amina.actor)
    wrong = record(case, people.amina.actor, "urgent_need", needs=["shelter"])
    address = f"/cases/{case.code}/facts/{wrong.pk}/correct/"
    assert "checked" in client.get(address).content.decode()
    day = {"when": "other", "when-text": "2026-06-01", "basis": "own_act"}
    client.post(address, {"key": str(uuid4()), "urgent_need.needs": ["food"], **day})
    page = client.get(f"/cases/{case.code}/").content.decode()
    assert page.count("Besoin urgent</strong>") == 2
    assert "corrigé depuis" in page


def test_an_error_is_taken_back_with_a_reason(signed_in: SignIn, people: Cast) -> None:
    client, case = signed_in(people.amina), concern(people.amina.actor)
    wrong = record(case, people.amina.actor, "urgent_need", needs=["shelter"])
    address = f"/cases/{case.code}/facts/{wrong.pk}/withdraw/"
    assert client.post(address, {"key": str(uuid4()), "why": ""}).status_code == 200
    assert client.post(address, {"key": str(uuid4()), "why": "Mauvais dossier"}).status_code == 302
    assert "retiré : noté par erreur" in client.get(f"/cases/{case.code}/").content.decode().replace("\xa0", " ")


def test_a_task_is_taken_given_back_put_off_and_set_aside(signed_in: SignIn, people: Cast) -> None:
    client, case = signed_in(people.amina), concern(people.amina.actor)
    record(case, people.amina.actor, "presumption_stated", grounds=["account"])
    with people.amina.acts() as actor:
        task = Task.objects.visible_to(actor).filter(case=case, closed_at=None).order_by("pk")[0]
    assert "pris" in client.post(f"/tasks/{task.pk}/assign/", {"to": "me"}, follow=True).content.decode()
    client.post(f"/tasks/{task.pk}/assign/", {"to": ""})
    assert client.post(f"/tasks/{task.pk}/snooze/", {"until": "2019"}).status_code == 200
    assert client.post(f"/tasks/{task.pk}/waive/", {"reason": ""}).status_code == 200
    assert client.post(f"/tasks/{task.pk}/waive/", {"reason": "Elle ne le souhaite pas"}).status_code == 302
    with people.amina.acts() as actor:
        task = Task.objects.visible_to(actor).get(pk=task.pk)
    assert task.assignee_id is None
    assert task.closing == "waiver"


def test_putting_off_and_setting_aside_are_undone_on_the_page(signed_in: SignIn, people: Cast) -> None:
    client, case = signed_in(people.amina), concern(people.amina.actor)
    record(case, people.amina.actor, "presumption_stated", grounds=["account"])
    task = first_task(case, people.amina)
    address = f"/tasks/{task.pk}"
    for intruder, answer in ((people.ines, 404), (people.chloe, 403)):
        for act in ("resume", "reopen"):
            assert signed_in(intruder).post(f"{address}/{act}/").status_code == answer
    with acting_as(house(people.amina.actor, "evaluate")) as judge:
        Task.objects.visible_to(judge).filter(pk=task.pk).update(snoozed_until=date(2099, 1, 1))
    assert f"{address}/resume/" in client.get(f"/cases/{case.code}/").content.decode()
    assert "de nouveau dans la liste" in client.post(f"{address}/resume/", follow=True).content.decode()
    assert "déjà dans la liste" in client.post(f"{address}/resume/", follow=True).content.decode()
    client.post(f"{address}/waive/", {"reason": "Elle ne le souhaite pas"})
    assert f"{address}/reopen/" in client.get(f"/cases/{case.code}/").content.decode()
    page = client.post(f"{address}/reopen/", follow=True).content.decode()
    assert "Cette tâche est reprise" in page
    assert "mise de côté auparavant" in page
    assert "plus mise de côté" in client.post(f"{address}/reopen/", follow=True).content.decode()


def first_task(case: Case, member: Member) -> Task:
    with member.acts() as actor:
        return Task.objects.visible_to(actor).filter(case=case, closed_at=None).order_by("pk")[0]


def paths(code: str, fact_id: Any, task_id: Any) -> list[str]:
    return [
        f"/cases/{code}/", f"/cases/{code}/entered/", f"/cases/{code}/facts/new/", f"/cases/{code}/facts/new/complaint_filed/",
        f"/cases/{code}/facts/{fact_id}/", f"/cases/{code}/facts/{fact_id}/correct/", f"/cases/{code}/facts/{fact_id}/withdraw/",
        f"/cases/{code}/rules/common.presumed/", f"/cases/{code}/compare/", f"/cases/{code}/demands/", f"/cases/{code}/next-steps/",
        f"/cases/{code}/card/", f"/cases/{code}/document.pdf?language=fr", f"/tasks/{task_id}/snooze/", f"/tasks/{task_id}/waive/",
    ]  # fmt: skip


@pytest.mark.parametrize("number", range(15))
def test_the_intruder_gets_404(signed_in: SignIn, people: Cast, number: int) -> None:
    """Same kind of body, same territory, same role, another organisation: the file does not exist for her."""
    case = concern(people.amina.actor)
    shown = record(case, people.amina.actor, "presumption_stated", grounds=["account"])
    with people.amina.acts() as actor:
        task = Task.objects.visible_to(actor).filter(case=case, closed_at=None).order_by("pk")[0]
    address = paths(case.code, shown.pk, task.pk)[number]
    assert signed_in(people.amina).get(address).status_code == 200
    assert signed_in(people.ines).get(address).status_code == 404
    assert signed_in(people.chloe).get(address).status_code == 403
    assert Client().get(address)["Location"].startswith("/sign-in/")


def test_what_is_shown_is_written_down(signed_in: SignIn, people: Cast) -> None:
    """Each page about her leaves one look with her id; search and lists too."""
    case = concern(people.amina.actor)
    shown = record(case, people.amina.actor, "presumption_stated", grounds=["account"])
    with people.amina.acts() as actor:
        task = Task.objects.visible_to(actor).filter(case=case, closed_at=None).order_by("pk")[0]
    client = signed_in(people.amina)
    for address in [*paths(case.code, shown.pk, task.pk), "/?tab=due"]:
        before = looks(people.amina)
        client.get(address)
        after = looks(people.amina)
        assert len(after) == len(before) + 1, address
        assert after[-1].subjects == [case.person_id], address


def looks(member: Member) -> list[Entry]:
    with member.acts():
        return list(Entry.objects.filter(kind="look").order_by("position"))


def test_a_reader_with_a_part_sees_that_it_is_a_part(signed_in: SignIn, people: Cast) -> None:
    case = concern(people.amina.actor)
    told(case, people.amina.actor, "complaint_filed", basis="person_said")
    grant(case, people.amina.actor, people.boussole, ["contact_safety", "profile", "identification"])
    page = signed_in(people.bruno).get(f"/cases/{case.code}/").content.decode()
    assert "Ce qui est en dehors est inconnu ici" in page
    assert "Plainte déposée</strong>" not in page


def test_search_leaves_nothing_in_the_address(signed_in: SignIn, people: Cast) -> None:
    """Names and codes are looked for by POST and answered in place: they stay out of histories and of servers' logs."""
    case = concern(people.amina.actor)
    client = signed_in(people.amina)
    for asked in (case.code, case.pseudonym):
        answer = client.post("/search/", {"q": asked})
        assert answer.status_code == 200
        assert f'href="/cases/{case.code}/"' in answer.content.decode()
    assert b'value="Personne"' in client.post("/search/", {"q": "Personne"}).content
    assert 'method="post"' in re.search(r"<form[^>]*role=\"search\"[^>]*>", client.get("/").content.decode())[0]  # type: ignore[index]


def test_the_paper_has_a_neutral_name(signed_in: SignIn, people: Cast) -> None:
    case = concern(people.amina.actor)
    record(case, people.amina.actor, "presumption_stated", grounds=["account"])
    for language in ("fr", "en"):
        answer = signed_in(people.amina).get(f"/cases/{case.code}/document.pdf?language={language}")
        assert answer["Content-Disposition"] == 'attachment; filename="document.pdf"'
        assert answer["Cache-Control"] == "no-store"
    assert signed_in(people.amina).get(f"/cases/{case.code}/document.pdf?language=de").status_code == 404


def test_the_case_page_asks_a_bounded_number_of_questions(
    signed_in: SignIn, people: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """Whatever the file holds."""
    case, client = concern(people.amina.actor), signed_in(people.amina)
    for day in range(1, 9):
        record(case, people.amina.actor, "urgent_need", f"2026-06-0{day}", needs=["shelter"])
    client.get(f"/cases/{case.code}/")
    with django_assert_max_num_queries(34):
        client.get(f"/cases/{case.code}/")
    with django_assert_max_num_queries(37):
        client.get("/?tab=due")
