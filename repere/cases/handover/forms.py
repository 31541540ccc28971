"""The form of a handover: why and until when, and for each ticked file a colleague and what she must know first."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from repere.cases.consent.forms import CHOOSE, SHORT, day_of
from repere.cases.handover.actions import Line
from repere.cases.handover.queries import Choice, FileLine
from repere.cases.models.handover import LEAVES, LONG_LEAVE
from repere.directory.vocabulary import language_name, spoken

TOLD_WORDS = {
    "agrees": _("She was told, and agrees"),
    "wishes_otherwise": _("She was told, and wishes something else"),
    "not_told_yet": _("She was not told yet: the next referent tells her"),
    "not_safe_to_tell": _("It is not safe to tell her now"),
}
WHY_WORDS = {LEAVES: _("I leave, or this colleague leaves"), LONG_LEAVE: _("A long leave")}


class WhyForm(forms.Form):
    """Asked once for all the files."""

    why = forms.ChoiceField(label=_("Why do these files change hands?"), choices=list(WHY_WORDS.items()), widget=forms.RadioSelect)
    last_day = forms.CharField(label=_("Last day at work"), max_length=40, required=False, widget=SHORT)
    everything_to = forms.ChoiceField(label=_("Give all the ticked files to"), required=False)

    def __init__(self, *args: Any, nobody: bool, colleagues: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if nobody:
            del self.fields["why"], self.fields["last_day"]
        choices = [("", _("whom each file names below")), *colleagues]
        self.fields["everything_to"].choices = choices  # type: ignore[attr-defined]

    def clean_last_day(self) -> date | None:
        text = self.cleaned_data["last_day"]
        return day_of(text) if text else None


class FileForm(forms.Form):
    """One file. Only a ticked one is looked at."""

    take = forms.BooleanField(label=_("Hand this file on"), required=False)
    to = forms.ChoiceField(label=_("To which colleague?"), required=False)
    first = forms.CharField(
        label=_("What must she know first?"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Read by her alone before she says yes. How to reach the person safely, who may be listening, what falls due."),
    )  # fmt: skip
    safe_contact = forms.BooleanField(
        label=_("I looked at the safe-contact instructions: they stand, or it is said that there are none"), required=False
    )
    told = forms.ChoiceField(
        label=_("Was the person told, and what does she wish?"), required=False, choices=[CHOOSE, *TOLD_WORDS.items()],
    )  # fmt: skip
    wishes = forms.CharField(label=_("Her own wishes, in her words"), required=False, max_length=1000)

    def __init__(self, *args: Any, line: FileLine, everything_to: str = "", **kwargs: Any) -> None:
        kwargs |= {"prefix": line.case.code, "initial": {"to": str(line.proposed or "")}}
        super().__init__(*args, **kwargs)
        self.line, self.everything_to = line, everything_to
        self.fields["to"].choices = [CHOOSE, *((str(one.who.user_id), told_of(one)) for one in line.choices)]  # type: ignore[attr-defined]

    def as_line(self) -> Line:
        told = self.cleaned_data
        to = self.everything_to or told["to"]
        return Line(
            self.line.case.pk, uuid.UUID(to) if to else uuid.UUID(int=0), told["first"], told["told"], told["safe_contact"], told["wishes"]
        )


class LanguagesForm(forms.Form):
    languages = forms.MultipleChoiceField(
        label=_("Languages in which you work"), required=False, widget=forms.SelectMultiple(attrs={"size": 6})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["languages"].choices = [(one.code, one.label) for one in spoken()]  # type: ignore[attr-defined]


def told_of(choice: Choice) -> str:
    """A colleague in a list: name, files she follows, languages."""
    who = choice.who
    parts = [who.name, gettext("files followed: %(number)s") % {"number": who.files}]
    if who.languages:
        parts.append(", ".join(language_name(code) for code in who.languages))
    return " · ".join(parts)
