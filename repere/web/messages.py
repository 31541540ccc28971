"""The words of the interface: found in the code and the pages, translated in `locale/`, compiled for the server.

python -m repere.web.messages extract     # new sentences into locale/fr, gone ones out
python -m repere.web.messages compile     # .po into .mo; `repere` does it by itself where the .mo is missing or older
python -m repere.web.messages check       # what has no French yet
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract as extract_with
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation import template as django_template

ROOT = Path(__file__).resolve().parents[2]
CODE = ROOT / "repere"
LOCALES = ROOT / "locale"
LANGUAGE = "fr"
KEYWORDS: dict[str, Any] = {
    "_": None, "N_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None,
    "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3), "npgettext_lazy": ((1, "c"), 2, 3),
}  # fmt: skip
HEADER = b"""# The words of the interface in French. English sentences stand in the code.
msgid ""
msgstr ""
"Language: fr\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\\n"

"""
Found = tuple[str, int, Any, str | None]


def found_messages() -> Iterator[Found]:
    """(file, line, msgid, context) of every sentence in the code and the pages."""
    for path in sorted(CODE.rglob("*.py")):
        if "migrations" not in path.parts:
            yield from _in(path, path.read_bytes())
    for path in sorted(CODE.rglob("*.html")):
        yield from _in(path, django_template.templatize(path.read_text(encoding="utf-8"), origin=str(path)).encode())


def _in(path: Path, python: bytes) -> Iterator[Found]:
    for line, message, _comments, context in extract_with("python", BytesIO(python), keywords=KEYWORDS, options={"encoding": "utf-8"}):
        yield str(path.relative_to(ROOT)), line, message, context


def template_catalog() -> Catalog:
    catalog = Catalog(locale=LANGUAGE, project="Repère", charset="utf-8", fuzzy=False)
    for file, line, message, context in found_messages():
        text = message if isinstance(message, tuple) else str(message)
        if text:
            catalog.add(text, locations=[(file, line)], context=context, flags=_flags(text))
    return catalog


def _flags(text: Any) -> list[str]:
    first = text[0] if isinstance(text, tuple) else text
    return ["python-format"] if re.search(r"%\(\w+\)[sd]", first) else []


def po_path(language: str = LANGUAGE) -> Path:
    return LOCALES / language / "LC_MESSAGES" / "django.po"


def read(language: str = LANGUAGE) -> Catalog:
    path = po_path(language)
    if not path.exists():
        return Catalog(locale=language, charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language, charset="utf-8")


def extract() -> None:
    """New sentences in, gone ones out; nothing is guessed from a similar sentence."""
    catalog, wanted = read(), template_catalog()
    for message in wanted:
        if message.id:
            known = catalog.get(_key(message.id), message.context)
            message.string = known.string if known and known.string else message.string
    po_path().parent.mkdir(parents=True, exist_ok=True)
    # Written beside and then put in place: another reading of it meanwhile finds the whole file, never an empty one.
    beside = po_path().with_suffix(f".{os.getpid()}")
    with beside.open("wb") as file:
        file.write(HEADER)
        write_po(file, wanted, width=120, omit_header=True, sort_by_file=True, include_lineno=False)
    beside.replace(po_path())


def _key(message_id: Any) -> str:
    return str(message_id[0] if isinstance(message_id, tuple | list) else message_id)


def missing() -> list[str]:
    """Sentences of the code and the pages without a French text, or with a doubtful one."""
    catalog = read()
    without = []
    for message in template_catalog():
        if not message.id:
            continue
        known = catalog.get(_key(message.id), message.context)
        strings = known.string if known and isinstance(known.string, tuple) else (known.string,) if known else ("",)
        if known is None or not all(strings) or known.fuzzy:
            without.append(_key(message.id))
    return without


def placeholders_differ() -> list[str]:
    """Sentences whose French forgets or invents a placeholder."""
    wrong = []
    for message in read():
        if not message.id:
            continue
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        wanted = _placeholders(" ".join(message.id) if isinstance(message.id, tuple | list) else message.id)
        told = [_placeholders(str(text)) for text in strings if text]
        forgets = not isinstance(message.id, tuple) and any(wanted - found for found in told)
        if forgets or any(found - wanted for found in told):
            wrong.append(_key(message.id))
    return wrong


def _placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[sd]", text))


def compile_all() -> None:
    for path in _written():
        _compile(path)


def compile_old() -> list[Path]:
    """Compile what was never compiled or was changed since: pages half in English would be served otherwise, without a word.

    Returns the texts that could not be compiled, because their folder may not be written in.
    """
    failed = []
    for path in _written():
        made = path.with_suffix(".mo")
        if not made.exists() or made.stat().st_mtime < path.stat().st_mtime:
            try:
                _compile(path)
            except OSError:
                failed.append(path)
    return failed


def _written() -> list[Path]:
    return sorted(LOCALES.glob("*/LC_MESSAGES/django.po"))


def _compile(path: Path) -> None:
    with path.open("rb") as file:
        catalog = read_po(file, locale=path.parents[1].name, charset="utf-8")
    # Written beside and then put in place: a process that reads it meanwhile finds the whole file.
    beside = path.with_suffix(f".{os.getpid()}.mo")
    with beside.open("wb") as made:
        write_mo(made, catalog)
    beside.replace(path.with_suffix(".mo"))


def main(argument: str) -> int:
    match argument:
        case "extract":
            extract()
        case "compile":
            compile_all()
        case "check":
            without = [*missing(), *placeholders_differ()]
            sys.stdout.writelines(f"{text}\n" for text in without)
            return 1 if without else 0
        case _:
            sys.stderr.write(__doc__ or "")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else ""))
