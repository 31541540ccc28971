"""Pages on which an entry is changed, shown to one organisation, and its address kept, told and revealed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from repere.accounts.acting import acting_as
from repere.accounts.directory_jobs import remind_of_conventions
from repere.accounts.keyring import ensure_key_pair
from repere.accounts.models import SignedIn
from repere.accounts.own import keeper_of
from repere.directory import actions
from repere.directory.entry_models import Contact, Mandate, Secret, Service
from repere.directory.queries.agreements import STEPS_DAYS
from repere.directory.queries.coverage import Cover, coverage
from repere.directory.queries.search import find, understand
from repere.directory.refusals import Refused
from repere.ledger.models import Entry
from tests.directory.entries import entry, line_of, reached, vetted
from tests.people import Cast, Member

SignIn = Callable[[Member], Client]
NOW = datetime(2026, 6, 1, 10, tzinfo=UTC)
TODAY = NOW.date()
HIDDEN = {"structure": "Foyer Bleu", "kind": "shelter", "function": "shelter", "name": "Accueil Bleu", "tier": 2, "phone": ""}
TOLD = {"meeting_point": "quai de la Rousserolle", "address": "passage Mésange", "door": "B4471", "night_line": "poste 12"}


@pytest.fixture
def hidden(people: Cast) -> Service:
    """Kept by Boussole, shown to Atalante; both can open boxes."""
    made = entry(people.sonia, **HIDDEN)
    for one in (people.amina, people.sonia, people.ines):
        with one.acts():
            ensure_key_pair(one.organisation)
    with people.sonia.acts() as acting:
        actions.show_to(made.pk, people.atalante.pk, acting=acting, now=timezone.now())
    return made


def body_of(client: Client, path: str) -> str:
    return client.get(path).content.decode()


# ---- changing


def test_who_keeps_an_entry_changes_it_and_it_is_found_by_its_new_words(people: Cast, signed_in: SignIn) -> None:
    made = vetted(people, people.pascal)
    client, path = signed_in(people.pascal), f"/directory/entries/{made.pk}/edit/"
    page = body_of(client, path)
    assert made.name in page
    sent = {"structure": "Préfecture renommée", "kind": "prefecture", "name": "Bureau des victimes", "territories": "69 01",
            "languages": "fra", "eligibility": "Toute personne"}  # fmt: skip
    assert client.post(path, sent).status_code == 302
    with people.amina.acts() as acting:
        assert find(acting, understand("bureau renommée 01"), on=TODAY).lines == [], "under another name nobody vouched for it yet"
    for member in (people.amina, people.bruno):
        signed_in(member).post(f"/directory/entries/{made.pk}/vouch/", {"reason": "appelés sous ce nom"})
    with people.amina.acts() as acting:
        [line] = find(acting, understand("bureau renommée 01"), on=TODAY).lines
    assert (line.service.pk, line.service.structure.name, line.service.eligibility) == (made.pk, "Préfecture renommée", "Toute personne")
    assert (line.service.function, line.service.tier) == (made.function, made.tier)


@pytest.mark.parametrize(("wrong", "named"), [
    ({"territories": "999"}, "999"), ({"description": "au 12 rue des Lilas"}, "description"), ({"hours": "toujours"}, "toujours"),
    ({"languages": "klingon"}, "klingon"), ({"name": "x"}, "trois lettres"),
])  # fmt: skip
def test_a_change_that_cannot_be_taken_changes_nothing(people: Cast, signed_in: SignIn, wrong: dict[str, str], named: str) -> None:
    """Neither the service nor its body: half a change would mislead."""
    made = vetted(people, people.pascal)
    sent = {"structure": "Autre corps", "kind": "prefecture", "name": "Autre nom", "territories": "69"} | wrong
    answer = signed_in(people.pascal).post(f"/directory/entries/{made.pk}/edit/", sent)
    assert answer.status_code == 200
    assert named in answer.content.decode()
    with people.pascal.acts():
        after = Service.objects.select_related("structure").get(pk=made.pk)
    assert (after.name, after.structure.name) == (made.name, made.structure.name)


def test_an_entry_of_another_answers_as_if_there_were_none(people: Cast, signed_in: SignIn) -> None:
    made = vetted(people, people.pascal)
    client = signed_in(people.amina)
    for path in ("edit/", "show/", "closed/", *(f"closed/{act}/" for act in ("keep", "disclose", "take-back", "hide", "reveal"))):
        for ask in (client.get, client.post):
            sent = TOLD | {"organisation": str(people.atalante.pk), "stage": "door", "reason": "curieuse"}
            assert ask(f"/directory/entries/{made.pk}/{path}", sent).status_code in (404, 405), path
    with people.amina.acts() as acting, pytest.raises(Refused) as refused:
        actions.edit_structure(made.structure_id, name="Détourné", kind="other", acting=acting, now=NOW)
    assert refused.value.code == "not_ours"


def test_a_mandate_whose_end_is_known_becomes_a_vacancy_by_itself(people: Cast, signed_in: SignIn) -> None:
    """Nobody has to remember to say that she left; the deputy does not hide it."""
    made = vetted(people, people.pascal)
    client = signed_in(people.pascal)
    for name, rank, last in (("Camille Inventée", "holder", "2026-09-30"), ("Dominique Inventée", "deputy", "")):
        client.post(f"/directory/entries/{made.pk}/holder/", {"name": name, "rank": rank, "starts_on": "2026-01-01", "ends_on": last})
    with people.pascal.acts():
        holder = Mandate.objects.get(service=made, rank="holder")
    assert holder.ends_on == date(2026, 9, 30)
    with people.bruno.acts() as acting:
        actions.confirm_mandate(holder.pk, acting=acting, now=NOW)
    reached(made, people.bruno, now=NOW)
    client.post(f"/directory/entries/{made.pk}/holder/", {"name": "Trop Tôt", "rank": "holder", "starts_on": "2026-06-01"})
    with people.pascal.acts():
        assert Mandate.objects.filter(service=made, rank="holder").count() == 1, "two would hold it at once"
    with people.amina.acts() as acting:
        assert coverage(acting, "referent_prefecture", on=TODAY)["69"] is Cover.COVERED
        assert coverage(acting, "referent_prefecture", on=date(2026, 10, 1))["69"] is not Cover.COVERED
        [line] = find(acting, understand("préfecture 69"), on=date(2026, 10, 1)).lines
    assert line.is_vacant
    assert [held.mandate.name for held in line.deputies] == ["Dominique Inventée"]
    client.post(f"/directory/entries/{made.pk}/holder/", {"name": "La Suivante", "rank": "holder", "starts_on": "2026-10-01"})
    with people.amina.acts() as acting:
        assert find(acting, understand("préfecture 69"), on=date(2026, 10, 1)).lines[0].holder is not None


def test_a_changed_number_is_called_back_on_the_former_one_on_the_page(people: Cast, signed_in: SignIn) -> None:
    """The page of somebody else names the former number, and the new one counts only after that call."""
    made = vetted(people, people.pascal)
    line = line_of(made, people.pascal)
    signed_in(people.pascal).post(f"/directory/contacts/{line.pk}/change/", {"value": "+33 1 99 00 77 88"})
    client = signed_in(people.amina)
    page = body_of(client, f"/directory/entries/{made.pk}/")
    assert "Ne l’utilisez pas encore" in page or "+33 1 99 00 11 22" in page
    with people.pascal.acts():
        changed = Contact.objects.get(service=made, replaces=line)
    signed_in(people.pascal).post(f"/directory/contacts/{changed.pk}/called/")
    with people.pascal.acts():
        assert Contact.objects.get(pk=changed.pk).is_pending, "not by whoever asked for it"
    client.post(f"/directory/contacts/{changed.pk}/called/")
    with people.pascal.acts():
        assert not Contact.objects.get(pk=changed.pk).is_pending
        assert Contact.objects.get(pk=line.pk).ended_on is not None


# ---- shown to one


def test_a_hidden_entry_is_shown_to_one_organisation_on_the_page(people: Cast, signed_in: SignIn) -> None:
    made = entry(people.sonia, **HIDDEN)
    client, path = signed_in(people.sonia), f"/directory/entries/{made.pk}/"
    assert "Atalante" in body_of(client, path)
    assert signed_in(people.amina).get(path).status_code == 404
    client.post(f"{path}show/", {"organisation": people.atalante.pk})
    assert signed_in(people.amina).get(path).status_code == 200
    assert signed_in(people.ines).get(path).status_code == 404, "one at a time"
    client.post(f"{path}closed/hide/", {"organisation": people.atalante.pk})
    assert signed_in(people.amina).get(path).status_code == 404
    with people.sonia.acts() as acting:
        assert {"show_entry", "hide_entry"} <= set(Entry.objects.of_organisation(acting.organisation_id).values_list("act", flat=True))


def test_who_was_shown_it_shows_it_to_nobody(people: Cast, hidden: Service, signed_in: SignIn) -> None:
    client = signed_in(people.amina)
    assert client.post(f"/directory/entries/{hidden.pk}/show/", {"organisation": people.ines.organisation.pk}).status_code == 404
    assert "Sirius" not in body_of(client, f"/directory/entries/{hidden.pk}/")


# ---- kept closed


def test_an_address_is_kept_told_and_revealed_on_its_page(people: Cast, hidden: Service, signed_in: SignIn) -> None:
    """Kept by one, told to one step by step, revealed once with a reason; the page that offers it shows no word of it."""
    path = f"/directory/entries/{hidden.pk}/closed/"
    keeper, receiver, stranger = signed_in(people.sonia), signed_in(people.amina), signed_in(people.ines)
    assert receiver.get(path).status_code == 404, "nothing was told to them yet"
    assert keeper.post(f"{path}keep/", TOLD).status_code == 302
    assert not any(word in body_of(keeper, path) for word in TOLD.values())
    keeper.post(f"{path}disclose/", {"organisation": people.atalante.pk, "stage": "meeting"})
    assert not any(word in body_of(receiver, path) for word in TOLD.values())
    without = receiver.post(f"{path}reveal/", {"reason": " "}).content.decode()
    assert not any(word in without for word in TOLD.values())
    answer = receiver.post(f"{path}reveal/", {"reason": "elle se met en route"})
    text = answer.content.decode()
    assert [word for word in TOLD.values() if word in text] == [TOLD["meeting_point"]]
    assert answer["Cache-Control"] == "no-store"
    for ask in (stranger.get(path), stranger.post(f"{path}reveal/", {"reason": "curieuse"}), stranger.post(f"{path}keep/", TOLD)):
        assert ask.status_code == 404
    assert receiver.post(f"{path}keep/", TOLD | {"address": "ailleurs"}).status_code == 404
    with people.sonia.acts():
        assert Secret.objects.filter(service=hidden).count() == 2, "whoever was told cannot write it anew"
        assert Entry.objects.filter(act="disclose_secret").count() == 1
    keeper.post(f"{path}take-back/", {"organisation": people.atalante.pk})
    assert receiver.get(path).status_code == 404


def test_an_old_session_reveals_nothing(people: Cast, hidden: Service, signed_in: SignIn) -> None:
    """Six minutes on an open desk: the factor first."""
    path = f"/directory/entries/{hidden.pk}/closed/"
    client = signed_in(people.sonia)
    client.post(f"{path}keep/", TOLD)
    with acting_as(keeper_of(people.sonia.user)):
        SignedIn.objects.filter(user=people.sonia.user).update(confirmed_at=timezone.now() - timedelta(minutes=6))
    answer = client.post(f"{path}reveal/", {"reason": "arrivée"})
    assert answer.status_code == 403
    assert not any(word in answer.content.decode() for word in TOLD.values())
    with people.sonia.acts():
        assert not Entry.objects.filter(act="reveal_secret").exists()


# ---- conventions


def convention(by: Member, **told: Any) -> Any:
    fields: dict[str, Any] = {"parties": ["Atalante", "SIAO inventé"], "object": "Places", "state": "signed", "territories": ["69"]}
    with by.acts() as acting:
        return actions.keep_convention(**fields | told, acting=acting, now=NOW)


def test_conventions_are_read_by_departement_those_that_end_first_at_the_head(people: Cast, signed_in: SignIn) -> None:
    soon, late = timezone.now().date() + timedelta(days=30), timezone.now().date() + timedelta(days=900)
    convention(people.amina, object="Tard", ends_on=late)
    convention(people.amina, object="Bientôt", ends_on=soon, successor_role="Cheffe du pôle victimes")
    convention(people.amina, object="Ailleurs", territories=["13"])
    convention(people.amina, object="Partout", territories=["FR"])
    text = body_of(signed_in(people.amina), "/directory/conventions/?territory=69")
    assert text.index("Bientôt") < text.index("Tard") < text.index("Partout")
    assert "Ailleurs" not in text
    assert "Cheffe du pôle victimes" in text


def test_who_keeps_a_convention_is_reminded_once_for_each_step(people: Cast, as_role: Any, signed_in: SignIn) -> None:
    """Whoever sees to the organisation, not the agent who may have left. Another end starts anew; steps that were missed become one."""
    ends = timezone.now().date() + timedelta(days=150)
    held = convention(people.amina, object="Places", agent="Agente Partie", ends_on=ends, successor_role="Cheffe du pôle")

    def reminded(days_before: int, end: date = ends) -> int:
        with as_role("worker"):
            return remind_of_conventions(now=datetime.combine(end, time(5), UTC) - timedelta(days=days_before))

    said = "Accords qui prennent fin bientôt"
    assert said not in body_of(signed_in(people.chloe), "/")
    sent = [days for days in (200, 181, 180, 179, 100, 60, 59, 20, 14, 13, 0, -1) if reminded(days)]
    assert sent == list(STEPS_DAYS)
    for reader, path in ((people.chloe, "/"), (people.amina, "/directory/")):
        text = body_of(signed_in(reader), path)
        assert said in text
        assert "Cheffe du pôle" in text
    assert said not in body_of(signed_in(people.ines), "/directory/"), "another organisation reads it on the page of conventions"
    later = ends + timedelta(days=400)
    with people.amina.acts() as acting:
        fields = {"parties": held.parties, "object": held.object, "state": "signed", "territories": ["69"]}
        actions.keep_convention(**fields, ends_on=later, convention_id=held.pk, acting=acting, now=NOW)
    assert said not in body_of(signed_in(people.chloe), "/")
    assert [days for days in (200, 20, 19) if reminded(days, later)] == [20]


def test_a_convention_that_ended_or_was_given_up_reminds_nobody(people: Cast, as_role: Any) -> None:
    for state in ("ended", "given_up"):
        convention(people.amina, state=state, ends_on=TODAY + timedelta(days=10))
    with as_role("worker"):
        assert remind_of_conventions(now=NOW) == 0
