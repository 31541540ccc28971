"""Codes that are read out on the telephone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repere.core.codes import ALPHABET, is_code, new_code, normalise_code

codes = st.builds(new_code)


def test_a_code_has_eight_characters_nobody_confuses() -> None:
    """No I, L, O or U."""
    for _ in range(200):
        code = new_code()
        assert is_code(code)
        assert not set(code) & set("ILOU")


def test_known_codes() -> None:
    """The check character must never change: codes stand on paper."""
    assert is_code("01234568")
    assert is_code("1000000M")
    assert is_code("ZZZZZZZC")
    assert not is_code("01234567")


@given(codes, st.integers(0, 7), st.sampled_from(ALPHABET))
def test_a_wrong_character_is_noticed(code: str, at: int, sign: str) -> None:
    """A case must not be opened by a slip that makes it another one."""
    assert is_code(code[:at] + sign + code[at + 1 :]) is (code[at] == sign)


@given(codes, st.integers(0, 7), st.integers(0, 7))
def test_a_swap_is_noticed(code: str, one: int, other: int) -> None:
    """The commonest slip of the hand, even between distant places."""
    swapped = list(code)
    swapped[one], swapped[other] = swapped[other], swapped[one]
    assert is_code("".join(swapped)) is (code[one] == code[other])


@given(codes)
def test_what_was_meant_is_found(code: str) -> None:
    """Small letters, spaces, hyphens, and O for zero."""
    typed = f" {code[:4].lower()}-{code[4:].lower()} ".replace("0", "o").replace("1", "l")
    assert normalise_code(typed) == code


@pytest.mark.parametrize("text", ["", "ABC", "AAAAAAAAA", "é0000000", "U0000000", "0000000\n1"])
def test_what_is_no_code_is_none(text: str) -> None:
    """A search for something else goes on as a search."""
    assert normalise_code(text) is None
