"""Who may read what, in the query and again in the database; nothing hidden comes out of a list, a count or a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.directory import actions
from repere.directory.actions.asking import QUESTIONS_A_DAY
from repere.directory.doors import visible_service
from repere.directory.entry_models import Contact, Mandate, Service
from repere.directory.exchange.leaving import export
from repere.directory.models import Organisation
from repere.directory.queries.coverage import Cover, coverage
from repere.directory.queries.search import find, understand
from repere.directory.refusals import NotVisible, Refused
from tests.directory.entries import entry, held, line_of, vetted
from tests.people import Cast, Member, member

SignIn = Callable[[Member], Client]
NOW = datetime(2026, 6, 1, 10, tzinfo=UTC)
TODAY = NOW.date()
HIDDEN = {"structure": "Foyer Mésange", "kind": "shelter", "function": "shelter", "name": "Accueil Mésange bleue", "tier": 2,
          "territories": ["69"], "audiences": ["women"], "phone": "+33 1 99 00 55 66"}  # fmt: skip
STRINGS = ("Mésange", "mesange", "199005566", "1 99 00 55 66")


@pytest.fixture
def hidden(people: Cast) -> Service:
    return entry(people.sonia, **HIDDEN)


@pytest.fixture
def newcomer(people: Cast) -> Member:
    """A case worker of an association in its first thirty days."""
    founded = Organisation(name="Nouvelle", kind="association", territory="69", state=Organisation.State.PROBATION, probation_until=NOW)
    with acting_as(Actor.system("founding", organisation_id=founded.pk)):
        founded.save(force_insert=True)
    return member("Nadia Exemple", founded, "case_worker")


def raw(statement: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


def test_what_is_hidden_is_nowhere_for_another_organisation(people: Cast, hidden: Service, signed_in: SignIn) -> None:
    """Pages, searches, counts, exports, raw SQL on the pages' own connection: not a string of it."""
    client = signed_in(people.amina)
    paths = ["/directory/?q=mésange", "/directory/?q=hébergement+69", "/directory/?function=shelter&territory=69", "/directory/to-vouch/",
             "/directory/coverage/?function=shelter", f"/directory/entries/{hidden.pk}/", "/directory/files/"]  # fmt: skip
    texts = [client.get(path).content.decode() for path in paths]
    with people.amina.acts() as acting:
        texts += [export(kind, acting=acting, now=NOW) for kind in ("hsds", "data-inclusion", "csv")]
        texts += [str(raw("SELECT * FROM directory_service")), str(raw("SELECT * FROM directory_structure"))]
        texts += [str(raw("SELECT * FROM directory_contact")), str(raw("SELECT * FROM ledger_entry"))]
        assert find(acting, understand("hébergement femmes"), on=TODAY).lines == []
        assert not Service.objects.visible_to(acting).filter(pk=hidden.pk).exists()
        assert raw("SELECT count(*) FROM directory_service") == [(0,)]
    # What somebody typed into the search comes back in its field: that is hers.
    found = [(text[:80], string) for text in texts[1:] for string in STRINGS if string in text]
    assert found == []


def test_a_hidden_entry_and_no_entry_answer_alike(people: Cast, hidden: Service, signed_in: SignIn) -> None:
    """Whoever guesses an address learns nothing from the answer."""
    client = signed_in(people.ines)
    there, nowhere = client.get(f"/directory/entries/{hidden.pk}/"), client.get(f"/directory/entries/{uuid4()}/")
    assert there.status_code == nowhere.status_code == 404
    assert len(there.content) == len(nowhere.content)
    assert set(there.headers) == set(nowhere.headers)
    for act in ("vouch", "outcome", "close"):
        assert client.post(f"/directory/entries/{hidden.pk}/{act}/").status_code == 404


