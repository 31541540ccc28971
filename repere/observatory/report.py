"""What a replay says: a table for machines, a page for people, one chart that says one thing.

On invented people every output says so and makes no sentence about any country. On real rows small numbers are hidden.
"""

from __future__ import annotations

import csv
import html
import io
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
import numpy as np
from django.utils.translation import get_language, gettext, gettext_noop, ngettext

from repere.core.rulebook import Rule
from repere.observatory.groups import DIMENSIONS, label
from repere.observatory.protect import HIDDEN, THRESHOLD, protected, shown
from repere.observatory.replay import Replay, RuleChange

mpl.use("svg")

from matplotlib import pyplot as plt

LEVELS = {
    "national_law": gettext_noop("national law"),
    "international_obligation": gettext_noop("international obligation"),
    "demanded": gettext_noop("demanded"),
    "guidance": gettext_noop("guidance"),
    "choice": gettext_noop("our choice"),
}
ASSUMPTIONS = (
    gettext_noop("Days are counted from the day a right opens under the rules to the day it closes, or to the last day told of."),
    gettext_noop("A length that no text gives is not invented: such a right stands until a fact ends it."),
    gettext_noop(
        "Everybody is taken to do under the second mechanism what they did under the first: nobody complains sooner, no body "
        "decides faster."
    ),
    gettext_noop("A day that cannot be told is not counted as a day with the right."),
)
INVENTED_ASSUMPTION = gettext_noop("The delays between the steps of the invented journeys are assumed; they are nobody's.")
CHART_ROWS = 12


@dataclass(frozen=True)
class Table:
    """A table as it is written everywhere: header, rows of text."""

    name: str
    title: str
    header: tuple[str, ...]
    rows: list[tuple[str, ...]]


def subject(told: Replay) -> str:
    """Whom the numbers are about, in words that go on every output."""
    if told.invented:
        return ngettext("%(count)s invented person", "%(count)s invented persons", told.persons) % {"count": told.persons}
    return gettext("Persons of a de-identified extract; numbers below %(threshold)s are hidden") % {"threshold": THRESHOLD}


def tables(told: Replay, threshold: int = THRESHOLD) -> list[Table]:
    """Every table of the report, small numbers hidden where the persons are real."""
    return [_rules(told, threshold), *_groups(told, threshold), *([_delays(told, threshold)] if told.delays else [])]


def _words(rule: Rule) -> str:
    return rule.label.text((get_language() or "fr")[:2])


