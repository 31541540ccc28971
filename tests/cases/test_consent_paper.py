"""Her paper of an agreement: her voice and a colleague's words apart, how she takes it back, and where the paper goes."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from pypdf import PdfReader

from repere.accounts.acting import acting_as
from repere.cases.consent import actions as consenting
from repere.cases.consent.actions import Agreement, Voice, record_consent
from repere.cases.models import Case, Consent, ConsentCopy
from repere.cases.refusals import NotVisible, Refused
from repere.ledger.models import Entry
from tests.cases.story import concern
from tests.people import Cast

pytestmark = pytest.mark.django_db


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def case(people: Cast) -> Case:
    return concern(people.amina.actor, pseudonym="Saule 4711")


def agree(case: Case, people: Cast, *, said_by: str = "herself", words: str = "", **other: Any) -> Consent:
    told: dict[str, Any] = {
        "purpose": "support", "recipient": "specialised_association", "groups": ("profile", "support"), "channels": ("here", "phone"),
        "starts_on": date(2026, 6, 1), "words": words,
    }  # fmt: skip
    return record_consent(case, Agreement(**told | other), Voice(said_by), key=uuid4(), acting=people.amina.actor, now=now())


def text_of(pdf: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).replace("\n", " ")


def make(client: Any, case: Case, consent: Consent, **told: str) -> Any:
    return client.post(f"/cases/{case.code}/agreements/{consent.pk}/paper/", {"language": "fr", "kept": "kept_here"} | told)


def test_her_voice_and_a_colleagues_words_stand_apart_and_the_way_back_is_told(case: Case, people: Cast, signed_in: Any) -> None:
    mine = agree(case, people, words="Pas à ma famille")
    agree(case, people, said_by="staff", words="Elle semble d'accord")
    headings = (("fr", "Ce qu'un collègue a écrit", "Comment je reviens"), ("en", "What a colleague wrote", "How I take it back"))
    for language, apart, back in headings:
        answer = make(signed_in(people.amina), case, mine, language=language)
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Content-Disposition"] == 'attachment; filename="document.pdf"'
        text = text_of(answer.content).replace("’", "'")
        assert text.index("Pas à ma famille") < text.index(apart) < text.index("Elle semble d'accord") < text.index(back)


def test_the_paper_that_she_takes_says_neither_what_nor_to_whom(case: Case, people: Cast, signed_in: Any) -> None:
    mine = agree(case, people, words="Pas à ma famille")
    agree(case, people, said_by="staff", words="Elle semble d'accord")
    for language, back in (("fr", "Comment je reviens"), ("en", "How I take it back")):
        answer = make(signed_in(people.amina), case, mine, language=language, kept="with_her", is_safe="on")
        text = text_of(answer.content).replace("’", "'")
        assert back in text
        for telling in ("traite", "trafficking", "famille", "d'accord", "Association", "association", "Accompagn", "support", "Support"):
            assert telling not in text, telling


def test_nothing_on_it_names_her_or_her_file(case: Case, people: Cast, signed_in: Any) -> None:
    answer = make(signed_in(people.amina), case, agree(case, people))
    reader = PdfReader(io.BytesIO(answer.content))
    told = text_of(answer.content) + str(reader.metadata)
    for secret in (case.code, case.pseudonym, str(case.pk), str(case.person_id), "Atalante", "Amina", "Repère"):
        assert secret not in told, secret


def test_it_stays_here_unless_she_says_that_it_is_safe_and_both_are_kept(case: Case, people: Cast, signed_in: Any) -> None:
    mine, amina = agree(case, people), signed_in(people.amina)
    refused = make(amina, case, mine, kept="with_her")
    assert refused["Content-Type"].startswith("text/html")
    assert "error-summary" in refused.content.decode()
    with acting_as(people.amina.actor) as actor:
        assert not ConsentCopy.objects.visible_to(actor).exists(), "nothing was made, and nothing is written down"
    make(amina, case, mine, kept="with_her", is_safe="on")
    make(amina, case, mine)
    with acting_as(people.amina.actor) as actor:
        assert list(ConsentCopy.objects.visible_to(actor).values_list("kept", flat=True)) == ["kept_here", "with_her"]
        assert Entry.objects.filter(act="copy_consent").count() == 2


def test_what_a_colleague_says_of_her_has_no_paper(case: Case, people: Cast, signed_in: Any) -> None:
    theirs = agree(case, people, said_by="staff")
    assert make(signed_in(people.amina), case, theirs).status_code == 404
    with pytest.raises(Refused) as told:
        consenting.copy_consent(theirs, language="fr", kept="kept_here", is_safe=False, acting=people.amina.actor, now=now())
    assert told.value.code == "staff_has_no_paper"


def test_a_foreign_agreement_has_no_paper(case: Case, people: Cast, signed_in: Any) -> None:
    mine = agree(case, people)
    for other in (people.ines, people.bruno, people.karim):
        assert make(signed_in(other), case, mine).status_code == 404
        with pytest.raises(NotVisible):
            consenting.copy_consent(mine, language="fr", kept="kept_here", is_safe=False, acting=other.actor, now=now())


def test_one_that_she_took_back_says_so(case: Case, people: Cast, signed_in: Any) -> None:
    mine = agree(case, people)
    consenting.withdraw_consent(mine, key=uuid4(), acting=people.amina.actor, now=now())
    assert "I took it back" in text_of(make(signed_in(people.amina), case, mine, language="en").content)
