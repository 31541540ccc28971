"""Forms made from the declarations of facts: what to ask, why, and what may be answered. They parse and word; the core checks."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from text_unidecode import unidecode

from repere.cases import contact_safety, exploitation_told, plausibility, typed_days
from repere.cases.models import IDENTITY
from repere.cases.queries.case_page import SETTINGS
from repere.cases.refusals import sentence
from repere.core.dates import NotADay, PartialDate
from repere.core.rulebook import (
    BASES,
    MISSING,
    FactKind,
    FactRefused,
    FieldKind,
    Mechanism,
    Refusal,
    Wording,
    check_fact,
    codes_of,
    may_state,
)
from repere.directory.territory import of_town

MANY = 8
"""From this many codes on, one answer is chosen from a list instead of buttons."""
NUMBERED = frozenset({"departement"})
"""Lists whose codes people know by heart: typed by number or by name, with suggestions."""
LONG_AGO = timedelta(days=36525)
SEEN = "contradictions-seen"
"""Answers about reaching her that do not go together are kept once this names them."""

OTHERWISE = [
    ("not_asked", _("Not asked")),
    ("not_known", _("Not known")),
    ("prefers_not_to_say", _("She prefers not to say")),
    ("not_applicable", _("Does not apply")),
]
WHEN = [("today", _("Today")), ("other", _("Another day, or a period")), ("not_known", _("Not known"))]
BASIS = {
    "own_act": _("I did it or decided it myself"),
    "observed": _("I saw or heard it"),
    "person_said": _("She told it"),
    "document": _("I read it in a document"),
    "third_party": _("Somebody else told it"),
}


def language() -> str:
    return (get_language() or "fr")[:2]


def said(wording: Wording | None) -> str:
    return wording.text(language()) if wording else ""


@dataclass(frozen=True)
class Question:
    """One thing asked: the bound answer, its quiet alternatives, and how it is drawn."""

    part: str
    label: str
    why: str
    bound: BoundField
    otherwise: BoundField | None = None
    required: bool = False

    @property
    def answers(self) -> list[BoundField | Any]:
        """Radio buttons or boxes with an answer."""
        return [choice for choice in self.bound.subwidgets if choice.data["value"] not in MISSING]

    @property
    def quiet(self) -> list[BoundField | Any]:
        """Radio buttons that say there is none."""
        return [choice for choice in self.bound.subwidgets if choice.data["value"] in MISSING]

    @property
    def unfolded(self) -> bool:
        """Whether a quiet answer was chosen: then it is seen at once."""
        chosen = self.otherwise.value() if self.otherwise else self.bound.value()
        return chosen in MISSING[1:] or (self.otherwise is None and chosen in MISSING)

    @property
    def suggestions(self) -> list[str]:
        """What a typed answer may be completed to."""
        widget = self.bound.field.widget
        return list(widget.shown.values()) if isinstance(widget, Suggested) else []

    @property
    def understood(self) -> str:
        """How the day that stands in the field is read."""
        bound = self.otherwise if self.part == "when" and self.otherwise else self.bound
        return typed_days.understood(str(bound.value() or ""), name=bound.name, today=getattr(bound.form, "today", None))

    @property
    def asks_age(self) -> bool:
        """Whether an age may be typed in place of a day."""
        return typed_days.asks_age(self.bound.name)

    @property
    def errors(self) -> list[str]:
        return [str(error) for error in self.bound.errors]

    @property
    def anchor(self) -> str:
        """Where a link from the error summary lands."""
        first = self.part in ("buttons", "boxes", "when")
        return f"{self.bound.auto_id}_0" if first else self.bound.auto_id


class Suggested(forms.TextInput):
    """A code typed by its number or its name; shown as both. What matches nothing stays as it was typed, to be refused."""

    def __init__(self, choices: Iterable[tuple[str, Any]]) -> None:
        super().__init__(attrs={"autocomplete": "off", "class": "short"})
        self.shown = {code: f"{code} {label}" for code, label in sorted(choices, key=_by_number)}
        self.codes = {spelled: code for code, text in self.shown.items() for spelled in (_spelled(text), _spelled(code))}
        self.codes |= {_spelled(text.partition(" ")[2]): code for code, text in self.shown.items()}

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        context["widget"]["attrs"]["list"] = f"{context['widget']['attrs'].get('id', name)}-list"
        return context

    def format_value(self, value: Any) -> str | None:
        return self.shown.get(value, value) if isinstance(value, str) else None

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        typed = super().value_from_datadict(data, files, name)
        return (self.codes.get(_spelled(str(typed))) or self._of_town(str(typed)) or typed) if typed else typed

    def _of_town(self, typed: str) -> str:
        """Workers think in towns; one whose name two départements share is left as it is, to be asked again."""
        codes = of_town(typed)
        return codes[0] if len(codes) == 1 and codes[0] in self.shown else ""


def _spelled(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", unidecode(text).lower()))


def _by_number(choice: tuple[str, Any]) -> tuple[int, str]:
    """01, 02 … 19, 2A, 2B, 21 … 95, 971 …: Corsica was once 20."""
    code = choice[0]
    digits = re.match(r"[0-9]+", code)
    return (20 if code in ("2A", "2B") else int(digits[0]) if digits else 10_000, code)


class Asked(forms.Field):
    """An answer as it was typed; the core says whether it stands."""

    def __init__(self, part: str, label: str, why: str, choices: Iterable[tuple[str, Any]] = (), *, needed: bool = False) -> None:
        self.part, self.why, self.needed = part, why, needed
        super().__init__(required=False, label=label, widget=_widget(part, choices))


def _widget(part: str, choices: Iterable[tuple[str, Any]]) -> forms.Widget:
    match part:
        case "buttons" | "when":
            return forms.RadioSelect(choices=list(choices))
        case "boxes":
            return forms.CheckboxSelectMultiple(choices=list(choices))
        case "list":
            return forms.Select(choices=list(choices))
        case "suggested":
            return Suggested(choices)
        case "text":
            return forms.Textarea(attrs={"rows": 4, "autocomplete": "off"})
        case "number":
            return forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "tiny"})
        case _:
            return forms.TextInput(attrs={"autocomplete": "off", "class": "short"})


class FactsForm(forms.Form):
    """Questions of one or several kinds of fact, on one page."""

    def __init__(self, *args: Any, mechanism: Mechanism, asks: Mapping[str, Iterable[str]], role: str, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mechanism, self.role, self.today = mechanism, role, today
        self.asks = {kind: list(fields) for kind, fields in asks.items()}
        for kind, fields in self.asks.items():
            for name in fields:
                self._ask(kind, mechanism.facts[kind].fields[name])
        if {contact_safety.KIND, exploitation_told.KIND} & {*self.asks}:
            self.fields[SEEN] = forms.CharField(required=False)

    def _ask(self, kind: str, field: FieldKind) -> None:
        name = f"{kind}.{field.name}"
        part = self._part(field)
        choices: list[tuple[str, Any]] = []
        if part in ("buttons", "boxes", "list", "suggested"):
            choices = [(code, self._code_label(field, code)) for code in self._offered(field, self.initial.get(name))]
        if part == "buttons":
            choices = [*choices, *OTHERWISE]
        if part == "list":
            choices = [OTHERWISE[0], *choices, *OTHERWISE[1:]]
        self.fields[name] = Asked(part, said(field.question), said(field.why), choices, needed=field.required)
        if part == "list":
            self.fields[name].initial = "not_asked"
        elif part == "buttons":
            pass  # Nothing chosen is "not asked": a chosen button inside a closed part would hide the others from the keyboard.
        elif field.sealed is None:
            self.fields[f"{name}-otherwise"] = Asked("list", said(field.label), "", OTHERWISE)

    def _part(self, field: FieldKind) -> str:
        match field.type:
            case "bool":
                return "buttons"
            case "code" if field.list in NUMBERED:
                return "suggested"
            case "code":
                return "buttons" if len(codes_of(self.mechanism, field)) < MANY else "list"
            case "codes":
                return "boxes"
            case "int":
                return "number"
            case "date":
                return "day"
            case _:
                return "text"

    def _offered(self, field: FieldKind, answered: Any) -> list[str]:
        """What may be answered here, and what was: a correction does not lose a word of another country, or one that is retired."""
        listed = self.mechanism.codelists.get(field.list or "", {})
        offered, kept = self.mechanism.offered(field.list or ""), answered if isinstance(answered, list) else [answered]
        return [code for code in codes_of(self.mechanism, field) if code not in listed or code in offered or code in kept]

    def _code_label(self, field: FieldKind, code: str) -> Any:
        if field.type == "bool":
            return {"yes": pgettext_lazy("answer", "Yes"), "no": pgettext_lazy("answer", "No")}[code]
        if field.list == "indicator":
            return said(self.mechanism.indicators[code].label)
        return said(self.mechanism.codelists[field.list or ""][code].label)

    def questions(self, kind: str | None = None) -> Iterator[Question]:
        """What to draw, in the order it is asked."""
        for name, field in self.fields.items():
            if isinstance(field, Asked) and not name.endswith("-otherwise") and (kind is None or name.startswith(f"{kind}.")):
                otherwise = f"{name}-otherwise"
                quiet = self[otherwise] if otherwise in self.fields else None
                yield Question(field.part, str(field.label), field.why, self[name], quiet, field.needed)

    def groups(self) -> Iterator[tuple[FactKind, list[Question]]]:
        """Questions under the kind of fact they belong to."""
        for kind in self.asks:
            yield self.mechanism.facts[kind], list(self.questions(kind))

    def wrong(self) -> list[tuple[str, str]]:
        """Where each error is, and its sentence, for the summary on top."""
        anchors = {question.bound.name: question.anchor for question in self.questions()} | {SEEN: SEEN}
        found = [(anchors.get(name, ""), str(error)) for name, errors in self.errors.items() for error in errors]
        return [(f"#{anchor}" if anchor else "#main", text) for anchor, text in found]

    def answers(self, kind: str) -> dict[str, Any]:
        """What was answered about one kind, as the core wants it: nothing for "not asked"."""
        given = {}
        for name in self.asks[kind]:
            value = self.cleaned_data.get(f"{kind}.{name}")
            otherwise = self.cleaned_data.get(f"{kind}.{name}-otherwise")
            if value in (None, "", []) and otherwise in MISSING:
                value = otherwise
            if value not in (None, "", [], "not_asked"):
                given[name] = typed_days.as_day(f"{kind}.{name}", value.strip(), self.today) if isinstance(value, str) else value
        return given

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for kind in self.asks:
            self._check(kind, self.when(), self.basis())
        if self.contradictions and not self.contradictions_seen:
            self.add_error(SEEN, gettext("Some answers do not go together. Read what is said of them below: change one, or confirm them."))
        return cleaned

    @property
    def contradictions(self) -> list[contact_safety.Contradiction]:
        """Where what stands in the form, about reaching her or about an exploitation, does not go together."""
        return [
            found for room in (contact_safety, exploitation_told) if room.KIND in self.asks
            for found in room.contradictions({name: self[f"{room.KIND}.{name}"].value() for name in self.asks[room.KIND]})
        ]  # fmt: skip

    @property
    def contradictions_seen(self) -> str:
        """What was confirmed, where it is what stands in the form now."""
        wanted = contact_safety.seen(self.contradictions)
        return wanted if SEEN in self.fields and self[SEEN].value() == wanted else ""

    def when(self) -> PartialDate:
        return PartialDate.on(self.today)

    def basis(self) -> str:
        return "observed"

    def _check(self, kind: str, when: PartialDate | None, basis: str) -> None:
        day = when or PartialDate.on(self.today)
        try:
            check_fact(
                self.mechanism,
                kind,
                self.answers(kind),
                earliest=day.earliest,
                latest=day.latest,
                role=self.role,
                basis=basis,
                today=self.today,
            )
        except FactRefused as refused:
            for refusal in refused.refusals:
                self._refuse(kind, refusal)
        for refusal in plausibility.contradictions(kind, self.answers(kind)):
            self._refuse(kind, refusal)

    def _refuse(self, kind: str, refusal: Refusal) -> None:
        name = {"on": "when", "basis": "basis"}.get(refusal.field or "", f"{kind}.{refusal.field}")
        asked = self.fields.get(name)
        if refusal.code == "not_in_list" and isinstance(asked, Asked) and asked.part == "suggested":
            refusal = Refusal("not_a_place", refusal.field, refusal.params)
        if refusal.code == "not_a_date" and typed_days.asks_age(name):
            refusal = Refusal("not_an_age", refusal.field, refusal.params)
        self.add_error(name if asked else None, sentence(refusal))


class FactForm(FactsForm):
    """One fact: when it was, how it is known, and its fields."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    seen_revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        mechanism: Mechanism,
        kind: FactKind,
        role: str,
        today: date,
        initial: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.kind = kind
        started = {"when": "today", "key": str(uuid.uuid4()), **(initial or {})}
        super().__init__(*args, mechanism=mechanism, asks={kind.id: kind.fields}, role=role, today=today, initial=started, **kwargs)
        own = {"when": Asked("when", str(_("When was it?")), "", WHEN), "when-text": Asked("day", str(_("Day or period")), "")}
        why = str(_("What was seen, told or read does not weigh the same later."))
        known = {"basis": Asked("buttons", str(_("How do you know?")), why, self._bases(), needed=True)}
        if kind.id in SETTINGS:
            known = {}
        self.fields = {**{n: f for n, f in self.fields.items() if not isinstance(f, Asked)}, **own, **self.asked(), **known}

    def asked(self) -> dict[str, forms.Field]:
        return {name: field for name, field in self.fields.items() if isinstance(field, Asked)}

    def _bases(self) -> list[tuple[str, Any]]:
        may = may_state(self.mechanism, self.kind, self.role)
        return [(basis, BASIS[basis]) for basis in BASES if basis != "own_act" or may]

    def questions(self, kind: str | None = None) -> Iterator[Question]:
        for question in super().questions(kind):
            if question.bound.name == "when":
                yield Question("when", question.label, question.why, question.bound, self["when-text"], required=True)
            elif question.bound.name != "when-text":
                yield question

    def clean_when(self) -> str:
        chosen = str(self.cleaned_data.get("when") or "")
        text = str(self.data.get(self.add_prefix("when-text")) or "").strip()
        if chosen == "other" or (text and chosen != "not_known"):
            try:
                PartialDate.parse(typed_days.counted_back(text, self.today))
            except NotADay:
                raise forms.ValidationError(self._unread(text)) from None
            return "other"
        return chosen if chosen in ("today", "not_known") else "today"

    def _unread(self, text: str) -> str:
        if text:
            return sentence(Refusal("not_a_date", "when", {"value": text}))
        return gettext("Write the day or the period, for example May 2024. If it is not known, choose “Not known”.")

    def clean_basis(self) -> str:
        chosen = str(self.cleaned_data.get("basis") or "")
        if not chosen:
            raise forms.ValidationError(_("Say how you know it: one of the answers below."))
        return chosen

    def when(self) -> PartialDate:
        """The day or range of days; "not known" is any day up to today."""
        match self.cleaned_data.get("when"):
            case "other":
                return PartialDate.parse(typed_days.counted_back(str(self.cleaned_data["when-text"]), self.today))
            case "not_known":
                return PartialDate(self.today - LONG_AGO, self.today)
            case _:
                return PartialDate.on(self.today)

    def basis(self) -> str:
        if self.kind.id in SETTINGS and may_state(self.mechanism, self.kind, self.role):
            return BASES[0]
        return str(self.cleaned_data.get("basis") or BASES[1])


