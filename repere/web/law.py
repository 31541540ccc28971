"""Reading the rule book on screen: the mechanisms that exist, search for jurists, examples of a rule."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.conf import settings
from text_unidecode import unidecode

from repere.cases import mechanisms
from repere.cases.queries.rule_page import numbers_of, reforms
from repere.core.rulebook import Mechanism, Rule, Wording, stacks
from repere.core.rulebook.expressions import Decision, walk
from repere.core.rulebook.model import Parameter, Source
from repere.core.rulebook.parsing import expressions_of

AUTHORITIES = frozenset({"prefecture", "police", "prosecutor", "judge", "immigration_authority"})
LEVELS = ("national_law", "international_obligation", "guidance", "demanded", "choice")


def mechanism_named(name: str) -> Mechanism:
    """A mechanism of the rule book: the one by which cases are judged, loaded once per process."""
    return mechanisms.named(name)


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    return tuple(stacks(settings.REPERE_MECHANISM_FOLDER))


def current() -> Mechanism:
    """The mechanism that this installation follows."""
    return mechanism_named(settings.REPERE_MECHANISM)


def in_force() -> Mechanism:
    """The law in force in this installation's country, without what is demanded of it."""
    return mechanism_named(settings.REPERE_MECHANISM.partition("+")[0])


def holding(rule_id: str) -> Mechanism:
    """Where a rule is read when nobody said in which mechanism: in the law in force, else in the demands laid over it."""
    law = in_force()
    demands = mechanisms.demanded_for(law.jurisdiction)
    return demands if demands is not None and rule_id not in law.rules and rule_id in demands.rules else law


# ---- search

_ARTICLE = re.compile(r"(?<![a-z0-9-])(?:([lrda])[ .*]{0,3})?(\d+(?:-\d+)*)(?![a-z0-9])|[a-z0-9]+")
_LAST_DAY = date.max
_UNITS = {
    "days": "jours days", "working_days": "jours ouvrables working days", "months": "mois months", "years": "ans years",
    "hours": "heures hours", "euros": "euros", "count": "",
}  # fmt: skip
_LENGTH = re.compile(r"(jour|mois|an|heure|day|month|year|hour)")


_FRENCH = (
    "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "treize", "quatorze", "quinze", "seize",
    "dix sept", "dix huit", "dix neuf",
)  # fmt: skip
_ENGLISH = (
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen",
    "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_FRENCH_TENS = {"vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "quatre vingt": 80, "quatre vingts": 80}
_ENGLISH_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90}


def _number_words() -> dict[str, str]:
    """Number words of both languages, from 2 to 99, to their digits."""
    found = {word: value for words in (_FRENCH, _ENGLISH) for value, word in enumerate(words, 2)} | _FRENCH_TENS | _ENGLISH_TENS
    for units, tens in ((_FRENCH, _FRENCH_TENS), (_ENGLISH, _ENGLISH_TENS)):
        for word, ten in tens.items():
            most = 19 if tens is _FRENCH_TENS and ten >= 60 else 9
            found |= {f"{word} {unit}": ten + value for value, unit in enumerate(units, 2) if value <= most}
            found |= {f"{word} et un": ten + 1, f"{word} un": ten + 1, f"{word} one": ten + 1, f"{word} et onze": ten + 11}
    return {word: str(value) for word, value in found.items()}


_NUMBERS = _number_words()
_NUMBER_WORD = re.compile(rf"\b(?:{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})\b")


def plain(text: str) -> str:
    """Without accents, capitals and punctuation; an article number is one word: "L.316-1", "l 316-1" and "L316-1" read "l316-1"."""
    return " ".join(f"{found[1]}{found[2]}" if found[1] else found[0] for found in _ARTICLE.finditer(unidecode(text).lower()))


def in_digits(text: str) -> str:
    """Number words of a plain text as digits: "trente jours" and "thirty days" hold 30."""
    return _NUMBER_WORD.sub(lambda found: _NUMBERS[found[0]], text)


