"""Places are for who looks for one, for who keeps one, and, without the households' own rows, for the national coordination.

Whoever else works in a body reads nothing of this room: an administrator, a prefecture, a rapporteur.
"""

from __future__ import annotations

from repere.accounts.actor import Actor

SEEKING = frozenset({
    "case_worker", "outreach_worker", "shelter_worker", "lawyer", "child_protection", "youth_justice", "health_worker", "police",
    "gendarmerie", "labour_inspector", "local_authority", "prosecutor",
})  # fmt: skip
"""Roles that look for a place."""
HOSTING = frozenset({"shelter_worker", "case_worker", "child_protection", "local_authority"})
"""Roles that answer for a shelter. Each of them looks for places too."""
COORDINATION = "coordination"
COORDINATED = frozenset({"places_shelter", "places_unit", "places_bed", "places_request", "places_hold", "places_refusedbyher"})
"""Tables of which the coordination reads rows."""


def reading(table: str) -> frozenset[str]:
    """Roles that read rows of this table at all; which rows, each table says."""
    return SEEKING | {COORDINATION} if table in COORDINATED else SEEKING


def may_read(actor: Actor, table: str) -> bool:
    return actor.kind == "system" or actor.role in reading(table)
