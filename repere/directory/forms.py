"""What people type about entries, conventions and files."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from repere.directory.actions.importing import FORMATS
from repere.directory.entry_models import Contact, Convention, Mandate, Outcome, Service
from repere.directory.fields import EDITABLE
from repere.directory.models import Organisation
from repere.directory.territory import regions, territories
from repere.directory.tiers import Tier
from repere.directory.vocabulary import AUDIENCES, Function, Kind, Support, spoken

LARGEST_FILE = 2_000_000


def _any(choices: Any) -> list[tuple[str, Any]]:
    return [("", _("Any")), *choices]


class SearchForm(forms.Form):
    q = forms.CharField(label=_("In words"), max_length=200, required=False)
    function = forms.ChoiceField(label=_("What for"), required=False, choices=lambda: _any(Function.choices))
    language = forms.ChoiceField(label=_("Language"), required=False, choices=lambda: _any((one.code, one.label) for one in spoken()))
    territory = forms.ChoiceField(
        label=_("Département or territory"), required=False,
        choices=lambda: _any((place.code, f"{place.code} · {place.name}") for place in territories().values()),
    )  # fmt: skip


class EntryForm(forms.Form):
    structure = forms.CharField(label=_("Body that offers it"), max_length=200)
    kind = forms.ChoiceField(label=_("What that body is"), choices=Kind.choices)
    ours = forms.BooleanField(label=_("This body is our own organisation"), required=False)
    function = forms.ChoiceField(label=_("What it is for"), choices=Function.choices)
    name = forms.CharField(label=_("Name of the service or of the post"), max_length=200)
    territories = forms.CharField(
        label=_("Where it serves"), max_length=400,
        help_text=_("Codes of départements or territories, separated by spaces: 69 01 973. FR for the whole country."),
    )  # fmt: skip
    tier = forms.TypedChoiceField(
        label=_("Who may find it"), choices=Tier.choices, coerce=int, initial=Tier.MEMBERS,
        help_text=_("Whoever is looked for by exploiters reads public lists too."),
    )  # fmt: skip
    languages = forms.CharField(
        label=_("Languages"), max_length=200, required=False, help_text=_("Codes of three letters: fra eng bin."),
    )  # fmt: skip
    support = forms.ChoiceField(label=_("Global support or occasional help"), choices=Support.choices, required=False)
    audiences = forms.MultipleChoiceField(
        label=_("For whom"), choices=tuple(AUDIENCES.items()), required=False, widget=forms.CheckboxSelectMultiple
    )
    description = forms.CharField(
        label=_("What it does"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("No street address and no telephone number in this text."),
    )  # fmt: skip
    travel = forms.CharField(label=_("How one gets there, in words"), max_length=300, required=False)
    eligibility = forms.CharField(label=_("Who may come"), max_length=500, required=False)
    training = forms.CharField(label=_("Training on trafficking"), max_length=300, required=False)
    first_evaluation = forms.BooleanField(label=_("Makes the first psychological evaluation"), required=False)
    frame = forms.CharField(label=_("In what frame"), max_length=300, required=False)
    caution = forms.CharField(
        label=_("Community or conflict to know of before calling"), max_length=200, required=False,
        help_text=_("For interpreters: so that the person is asked first."),
    )  # fmt: skip
    cost = forms.CharField(label=_("Cost"), max_length=200, required=False)
    hours = forms.CharField(label=_("Hours, as in OpenStreetMap"), max_length=200, required=False, help_text="Mo-Fr 09:00-17:00")
    phone = forms.CharField(label=_("Telephone of the service line"), max_length=40, required=False)
    email = forms.CharField(label=_("Mailbox of the service line"), max_length=254, required=False)

    def clean_territories(self) -> list[str]:
        return str(self.cleaned_data["territories"]).replace(",", " ").split()

    def clean_languages(self) -> list[str]:
        return str(self.cleaned_data["languages"]).replace(",", " ").split()

    def fields_of_entry(self) -> dict[str, Any]:
        told = dict(self.cleaned_data)
        return {name: told[name] for name in told if name not in ("structure", "kind", "ours", "phone", "email")}


class EditForm(EntryForm):
    """An entry as it stands, with what may be changed of it: never its function, its tier, or who keeps it."""

    kind = forms.ChoiceField(label=_("What that body is"), choices=Kind.choices)
    body_website = forms.CharField(label=_("Site of the body"), max_length=300, required=False)
    remote = forms.BooleanField(label=_("Also from afar"), required=False)
    trained_on = forms.DateField(label=_("Trained on"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    website = forms.CharField(label=_("Site of the service"), max_length=300, required=False)
    ours = function = tier = phone = email = None  # type: ignore[assignment]
    field_order = ("structure", "kind", "body_website", "name", "territories", "languages")

    @classmethod
    def initial_of(cls, service: Service) -> dict[str, Any]:
        told = {name: getattr(service, name) for name in cls.base_fields if name in EDITABLE}
        told |= {name: " ".join(told[name]) for name in ("territories", "languages")}
        body = service.structure
        return told | {"structure": body.name, "kind": body.kind, "body_website": body.website}

    def fields_of_entry(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name in EDITABLE}

    def fields_of_body(self) -> dict[str, Any]:
        told = self.cleaned_data
        return {"name": told["structure"], "kind": told["kind"], "website": told["body_website"]}


class OrganisationForm(forms.Form):
    organisation = forms.ModelChoiceField(label=_("Organisation"), queryset=Organisation.objects.none(), empty_label=_("Choose"))

    def __init__(self, *args: Any, among: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].queryset = among  # type: ignore[attr-defined]


class HolderForm(forms.Form):
    name = forms.CharField(label=_("Name of the person"), max_length=120)
    rank = forms.ChoiceField(label=_("Holder or deputy"), choices=Mandate.Rank.choices)
    starts_on = forms.DateField(label=_("Since"), widget=forms.DateInput(attrs={"type": "date"}))
    ends_on = forms.DateField(
        label=_("Last day, if it is known"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    training = forms.CharField(label=_("Training on trafficking"), max_length=300, required=False)


class DayForm(forms.Form):
    day = forms.DateField(label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}))


class ContactForm(forms.Form):
    kind = forms.ChoiceField(label=_("Telephone or mailbox"), choices=Contact.Kind.choices)
    value = forms.CharField(label=_("Number or address"), max_length=254)


class OutcomeForm(forms.Form):
    what = forms.ChoiceField(label=_("What came of it"), choices=Outcome.What.choices)


class PlaceForm(forms.Form):
    territory = forms.ChoiceField(
        label=_("Département or territory"), required=False,
        choices=lambda: _any((place.code, f"{place.code} · {place.name}") for place in territories().values()),
    )  # fmt: skip


class AskForm(forms.Form):
    region = forms.ChoiceField(label=_("Région"), choices=lambda: sorted(regions().items(), key=lambda row: row[1]))
    audience = forms.ChoiceField(label=_("For whom"), required=False, choices=lambda: _any(AUDIENCES.items()))


class ConventionForm(forms.Form):
    parties = forms.CharField(label=_("Parties, one on each line"), widget=forms.Textarea(attrs={"rows": 3}), max_length=1000)
    object = forms.CharField(label=_("What it is about"), widget=forms.Textarea(attrs={"rows": 2}), max_length=1000)
    state = forms.ChoiceField(label=_("Where it stands"), choices=Convention.State.choices)
    territories = forms.CharField(
        label=_("Where it holds"), max_length=400, help_text=_("Codes separated by spaces; FR for the whole country.")
    )
    starts_on = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    ends_on = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    money = forms.CharField(label=_("Money"), max_length=300, required=False)
    agent = forms.CharField(label=_("Agent who follows it"), max_length=120, required=False)
    successor = forms.CharField(label=_("Who takes over when the agent leaves"), max_length=120, required=False)
    successor_role = forms.CharField(
        label=_("Post that takes over, whoever holds it"), max_length=200, required=False,
        help_text=_("A post stays when its holder leaves: head of the unit for victims, deputy director."),
    )  # fmt: skip

    def clean_parties(self) -> list[str]:
        return str(self.cleaned_data["parties"]).splitlines()

    def clean_territories(self) -> list[str]:
        return str(self.cleaned_data["territories"]).replace(",", " ").split()


class ImportForm(forms.Form):
    format = forms.ChoiceField(label=_("Format"), choices=tuple(FORMATS.items()))
    source = forms.CharField(
        label=_("Where it comes from"), max_length=80,
        help_text=_("The same name next time: entries that come again are then changed, not doubled."),
    )  # fmt: skip
    file = forms.FileField(label=_("File"))

    def clean_file(self) -> str:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(_("This file is larger than two megabytes. Cut it into parts."))
        try:
            return str(file.read().decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise forms.ValidationError(_("This file is not text in UTF-8.")) from None