def _searched(text: str) -> str:
    """What is looked through: the words, the same with digits, and article numbers also without their letter."""
    words = plain(text)
    bare = " ".join(re.findall(r"\b[lrda](\d[\d-]*)(?= |$)", words))
    return f" {words} | {in_digits(words)} | {bare} "


def _words(wording: Wording | None) -> str:
    return " ".join(words.text for _, words in wording.texts) if wording else ""


@dataclass(frozen=True)
class _Indexed:
    """What is known of a rule to a search: its own numbers (first source, former numbers), and everything it says."""

    own: str
    everything: str


@lru_cache(maxsize=8)
def _index(mechanism_hash: str, name: str) -> dict[str, _Indexed]:
    mechanism = mechanism_named(name)
    return {rule.id: _indexed(mechanism, rule) for rule in mechanism.rules.values()}


def _indexed(mechanism: Mechanism, rule: Rule) -> _Indexed:
    standings = [version.standing for version in rule.versions] + [
        clause.standing for version in rule.versions for clause in version.unless
    ]
    sources = dict.fromkeys(s for standing in standings for s in standing.source if s in mechanism.sources)
    titles = [f"{s} {_words(mechanism.sources[s].title)}" for s in sources]
    numbers = [mechanism.parameters[number] for number in numbers_of(mechanism, rule, _LAST_DAY)]
    lengths = [f"{p.values[-1].value} {unit}" for p in numbers if p.values for unit in _UNITS.get(p.unit, "").split(" ", 1)]
    own = [*titles[:1], *rule.former_names]
    said = [_words(rule.label), _words(rule.text), _words(rule.note), rule.id, *titles, *rule.former_names, *lengths]
    return _Indexed(_searched(" . ".join(own)), _searched(" . ".join(said)))


def _asked(text: str) -> list[str]:
    """The words of a search; a number and its unit stay together."""
    words: list[str] = []
    for word in in_digits(plain(text)).split():
        if words and words[-1].isdigit() and (unit := _LENGTH.match(word)):
            words[-1] += f" {unit[0]}"
        else:
            words.append(word)
    return words


def _holds(text: str, word: str) -> bool:
    """A number is compared whole, or as the number of a chapter ("L.425"); a word may be a beginning."""
    if re.fullmatch(r"[lrda]?\d[\d-]*", word):
        return f" {word} " in text or (not word.isdigit() and "-" not in word and f" {word}-" in text)
    return f" {word}" in text


def search_rules(mechanism: Mechanism, text: str) -> list[Rule]:
    """Rules that hold every word."""
    asked = _asked(text)
    if not asked:
        return list(mechanism.rules.values())
    index = _index(mechanism.hash, mechanism.name)
    return [rule for rule in mechanism.rules.values() if all(_holds(index[rule.id].everything, word) for word in asked)]


def _is_own(indexed: _Indexed, asked: list[str]) -> bool:
    """A number that was asked for is the rule's own."""
    return any(_holds(indexed.own, word) for word in asked if re.search(r"\d", word))


@dataclass(frozen=True)
class Shelf:
    """Rules of one level, in the order of the path."""

    level: str
    rules: list[Rule]


@dataclass(frozen=True)
class Part:
    """What is law, or what is asked for: two parts of a page that are never mixed."""

    mechanism: str
    shelves: list[Shelf]


def parts(mechanism: Mechanism, text: str) -> tuple[Part, Part | None]:
    """Rules that hold every word: those in force, then those that a reform asks for (None: none of these words is asked for)."""
    demands = mechanism if reforms(mechanism) else mechanisms.demanded_for(mechanism.jurisdiction)
    law = Part(mechanism.name, shelves(mechanism, text, [r for r in search_rules(mechanism, text) if r.layer not in reforms(mechanism)]))
    if demands is None:
        return law, None
    asked = shelves(demands, text, [rule for rule in search_rules(demands, text) if rule.layer in reforms(demands)])
    return law, Part(demands.name, asked) if asked else None


