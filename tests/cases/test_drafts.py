"""What stands in a form that was not sent: kept, put back, offered again; and gone for good once it was sent."""

from __future__ import annotations

import re
import threading
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.utils import timezone

from repere.accounts.acting import acting_as
from repere.cases import actions
from repere.cases.models import Case, Draft, Requisition
from tests.cases.story import concern
from tests.cases.test_views import SignIn
from tests.people import Cast

WORDS = "Elle craint l'homme qui l'attend dehors"
SHOWN = WORDS.replace("'", "&#x27;")
LONG_FORMS = {
    "referral": ("requests/new/", "note"),
    "agreement": ("agreements/new/", "words"),
    "place": ("place/", "avoid"),
    "report": ("report/", "avoid"),
    "hand_over": ("hand-over/", "reason"),
    "papers": ("papers/", "title"),
    "requisition": ("requisitions/", "words"),
    "identity": ("identity/", "given_names"),
    "access": ("access/new/", "reason"),
}
"""Name of the draft: where the form stands, and a field one writes in."""


def drafts(people: Cast) -> list[Draft]:
    with people.amina.acts() as actor:
        return list(Draft.objects.visible_to(actor))


@pytest.mark.parametrize("form", LONG_FORMS)
def test_a_long_form_comes_back_as_it_was_left(signed_in: SignIn, people: Cast, form: str) -> None:
    """A reload, a lock, a dead session: what was typed a moment ago stands in the form again, and the file says so."""
    where, field = LONG_FORMS[form]
    case, client = concern(people.amina.actor), signed_in(people.amina)
    page = client.get(f"/cases/{case.code}/{where}").content.decode()
    assert f'hx-post="/cases/{case.code}/drafts/{form}/keep/"' in page
    key = re.search(r'name="draft_key" value="([^"]+)"', page)
    assert key
    assert b"Brouillon" in client.post(f"/cases/{case.code}/drafts/{form}/keep/", {field: WORDS, "draft_key": key[1]}).content
    back = client.get(f"/cases/{case.code}/{where}").content.decode()
    assert SHOWN in back
    assert "Votre brouillon du" in back
    assert f'value="{key[1]}"' in back
    assert "Vous avez commencé un formulaire ici" in client.get(f"/cases/{case.code}/").content.decode()
    again = client.post(f"/cases/{case.code}/drafts/{form}/discard/", follow=True).content.decode()
    assert SHOWN not in again


def test_why_somebody_takes_over_comes_back_too(signed_in: SignIn, people: Cast) -> None:
    case, client = concern(people.amina.actor), signed_in(people.odile)
    client.post(f"/cases/{case.code}/drafts/follow/keep/", {"reason": WORDS, "way": "cover", "draft_key": str(uuid4())})
    back = client.get(f"/cases/{case.code}/follow/").content.decode()
    assert SHOWN in back
    assert "Your draft of" in back


def test_a_box_that_was_unticked_stays_unticked(signed_in: SignIn, people: Cast) -> None:
    """The form is put back as it was left, not mixed with what the file says."""
    case, client = concern(people.amina.actor), signed_in(people.amina)
    page = client.get(f"/cases/{case.code}/place/").content.decode()
    assert re.search(r'name="women" value="1"', page)
    client.post(f"/cases/{case.code}/drafts/place/keep/", {"women": "", "minors": "2", "draft_key": str(uuid4())})
    back = client.get(f"/cases/{case.code}/place/").content.decode()
    assert not re.search(r'name="women" value="1"', back)
    assert re.search(r'name="minors" value="2"', back)


def test_a_form_sent_with_a_fault_is_kept_without_any_script(signed_in: SignIn, people: Cast) -> None:
    case, client = concern(people.amina.actor), signed_in(people.amina)
    client.post(f"/cases/{case.code}/requisitions/", {"words": WORDS, "draft_key": str(uuid4())})
    assert SHOWN in client.get(f"/cases/{case.code}/requisitions/").content.decode()


def test_what_arrives_after_the_sending_is_not_kept(signed_in: SignIn, people: Cast) -> None:
    """The script sends what was typed a moment ago while the form itself is on its way."""
    case, client, key = concern(people.amina.actor), signed_in(people.amina), str(uuid4())
    sent = {"authority": "Parquet", "text": "Article X", "words": WORDS, "asked": ["profile"], "draft_key": key}
    client.post(f"/cases/{case.code}/drafts/requisition/keep/", sent)
    assert client.post(f"/cases/{case.code}/requisitions/", sent).status_code == 302
    assert client.post(f"/cases/{case.code}/drafts/requisition/keep/", sent).content == b""
    assert drafts(people) == []
    with people.amina.acts() as actor:
        assert Requisition.objects.visible_to(actor).count() == 1


