"""About how far one département lies from another: between the middles of their outlines. No place is pinned, and no road is counted."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from functools import cache

from repere.directory.geography.outlines import outline
from repere.directory.territory import METROPOLE, territories

KM_PER_UNIT = 2.0
"""Of the drawing. Nord to Pyrénées-Orientales: 436 units, about 870 km. Overseas territories are drawn to scales of their own."""
_NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")


def hundreds_of_km(homes: Iterable[str]) -> dict[str, int]:
    """Of every territory of the mainland and Corsica: hundreds of kilometres, begun, to the nearest of `homes`; 0 is one of them. Those
    that no home can be compared with are left out."""
    middles = [middle for middle in map(_middle, set(homes)) if middle]
    told = {}
    for code in territories():
        here = _middle(code)
        if here and middles:
            told[code] = min(math.ceil(math.dist(here, home) * KM_PER_UNIT / 100) for home in middles)
    return told


@cache
def _middle(code: str) -> tuple[float, float] | None:
    place = territories().get(code)
    drawn = outline(code)
    if place is None or place.zone != METROPOLE or not drawn:
        return None
    numbers = [float(one) for one in _NUMBERS.findall(drawn)]
    across, down = numbers[::2], numbers[1::2]
    return (min(across) + max(across)) / 2, (min(down) + max(down)) / 2
