"""What she agrees to: in whose voice, for whom, and what ends when she takes it back."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from repere.accounts.acting import acting_as
from repere.cases import mechanisms
from repere.cases.consent import queries
from repere.cases.consent.actions import Voice, record_refusal, withdraw_consent
from repere.cases.consent.forms import ConsentForm
from repere.cases.models import Case, Consent, Fact
from repere.cases.referral.called_back import ended_with
from repere.cases.refusals import NotVisible, Refused
from repere.core.rulebook import loading as rulebook
from tests.cases.story import concern, facts, grant, record
from tests.cases.test_referral import agree
from tests.people import Cast, Member, each_their_own


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def case(people: Cast) -> Case:
    return concern(people.amina.actor)


def refused(code: str, act: Callable[[], Any]) -> None:
    with pytest.raises(Refused) as told:
        act()
    assert told.value.code == code, told.value.code


def test_an_agreement_is_one_statement_and_one_fact_with_the_names_sealed(case: Case, people: Cast) -> None:
    kept = agree(case, people.amina.actor, words="Oui, mais pas le soir")
    fact = next(one for one in facts(case, people.amina.actor) if one.pk == kept.fact)
    assert (fact.kind, fact.basis, fact.fields["purpose"]) == ("consent_given", "person_said", "support")
    assert kept.version == 1
    for secret in ("Interprète Exemple", "Témoin Exemple", "pas le soir"):
        assert secret.encode() not in bytes(kept.people)
    with acting_as(people.amina.actor) as amina:
        line = queries.consents(amina, case.code, now=now()).lines[0]
    assert (line.interpreter, line.witness, line.words) == ("Interprète Exemple", "Témoin Exemple", "Oui, mais pas le soir")
    assert line.stands


def test_her_word_and_a_colleagues_statement_about_it_are_two_things(case: Case, people: Cast) -> None:
    said = agree(case, people.amina.actor, voice=Voice(said_by="staff"))
    assert not [one for one in facts(case, people.amina.actor) if one.kind == "consent_given"]
    with acting_as(people.amina.actor) as amina:
        assert not queries.consents(amina, case.code, now=now()).lines[0].stands
    assert agree(case, people.amina.actor).version == said.version + 1


def test_an_agreement_says_by_what_means_and_for_whom_and_until_when(case: Case, people: Cast) -> None:
    amina = people.amina.actor
    refused("channel_needed", lambda: agree(case, amina, channels=()))
    refused("groups_needed", lambda: agree(case, amina, groups=()))
    refused("unknown_group", lambda: agree(case, amina, groups=("identity",)))
    refused("end_needed", lambda: agree(case, amina, ends_on=date(2020, 1, 1)))
    refused("in_the_future", lambda: agree(case, amina, starts_on=now().date() + timedelta(days=3)))
    refused("recipient_is_another_kind", lambda: agree(case, amina, organisation=people.police.pk))


def test_her_paper_stays_here_unless_she_says_it_is_safe(case: Case, people: Cast) -> None:
    refused("paper_not_safe", lambda: agree(case, people.amina.actor, paper="with_her"))
    assert agree(case, people.amina.actor, paper="with_her", voice=Voice(paper_is_safe=True)).paper == "with_her"
    assert agree(case, people.amina.actor).paper == "kept_here"


def test_refusing_is_written_down_and_closes_nothing_else(case: Case, people: Cast) -> None:
    amina = people.amina.actor
    record(case, amina, "presumption_stated")
    before = {(one.rule_id, one.outcome) for one in _open(case, people)}
    record_refusal(case, purpose="criminal_procedure", recipient="", on=date(2026, 6, 1), key=uuid4(), acting=amina, now=now())
    assert {(one.rule_id, one.outcome) for one in _open(case, people)} == before, "a refusal costs no right"


def test_what_was_noted_as_a_fact_stands_on_the_page_of_agreements(case: Case, people: Cast, signed_in: Callable[[Member], Client]) -> None:
    """A colleague who opens the page does not ask her again for the complaint that she refused."""
    amina = people.amina.actor
    page = signed_in(people.amina).get(reverse("cases:consents", args=[case.code])).content.decode()
    assert "Rien n’a encore été demandé" in page or "Rien n'a encore été demandé" in page.replace("&#x27;", "'")
    record(case, amina, "consent_given", purpose="legal")
    record_refusal(case, purpose="criminal_procedure", recipient="", on=date(2026, 6, 1), key=uuid4(), acting=amina, now=now())
    answer = signed_in(people.amina).get(reverse("cases:consents", args=[case.code]))
    assert [one.kind for one in answer.context["noted"]] == ["consent_refused", "consent_given"]
    assert "Procédure pénale" in answer.content.decode()


def _open(case: Case, people: Cast) -> list[Any]:
    from repere.cases.queries import case_page

    with acting_as(people.amina.actor) as amina:
        page = case_page(amina, case.code, now=now())
    return [line for level in page.levels for line in level.open]


def test_taking_back_names_what_ends_with_it_before_it_ends(case: Case, people: Cast) -> None:
    amina = people.amina.actor
    first, second = agree(case, amina), agree(case, amina, organisation=people.boussole.pk)
    other = agree(case, amina, recipient="health_service")
    with acting_as(amina):
        found = queries.consents(amina, case.code, now=now())
        _line, resting = queries.resting_on(amina, found, first.pk)
        assert [one.row.pk for one in resting.others] == [second.pk]
    withdraw_consent(first, key=uuid4(), acting=amina, now=now())
    with acting_as(amina):
        ended = set(Consent.objects.visible_to(amina).exclude(withdrawn_at=None).values_list("pk", flat=True))
    assert ended == {first.pk, second.pk}
    assert other.pk not in ended
    refused("consent_taken_back", lambda: withdraw_consent(first, key=uuid4(), acting=amina, now=now()))


def test_an_access_given_by_hand_ends_with_the_agreement_that_carried_it(case: Case, people: Cast) -> None:
    amina = people.amina.actor
    kept = agree(case, amina)
    grant(case, amina, people.boussole, ["profile"], consent=kept.fact)
    with acting_as(people.bruno.actor) as bruno:
        assert Case.objects.visible_to(bruno).exists()
    withdraw_consent(kept, key=uuid4(), acting=amina, now=now())
    with acting_as(people.bruno.actor) as bruno:
        assert not Case.objects.visible_to(bruno).exists()
        assert not Fact.objects.visible_to(bruno).exists()


def test_only_those_who_follow_her_read_and_record_agreements(case: Case, people: Cast) -> None:
    kept = agree(case, people.amina.actor)
    each_their_own(people.atalante)
    refused("take_over_first", lambda: agree(case, people.odile.actor))
    for stranger in (people.odile, people.ines, people.bruno, people.pascal, people.chloe):
        with acting_as(stranger.actor) as actor:
            assert not Consent.objects.visible_to(actor).filter(pk=kept.pk).exists()
        with pytest.raises(NotVisible):
            withdraw_consent(kept, key=uuid4(), acting=stranger.actor, now=now())


def test_the_page_keeps_an_agreement_and_takes_it_back(case: Case, people: Cast, signed_in: Callable[[Member], Client]) -> None:
    client = signed_in(people.amina)
    form = {
        "key": str(uuid4()), "said_by": "herself", "purpose": "support", "recipient": "specialised_association", "groups": ["profile"],
        "channels": ["here"], "ongoing": "no", "starts_on": "2026-06-01", "paper": "kept_here",
    }  # fmt: skip
    answer = client.post(reverse("cases:consent_new", args=[case.code]), form)
    assert answer.status_code == 302, answer.content.decode()
    with acting_as(people.amina.actor) as amina:
        kept = Consent.objects.visible_to(amina).get()
    assert client.get(reverse("cases:consents", args=[case.code])).status_code == 200
    address = reverse("cases:consent_withdraw", args=[case.code, kept.pk])
    assert client.get(address).status_code == 200
    assert client.post(address).status_code == 302
    with acting_as(people.amina.actor) as amina:
        assert Consent.objects.visible_to(amina).get().withdrawn_at


def test_a_form_offers_the_recipients_of_the_cases_country_and_others_stay_readable(
    case: Case, people: Cast, signed_in: Callable[[Member], Client]
) -> None:
    offered = {name: {code for code, _label in form.fields["recipient"].choices} for name, form in _forms().items()}
    assert not {"panel", "competent_authority", "permanent_group", "immigration_office"} & offered["fr"]
    assert {"prefecture", "lawyer", "shelter", "coordination"} <= offered["fr"]
    assert "panel" in offered["fr+fr-collectif"], "what the demands bring is offered under them"
    assert "competent_authority" in offered["uk"]
    assert "prefecture" not in offered["uk"]
    permits = {name: set(mechanisms.named(name).offered("permit_ground")) for name in offered}
    assert "fr_l425_1" in permits["fr"]
    assert not {"uk_temporary_permission", "be_provisional", "fr_demanded_facts"} & permits["fr"]
    assert "fr_demanded_facts" in permits["fr+fr-collectif"]
    layers = set(rulebook.layer_folders(settings.REPERE_MECHANISM_FOLDER)) | {"ge"}
    lists = mechanisms.named("fr").codelists.values()
    assert {layer for codes in lists for one in codes.values() for layer in one.only} <= layers, "a layer that is misspelt hides a word"
    agree(case, people.amina.actor, recipient="permanent_group")
    client = signed_in(people.amina)
    assert "Groupe permanent" in client.get(reverse("cases:consents", args=[case.code])).content.decode()
    [said] = [one for one in facts(case, people.amina.actor) if one.kind == "consent_given"]
    corrected = client.get(reverse("cases:fact_correct", args=[case.code, said.pk])).content.decode()
    assert re.search(r'value="permanent_group"\s+(selected|checked)', corrected), "a correction does not lose what was said"
    assert 'value="panel"' not in corrected


def _forms() -> dict[str, ConsentForm]:
    named = ("fr", "fr+fr-collectif", "uk")
    return {name: ConsentForm(mechanism=mechanisms.named(name), organisations=[]) for name in named}


def test_the_language_of_the_question_is_chosen_from_a_list(case: Case, people: Cast) -> None:
    form = _forms()["fr"]
    assert ("por", "portugais") in [(code, str(label)) for code, label in form.fields["language"].choices]
    assert "language" in ConsentForm({"language": "ang"}, mechanism=mechanisms.named("fr"), organisations=[]).errors


def test_a_withdrawal_says_which_agreements_go_on(people: Cast) -> None:
    """One taken back by another name than it was given under ends nothing: whoever wrote it down reads so at once."""
    case = concern(people.amina.actor)
    agree(case, people.amina.actor)
    taken_back = record(case, people.amina.actor, "consent_withdrawn", basis="person_said", purpose="legal", recipient="lawyer")
    with acting_as(people.amina.actor) as actor:
        ended = ended_with(actor, Fact.objects.visible_to(actor).select_related("case").get(pk=taken_back.pk))
    assert (ended.agreements, len(ended.still)) == ((), 1)
    assert ended
