"""The rule book itself: what it must say, and what it must never say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from repere.core.rulebook import Fact, Mechanism, Rule, evaluate, load
from repere.core.rulebook import expressions as ask
from repere.core.rulebook.expressions import dates_of, rules_of, selectors_of
from repere.core.rulebook.loading import stacks
from repere.core.rulebook.model import Example, Standing
from repere.core.rulebook.parsing import expressions_of, uses_field
from repere.core.rulebook.proving import failures_of, gaps
from repere.core.rulebook.wording import Wording

ROOT = Path(__file__).parents[1] / "mechanism"
NAMES = stacks(ROOT)
JUSTICE = {"complaint_filed", "testimony_given", "proceedings_opened"}
"""What nobody may be asked for in exchange for help."""

OTHER_WAYS_IN = {
    "fr.civi_compensation": "the offence may also be told by the heads of an investigation that is open",
    "fr.provisional_permit_exit_path": "the same, for trafficking; no complaint is asked for",
    "collectif.elective_domicile": "an address may be given as soon as there is a doubt, or when a complaint is filed",
    "collectif.paid_work": "work goes with any of three permits; one of them is the permit on the facts of a complaint",
    "collectif.permit_long_enough": "the permit lasts for the proceedings, or for the time to rebuild",
    "collectif.stay_during_proceedings": "the right is about proceedings that others opened",
}
"""Rights without cooperation that read a complaint, a testimony or proceedings all the same, and why."""

ABOUT_PROCEEDINGS = {"collectif.stay_during_proceedings"}
"""Rights whose very subject is proceedings: without them there is nothing to stay for."""

GIVEN_FOR_COOPERATION = {
    "common.permit_cooperation", "common.permit_cooperation_directive", "collectif.permit_on_facts", "collectif.resident_card_reported",
}  # fmt: skip
"""Permits that article 14 (1) (b), the directive of 2004 and two demands tie to a complaint or to what she told. They say so."""

LINES = re.compile(r"\d{3}:\d+(-\d+)?(, \d{3}:\d+(-\d+)?)*")


@cache
def made(name: str) -> Mechanism:
    """One mechanism with every example given for it."""
    return load(ROOT, name, every_example=True)


def all_rules() -> Iterator[tuple[str, Rule]]:
    """Every rule of every mechanism."""
    for name in NAMES:
        yield from ((name, rule) for rule in made(name).rules.values())


def all_examples() -> dict[str, Example]:
    """Every example, once."""
    return {example.id: example for name in NAMES for example in made(name).examples}


def standings_of(rule: Rule) -> list[Standing]:
    """Where every version and exception of a rule stands."""
    return [standing for v in rule.versions for standing in (v.standing, *(clause.standing for clause in v.unless))]


def kinds_read(mechanism: Mechanism, rule: Rule, seen: frozenset[str] = frozenset()) -> set[str]:
    """Fact kinds that the answer of a rule rests on, through every rule that it reads."""
    if rule.id in seen:
        return set()
    found: set[str] = set()
    for expression in expressions_of(rule):
        found |= {kind for selector in selectors_of(expression) for kind in selector.kinds}
        for other in rules_of(expression):
            found |= kinds_read(mechanism, mechanism.rules[other], seen | {rule.id})
    for version in rule.versions:
        found |= {k for day in (dates_of(version.until) if version.until else ()) for k in getattr(day, "selector", NOTHING).kinds}
    return found | set(rule.duty.trigger.kinds if rule.duty else ())


def may_hold(mechanism: Mechanism, rule: Rule) -> bool:
    """True when a rule could hold in a file in which nobody complained, testified or opened proceedings."""
    return any(possible(mechanism, version.when, True) for version in rule.versions)


def possible(mechanism: Mechanism, node: ask.Expr, wanted: bool) -> bool:
    """Could the expression be yes (or no) without any fact of :data:`JUSTICE`; everything else may be as it likes."""
    match node:
        case ask.All(parts) | ask.AnyOf(parts):
            every = isinstance(node, ask.All) is wanted
            return (all if every else any)(possible(mechanism, part, wanted) for part in parts)
        case ask.Not(part):
            return possible(mechanism, part, not wanted)
        case ask.RuleRef(other):
            rule = mechanism.rules[other]
            return may_hold(mechanism, rule) or not wanted
        case ask.Latest(among, kind, _):
            return not wanted or bool({kind} - JUSTICE if kind else set(among.kinds) - JUSTICE)
    return not wanted or all(set(selector.kinds) - JUSTICE for selector in ask.selectors_of(node))


class NOTHING:
    """Stands for a day that no fact tells."""

    kinds = ()


# ---- it loads, it holds, it is complete


@pytest.mark.parametrize("name", NAMES)
def test_every_example_holds(name: str) -> None:
    """What a jurist worked out by hand is what the software says."""
    assert list(map(str, failures_of(made(name), made(name).examples))) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_has_an_example_on_each_side(name: str) -> None:
    """One that holds, one that does not, one that cannot be told; around each due day the day before, the day and the day after."""
    mechanism = made(name)
    assert list(map(str, gaps(mechanism, mechanism.layers[-1].id, mechanism.examples))) == []


def test_every_layer_is_one_of_the_mechanisms() -> None:
    """France in force, France with what is asked for, and two more countries to show that the language holds."""
    assert set(NAMES) >= {"common", "fr", "fr+fr-collectif", "uk", "be"}
    folders = {path.parent.name for path in ROOT.glob("**/layer.yaml")}
    assert len(folders) == len(NAMES)


def test_there_are_enough_examples_and_many_come_from_real_failures() -> None:
    """At least 120, of which 40 are drawn from what went wrong for somebody, with the text and lines where it is told."""
    examples = all_examples()
    drawn = [example.drawn_from for example in examples.values() if example.drawn_from]
    assert len(examples) >= 120
    assert len(drawn) >= 40
    for told in drawn:
        assert told["source"] in made("common").sources
        assert LINES.fullmatch(str(told["lines"])), told
        assert told["failure"]["fr"].strip()
        assert told["failure"]["en"].strip()


def test_every_example_asserts_something() -> None:
    """An example that expects nothing proves nothing."""
    assert all(example.expect for example in all_examples().values())


def test_there_are_enough_kinds_of_facts() -> None:
    """A path of years does not fit in fewer than 45 kinds."""
    assert len(made("common").facts) >= 45


# ---- never


def test_no_rule_reads_whether_the_word_trafficking_was_used() -> None:
    """Permits were refused for want of one word: the word is kept to count refusals, never to decide."""
    assert "word_trafficking_used" in made("common").facts["complaint_filed"].fields
    assert [rule.id for _, rule in all_rules() if uses_field(rule, "complaint_filed", "word_trafficking_used")] == []


def free_rights(mechanism: Mechanism) -> list[Rule]:
    """Rights that depend on no complaint, testimony or other help to justice."""
    return [rule for rule in mechanism.entitlements.values() if rule.cooperation == "not_required"]


@pytest.mark.parametrize("name", NAMES)
def test_a_right_without_cooperation_reads_no_complaint(name: str) -> None:
    """Nothing it depends on, however far, reads a complaint, a testimony or proceedings; the few that do are named with their reason."""
    mechanism = made(name)
    assert free_rights(mechanism)
    reading = {rule.id for rule in free_rights(mechanism) if kinds_read(mechanism, rule) & JUSTICE}
    assert reading == OTHER_WAYS_IN.keys() & mechanism.rules.keys()


@pytest.mark.parametrize("name", NAMES)
def test_a_right_without_cooperation_can_hold_without_a_complaint(name: str) -> None:
    """Where a complaint is one way in, there is another: with none ever made, the right may still hold."""
    mechanism = made(name)
    closed = {rule.id for rule in free_rights(mechanism) if not may_hold(mechanism, rule)}
    assert closed == ABOUT_PROCEEDINGS & mechanism.rules.keys()


@pytest.mark.parametrize("name", NAMES)
def test_a_right_without_cooperation_answers_the_same_with_and_without_a_complaint(name: str) -> None:
    """The same, asked of the examples: taking complaint, testimony and proceedings out of a file changes none of these rights."""
    mechanism = made(name)
    free = [rule.id for rule in free_rights(mechanism) if rule.id not in OTHER_WAYS_IN]
    for example in mechanism.examples:
        kept = [fact for fact in example.facts if fact.kind not in JUSTICE]
        if len(kept) < len(example.facts):
            one, other = (evaluate(mechanism, facts, on=example.on, groups=example.groups).findings for facts in (example.facts, kept))
            assert [rule for rule in free if one[rule].outcome != other[rule].outcome] == [], example.id


def test_neither_the_convention_nor_the_collective_makes_help_depend_on_cooperation() -> None:
    """The rights they give in exchange for something are permits, named here; each layer also has one that asks for nothing."""
    required = {rule.id for _, rule in all_rules() if rule.layer in ("common", "fr-collectif") and rule.cooperation == "required"}
    assert required == GIVEN_FOR_COOPERATION
    free = {rule.id for _, rule in all_rules() if rule.cooperation == "not_required"}
    assert {"common.permit_personal_situation", "collectif.permit_identified"} <= free


def test_every_entitlement_says_whether_it_depends_on_cooperation() -> None:
    """A silence here would be read as a condition."""
    assert [rule.id for _, rule in all_rules() if rule.kind == "entitlement" and rule.cooperation is None] == []


def test_what_is_demanded_is_never_on_a_rights_card() -> None:
    """A card handed to a person holds what she can claim today; a demand says who makes it."""
    for _, rule in all_rules():
        if rule.level == "demanded":
            assert not rule.card, rule.id
            assert rule.demand is not None
            assert rule.demand.by.strip()
            assert rule.demand.stance in ("demanded", "supported", "discussed", "implied")


_AS_A_WOMAN = re.compile(
    r"(?:^(?:Ne pas )?Être|\bvous (?:y )?(?:êtes|étiez|avez été|a|ont)) (?:\w+ment )?\w+(?:ée|ie|ue|ise|eure|te)\b",
    re.IGNORECASE,
)


def test_a_right_speaks_to_him_and_to_her_alike() -> None:
    """A man in forced labour is handed the same card: no participle says that its reader is a woman."""
    said = {words.text("fr") for _, rule in all_rules() if rule.card for words in (rule.label, rule.text)}
    assert [text for text in said if _AS_A_WOMAN.search(text)] == []
    for spoken_to_a_woman in ("Être présumée victime", "ceux qui vous ont exploitée", "vous êtes protégée comme un enfant"):
        assert _AS_A_WOMAN.search(spoken_to_a_woman)


def test_what_comes_from_memory_is_presented_to_nobody_until_a_jurist_has_checked_it() -> None:
    """Certainty M stays with staff: neither a card nor a letter nor a reminder carries it."""
    from_memory = [s for _, rule in all_rules() for s in standings_of(rule) if s.certainty == "M"]
    from_memory += [v.standing for name in NAMES for p in made(name).parameters.values() for v in p.values if v.standing.certainty == "M"]
    assert from_memory
    assert all(standing.presentable is (standing.checked_by is not None) for standing in from_memory)
    assert all(s.presentable for _, rule in all_rules() for s in standings_of(rule) if s.certainty != "M")


def test_an_answer_that_rests_on_memory_says_so() -> None:
    """Through every rule and number that it reads: the least sure of them counts."""
    for name in NAMES:
        mechanism, after = made(name), date(2027, 6, 1)
        findings = evaluate(mechanism, [], on=after).findings
        for rule in mechanism.rules.values():
            if rule.version_on(after).standing.certainty == "M" and not rule.version_on(after).standing.checked_by and rule.law_at is None:
                assert findings[rule.id].certainty == "M", rule.id


def test_the_sexual_lists_carry_no_weight() -> None:
    """Their strengths were not read in any source; only the labour lists weigh signs."""
    for name in NAMES:
        for sign in made(name).indicators.values():
            assert set(sign.strength) <= {"adult_labour", "child_labour"}, sign.id
            if sign.dimension == "sexual" or any("sexual" in form for form in sign.forms):
                assert not sign.strength, sign.id


# ---- sources, words, numbers


@pytest.mark.parametrize("name", NAMES)
def test_every_source_that_is_cited_exists_and_says_where_it_applies(name: str) -> None:
    """Rules, exceptions, numbers, signs and screening."""
    mechanism = made(name)
    cited = {s for rule in mechanism.rules.values() for standing in standings_of(rule) for s in standing.source}
    cited |= {s for p in mechanism.parameters.values() for v in p.values for s in v.standing.source}
    cited |= {s for sign in mechanism.indicators.values() for s in sign.standing.source}
    cited |= {s for rule in mechanism.screening.values() for s in rule.standing.source}
    assert cited <= set(mechanism.sources)
    assert all(source.territory for source in mechanism.sources.values())


def test_every_number_has_a_source() -> None:
    """And a length that no text gives has no number."""
    for name in NAMES:
        for parameter in made(name).parameters.values():
            assert all(value.standing.source for value in parameter.values), parameter.id
            assert parameter.values or not parameter.settled, parameter.id


def test_equal_numbers_of_two_articles_are_two_parameters() -> None:
    """When one article changes, the other does not follow in silence."""
    numbers = made("fr+fr-collectif").parameters
    for one, other in [
        ("fr.permit_length", "fr.housing_permit_length"),
        ("fr.reflection_length", "common.recovery_minimum"),
        ("fr.aps_min_length", "fr.exit_path_length"),
        ("fr.aps_min_length", "collectif.too_short_permit"),
    ]:
        assert numbers[one].values[-1].value == numbers[other].values[-1].value
        assert numbers[one].unit == numbers[other].unit
        assert set(numbers[one].values[-1].standing.source).isdisjoint(numbers[other].values[-1].standing.source)


def test_no_number_rests_on_two_texts() -> None:
    """A value names the one text that gives it."""
    assert [p.id for name in NAMES for p in made(name).parameters.values() for v in p.values if len(v.standing.source) != 1] == []


def wordings(mechanism: Mechanism) -> Iterator[tuple[str, Wording]]:
    """Every label and question of every kind, field, code, group and role."""
    for kind in mechanism.facts.values():
        yield from ((kind.id, words) for words in (kind.label, kind.question))
        for field in kind.fields.values():
            yield from ((f"{kind.id}.{field.name}", words) for words in (field.label, field.question))
    for list_, codes in mechanism.codelists.items():
        yield from ((f"{list_}.{code.code}", code.label) for code in codes.values())
    things: Iterable[Any] = chain(*(d.values() for d in (mechanism.groups, mechanism.roles, mechanism.parameters, mechanism.indicators)))
    yield from ((thing.id, thing.label) for thing in things)
    yield from ((rule.id, words) for rule in mechanism.rules.values() for words in (rule.label, rule.text))


@pytest.mark.parametrize("name", NAMES)
def test_every_kind_field_and_code_has_french_and_english(name: str) -> None:
    """Rights never fall back in silence to another language."""
    for where, words in wordings(made(name)):
        for language in ("fr", "en"):
            told = words.get(language)
            assert told is not None, (where, language)
            assert told.text.strip() not in ("", "?"), (where, language)


def test_every_clear_field_fits_its_column() -> None:
    """Several codes are a bit each of one 64-bit number: a longer list would lose answers."""
    mechanism = made("fr+fr-collectif")
    for kind in mechanism.facts.values():
        for field in kind.fields.values():
            if field.type == "codes":
                codes = mechanism.indicators if field.list == "indicator" else mechanism.codelists[field.list or ""]
                assert len(codes) <= 62, (kind.id, field.name)


def test_former_names_of_articles_are_found() -> None:
    """Lawyers and old letters still say L.316-1 and L.313-14."""
    names = [name for _, rule in all_rules() for name in rule.former_names]
    for article in ("L.316-1", "L.313-14"):
        assert any(article in name for name in names), article


def test_every_duty_that_has_no_text_behind_it_says_it_is_a_choice() -> None:
    """A reminder that we chose is never passed off as law."""
    for _, rule in all_rules():
        if rule.kind == "duty" and not any(standing.source for standing in standings_of(rule)):
            assert rule.level == "choice", rule.id


# ---- a few findings that must not be lost


def fact(kind: str, day: str, **fields: Any) -> Fact:
    """One fact of one day."""
    on = date.fromisoformat(day)
    return Fact(f"{kind} {day}", kind, on, on, datetime(on.year, on.month, on.day, 12, tzinfo=UTC), "prefecture", "own_act", fields)


CONTACT = {
    "by_own_initiative": ({"own_initiative": "yes", "under_threat": "no"}, "holds"),
    "under_threat": ({"own_initiative": "no", "under_threat": "yes"}, "does_not_hold"),
    "both_said": ({"own_initiative": "yes", "under_threat": "yes"}, "does_not_hold"),
    "not_said": ({}, "cannot_tell"),
    "nobody_knows": ({"own_initiative": "not_known", "under_threat": "not_known"}, "cannot_tell"),
}


@pytest.mark.parametrize("how", CONTACT)
def test_the_prefect_may_end_the_period_only_for_contact_by_her_own_initiative(how: str) -> None:
    """Contact under threat gives no power, and what is not said gives none either."""
    fields, power = CONTACT[how]
    file = [fact("recepisse_handed_over", "2026-05-04"), fact("contact_renewed", "2026-05-10", **fields)]
    findings = evaluate(made("fr"), file, on=date(2026, 5, 12)).findings
    assert findings["fr.contact_by_own_initiative"].outcome == power
    # the power may have another ground (public order) that nobody has spoken of: it is never a yes without this one
    assert (findings["fr.power_to_end_reflection"].outcome == "holds") is (power == "holds")
    assert findings["fr.in_reflection"].outcome == "holds"


@pytest.mark.parametrize("how", CONTACT)
def test_the_period_ends_only_by_the_fact_of_the_decision(how: str) -> None:
    """A power is not its use: until somebody decides, and dates it, the thirty days run."""
    fields, _ = CONTACT[how]
    file = [fact("recepisse_handed_over", "2026-05-04"), fact("contact_renewed", "2026-05-10", **fields)]
    decided = [*file, fact("reflection_ended_by_decision", "2026-05-15", ground="contact_renewed_own_initiative")]
    for day, without, with_ in ((14, "holds", "holds"), (15, "holds", "does_not_hold")):
        on = date(2026, 5, day)
        assert evaluate(made("fr"), file, on=on).findings["fr.in_reflection"].outcome == without
        assert evaluate(made("fr"), decided, on=on).findings["fr.in_reflection"].outcome == with_


def examples_with(words: str) -> list[Example]:
    """Examples whose French or English title, or whose id, has these words."""
    return [e for e in all_examples().values() if words in f"{e.title.text('fr')} {e.title.text('en')} {e.id}"]


@pytest.mark.parametrize("words", ["Pâques", "Cayenne", "printemps 2024", "spring_2024", "eighteen", "18"])
def test_the_hard_cases_are_among_the_examples_and_hold(words: str) -> None:
    """Thirty days over Easter, a person in Cayenne, a season for a date, a minor who turns 18."""
    examples = examples_with(words)
    assert examples
    for example in examples:
        assert failures_of(made(example.mechanism), [example]) == []


def test_thirty_days_over_easter_end_on_their_day() -> None:
    """No holiday is skipped and none prolongs: nobody's last day is guessed."""
    file = [fact("recepisse_handed_over", "2027-03-06")]
    for day, outcome in (("2027-04-05", "holds"), ("2027-04-06", "does_not_hold")):  # Easter Monday is 29 March 2027
        assert evaluate(made("fr"), file, on=date.fromisoformat(day)).findings["fr.in_reflection"].outcome == outcome


def test_a_rule_that_was_read_for_metropolitan_france_is_not_told_in_cayenne() -> None:
    """Overseas without a source answers "cannot tell", and says that it is for want of a source."""
    mechanism = made("fr")
    here = [fact("person_described", "2026-05-04", territory="973"), fact("recepisse_handed_over", "2026-05-04")]
    for rule_id, found in evaluate(mechanism, here, on=date(2026, 5, 5)).findings.items():
        rule = mechanism.rules[rule_id]
        territory = {place for s in rule.versions[0].standing.source for place in mechanism.sources[s].territory}
        if rule.kind == "entitlement" and territory == {"FR"}:
            assert (found.outcome, found.reason) == ("cannot_tell", "no_source_for_territory"), rule_id
