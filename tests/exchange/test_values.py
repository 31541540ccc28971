"""One cell at a time: read generously, kept in one spelling, refused in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repere.cases.exchange.reading import escaped, unescaped
from repere.cases.exchange.standard import fields
from repere.cases.exchange.values import EXPECTED, Wrong, readers, wording
from tests.exchange.rows import TEXT, row


@pytest.mark.parametrize(
    ("field", "came", "canonical"),
    [
        ("prs_Citizenship", "FRA;ng; NGA", "FR;NG"),
        ("prs_MailingCountry", "fra", "FR"),
        ("prs_PrimaryLanguage", "fre", "fra"),
        ("prs_PrimaryLanguage", "fr", "fra"),
        ("prs_PrimaryLanguage", "FRA", "fra"),
        ("prs_PrimaryLanguage", "chi", "zho"),
        ("prs_MobilePhone", "+33 6 12 34 56 78", "33612345678"),
        ("prs_MobilePhone", "0033612345678", "33612345678"),
        ("prs_Birthdate", "1999-12-31", "1999-12-31"),
        ("prs_Birthdate", "1999-12-31 00:00:00", "1999-12-31"),
        ("prs_Birthdate", "1999-12", "1999-12"),
        ("prs_Birthdate", "1999-01-01/2001-12-31", "1999-01-01/2001-12-31"),
        ("prs_Birthdate", "1999/2001", "1999-01-01/2001-12-31"),
        ("prs_NumberOfChildren", "2.0", "2"),
        ("con_Consent", "TRUE", "true"),
        ("prs_Deceased", "non", "false"),
        ("vic_TypeOfExploitation", "Forced labour; OrganRemoval", "ForcedLabour;OrganRemoval"),
        ("vic_MethodsOfControl", "DebtBondage PhysicalThreats", "DebtBondage;PhysicalThreats"),
        ("prs_Gender", "Not Specified/Unknown", "NonSpecifiedUnknown"),
        ("hte_Longitude", "-52,32", "-52.32"),
        ("prs_MailingLatitude", "48.85", "48.85"),
    ],
)
def test_a_value_is_read_and_kept_in_one_spelling(field, came, canonical):
    assert readers()[field](came) == canonical


@pytest.mark.parametrize(
    ("field", "came", "code"),
    [
        ("prs_Citizenship", "Nigeria", "country"),
        ("prs_Citizenship", "ZZ", "country"),
        ("prs_PrimaryLanguage", "français", "language"),
        ("prs_PrimaryLanguage", "qqq", "language"),
        ("prs_HomePhone", "06 12 34 56 78", "phone"),
        ("prs_HomePhone", "call me", "phone"),
        ("prs_Birthdate", "31/12/1999", "day_order"),
        ("prs_Birthdate", "1999-02-30", "date"),
        ("prs_Birthdate", "2001/1999", "date"),
        ("prs_Birthdate", "soon", "date"),
        ("prs_NumberOfChildren", "-1", "integer"),
        ("prs_NumberOfChildren", "many", "integer"),
        ("vic_AgeWhenTrafficked", "199", "integer"),
        ("con_Consent", "maybe", "checkbox"),
        ("vic_TypeOfExploitation", "ForcedLabour;Nothing", "code"),
        ("vic_TypeOfExploitation", "Forced criminality", "code"),
        ("hte_Latitude", "91", "latitude"),
        ("hte_Longitude", "181", "longitude"),
        ("prs_FirstName", "a\x00b", "control"),
        ("prs_FirstName", "x" * 3000, "too_long"),
    ],
)
def test_a_wrong_value_is_refused_with_what_was_expected(field, came, code):
    with pytest.raises(Wrong) as wrong:
        readers()[field](came)
    assert wrong.value.code == code
    assert "%(" not in wording(wrong.value.code, wrong.value.params)


@pytest.mark.parametrize(("order", "iso"), [("dmy", "1999-04-03"), ("mdy", "1999-03-04")])
def test_days_with_slashes_are_read_when_their_order_is_said(order, iso):
    assert readers(order)["prs_Birthdate"]("03/04/1999") == iso


def test_every_code_and_every_label_is_read():
    for name, field in fields().items():
        for code, label in field.codes.items():
            assert readers()[name](code) == code
            assert readers()[name](label.upper()) == code


@given(row())
def test_canonical_values_are_read_as_they_are(values):
    assert {name: readers()[name](value) for name, value in values.items()} == values


@given(st.one_of(TEXT, st.sampled_from(["=1+1", "'=1", "''+x", "@x", "-", "+33", "\t=", "'t Hooft", "'", ""])))
def test_no_written_text_begins_as_a_formula_and_all_come_back(text):
    written = escaped(text)
    assert not written.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unescaped(written) == text


def test_every_mistake_has_a_sentence():
    assert all(EXPECTED.values())
