"""The law in force and what is asked for, for one case: nothing that is only asked for looks open."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from django.test import Client

from repere.cases.models import Case
from tests.cases.story import concern, record, told
from tests.people import Cast, Member

SignIn = Callable[[Member], Client]


@pytest.fixture
def case(people: Cast) -> Case:
    amina = people.amina.actor
    case = concern(amina, "2026-05-20")
    described = {"gender": "woman", "nationality_group": "third_country", "territory": "69", "turns_18": "2010", "age_disputed": "no"}
    record(case, amina, "person_described", "2026-05-20", stay_status="irregular", **described)
    record(case, amina, "presumption_stated", "2026-05-20")
    told(case, amina, "complaint_filed", "2026-06-01", basis="document", fields={"describes": ["forced_labour"]})
    return case


def read(signed_in: SignIn, people: Cast, address: str, language: str = "fr") -> str:
    people.amina.membership.user.language = language
    people.amina.membership.user.save(update_fields=["language"])
    answer = signed_in(people.amina).get(address)
    assert answer.status_code == 200
    return " ".join(html.unescape(answer.content.decode()).split())


def columns(page: str) -> list[tuple[str, str]]:
    """The cells (here, there) of every row."""
    rows = re.findall(r"<tr>(.*?)</tr>", page.split("<tbody>")[1])
    return [(cells[0], cells[1]) for row in rows if (cells := re.findall(r"<td[^>]*>(.*?)</td>", row))]


@pytest.mark.parametrize(
    ("language", "would", "nothing", "today"),
    [
        ("fr", "Serait ouvert", "rien dans les textes lus ici", "Ouvert aujourd'hui"),
        ("en", "Would be open", "nothing in the texts read here", "Open to her today"),
    ],
)
def test_what_is_demanded_never_looks_open(
    signed_in: SignIn, people: Cast, case: Case, language: str, would: str, nothing: str, today: str
) -> None:
    """A green "open today" in the column of demands sends her to a counter that gives nothing."""
    shown = read(signed_in, people, f"/cases/{case.code}/compare/", language)
    assert not re.search(r"\b00\d:\d", shown), "lines of a document that nobody can name say nothing"
    cells = columns(shown)
    here, there = (" ".join(side) for side in zip(*cells, strict=True))
    assert would in there
    assert 'class="tag demanded"' in there
    for wrong in (today, "signal open", "signal due"):
        assert wrong not in there
    assert nothing in here, "some texts were read, not the whole law"
    assert "n'existe pas" not in here
    assert "does not exist" not in here


def test_a_demand_read_for_her_promises_nothing(signed_in: SignIn, people: Cast, case: Case) -> None:
    """Its page inside her file says that it would be open, and that it is not law."""
    address = f"/cases/{case.code}/rules/collectif.permit_on_facts/?mechanism=fr%2Bfr-collectif"
    whole = read(signed_in, people, address)
    assert "signal open" not in whole.split("Exemples")[1], "an example of a demand opens nothing either"
    told_of_her = whole.split("Pourquoi")[0]
    assert "Serait ouvert" in told_of_her
    assert "Demandé, pas la loi : cela n'ouvre rien aujourd'hui." in told_of_her
    assert "signal open" not in told_of_her


def test_a_rule_of_her_own_law_is_still_told_as_open_today(signed_in: SignIn, people: Cast, case: Case) -> None:
    page = read(signed_in, people, f"/cases/{case.code}/rules/common.presumed/").split("Pourquoi")[0]
    assert "signal open" in page
    assert "Son dossier n'est pas jugé par cette règle" not in page


def test_an_empty_level_says_that_only_some_texts_were_read(signed_in: SignIn, people: Cast) -> None:
    """Nothing found in what we read is not "nothing in the law"."""
    bare = concern(people.amina.actor, "2026-05-20")
    page = read(signed_in, people, f"/cases/{bare.code}/")
    assert "Rien n'est ouvert à ce niveau aujourd'hui dans les textes lus ici." in page
