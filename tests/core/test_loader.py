"""The strict loader: what is wrong with a rule file is told with its file, its line, what was expected and how to mend it."""

from __future__ import annotations

import random
import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repere.core.rulebook import RuleBookError, content_of, evaluate, from_content, load
from repere.core.rulebook.errors import Fault
from repere.core.rulebook.loading import stacks
from repere.core.rulebook.proving import failures_of
from tests.core.invented import KINGDOM, REFORM, ROOT, asked_days, cases, mechanism, tries
from tests.core.small_book import FILES, STANDS, write_book

RULES, WORDS, FACTS, NUMBERS = "countries/xx/rules.yaml", "common/words.yaml", "common/facts.yaml", "countries/xx/numbers.yaml"


def changed(file: str, old: str, new: str) -> dict[str, str]:
    """One file of the small book with one passage replaced."""
    assert FILES[file].count(old) >= 1, old
    return {file: FILES[file].replace(old, new, 1)}


def faults_of(root: Path, name: str = "xx") -> list[Fault]:
    """What the loader says."""
    with pytest.raises(RuleBookError) as refused:
        load(root, name)
    return refused.value.faults


def test_the_small_book_loads_and_its_example_holds(tmp_path: Path) -> None:
    """What the other tests break works when it is whole."""
    made = load(write_book(tmp_path), "xx")
    assert failures_of(made, made.examples) == []
    assert len(made.rules) == 3


LAYER, STAGES, EXAMPLES = "countries/xx/layer.yaml", "countries/xx/path.yaml", "countries/xx/examples.yaml"
HERE = "{latest: {kinds: [met, left], is: met, where: {place: here}}}"
COUNTING = "    counting: {days: calendar, first_day: excluded, end_on_holiday: stays}\n"

