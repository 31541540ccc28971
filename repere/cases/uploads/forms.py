"""The form of a paper."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class PaperForm(forms.Form):
    file = forms.FileField(
        label=_("PDF, JPEG or PNG"),
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
        error_messages={"required": _("Choose a file."), "empty": _("This file is empty."), "invalid": _("Choose a file.")},
    )
    title = forms.CharField(label=_("What is it, in a few words?"), max_length=80, error_messages={"required": _("Write what it is.")})
    group = forms.ChoiceField(
        label=_("Which part of the file is it in? Whoever reads that part may read it."), error_messages={"required": _("Choose one.")}
    )

    def __init__(self, *args: Any, groups: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["group"].choices = [("", _("Choose")), *groups]  # type: ignore[attr-defined]
