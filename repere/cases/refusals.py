"""What the room says no to, in sentences that say what to do. Nothing was changed when one of these is raised."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from repere.core.rulebook import FactRefused, Refusal

SENTENCES = {
    # Of a fact (the codes of `repere.core.rulebook.check_fact`).
    "unknown_kind": N_("This kind of fact does not exist: %(kind)s. Choose one from the list."),
    "unknown_field": N_("This fact has no field “%(field)s”. Remove it."),
    "not_in_list": N_("“%(value)s” is not one of the answers. Choose among: %(expected)s."),
    "code_retired": N_("“%(value)s” is no longer used. Choose another answer."),
    "not_a_number": N_("“%(value)s” is not a whole number."),
    "out_of_range": N_("%(value)s is out of range. Expected: %(expected)s."),
    "not_a_date": N_("“%(value)s” is not a date. Write for example 2024-05-03, May 2024 or spring 2024."),
    "range_reversed": N_("The last day comes before the first. Put the earlier day first."),
    "in_the_future": N_("A fact cannot be in the future (%(day)s). Write the day it happened, or wait until it has."),
    "required": N_("This answer is needed. If it is not known, say so."),
    "role_without_power": N_(
        "Your role cannot state this fact. Record it from a document or from what the person says, or ask the body concerned."
    ),
    "ended_before_started": N_("The end comes before the start. Check both days."),
    # Of several facts together.
    "end_before_start": N_("The end (%(end)s) comes before every start your organisation recorded (%(start)s). Check both days."),
    "before_birth": N_("Your organisation recorded a fact on %(day)s, before the birth that this age implies. Check the age or the day."),
    # Of corrections and the case.
    "corrected_meanwhile": N_("Someone corrected this fact before you. Both versions are shown; nothing you wrote is lost."),
    "correction_changes_kind": N_("A correction keeps the kind of fact. Withdraw this fact and record the other one."),
    "correction_of_another_case": N_("This fact belongs to another file."),
    "correction_by_another_authority": N_(
        "Only the body that stated this fact corrects it. Record what you know as a fact of your own; both will stand."
    ),
    "organisation_needed": N_("Only an organisation acts on a file."),
    "person_needed": N_("Only a signed-in person keeps a draft."),
    "case_not_found": N_("This file does not exist, or your organisation does not see it."),
    "batch_refused": N_("Nothing was recorded: %(rows)s rows are refused. The report says why for each."),
    "group_not_granted": N_("Your access does not cover this kind of fact. Ask the organisation that opened the file."),
    "why_needed": N_("Say in a few words why."),
    "unknown_jurisdiction": N_("No mechanism is known for “%(value)s”. Choose among: %(expected)s."),
    "unknown_territory": N_("“%(value)s” is not a known territory."),
    "unknown_tier": N_("“%(value)s” is not a part of the identity."),
    # Of access.
    "only_the_owner_grants": N_("Only the organisation that opened the file gives access to it."),
    "grant_to_oneself": N_("This organisation already sees the file."),
    "unknown_group": N_("“%(value)s” is not a data group."),
    "groups_needed": N_("Choose at least one data group."),
    "end_needed": N_("An access needs an end that lies in the future."),
    "end_too_far": N_("An access lasts one year at most: until %(day)s. You can give it again then."),
    "grant_ended": N_("This access has already ended."),
    # Of tasks.
    "task_closed": N_("This task is already closed."),
    "task_not_put_off": N_("This task is on the list already."),
    "task_not_set_aside": N_("This task is not set aside any more."),
    "not_a_member": N_("This person is not a member of your organisation."),
    "snooze_past_due": N_("A task cannot sleep past its due day (%(day)s)."),
    "snooze_in_the_past": N_("Choose a day that lies ahead."),
    # Of sending twice.
    "key_used": N_("This form was already sent for something else. Reload the page and send again."),
}  # fmt: skip


class NotVisible(LookupError):
    """There is no such thing for this actor. Whether it exists is not said: pages answer 404."""

    def __init__(self) -> None:
        super().__init__("Not visible.")


class Refused(ValueError):
    """An act that was not done. `code` is for programs, `str()` for people, `refusals` for the fields of a form."""

    def __init__(self, code: str, *, field: str | None = None, refusals: Sequence[Refusal] = (), **params: Any) -> None:
        self.code, self.field, self.params = code, field, params
        self.refusals = tuple(refusals) or (Refusal(code, field, {name: str(value) for name, value in params.items()}),)
        super().__init__(code)

    @classmethod
    def of_fact(cls, refused: FactRefused) -> Refused:
        """Every reason the declarations gave, the first one in front."""
        first = refused.refusals[0]
        return cls(first.code, field=first.field, refusals=refused.refusals, **first.params)

    def __str__(self) -> str:
        return " ".join(sentence(refusal) for refusal in self.refusals)


def sentence(refusal: Refusal) -> str:
    """One refusal in the reader's language."""
    params = {"field": refusal.field or "", "kind": "", "value": "", "expected": "", "day": "", **refusal.params}
    return _(SENTENCES[refusal.code]) % params if refusal.code in SENTENCES else refusal.code
