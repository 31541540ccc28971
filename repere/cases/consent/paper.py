"""Her paper of one agreement, as a PDF: what she said, what a colleague wrote about it apart, and how she takes it back.

Neither her name nor the code of her file stands on it; the name of the file that is saved says nothing. It is drawn like the rights
card, with the same font inside.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import typst
from django.utils import translation
from django.utils.translation import gettext as _

from repere.cases.consent.queries import ConsentLine
from repere.cases.models.consent import HERSELF
from repere.cases.referral import words
from repere.core.dates import PartialDate

HERE = Path(__file__).parent
FONTS = HERE.parent / "card" / "fonts"
Part = dict[str, object]


def make_pdf(line: ConsentLine, statements: Sequence[ConsentLine], *, on: date, language: str, leaves: bool) -> bytes:
    """`line`: her agreement, or that of whoever represents her; `statements`: what colleagues wrote of the same purpose and recipient.

    Both in words of `language` ("fr" or "en") already. A paper that `leaves` with her says since when and how it is taken back, and
    nothing else: neither which kind of service, nor for what, nor her own words. Found in a pocket, those would tell.
    """
    with translation.override(language):
        parts = [_discreet(line, language), _way_back()]
        if not leaves:
            parts = [_agreement(line, language), *([_statements(statements, language)] if statements else []), _way_back()]
        content = {
            "language": language,
            "title": _("What I agreed to") if line.row.said_by == HERSELF else _("What was agreed for me"),
            "intro": _("This paper is yours. It may be kept for you where you are accompanied: ask for it whenever you want."),
            "parts": parts,
            "foot": _("Printed on %(day)s.") % {"day": PartialDate.on(on).text(language)},
        }
    with TemporaryDirectory() as folder:
        Path(folder, "paper.typ").write_text((HERE / "paper.typ").read_text(encoding="utf-8"), encoding="utf-8")
        Path(folder, "paper.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        press = typst.Compiler(str(Path(folder, "paper.typ")), root=folder, font_paths=[str(FONTS)], ignore_system_fonts=True)
        made = press.compile(format="pdf", pdf_standards=["ua-1"])
    return made if isinstance(made, bytes) else b"".join(made or [])


def _agreement(line: ConsentLine, language: str) -> Part:
    row, open_end = line.row, _("until I say otherwise")
    told = [
        (_("Who spoke"), str(words.REPRESENTATIVES[row.representative]) if row.representative else _("Myself")),
        (_("For what"), line.purpose),
        (_("Who may see it"), line.recipient),
        (_("What they may see"), ", ".join(line.groups)),
        (_("By what means"), ", ".join(str(words.CHANNELS[one]) for one in row.channels)),
        (_("What is written down later"), _("may be seen too, until I say otherwise") if row.ongoing else _("is not shown")),
        (_("Since"), PartialDate.on(row.starts_on).text(language)),
        (_("For how long"), _("until %(day)s") % {"day": PartialDate.on(row.ends_on).text(language)} if row.ends_on else open_end),
        (_("Interpreter"), line.interpreter),
        (_("Witness"), line.witness),
        (_("In my own words"), line.words),
    ]
    if row.withdrawn_at:
        told.insert(0, (_("Taken back"), _("I took it back. It carries nothing any more.")))
    return _part(_("What was said"), "", told)


def _discreet(line: ConsentLine, language: str) -> Part:
    row = line.row
    told = [
        (_("Since"), PartialDate.on(row.starts_on).text(language)),
        (_("For how long"), _("until %(day)s") % {"day": PartialDate.on(row.ends_on).text(language)} if row.ends_on else ""),
        (_("What it says"), _("It stands on the paper that is kept for me. I may read it, or have it read to me, whenever I want.")),
    ]
    return _part(_("What was said"), "", told)


def _statements(statements: Sequence[ConsentLine], language: str) -> Part:
    told = [(PartialDate.on(one.row.starts_on).text(language), one.words or _("No words were written.")) for one in statements]
    return _part(_("What a colleague wrote about it"), _("This is not my agreement, and carries nothing."), told)


def _way_back() -> Part:
    told = [
        (_("Whenever I want"), _("I say so to anybody who accompanies me, aloud or in writing. I need no reason.")),
        (_("What happens then"), _("What rested on it closes at once. What was read before cannot be unread.")),
        (_("What I lose"), _("No right, no help and no place.")),
    ]
    return _part(_("How I take it back"), "", told)


def _part(title: str, help: str, told: Sequence[tuple[str, str]]) -> Part:
    return {"title": title, "help": help, "rows": [{"label": label, "text": text} for label, text in told if text]}
