"""What people type to come in with an organisation, to vouch for one, and to look after its members."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from repere.accounts.models import ADMINISTRATOR
from repere.accounts.roles import assignable_roles
from repere.directory.models import Organisation


class ApplicationForm(forms.Form):
    name = forms.CharField(label=_("Name of the organisation"), max_length=200)
    kind = forms.ChoiceField(label=_("What it is"), choices=Organisation.Kind.choices)
    territory = forms.CharField(label=_("Code of the département"), max_length=12, required=False)
    contact_name = forms.CharField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    contact_email = forms.EmailField(
        label=_("Your address at the organisation"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    contact_phone = forms.CharField(
        label=_("Telephone"), max_length=40, required=False,
        help_text=_("We will not call this number: we look for the organisation's number elsewhere and call you back there."),
        widget=forms.TextInput(attrs={"autocomplete": "tel"}),
    )  # fmt: skip
    register_number = forms.CharField(label=_("Number in the public register"), max_length=40, required=False)
    domain = forms.CharField(label=_("Its site on the web"), max_length=120, required=False)
    sponsor_named = forms.CharField(
        label=_("Who knows you"), max_length=200, required=False,
        help_text=_("An organisation that works with you and would vouch for you."),
    )  # fmt: skip
    words = forms.CharField(
        label=_("Anything else"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Write about no person you accompany."),
    )  # fmt: skip

    def contact(self) -> dict[str, str]:
        told: Mapping[str, Any] = self.cleaned_data
        return {name: told[name] for name in told if name not in ("name", "kind", "territory")}


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Why"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))


class IdentityForm(ReasonForm):
    ways = forms.MultipleChoiceField(
        label=_("How it was checked"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        choices=(
            ("call_back", _("Called back at a number found elsewhere")),
            ("register", _("Number found in the public register")),
            ("domain", _("The address belongs to its known domain")),
        ),
        help_text=_("The call and one other at least. Keep no copy of papers: only that it was checked."),
    )


class InviteForm(forms.Form):
    name = forms.CharField(label=_("Name of the person"), max_length=120)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    role = forms.ChoiceField(label=_("Role"))
    language = forms.ChoiceField(label=_("Language"), choices=(("fr", "Français"), ("en", "English")))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = role_choices()  # type: ignore[attr-defined]


def role_choices() -> list[tuple[str, Any]]:
    language = get_language() or "fr"
    named = [(name, role.label.text(language)) for name, role in assignable_roles().items()]
    return [*sorted(named, key=lambda choice: choice[1]), (ADMINISTRATOR, _("Administrator of accounts"))]
