"""The invented colleagues: told apart by name, in no language that the reader did not choose."""

from __future__ import annotations

from itertools import chain

from repere.cases import mechanisms
from repere.demo.cast import BODIES


def test_each_invented_colleague_has_a_name_of_her_own() -> None:
    everybody = [body.person(role) for body in BODIES for role in body.roles]
    assert len(set(everybody)) == len(everybody)
    assert all(len(name.split()) == 2 for name in everybody)


def test_no_name_on_a_french_page_is_an_english_word_for_a_role() -> None:
    """A name such as "Case worker" stood on every line that a colleague had written."""
    words = {word.lower() for role in mechanisms.common().roles.values() for word in role.label.text("en").split()}
    names = set(chain.from_iterable(body.person(role).lower().split() for body in BODIES for role in body.roles))
    assert not names & words
