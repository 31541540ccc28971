"""Taking declared keys out of a block, one fault per thing that is not as expected."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from repere.core.rulebook.errors import Fault, did_you_mean
from repere.core.rulebook.model import Standing
from repere.core.rulebook.reading import Block
from repere.core.rulebook.wording import Wording, Words

LANGUAGES = ("fr", "en")
CERTAINTIES = ("A", "B", "C", "M", "I")
STANDING_KEYS = ("from", "read_in_force_on", "source", "certainty", "checked_on", "checked_by")
_NOBODY = Wording("fr", (("fr", Words("?", "unreviewed")), ("en", Words("?", "unreviewed"))))


class Form:
    """A block being read: what is taken is checked, what is left over is a fault."""

    def __init__(self, block: Block, layer: str, faults: list[Fault], status: str = "unreviewed", original: str = "fr") -> None:
        self.block, self.layer, self.faults = block, layer, faults
        self.status, self.original = status, original
        self.taken: set[str] = {"id", "overlay"}

    def fault(self, key: str, expected: str, came: Any, mend: str = "") -> None:
        """Note a fault at the line of a key."""
        mend = mend or f"write {key} as mechanism/README.md shows"
        self.faults.append(Fault(self.block.file, self.block.at(key), expected, came if isinstance(came, str) else repr(came), mend))

    def raw(self, key: str, default: Any = None) -> Any:
        """Value of a key as it stands."""
        self.taken.add(key)
        return self.block.get(key, default)

    def word(self, key: str, allowed: Iterable[str] | None = None, default: str | None = None, required: bool = False) -> str:
        """One word, among ``allowed`` if given."""
        value = self.raw(key)
        if value is None:
            if required:
                self.fault(key, f"'{key}'", "nothing", f"add {key}: …")
            return default or ""
        value = str(value)
        if allowed is not None and value not in allowed:
            self.fault(
                key,
                f"{key} among {', '.join(allowed := list(allowed))}",
                f"'{value}'",
                did_you_mean(value, allowed) or "check the spelling",
            )
            return default or ""
        return value

    def words(self, key: str, allowed: Callable[[str], bool] | None = None, near: Callable[[str], str] | None = None) -> tuple[str, ...]:
        """A list of words; one word counts as a list of one. ``near``: how to mend a word that is not allowed."""
        value = self.raw(key)
        rows = [] if value is None else value if isinstance(value, list) else [value]
        found = []
        for row in rows:
            if not isinstance(row, str | int):
                self.fault(key, f"words in {key}", row)
            elif allowed is not None and not allowed(str(row)):
                self.fault(key, f"a known word in {key}", f"'{row}'", (near(str(row)) if near else "") or "check the spelling")
            else:
                found.append(str(row))
        return tuple(found)

    def flag(self, key: str, default: bool) -> bool:
        """true or false; `yes` and `no` are answers of a fact, words like others."""
        value = self.raw(key)
        if value is None:
            return default
        if str(value) not in ("true", "false"):
            self.fault(key, f"{key}: true or false", value)
        return str(value) == "true"

    def integer(self, key: str) -> int | None:
        """A whole number or nothing."""
        value = self.raw(key)
        if value is not None and not isinstance(value, int):
            self.fault(key, f"a whole number for {key}", value)
            return None
        return value

    def integers(self, key: str) -> tuple[int, ...]:
        """A list of whole numbers; one number counts as a list of one."""
        value = self.raw(key)
        rows = [] if value is None else value if isinstance(value, list) else [value]
        if not all(isinstance(row, int) for row in rows):
            self.fault(key, f"whole numbers in {key}", value)
            return ()
        return tuple(rows)

    def day(self, key: str, *, unknown: bool = False) -> date | None:
        """A day YYYY-MM-DD; ``unknown`` allowed gives None."""
        value = self.raw(key)
        if value is None or (unknown and value == "unknown"):
            return None
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fault(key, f"a day YYYY-MM-DD for {key}", value, "write it in full")
            return None

    def wording(self, key: str, required: bool = True) -> Wording | None:
        """Words in every language."""
        value = self.raw(key)
        if value is None:
            if required:
                self.fault(key, f"'{key}' in {' and '.join(LANGUAGES)}", "nothing", f"add {key}: {{fr: …, en: …}}")
            return _NOBODY if required else None
        return self.words_of(key, value)

    def words_of(self, key: str, value: Any) -> Wording:
        """Read a wording that stands under a key."""
        if not isinstance(value, Block):
            self.fault(key, f"{key} as {{fr: …, en: …}}", value, "give every language")
            return _NOBODY
        texts = []
        for language in LANGUAGES:
            entry = value.get(language)
            if isinstance(entry, Block):
                texts.append((language, Words(str(entry.get("text", "")), str(entry.get("status", self.status)))))
            elif isinstance(entry, str | int):
                texts.append((language, Words(str(entry), self.status if language == self.original else "translation")))
            else:
                self.fault(key, f"{key} in '{language}'", "nothing", f"add {language}: …")
                return _NOBODY
        extra = set(value) - set(LANGUAGES)
        if extra:
            self.fault(key, f"languages {', '.join(LANGUAGES)}", f"{', '.join(sorted(extra))}")
        return Wording(self.original, tuple(texts))

    def must_wording(self, key: str) -> Wording:
        """Words in every language, required."""
        return self.wording(key) or _NOBODY

    def standing(self, *, source_required: bool = True, sources: Any = None) -> Standing:
        """Since when, from where, how surely."""
        raw_from = self.block.get("from")
        start, read_on = self.day("from", unknown=True), self.day("read_in_force_on")
        if raw_from is None:
            self.fault("from", "'from': a day or unknown", "nothing", "add from: YYYY-MM-DD, or from: unknown with read_in_force_on")
        elif start is None and read_on is None:
            self.fault("from", "'read_in_force_on' beside from: unknown", "nothing", "say on which day the text was read in force")
        source = self.words("source", (lambda s: s in sources) if sources is not None else None)
        if source_required and not source:
            self.fault("source", "a source", "nothing", "name an id of section sources")
        return Standing(
            start, read_on, source,
            self.word("certainty", CERTAINTIES, "I", required=True),
            self.day("checked_on"),
            (str(self.raw("checked_by")) if self.raw("checked_by") else None),
        )  # fmt: skip

    def inner(self, block: Any, key: str) -> Form | None:
        """A form on a mapping inside this one."""
        if not isinstance(block, Block):
            self.fault(key, f"a mapping under {key}", block)
            return None
        return Form(block, self.layer, self.faults, self.status, self.original)

    def done(self) -> None:
        """Every key that was not asked for is a fault."""
        for key in self.block:
            if key not in self.taken:
                known = ", ".join(sorted(self.taken - {"id", "overlay"}))
                near = did_you_mean(key, self.taken - {"id", "overlay"})
                self.fault(key, f"a key among {known}", f"'{key}'", near or "remove it or check the spelling")
