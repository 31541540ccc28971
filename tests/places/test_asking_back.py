"""A house asks back before it answers: both sides read it, a stranger does not, and nobody learns which hidden house asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from repere.core.needs import household
from repere.ledger.models import Entry
from repere.places import actions
from repere.places.models import Hold, Question
from repere.places.queries.reaching import questions_of
from repere.places.refusals import NotVisible
from tests.cases.story import concern, told
from tests.people import Cast, Member
from tests.places.houses import NOW, ask, hold, refused, sent, shelter, suspend, unit

SignIn = Callable[[Member], Client]
ALONE = household(["woman"])
WHAT = "Peut-elle monter un étage ?"


def held_by(people: Cast) -> Hold:
    return hold(people.amina, ask(people.amina, ALONE), unit(people.sonia, shelter(people.sonia)), now=timezone.now())


def asked(people: Cast, held: Hold, text: str = WHAT) -> Question:
    return actions.ask_back(held.pk, text=text, acting=people.sonia.actor, now=NOW)


def by_sql(member: Member, statement: str, *given: object) -> int:
    """Rows that a statement reads or changes as the pages' own role, acting as a member: what the database alone lets through."""
    with member.acts(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, given)
        return int(cursor.rowcount)


READ = "SELECT FROM places_question"
ANSWERED = "UPDATE places_question SET answer = 'Non', answered_at = now() WHERE id = %s"


def test_both_sides_read_the_question_and_the_answer_and_the_ledger_keeps_both(people: Cast) -> None:
    held = held_by(people)
    question = asked(people, held)
    answered = actions.answer_back(held.request_id, question.pk, text="  Oui,\n lentement. ", acting=people.amina.actor, now=NOW)
    assert answered.answer == "Oui, lentement."
    for member in (people.amina, people.sonia):
        with member.acts() as actor:
            assert [(one.text, one.answer) for one in questions_of(actor, held.request)] == [(WHAT, "Oui, lentement.")]
    for member, act in ((people.amina, "answer_back"), (people.sonia, "ask_back")):
        with member.acts():
            rows = list(Entry.objects.filter(act=act))
        assert len(rows) == 1
        written = bytes(rows[0].body).decode()
        assert not any(word in written for word in ("Peut-elle", "lentement")), "the words stay out of the ledger"


def test_a_stranger_reads_no_question_and_asks_none(people: Cast) -> None:
    held = held_by(people)
    question = asked(people, held)
    with people.ines.acts() as actor:
        assert not Question.objects.visible_to(actor).exists()
    assert (by_sql(people.ines, READ), by_sql(people.sonia, READ), by_sql(people.amina, READ)) == (0, 1, 1)
    with pytest.raises(NotVisible):
        actions.ask_back(held.pk, text=WHAT, acting=people.ines.actor, now=NOW)
    with pytest.raises(NotVisible):
        actions.answer_back(held.request_id, question.pk, text="Oui", acting=people.ines.actor, now=NOW)


def test_the_house_does_not_answer_for_who_asked_nor_who_asked_for_the_house(people: Cast) -> None:
    held = held_by(people)
    question = asked(people, held)
    with pytest.raises(NotVisible):
        actions.answer_back(held.request_id, question.pk, text="Oui", acting=people.bruno.actor, now=NOW)
    assert by_sql(people.sonia, ANSWERED, question.pk) == 0
    with pytest.raises(DatabaseError), people.amina.acts(), transaction.atomic():
        Question(hold=held, request_id=held.request_id, text="Inventée", asked_at=NOW).save(force_insert=True)


def test_an_answer_stays_as_it_was_given(people: Cast) -> None:
    held = held_by(people)
    question = asked(people, held)
    actions.answer_back(held.request_id, question.pk, text="Oui", acting=people.amina.actor, now=NOW)
    with refused("answered_already"):
        actions.answer_back(held.request_id, question.pk, text="Non", acting=people.odile.actor, now=NOW)
    assert by_sql(people.amina, ANSWERED, question.pk) == 0
    with pytest.raises(DatabaseError):
        by_sql(people.amina, "UPDATE places_question SET text = 'autre' WHERE id = %s", question.pk)


def test_a_question_of_another_request_is_not_answered_through_this_one(people: Cast) -> None:
    held, other = held_by(people), ask(people.amina, ALONE)
    question = asked(people, held)
    with pytest.raises(NotVisible):
        actions.answer_back(other.pk, question.pk, text="Oui", acting=people.amina.actor, now=NOW)


def test_sent_twice_it_is_asked_once_and_there_is_an_end_to_asking(people: Cast) -> None:
    held = held_by(people)
    assert asked(people, held).pk == asked(people, held).pk
    for number in range(4):
        asked(people, held, f"Question {number} ?")
    with refused("too_many_questions"):
        asked(people, held, "Une de trop ?")


@pytest.mark.parametrize("text", ["", "   ", "x" * 301])
def test_what_says_nothing_or_too_much_is_refused(text: str, people: Cast) -> None:
    held = held_by(people)
    with refused("say_what"):
        asked(people, held, text)
    question = asked(people, held)
    with refused("say_what"):
        actions.answer_back(held.request_id, question.pk, text=text, acting=people.amina.actor, now=NOW)


def test_after_a_no_or_an_end_nothing_more_is_asked(people: Cast) -> None:
    held = held_by(people)
    asked(people, held)
    actions.close_request(held.request_id, acting=people.amina.actor, now=timezone.now())
    with refused("not_waiting"):
        asked(people, held, "Encore ?")
    with people.sonia.acts() as actor:
        assert not Question.objects.visible_to(actor).exists(), "what it asked is not read any more once the place was given back"


