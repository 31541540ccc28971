"""What the places say no to, in sentences that say what to do. Nothing was changed when one is raised."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

SENTENCES = {
    "name_needed": N_("Give a name that says nothing of the address."),
    "zone_needed": N_("Say in which département it lies, by its code. Never write an address."),
    "papers_need_a_text": N_("Papers are asked for only where a text says so. Name the text, or do not ask for papers."),
    "limit_of_nobody": N_("A limit of nobody would close this shelter. Leave it empty, or take its rooms out of use."),
    "at_its_limit": N_("This shelter takes %(most)s at once at most, as you wrote. Change the limit first, or say no."),
    "phase_needed": N_("Say for which phase this unit is."),
    "capacity_1_to_60": N_("A unit holds between 1 and 60 people."),
    "beds_in_use": N_("Only %(free)s beds of this unit are neither held nor slept in. Those in use stay until they are free."),
    "contradiction": N_("These needs contradict each other (%(where)s). Check them."),
    "key_used": N_("This form was already sent for something else. Reload the page and send again."),
    "request_closed": N_("Nobody looks for a place for this household any more."),
    "request_stands": N_("A request is open for this file already. Go on with it, or close it first."),
    "house_looks": N_(
        "%(name)s already looks for another place for her, since an incident. Call it first; then say on this page that you look too."
    ),
    "taken_back_by_who_reported": N_("Whoever reported it takes it back. Ask her, or say that people may come again."),
    "taken_back_already": N_("This report was taken back already."),
    "taken_back_too_late": N_("A report is taken back within %(hours)s hours. Say that people may come again, and call those concerned."),
    "yes_to_these_needs": N_("A shelter has said yes to these needs. Tell it by voice; if its place no longer fits, give it back first."),
    "needs_changed": N_("The needs of this household were changed since you were asked. You are asked again with the new ones."),
    "taken": N_("This place has just been taken. Nothing was held. Choose another one."),
    "does_not_fit": N_("This place does not fit what was said of her needs. Nothing was held."),
    "too_many_for_file": N_("%(most)s places are kept for this household already. Give one back first."),
    "too_many_for_organisation": N_("Your organisation keeps %(most)s places already. Give one back first."),
    "not_asked_of_you": N_("This was asked of another shelter."),
    "not_waiting": N_("This request was already answered, given back, or has ended."),
    "unit_needed": N_("Choose the unit you would give."),
    "placed_elsewhere": N_("This household has a place by now. Nothing was changed."),
    "another_person_needed": N_("A colleague asked that two of you look at this. Somebody else answers."),
    "not_accepted": N_("She can arrive once the shelter has accepted, and before the hold ends."),
    "not_said_to_be_there": N_("The shelter has not said that she is there."),
    "said_to_be_there": N_("A shelter says that she is there. First say whether she is."),
    "move_is_answered": N_("A colleague has answered this already. Her file tells what was said."),
    "not_here": N_("Nobody is staying here on this request."),
    "ends_too_soon": N_("Choose an end that is still to come, and at most %(days)s days away."),
    "say_what": N_("Write one short sentence, %(most)s letters at most, without any name."),
    "tells_of_somebody": N_("It seems to tell %(what)s. Nothing was sent: take it out, or say that it tells of nobody."),
    "too_many_questions": N_("%(most)s questions were asked already. Call the service that asks, or answer."),
    "answered_already": N_("A colleague has answered this question already."),
    "reason_unknown": N_("Choose one of the reasons."),
    "end_was_asked": N_("A colleague asked this already. Somebody else agrees, or says that it stays."),
    "no_end_was_asked": N_("Nobody asks that this ends any more."),
    "another_person_agrees": N_("You asked that this ends: somebody else agrees."),
    "step_unknown": N_("This step of arriving does not exist."),
    "host_not_receiving": N_("The body that keeps this shelter may receive nobody for the moment. Nothing was held."),
    "host_not_vouched": N_("Two other organisations have not vouched for this shelter yet. Nothing was held."),
    "ended_by_who_follows_her": N_("Whoever follows this file ends it, or who wrote it: ask them, and they ask her."),
    "ask_another": N_("Choose an organisation past its probation, other than yours."),
    "asked_already": N_("This organisation was asked already. It answers, or you ask another one."),
    "voice_given": N_("Your organisation has already vouched for this shelter."),
    "not_past_probation": N_("Your organisation vouches for others once its own probation has ended."),
    "say_how": N_("Say in a few words how you know. It stays with your voice."),
    "not_sending_yet": N_("Until its probation ends, your organisation sends no need to shelters that are not listed. Ask your sponsor."),
    "not_receiving_yet": N_("Your organisation may prepare its shelters. It receives nobody until its probation has ended."),
    "zone_stays_on_probation": N_("The département of a shelter is not changed before your organisation's probation has ended."),
    "not_held_from_a_list": N_("This shelter is not listed. It answers needs that are sent to it; nobody holds its units."),
    "zones_needed": N_("Say near which départements a place is looked for: close this request and ask again with them."),
    "paused": N_("This shelter takes nobody in for the moment. Nothing was held."),
    "not_your_role": N_("This is for those who find or give a place."),
    "form": "%(why)s",
}


TELLING = {
    "telephone": N_("a telephone number"), "mail": N_("an e-mail address"), "address": N_("an address"), "code": N_("the code of a file"),
    "name": N_("a name of hers"),
}  # fmt: skip
"""What a short sentence would tell of somebody."""


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
        params = self.params
        if self.code == "tells_of_somebody":
            params = {"what": ", ".join(_(TELLING[one]) for one in params["what"])}
        return _(SENTENCES[self.code]) % params


class Doubted(Refused):
    """Not done until whoever writes says that she is sure."""
