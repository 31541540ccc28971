"""Shelters, their units and beds, and saying that what is written of them still holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.core.placement.instance import PHASES
from repere.directory.territory import is_territory
from repere.places.by_the_house import add, change, writing
from repere.places.doors import kept_shelter, may_receive, me, must_be, myself, visible_unit
from repere.places.models import Bed, Shelter, ShelterChange, Unit
from repere.places.refusals import NotVisible, Refused
from repere.places.roles import HOSTING

RULES = ("children", "unaccompanied_minors", "couples", "step_free", "pets", "collective", "requires_papers", "remote", "one_household",
         "isolated_first")  # fmt: skip


def add_shelter(
    *, name: str, zone: str, listed: bool, languages: Iterable[str] = (), trained_for: Iterable[str] = (), security: int = 0,
    men_on_site: bool = True, papers_law: str = "", most_households: int | None = None, most_minors: int | None = None, acting: Actor,
    now: datetime,
) -> Shelter:  # fmt: skip
    """A house or service. `zone`: code of a département; `listed`: others see its units; `most_households`, `most_minors`: what it
    carries at once whatever its beds, None for no such limit. No address is ever written."""
    must_be(acting, HOSTING)
    said = _said_of_shelter(
        name=name, zone=zone, listed=listed, languages=languages, trained_for=trained_for, security=security, men_on_site=men_on_site,
        papers_law=papers_law, most_households=most_households, most_minors=most_minors,
    )  # fmt: skip
    with acting_as(acting):
        made = Shelter(
            organisation_id=me(acting), confirmed_at=now, confirmed_by=acting.user_id, created_at=now,
            zone_since=now.astimezone(UTC).date(), **said,
        )  # fmt: skip
        add(made, acting=acting)
        ledger.record(acting, "add_shelter", detail={"shelter": made.pk})
    return made


def _said_of_shelter(**told: Any) -> dict[str, Any]:
    """The attributes as they are kept. Raises Refused for a name or a zone that is none, and for a limit of nobody."""
    name, zone = str(told["name"]).strip(), told["zone"]
    if len(name) < 2:
        raise Refused("name_needed")
    if not is_territory(zone) or zone == "FR":
        raise Refused("zone_needed")
    if min(told["most_households"] or 1, (told["most_minors"] or 0) + 1) < 1 or told["most_households"] == 0:
        raise Refused("limit_of_nobody")
    lists = {key: sorted(set(told[key])) for key in ("languages", "trained_for")}
    return {**told, **lists, "name": name[:80], "papers_law": str(told["papers_law"]).strip()[:200]}


def change_shelter(shelter_id: UUID, *, acting: Actor, now: datetime, **told: Any) -> Shelter:
    """Change what was said of a shelter, whether it is listed included; what stood before is kept. `told`: all that `add_shelter` asks.

    Requests that were asked before keep the way in which they were asked.
    """
    must_be(acting, HOSTING)
    said = _said_of_shelter(**told)
    with acting_as(acting):
        shelter = kept_shelter(acting, shelter_id)
        units = Unit.objects.visible_to(acting).filter(shelter=shelter, organisation_id=me(acting))
        if not said["papers_law"] and units.filter(requires_papers=True).exists():
            raise Refused("papers_need_a_text")
        changed = _changed(shelter, said)
        if "zone" in changed and not may_receive(me(acting)):
            raise Refused("zone_stays_on_probation")
        if changed:
            with writing(acting):
                shelter.save(update_fields=list(changed))
                if "listed" in changed:
                    Bed.objects.visible_to(acting).filter(unit__in=units.values("pk")).update(listed=shelter.listed)
                    units.update(listed=shelter.listed)
            keep_history(shelter, None, changed, acting, now)
            ledger.record(acting, "change_shelter", detail={"shelter": shelter.pk, "changed": sorted(changed)})
    return shelter


def change_unit(unit_id: UUID, *, label: str, phases: Iterable[str], gender: str, acting: Actor, now: datetime, **rules: bool) -> Unit:
    """Change the rules of a unit; what stood before is kept. Its beds stay as they are, and so does whoever holds one."""
    must_be(acting, HOSTING)
    words = sorted(set(phases))
    if not words or not set(words) <= set(PHASES) or gender not in Unit.Gender.values:
        raise Refused("phase_needed")
    with acting_as(acting):
        unit = visible_unit(acting, unit_id)
        if unit.organisation_id != me(acting):
            raise NotVisible
        if rules.get("requires_papers") and not unit.shelter.papers_law:
            raise Refused("papers_need_a_text")
        kept = {name: rules[name] for name in RULES if name in rules}
        changed = _changed(unit, {"label": label.strip()[:40] or "1", "phases": words, "gender": gender, **kept})
        if changed:
            with writing(acting):
                unit.save(update_fields=list(changed))
            keep_history(unit.shelter, unit, changed, acting, now)
            ledger.record(acting, "change_unit", detail={"unit": unit.pk, "changed": sorted(changed)})
    return unit


def _changed(row: Shelter | Unit, said: dict[str, Any]) -> dict[str, list[Any]]:
    """Sets what differs; name of the attribute → before, after."""
    changed = {name: [getattr(row, name), value] for name, value in said.items() if getattr(row, name) != value}
    for name, (_, value) in changed.items():
        setattr(row, name, value)
    return changed


def keep_history(shelter: Shelter, unit: Unit | None, changed: dict[str, list[Any]], acting: Actor, now: datetime) -> None:
    """In the running transaction. `changed`: name of the attribute → before, after."""
    made = ShelterChange(shelter=shelter, unit=unit, organisation_id=me(acting), user_id=myself(acting), at=now, changed=changed)
    add(made, acting=acting)


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
        with writing(acting):
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
        change(shelter, acting=acting, confirmed_at=now, confirmed_by=acting.user_id)
        ledger.record(acting, "confirm_shelter", detail={"shelter": shelter.pk})
    return shelter


def reopen_shelter(shelter_id: UUID, *, acting: Actor, now: datetime) -> Shelter:
    """People may come again after an incident."""
    must_be(acting, HOSTING)
    with acting_as(acting):
        shelter = kept_shelter(acting, shelter_id)
        change(shelter, acting=acting, paused_at=None, confirmed_at=now, confirmed_by=acting.user_id)
        ledger.record(acting, "reopen_shelter", detail={"shelter": shelter.pk})
    return shelter


def take_out_of_use(unit_id: UUID, *, out: bool, acting: Actor, now: datetime) -> Unit:
    """A unit that cannot be given for a time, or can be again. Whoever stays there stays."""
    must_be(acting, HOSTING)
    with acting_as(acting):
        unit = visible_unit(acting, unit_id)
        if unit.organisation_id != acting.organisation_id:
            raise NotVisible
        change(unit, acting=acting, out_of_use=out)
        ledger.record(acting, "take_out_of_use" if out else "take_into_use", detail={"unit": unit.pk})
    return unit