def test_a_house_that_may_receive_nobody_reads_and_asks_nothing(people: Cast) -> None:
    held = held_by(people)
    asked(people, held)
    suspend(people.boussole)
    with people.sonia.acts() as actor:
        assert not Question.objects.visible_to(actor).exists()
    assert by_sql(people.sonia, READ) == 0
    with refused("not_receiving_yet"):
        asked(people, held, "Encore ?")


def test_a_hidden_house_asks_without_saying_which_it_is(people: Cast, signed_in: SignIn) -> None:
    case = concern(people.amina.actor)
    unit(people.sonia, shelter(people.sonia, listed=False, name="Maison cachée"))
    request = ask(people.amina, ALONE, reference=case.place_reference)
    sent(people.amina, request)
    with people.sonia.acts() as actor:
        held = Hold.objects.visible_to(actor).get(request=request)
    asked(people, held)
    with people.amina.acts() as actor:
        seen = Question.objects.visible_to(actor).get()
        assert not Hold.objects.visible_to(actor).exists(), "before a yes the hold is not there"
        assert not {field.name for field in Question._meta.get_fields()} & {"organisation", "user_id", "host", "shelter"}
        assert seen.text == WHAT
    page = signed_in(people.amina).get(f"/cases/{case.code}/place/{request.pk}/").content.decode()
    assert WHAT in page
    assert "Un lieu qui n" in page.split("asked-back-title")[2]
    assert people.boussole.name not in page.split("<main")[1]
    assert "Maison cachée" not in page


def test_the_page_of_the_house_asks_and_the_page_of_the_file_answers(people: Cast, signed_in: SignIn) -> None:
    case = concern(people.amina.actor)
    told(case, people.amina.actor, "person_described", "2026-05-20", fields={"gender": "woman", "age_disputed": "no", "turns_18": "2000"})
    room = unit(people.sonia, shelter(people.sonia))
    request = ask(people.amina, ALONE, reference=case.place_reference, line="+33472000000")
    held = hold(people.amina, request, room, now=timezone.now())
    house, file = f"/places/asked/{held.pk}/", f"/cases/{case.code}/place/{request.pk}/"
    sonia, amina = signed_in(people.sonia), signed_in(people.amina)
    page = sonia.get(house).content.decode()
    assert 'href="tel:+33472000000"' in page
    for secret in (case.code, case.pseudonym, "Ouvrir son dossier"):
        assert secret not in page
    sonia.post(house + "question/", {"text": WHAT})
    begin = amina.get("/").content.decode()
    assert "vous pose une question avant de répondre" in begin
    assert file in begin
    with people.amina.acts() as actor:
        question = Question.objects.visible_to(actor).get()
    answer = amina.post(file + "answer/", {"question": str(question.pk), "text": "Oui, un étage."}, follow=True).content.decode()
    assert "Oui, un étage." in answer
    assert "vous pose une question avant de répondre" not in amina.get("/").content.decode()
    assert "Votre question a une réponse" in sonia.get("/places/").content.decode()
    assert "Oui, un étage." in sonia.get(house).content.decode()
    assert amina.post(file + "answer/", {"question": str(uuid4()), "text": "Oui"}).status_code == 404


def test_the_house_that_may_read_her_file_goes_to_it_from_the_place_and_that_is_a_look(people: Cast, signed_in: SignIn) -> None:
    case = concern(people.amina.actor)
    told(case, people.amina.actor, "person_described", "2026-05-20", fields={"gender": "woman", "age_disputed": "no", "turns_18": "2000"})
    request = ask(people.amina, ALONE, reference=case.place_reference)
    held = hold(people.amina, request, unit(people.sonia, shelter(people.sonia)), now=timezone.now())
    actions.accept(held.pk, acting=people.sonia.actor, now=timezone.now())
    house, file = f"/places/asked/{held.pk}/", f"/cases/{case.code}/place/{request.pk}/"
    sonia, amina = signed_in(people.sonia), signed_in(people.amina)
    assert case.code not in sonia.get(house).content.decode()
    amina_page = amina.get(file).content.decode()
    assert "Ouvrir au lieu d" in amina_page
    amina.post(file + "show/", {"hold": str(held.pk)})
    page = sonia.get(house).content.decode()
    assert f'href="/cases/{case.code}/"' in page
    assert "Ouvrir son dossier" in page
    with people.sonia.acts():
        looks = [row for row in Entry.objects.filter(kind="look") if "places:asked" in str(vars(row))]
    assert len(looks) == 1, "the page showed her file once: after it was opened, and not before"
    after = amina.get(file).content.decode()
    assert "Ce lieu peut lire comment la joindre sans danger" in after
    assert "Ouvrir au lieu d" not in after, "what is done is not offered again"
    assert "Cherche une place" not in after
    assert sonia.get(f"/cases/{case.code}/").status_code == 200
    assert signed_in(people.ines).get(house).status_code == 404


def test_other_places_that_are_kept_are_free_once_she_is_there(people: Cast) -> None:
    house = shelter(people.sonia)
    first, second = unit(people.sonia, house, label="A"), unit(people.sonia, house, label="B")
    request = ask(people.amina, ALONE)
    taken, besides = hold(people.amina, request, first), hold(people.amina, request, second)
    actions.accept(taken.pk, acting=people.sonia.actor, now=NOW)
    actions.arrive(taken.pk, acting=people.sonia.actor, now=NOW + timedelta(hours=1))
    actions.confirm_arrival(taken.pk, acting=people.amina.actor, now=NOW + timedelta(hours=1))
    with people.amina.acts() as actor:
        assert Hold.objects.visible_to(actor).get(pk=besides.pk).state == "withdrawn"
    another = hold(people.bruno, ask(people.bruno, ALONE), second, now=NOW + timedelta(hours=2))
    assert another.state == "asked"