def typed(
    kind: FactKind, fields: Mapping[str, Any], *, when: PartialDate | None = None, basis: str = "", today: date | None = None
) -> dict[str, Any]:
    """Recorded values as they would have been typed, to correct them or to start from them."""
    initial: dict[str, Any] = {"basis": basis}
    if when is not None:
        unknown = today is not None and when.latest - when.earliest >= LONG_AGO
        initial |= {"when": "not_known"} if unknown else {"when": "other", "when-text": told(when)}
    for name, value in fields.items():
        declared = kind.fields.get(name)
        if declared is None:
            continue
        if isinstance(value, str) and value in MISSING and declared.type in ("int", "date", "codes"):
            initial[f"{kind.id}.{name}-otherwise"] = value
        else:
            initial[f"{kind.id}.{name}"] = told(value) if declared.type == "date" else value
    return initial


def told(value: PartialDate | Mapping[str, Any]) -> str:
    """A range of days in words that are read back as the same range."""
    if not isinstance(value, PartialDate):
        value = PartialDate(*(date.fromisoformat(str(value[edge])) for edge in ("earliest", "latest")))
    text = value.text(language())
    try:
        return text if PartialDate.parse(text) == value else value.iso()
    except NotADay:
        return value.iso()


# ---- a new concern, one group of things at a time

