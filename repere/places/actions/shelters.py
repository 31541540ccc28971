"""Shelters, their units and beds, and saying that what is written of them still holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.core.placement.instance import PHASES
from repere.directory.territory import is_territory
from repere.places.doors import HOSTING, kept_shelter, me, must_be, visible_unit
from repere.places.models import Bed, Shelter, Unit
from repere.places.refusals import NotVisible, Refused

RULES = ("children", "unaccompanied_minors", "couples", "step_free", "pets", "collective", "requires_papers", "remote", "one_household")


def add_shelter(
    *, name: str, zone: str, listed: bool, languages: Iterable[str] = (), trained_for: Iterable[str] = (), security: int = 0,
    men_on_site: bool = True, papers_law: str = "", acting: Actor, now: datetime,
) -> Shelter:  # fmt: skip
    """A house or service. `zone`: code of a département; `listed`: others see its units. No address is ever written."""
    must_be(acting, HOSTING)
    if len(name.strip()) < 2:
        raise Refused("name_needed")
    if not is_territory(zone) or zone == "FR":
        raise Refused("zone_needed")
    with acting_as(acting):
        made = Shelter(
            organisation_id=me(acting), name=name.strip()[:80], zone=zone, listed=listed, languages=sorted(set(languages)),
            trained_for=sorted(set(trained_for)), security=security, men_on_site=men_on_site, papers_law=papers_law.strip()[:200],
            confirmed_at=now, confirmed_by=acting.user_id, created_at=now,
        )  # fmt: skip
        made.save(force_insert=True)
        ledger.record(acting, "add_shelter", detail={"shelter": made.pk})
    return made


def add_unit(
    shelter_id: UUID, *, label: str, capacity: int, phases: Iterable[str], gender: str = "any", acting: Actor, now: datetime, **rules: bool,
) -> Unit:  # fmt: skip
    """A room, flat or dormitory with its beds. `rules`: among RULES. Papers are asked for only where the shelter names the text."""
    must_be(acting, HOSTING)
    words = sorted(set(phases))
    if not words or not set(words) <= set(PHASES):
        raise Refused("phase_needed")
    if not 1 <= capacity <= 60:
        raise Refused("capacity_1_to_60")
    with acting_as(acting):
        shelter = kept_shelter(acting, shelter_id)
        if rules.get("requires_papers") and not shelter.papers_law:
            raise Refused("papers_need_a_text")
        unit = Unit(
            shelter=shelter, organisation_id=shelter.organisation_id, listed=shelter.listed, label=label.strip()[:40] or "1",
            capacity=capacity, phases=words, gender=gender, created_at=now, **{name: rules[name] for name in RULES if name in rules},
        )  # fmt: skip
        unit.save(force_insert=True)
        Bed.objects.bulk_create(
            Bed(unit=unit, organisation_id=unit.organisation_id, listed=unit.listed, number=number + 1) for number in range(capacity)
        )
        ledger.record(acting, "add_unit", detail={"shelter": shelter.pk, "unit": unit.pk, "beds": capacity})
    return unit


def confirm_shelter(shelter_id: UUID, *, acting: Actor, now: datetime) -> Shelter:
    """Say that the free places written here are right, as of now."""
    must_be(acting, HOSTING)
    with acting_as(acting):
        shelter = kept_shelter(acting, shelter_id)
        shelter.confirmed_at, shelter.confirmed_by = now, acting.user_id
        shelter.save(update_fields=["confirmed_at", "confirmed_by"])
        ledger.record(acting, "confirm_shelter", detail={"shelter": shelter.pk})
    return shelter


def reopen_shelter(shelter_id: UUID, *, acting: Actor, now: datetime) -> Shelter:
    """People may come again after an incident."""
    must_be(acting, HOSTING)
    with acting_as(acting):
        shelter = kept_shelter(acting, shelter_id)
        shelter.paused_at, shelter.confirmed_at, shelter.confirmed_by = None, now, acting.user_id
        shelter.save(update_fields=["paused_at", "confirmed_at", "confirmed_by"])
        ledger.record(acting, "reopen_shelter", detail={"shelter": shelter.pk})
    return shelter


def take_out_of_use(unit_id: UUID, *, out: bool, acting: Actor, now: datetime) -> Unit:
    """A unit that cannot be given for a time, or can be again. Whoever stays there stays."""
    must_be(acting, HOSTING)
    with acting_as(acting):
        unit = visible_unit(acting, unit_id)
        if unit.organisation_id != acting.organisation_id:
            raise NotVisible
        unit.out_of_use = out
        unit.save(update_fields=["out_of_use"])
        ledger.record(acting, "take_out_of_use" if out else "take_into_use", detail={"unit": unit.pk})
    return unit
