"""Forms about who stands how to a file: access with its purpose, taking over, urgency, conflict of interest, requisition."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from repere.cases.forms import GrantForm, said
from repere.cases.models import IDENTITY, Case, Fact
from repere.cases.models.standing import MOTIVES
from repere.cases.policy import load_policy
from repere.cases.queries import wording
from repere.core.dates import NotADay, PartialDate
from repere.core.rulebook import Mechanism

WHY = forms.Textarea(attrs={"rows": 3})
MOTIVE_WORDS = {
    "danger": _("She is in danger now"),
    "lost_contact": _("Contact with her was lost"),
    "hospital": _("She is in hospital, or about to be"),
    "runaway": _("A minor has run away"),
    "colleague_unreachable": _("Whoever follows her cannot be reached, and this cannot wait"),
}


def _language() -> str:
    return "en" if (get_language() or "fr").startswith("en") else "fr"


def consent_choices(mechanism: Mechanism, consents: Sequence[Fact]) -> list[tuple[str, str]]:
    """Her standing consents in words: purpose, recipient, day."""
    kind, found = mechanism.facts["consent_given"], []
    for fact in consents:
        told = [
            wording.value(mechanism, kind.fields[name], fact.fields[name], _language())
            for name in ("purpose", "recipient")
            if name in fact.fields
        ]
        day = PartialDate(fact.earliest, fact.latest).text(_language())
        found.append((str(fact.pk), " · ".join([*told, day])))
    return found


class AccessForm(GrantForm):
    """An access with its purpose, and what carries it across a wall."""

    purpose = forms.ChoiceField(
        label=_("For which purpose?"),
        error_messages={"required": _("Choose the purpose."), "invalid_choice": _("Choose the purpose.")},
    )
    consent = forms.ChoiceField(label=_("By which consent of hers?"), required=False)
    law = forms.ChoiceField(label=_("Or by which rule?"), required=False)
    danger = forms.BooleanField(label=_("Or: her life is in danger now, and she cannot be asked"), required=False)
    named_kinds = forms.MultipleChoiceField(
        label=_("Facts that may be turned against her"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, mechanism: Mechanism, consents: Sequence[Fact], **kwargs: Any) -> None:
        super().__init__(*args, mechanism=mechanism, **kwargs)
        policy = load_policy()
        choose = ("", _("Choose"))
        purposes = [(one.id, one.label[_language()]) for one in policy.purposes.values() if one.opens]
        laws = sorted({law for one in policy.purposes.values() for law in one.laws if law in mechanism.rules})
        self._choices("purpose", [choose, *purposes])
        self._choices("consent", [("", _("No agreement is named")), *consent_choices(mechanism, consents)])
        self._choices("law", [("", _("None")), *((law, said(mechanism.rules[law].label)) for law in laws)])
        self._choices("named_kinds", [(kind, said(mechanism.facts[kind].label)) for kind in policy.harm_kinds if kind in mechanism.facts])

    def _choices(self, name: str, choices: Iterable[Any]) -> None:
        self.fields[name].choices = list(choices)  # type: ignore[attr-defined]

    def carried_by(self) -> dict[str, Any]:
        told = self.cleaned_data
        consent = uuid.UUID(told["consent"]) if told["consent"] else None
        carried = {name: told[name] for name in ("purpose", "law", "danger", "named_kinds")}
        return carried | {"consent": consent}


class FollowForm(forms.Form):
    """Taking a file over, or covering beside who follows her."""

    way = forms.ChoiceField(
        label=_("How?"),
        choices=[("cover", _("I cover, beside who follows her")), ("take_over", _("I take the file over, in their place"))],
        widget=forms.RadioSelect, initial="cover",
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Why?"), widget=WHY, error_messages={"required": _("Write why, in a few words. Whoever follows her is told.")}
    )


class HandOverForm(forms.Form):
    to = forms.ChoiceField(label=_("To which colleague?"), error_messages={"required": _("Choose a colleague.")})
    reason = forms.CharField(label=_("Why?"), widget=WHY, error_messages={"required": _("Write why, in a few words.")})

    def __init__(self, *args: Any, colleagues: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [("", _("Choose")), *colleagues]  # type: ignore[attr-defined]


class UrgencyForm(forms.Form):
    """Opening a file in an emergency, by its code."""

    code = forms.CharField(
        label=_("Code of the file"), max_length=12, widget=forms.TextInput(attrs={"autocomplete": "off", "class": "short"})
    )
    motive = forms.ChoiceField(
        label=_("Why can it not wait?"), choices=[("", _("Choose")), *((motive, MOTIVE_WORDS[motive]) for motive in MOTIVES)]
    )
    groups = forms.MultipleChoiceField(label=_("What do you need to read?"), widget=forms.CheckboxSelectMultiple)
    reason = forms.CharField(label=_("What is happening?"), widget=WHY)

    def __init__(self, *args: Any, role: str, mechanism: Mechanism, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        policy = load_policy()
        words = [word for word in (*mechanism.groups, IDENTITY) if word in policy.held(role, "urgent")]
        labels = [
            (word, said(mechanism.groups[word].label) if word in mechanism.groups else policy.parts[word][_language()]) for word in words
        ]
        self.fields["groups"].choices = labels  # type: ignore[attr-defined]


class ReviewForm(forms.Form):
    was_right = forms.ChoiceField(
        label=_("Was it right to open this file?"),
        choices=[("yes", pgettext_lazy("answer", "Yes")), ("no", pgettext_lazy("answer", "No"))], widget=forms.RadioSelect,
    )  # fmt: skip
    words = forms.CharField(label=_("What did you find?"), widget=WHY)


class ConflictForm(forms.Form):
    """A conflict of interest, by the code of the file: one's own or a colleague's."""

    code = forms.CharField(
        label=_("Code of the file"), max_length=12, widget=forms.TextInput(attrs={"autocomplete": "off", "class": "short"})
    )
    about = forms.ChoiceField(label=_("Who must not read it?"))

    def __init__(self, *args: Any, colleagues: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["about"].choices = list(colleagues)  # type: ignore[attr-defined]


class PracticeForm(forms.Form):
    whole_team = forms.ChoiceField(
        label=_("Who follows the files of your organisation?"),
        choices=[("no", _("Each file is followed by named colleagues")), ("yes", _("Small team: everybody follows every file"))],
        widget=forms.RadioSelect,
    )  # fmt: skip


class RequisitionForm(forms.Form):
    """A demand of an authority, as it came."""

    authority = forms.CharField(label=_("Which authority asks, and who signed?"), max_length=200)
    text = forms.CharField(label=_("Under which text?"), max_length=200)
    words = forms.CharField(label=_("What does it ask, in its own words?"), widget=WHY, required=False)
    asked = forms.MultipleChoiceField(label=_("Which data does that cover?"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, case: Case, mechanism: Mechanism, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["asked"].choices = word_choices(mechanism, [*mechanism.groups, IDENTITY])  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    given = forms.MultipleChoiceField(
        label=_("What is the least that answers?"), widget=forms.CheckboxSelectMultiple,
        help_text=_("Where she sleeps is in no answer: the paper bears the address that she chose for her letters."),
    )  # fmt: skip

    def __init__(self, *args: Any, mechanism: Mechanism, asked: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["given"].choices = word_choices(mechanism, [word for word in asked if word not in load_policy().kept_from_the_state])  # type: ignore[attr-defined]


class ConfirmForm(forms.Form):
    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Why?"), widget=WHY)


class _DayForm(forms.Form):
    @staticmethod
    def _day(text: str) -> date:
        try:
            return PartialDate.parse(text).latest
        except NotADay:
            raise forms.ValidationError(_("Write a day, for example 2026-05-03.")) from None


class ToldForm(_DayForm):
    on = forms.CharField(label=_("On which day was she told?"), max_length=60, widget=forms.TextInput(attrs={"class": "short"}))

    def clean_on(self) -> date:
        return self._day(self.cleaned_data["on"])


class SilenceForm(_DayForm):
    text = forms.CharField(label=_("Which text forbids telling her?"), max_length=200)
    review_on = forms.CharField(
        label=_("On which day is this looked at again?"), max_length=60, widget=forms.TextInput(attrs={"class": "short"})
    )

    def clean_review_on(self) -> date:
        return self._day(self.cleaned_data["review_on"])


def word_choices(mechanism: Mechanism, words: Iterable[str]) -> list[tuple[str, str]]:
    """Words of the policy as a person reads them."""
    parts = load_policy().parts
    return [(word, said(mechanism.groups[word].label) if word in mechanism.groups else parts[word][_language()]) for word in words]
