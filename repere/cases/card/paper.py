"""The card as a PDF: tagged, with its font inside, and with a title that says nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import typst
from django.utils import translation
from django.utils.translation import gettext

from repere.cases.card.content import LEVELS, CardRight
from repere.core.dates import PartialDate

HERE = Path(__file__).parent
FILE_NAME = "document.pdf"
STEPS = ((14, False), (13, False), (12, False), (12, True))
"""Size in points, and whether its lines stand closer: what is tried in turn until the card fits."""
MOST_PAGES = 2


def make_pdf(rights: Sequence[CardRight], *, on: date, language: str) -> bytes:
    """The card in large print; smaller, but never below 12 points, then with its lines closer, when that keeps it on two sheets."""
    with translation.override(language):
        content = {"language": language, "words": _words(rights, on, language), "shelves": _shelves(rights)}
    with TemporaryDirectory() as folder:
        Path(folder, "card.typ").write_text(_template(), encoding="utf-8")
        for size, close in STEPS:
            told = {**content, "size": size, "close": close}
            Path(folder, "card.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
            press = typst.Compiler(str(Path(folder, "card.typ")), root=folder, font_paths=[str(HERE / "fonts")], ignore_system_fonts=True)
            if _pages(press) <= MOST_PAGES:
                break
        made = press.compile(format="pdf", pdf_standards=["ua-1"])
        return made if isinstance(made, bytes) else b"".join(made or [])


@lru_cache(maxsize=1)
def _template() -> str:
    return (HERE / "card.typ").read_text(encoding="utf-8")


def _pages(press: typst.Compiler) -> int:
    return int(json.loads(press.query("<pages>", field="value", one=True)))


def _words(rights: Sequence[CardRight], on: date, language: str) -> dict[str, object]:
    help_stays = gettext("Asking for a right, or not asking, changes nothing in the help you are given.")
    end = [help_stays + " " + gettext("You may ask your questions as often as you like.")]
    if any(not right.checked for right in rights):
        read = gettext("The texts were read by the people who made this tool. No jurist has checked this page yet.")
        end.append(read + " " + gettext("Show it to one before you rely on it."))
    opened = gettext("This is what the texts we read open to you on %(day)s.") % {"day": PartialDate.on(on).text(language)}
    return {
        "title": gettext("What is open to you"),
        "intro": opened + " " + gettext("Keep this paper only if that is safe for you."),
        "foot": gettext("A working paper. It is not a decision of any authority."),
        "end": end,
    }


def _shelves(rights: Sequence[CardRight]) -> list[dict[str, object]]:
    titles = {
        "national_law": gettext("The country's law"),
        "international_obligation": gettext("What the State has promised to other States"),
        "guidance": gettext("A scheme that exists, and that no law gives"),
        "demanded": gettext("What associations ask for. It is not law"),
    }
    helps = {
        "national_law": gettext("You can ask for these. Who answers stands under each. The person who gave you this paper can help."),
        "international_obligation": gettext(
            "The State has bound itself to give these. Whether a judge applies them directly is not settled."
        ),
        "guidance": gettext("Ask a professional you trust to call. Nobody is bound to say yes."),
        "demanded": gettext("Nobody has to give you these today."),
    }
    return [
        {"title": titles[level], "help": f"{helps[level]} {_unchecked(here)}".strip(), "rights": [_line(right, here) for right in here]}
        for level in LEVELS if (here := [right for right in rights if right.level == level])
    ]  # fmt: skip


def _unchecked(here: Sequence[CardRight]) -> str:
    """Said once when it is true of all of them."""
    return "" if any(right.checked for right in here) else gettext("None of them has been checked by a jurist yet.")


def article(title: str) -> str:
    """The name of the text and its article, without what it is about."""
    return re.split(r"\s+:\s|\s*\(", title)[0] + "".join(re.findall(r"\)(,[^(:]*)", title))


def _line(right: CardRight, here: Sequence[CardRight]) -> dict[str, str]:
    small = []
    if right.granted_by:
        may = gettext("May be granted by: %(who)s") if right.discretion == "discretionary" else gettext("Granted by: %(who)s")
        small.append(may % {"who": right.granted_by})
    if right.sources:
        small.append(gettext("Text: %(texts)s") % {"texts": " ; ".join(dict.fromkeys(map(article, right.sources)))})
    if any(other.checked for other in here):
        small.append(gettext("checked by a jurist") if right.checked else gettext("not yet checked by a jurist"))
    return {"label": right.label, "text": right.text, "small": " · ".join(small)}