def _hide(told: Replay, rows: list[list[int]], threshold: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
    return np.array(rows, np.int64).reshape(len(rows), -1) if told.invented else protected(rows, threshold)


def _rules(told: Replay, threshold: int) -> Table:
    changed = [change for change in told.rules if change.changed]
    counts = _hide(told, [[c.after, c.before, c.gained, c.lost, c.unsure_before, c.unsure_after] for c in changed], threshold)
    rows = [
        (
            change.rule.id,
            _words(change.rule),
            _kind(change),
            gettext(LEVELS[change.rule.level]),
            *(shown(int(row[i])) for i in (1, 0, 2, 3, 4, 5)),
        )
        for change, row in zip(changed, counts, strict=True)
    ]
    header = (
        gettext("Rule"),
        gettext("Words"),
        gettext("What"),
        gettext("Level"),
        told.base.name,
        told.other.name,
        gettext("gain"),
        gettext("lose"),
        gettext("cannot tell: %(name)s") % {"name": told.base.name},
        gettext("cannot tell: %(name)s") % {"name": told.other.name},
    )
    return Table("rules", gettext("What follows from the rules: rights and duties that change"), header, rows)


def _kind(change: RuleChange) -> str:
    what = gettext("duty") if change.rule.kind == "duty" else gettext("right")
    if change.new:
        return gettext("%(what)s, new") % {"what": what}
    return gettext("%(what)s, gone") % {"what": what} if change.gone else what


def _groups(told: Replay, threshold: int) -> Iterator[Table]:
    language = (get_language() or "fr")[:2]
    header = (
        gettext("Group"),
        gettext("persons"),
        gettext("at least one right more"),
        gettext("at least one right less"),
        gettext("at least one duty more towards them"),
    )
    for dimension, groups in told.groups.items():
        counts = _hide(told, [[g.persons, g.gain, g.lose, g.owed] for g in groups.values()], threshold)
        rows = [
            (label(told.other, dimension, code, language), *map(shown, map(int, row))) for code, row in zip(groups, counts, strict=True)
        ]
        yield Table(dimension, gettext(DIMENSIONS[dimension]), header, rows)


def _delays(told: Replay, threshold: int) -> Table:
    # A number of days is hidden with the persons it is made of.
    persons = _hide(told, [[d.left_out_before, d.left_out_after] for d in told.delays], threshold)
    rows = []
    for change, row in zip(told.delays, persons, strict=True):
        days = (change.days_before, change.days_after) if row[0] != HIDDEN else (HIDDEN, HIDDEN)
        rows.append((change.rule.id, _words(change.rule), *map(shown, days), *map(shown, map(int, row))))
    header = (
        gettext("Rule"),
        gettext("Words"),
        gettext("person-days: %(name)s") % {"name": told.base.name},
        gettext("person-days: %(name)s") % {"name": told.other.name},
        gettext("left out: %(name)s") % {"name": told.base.name},
        gettext("left out: %(name)s") % {"name": told.other.name},
    )
    return Table("delays", gettext("What rests on delays: days with the right, and presumed persons who never have it"), header, rows)


# ─── Files ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def write(told: Replay, folder: Path, threshold: int = THRESHOLD) -> list[Path]:
    """CSV per table, a text, a page with its chart. Returns what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    made = tables(told, threshold)
    written = [_write_csv(folder / f"{table.name}.csv", table, told) for table in made]
    chart = _chart(told, threshold)
    for name, content in (("report.txt", text(told, made)), ("chart.svg", chart), ("report.html", page(told, made, chart))):
        (folder / name).write_text(content, encoding="utf-8")
        written.append(folder / name)
    return written


def _write_csv(path: Path, table: Table, told: Replay) -> Path:
    """The first column says whom every line is about: lines are cut out of files."""
    about = subject(told)
    with path.open("w", encoding="utf-8", newline="") as lines:
        out = csv.writer(lines)
        out.writerow((gettext("about"), *table.header))
        out.writerows((about, *row) for row in table.rows)
    return path


def _opening(told: Replay) -> list[str]:
    first = [f"{subject(told)}."]
    if told.invented:
        first.append(gettext("Nothing here says anything about any country: the people, their journeys and their delays are made up."))
    first.append(
        gettext("%(base)s compared with %(other)s on %(day)s.")
        % {"base": told.base.name, "other": told.other.name, "day": told.on.isoformat()}
    )
    return first


def _assumptions(told: Replay) -> list[str]:
    unsettled = sorted({p.id for p in told.other.parameters.values() if not p.settled and not p.values})
    said = [gettext(sentence) for sentence in ASSUMPTIONS]
    if told.invented:
        said.append(gettext(INVENTED_ASSUMPTION))
    if unsettled:
        said.append(gettext("Lengths without a number in any text: %(names)s.") % {"names": ", ".join(unsettled)})
    return said


def text(told: Replay, made: list[Table]) -> str:
    """The report as plain text."""
    out = io.StringIO()
    print(*_opening(told), sep="\n", file=out)
    for table in made:
        print("", table.title, "-" * len(table.title), sep="\n", file=out)
        if table.name == "delays":
            print(*(f"* {sentence}" for sentence in _assumptions(told)), sep="\n", file=out)
        widths = [min(max(len(row[i]) for row in (table.header, *table.rows)), 60) for i in range(len(table.header))]
        for row in (table.header, *table.rows):
            print("  ".join(cell[:60].ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip(), file=out)
    return out.getvalue()


_STYLE = """
body{font:1rem/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#111;background:#fff}
table{border-collapse:collapse;margin:1rem 0;font-size:.875rem}caption{text-align:left;font-weight:600;padding:.5rem 0}
th,td{border-bottom:1px solid #767676;padding:.25rem .5rem;text-align:left;vertical-align:top}
td.n{text-align:right;font-variant-numeric:tabular-nums}
svg{max-width:100%;height:auto}.about{font-weight:600;border:2px solid #111;padding:.5rem 1rem}
"""


def page(told: Replay, made: list[Table], chart: str) -> str:
    """The report as one page that needs nothing else."""
    language = (get_language() or "fr")[:2]
    title = gettext("Two mechanisms on one caseload")
    parts = [
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><meta name="robots" content="noindex">',
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head><body><h1>{html.escape(title)}</h1>",
        f'<p class="about">{"<br>".join(map(html.escape, _opening(told)))}</p>',
        f"<figure>{chart[chart.index('<svg') :]}",
        f"<figcaption>{html.escape(gettext('The same numbers stand in the tables below.'))}</figcaption></figure>",
    ]
    for table in made:
        if table.name == "delays":
            parts.append(f"<ul>{''.join(f'<li>{html.escape(sentence)}</li>' for sentence in _assumptions(told))}</ul>")
        parts.append(_html_table(table, subject(told)))
    return "\n".join([*parts, "</body></html>", ""])


def _html_table(table: Table, about: str) -> str:
    head = "".join(f'<th scope="col">{html.escape(cell)}</th>' for cell in table.header)
    rows = "".join("<tr>" + "".join(f"<td{_number(cell)}>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in table.rows)
    caption = f"{html.escape(table.title)} — {html.escape(about)}"
    return f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _number(cell: str) -> str:
    return ' class="n"' if cell.isdigit() or cell == "·" else ""


def _chart(told: Replay, threshold: int) -> str:
    """Rights with the largest gain: white bar before, black bar after; readable without colour."""
    rights = [c for c in told.rules if c.rule.kind == "entitlement" and c.gained]
    if not told.invented:
        rights = [
            c for c in rights if min(c.gained, c.after, abs(c.after - c.before) or threshold) >= threshold and not 0 < c.before < threshold
        ]
    top = sorted(rights, key=lambda c: c.gained)[-CHART_ROWS:]
    with mpl.rc_context({"svg.hashsalt": "repere", "svg.fonttype": "none", "font.family": "sans-serif", "font.size": 9}):
        figure, axes = plt.subplots(figsize=(9, 0.55 * max(len(top), 2) + 1.6))
        places = np.arange(len(top))
        before = axes.barh(places + 0.2, [c.before for c in top], 0.38, color="white", edgecolor="black", label=told.base.name)
        after = axes.barh(places - 0.2, [c.after for c in top], 0.38, color="black", edgecolor="black", label=told.other.name)
        # A bar of none is told by its number.
        axes.bar_label(before, padding=3, fontsize=8)
        axes.bar_label(after, padding=3, fontsize=8)
        axes.set_yticks(places, [_cut(_words(c.rule)) for c in top])
        axes.set_xlabel(gettext("persons who have the right on %(day)s") % {"day": told.on.isoformat()})
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        axes.legend(loc="lower right", frameon=False)
        figure.suptitle(textwrap.fill(_chart_title(told), 84), x=0.01, ha="left", fontsize=11, fontweight="bold")
        figure.tight_layout()
        out = io.StringIO()
        figure.savefig(out, format="svg", bbox_inches="tight", metadata={"Date": None, "Title": _chart_title(told)})
        plt.close(figure)
    return out.getvalue()


def _chart_title(told: Replay) -> str:
    if told.invented:
        words = gettext("%(gain)s of %(count)s invented persons have at least one right more under %(other)s")
        return words % {"gain": told.gaining, "count": told.persons, "other": told.other.name}
    return gettext("Rights that open for more persons under %(other)s") % {"other": told.other.name}


def _cut(words: str) -> str:
    return words if len(words) <= 58 else f"{words[:57]}…"
