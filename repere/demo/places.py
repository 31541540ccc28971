"""Invented shelters of the invented organisations, listed and not, with a few households that look for a place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid5

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.cases.models import Case
from repere.core.needs import household
from repere.places import actions
from repere.places.models import Shelter
from repere.places.roles import SEEKING

_OURS = UUID("5d6b0a5e-6a0f-5c0e-8a39-3f6c3f3f9a11")
HOUSES = {
    "atalante": (("Maison des Lilas", "69", True), ("Maison Basse", "38", True), ("Maison Haute", "69", False)),
    "boussole": (("Maison du Port", "13", True), ("Maison du Pin", "84", True), ("Maison Bleue", "13", False)),
    "estran": (("Maison du Beffroi", "59", True), ("Maison Grise", "75", True), ("Maison Claire", "62", False)),
    "fanal": (("Maison du Fleuve", "973", True),),
}
"""Organisation → name among its people, département, listed."""
UNITS: tuple[tuple[str, int, dict[str, bool]], ...] = (
    ("Studio 1", 1, {"step_free": True}), ("Studio 2", 1, {}), ("Appartement", 4, {"pets": True}),
    ("Dortoir", 4, {"one_household": False, "collective": True, "couples": False}),
)  # fmt: skip
NEEDS = (
    household(["woman"], children=2, refuses_zones=frozenset({"69"}), languages=frozenset({"eng"})),
    household(["woman"], prefers=frozenset({"single"}), refuses=frozenset({"shared_with_men"})),
    household(["man"], languages=frozenset({"ara"})),
)


def fill_places(actors: Mapping[str, Actor], *, now: datetime) -> int:
    """Shelters, then one request for each of some files. Done once: an organisation that has a shelter keeps what it has."""
    made = 0
    for key, houses in HOUSES.items():
        with acting_as(actors[key]) as acting:
            if Shelter.objects.visible_to(acting).filter(organisation_id=acting.organisation_id).exists():
                continue
            kept = [_house(name, zone, listed, acting, now) for name, zone, listed in houses]
            made += len(kept)
            for number, case in enumerate(Case.objects.visible_to(acting, own=True).filter(closed_on=None).order_by("code")[: len(NEEDS)]):
                actions.ask(
                    reference=case.place_reference, needs=NEEDS[number], urgency=3 - number, zone=case.territory,
                    key=uuid5(_OURS, str(case.pk)), acting=acting, now=now,
                )  # fmt: skip
        for house in kept:
            _vouched(house, actors[key], [actor for other, actor in actors.items() if other != key], now)
    return made


def _vouched(house: UUID, keeper: Actor, others: list[Actor], now: datetime) -> None:
    """Two of the other organisations say what people would say: that they know it."""
    voices = {actor.organisation_id: actor for actor in others if actor.role in SEEKING and actor.organisation_id != keeper.organisation_id}
    for organisation_id, actor in list(voices.items())[:2]:
        if organisation_id is not None:
            asked = actions.ask_for_voice(house, organisation_id, acting=keeper, now=now)
            actions.vouch_for_shelter(asked.pk, reason="invention", acting=actor, now=now)


def _house(name: str, zone: str, listed: bool, acting: Actor, now: datetime) -> UUID:
    women = name.endswith(("Lilas", "Pin", "Claire", "Haute"))
    kept = actions.add_shelter(
        name=name, zone=zone, listed=listed, languages=["fra", "eng"] if women else ["fra", "ara"], trained_for=["sexual"] if women else [],
        security=1 if not listed else 0, men_on_site=not women, acting=acting, now=now,
    )  # fmt: skip
    for label, capacity, rules in UNITS:
        actions.add_unit(
            kept.pk, label=label, capacity=capacity, phases=["emergency", "stabilisation"], gender="women" if women else "any",
            acting=acting, now=now, **rules,
        )  # fmt: skip
    return kept.pk