CONTACT = {
    "safe_contact_instructions": (
        "can_contact",
        "channel",
        "someone_may_listen",
        "accompanied_by",
        "leave_message",
        "how_and_when",
        "never_say",
    )
}
NEEDS = {"urgent_need": ("needs", "none_stated"), "concern_reported": ("urgency",)}
SUSPECTED = {"concern_reported": ("reporter", "channel", "forms_suspected", "narrative")}
PERSON = {"person_described": ("turns_18", "age_disputed", "unaccompanied", "gender", "nationality_group", "territory", "dependants")}
STEPS: dict[str, Mapping[str, Iterable[str]]] = {"contact": CONTACT, "needs": NEEDS, "suspected": SUSPECTED, "person": PERSON}
STEP_TITLES = {
    "contact": _("Reaching her safely"),
    "needs": _("What she needs now"),
    "suspected": _("What makes you worry"),
    "person": _("Who she is, in a few words"),
}


class ConcernForm(FactsForm):
    """One step of a new concern. Every question may stay without an answer."""

    def __init__(self, *args: Any, mechanism: Mechanism, step: str, role: str, today: date, **kwargs: Any) -> None:
        super().__init__(*args, mechanism=mechanism, asks=STEPS[step], role=role, today=today, **kwargs)
        if step == "person":
            why = _("A name that means nothing outside your service. Never her own. Leave it empty and one is made.")
            self.fields["pseudonym"] = Asked("line", str(_("Code name")), str(why))


