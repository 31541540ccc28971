"""What comes in goes out again, and what was corrected meanwhile goes out corrected."""

from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from repere.cases.exchange.mapping import Reading, draft
from repere.cases.exchange.writing import KnownFact, KnownPerson, gaps, row_of
from repere.core.dates import PartialDate
from repere.core.rulebook import check_fact, load
from tests.exchange.rows import row

TODAY = date(2026, 11, 21)
MECHANISM = load(Path(settings.REPERE_MECHANISM_FOLDER), "fr")
READING = Reading(MECHANISM, TODAY)


def held(values: dict[str, str]) -> KnownPerson:
    """What the house holds after taking a row: every fact clean, as it is stored."""
    told = draft(values, READING)
    facts = [
        KnownFact(
            fact.kind,
            fact.on,
            check_fact(
                MECHANISM,
                fact.kind,
                fact.fields,
                earliest=fact.on.earliest,
                latest=fact.on.latest,
                role="case_worker",
                basis=fact.basis,
                today=TODAY,
            ),
        )
        for fact in told.facts
    ]
    return KnownPerson(facts, told.identity, told.contact, told.kept)


@given(row())
def test_a_row_comes_back_without_loss(values):
    assert row_of(held(values), MECHANISM) == values


@given(row(), row())
def test_a_file_of_the_house_comes_back_without_loss(values, others):
    """Facts from one row with nothing kept: what is exported is imported and exported the same."""
    own = held(values)
    first = row_of(KnownPerson(own.facts, own.identity, own.contact, {}), MECHANISM)
    assert row_of(held(first), MECHANISM) == first


FORMS = st.lists(st.sampled_from(sorted(MECHANISM.codelists["form"])), min_size=1, max_size=3, unique=True)


@given(row(), FORMS)
def test_a_correction_goes_out(values, forms):
    person = held(values)
    corrected = KnownFact("exploitation_described", PartialDate.on(TODAY), {"forms": sorted(forms)})
    out = row_of(KnownPerson([*person.facts, corrected], person.identity, person.contact, person.kept), MECHANISM)
    said = set(out["vic_TypeOfExploitation"].split(";"))
    assert said >= {MECHANISM.codelists["form"][form].htcds or "Other" for form in forms} - {
        "Other",
        "Servitude",
        "ForcedLabour",
        "SexualExploitation",
    }
    # What did not change goes out as it came.
    assert {name: out.get(name) for name in values if name != "vic_TypeOfExploitation"} == {
        name: value for name, value in values.items() if name != "vic_TypeOfExploitation"
    }


def test_forced_criminality_goes_out_as_other_and_the_note_says_so():
    person = KnownPerson([KnownFact("exploitation_described", PartialDate.on(TODAY), {"forms": ["forced_criminality"]})], {}, {}, {})
    assert row_of(person, MECHANISM)["vic_TypeOfExploitation"] == "Other"
    assert "forced_criminality" in gaps(person)


def test_a_method_that_is_no_means_in_law_asserts_nothing():
    facts = {fact.kind: fact for fact in draft({"vic_MethodsOfControl": "TakesEarnings;DebtBondage"}, READING).facts}
    assert "exploitation_described" not in facts


def test_one_box_of_consent_opens_no_purpose():
    facts = {fact.kind: fact for fact in draft({"con_Consent": "true"}, READING).facts}
    assert facts["consent_given"].fields == {"purpose": "not_known"}
    assert "consent_refused" not in {fact.kind for fact in draft({"con_Consent": "false"}, READING).facts}


def test_an_adult_keeps_only_the_year_in_clear_and_a_minor_the_day():
    adult = {fact.kind: fact for fact in draft({"prs_Birthdate": "1990-05-17"}, READING).facts}["person_described"]
    assert adult.fields["turns_18"] == PartialDate(date(2008, 1, 1), date(2008, 12, 31))
    minor = {fact.kind: fact for fact in draft({"prs_Birthdate": "2010-05-17"}, READING).facts}["person_described"]
    assert minor.fields["turns_18"] == PartialDate.on(date(2028, 5, 17))


@pytest.mark.parametrize(
    ("country", "code", "territory"),
    [("FR", "69003", "69"), ("FR", "97300", "973"), ("FR", "20090", "2A"), ("FR", "20200", "2B"), ("GB", "69003", None), ("FR", "9", None)],
)
def test_a_french_address_tells_the_departement(country, code, territory):
    assert draft({"prs_MailingCountry": country, "prs_MailingPostalCode": code}, READING).territory == territory


@pytest.mark.parametrize(("value", "group"), [("FR;NG", "french"), ("RO", "eu"), ("NG", "third_country")])
def test_citizenship_becomes_a_group(value, group):
    facts = {fact.kind: fact for fact in draft({"prs_Citizenship": value}, READING).facts}
    assert facts["person_described"].fields["nationality_group"] == group