def test_a_directed_question_says_yes_or_no_and_no_more(people: Cast, hidden: Service) -> None:
    """For roles that look for where somebody can go; counted; nothing of who or where."""

    def ask(by: Member, region: str = "84", audience: str = "women") -> bool:
        with by.acts() as acting:
            return actions.ask_for_safe_place(region=region, audience=audience, acting=acting, now=NOW)

    assert ask(people.amina) is False, "nobody has vouched for it yet"
    with people.sonia.acts() as acting:
        assert Service.objects.get(pk=hidden.pk).words == "", "not searchable, whoever asks"
        actions.vouch(hidden.pk, reason="visité", acting=acting, now=NOW)
        actions.show_to(hidden.pk, people.prefecture.pk, acting=acting, now=NOW)
    with people.pascal.acts() as acting:
        assert actions.vouch(hidden.pk, reason="visité avec eux", acting=acting, now=NOW) is True
        assert find(acting, understand("hébergement"), on=TODAY).lines == [], "known to them, and still in no list"
    assert ask(people.amina) is True
    assert ask(people.amina, "93") is False
    with pytest.raises(Refused):
        ask(people.pascal)
    for _ in range(QUESTIONS_A_DAY - 3):
        assert ask(people.amina, "93") is False
    with pytest.raises(Refused) as refused:
        ask(people.amina)
    assert refused.value.code == "too_many_questions"


def test_an_organisation_on_probation_sees_the_public_tier_and_no_name(people: Cast, newcomer: Member) -> None:
    """Thirty days in which it could be a trafficker's front: no member's list, no person, no voice."""
    members_only = vetted(people, people.pascal)
    public = vetted(people, people.pascal, tier=0, structure="Préfecture publique", name="Accueil public")
    mandate = held(public, people.pascal, people.bruno, since=date(2026, 1, 1))
    with newcomer.acts() as acting:
        seen = find(acting, understand("préfecture 69"), on=TODAY).lines
        assert [line.service for line in seen] == [public]
        assert seen[0].holder is None
        assert raw("SELECT id FROM directory_service") == [(public.pk,)]
        assert raw("SELECT id FROM directory_mandate") == []
        with pytest.raises(NotVisible):
            visible_service(acting, members_only.pk)
        with pytest.raises(Refused) as refused:
            actions.vouch(public.pk, reason="vu", acting=acting, now=NOW)
        assert refused.value.code == "not_past_probation"
    with people.amina.acts():
        assert Mandate.objects.filter(pk=mandate.pk).exists()


def test_nothing_is_offered_on_one_voice_or_on_two_of_one_organisation(people: Cast) -> None:
    """Neither by the pages nor by whoever writes SQL on their connection."""
    made = entry(people.pascal)
    with people.amina.acts() as acting:
        assert actions.vouch(made.pk, reason="appelés", acting=acting, now=NOW) is False
    with people.odile.acts() as acting, pytest.raises(Refused) as refused:
        actions.vouch(made.pk, reason="appelés", acting=acting, now=NOW)
    assert refused.value.code == "already_said"
    with people.pascal.acts(), pytest.raises(DatabaseError), transaction.atomic():
        raw(f"UPDATE directory_service SET vetted_at = now() WHERE id = '{made.pk}' RETURNING id")
    with people.pascal.acts(), pytest.raises(DatabaseError), transaction.atomic():
        Service.objects.create(
            organisation=people.prefecture, structure=made.structure, function="other", name="Déjà vérifié", territories=["69"],
            vetted_at=NOW,
        )  # fmt: skip
    with people.amina.acts() as acting:
        assert find(acting, understand("préfecture 69"), on=TODAY).lines == []


def test_a_body_does_not_vouch_for_itself(people: Cast) -> None:
    """Declared by itself: two others say so."""
    with people.bruno.acts() as acting:
        made = actions.add_entry(
            structure="Boussole", kind="specialised_association", member_id=people.boussole.pk, function="legal", name="Permanence",
            territories=["13"], acting=acting, now=NOW,
        )  # fmt: skip
        with pytest.raises(Refused) as refused:
            actions.vouch(made.pk, reason="c'est nous", acting=acting, now=NOW)
    assert refused.value.code == "own_entry"
    assert made.origin == "self_declared"


