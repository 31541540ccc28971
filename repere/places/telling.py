"""What a short sentence between a house and who asks would tell of somebody: looked for before it is sent. A doubt, never a proof."""

from __future__ import annotations

import re

from repere.core.codes import normalise_code
from repere.directory.checks import NUMBER, STREET
from repere.places.refusals import Doubted

MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
WORD = re.compile(r"[0-9A-Za-z]{8}")


def doubts(text: str) -> tuple[str, ...]:
    """`telephone`, `mail`, `address`, `code`: what stands in a text, as far as its form tells."""
    found = {"telephone": NUMBER.search(text), "mail": MAIL.search(text), "address": STREET.search(text), "code": _code(text)}
    return tuple(name for name, there in found.items() if there)


def _code(text: str) -> bool:
    """A word of eight letters is the code of a file now and then: one without a figure is taken for a word."""
    return any(normalise_code(word) and any(sign.isdigit() for sign in word) for word in WORD.findall(text))


def check(text: str, *, sure: bool, named: bool = False) -> None:
    """Raises Doubted (`tells_of_somebody`) where a text raises a doubt that whoever writes has not set aside. `named`: a name of hers
    stands in it, for who may know that."""
    found = (("name",) if named else ()) + doubts(text)
    if found and not sure:
        raise Doubted("tells_of_somebody", what=found)
