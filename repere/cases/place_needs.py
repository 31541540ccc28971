"""What her file already says of the place she needs: it stands in the form, and a request that says otherwise is pointed out.

Nothing here decides: whoever looks for a place reads each answer again and changes what is no longer true.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from repere.cases.queries import CasePage
from repere.core.rulebook import MISSING
from repere.directory.territory import territories
from repere.directory.vocabulary import spoken
from repere.directory.wording import plain
from repere.places import words

TONIGHT, GUARDED = 3, 1
ADULTS = ("women", "men", "others")
GENDERS = {"woman": "women", "man": "men"}


@dataclass(frozen=True)
class Told:
    """What the file says. `adults`: by the names of the form, empty where her gender was not asked; `minors` None where nobody asked
    who depends on her. `endangered`: a danger where she is; `move_away`: she must be moved away from there."""

    adults: Mapping[str, int]
    minors: int | None
    she_is_minor: bool
    tonight: bool
    endangered: bool
    move_away: bool
    form: str
    language: str
    territory: str


def told_by(page: CasePage, *, territory: str) -> Told:
    """Read from the page of her file as this reader may see it. `territory`: code of her département, or nothing."""
    described = _told(page, "person_described")
    danger, exploitation = _told(page, "danger_assessed"), _told(page, "exploitation_described")
    needs = {need.code for need in page.needs} | {way.need for duty in page.duties for way in duty.ways}
    forms, dependants = exploitation.get("forms"), str(described.get("dependants", ""))
    gender = GENDERS.get(str(described.get("gender", "")), "others")
    away, child = danger.get("distance_needed") == "yes", page.who.treated_as_child
    return Told(
        adults={name: int(name == gender and not child) for name in ADULTS} if child or described.get("gender") else {},
        minors=int(dependants) + child if dependants.isdecimal() else None, she_is_minor=child, tonight="shelter" in needs,
        endangered=away or "protection" in needs or danger.get("local_danger") == "yes", move_away=away,
        form=forms[0] if isinstance(forms, list) and len(forms) == 1 else "",
        language=_spoken_code(page.who.language), territory=territory if territory in territories() else "",
    )  # fmt: skip


def _told(page: CasePage, kind: str) -> dict[str, Any]:
    """What the facts of a kind that stand say, field by field: the newest that answers. People describe her in several goes."""
    entries = [entry for entry in page.timeline if entry.kind == kind and entry.stands and not entry.withdrawn]
    answers = [answer for entry in entries for answer in entry.answers if not answer.sealed]
    found: dict[str, Any] = {}
    for answer in sorted(answers, key=lambda one: one.value in MISSING):
        found.setdefault(answer.name, answer.value)
    return found


def _spoken_code(text: str) -> str:
    """A language as people write it, by its code; nothing where it is not one of the list."""
    wanted = plain(text)
    return next((one.code for one in spoken() if wanted and wanted in (plain(one.label), one.code)), "")


def initial(told: Told) -> dict[str, Any]:
    """What stands in the form. Her département is where she would like to be, unless she is in danger there; then nobody guesses, and
    where she must be moved away it is one of those to avoid."""
    filled: dict[str, Any] = {**told.adults, "minors": told.minors if told.minors is not None else int(told.she_is_minor)}
    filled |= {"security": GUARDED if told.endangered else 0, "form": told.form, "languages": [told.language] if told.language else []}
    if told.tonight:
        filled["urgency"] = TONIGHT
    if told.territory and (told.move_away or not told.endangered):
        filled["avoid" if told.move_away else "near"] = territories()[told.territory].name
    return filled


def differences(told: Told, household: Mapping[str, Any], *, urgency: int) -> list[str]:
    """Where a request that stands says less or other than the file does today: one sentence each. `household` as it is kept."""
    members, needs = household["members"], household.get("needs", {})
    minors = sum(1 for member in members if member["minor"])
    found = []
    if told.minors is not None and told.minors != minors:
        found.append(
            _("Her file says %(file)s; this request says %(request)s.") % {"file": _minors(told.minors), "request": _minors(minors)}
        )
    if told.endangered and needs.get("security", 0) < GUARDED:
        found.append(_("Her file speaks of a danger; this request asks for no guarded access."))
    if told.tonight and urgency < TONIGHT:
        found.append(
            _("Her file says that she has nowhere safe to sleep; this request says “%(when)s”.") % {"when": words.URGENCY[urgency]}
        )
    if told.endangered and told.territory in needs.get("near", []):
        found.append(_("Her file speaks of a danger; this request looks for a place in her own département."))
    return found


def _minors(number: int) -> str:
    return ngettext("%(count)s minor", "%(count)s minors", number) % {"count": number}
