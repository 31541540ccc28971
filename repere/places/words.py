"""Codes of the places in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from repere.directory.territory import name_of
from repere.directory.vocabulary import language_name
from repere.places.clocks import ANSWER_HOURS, TONIGHT

WOULD_FIT_IF = {
    "full": _("it would fit if it had room"),
    "too_small": _("it would fit if it had one bed more, or several"),
    "gender_rule": _("it would fit if its rule on gender allowed it"),
    "no_children": _("it would fit if it took children"),
    "no_unaccompanied_minors": _("it would fit if it took minors without an adult"),
    "no_couples": _("it would fit if it took couples"),
    "not_step_free": _("it would fit if it could be reached without steps"),
    "no_pets": _("it would fit if it took animals"),
    "other_phase": _("it would fit if it took people at this phase"),
    "requires_papers": _("it would fit if it asked for no papers"),
}
MISSES = {
    "full": _("no room"),
    "too_small": _("too small for the household"),
    "gender_rule": _("rule on gender"),
    "no_children": _("takes no children"),
    "no_unaccompanied_minors": _("takes no minors without an adult"),
    "no_couples": _("takes no couples"),
    "not_step_free": _("has steps"),
    "no_pets": _("takes no animals"),
    "other_phase": _("another phase"),
    "requires_papers": _("asks for papers"),
    "security_too_low": _("not guarded enough for her"),
    "zone_to_avoid": _("in a zone that is dangerous to her"),
    "zone_refused": _("where she does not want to go"),
    "collective_refused": _("shared, which she refuses"),
    "shared_with_men_refused": _("men live there, which she refuses"),
    "remote_refused": _("remote, which she refuses"),
}
GAINS = {
    "language_spoken": _("her language is spoken"),
    "staff_trained": _("staff trained for what she went through"),
    "single_room": _("a room of her own"),
    "near": _("where she would like to be"),
    "not_remote": _("not remote"),
    "confirmed_lately": _("confirmed lately"),
    "right_size": _("the right size"),
    "isolated_first": _("kept first for those who are alone"),
}
CONTESTED = {
    "": _("No"), "woman": _("Yes: a girl or a young woman"), "man": _("Yes: a boy or a young man"),
    "not_known": _("Yes: of another gender, or not known"),
}  # fmt: skip
DISPUTED = {
    "woman": _("girl or young woman whose age is disputed"), "man": _("boy or young man whose age is disputed"),
    "other": _("young person whose age is disputed"), "not_known": _("young person whose age is disputed"),
}  # fmt: skip
"""Of one minor of a household."""
AGES = {"0-2": _("aged 0 to 2"), "3-11": _("aged 3 to 11"), "12-17": _("aged 12 to 17")}
PHASES = {
    "emergency": _("Emergency shelter"), "stabilisation": _("Stabilisation"), "reconstruction": _("Rebuilding"), "minors": _("Minors"),
}  # fmt: skip
GENDERS = ("woman", "man", "other", "not_known")
REFUSES = {
    "collective": _("Shared rooms"), "shared_with_men": _("A house where men live"), "remote": _("A remote place"),
}  # fmt: skip
PREFERS = {
    "single": _("A room of her own"), "language": _("Her language spoken"), "trained": _("Trained staff"), "not_remote": _("Not remote"),
}  # fmt: skip
SECURITY = {0: _("Ordinary"), 1: _("Guarded access"), 2: _("Address kept secret")}
URGENCY = {0: _("Can wait some weeks"), 1: _("This week"), 2: _("Tomorrow"), 3: _("Tonight")}
NEEDS = {
    "couple": _("A couple, together"), "step_free": _("A way in and a room without steps"), "pets": _("Room for an animal"),
    "papers": _("She can show an identity paper, where a house must ask for one"),
}  # fmt: skip
STEPS = {
    "meeting_point": _("Met away from the house; the address not told yet"),
    "phone_location": _("Phone: location and sharing turned off, with her"),
    "shared_accounts": _("Accounts that somebody else may read: gone through with her"),
    "luggage": _("Luggage looked through with her, for beacons"),
    "address_told": _("Address told by word of mouth, never written"),
    "rules_told": _("Rules of the house told, in her language"),
    "danger_words": _("What to do if somebody looks for her"),
}
ANSWERS = {"": _("Not yet"), "done": _("Done"), "later": _("Later"), "she_declined": _("She does not want to")}
WHY_WITHOUT = {
    "no_place_fits": _("No place fits"),
    "places_went_to_more_urgent": _("Places that fit went to more urgent households"),
    "excluded_alone_fit": _("No other place fits than those left out"),
}
STATE_SIGNALS = {
    "asked": "waiting", "accepted": "open", "declined": "none", "expired": "none", "withdrawn": "none", "arrived": "open", "left": "none",
}  # fmt: skip
ATTRIBUTES = {
    "name": _("Name among you"), "zone": _("Département"), "listed": _("Other organisations see its free places"),
    "languages": _("Languages spoken"), "trained_for": _("Staff trained for"), "security": _("Protection"),
    "men_on_site": _("Men live there too"), "papers_law": _("Text that asks for identity papers"),
    "most_households": _("Households at once, at most"), "most_minors": _("Minors at once, at most"),
    "label": _("Name of the room or flat"), "capacity": _("Beds"), "gender": _("For whom"), "phases": _("Phases"),
    "one_household": _("Given whole to one household"), "children": _("Children with an adult"),
    "unaccompanied_minors": _("Minors without an adult"), "couples": _("Couples"), "step_free": _("No steps"), "pets": _("Animals"),
    "collective": _("Shared room"), "remote": _("Remote"), "requires_papers": _("Papers asked for"),
    "isolated_first": _("Kept first for those who are alone"),
}  # fmt: skip
"""What can be changed of a shelter or of a unit."""
RULES_ON_GENDER = {"women": _("Women"), "men": _("Men"), "any": _("Everybody")}


def adults(gender: str, number: int) -> str:
    """“1 woman”, “2 men”."""
    if gender == "woman":
        said = ngettext("%(count)s woman", "%(count)s women", number)
    elif gender == "man":
        said = ngettext("%(count)s man", "%(count)s men", number)
    elif gender == "other":
        said = ngettext("%(count)s adult of another gender", "%(count)s adults of another gender", number)
    else:
        said = ngettext("%(count)s adult, gender not known", "%(count)s adults, gender not known", number)
    return said % {"count": number}


def answer_times() -> str:
    """What the form says of how long a house has to answer."""
    return gettext(
        "Tonight, a house has %(tonight)s hours to answer; for tomorrow, %(tomorrow)s; for this week, %(week)s. "
        "Then its place is free again."
    ) % {"tonight": ANSWER_HOURS[TONIGHT], "tomorrow": ANSWER_HOURS[2], "week": ANSWER_HOURS[1]}


def attribute(name: str) -> str:
    return str(ATTRIBUTES.get(name, name))


def said(name: str, value: Any) -> str:
    """The value of an attribute in words; a dash for nothing."""
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, list):
        return ", ".join(said(name, one) for one in value) or "–"
    if value in (None, ""):
        return "–"
    if name in ("zone", "languages"):
        return name_of(value) if name == "zone" else language_name(value)
    known = {"security": SECURITY, "gender": RULES_ON_GENDER, "phases": PHASES}.get(name, {})
    return str(known.get(value, value))  # type: ignore[attr-defined]
