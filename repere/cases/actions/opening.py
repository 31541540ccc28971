"""Opening a file from a concern."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db.models.expressions import RawSQL

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.keyring import new_person_key
from repere.cases import evaluation, mechanisms
from repere.cases.access import visible_case_by_id
from repere.cases.actions.assignment import assign_opener
from repere.cases.actions.by_the_house import add, in_her_name
from repere.cases.actions.facts import checked, judge_own_view
from repere.cases.actions.names import replace_tokens
from repere.cases.actions.receipts import claim
from repere.cases.evaluation import acting_organisation
from repere.cases.models import Case, Fact, Person
from repere.cases.refusals import Refused
from repere.cases.sealed import KeyRing, seal_fields, split
from repere.cases.territory import civil_day, zone_of
from repere.core.codes import new_code
from repere.core.dates import PartialDate
from repere.core.rulebook import Mechanism
from repere.directory.models import Organisation

PSEUDONYMS = (
    "Acacia", "Ajonc", "Anémone", "Aubépine", "Bouleau", "Bruyère", "Capucine", "Cèdre", "Chèvrefeuille", "Clématite", "Érable",
    "Fougère", "Genêt", "Glycine", "Hêtre", "Iris", "Jasmin", "Lavande", "Lierre", "Lilas", "Mélèze", "Mimosa", "Myrtille",
    "Narcisse", "Noisetier", "Olivier", "Pervenche", "Peuplier", "Romarin", "Saule", "Sureau", "Tilleul", "Trèfle", "Verveine",
)  # fmt: skip
"""Neutral words: they say nothing about sex, origin or story."""


def free_pseudonyms(acting: Actor, number: int, *, but: Collection[str] = ()) -> list[str]:
    """Code names that no file of this organisation bears, nor one another: two women must not be taken for each other.

    Of two figures while there is room, of more once most of these are taken. Cost: 1 query, a few more in a crowded house.
    """
    free: set[str] = set()
    figures = 90
    while len(free) < number:
        # one draw for all: the 64 bits of each are so many more than the names that none is likelier than another
        rolls = memoryview(secrets.token_bytes(8 * (2 * (number - len(free)) + 4))).cast("Q")
        parts = (divmod(roll, len(PSEUDONYMS)) for roll in rolls)
        drawn = {f"{PSEUDONYMS[word]} {figure % figures + 10}" for figure, word in parts} - {*but}
        asked = RawSQL("SELECT unnest(%s::text[])", [[*drawn]])  # one list, not a parameter for each of thousands
        free |= drawn - {*Case.objects.visible_to(acting, own=True).filter(pseudonym__in=asked).values_list("pseudonym", flat=True)}
        figures *= 4
    return list(free)[:number]


def open_case(
    *,
    on: PartialDate,
    concern: Mapping[str, Any],
    jurisdiction: str,
    territory: str | None = None,
    pseudonym: str | None = None,
    basis: str = "own_act",
    key: UUID,
    acting: Actor,
    now: datetime,
) -> Case:
    """Open a file on a concern: a person with a key of her own, a case, its first facts, its first findings.

    `concern` holds the fields of `concern_reported`. The territory, when it is told, is also recorded as a fact about the
    person; else the clock of the organisation's territory counts.
    """
    case_id = uuid4()
    with acting_as(acting):
        if earlier := claim(key, "open_case", case_id, acting=acting, now=now):
            return visible_case_by_id(acting, earlier)
        mechanism = _mechanism(jurisdiction)
        clock = territory or _territory_of(acting, jurisdiction)
        if territory and territory not in mechanism.codelists.get("departement", {}):
            raise Refused("unknown_territory", field="territory", value=territory)
        zone = zone_of(jurisdiction, clock)
        told: list[tuple[str, Mapping[str, Any], PartialDate]] = [
            ("jurisdiction_set", {"country": jurisdiction}, on), ("concern_reported", concern, on),
        ]  # fmt: skip
        if territory:
            told.append(("person_described", {"territory": territory}, on))
        clean = [
            (kind, checked(mechanism, kind, fields, on=day, role=acting.role, basis=basis, today=civil_day(zone, now)), day)
            for kind, fields, day in told
        ]
        me = acting_organisation(acting)
        person = Person(id=uuid4(), organisation_id=me, created_at=now)
        add(person, acting=acting)
        ring = KeyRing(new_person_key(person.pk, me))
        case = Case(
            id=case_id, code=new_code(), person=person, organisation_id=me, jurisdiction=jurisdiction, mechanism=mechanism.name,
            territory=clock, zone=zone, role=acting.role, pseudonym=(pseudonym or free_pseudonyms(acting, 1)[0]).strip(),
            opened_on=on.latest, opened_at=now, status_on=on.latest, revision=len(clean),
        )  # fmt: skip
        add(case, acting=acting)
        assign_opener(case, acting=acting, now=now)
        facts = [
            _first_fact(case, mechanism, kind, fields, day, ring, revision, basis=basis, acting=acting, now=now)
            for revision, (kind, fields, day) in enumerate(clean, start=1)
        ]
        with acting_as(in_her_name(acting), savepoint=False):
            Fact.objects.bulk_create(facts)
        replace_tokens(person.pk, acting, pseudonyms=[case.pseudonym])
        judge_own_view(case, grant=None, acting=acting, now=now)
        ledger.record(acting, "open_case", subjects=[person.pk], detail={"case": case.pk, "facts": [fact.pk for fact in facts]})
    return case


def in_order(now: datetime, place: int) -> datetime:
    """Facts said in one breath keep their order: of two on the same day, the one recorded later is the last word."""
    return now + timedelta(microseconds=place)


def _mechanism(jurisdiction: str) -> Mechanism:
    if jurisdiction not in mechanisms.DEFAULTS:
        expected = ", ".join(mechanisms.DEFAULTS)
        raise Refused("unknown_jurisdiction", field="jurisdiction", value=jurisdiction, expected=expected)
    return mechanisms.for_jurisdiction(jurisdiction)


def _territory_of(acting: Actor, jurisdiction: str) -> str:
    """Where the organisation works, for the clock only: it says nothing about where she is."""
    if jurisdiction != "FR":
        return ""
    return Organisation.objects.values_list("territory", flat=True).get(pk=acting_organisation(acting))


def _first_fact(
    case: Case, mechanism: Mechanism, kind: str, fields: Mapping[str, Any], on: PartialDate, ring: KeyRing, revision: int, *,
    basis: str, acting: Actor, now: datetime,
) -> Fact:  # fmt: skip
    declared, fact_id = mechanism.facts[kind], uuid4()
    clear, secret = split(declared, fields)
    return Fact(
        id=fact_id, case=case, owner_id=case.organisation_id, kind=kind, version=declared.version, data_group=declared.group,
        earliest=on.earliest, latest=on.latest, recorded_at=in_order(now, revision), revision=revision, user_id=acting.user_id,
        organisation_id=case.organisation_id, role=acting.role, basis=basis, fields=evaluation.to_json(clear),
        sealed=seal_fields(ring, fact_id, secret),
    )  # fmt: skip
