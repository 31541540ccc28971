"""Writing a referral, answering one."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from repere.cases.consent.forms import BOXES, CHOOSE, SHORT, NamedErrors, day_of, listed
from repere.cases.consent.queries import ConsentLine
from repere.cases.models import IDENTITY, Case
from repere.cases.policy import load_policy
from repere.cases.referral import words
from repere.cases.referral.actions import Asked
from repere.cases.referral.grounds import GROUNDS
from repere.cases.referral.showing import Chosen
from repere.cases.standing_forms import word_choices
from repere.cases.territory import end_of_day
from repere.core.dates import PartialDate
from repere.core.rulebook import Mechanism
from repere.directory.vocabulary import spoken

IN_TURN = ("first", "second", "third")


class ReferralForm(NamedErrors):
    """Whom to ask, in which order; what to open, on what ground; how urgent it is."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    first = forms.ChoiceField(label=_("Whom do you ask first?"), required=False)
    second = forms.ChoiceField(label=_("If they cannot, or do not answer?"), required=False)
    third = forms.ChoiceField(label=_("And then?"), required=False)
    service = forms.ChoiceField(label=_("Or a service of the directory without an account, asked last"), required=False)
    service_words = forms.CharField(
        label=_("Look for a service: what for, a town or a département, a language"), max_length=200, required=False
    )
    needs = forms.MultipleChoiceField(label=_("What does she need?"), widget=BOXES)
    language = forms.ChoiceField(
        label=_("Which language does she speak best?"), required=False,
        choices=lambda: [("", _("Not known")), *((one.code, one.label) for one in spoken())],
    )  # fmt: skip
    urgency = forms.ChoiceField(label=_("How urgent is it?"), choices=list(words.URGENCIES.items()), widget=forms.RadioSelect)
    purpose = forms.ChoiceField(label=_("For which purpose?"))
    groups = forms.MultipleChoiceField(label=_("What do you open to whoever accepts?"), widget=BOXES)
    left_out = forms.MultipleChoiceField(label=_("Facts that stay here all the same"), required=False, widget=BOXES)
    named_kinds = forms.MultipleChoiceField(label=_("Facts that may be turned against her"), required=False, widget=BOXES)
    ground = forms.ChoiceField(
        label=_("What makes this sharing lawful?"), choices=[(name, one.label) for name, one in GROUNDS.items()], widget=forms.RadioSelect
    )
    consent = forms.ChoiceField(label=_("Which agreement of hers goes with it?"), required=False)
    law = forms.ChoiceField(label=_("Which rule?"), required=False)
    handling = forms.ChoiceField(
        label=_("And afterwards?"), choices=list(words.HANDLINGS.items()), widget=forms.RadioSelect, initial="share"
    )
    until = forms.CharField(
        label=_("Until when may they see it?"), max_length=40, widget=SHORT,
        help_text=_("Three months are proposed: our choice. Shorter is better; it can be given again."),
    )  # fmt: skip
    note = forms.CharField(label=_("Words for whoever accepts"), required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(
        self, *args: Any, case: Case, mechanism: Mechanism, organisations: Sequence[tuple[str, str]],
        consents: Sequence[ConsentLine], **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.case = case
        policy, language = load_policy(), "en" if (get_language() or "fr").startswith("en") else "fr"
        for name in IN_TURN:
            self._choices(name, [("", _("No organisation")), *organisations])
        self._choices("needs", listed(mechanism, "need"))
        self._choices("purpose", [CHOOSE, *((one.id, one.label[language]) for one in policy.purposes.values() if one.opens)])
        self._choices("groups", word_choices(mechanism, [*mechanism.groups, IDENTITY]))
        self._choices("named_kinds", [(kind, mechanism.facts[kind].label.text(language)) for kind in policy.harm_kinds])
        self.standing = [line for line in consents if line.stands]
        said = [(str(line.row.pk), f"{line.purpose} · {line.recipient} · {_day(line, language)}") for line in self.standing]
        self._choices("consent", [("", _("None: the ground does not ask for it")), *said])
        laws = sorted({law for one in policy.purposes.values() for law in one.laws if law in mechanism.rules})
        self._choices("law", [("", _("None")), *((law, mechanism.rules[law].label.text(language)) for law in laws)])

    def _choices(self, name: str, choices: list[Any]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def offer_services(self, services: Sequence[tuple[str, str]]) -> None:
        """Entries of the directory that were found, and the one chosen before."""
        self._choices("service", [("", _("No service")), *services])

    def offer_to_leave_out(self, facts: Sequence[tuple[str, str]]) -> None:
        """Facts of the file, so that a tick counts."""
        self._choices("left_out", list(facts))

    def typed(self, sent: QueryDict) -> dict[str, Any]:
        """What was sent, as a form that is shown again and not judged yet starts with it."""
        return {name: field.widget.value_from_datadict(sent, {}, name) for name, field in self.fields.items()}

    def choose_noted(self, *, since: datetime | None) -> None:
        """Whoever comes back from noting her agreement finds just that one chosen: the newest, where it came after the form was left."""
        noted = self.standing[:1]
        if noted and (since is None or noted[0].row.recorded_at > since):
            self.initial["consent"] = str(noted[0].row.pk)

    def clean_until(self) -> date:
        return day_of(self.cleaned_data["until"])

    def asked(self) -> Asked:
        told = self.cleaned_data
        bodies = [uuid.UUID(told[name]) for name in IN_TURN if told[name]]
        services = [uuid.UUID(told["service"])] if told["service"] else []
        chosen = Chosen(
            tuple(told["groups"]), told["purpose"], tuple(told["named_kinds"]), tuple(uuid.UUID(one) for one in told["left_out"])
        )
        return Asked(
            recipients=(*bodies, *services), chosen=chosen, ground=told["ground"], urgency=told["urgency"], needs=tuple(told["needs"]),
            access_ends_at=end_of_day(told["until"], self.case.zone), consent=uuid.UUID(told["consent"]) if told["consent"] else None,
            law=told["law"], language=told["language"], note=told["note"], handling=told["handling"], services=frozenset(services),
        )  # fmt: skip


def _day(line: ConsentLine, language: str) -> str:
    return PartialDate.on(line.row.starts_on).text(language)


class RefuseForm(forms.Form):
    reason = forms.ChoiceField(label=_("Why?"), choices=[CHOOSE, *words.REASONS.items()])


class OutcomeForm(forms.Form):
    outcome = forms.ChoiceField(label=_("What came of it?"), choices=[CHOOSE, *words.OUTCOMES.items()])


class JointStepForm(NamedErrors):
    what = forms.ChoiceField(label=_("Step"), choices=[CHOOSE, *words.STEPS.items()])
    whose = forms.ChoiceField(label=_("Whose?"), choices=[("ours", _("Ours")), ("theirs", _("Theirs"))])
    due_on = forms.CharField(label=_("By when?"), max_length=40, widget=SHORT)

    def clean_due_on(self) -> date:
        return day_of(self.cleaned_data["due_on"])


class CapsuleForm(forms.Form):
    """At the door: the code that was told by telephone, then the answer."""

    code = forms.CharField(label=_("Code that you were told by telephone"), max_length=20, widget=SHORT)
    answer = forms.ChoiceField(
        label=_("Your answer"), required=False, choices=[("", _("Read first")), ("yes", _("We accept")), ("no", _("We cannot"))]
    )
    name = forms.CharField(label=_("Your name"), max_length=120, required=False)
    function = forms.CharField(label=_("Your function"), max_length=120, required=False)
    reason = forms.ChoiceField(label=_("If you cannot: why?"), required=False, choices=[("", _("None")), *words.REASONS.items()])