def test_a_changed_number_waits_for_a_call_to_the_former_one(people: Cast) -> None:
    """Whoever takes over an account cannot divert victims: the old number is called, by somebody else."""
    made = vetted(people, people.pascal)
    former = line_of(made, people.pascal)
    with people.pascal.acts() as acting:
        changed = actions.change_contact(former.pk, value="+33 1 99 00 77 88", acting=acting, now=NOW)
        for refused_act in (
            lambda: actions.call_back(changed.pk, confirmed=True, acting=acting, now=NOW),
            lambda: actions.verify_contact(changed.pk, acting=acting, now=NOW),
            lambda: actions.add_contact(made.pk, kind="phone", value="+33 1 99 00 77 88", acting=acting, now=NOW),
            lambda: actions.change_contact(former.pk, value="+33 1 99 00 77 99", acting=acting, now=NOW),
        ):
            with pytest.raises(Refused):
                refused_act()
        with pytest.raises(DatabaseError), transaction.atomic():
            raw(f"UPDATE directory_contact SET value = '+33199007788' WHERE id = '{former.pk}' RETURNING id")
        with pytest.raises(DatabaseError), transaction.atomic():
            Contact.objects.create(
                service=made, kind="phone", value="+33199007788", entered_at=NOW, entered_by=acting.user_id,
                entered_organisation_id=acting.organisation_id,
            )  # fmt: skip
    with people.amina.acts() as acting:
        shown = find(acting, understand("préfecture 69"), on=TODAY).lines[0].reaches
        assert {(reach.contact.pk, reach.waits) for reach in shown} == {(former.pk, False), (changed.pk, True)}
        actions.call_back(changed.pk, confirmed=True, acting=acting, now=NOW)
        shown = find(acting, understand("préfecture 69"), on=TODAY).lines[0].reaches
        assert [(reach.contact.pk, reach.waits) for reach in shown] == [(changed.pk, False)]


def test_a_clicked_link_changes_nothing_but_its_own_day(people: Cast) -> None:
    """It proves a mailbox, not a function: no tier, no vetting, no verification, no change."""
    made = entry(people.pascal, email="referent@example.org")
    with people.pascal.acts() as acting:
        mailbox = Contact.objects.get(service=made, kind="email")
        changed = actions.change_contact(mailbox.pk, value="autre@example.org", acting=acting, now=NOW)
        with pytest.raises(DatabaseError, match="proved by a link"), transaction.atomic():
            actions.prove_mailbox(changed.pk, acting=acting, now=NOW)
        with acting_as(Actor.system("mailbox_link", organisation_id=people.pascal.organisation.pk)) as house:
            actions.prove_mailbox(changed.pk, acting=house, now=NOW)
        after, service = Contact.objects.get(pk=changed.pk), Service.objects.get(pk=made.pk)
    assert after.mailbox_proved_on == TODAY
    assert after.is_pending
    assert after.verified_on is None
    assert (service.tier, service.vetted_at) == (made.tier, None)


def test_a_mandate_counts_only_once_somebody_else_confirmed_it(people: Cast) -> None:
    made = vetted(people, people.pascal)
    mandate = held(made, people.pascal, None, since=date(2026, 1, 1))
    with people.pascal.acts() as acting, pytest.raises(Refused):
        actions.confirm_mandate(mandate.pk, acting=acting, now=NOW)
    with people.pascal.acts(), pytest.raises(DatabaseError), transaction.atomic():
        Mandate.objects.filter(pk=mandate.pk).update(confirmed_on=TODAY, confirmed_by=people.pascal.user.pk)


def test_protected_functions_are_told_by_region_and_from_three_bodies_on(people: Cast) -> None:
    outreach = {"kind": "general_association", "function": "outreach", "territories": ["69"]}
    for number in range(2):
        vetted(people, people.pascal, **outreach | {"structure": f"Rue {number} inventée", "name": f"Maraude {number}"})
    with people.amina.acts() as acting:
        assert set(coverage(acting, "outreach", on=TODAY).values()) == {Cover.NOT_TOLD}
    vetted(people, people.pascal, **outreach | {"structure": "Troisième inventée", "name": "Maraude 3", "territories": ["01"]})
    with people.amina.acts() as acting:
        told = coverage(acting, "outreach", on=TODAY)
    assert told["69"] is told["42"] is Cover.COVERED, "the whole région, not the département"
    assert told["13"] is Cover.NOT_TOLD


def test_only_who_keeps_an_entry_changes_it(people: Cast) -> None:
    made = vetted(people, people.pascal)
    with people.amina.acts() as acting:
        with pytest.raises(Refused) as refused:
            actions.edit_service(made.pk, name="Détourné", acting=acting, now=NOW)
        assert Service.objects.filter(pk=made.pk).update(name="Détourné") == 0
    assert refused.value.code == "not_ours"


