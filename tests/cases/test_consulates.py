"""Nothing goes to a consulate or a body of a country of origin without her agreement, and never once asylum is asked or possible.

Through the verbs of referral, whole: an organisation of that kind, an entry of the directory without an account, a fallback list,
and what changed between sending and answering.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from repere.cases.models import Capsule, Case, Consent, Grant, Offer, Referral
from repere.cases.referral import actions as referring
from repere.cases.referral.actions import Asked
from repere.cases.referral.showing import Chosen
from repere.cases.refusals import Refused
from repere.directory.models import Organisation
from repere.directory.vocabulary import Function, Kind, organisation_kind
from tests.cases.story import concern, record
from tests.cases.test_referral import agree, asked, refused, send
from tests.directory.entries import reached, vetted
from tests.people import Cast, organisation

pytestmark = pytest.mark.django_db
GROUPS = ("profile",)
CONSULATE = {"structure": "Consulat inventé", "kind": "consulate", "function": "referent_consulate", "name": "Liaison du consulat",
             "territories": ["FR"]}  # fmt: skip


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def case(people: Cast) -> Case:
    return concern(people.amina.actor)


@pytest.fixture
def consulate(people: Cast) -> Organisation:
    return organisation("Consulat inventé", "consulate", "75")


@pytest.fixture
def listed(people: Cast) -> UUID:
    """The same as an entry of the directory whose number was called: it has no account."""
    made = vetted(people, people.pascal, **CONSULATE)
    reached(made, people.bruno, now=now())
    return made.pk


def not_possible(case: Case, people: Cast) -> None:
    """What is known of her rules asylum out."""
    record(case, people.amina.actor, "person_described", nationality_group="eu")


def agreed(case: Case, people: Cast, **other: Any) -> Consent:
    told = {"purpose": "return", "recipient": "other", "groups": GROUPS} | other
    return agree(case, people.amina.actor, **told)


def to(*recipients: UUID, consent: Consent | None = None, services: frozenset[UUID] = frozenset(), **other: Any) -> Asked:
    told = {"chosen": Chosen(GROUPS, "support"), "services": services} | other
    return replace(asked(consent, **told), recipients=recipients)


def preview(case: Case, people: Cast, wanted: Asked) -> Any:
    return referring.preview(case, wanted, acting=people.amina.actor, now=now())


def sent(people: Cast) -> list[int]:
    with people.amina.acts() as acting:
        return [model.objects.visible_to(acting).count() for model in (Referral, Offer, Grant, Capsule)]


@pytest.mark.parametrize("listed_only", [False, True])
def test_unknown_counts_as_possible_and_nothing_is_sent(
    case: Case, people: Cast, consulate: Organisation, listed: UUID, listed_only: bool
) -> None:
    """Nobody has asked her yet: the answer is no, with her agreement too, with an account and without."""
    receiver, services = (listed, frozenset({listed})) if listed_only else (consulate.pk, frozenset())
    hers = agreed(case, people)
    for told in ({}, {"nationality_group": "third_country"}, {"nationality_group": "not_known"}):
        if told:
            record(case, people.amina.actor, "person_described", **told)
        refused("origin_while_asylum_possible", lambda: preview(case, people, to(receiver, consent=hers, services=services)))
    assert sent(people) == [0, 0, 0, 0]


@pytest.mark.parametrize("listed_only", [False, True])
def test_without_her_agreement_no_ground_carries_it(
    case: Case, people: Cast, consulate: Organisation, listed: UUID, listed_only: bool
) -> None:
    """Neither danger nor a rule nor an agreement to something else."""
    receiver, services = (listed, frozenset({listed})) if listed_only else (consulate.pk, frozenset())
    not_possible(case, people)
    refused("origin_needs_her_consent", lambda: preview(case, people, to(receiver, services=services, ground="danger")))
    refused("her_agreement_needed", lambda: preview(case, people, to(receiver, services=services)))
    for purpose in ("support", "criminal_procedure"):
        other = agreed(case, people, purpose=purpose)
        wanted = to(receiver, consent=other, services=services)
        refused("consent_does_not_carry", lambda asked=wanted: preview(case, people, asked))
    law = to(receiver, services=services, ground="law", law="fr.report_ill_treatment")
    refused("origin_needs_her_consent", lambda: preview(case, people, law))
    assert sent(people) == [0, 0, 0, 0]


@pytest.mark.parametrize("listed_only", [False, True])
def test_with_her_agreement_and_asylum_ruled_out_it_can_be_sent(
    case: Case, people: Cast, consulate: Organisation, listed: UUID, listed_only: bool
) -> None:
    """She wants to go home and asks for a passport: that is her choice too."""
    receiver, services = (listed, frozenset({listed})) if listed_only else (consulate.pk, frozenset())
    not_possible(case, people)
    send(case, people.amina.actor, to(receiver, consent=agreed(case, people), services=services))
    assert sent(people)[:2] == [1, 1]


def test_it_hides_in_no_fallback_list(case: Case, people: Cast, consulate: Organisation, listed: UUID) -> None:
    """Third in the list is as much a recipient as first."""
    hers = agreed(case, people, purpose="support", recipient="")
    for last, services in ((consulate.pk, frozenset()), (listed, frozenset({listed}))):
        wanted = to(people.boussole.pk, last, consent=hers, services=services)
        with pytest.raises(Refused) as told:
            preview(case, people, wanted)
        assert told.value.code in ("origin_while_asylum_possible", "consent_does_not_carry")
    assert sent(people) == [0, 0, 0, 0]


def test_asylum_asked_after_sending_closes_the_link_before_anything_is_told(case: Case, people: Cast, listed: UUID) -> None:
    """The letter with the link was on its way when she asked. Its holder reads the sentence of any closed link, and nothing of her."""
    amina = people.amina.actor
    not_possible(case, people)
    send(case, amina, to(listed, consent=agreed(case, people), services=frozenset({listed})))
    with people.amina.acts() as acting:
        offer = Offer.objects.visible_to(acting).get()
    made = referring.make_capsule(offer, acting=amina, now=now())
    record(case, amina, "asylum_applied", "2026-06-03", basis="document")
    answer = {"accepts": True, "name": "Dominique", "function": "guichet", "now": now()}
    refused("capsule_closed", lambda: referring.answer_capsule(made.token, made.code, **answer))
    with people.amina.acts() as acting:
        row = Capsule.objects.visible_to(acting).get()
        assert (row.accepted_by, Offer.objects.visible_to(acting).get().state) == (None, offer.state)


def test_asylum_asked_after_sending_makes_no_link(case: Case, people: Cast, listed: UUID) -> None:
    amina = people.amina.actor
    not_possible(case, people)
    send(case, amina, to(listed, consent=agreed(case, people), services=frozenset({listed})))
    with people.amina.acts() as acting:
        offer = Offer.objects.visible_to(acting).get()
    record(case, amina, "asylum_applied", "2026-06-03", basis="document")
    refused("origin_while_asylum_possible", lambda: referring.make_capsule(offer, acting=amina, now=now()))


def test_an_entry_passes_no_wall_that_its_body_could_not_pass(case: Case, people: Cast) -> None:
    """A police service without an account is police: it is no association because it is a line of a list."""
    police = vetted(people, people.pascal, structure="Sûreté inventée", kind="police", function="other", name="Accueil du commissariat")
    wanted = to(police.pk, services=frozenset({police.pk}), ground="danger", chosen=Chosen(GROUPS, "support"))
    refused("purpose_not_for_them", lambda: preview(case, people, wanted))
    stranger = to(case.pk, services=frozenset({case.pk}), ground="danger")
    refused("unknown_organisation", lambda: preview(case, people, stranger))


@pytest.mark.parametrize("kind", Kind.values)
def test_every_kind_of_the_directory_is_a_kind_of_organisation(kind: str) -> None:
    """A consulate stays one whatever post it is listed under; a liaison post of any body counts as a consulate."""
    for function in Function.values:
        found = organisation_kind(kind, function)
        assert found in Organisation.Kind.values
        if kind == Kind.CONSULATE or function == Function.REFERENT_CONSULATE:
            assert found == "consulate"
