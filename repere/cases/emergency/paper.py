"""The sheets as one PDF: a sheet of paper per file, large print, a title that says nothing."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import typst
from django.utils import translation
from django.utils.translation import gettext as _

from repere.cases.emergency.sheets import Sheet
from repere.core.dates import PartialDate

HERE = Path(__file__).parent
FONTS = HERE.parent / "card" / "fonts"


def make_pdf(sheets: Sequence[Sheet], *, on: date, language: str) -> bytes:
    """One page per sheet; long instructions run on to the next."""
    day = PartialDate.on(on).text(language)
    with translation.override(language):
        content = {
            "language": language,
            "foot": _("Printed on %(day)s. Keep locked up; shred when newer sheets are printed.") % {"day": day},
            "sheets": [_words(sheet, language) for sheet in sheets],
        }
    with TemporaryDirectory() as folder:
        Path(folder, "sheets.typ").write_text((HERE / "sheets.typ").read_text(encoding="utf-8"), encoding="utf-8")
        Path(folder, "sheets.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        press = typst.Compiler(str(Path(folder, "sheets.typ")), root=folder, font_paths=[str(FONTS)], ignore_system_fonts=True)
        made = press.compile(format="pdf", pdf_standards=["ua-1"])
    return made if isinstance(made, bytes) else b"".join(made or [])


def _words(sheet: Sheet, language: str) -> dict[str, object]:
    headings = {
        "yes": _("She may be contacted, in this way only"),
        "no": _("Do not contact her"),
        "not_asked": _("No safe-contact instructions: do not call, do not write."),
    }
    unknown = _("It is not known whether she may be contacted: do not call, do not write.")
    told = _("As told on %(day)s.") % {"day": PartialDate.on(sheet.told_on).text(language)} if sheet.told_on else ""
    warned = [(_("These instructions contradict each other."), one.sentence) for one in sheet.contradictions]
    return {"code": sheet.code, "heading": headings.get(sheet.may_contact, unknown), "lines": [*warned, *sheet.lines], "told": told}
