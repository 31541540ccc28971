"""What the directory says no to, in sentences that say what to do. Nothing was changed when one is raised."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

SENTENCES = {
    "not_ours": N_("Another organisation keeps this entry. Tell it what is wrong: it can change it."),
    "name_needed": N_("Give a name of at least three letters."),
    "unknown_code": N_("“%(value)s” is not among the codes for “%(field)s”."),
    "territory_needed": N_("Say which département or territory it serves, by its code: 69, 2A, 973. FR stands for the whole country."),
    "unknown_territory": N_(
        "“%(value)s” is not the code of a département or territory. Write for example 69, 2A or 973, or FR for the whole country."
    ),
    "unknown_language": N_("“%(value)s” is not a code of a language (three letters, ISO 639-3), such as fra, ara or bin."),
    "wrong_phone": N_("“%(value)s” is not a telephone number in service in %(place)s. Write it with its country, such as +33 or +594."),
    "wrong_mailbox": N_("“%(value)s” is not an address of a mailbox."),
    "hidden_mailbox": N_("No letter goes to a service that stands in no list. Call them."),
    "links_enough": N_("Enough links were sent for today. Wait until tomorrow, or call them."),
    "nothing_is_mailed": N_("This installation sends no letters."),
    "not_writing_yet": N_("Your organisation is still in its first thirty days: it sends no links yet."),
    "wrong_hours": N_("The hours “%(value)s” cannot be read. Write them as in OpenStreetMap, for example: Mo-Fr 09:00-17:00."),
    "wrong_website": N_("“%(value)s” is not the address of a site. It starts with https://."),
    "address_in_words": N_(
        "Take the street address or the telephone number out of the text “%(field)s”. An address in words "
        "travels with every copy; contacts have a place of their own."
    ),
    "contact_stands": N_("There is a contact of this kind already. Ask for a change instead: the former number is called first."),
    "change_waits": N_("A change of this contact waits already. Somebody else calls the former number, then it counts."),
    "by_another_person": N_("Somebody else than the person who wrote it must do this."),
    "by_another_organisation": N_("Another organisation must do this: neither the one that keeps this entry nor the one it is about."),
    "no_change_waits": N_("No change waits for a call here."),
    "call_back_first": N_("This contact was changed: call the former one, and say that you did, before you confirm the new one."),
    "already_said": N_("Your organisation has already said so. Somebody of another organisation must say it too."),
    "own_entry": N_("This is your own service: two other organisations vouch for it."),
    "not_past_probation": N_("Your organisation is still in its first thirty days: it may look, and not vouch yet."),
    "reason_needed": N_("Say in a few words how you know. It stays with your voice."),
    "not_a_post": N_("This function is not held by mandate."),
    "holder_stands": N_("Somebody holds this function already. Record first the day on which that mandate ended."),
    "already_ended": N_("This has already ended."),
    "ends_before_start": N_("The last day is before the first one."),
    "day_to_come": N_("This day is still to come."),
    "outcomes_enough": N_("You have told what came of forty calls today. Tell the next ones tomorrow."),
    "unknown_outcome": N_("This outcome does not exist: %(value)s."),
    "too_many_questions": N_("You have asked %(count)s such questions today. Call the national coordination, or ask again tomorrow."),
    "not_your_role": N_("Your role does not look for where somebody can go."),
    "nothing_to_keep": N_("Write at least one of the four: where somebody is met, the address, the door, a number for the night."),
    "listed_entry": N_("This entry stands in lists. Only what nobody can search for keeps an address here."),
    "show_first": N_("Show the entry to this organisation first; then open its address to it, step by step."),
    "nothing_at_this_stage": N_("Nothing is written down for this step."),
    "receiver_has_no_pair": N_("This organisation cannot receive a closed box yet: its administrator makes its pair of keys first."),
    "not_shown_to": N_("This organisation was not shown the entry."),
    "not_hidden": N_("Members find this entry already: there is nothing to show it for."),
    "parties_needed": N_("Name at least two parties."),
    "unreadable_file": N_("This file cannot be read as %(format)s: %(why)s"),
    "file_too_large": N_("This file is too large: %(most)s entries at most. Cut it into parts."),
    "not_in_this_state": N_("This file was already applied or undone."),
    "form": "%(why)s",
    "file_says_nothing": N_("No row of this file can be taken."),
}


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
