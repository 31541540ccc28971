"""Reading the rule book on screen: the mechanisms that exist, search for jurists, examples of a rule."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from text_unidecode import unidecode

from repere.cases import mechanisms
from repere.core.rulebook import Mechanism, Rule, Wording, stacks
from repere.core.rulebook.model import Parameter, Source

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


def plain(text: str) -> str:
    """Without accents, capitals and punctuation: "L.316-1", "l 316-1" and "L316-1" read the same."""
    text = re.sub(r"\b([lrd])[ .*]*(?=\d)", r"\1", unidecode(text).lower())
    return " ".join(re.findall(r"[a-z0-9]+", text))


def _words(wording: Wording | None) -> str:
    return " ".join(words.text for _, words in wording.texts) if wording else ""


@lru_cache(maxsize=8)
def _index(mechanism_hash: str, name: str) -> dict[str, str]:
    mechanism = mechanism_named(name)
    found = {}
    for rule in mechanism.rules.values():
        sources = [s for version in rule.versions for s in version.standing.source]
        titles = " ".join(f"{s} {_words(mechanism.sources[s].title)}" for s in dict.fromkeys(sources) if s in mechanism.sources)
        found[rule.id] = f" {plain(' '.join([_words(rule.label), _words(rule.text), rule.id, titles, *rule.former_names]))} "
    return found


def search_rules(mechanism: Mechanism, text: str) -> list[Rule]:
    """Rules that hold every word; an article number must match whole, a word may be a beginning."""
    asked = plain(text).split()
    if not asked:
        return list(mechanism.rules.values())
    index = _index(mechanism.hash, mechanism.name)
    return [
        rule for rule in mechanism.rules.values()
        if all((f" {word} " if word[-1].isdigit() else f" {word}") in index[rule.id] for word in asked)
    ]  # fmt: skip


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
    demands = mechanism if _reforms(mechanism) else mechanisms.demanded_for(mechanism.jurisdiction)
    law = Part(mechanism.name, shelves([rule for rule in search_rules(mechanism, text) if rule.layer not in _reforms(mechanism)]))
    asked = [rule for rule in search_rules(demands, text) if rule.layer in _reforms(demands)] if demands is not None else []
    return law, Part(demands.name, shelves(asked)) if demands is not None and shelves(asked) else None


def _reforms(mechanism: Mechanism) -> frozenset[str]:
    return frozenset(layer.id for layer in mechanism.layers if layer.kind == "reform")


def is_demanded(mechanism: Mechanism, rule: Rule) -> bool:
    """The rule stands in a reform: asked for, or laid over the law by those who ask."""
    return rule.layer in _reforms(mechanism)


def shelves(rules: list[Rule]) -> list[Shelf]:
    def order(rule: Rule) -> tuple[str, int, str]:
        return ("" if rule.kind == "entitlement" else rule.kind, 9 if rule.stage is None else rule.stage, rule.id)

    shown = [rule for rule in rules if rule.kind != "condition"]
    return [Shelf(level, sorted(here, key=order)) for level in LEVELS if (here := [r for r in shown if r.level == level])]


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


@dataclass(frozen=True)
class OpenQuestions:
    """What nobody has settled or checked: it must be said on the page of the mechanism."""

    lengths: list[Parameter]
    unsettled: list[Rule]
    from_memory: list[Rule]
    unchecked: int
    rules: int


def open_questions(mechanism: Mechanism) -> OpenQuestions:
    rules = [rule for rule in mechanism.rules.values() if rule.kind != "condition"]
    last = {rule.id: rule.versions[-1] for rule in rules}
    return OpenQuestions(
        lengths=[p for p in mechanism.parameters.values() if not p.settled],
        unsettled=[r for r in rules if not last[r.id].settled],
        from_memory=[r for r in rules if last[r.id].standing.certainty == "M"],
        unchecked=sum(last[r.id].standing.checked_by is None for r in rules),
        rules=len(rules),
    )
