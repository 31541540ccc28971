"""The policy as rows for the database, and as a page for people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from repere.cases.policy.reading import (
    AGREED,
    ASSIGNED,
    GRANTED,
    SYSTEM,
    TEAM,
    URGENT,
    WITHHELD,
    Policy,
    load_policy,
)

Row = tuple[str, str, str, str]


def reach_rows(policy: Policy) -> set[Row]:
    """(role, relation, purpose, word), as `cases_reach` holds them."""
    found: set[Row] = set()
    for role in (*policy.roles, SYSTEM):
        for relation in (TEAM, ASSIGNED) if role == SYSTEM else (TEAM, ASSIGNED, URGENT):
            found |= {(role, relation, "", word) for word in policy.held(role, relation)}
        found |= {(role, AGREED, "", word) for word in policy.held_if_agreed(role)}
        for purpose in policy.purposes:
            found |= {(role, GRANTED, purpose, word) for word in policy.granted(role, purpose)}
            found |= {(role, AGREED, purpose, word) for word in policy.granted_if_agreed(role, purpose)}
    found |= {("", WITHHELD, purpose, kind) for purpose in policy.harm_purposes for kind in policy.harm_kinds}
    return found | _walls(policy)


def _walls(policy: Policy) -> set[Row]:
    """What carries an access across a wall, for the guard of `cases_grant`: kinds of organisations by purpose, consents, rules."""
    found: set[Row] = {("", "origin", "", kind) for kind in policy.origin_organisations}
    found |= {("", "consent", "origin", word) for word in policy.origin_consent}
    for purpose in policy.purposes.values():
        found |= {("", "consent", purpose.id, word) for word in purpose.consent} | {("", "law", purpose.id, rule) for rule in purpose.laws}
    for family in policy.families.values():
        for kind in family.organisations:
            found |= {("", "receives", purpose, kind) for purpose in family.receives}
            found |= {("", "home", purpose, kind) for purpose in family.home}
            if family.state:
                found.add(("", "state", family.id, kind))
    return found


def fill_reach(cursor: Any, policy: Policy | None = None) -> None:
    """Make `cases_reach` say what the policy says. By the owner of the tables, after the migrations."""
    wanted = sorted(reach_rows(policy or load_policy()))
    cursor.execute("DELETE FROM cases_reach")
    cursor.executemany("INSERT INTO cases_reach (role, relation, purpose, word) VALUES (%s, %s, %s, %s)", wanted)


def reach_problems(rows: Iterable[Row], policy: Policy | None = None) -> list[str]:
    """For the boot check: where the table and the data differ."""
    held, wanted = set(rows), reach_rows(policy or load_policy())
    found = [f"The database opens what the policy does not: {' '.join(filter(None, row))}." for row in sorted(held - wanted)[:5]]
    found += [f"The database does not know what the policy opens: {' '.join(filter(None, row))}." for row in sorted(wanted - held)[:5]]
    return [f"{problem} Run: repere migrate" for problem in found]


# ---- for people


def policy_table(policy: Policy, groups: dict[str, str]) -> str:
    """The tables of docs/privacy.md, in Markdown. `groups`: data group → its words in English."""
    words = groups | {name: label["en"] for name, label in policy.parts.items()}
    lines = ["### Inside the organisation that opened the file", ""]
    lines += [
        "| Roles | Colleague, not assigned | Assigned | Only with her consent on file | By urgency, four hours |",
        "|---|---|---|---|---|",
    ]
    for family in policy.families.values():
        held = [_list(family.team, words), _list([w for w in family.assigned if w not in family.agreed_only], words)]
        held += [_list(family.agreed_only, words), _list(family.urgent, words)]
        lines.append(f"| **{family.label['en']}**: {_roles(family.roles)} | {' | '.join(held)} |")
    lines += ["", "### Through an access given by another organisation", ""]
    lines += ["| Purpose | Opens at most | To | Carried by her consent to | Or by a rule |", "|---|---|---|---|---|"]
    for purpose in policy.purposes.values():
        to = [family.label["en"] for family in policy.families.values() if purpose.id in family.receives and purpose.opens]
        cells = (_list(purpose.opens, words), "; ".join(to) or "nobody", _plain(purpose.consent), _plain(purpose.laws))
        lines.append(f"| **{purpose.label['en']}** | {' | '.join(cells)} |")
    lines += ["", "### What stays behind", ""]
    lines.append(
        f"Through an access for {_plain(policy.harm_purposes)}, facts of these kinds are not shown unless that very kind was "
        f"named with a consent of hers: {_plain(policy.harm_kinds)}."
    )
    lines.append("")
    lines.append(f"No access opens to a body of the State, for any purpose: {_list(policy.kept_from_the_state, words)}.")
    return "\n".join(lines) + "\n"


def _roles(roles: Iterable[str]) -> str:
    return ", ".join(f"`{role}`" for role in roles) or "nobody signs in"


def _plain(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words) or "–"


def _list(held: Iterable[str], words: dict[str, str]) -> str:
    return "; ".join(words[word] for word in held) or "nothing"
