"""Words as they are searched: without accents, capitals or punctuation.

The embedded server has no `unaccent`: accents go when a text is written and when it is asked for, so that both meet.
"""

from __future__ import annotations

import re
import unicodedata

# French ones are left out by PostgreSQL's own list; these are for whoever asks in English, and for accents lost on the way.
UNTOLD = frozenset(["a", "an", "the", "for", "at", "of", "in", "with", "who", "to", "on", "and", "me", "ou", "meme", "ete"])
LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l"})


def plain(text: str) -> str:
    """“Référent, préfecture du Rhône” → “referent prefecture du rhone”."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(sign))
    return " ".join(re.findall(r"[a-z0-9]+", bare.translate(LIGATURES)))


def words_asked(text: str) -> list[str]:
    """The words of a question that say something, at most twelve."""
    return [word for word in plain(text[:200]).split() if word not in UNTOLD][:12]
