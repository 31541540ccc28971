"""What vetting and membership say no to, in sentences that say what to do. Nothing was changed when one is raised."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

SENTENCES = {
    "reason_needed": N_("Say in a few words why. The reason stays with the decision."),
    "not_in_this_state": N_("This step cannot be taken now: the organisation is “%(state)s”. Reload the page."),
    "call_back_needed": N_(
        "Call back a number found elsewhere than in the application, and confirm a second way: the public register or the domain."
    ),
    "already_said": N_("Your organisation has already said so. Somebody of another organisation must say it too."),
    "by_another_person": N_("Another person must do this: whoever invited, and the person herself, cannot."),
    "by_another_administrator": N_("Another administrator of your organisation must do this."),
    "by_the_sponsor": N_("Your organisation has one administrator: an administrator of its sponsor must do this."),
    "already_a_member": N_("This person already has this role here, or waits for approval."),
    "unknown_role": N_("This role does not exist: %(value)s."),
    "already_ended": N_("This has already ended."),
    "already_approved": N_("This has already been approved."),
    "begins_elsewhere": N_("Your organisation cannot let this account begin again: ask the one where she first worked."),
    "by_the_body": N_("One of the two persons must work in the organisation of the person herself: ask its administrator."),
    "reset_rests": N_("Nobody of her organisation can answer for her: this waits %(hours)s hours, and everybody there was told."),
    "signed_in_since": N_("She signed in after this was asked: nothing is lost, and nothing was changed."),
    "not_seen_since": N_("She has not signed in since she was confirmed. Her sponsor cannot let her begin again within %(days)s days."),
    "confirmed_by_the_body": N_(
        "Her sponsor let this account begin again: for %(days)s days somebody of her own organisation confirms her."
    ),
    "reset_waits": N_("This was asked already. A second person must confirm it."),
    "two_organisations_needed": N_("A founding needs two organisations, each with its own person, kind and address."),
    "already_founded": N_("Organisations exist here already: a new one applies, and two others let it in."),
    "paper_kit_needed": N_("Keep the paper copy of the root key first, then found: without it a lost disk loses everything."),
}  # fmt: skip


class NotVisible(LookupError):
    """There is no such thing for this actor. Whether it exists is not said: pages answer 404."""

    def __init__(self) -> None:
        super().__init__("Not visible.")


class Refused(ValueError):
    """An act that was not done. `code` is for programs, `str()` for people."""

    def __init__(self, code: str, **params: Any) -> None:
        self.code, self.params = code, params
        super().__init__(code)

    def __str__(self) -> str:
        return _(SENTENCES[self.code]) % self.params
