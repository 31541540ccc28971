"""From case files to columns: clear codes and days, and nothing that leads back."""

from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from repere.accounts.acting import acting_as
from repere.accounts.models import Membership
from repere.cases.models import Case, Fact, Finding
from repere.core.rulebook import load
from repere.core.rulebook.country import snapshot
from repere.core.rulebook.frames import tables_of
from repere.ledger.models import Entry
from repere.observatory import extract
from repere.observatory.collect import collect
from tests.conftest import FILLED_AT as NOW


@pytest.fixture
def member(filled):
    return Membership.objects.current().get(user__email="case.worker@estran.demo.example")


@pytest.fixture(scope="module")
def mechanism():
    return load(Path(settings.REPERE_MECHANISM_FOLDER), "fr")


def test_the_extract_holds_codes_and_days_and_nothing_that_leads_back(member, mechanism, tmp_path):
    made = collect(mechanism, acting=member.actor(), now=NOW, invented=True)
    extract.write(made, tmp_path / "x")
    with acting_as(member.actor()) as actor:
        codes = list(Case.objects.visible_to(actor).values_list("code", "pseudonym", "id", "person_id"))
        own = Fact.objects.visible_to(actor).filter(owner_id=actor.organisation_id).count()
    assert made.fact_count == own
    everything = "".join(str(frame.rows()) for frame in made.facts.values())
    for code, pseudonym, case_id, person_id in codes:
        assert not [secret for secret in (code, pseudonym, str(case_id), str(person_id)) if secret in everything]
    assert "narrative" not in str([frame.columns for frame in made.facts.values()])


def test_the_numbers_say_nothing_about_the_order_of_the_files(member, mechanism):
    one, two = (collect(mechanism, acting=member.actor(), now=NOW, invented=True) for _ in range(2))
    first = {kind: frame["case"].to_list() for kind, frame in one.facts.items()}
    assert first != {kind: frame["case"].to_list() for kind, frame in two.facts.items()}


def test_the_answers_on_the_extract_are_those_of_the_files(member, mechanism):
    made = collect(mechanism, acting=member.actor(), now=NOW, invented=True)
    answers = snapshot(mechanism, tables_of(mechanism, made.cases, made.facts), date(2026, 11, 21))
    with acting_as(member.actor()) as actor:
        stored = Finding.objects.visible_to(actor).filter(view__organisation=actor.organisation_id, view__owner=actor.organisation_id)
        for rule in ("common.assistance_and_support", "fr.residence_permit_complaint", "fr.civi_compensation"):
            assert int((answers[rule] == 2).sum()) == stored.filter(rule_id=rule, outcome="holds").count(), rule


def test_collecting_is_a_look_at_every_person(member, mechanism):
    collect(mechanism, acting=member.actor(), now=NOW, invented=True)
    with acting_as(member.actor()):
        look = Entry.objects.filter(act="extract").latest("position")
    assert look.kind == "look"
    assert len(look.subjects) > 5
