"""What people type about needs, shelters and answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from repere.core.codes import new_code
from repere.core.needs import Member, Needs
from repere.directory.checks import phone
from repere.directory.refusals import Refused as WrongLine
from repere.directory.territory import places_named, territories
from repere.directory.vocabulary import language_name, languages_named, spoken
from repere.places import words
from repere.places.actions.arriving import STEPS
from repere.places.actions.asking_back import MOST_LETTERS
from repere.places.incident_models import Incident
from repere.places.marks import mark
from repere.places.models import Hold, PrivateReason, Unit

TICKS = forms.CheckboxSelectMultiple


def _zones() -> list[tuple[str, str]]:
    return [(place.code, f"{place.code} · {place.name}") for place in territories().values()]


def _languages() -> list[tuple[str, str]]:
    return [(one.code, one.label) for one in spoken()]


class ZonesField(forms.CharField):
    """Départements, by code or by name, between commas; the name of a région stands for all of its own."""

    def clean(self, value: Any) -> frozenset[str]:
        text = super().clean(value)
        found = set()
        for part in filter(None, (part.strip() for part in str(text or "").split(","))):
            # A name that is a région's and a département's, such as La Réunion's, is one and the same place.
            named = places_named(part)
            if not named:
                raise forms.ValidationError(
                    gettext("“%(part)s” was not recognised. Write the code or the name of a département, a région or a large town.")
                    % {"part": part}
                )
            found.update(named)
        return frozenset(found)


class LanguagesField(forms.CharField):
    """Languages by name, between commas, as people say them; kept as codes."""

    def clean(self, value: Any) -> frozenset[str]:
        found, left = languages_named(super().clean(value) or "")
        if left:
            raise forms.ValidationError(
                gettext("“%(part)s” is no language that this list knows. Write its usual name, or leave it out and say it by telephone.")
                % {"part": left[0]}
            )
        return frozenset(found)


class LineField(forms.CharField):
    """A telephone of a service, kept in international form."""

    widget = forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"})

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        try:
            return phone(text) if text else ""
        except WrongLine as wrong:
            raise forms.ValidationError(str(wrong)) from wrong


class MarksField(forms.CharField):
    """Marks between commas, as `marks.mark` keeps them. Only how a mark is written is checked: whether it is known, nobody learns."""

    def clean(self, value: Any) -> list[UUID]:
        text, found = super().clean(value), []
        for part in filter(None, (part.strip() for part in str(text or "").split(","))):
            kept = mark(part)
            if kept is None:
                raise forms.ValidationError(gettext("“%(part)s” is not written as a mark is. Check it letter by letter.") % {"part": part})
            found.append(kept)
        return found


def _number(label: Any, *, initial: int | None = 0, **more: Any) -> forms.IntegerField:
    wrong = {"invalid": _("Write a number in figures, such as 1.")}
    return forms.IntegerField(label=label, min_value=0, max_value=20, initial=initial, error_messages=wrong, **more)


AGE_FIELDS = {"aged_0_2": "0-2", "aged_3_11": "3-11", "aged_12_17": "12-17"}
"""Fields that count the minors of a band of `core.needs.AGES`."""
OF_MINORS = ("contested", *AGE_FIELDS)
"""Fields that ask something only where a minor is in the household."""


class NeedsForm(forms.Form):
    """Asked once, everything but the household and the phase may stay as it is."""

    women = _number(_("Women"), initial=1)
    men = _number(_("Men"))
    others = _number(_("Adults of another gender, or not known"))
    minors = _number(
        _("Minors"), help_text=_("A disputed age counts as a minor. Families stay together."),
        widget=forms.NumberInput(attrs={"data-opens-part": "ages"}),
    )  # fmt: skip
    contested = forms.ChoiceField(
        label=_("Is the age of one of these minors disputed?"), required=False, choices=list(words.CONTESTED.items()),
        help_text=_("The house reads that it is, and decides knowing it. A mother whose age is disputed stays with her children."),
    )  # fmt: skip
    aged_0_2 = _number(_("Of these minors, aged 0 to 2"), initial=None, required=False)
    aged_3_11 = _number(_("Of these minors, aged 3 to 11"), initial=None, required=False)
    aged_12_17 = _number(
        _("Of these minors, aged 12 to 17"), initial=None, required=False, help_text=_("Without whoever's age is disputed.")
    )
    urgency = forms.ChoiceField(label=_("When"), choices=list(words.URGENCY.items()), initial=2)
    line = LineField(
        label=_("Telephone of your service"), required=False, max_length=40,
        help_text=_("The line where somebody answers tonight, not your own. The houses that are asked read it, to call you."),
    )  # fmt: skip
    danger = forms.BooleanField(
        label=_("A danger is known where she is"), required=False, help_text=_("The house reads this mark, and nothing more about it."),
    )  # fmt: skip
    phase = forms.ChoiceField(label=_("For which phase"), choices=list(words.PHASES.items()), initial="emergency")
    avoid = ZonesField(
        label=_("Départements that are dangerous to her"), required=False,
        help_text=_("By code or by name, between commas. The name of a région stands for all its départements."),
    )  # fmt: skip
    refuses_zones = ZonesField(
        label=_("Départements where she does not want to go"), required=False,
        help_text=_("It is her right: it rules places out, and changes nothing else."),
    )  # fmt: skip
    near = ZonesField(label=_("Départements where she would like to be"), required=False)
    refuses = forms.MultipleChoiceField(label=_("What she refuses"), choices=list(words.REFUSES.items()), widget=TICKS, required=False)
    prefers = forms.MultipleChoiceField(label=_("What she would like"), choices=list(words.PREFERS.items()), widget=TICKS, required=False)
    needs = forms.MultipleChoiceField(label=_("What is also needed"), choices=list(words.NEEDS.items()), widget=TICKS, required=False)
    languages = LanguagesField(
        label=_("Languages she speaks"), required=False, max_length=200, help_text=_("By name, between commas: edo, English."),
    )  # fmt: skip
    security = forms.TypedChoiceField(label=_("Protection needed"), choices=list(words.SECURITY.items()), coerce=int, initial=0)
    form = forms.ChoiceField(label=_("Form of exploitation"), required=False)
    apart = forms.CharField(
        label=_("Files of people she must not live with"), required=False, max_length=200,
        help_text=_("Codes of your own files, between commas. Only the shelter that receives the need reads it."),
    )  # fmt: skip
    apart_marks = MarksField(
        label=_("Marks she must not meet"), required=False, max_length=200,
        help_text=_("For somebody whom only another organisation knows, or for a network: a code agreed by word of mouth."),
    )  # fmt: skip
    carried_marks = MarksField(label=_("Marks that this household bears"), required=False, max_length=200)

    def __init__(self, *args: Any, exploitation: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["carried_marks"].help_text = gettext(
            "When others must not be housed with somebody here. To agree on a new mark, tell them this one by voice: %(mark)s."
        ) % {"mark": new_code()}
        self.fields["form"].choices = [("", gettext("Not said")), *exploitation]  # type: ignore[attr-defined]
        if "urgency" in self.fields:
            self.fields["urgency"].help_text = words.answer_times()

    def parts(self) -> list[list[forms.BoundField]]:
        """The fields in three parts: those before what is asked of minors alone, these, and those after."""
        names = list(self.fields)
        first, last = names.index(OF_MINORS[0]), names.index(OF_MINORS[-1]) + 1
        return [[self[name] for name in part] for part in (names[:first], names[first:last], names[last:])]

    def has_minors(self) -> bool:
        """Whether the household has a minor, as far as the form says, or something that is asked of minors is filled or wrong."""
        return any(self[name].errors or self[name].value() not in (None, "", 0, "0") for name in ("minors", *OF_MINORS))

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if not any(told.get(name) for name in ("women", "men", "others", "minors")):
            raise forms.ValidationError(gettext("Say how many people look for a place."))
        self._check_ages(told)
        # What the file proposed as near gives way to what she refuses; what somebody typed twice is a question.
        refused = told.get("avoid", frozenset()) | told.get("refuses_zones", frozenset())
        if told.get("near", frozenset()) & refused:
            if "near" in self.changed_data:
                raise forms.ValidationError(gettext("A département is both wanted and refused. Keep one of the two answers."))
            told["near"] -= refused
        if "couple" in told.get("needs", []) and sum(told.get(name) or 0 for name in ("women", "men", "others")) < 2:
            raise forms.ValidationError(gettext("A couple is two adults at least. Check the numbers."))
        return told

    def _check_ages(self, told: dict[str, Any]) -> None:
        minors, aged = told.get("minors") or 0, sum(told.get(name) or 0 for name in AGE_FIELDS)
        if told.get("contested") and not minors:
            self.add_error("minors", gettext("Count whoever's age is disputed among the minors."))
        elif aged + bool(told.get("contested")) > minors:
            self.add_error("minors", gettext("These are fewer minors than the ages below are of. Check the numbers."))

    def _minors(self) -> tuple[Member, ...]:
        told = self.cleaned_data
        disputed: tuple[Member, ...] = (Member(minor=True, gender=told["contested"], disputed=True),) if told["contested"] else ()
        aged = tuple(Member(minor=True, age=age) for name, age in AGE_FIELDS.items() for _each in range(told[name] or 0))
        others = int(told["minors"]) - len(disputed) - len(aged)
        return disputed + aged + (Member(minor=True),) * others

    def as_needs(self) -> Needs:
        told = self.cleaned_data
        genders = ("woman",) * told["women"] + ("man",) * told["men"] + ("not_known",) * told["others"]
        members = tuple(Member(gender=gender) for gender in genders) + self._minors()
        return Needs(
            members=members, danger=told["danger"], phase=told["phase"], security=told["security"], form=told["form"],
            avoid=told["avoid"], near=told["near"], refuses_zones=told["refuses_zones"], refuses=frozenset(told["refuses"]),
            prefers=frozenset(told["prefers"]), languages=frozenset(told["languages"]), **dict.fromkeys(told["needs"], True),
        )  # fmt: skip


class LineForm(forms.Form):
    """Another telephone, told apart from the needs: nobody is asked again for it."""

    line = LineField(label=_("Telephone of your service"), required=False, max_length=40)


class ChangedNeedsForm(NeedsForm):
    """Said anew; the telephone is changed apart."""

    line = None  # type: ignore[assignment]


def filled_from(household: dict[str, Any], *, urgency: int) -> dict[str, Any]:
    """What stands in `NeedsForm` for needs as they are kept: the way back from `as_needs`."""
    adults = [member["gender"] for member in household["members"] if not member["minor"]]
    minors = [member for member in household["members"] if member["minor"]]
    disputed = [member["gender"] for member in minors if member.get("disputed")]
    ages = {name: sum(member.get("age") == age for member in minors) or None for name, age in AGE_FIELDS.items()}
    needs, women, men = household.get("needs", {}), adults.count("woman"), adults.count("man")
    zones = {name: ", ".join(territories()[code].name for code in needs.get(name, [])) for name in ("avoid", "refuses_zones", "near")}
    return zones | ages | {
        "women": women, "men": men, "others": len(adults) - women - men, "minors": len(minors),
        "contested": _of_gender(disputed[0]) if disputed else "", "danger": needs.get("danger", False), "urgency": urgency,
        "phase": needs.get("phase", "emergency"), "refuses": needs.get("refuses", []), "prefers": needs.get("prefers", []),
        "needs": [name for name in words.NEEDS if needs.get(name)],
        "languages": named(needs.get("languages", [])), "security": needs.get("security", 0), "form": needs.get("form", ""),
    }  # fmt: skip


def _of_gender(gender: str) -> str:
    return gender if gender in words.CONTESTED else "not_known"


def named(languages: Iterable[str]) -> str:
    """Codes of languages as they stand in the form, to be read back by `LanguagesField`."""
    told = {code: language_name(code) for code in languages}
    return ", ".join(name if languages_named(name) == ([code], []) else code for code, name in told.items())


class ShelterForm(forms.Form):
    name = forms.CharField(
        label=_("Name among you"), max_length=80,
        help_text=_("Never an address. Under another name, or elsewhere, two other organisations vouch for it anew."),
    )  # fmt: skip
    zone = forms.ChoiceField(label=_("Département"), choices=_zones)
    listed = forms.TypedChoiceField(
        label=_("Who may know it"), coerce=lambda value: value == "yes", initial="no",
        choices=[("no", _("Nobody: needs are sent to us, and we answer")), ("yes", _("Other organisations see its free places"))],
    )  # fmt: skip
    languages = forms.MultipleChoiceField(
        label=_("Languages spoken"), choices=_languages, required=False, widget=forms.SelectMultiple(attrs={"size": 5})
    )
    trained_for = forms.MultipleChoiceField(label=_("Staff trained for"), required=False, widget=TICKS)
    security = forms.TypedChoiceField(label=_("Protection"), choices=list(words.SECURITY.items()), coerce=int, initial=0)
    men_on_site = forms.BooleanField(label=_("Men live there too"), required=False)
    papers_law = forms.CharField(
        label=_("Text that asks for identity papers"), required=False, max_length=200, help_text=_("Leave empty if none does.")
    )
    most_households = forms.IntegerField(
        label=_("Households at once, at most"), min_value=1, max_value=500, required=False,
        help_text=_("Leave empty if the beds alone decide."),
    )  # fmt: skip
    most_minors = forms.IntegerField(
        label=_("Minors at once, at most"), min_value=0, max_value=500, required=False,
        help_text=_("Leave empty if the beds alone decide."),
    )  # fmt: skip

    def __init__(self, *args: Any, exploitation: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["trained_for"].choices = exploitation  # type: ignore[attr-defined]


class UnitForm(forms.Form):
    label = forms.CharField(label=_("Name of the room or flat"), max_length=40)
    capacity = forms.IntegerField(label=_("Beds"), min_value=1, max_value=60)
    gender = forms.ChoiceField(label=_("For whom"), choices=Unit.Gender.choices, initial="any")
    phases = forms.MultipleChoiceField(label=_("Phases"), choices=list(words.PHASES.items()), widget=TICKS)
    rules = forms.MultipleChoiceField(
        label=_("Rules"), widget=TICKS, required=False, initial=["one_household", "children", "couples"],
        choices=[
            ("one_household", _("Given whole to one household")), ("children", _("Children with an adult")),
            ("unaccompanied_minors", _("Minors without an adult")), ("couples", _("Couples")), ("step_free", _("No steps")),
            ("pets", _("Animals")), ("collective", _("Shared room")), ("remote", _("Remote")), ("requires_papers", _("Papers asked for")),
            ("isolated_first", _("Kept first for those who are alone")),
        ],
    )  # fmt: skip


class UnitChangeForm(UnitForm):
    """A unit that stands: its beds stay as they are."""

    capacity = None  # type: ignore[assignment]


class CapacityForm(forms.Form):
    capacity = forms.IntegerField(
        label=_("Beds from today"), min_value=1, max_value=60,
        help_text=_("A bed that is held or slept in stays. Which beds there were before stays written."),
    )  # fmt: skip


class VoiceForm(forms.Form):
    organisation = forms.ChoiceField(label=_("Which organisation do you ask?"))

    def __init__(self, *args: Any, among: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisation"].choices = among  # type: ignore[attr-defined]


class AcceptForm(forms.Form):
    """For a shelter that is not listed: which unit."""

    unit = forms.ChoiceField(label=_("Which unit"))

    def __init__(self, *args: Any, units: list[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [(str(unit.pk), f"{unit.label} ({unit.capacity})") for unit in units]  # type: ignore[attr-defined]


class ShortForm(forms.Form):
    """One short sentence. `doubted`: what it was refused for; it is then sent as it stands only once whoever writes says so."""

    def __init__(self, *args: Any, doubted: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if doubted:
            self.fields["sure"] = forms.BooleanField(label=gettext("It tells of nobody: send it as it stands"), required=False)
            # The page is long, and the doubt stands far down on it.
            self.fields["text"].widget.attrs["autofocus"] = True
            self.add_error("text", doubted)


class QuestionForm(ShortForm):
    text = forms.CharField(
        label=_("Your question"), max_length=MOST_LETTERS,
        help_text=_("One short sentence: no name, no address, no place. Only those who look for the place read it."),
    )  # fmt: skip


class AnswerForm(ShortForm):
    text = forms.CharField(
        label=_("Your answer"), max_length=MOST_LETTERS,
        help_text=_("One short sentence, without any name: the house does not learn who she is before it says yes."),
    )  # fmt: skip


class DeclineForm(forms.Form):
    """No reason stands chosen: a no in one tap is too quick for what it does."""

    reason = forms.ChoiceField(
        label=_("Reason, for yourselves only"), choices=[("", _("Choose")), *PrivateReason.Reason.choices],
        help_text=_("Whoever asked reads “not possible now”, whatever you choose."),
    )  # fmt: skip


class IncidentForm(forms.Form):
    kind = forms.ChoiceField(label=_("What happened"), choices=[("", _("Choose")), *Incident.Kind.choices])


class MistakeForm(forms.Form):
    why = forms.ChoiceField(label=_("Why was it a mistake?"), choices=[("", _("Choose")), *Incident.Mistake.choices])


class ArrivalForm(forms.Form):
    """One line a step; nothing is imposed on her."""

    def __init__(self, *args: Any, held: Hold | None = None, items: dict[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for step in STEPS:
            self.fields[step] = forms.ChoiceField(
                label=words.STEPS[step], choices=list(words.ANSWERS.items()), required=False, initial=(items or {}).get(step, "")
            )

    def items(self) -> dict[str, str]:
        return {name: value for name, value in self.cleaned_data.items() if value}
