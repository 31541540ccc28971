"""Words of the rule book in several languages, each with its standing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Words(NamedTuple):
    """One text in one language. ``status``: official | translation | unreviewed."""

    text: str
    status: str


@dataclass(frozen=True, slots=True)
class Wording:
    """The same wording in several languages; ``original`` names the one it was written in."""

    original: str
    texts: tuple[tuple[str, Words], ...]

    def get(self, language: str) -> Words | None:
        """Words in this language, none when they do not exist: rights never fall back in silence."""
        return dict(self.texts).get(language[:2])

    def text(self, language: str) -> str:
        """Text in this language; where it is missing, the original between brackets naming its language."""
        words = self.get(language)
        if words:
            return words.text
        return f"[{self.original}] {dict(self.texts)[self.original].text}"

    def __str__(self) -> str:
        return self.text(self.original)