class SearchForm(forms.Form):
    q = forms.CharField(label=_("Code, code name or name"), max_length=200, required=False)


class WaiveForm(forms.Form):
    reason = forms.CharField(
        label=_("Why is it set aside?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write why, in a few words: whoever comes after you will read it.")},
    )


class SnoozeForm(forms.Form):
    until = forms.CharField(
        label=_("Until which day?"), max_length=60, widget=forms.TextInput(attrs={"class": "short", "autocomplete": "off"})
    )

    def clean_until(self) -> date:
        try:
            return PartialDate.parse(self.cleaned_data["until"]).earliest
        except NotADay:
            raise forms.ValidationError(sentence(Refusal("not_a_date", "until", {"value": self.cleaned_data["until"]}))) from None


class WithdrawForm(forms.Form):
    key = forms.UUIDField(widget=forms.HiddenInput)
    why = forms.CharField(
        label=_("What was wrong?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write what was wrong, in a few words: the timeline keeps it.")},
    )


class GrantForm(forms.Form):
    """An access for another organisation: to whom, to what, why, until when."""

    to = forms.ChoiceField(
        label=_("Which organisation?"),
        error_messages={"required": _("Choose the organisation."), "invalid_choice": _("Choose the organisation.")},
    )
    groups = forms.MultipleChoiceField(
        label=_("What may it see?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one data group.")},
    )
    identity = forms.ChoiceField(
        label=_("Her name and birth too?"),
        choices=[("no", pgettext_lazy("answer", "No")), ("yes", pgettext_lazy("answer", "Yes"))],
        widget=forms.RadioSelect,
        initial="no",
        error_messages={"required": _("Say whether her name is opened too.")},
    )
    reason = forms.CharField(
        label=_("Why does it need this?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write why, in a few words: she and your colleagues can ask for it.")},
    )
    until = forms.CharField(
        label=_("Until which day?"),
        max_length=60,
        widget=forms.TextInput(attrs={"class": "short", "autocomplete": "off"}),
        error_messages={"required": _("Write the last day of the access.")},
    )

    def __init__(self, *args: Any, organisations: Iterable[tuple[str, str]], mechanism: Mechanism, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.latest = today, _a_year_after(today)
        self.data_groups = list(mechanism.groups.values())
        self.fields["to"].choices = [("", _("Choose")), *organisations]  # type: ignore[attr-defined]
        self.fields["groups"].choices = [(group.id, said(group.label)) for group in self.data_groups]  # type: ignore[attr-defined]

    def offered(self) -> list[tuple[str, str, str, bool]]:
        """Every data group: code, label, what it holds, chosen."""
        chosen = set(self["groups"].value() or [])
        return [(group.id, said(group.label), said(group.help), group.id in chosen) for group in self.data_groups]

    def clean_until(self) -> date:
        text = self.cleaned_data["until"]
        try:
            day = PartialDate.parse(text).latest
        except NotADay:
            raise forms.ValidationError(sentence(Refusal("not_a_date", "until", {"value": text}))) from None
        if day <= self.today:
            raise forms.ValidationError(sentence(Refusal("end_needed", "until", {})))
        if day > self.latest:
            raise forms.ValidationError(sentence(Refusal("end_too_far", "until", {"day": PartialDate.on(self.latest).text(language())})))
        return day

    def words(self) -> list[str]:
        """What the grant names."""
        return [*self.cleaned_data["groups"], *([IDENTITY] if self.cleaned_data["identity"] == "yes" else [])]


def _a_year_after(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 2, 28)
