"""The form of an extract, and of a file that came."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from repere.cases.exports.columns import ALWAYS, COLUMNS
from repere.cases.models.extract import FORMATS
from repere.cases.policy import load_policy

WHY = forms.Textarea(attrs={"rows": 3})


class ExtractForm(forms.Form):
    receiver = forms.ChoiceField(label=_("Who receives it?"), error_messages={"required": _("Choose who receives it.")})
    purpose = forms.ChoiceField(label=_("For which purpose?"), error_messages={"required": _("Choose the purpose.")})
    why = forms.CharField(
        label=_("Why?"), widget=WHY, error_messages={"required": _("Write why, in a few words. A colleague decides on it.")}
    )
    columns = forms.MultipleChoiceField(
        label=_("Which columns? Take the fewest that serve."), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one column.")},
    )  # fmt: skip
    territory = forms.CharField(label=_("Only files of this département (optional)"), required=False, max_length=12)
    all_files = forms.BooleanField(label=_("Files that are closed too"), required=False)
    form = forms.ChoiceField(label=_("Format"), choices=[(name, name.upper()) for name in FORMATS], widget=forms.RadioSelect, initial="csv")

    def __init__(self, *args: Any, receivers: Iterable[tuple[UUID, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = "en" if (get_language() or "fr").startswith("en") else "fr"
        purposes = [(one.id, one.label[language]) for one in load_policy().purposes.values() if one.opens]
        self._choices("receiver", [(str(pk), name) for pk, name in receivers])
        self._choices("purpose", [("", _("Choose")), *purposes])
        self._choices("columns", [(name, column.header) for name, column in COLUMNS.items() if name not in ALWAYS])

    def _choices(self, name: str, choices: list[Any]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]


class ReceivedForm(forms.Form):
    file = forms.FileField(label=_("The file you received"), error_messages={"required": _("Choose the file.")})
