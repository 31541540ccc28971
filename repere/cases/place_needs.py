"""What her file already says of the place she needs: it stands in the forms, and a request that says otherwise is pointed out.

Who looks for a place and who reports a minor read the same answers here: neither form forgets a child or a danger that the other knows.

Nothing here decides: whoever looks for a place reads each answer again and changes what is no longer true.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from repere.cases.contact_safety import KIND as SAFE_CONTACT
from repere.cases.contact_safety import THREATENING
from repere.cases.queries import CasePage, Who
from repere.core.rulebook import MISSING
from repere.directory.territory import territories
from repere.directory.vocabulary import languages_named
from repere.places import words
from repere.places.clocks import TONIGHT
from repere.places.forms import AGE_FIELDS, named
from repere.places.words import CONTESTED

GUARDED = 1
ADULTS = ("women", "men", "others")
GENDERS = {"woman": "women", "man": "men"}


@dataclass(frozen=True)
class Told:
    """What the file says. `adults`: by the names of the form, empty where her gender was not asked; `minors` None where nobody asked
    who depends on her, else with herself where she counts as one. `contested`: her gender where her age is disputed or was told on both
    sides of eighteen, else nothing. `may_be_minor`: nobody knows that she is an adult.
    `endangered`: a danger where she is, or beside her; `move_away`: she must be moved away from there. `languages`: codes.
    `band`: the field of the form that counts minors of her age, where that is told and not in doubt."""

    adults: Mapping[str, int]
    minors: int | None
    she_is_minor: bool
    may_be_minor: bool
    contested: str
    tonight: bool
    endangered: bool
    move_away: bool
    form: str
    languages: tuple[str, ...]
    territory: str
    band: str = ""


def told_by(page: CasePage, *, territory: str) -> Told:
    """Read from the page of her file as this reader may see it. `territory`: code of her département, or nothing."""
    described = _told(page, "person_described")
    danger, exploitation = _told(page, "danger_assessed"), _told(page, "exploitation_described")
    needs = {need.code for need in page.needs} | {way.need for duty in page.duties for way in duty.ways}
    forms, dependants = exploitation.get("forms"), str(described.get("dependants", ""))
    gender = GENDERS.get(str(described.get("gender", "")), "others")
    beside_her = _told(page, SAFE_CONTACT).get("accompanied_by") in THREATENING
    away, in_doubt = danger.get("distance_needed") == "yes", page.who.age_disputed or _told_on_both_sides_of_18(page.who)
    child = page.who.treated_as_child or in_doubt
    disputed = str(described.get("gender", "not_known")) if child and in_doubt else ""
    return Told(
        adults={name: int(name == gender and not child) for name in ADULTS} if child or described.get("gender") else {},
        minors=int(dependants) + child if dependants.isdecimal() else None, she_is_minor=child,
        may_be_minor=child or page.who.age_class != "adult",
        contested=disputed if disputed in CONTESTED else "not_known", tonight="shelter" in needs,
        endangered=away or beside_her or "protection" in needs or danger.get("local_danger") == "yes", move_away=away,
        form=forms[0] if isinstance(forms, list) and len(forms) == 1 else "",
        languages=tuple(languages_named(page.who.language)[0]), territory=territory if territory in territories() else "",
        band=_band(page.who) if child and not in_doubt else "",
    )  # fmt: skip


def _band(who: Who) -> str:
    """Where the ages that she may have all lie in one."""
    for name, band in AGE_FIELDS.items():
        youngest, oldest = (int(age) for age in band.split("-"))
        if who.ages is not None and youngest <= who.ages[0] <= who.ages[1] <= oldest:
            return name
    return ""


def _told_on_both_sides_of_18(who: Who) -> bool:
    """“16 or 18”: for a bed she counts as a child until it is known (Council of Europe, STCE 197, article 10, paragraph 3)."""
    return who.age_class == "not_known" and who.ages is not None and who.ages[0] < 18


def _told(page: CasePage, kind: str) -> dict[str, Any]:
    """What the facts of a kind that stand say, field by field: the newest that answers. People describe her in several goes."""
    entries = [entry for entry in page.timeline if entry.kind == kind and entry.stands and not entry.withdrawn]
    answers = [answer for entry in entries for answer in entry.answers if not answer.sealed]
    found: dict[str, Any] = {}
    for answer in sorted(answers, key=lambda one: one.value in MISSING):
        found.setdefault(answer.name, answer.value)
    return found


def initial(told: Told) -> dict[str, Any]:
    """What stands in the form. Where she would like to be is asked of her and never guessed; a département that she must be moved away
    from is one of those to avoid."""
    filled: dict[str, Any] = {**told.adults, "minors": told.minors if told.minors is not None else int(told.she_is_minor)}
    filled |= {"security": GUARDED if told.endangered else 0, "form": told.form, "languages": named(told.languages)}
    filled |= {"contested": told.contested, "danger": told.endangered}
    if told.band:
        filled[told.band] = 1
    if told.tonight:
        filled["urgency"] = TONIGHT
    if told.territory and told.move_away:
        filled["avoid"] = territories()[told.territory].name
    return filled


def initial_of_report(told: Told) -> dict[str, Any]:
    """The same, where whoever is reported counts as a minor, also while nobody knows her age: with those who depend on her."""
    filled = initial(told)
    filled.pop("urgency", None)
    herself = 0 if told.she_is_minor else 1
    return filled | dict.fromkeys(ADULTS, 0) | {"minors": (told.minors or 0) + herself if told.minors is not None else 1, "phase": "minors"}


def differences(told: Told, household: Mapping[str, Any], *, urgency: int) -> list[str]:
    """Where a request that stands says less or other than the file does today: one sentence each. `household` as it is kept."""
    members, needs = household["members"], household.get("needs", {})
    minors = sum(1 for member in members if member["minor"])
    found = []
    if told.minors is not None and told.minors != minors:
        found.append(
            _("Her file says %(file)s; this request says %(request)s.") % {"file": _minors(told.minors), "request": _minors(minors)}
        )
    elif told.minors is None and told.she_is_minor and not minors:
        found.append(_("Her file says that she is, or may be, a minor; this request says that there is none."))
    if told.endangered and needs.get("security", 0) < GUARDED:
        found.append(_("Her file speaks of a danger; this request asks for no guarded access."))
    elif told.endangered and not needs.get("danger"):
        found.append(_("Her file speaks of a danger; this request does not tell the house so."))
    if told.contested and not any(member.get("disputed") for member in members):
        found.append(_("Her file says that her age is disputed; this request does not tell the house so."))
    if told.tonight and urgency < TONIGHT:
        found.append(
            _("Her file says that she has nowhere safe to sleep; this request says “%(when)s”.") % {"when": words.URGENCY[urgency]}
        )
    if told.endangered and told.territory in needs.get("near", []):
        found.append(_("Her file speaks of a danger; this request looks for a place in her own département."))
    return found


def _minors(number: int) -> str:
    return ngettext("%(count)s minor", "%(count)s minors", number) % {"count": number}
