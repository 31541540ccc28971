"""The form of one agreement, and of a refusal."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from repere.cases.consent.actions import Agreement, Voice
from repere.cases.forms import said
from repere.cases.models.consent import KEPT_HERE, PAPERS
from repere.cases.referral import words as worded
from repere.core.dates import NotADay, PartialDate
from repere.core.rulebook import Mechanism
from repere.directory.vocabulary import spoken

SHORT = forms.TextInput(attrs={"class": "short", "autocomplete": "off"})
BOXES = forms.CheckboxSelectMultiple
CHOOSE = ("", _("Choose"))
PAPER_WORDS = dict(zip(PAPERS, (_("Her copy stays here"), _("She takes it with her")), strict=True))


def day_of(text: str) -> date:
    try:
        return PartialDate.parse(text).latest
    except NotADay:
        raise forms.ValidationError(_("Write a day, for example 2026-05-03.")) from None


class NamedErrors(forms.Form):
    """A form that says which answer is missing, for a list of errors that is read away from its fields."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for asked in self.fields.values():
            if asked.error_messages.get("required") == forms.Field.default_error_messages["required"]:
                asked.error_messages["required"] = gettext("“%(question)s” needs an answer.") % {"question": asked.label}


class ConsentForm(NamedErrors):
    """One agreement per purpose and recipient."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    said_by = forms.ChoiceField(label=_("In whose voice?"), choices=list(worded.VOICES.items()), widget=forms.RadioSelect)
    purpose = forms.ChoiceField(label=_("For what?"))
    recipient = forms.ChoiceField(label=_("For which kind of service?"))
    organisation = forms.ChoiceField(label=_("For one organisation by name?"), required=False)
    groups = forms.MultipleChoiceField(label=_("What may they see?"), widget=BOXES)
    channels = forms.MultipleChoiceField(label=_("By what means?"), choices=list(worded.CHANNELS.items()), widget=BOXES)
    ongoing = forms.ChoiceField(
        label=_("What is written down later"),
        choices=[("no", _("stays here")), ("yes", _("may be seen too, until she says otherwise"))], widget=forms.RadioSelect, initial="no",
    )  # fmt: skip
    starts_on = forms.CharField(
        label=_("On which day did she say so?"), max_length=40, widget=SHORT,
        error_messages={"required": _("The day of her agreement is needed.")},
    )  # fmt: skip
    ends_on = forms.CharField(label=_("Until when?"), max_length=40, required=False, widget=SHORT)
    language = forms.ChoiceField(
        label=_("In which language was it asked?"), required=False,
        choices=lambda: [("", _("Not known")), *((one.code, one.label) for one in spoken())],
    )  # fmt: skip
    interpreter = forms.CharField(label=_("Interpreter"), max_length=120, required=False)
    witness = forms.CharField(label=_("Witness"), max_length=120, required=False)
    words = forms.CharField(label=_("In her own words"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    representative = forms.ChoiceField(
        label=_("Who represents her?"), required=False, choices=[("", _("Nobody")), *worded.REPRESENTATIVES.items()]
    )
    parents_are_safe = forms.BooleanField(label=_("It was checked that nothing ties her parents to the exploitation"), required=False)
    heard = forms.ChoiceField(
        label=_("If she is a minor, how was she heard?"), required=False, choices=[("", _("She is an adult")), *worded.HEARD.items()]
    )
    paper = forms.ChoiceField(label=_("Her paper"), choices=list(PAPER_WORDS.items()), widget=forms.RadioSelect, initial=KEPT_HERE)
    paper_is_safe = forms.BooleanField(label=_("She said that it is safe to keep"), required=False)

    def __init__(self, *args: Any, mechanism: Mechanism, organisations: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choices("purpose", [CHOOSE, *listed(mechanism, "consent_purpose")])
        self._choices("recipient", [CHOOSE, *listed(mechanism, "authority")])
        self._choices("organisation", [("", _("No, for any of that kind")), *organisations])
        self._choices("groups", [(code, said(group.label)) for code, group in mechanism.groups.items()])

    def _choices(self, name: str, choices: list[Any]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean_starts_on(self) -> date:
        return day_of(self.cleaned_data["starts_on"])

    def clean_ends_on(self) -> date | None:
        text = self.cleaned_data["ends_on"]
        return day_of(text) if text else None

    def agreement(self) -> Agreement:
        told = self.cleaned_data
        return Agreement(
            told["purpose"], told["recipient"], tuple(told["groups"]), tuple(told["channels"]), told["starts_on"], told["ends_on"],
            uuid.UUID(told["organisation"]) if told["organisation"] else None, told["language"], told["interpreter"], told["witness"],
            told["words"], told["ongoing"] == "yes", told["paper"],
        )  # fmt: skip

    def voice(self) -> Voice:
        told = self.cleaned_data
        return Voice(told["said_by"], told["representative"], told["heard"], told["parents_are_safe"], told["paper_is_safe"])


class PaperForm(forms.Form):
    """In which language, and where the paper goes."""

    language = forms.ChoiceField(
        label=_("Language of the paper"), choices=[("fr", "Français"), ("en", "English")], widget=forms.RadioSelect
    )  # fmt: skip
    kept = forms.ChoiceField(label=_("Where does it go?"), choices=list(PAPER_WORDS.items()), widget=forms.RadioSelect, initial=KEPT_HERE)
    is_safe = forms.BooleanField(label=_("I asked her, and she said that it is safe to keep"), required=False)


def listed(mechanism: Mechanism, codelist: str) -> list[tuple[str, Any]]:
    """What may be answered under this mechanism."""
    return [(code, said(entry.label)) for code, entry in mechanism.offered(codelist).items()]