def test_another_form_of_the_same_kind_is_kept_again(signed_in: SignIn, people: Cast) -> None:
    """What was sent closes that one form, not the next."""
    case, client = concern(people.amina.actor), signed_in(people.amina)
    sent = {"authority": "Parquet", "text": "Article X", "words": "x", "asked": ["profile"], "draft_key": str(uuid4())}
    client.post(f"/cases/{case.code}/requisitions/", sent)
    client.post(f"/cases/{case.code}/drafts/requisition/keep/", {**sent, "words": WORDS, "draft_key": str(uuid4())})
    assert len(drafts(people)) == 1


def test_a_colleague_does_not_read_a_draft(signed_in: SignIn, people: Cast) -> None:
    case = concern(people.amina.actor)
    signed_in(people.amina).post(f"/cases/{case.code}/drafts/requisition/keep/", {"words": WORDS, "draft_key": str(uuid4())})
    assert SHOWN not in signed_in(people.odile).get(f"/cases/{case.code}/requisitions/").content.decode()
    intruder = signed_in(people.ines)
    answer = intruder.post(f"/cases/{case.code}/drafts/requisition/keep/", {"words": WORDS, "draft_key": str(uuid4())})
    assert answer.status_code == 404


# ---- a situation that is entered


def entered(people: Cast) -> int:
    with people.amina.acts() as actor:
        return Case.objects.visible_to(actor).count()


def test_a_double_press_leaves_no_second_copy(signed_in: SignIn, people: Cast) -> None:
    """Neither the second sending nor late words make a draft of a situation that has its file: somebody would go on with it."""
    client = signed_in(people.amina)
    address = client.get("/entries/new/?fresh=1")["Location"].replace("/contact/", "/person/")
    first = client.post(address, {"pseudonym": "Mimosa"})["Location"]
    assert client.post(address, {"pseudonym": "Mimosa"})["Location"] == first
    assert client.post(address, {"pseudonym": "Mimosa", "later": "yes"})["Location"] == first
    assert client.post(address.replace("/person/", "/needs/"), {})["Location"] == first
    client.post(f"{address}keep/", {"pseudonym": "Mimosa"})
    assert drafts(people) == []
    assert entered(people) == 1
    assert client.get("/entries/new/").status_code == 302  # nothing is offered to go on with


def test_what_is_typed_waits_for_what_is_being_sent(committing_db: None, people: Cast) -> None:
    """Two requests at the same moment: while the situation becomes a file, late words wait, and then find it entered."""
    amina, key = people.amina.actor, uuid4()
    form, sending, results = f"concern:{key}", threading.Event(), []

    def typed_late() -> None:
        sending.wait(10)
        results.append(keep(key, form, amina))
        connection.close()

    late = threading.Thread(target=typed_late)
    late.start()
    with acting_as(amina):
        keep(key, form, amina)
        sending.set()
        while late.is_alive() and not somebody_waits():
            pass
        assert results == []
        concern(amina, key=key)
        actions.end_draft(form=form, case=None, key=key, acting=amina, now=timezone.now())
    late.join(20)
    assert results == [None]
    assert drafts(people) == []


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)")
        return bool(cursor.fetchone()[0])


def keep(key: UUID, form: str, amina: Any) -> Draft | None:
    return actions.keep_draft(form=form, case=None, body={"person": {"pseudonym": ["x"]}}, key=key, acting=amina, now=timezone.now())


def test_a_situation_that_was_begun_waits_on_the_worklist(signed_in: SignIn, people: Cast) -> None:
    """"Finish later" says where it waits, and there it is; for nobody else."""
    client = signed_in(people.amina)
    address = client.get("/entries/new/?fresh=1")["Location"].replace("/contact/", "/person/")
    page = client.post(address, {"pseudonym": "Mimosa", "later": "yes"}, follow=True).content.decode()
    assert "Gardé pour vous" in page
    assert "1 situation commencée, à finir" in page
    assert "Mimosa" in client.get("/entries/new/").content.decode()
    assert "à finir" not in signed_in(people.odile).get("/").content.decode()
