"""Shapes of the map. No place is ever pinned: the smallest thing drawn is a département."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from repere.directory.territory import territories


@dataclass(frozen=True)
class Shape:
    code: str
    name: str
    state: str
    path: str


@dataclass(frozen=True)
class Tile:
    """A territory without an outline: a square of the same dignity, under the map. `left` and `top` in drawing units."""

    code: str
    name: str
    state: str
    left: int
    top: int


TILE, TILES_TOP = 56, 600


@cache
def _outlines() -> Mapping[str, str]:
    found: dict[str, str] = json.loads((Path(__file__).parent / "departements.json").read_text(encoding="utf-8"))["shapes"]
    return found


def outline(code: str) -> str:
    """The path of a territory's outline; nothing where it has none."""
    return _outlines().get(code, "")


def shapes(states: Mapping[str, str]) -> list[Shape]:
    return [Shape(code, territories()[code].name, states[code], path) for code, path in _outlines().items() if code in states]


def tiles(states: Mapping[str, str]) -> list[Tile]:
    without = [code for code in states if code not in _outlines()]
    return [Tile(code, territories()[code].name, states[code], 10 + place * (TILE + 14), TILES_TOP) for place, code in enumerate(without)]