def shelves(mechanism: Mechanism, text: str, rules: list[Rule]) -> list[Shelf]:
    """Rules by level: first those whose own number was asked for, then in the order of the path, then as they are written (a card before
    its renewal). Conditions only when searched for."""
    index, asked = _index(mechanism.hash, mechanism.name), _asked(text)

    written = {rule_id: place for place, rule_id in enumerate(mechanism.rules)}

    def order(rule: Rule) -> tuple[bool, str, int, int]:
        kind = "" if rule.kind == "entitlement" else rule.kind
        return not _is_own(index[rule.id], asked), kind, 9 if rule.stage is None else rule.stage, written[rule.id]

    by_level: dict[str, list[Rule]] = {}
    for rule in rules:
        if rule.kind != "condition" or asked:
            by_level.setdefault("condition" if rule.kind == "condition" else rule.level, []).append(rule)
    return [Shelf(level, sorted(by_level[level], key=order)) for level in (*LEVELS, "condition") if level in by_level]


# ---- sources and open questions


def sources_by_kind(mechanism: Mechanism) -> list[tuple[str, list[Source]]]:
    kinds: dict[str, list[Source]] = {}
    for source in mechanism.sources.values():
        kinds.setdefault(source.kind, []).append(source)
    return sorted(kinds.items())


def resting_on(mechanism: Mechanism, source_id: str) -> list[Rule]:
    """Rules that cite a source, in themselves or in an exception."""

    def cites(rule: Rule) -> bool:
        return any(
            source_id in version.standing.source or any(source_id in clause.standing.source for clause in version.unless)
            for version in rule.versions
        )

    return [rule for rule in mechanism.rules.values() if cites(rule)]


def is_power(rule: Rule) -> bool:
    """What an authority may do to her: written like a right, because the law gives it, and none of hers."""
    return rule.kind == "entitlement" and bool(rule.persons) and set(rule.persons) <= AUTHORITIES


def one_article(source: Source) -> bool:
    """A source that is one article, while its address leads to the whole code."""
    return bool(source.url) and bool(re.search(r"/codes/texte_lc/\w+/?$", source.url or ""))


@dataclass(frozen=True)
class Asked:
    """A question that a text leaves to a person. `by`: the roles that answer it."""

    rule: Rule
    question: Wording
    by: tuple[str, ...]


@dataclass(frozen=True)
class OpenQuestions:
    """What nobody has settled or checked: it must be said on the page of the mechanism."""

    lengths: list[Parameter]
    unsettled: list[Rule]
    decisions: list[Asked]
    from_memory: list[Rule]
    unchecked: int
    rules: int


def decisions(mechanism: Mechanism) -> list[Asked]:
    """Every question that a rule leaves to somebody's decision, each once, in the order of the rule book."""
    found = {
        (node.question, node.by): Asked(rule, node.question, node.by)
        for rule in mechanism.rules.values() for expression in expressions_of(rule)
        for node in walk(expression) if isinstance(node, Decision)
    }  # fmt: skip
    return list(found.values())


def open_questions(mechanism: Mechanism) -> OpenQuestions:
    rules = [rule for rule in mechanism.rules.values() if rule.kind != "condition"]
    last = {rule.id: rule.versions[-1] for rule in mechanism.rules.values()}
    return OpenQuestions(
        lengths=[p for p in mechanism.parameters.values() if not p.settled],
        unsettled=[r for r in mechanism.rules.values() if not last[r.id].settled],
        decisions=decisions(mechanism),
        from_memory=[r for r in rules if last[r.id].standing.certainty == "M"],
        unchecked=sum(last[r.id].standing.checked_by is None for r in rules),
        rules=len(rules),
    )
