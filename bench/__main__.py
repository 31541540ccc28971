"""Every figure of the project: `make bench`, or `python -m bench --only caseload --cases 100000`. Writes docs/benchmarks.md."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

from bench.measuring import ROOT

PARTS = (
    "caseload", "one_case", "pages", "door", "starting", "policy", "ledger", "placement", "places", "directory", "referrals", "faults",
    "backup",
)  # fmt: skip
PAGE = ROOT / "docs" / "benchmarks.md"
KEPT = ROOT / "var" / "benchmarks.json"


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--only", choices=PARTS, action="append")
    options.add_argument("--cases", type=int, default=1_000_000)
    options.add_argument("--persons", type=int, default=117_000)
    options.add_argument("--backed-up", type=int, default=100_000, help="Persons of the backup.")
    options.add_argument("--kills", type=int, default=200)
    options.add_argument("--rows", type=int, default=10_000)
    options.add_argument("--no-path", action="store_true")
    chosen = options.parse_args()
    found: dict[str, Any] = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    KEPT.parent.mkdir(exist_ok=True)
    for part in chosen.only or PARTS:
        for name, command in _commands(part, chosen):
            outcome = _run(command)
            if outcome is not None:
                found[name] = outcome
                # kept at once: a run of an hour that is stopped loses one measure
                KEPT.write_text(json.dumps(found, indent=1))
    PAGE.write_text(page(found), encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)} written.", file=sys.stderr)


def _commands(part: str, chosen: argparse.Namespace) -> list[tuple[str, list[str]]]:
    path = [] if chosen.no_path else ["--path"]
    if part == "caseload":
        return [
            ("caseload_10000", ["bench.caseload", "--cases", "10000", *path]),
            ("caseload_100000", ["bench.caseload", "--cases", "100000", *path]),
            ("caseload", ["bench.caseload", "--cases", str(chosen.cases), *path]),
        ]
    extra = {
        "pages": ["--persons", str(chosen.persons)], "door": ["--rows", str(chosen.rows)], "faults": ["--kills", str(chosen.kills)],
        "backup": ["--persons", str(chosen.backed_up)],
    }.get(part, [])  # fmt: skip
    return [(part, [f"bench.{part}", *extra])]


def _run(command: list[str]) -> dict[str, Any] | None:
    """Each measure in a process of its own: memory is counted apart, and one failure leaves the others."""
    shown = f"python -m {' '.join(command)}"
    print(shown, file=sys.stderr)
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "repere.web.settings"}
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment, check=False)
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        print(f"  failed with code {done.returncode}", file=sys.stderr)
        return None
    found: dict[str, Any] = json.loads(lines[-1])
    return {**found, "command": shown, "at": datetime.now(UTC).isoformat(timespec="minutes")}


# ─── The page ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def page(found: dict[str, Any]) -> str:
    """docs/benchmarks.md from what was measured."""
    lines = [
        "# Benchmarks", "",
        "Written by `make bench`, by nobody's hand. All persons are invented. Targets are our own; a figure taken while the",
        "machine did other work says so by its load. The machine is shared, and its speed changes by half within a day: the last column",
        "of the second table is the time of two million additions in a loop just before that measure.", "",
        "| figure | target | measured | command |", "|---|---|---|---|",
    ]  # fmt: skip
    lines += [f"| {name} | {target} | {value} | `{command}` |" for name, target, value, command in _figures(found)]
    lines += ["", "## Machine", "", "| measure | at | cores | memory | Python | load before | additions |", "|---|---|---|---|---|---|---|"]
    for name, one in found.items():
        m = one["machine"]
        speed = f"{m['additions_ms']} ms" if "additions_ms" in m else ""
        lines.append(
            f"| {name} | {one['at']} | {m['cores']} ({m['cpu']}) | {m['memory_gib']} GiB | {m['python']} | {m['load_before']} | {speed} |"
        )
    lines += _cannot_tell(found)
    return "\n".join([*lines, ""])


def _figures(found: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    rows = []
    for name in ("caseload", "caseload_100000", "caseload_10000"):
        if one := found.get(name):
            size = f"{one['cases']:,} cases, {one['facts']:,} facts, two mechanisms, all rules"
            big = name == "caseload"
            rows.append((f"snapshot, {size}", "≤ 15 s" if big else "", f"{one['snapshot']} s", one["command"]))
            if "path" in one:
                rows.append((f"path, {size}", "≤ 60 s" if big else "", f"{one['path']} s ({one['moves']:,} changes)", one["command"]))
            rows.append((f"memory at the most, {one['cases']:,} cases", "≤ 4 GiB" if big else "", f"{one['peak_gib']} GiB", one["command"]))
            rows.append((f"extract to tables, {one['cases']:,} cases", "apart", f"{one['tables']} s", one["command"]))
    rows += _ratio(found)
    if one := found.get("one_case"):
        spread = one["case_with_explanation_ms"]
        rows.append(
            (
                f"one case with its explanation ({one['facts_per_case']} facts, {one['rules']} rules)",
                "p95 ≤ 20 ms",
                f"p95 {spread['p95']} ms (median {spread['median']})",
                one["command"],
            )
        )
    if one := found.get("pages"):
        facts = f"{one['persons']:,} persons" + (f", {one['facts']:,} facts" if "facts" in one else "")
        for what in ("worklist", "search", "case_page"):
            rows.append((f"{what} through HTTP, {facts}", "p95 ≤ 100 ms", f"p95 {one[f'{what}_http_ms']['p95']} ms", one["command"]))
            rows.append(
                (
                    f"{what} outside SQL",
                    "≤ 40 ms",
                    f"p95 {one[f'{what}_outside_sql_ms']['p95']} ms, {one[f'{what}_queries']} queries",
                    one["command"],
                )
            )
            if (share := one.get(f"{what}_decryption_share")) is not None:
                rows.append((f"{what}, share of decryption in the whole answer", "≤ 25 %", f"{share:.1%}", one["command"]))
        rows.append(("adding a fact", "p95 ≤ 150 ms", f"p95 {one['add_fact_ms']['p95']} ms", one["command"]))
        for name, words in (("filled", "filling"), ("evaluated", "evaluating every view")):
            if name in one:
                rows.append((f"{words}, {facts}", "apart", f"{one[name]} s", one["command"]))
    if one := found.get("door"):
        rows.append(
            (
                f"bulk door, {one['rows']:,} rows of the standard, {one['facts']:,} facts, one transaction",
                "≥ 2,000 rows/s",
                f"{one['rows_per_second']:,} rows/s",
                one["command"],
            )
        )
        if "views" in one:
            words = f"evaluating what came in by the bulk door, {one['views']:,} files, one process"
            rows.append((words, "apart", f"{one['views_per_second']:,} files/s", one["command"]))
    if one := found.get("starting"):
        rows.append((f"second start, {one['persons']:,} persons", "< 10 s", f"{one['second_run']} s", one["command"]))
    # Newer measures say their own lines.
    rows += [(*line, one["command"]) for one in found.values() for line in one.get("figures", [])]
    return rows


def _ratio(found: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    small, big = found.get("caseload_10000"), found.get("caseload")
    if not small or not big:
        return []
    rows = []
    for what in ("snapshot", "path"):
        if what in small and what in big:
            ratio = (big[what] / big["cases"]) / (small[what] / small["cases"])
            rows.append((f"cost per case of a {what}, {big['cases']:,} against 10,000 cases", "flat", f"ratio {ratio:.2f}", big["command"]))
    return rows


def _cannot_tell(found: dict[str, Any]) -> list[str]:
    one = found.get("caseload")
    if not one:
        return []
    lines = [
        "",
        "## Share of “cannot tell” per rule",
        "",
        f"{one['cases']:,} invented persons; it measures how much the invented files leave out.",
        "",
        "| rule | cannot tell |",
        "|---|---|",
    ]
    return lines + [f"| {rule} | {share:.1%} |" for rule, share in sorted(one["cannot_tell"].items(), key=lambda item: -item[1])]


if __name__ == "__main__":
    main()
