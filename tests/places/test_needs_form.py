"""The form of a place asks the ages of minors where there are minors, and keeps that part folded elsewhere; nothing in it is lost."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from repere.cases.models import Case
from repere.places.forms import OF_MINORS, NeedsForm
from tests.cases.story import concern
from tests.people import Cast, Member
from tests.places.test_tonight import SAID

SignIn = Callable[[Member], Client]
PART = re.compile(r'<details class="more" id="ages"( open)?>(.*?)</details>', re.DOTALL)


@pytest.fixture
def case(people: Cast) -> Case:
    return concern(people.amina.actor)


def part(page: str) -> tuple[bool, str]:
    """Whether the part on minors is open, and what stands in it."""
    (found,) = PART.finditer(page)
    return bool(found[1]), found[2]


def test_ages_are_asked_where_there_are_minors(people: Cast, case: Case, signed_in: SignIn) -> None:
    amina, address = signed_in(people.amina), f"/cases/{case.code}/place/"
    page = amina.get(address).content.decode()
    opened, fields = part(page)
    assert not opened, "a woman alone is asked no age of a child"
    for name in OF_MINORS:
        assert page.count(f'name="{name}"') == fields.count(f'name="{name}"') == 1, "without a script, one tap opens it"
    assert part(amina.post(address, SAID | {"women": "x"}).content.decode())[0], "two minors, and a number to mend elsewhere"


def test_a_report_of_a_minor_asks_her_age_at_once(people: Cast, case: Case, signed_in: SignIn) -> None:
    assert part(signed_in(people.amina).get(f"/cases/{case.code}/report/").content.decode())[0]


@pytest.mark.parametrize(
    ("said", "asked"),
    [({"minors": "0"}, False), ({"minors": ""}, True), ({"minors": "1"}, True), ({"minors": "0", "aged_3_11": "1"}, True),
     ({"minors": "0", "contested": "woman"}, True), ({"minors": "zwei"}, True)],
)  # fmt: skip
def test_what_was_said_of_minors_is_never_folded_away(said: dict[str, str], asked: bool) -> None:
    form = NeedsForm(SAID | {"women": "1"} | said, exploitation=[])
    form.is_valid()
    assert form.has_minors() is asked


def test_every_field_stands_in_one_of_the_three_parts() -> None:
    form = NeedsForm(exploitation=[])
    assert [bound.name for part in form.parts() for bound in part] == list(form.fields)
