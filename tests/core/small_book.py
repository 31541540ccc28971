"""A rule book of a few lines, for the tests that break one."""

from __future__ import annotations

from pathlib import Path

STANDS = "source: [common.text], certainty: A, from: 2020-01-01, checked_on: 2026-01-01, checked_by: null"

FILES = {
    "common/layer.yaml": """\
layer:
  id: common
  kind: common
  over: []
  jurisdiction: world
  title: {fr: "Socle", en: "Ground"}
  wording: {original: fr, status: unreviewed}
""",
    "common/words.yaml": """\
sources:
  - id: common.text
    kind: law
    title: {fr: "Texte", en: "Text"}
    publisher: "P"
    date: 2020-01-01
    territory: [world]
codelists:
  - id: place
    codes:
      - {code: here, label: {fr: "ici", en: "here"}}
      - {code: there, label: {fr: "là", en: "there"}}
groups:
  - {id: profile, label: {fr: "Profil", en: "Profile"}}
roles:
  - {id: case_worker, family: support, label: {fr: "Référent", en: "Case worker"}}
  - {id: prefecture, label: {fr: "Préfecture", en: "Prefecture"}}
""",
    "common/facts.yaml": """\
facts:
  - id: met
    version: 1
    label: {fr: "Rencontre", en: "Met"}
    question: {fr: "Rencontrée ?", en: "Met?"}
    group: profile
    absent: no
    states: [any]
    fields:
      place: {type: code, list: place, label: {fr: "Lieu", en: "Place"}}
      ends: {type: date, label: {fr: "Fin", en: "End"}}
      many: {type: int, label: {fr: "Nombre", en: "Number"}}
      words: {type: text, store: sealed:narrative, label: {fr: "Mots", en: "Words"}}
      secret_day: {type: date, store: sealed:identity, label: {fr: "Jour", en: "Day"}}
  - id: left
    version: 1
    label: {fr: "Départ", en: "Left"}
    question: {fr: "Partie ?", en: "Left?"}
    group: profile
    absent: unknown
    states: [support]
""",
    "countries/xx/layer.yaml": """\
layer:
  id: xx
  kind: country
  over: [common]
  jurisdiction: XX
  title: {fr: "Pays", en: "Country"}
  wording: {original: fr, status: unreviewed}
""",
    "countries/xx/numbers.yaml": """\
parameters:
  - id: xx.length
    label: {fr: "Délai", en: "Length"}
    unit: days
    counting: {days: calendar, first_day: excluded, end_on_holiday: stays}
    values:
      - {from: 2020-01-01, value: 30, source: common.text, certainty: A, checked_on: 2026-01-01, checked_by: null}
      - {from: 2025-01-01, value: 10, source: common.text, certainty: A, checked_on: 2026-01-01, checked_by: null}
""",
    "countries/xx/rules.yaml": """\
conditions:
  - id: xx.is_here
    label: {fr: "Elle est ici", en: "She is here"}
    source: [common.text]
    certainty: A
    from: 2020-01-01
    checked_on: 2026-01-01
    checked_by: null
    when: {latest: {kinds: [met, left], is: met, where: {place: here}}}
entitlements:
  - id: xx.help
    label: {fr: "Aide", en: "Help"}
    text: {fr: "Une aide.", en: "Help."}
    level: national_law
    grants: prefecture
    source: [common.text]
    certainty: A
    from: 2020-01-01
    checked_on: 2026-01-01
    checked_by: null
    when:
      all:
        - rule: xx.is_here
        - any: [{fact: {kind: met, by: [support]}}, {count: {of: met, at_least: 2}}]
    unless:
      - id: gone
        label: {fr: "Partie", en: "Gone"}
        source: [common.text]
        certainty: A
        from: 2020-01-01
        when: {fact: left}
duties:
  - id: xx.visit
    label: {fr: "Visiter", en: "Visit"}
    text: {fr: "Visiter.", en: "Visit."}
    who: [case_worker]
    level: choice
    trigger: {kind: met, select: latest}
    due: {after: xx.length}
    done: [{kind: met, where: {place: there}}]
    remind: [3, 1]
    escalate: {after_days: 2, to: prefecture}
    certainty: I
    from: 2020-01-01
    checked_on: 2026-01-01
    checked_by: null
""",
    "countries/xx/path.yaml": """\
path:
  - {id: xx.stage_help, number: 1, label: {fr: "Aide", en: "Help"}, enters: {rule: xx.help}}
""",
    "countries/xx/examples.yaml": """\
examples:
  - id: xx.ex.met
    title: {fr: "Rencontrée", en: "Met"}
    mechanism: xx
    given:
      - met: {on: spring 2024, place: here, many: 2, ends: 2024-12}
      - met: {on: 2024-07-01, by: case_worker, place: here, recorded: 2024-07-02}
    on: 2024-07-03
    expect:
      xx.is_here: holds
      xx.visit: {outcome: open, due: 2024-07-31}
""",
}  # fmt: skip


def write_book(root: Path, changes: dict[str, str] | None = None) -> Path:
    """The small book in a folder, some of its files replaced or added."""
    for name, text in (FILES | (changes or {})).items():
        path = root / "mechanism" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root / "mechanism"