# name: file, passage, what is written instead, a passage of the line that is told, what is expected there
BROKEN = {
    "unknown_key": (RULES, "grants: prefecture", "grant: prefecture", "grant:", "a key among"),
    "duplicate_key": (RULES, "grants: prefecture", "level: choice", "level: choice", "once"),
    "unknown_section": (RULES, "duties:", "dutys:", "dutys:", "a section among"),
    "item_without_id": (NUMBERS, "- id: xx.length\n    label", "- label", "- label", "an item with an 'id'"),
    "bad_yaml": (RULES, "unless:", "unless: [", "- id: gone", "YAML"),
    "tab": (RULES, "    grants:", "\tgrants:", "grants:", "YAML"),
    "control_character": (RULES, "Une aide", "Une \x07aide", "conditions:", "YAML"),
    "dangling_rule": (RULES, "rule: xx.is_here", "rule: xx.is_there", "xx.is_there", "the id of a condition"),
    "dangling_source": (RULES, "[common.text]", "[common.txt]", "common.txt", "a known word in source"),
    "dangling_kind": (RULES, "{fact: left}", "{fact: gone}", "{fact: gone}", "a declared fact kind"),
    "dangling_parameter": (RULES, "{after: xx.length}", "{after: xx.size}", "xx.size", "the id of a parameter"),
    "dangling_count": (RULES, "at_least: 2", "at_least: xx.size", "xx.size", "the id of a parameter"),
    "dangling_role": (RULES, "by: [support]", "by: [stranger]", "stranger", "a role or family"),
    "dangling_who": (RULES, "who: [case_worker]", "who: [stranger]", "stranger", "a known word in who"),
    "dangling_escalation": (RULES, "to: prefecture", "to: stranger", "stranger", "a role under 'to'"),
    "dangling_list": (FACTS, "list: place", "list: plaice", "plaice", "a code list"),
    "dangling_group": (FACTS, "group: profile", "group: other", "group: other", "group among"),
    "dangling_stage": (STAGES, "rule: xx.help", "rule: xx.hop", "xx.hop", "the id of a condition"),
    "dangling_below": (LAYER, "over: [common]", "over: [common, yy]", "over:", "the layer 'yy' below xx"),
    "unknown_code": (RULES, "where: {place: here}", "where: {place: nowhere}", "nowhere", "a code of met.place"),
    "unknown_field": (RULES, "where: {place: there}", "where: {plaice: there}", "plaice", "a field of met"),
    "number_of_a_code": (RULES, "where: {place: there}", "where: {place: {at_least: 2}}", "{place: {at_least", "a number in at_least"),
    "sealed_field": (RULES, "where: {place: here}", "where: {words: here}", "where: {words", "a field stored in the clear"),
    "sealed_day": (RULES, "fact: left", "before: [today, {of: met, field: secret_day}]", "secret_day", "a field stored in the clear"),
    "free_text_in_the_clear": (FACTS, "store: sealed:narrative", "store: clear", "store: clear", "free text sealed"),
    "cycle": (RULES, HERE, "{not: {rule: xx.help}}", "id: xx.is_here", "in a circle"),
    "overlap_of_values": (NUMBERS, "from: 2025-01-01", "from: 2020-01-01", "values:", "different days"),
    "value_without_source": (NUMBERS, "source: common.text, ", "", "value: 30", "a source"),
    "value_without_number": (NUMBERS, "value: 30,", "value: thirty,", "thirty", "a whole number"),
    "rule_without_source": (RULES, "prefecture\n    source: [common.text]", "prefecture", "id: xx.help", "a source"),
    "start_without_day": (RULES, "from: 2020-01-01", "from: unknown", "from: unknown", "'read_in_force_on' beside"),
    "impossible_day": (RULES, "from: 2020-01-01", "from: 2020-02-30", "2020-02-30", "a day YYYY-MM-DD"),
    "bad_certainty": (RULES, "certainty: A", "certainty: sure", "certainty: sure", "certainty among"),
    "missing_language": (RULES, '{fr: "Aide", en: "Help"}', '{fr: "Aide"}', '{fr: "Aide"}', "label in 'en'"),
    "demand_without_who": (RULES, "level: national_law", "level: demanded", "id: xx.help", "who demands it"),
    "parameter_nobody_reads": (NUMBERS, "- id: xx.length", "- id: xx.idle", "xx.idle", "a rule that reads xx.idle"),
    "parameter_without_counting": (NUMBERS, COUNTING, "", "- id: xx.length", "how the length is counted"),
    "two_operators": (RULES, "{fact: left}", "{fact: left, always: {}}", "always:", "one operator among"),
    "no_operator": (RULES, "{fact: left}", "left", "when: left", "one operator among"),
    "replaces_nothing": (NUMBERS, "xx.length\n", "xx.length\n    overlay: replace\n", "xx.length", "an item 'xx.length' below"),
    "overlay_misspelt": (NUMBERS, "xx.length\n", "xx.length\n    overlay: replaces\n", "overlay", "overlay: replace or repeal"),
    "example_of_no_rule": (EXAMPLES, "xx.is_here:", "xx.was_here:", "xx.was_here:", "the id of a rule"),
    "example_of_no_outcome": (EXAMPLES, "is_here: holds", "is_here: open", "is_here", "an outcome among"),
    "example_of_no_day": (EXAMPLES, "on: spring 2024", "on: some day", "some day", "a day, month, season"),
    "example_of_a_refused_fact": (EXAMPLES, "many: 2", "many: lots", "lots", "many of met: a whole number"),
    "example_through_no_group": (EXAMPLES, "    expect:", "    view: [profil]\n    expect:", "profil", "a known word in view"),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_bad_rule_file_is_told_with_its_line_and_how_to_mend_it(broken: str, tmp_path: Path) -> None:
    """A jurist mends it without asking a programmer."""
    file, old, new, needle, expected = BROKEN[broken]
    changes = changed(file, old, new)
    line = next(number for number, text in enumerate(changes[file].split("\n"), 1) if needle in text)
    faults = faults_of(write_book(tmp_path, changes))
    told = [fault for fault in faults if (fault.file, fault.line) == (f"mechanism/{file}", line) and expected in fault.expected]
    assert told, "\n".join(map(str, faults))
    assert all(fault.came and fault.mend for fault in told)
    assert str(told[0]).startswith(f"mechanism/{file}:{line}: expected ")


def test_two_versions_of_a_rule_do_not_start_on_one_day(tmp_path: Path) -> None:
    """On that day nobody could say which one applies."""
    inline = FILES[RULES].split("conditions:\n")[1].split("entitlements:")[0]
    versions = f"""\
  - id: xx.is_here
    label: {{fr: "Elle est ici", en: "She is here"}}
    versions:
      - {{{STANDS}, when: {{fact: met}}}}
      - {{{STANDS}, when: {{fact: left}}}}
"""
    faults = faults_of(write_book(tmp_path, {RULES: FILES[RULES].replace(inline, versions)}))
    assert [(fault.line, fault.expected) for fault in faults] == [(4, "versions that start on different days")]


def test_everything_wrong_is_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    """Mending one fault after another, each after a new trial, wears people out."""
    text = FILES[RULES].replace("grants: prefecture", "grants: nobody").replace("who: [case_worker]", "who: [nobody]")
    faults = faults_of(write_book(tmp_path, {RULES: text}))
    assert [fault.line for fault in faults] == [15, 36]


# ---- overlays


def reform(name: str, over: str, items: str) -> dict[str, str]:
    """A reform over the country of the small book."""
    layer = f'layer:\n  {{id: {name}, kind: reform, over: [{over}], jurisdiction: XX, title: {{fr: "R", en: "R"}}}}\n'
    return {f"reforms/{name}/layer.yaml": layer, f"reforms/{name}/items.yaml": items}


ADDS = f"""\
conditions:
  - {{id: one.always, label: {{fr: "a", en: "a"}}, {STANDS}, when: {{always: {{}}}}}}
"""
REPLACES = f"""\
conditions:
  - {{id: xx.is_here, overlay: replace, label: {{fr: "Autre", en: "Other"}}, {STANDS}, when: {{fact: left}}}}
"""
REPEALS = """\
duties:
  - {id: xx.visit, overlay: repeal, source: [common.text], why: "no longer asked"}
parameters:
  - {id: xx.length, overlay: repeal}
"""


def test_an_overlay_adds_replaces_and_repeals_by_id(tmp_path: Path) -> None:
    """The country stays as it is; the stack with the reform says something else."""
    items = "\n".join([ADDS, REPLACES.split("\n", 1)[1], REPEALS])
    root = write_book(tmp_path, reform("one", "common, xx", items))
    below, above = load(root, "xx"), load(root, "xx+one")
    assert set(above.rules) - set(below.rules) == {"one.always"}
    assert set(below.rules) - set(above.rules) == {"xx.visit"}
    assert above.rules["xx.is_here"].label.text("en") == "Other"
    assert above.rules["xx.is_here"].layer == "one"
    assert below.rules["xx.is_here"].label.text("en") == "She is here"
    assert sorted(stacks(root)) == ["common", "xx", "xx+one"]


@pytest.mark.parametrize(
    ("first", "second"),
    [(REPLACES, REPLACES), (REPLACES, REPLACES.replace("overlay: replace, ", "")), (REPEALS, REPEALS), (ADDS, ADDS)],
)
def test_two_reforms_that_touch_one_id_are_refused(first: str, second: str, tmp_path: Path) -> None:
    """Which of two demands wins is not left to the order of folders."""
    root = write_book(tmp_path, reform("one", "common, xx", first) | reform("two", "common, xx", second))
    faults = faults_of(root, "xx+one+two")
    assert any(fault.expected == "a declared order between one and two" for fault in faults)
    assert all(fault.file == "mechanism/reforms/two/items.yaml" and fault.line >= 2 for fault in faults)


def test_two_reforms_with_a_declared_order_are_laid_in_it(tmp_path: Path) -> None:
    """The upper one names the lower one in `over`, and wins."""
    second = REPLACES.replace('"Other"', '"Third"')
    root = write_book(tmp_path, reform("one", "common, xx", REPLACES) | reform("two", "common, xx, one", second))
    assert load(root, "xx+one+two").rules["xx.is_here"].label.text("en") == "Third"
    assert "xx+one+two" in stacks(root)


def test_a_layer_is_not_laid_under_what_it_lies_on(tmp_path: Path) -> None:
    """A stack in another order than `over` would let the country undo the reform."""
    root = write_book(tmp_path, reform("one", "common, xx", REPLACES))
    assert any(fault.expected == "the layer 'xx' below one" for fault in faults_of(root, "one+xx"))


def test_the_same_id_twice_in_one_layer_is_refused(tmp_path: Path) -> None:
    """A copy left in another file is found, with the place of the first."""
    faults = faults_of(write_book(tmp_path, {"countries/xx/zz.yaml": FILES[NUMBERS]}))
    assert [(fault.file, fault.line, fault.came) for fault in faults] == [
        ("mechanism/countries/xx/zz.yaml", 2, "it also at mechanism/countries/xx/numbers.yaml:2")
    ]


def test_a_repeal_says_nothing_else(tmp_path: Path) -> None:
    """A key that would be ignored is a misunderstanding."""
    root = write_book(tmp_path, reform("one", "common, xx", REPEALS.replace("why:", "when: {always: {}}, why:")))
    assert any("in a repeal" in fault.expected for fault in faults_of(root, "xx+one"))


# ---- the hash and the kept content


def test_the_hash_does_not_depend_on_files_and_their_order(tmp_path: Path) -> None:
    """Splitting or renaming a file changes no law, and so no finding is computed anew."""
    whole = load(write_book(tmp_path / "a"), "xx")
    conditions, rest = FILES[RULES].split("entitlements:")
    split = {RULES: "entitlements:" + rest, "countries/xx/deep/aa.yaml": conditions, FACTS: "", "common/zz/kinds.yaml": FILES[FACTS]}
    assert load(write_book(tmp_path / "b", split), "xx").hash == whole.hash


def test_the_hash_does_not_depend_on_examples_but_on_every_word_of_law(tmp_path: Path) -> None:
    """A new example proves; it does not change what is said. A changed number does."""
    whole = load(write_book(tmp_path / "a"), "xx")
    assert load(write_book(tmp_path / "b", {"countries/xx/examples.yaml": ""}), "xx").hash == whole.hash
    for place, change in enumerate([changed(NUMBERS, "value: 30", "value: 31"), changed(RULES, '"Une aide."', '"Une aide !"')]):
        assert load(write_book(tmp_path / f"c{place}", change), "xx").hash != whole.hash


def test_the_real_rule_book_keeps_its_hash_when_every_file_is_renamed(tmp_path: Path) -> None:
    """The same for the mechanisms in use."""
    shutil.copytree(ROOT, tmp_path / "mechanism")
    for place, path in enumerate(sorted(tmp_path.glob("mechanism/**/*.yaml"))):
        if path.name != "layer.yaml":
            path.rename(path.with_name(f"{999 - place}.yaml"))
    for name in (REFORM, KINGDOM):
        moved = load(tmp_path / "mechanism", name)
        assert moved.hash == mechanism(name).hash
        assert [stage.id for stage in moved.path] == [stage.id for stage in mechanism(name).path]


@pytest.mark.parametrize("name", [REFORM, KINGDOM])
def test_a_mechanism_kept_by_its_hash_answers_as_it_did(name: str) -> None:
    """ "What did we say on 3 March" is computed from the kept text, not from today's files."""
    made = mechanism(name)
    kept = from_content(content_of(made))
    assert (kept.hash, kept.name, list(kept.path)) == (made.hash, made.name, list(made.path))
    assert [str(banner) for banner in kept.banners] == [str(banner) for banner in made.banners]

    @tries(10)
    @given(cases(name), asked_days())
    def answers_alike(facts: list, on: date) -> None:
        # the graph is kept by hash: a copy under another hash must be built, or the same graph would answer twice
        other = from_content(content_of(made))
        object.__setattr__(other, "hash", made.hash + "-kept")
        assert evaluate(other, facts, on=on) == evaluate(made, facts, on=on)

    answers_alike()


# ---- anything else that a file may hold


ODD = ["", "nonsense", "12", "[]", "{}", "[a, b]", "{a: b}", "null", "yes", "2024-13-45", "{fr: a}", "-3", "[[1]]", "!!python/name:os"]


def spoilt(text: str, hand: random.Random) -> str:
    """One line lost, one key misspelt or one value replaced by something else."""
    lines = text.split("\n")
    at = hand.randrange(len(lines))
    places = list(re.finditer(r"[\w.\-À-ÿ]+", lines[at]))
    act = hand.choice(["lose", "misspell", "replace", "replace", "replace"])
    if act == "lose" or not places:
        del lines[at]
    else:
        place = hand.choice(places)
        new = "zzz" if act == "misspell" else f" {hand.choice(ODD)} "
        lines[at] = lines[at][: place.start()] + new + lines[at][place.end() :]
    return "\n".join(lines)


def faults_if_any(root: Path) -> list[Fault]:
    """What the loader says; a mechanism that loads is also asked its examples."""
    try:
        made = load(root, "xx")
    except RuleBookError as refused:
        return refused.faults
    failures_of(made, made.examples)
    return []


def test_whatever_a_file_holds_it_loads_or_is_told(tmp_path: Path) -> None:
    """No slip of the hand ends in a message for programmers."""

    @tries(150)
    @given(st.integers(0, 2**32))
    def holds(seed: int) -> None:
        hand = random.Random(seed)
        file = hand.choice(sorted(FILES))
        faults = faults_if_any(write_book(tmp_path, {file: spoilt(FILES[file], hand)}))
        assert all(fault.file and fault.line and fault.expected and fault.mend for fault in faults), faults

    holds()