@pytest.mark.parametrize("text", ["au 12 rue des Lilas", "12bis, avenue Foch", "appeler le 06 12 34 56 78", "+33612345678 la nuit"])
def test_an_address_in_words_is_refused(people: Cast, text: str) -> None:
    """Free text is copied everywhere; an address in it would go along."""
    with pytest.raises(Refused) as refused:
        entry(people.pascal, description=text)
    assert refused.value.code == "address_in_words"


def test_nobody_acting_sees_anything(people: Cast) -> None:
    vetted(people, people.pascal, tier=0, structure="Préfecture publique")
    assert raw("SELECT count(*) FROM directory_service") == [(0,)]
    assert raw("SELECT count(*) FROM directory_matches('', '', '', '', 50)") == [(0,)]


def test_nobody_confirms_in_the_name_of_another_or_ends_what_another_keeps(people: Cast) -> None:
    """Whoever writes SQL on the pages' connection is still only herself."""
    made = vetted(people, people.pascal)
    mandate, contact = held(made, people.pascal, None, since=date(2026, 1, 1)), line_of(made, people.pascal)
    other = str(people.bruno.user.pk)
    for by, statement in (
        (people.pascal, f"UPDATE directory_mandate SET confirmed_on = '2026-06-01', confirmed_by = '{other}' WHERE id = '{mandate.pk}'"),
        (people.amina, f"UPDATE directory_contact SET verified_on = '2026-06-01', verified_by = '{other}' WHERE id = '{contact.pk}'"),
        (people.amina, f"UPDATE directory_mandate SET ends_on = '2026-06-01' WHERE id = '{mandate.pk}'"),
    ):
        with by.acts(), pytest.raises(DatabaseError, match="in the name of another"), transaction.atomic():
            raw(f"{statement} RETURNING id")


@pytest.mark.parametrize("column", ["ended_on", "mailbox_proved_on"])
def test_sql_of_another_organisation_ends_no_contact_and_proves_no_mailbox(people: Cast, column: str) -> None:
    """An ended number is a door that victims find closed: it ends by a call, noted in one's own name, and not otherwise."""
    made = vetted(people, people.pascal)
    line = line_of(made, people.pascal)
    end = f"UPDATE directory_contact SET {column} = '2026-06-01' WHERE id = '{line.pk}' RETURNING id"
    with people.amina.acts(), pytest.raises(DatabaseError, match="ends by a call|who keeps the entry"), transaction.atomic():
        raw(end)
    with people.pascal.acts():
        changed = actions.change_contact(line.pk, value="+33 1 99 00 77 88", acting=people.pascal.actor, now=NOW)
    with people.amina.acts(), pytest.raises(DatabaseError, match="ends by a call|who keeps the entry"), transaction.atomic():
        raw(end)
    # Not even who keeps the entry: whoever took over its account could silence the former number.
    with people.pascal.acts(), pytest.raises(DatabaseError, match="ends by a call"), transaction.atomic():
        raw(f"UPDATE directory_contact SET ended_on = '2026-06-01' WHERE id IN ('{line.pk}', '{changed.pk}') RETURNING id")
    with people.amina.acts() as acting:
        actions.call_back(changed.pk, confirmed=True, acting=acting, now=NOW)
        assert Contact.objects.get(pk=line.pk).ended_on == TODAY
        with pytest.raises(DatabaseError, match="ends by a call"), transaction.atomic():
            raw(f"UPDATE directory_contact SET ended_on = NULL WHERE id = '{line.pk}' RETURNING id")


def test_a_change_that_nobody_knew_of_is_ended_by_who_called(people: Cast) -> None:
    made = vetted(people, people.pascal)
    with people.pascal.acts() as acting:
        changed = actions.change_contact(line_of(made, people.pascal).pk, value="+33 1 99 00 77 88", acting=acting, now=NOW)
    with people.amina.acts() as acting:
        actions.call_back(changed.pk, confirmed=False, acting=acting, now=NOW)
        assert Contact.objects.get(pk=changed.pk).ended_on == TODAY


def test_only_who_keeps_the_entry_notes_a_proved_mailbox(people: Cast) -> None:
    made = vetted(people, people.pascal, email="referent@example.org")
    with people.amina.acts() as acting:
        mailbox = Contact.objects.get(service=made, kind="email")
        with pytest.raises(Refused) as refused:
            actions.prove_mailbox(mailbox.pk, acting=acting, now=NOW)
    assert refused.value.code == "not_ours"
