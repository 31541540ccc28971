"""The form of her identity: what is asked, why, and in which sealed tier it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from repere.cases.forms import language, told
from repere.cases.queries import IdentityPage
from repere.cases.refusals import sentence
from repere.core import ages
from repere.core.dates import NotADay, PartialDate
from repere.core.rulebook import Refusal

TIER = {
    "given_names": "identity", "family_names": "identity", "other_names": "identity", "birth": "identity", "birth_place": "identity",
    "language": "contact", "phone": "contact", "safe_address": "contact",
}  # fmt: skip
"""Tier of each answer; its name is the key it is kept under."""

IMPORTED = {
    "email": _("E-mail"), "other_phone": _("Other telephone"), "street": _("Street"), "postal_code": _("Postal code"),
    "city": _("Town"), "state": _("Region"), "country": _("Country"), "latitude": _("Latitude"), "longitude": _("Longitude"),
}  # fmt: skip
"""What an import may bring and this form does not ask."""


def _line(label: Any, why: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(label=label, help_text=why, max_length=200, required=False, show_hidden_initial=True, widget=widget)


def _lines(label: Any, why: Any, rows: int = 3) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows, "autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(label=label, help_text=why, max_length=2000, required=False, show_hidden_initial=True, widget=widget)


class IdentityForm(forms.Form):
    """Every field may stay empty. Only what was changed on this page is written: what a colleague or an import brought stays."""

    given_names = _line(
        _("Given names"), _("As she says them. Needed only when a body asks for a name: a lawyer, a hospital, a prefecture.")
    )
    family_names = _line(_("Family names"), _("With the given names, this is what a search by name compares."))
    other_names = _lines(
        _("Other names she uses or was given"),
        _("One per line. Papers, work or those who exploited her may have given her others: a search finds her by each of them."),
    )
    birth = _line(
        _("Born"),
        _("As far as it is known: 3 May 1999, May 1999, 1999; an age will do: about 30. It tells apart two people of one name."),
    )
    birth_place = _line(_("Born in"), _("Town or country. A civil registry or an embassy asks for it."))
    language = _line(
        _("Languages"), _("Those in which she wants to be spoken to, the best one first: so that an interpreter is found in time.")
    )
    phone = _line(_("Telephone"), _("A number that she controls. Before calling, read how to reach her safely, at the top of the case."))
    safe_address = _lines(
        _("Where she can be found or written to without danger"),
        _("Only what you need in order to reach her. The address of a protected shelter need not stand here."),
    )

    def __init__(self, *args: Any, found: IdentityPage, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": as_typed(found), **kwargs})
        self.today = today
        for name, asked in self.fields.items():
            asked.widget.attrs["aria-describedby"] = f"id_{name}-why"

    def clean_birth(self) -> str:
        text = str(self.cleaned_data["birth"])
        if text and "birth" in self.changed_data:
            try:
                read = ages.born(text, self.today)
            except ages.NotAnAge:
                raise forms.ValidationError(sentence(Refusal("not_a_birth", "birth", {"value": text}))) from None
            if read.earliest > self.today:
                raise forms.ValidationError(gettext("A birth cannot lie in the future. Check the year."))
        return text

    def changes(self) -> dict[str, dict[str, Any]]:
        """What was changed, by tier, as it is kept."""
        found: dict[str, dict[str, Any]] = {}
        for name in self.changed_data:
            found.setdefault(TIER[name], {})[name] = self._kept(name, str(self.cleaned_data[name]))
        return found

    def _kept(self, name: str, text: str) -> Any:
        if name == "other_names":
            return [line.strip() for line in text.splitlines() if line.strip()]
        if name == "birth" and text:
            read = ages.born(text, self.today)
            exact = read.earliest == read.latest
            return read.earliest.isoformat() if exact else {"earliest": read.earliest.isoformat(), "latest": read.latest.isoformat()}
        return text.replace("\r\n", "\n")


def as_typed(found: IdentityPage) -> dict[str, str]:
    """What stands, as it would have been typed."""
    tiers = {"identity": found.identity, "contact": found.contact or {}}
    return {name: _typed(name, tiers[tier].get(name)) for name, tier in TIER.items()}


def _typed(name: str, value: Any) -> str:
    if name == "birth" and value:
        return _birth(value)
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _birth(value: Mapping[str, Any] | str) -> str:
    if isinstance(value, Mapping):
        return told(value)
    try:
        return PartialDate.parse(value).text(language())
    except NotADay:
        return value


def written(found: IdentityPage) -> list[tuple[str, str]]:
    """What is written down, for somebody who only reads."""
    labels = {name: str(field.label) for name, field in IdentityForm.base_fields.items()}
    return [(labels[name], text) for name, text in as_typed(found).items() if text] + imported(found)


def imported(found: IdentityPage) -> list[tuple[str, str]]:
    """What came with an import and is not asked here: shown, and kept as it stands."""
    contact = found.contact or {}
    return [(str(label), str(contact[name])) for name, label in IMPORTED.items() if contact.get(name)]
