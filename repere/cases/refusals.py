"""What the room says no to, in sentences that say what to do. Nothing was changed when one of these is raised."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from repere.core.dates import PartialDate
from repere.core.rulebook import FactRefused, Refusal

SENTENCES = {
    # Of a fact (the codes of `repere.core.rulebook.check_fact`).
    "unknown_kind": N_("This kind of fact does not exist: %(kind)s. Choose one from the list."),
    "unknown_field": N_("This fact has no field “%(field)s”. Remove it."),
    "not_in_list": N_("“%(value)s” is not one of the answers. Choose among: %(expected)s."),
    "code_retired": N_("“%(value)s” is no longer used. Choose another answer."),
    "not_a_number": N_("“%(value)s” is not a whole number. Write it in digits, for example 1 for one child."),
    "out_of_range": N_("%(value)s is out of range. Expected: %(expected)s."),
    "not_a_date": N_("“%(value)s” is not a date. Write for example 2024-05-03, May 2024 or spring 2024."),
    "not_an_age": N_(
        "“%(value)s” was not understood. Write an age, for example 30, about 30, 17 or 19, or born in 1996, or when she turns 18."
    ),
    "not_a_birth": N_("“%(value)s” was not understood. Write for example 3 May 1999, May 1999, 1999, or an age: 30, about 30."),
    "range_reversed": N_("The last day comes before the first. Put the earlier day first."),
    "in_the_future": N_("A fact cannot be in the future (%(day)s). Write the day it happened, or wait until it has."),
    "required": N_("This answer is needed. If it is not known, say so."),
    "role_without_power": N_(
        "Your role cannot state this fact. Record it from a document or from what the person says, or ask the body concerned."
    ),
    "nothing_and_something": N_("You ticked something here, and also that there is nothing. Keep one of the two answers."),
    "not_a_place": N_("“%(value)s” was not recognised. Write the number or the name of a département, or a large town: 69, Rhône or Lyon."),
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
    "keeper_says": N_("Only %(name)s, who keeps this file, writes this down. Call them; what you noted elsewhere stays."),
    "error_of_which_fact": N_("Say it of one fact: open its line in what happened, and choose “Entered in error”."),
    "group_not_granted": N_("Your access does not cover this kind of fact. Call %(name)s, who opened the file: they write it down."),
    "why_needed": N_("Say in a few words why."),
    "unknown_jurisdiction": N_("No mechanism is known for “%(value)s”. Choose among: %(expected)s."),
    "unknown_territory": N_("“%(value)s” is not a known territory."),
    "unknown_tier": N_("“%(value)s” is not a part of the identity."),
    # Of access.
    "only_the_owner_grants": N_("Only the organisation that opened the file gives access to it."),
    "grant_to_oneself": N_("This organisation already sees the file."),
    "unknown_group": N_("“%(value)s” is not a data group."),
    "giver_on_probation": N_(
        "Until its thirty days are over your organisation opens its files to nobody by hand. Write a referral: "
        "a service reads what is needed, says yes, and only then reads who she is."
    ),
    "receiver_on_probation": N_("This organisation is on probation: it sees no file that another opened before its thirty days are over."),
    "groups_needed": N_("Choose at least one data group."),
    "end_needed": N_("An access needs an end that lies in the future."),
    "end_too_far": N_("An access lasts one year at most: until %(day)s. You can give it again then."),
    "grant_ended": N_("This access has already ended."),
    "unknown_organisation": N_("This organisation is not known here."),
    "take_over_first": N_("You do not follow this file. Take it over or cover it first: it takes one step and a reason."),
    "already_assigned": N_("You follow this file already."),
    # Of purposes.
    "unknown_purpose": N_("“%(value)s” is not a purpose."),
    "purpose_not_for_them": N_("This organisation may not be given an access for this purpose. Choose another purpose."),
    "purpose_does_not_cover": N_("This purpose does not open: %(value)s. Take it away, or choose another purpose."),
    "access_ground_needed": N_(
        "Say what makes this lawful: an agreement of hers that covers this service and this purpose, a rule, or danger to her life now."
    ),
    "too_many_in_danger": N_(
        "In the name of danger her file was opened to %(most)s services within a day. Call them; for others, ask her, or write a referral."
    ),
    "wall_needs_a_basis": N_(
        "This access crosses a wall (%(value)s). Name the consent by which she agreed to it, or the rule that obliges or allows it."
    ),
    "consent_does_not_carry": N_("This consent does not stand any more, or was given for something else."),
    "consent_for_another": N_(
        "She agreed to this for “%(value)s” alone, and it would go to “%(expected)s”. Choose another agreement, or note one with her."
    ),
    "consent_for_another_kind": N_(
        "She agreed to this for another kind of recipient: “%(value)s”. Here an agreement is needed for: %(expected)s. Choose one, or note"
        " it with her."
    ),
    "rule_says_no_for_her": N_("This rule does not hold for her: it carries nothing. Choose another ground."),
    "answer_changed": N_("The answer holds something else than what you looked at. Look at it again, then confirm it."),
    "law_does_not_carry": N_("The rule “%(value)s” neither obliges nor allows this purpose."),
    "harm_needs_her_consent": N_("These facts may be turned against her: they leave one by one, and only with her consent."),
    "origin_needs_her_consent": N_("Nothing goes to a body of a country of origin without her agreement."),
    "origin_while_asylum_possible": N_(
        "Nothing goes to a body of a country of origin once asylum is asked or possible. As long as it is not known, it is possible."
    ),
    # Of urgency, conflicts of interest and requisitions.
    "motive_needed": N_("Choose why this cannot wait."),
    "not_by_urgency": N_("Your role does not open this by urgency: %(value)s."),
    "nobody_to_tell": N_("Nobody else of your organisation could be told. Call the person who follows the file, or emergency services."),
    "reviewed_by_another": N_("Another person than the one who opened the file reviews it."),
    "already_reviewed": N_("This was reviewed already."),
    "requisition_step": N_("This step does not come now. Reload the page to see where the requisition stands."),
    "requisition_asks_less": N_("The requisition does not ask for: %(value)s. Nothing more than asked is given."),
    "shelter_is_not_given": N_("Where she sleeps is in no answer: the paper bears the address that she chose for her letters."),
    "answered_by_two": N_("Another person than the one who prepared the answer confirms it."),
    "silence_needs_a_text": N_("Name the text that forbids telling her."),
    # Of consent.
    "channel_needed": N_("Say by what means it may be passed on."),
    "unknown_channel": N_("“%(value)s” is not one of the means."),
    "recipient_is_another_kind": N_("This organisation is not of the kind of service that she named. Choose another of the two."),
    "paper_not_safe": N_("Her paper stays here unless she says that it is safe to keep. Ask her, and tick that she said so."),
    "staff_has_no_paper": N_("There is no agreement of hers here: a colleague wrote what she thought. Ask her, then record what she says."),
    "paper_where": N_("Say in which language the paper is made, and where it goes."),
    "representative_needed": N_("Say who represents her."),
    "parents_may_be_involved": N_(
        "A parent may be part of the exploitation. A parent agrees for her only when it was checked that nothing ties them to it."
    ),
    "say_how_she_was_heard": N_("She is a minor, or treated as one: say how she was heard."),
    "consent_taken_back": N_("She took this agreement back already."),
    # Of referrals.
    "share_what_you_see": N_("You can only open what you see yourself."),
    "say_how_urgent": N_("Say how urgent it is."),
    "needs_needed": N_("Say what she needs: it is all that a service reads before it accepts."),
    "ground_needed": N_("Name what makes this sharing lawful. Her agreement is asked beside it and is not it."),
    "rule_needed": N_("Name the rule that obliges or allows it."),
    "her_agreement_needed": N_(
        "On this ground her agreement is needed. Note it below and come back to this form as it stands, or choose another ground."
    ),
    "staff_statement_carries_nothing": N_(
        "This is what a colleague says of her agreement, not her own word. Ask her, or whoever represents her."
    ),
    "outside_her_agreement": N_("She did not agree to this: %(value)s. Take it away, or ask her."),
    "channel_not_agreed": N_("She did not agree that it is passed on within this house."),
    "minor_needs_representative": N_(
        "For a minor, whoever represents her agrees, and she is heard. Or name the rule that obliges or allows it."
    ),
    "recipients_needed": N_("Choose whom to ask, each once, %(value)s at most."),
    "look_again": N_("What the receiver would see has changed since you looked. Look again, then send."),
    "referral_is_over": N_("This referral is over already."),
    "offer_is_over": N_("This referral does not wait for your answer any more."),
    "sent_by_nobody": N_(
        "Nothing shows that anybody sent this referral, so nothing was opened. Call the organisation it is said to come from."
    ),
    "refusal_needs_a_reason": N_("Say why, in terms of your service."),
    "unknown_outcome": N_("Choose what came of it."),
    "unknown_step": N_("Choose the step."),
    "step_stands": N_("This step is on the list already."),
    "step_of_the_other_side": N_("The other service does this step and says when it is done."),
    "report_to_whom": N_("Say to whom it was reported: child protection or the prosecutor."),
    "adult_is_not_reported": N_("What is written in this file makes her an adult. Correct her age first if that is wrong."),
    "bed_is_gone": N_("This bed is not offered any more. Look at the beds again; nothing was written down."),
    "bed_with_the_report": N_("A report goes with a bed: say until when one is held, or that one was asked for and none found."),
    "nothing_proposed": N_("No département is proposed here. Say it in the file."),
    "service_not_called_back": N_("This service cannot be sent a link: its entry is not vetted, or nobody has called its number back."),
    "capsule_was_made": N_("A link was made for this service already."),
    "capsule_closed": N_(
        "This link does not open: the code is wrong, the link was used, or its time is over. Call the service that gave you the code."
    ),
    "accepted_by_whom": N_("Write who accepts, and in which function."),
    # Of handing files on, and of what leaves for a member.
    "choose_files": N_("Tick at least one file, and %(value)s at most."),
    "handover_why": N_("Say why these files change hands."),
    "what_first": N_("%(value)s: write what the next referent must know first."),
    "she_was_told": N_("%(value)s: say whether the person was told, and what she wishes."),
    "confirm_safe_contact": N_("%(value)s: look at how to reach her safely, and confirm it."),
    "successor_not_possible": N_("%(value)s: choose a colleague who works here and may follow this file."),
    "handover_waits": N_("%(value)s: this file is proposed to a colleague already. Take that back first."),
    "handover_is_over": N_("This was answered or taken back already."),
    "handover_by_her_own_word": N_(
        "Nobody who follows this file proposed it to you. Ask the colleague who does, or take the file over with a reason."
    ),
    "unknown_language": N_("“%(value)s” is not a known language."),
    "wish_has_ended": N_("This has ended already."),
    "wish_stands": N_("You asked for this already."),
    # Of tasks.
    "task_closed": N_("This task is already closed."),
    "task_not_put_off": N_("This task is on the list already."),
    "task_not_set_aside": N_("This task is not set aside any more."),
    "task_of_another_role": N_("This task belongs to another role of your organisation. Nothing was changed."),
    "not_a_member": N_("This person is not a member of your organisation."),
    "snooze_past_due": N_("A task cannot sleep past its due day (%(day)s)."),
    "snooze_in_the_past": N_("Choose a day that lies ahead."),
    # Of frozen accounts and alerts.
    "freeze_oneself": N_("Nobody freezes their own account. Ask a colleague, or sign out everywhere."),
    "already_frozen": N_("This account is frozen already."),
    "too_many_conflicts": N_("You kept three colleagues away from files within a day. Ask an administrator to go on."),
    "somebody_must_stay": N_("Nobody else would be left who can read this file. Ask an administrator, or a colleague who knows it."),
    "too_many_freezes": N_("You froze three accounts within a day. Ask an administrator to go on."),
    "not_frozen": N_("This account is not frozen any more."),
    "unfrozen_by_another": N_("Somebody else opens your account again."),
    "unfrozen_by_administrator": N_("An administrator of your organisation opens the account again."),
    "alert_about_oneself": N_("This line is about your own reading: somebody else looks into it."),
    # Of the end of a file.
    "only_the_owner_erases": N_("Only the organisation that opened the file can ask for its erasure or keep it by law."),
    "erasure_needs_a_person": N_("Only a signed-in person asks for an erasure, confirms it, or keeps a file by law."),
    "erasure_asked": N_("The erasure of this file was already asked for."),
    "erasure_not_asked": N_("Nobody asked for the erasure of this file."),
    "erasure_needs_another": N_("You asked for this erasure: another person must confirm it."),
    "erasure_confirmed": N_("This erasure is already confirmed."),
    "erasure_not_confirmed": N_("This erasure is not confirmed by a second person. Nothing was removed."),
    "erasure_held": N_("The law keeps this file for now (%(value)s). Nothing was removed."),
    "hold_lifted": N_("This file is not kept by law any more."),
    "period_not_settled": N_("No period is settled for “%(value)s”. Set it first: nothing is erased by a number that nobody chose."),
    # Of extracts.
    "extract_too_wide": N_("An extract holds %(value)s files at most. Narrow it down."),
    "extract_empty": N_(
        "No file may leave this way. Files left out: %(value)s. You must follow them, and an access for this purpose must cover "
        "these columns."
    ),
    "extract_needs_another": N_("Another person than the one who asked decides."),
    "extract_step": N_("This step does not come now. Reload the page to see where the extract stands."),
    "extract_no_key": N_("This organisation has no key yet to which a file could be sealed. Its administrator makes one."),
    "extract_does_not_open": N_("This file was not sealed for your organisation, or it is damaged."),
    # Of papers.
    "paper_too_big": N_("This file is too big: %(value)s MB at most."),
    "paper_empty": N_("This file is empty."),
    "paper_of_a_telephone": N_(
        "This photo is in a format that telephones use among themselves (HEIC). Open it on the telephone, take a screenshot of it and"
        " choose that picture here. For the next ones, choose “most compatible” in the settings of the camera."
    ),
    "paper_kind": N_("Only PDF, JPEG and PNG are taken, whatever the name of the file says. Save text documents as PDF first."),
    "paper_too_many_pages": N_("This document has too many pages: %(value)s at most."),
    "paper_too_many_pixels": N_("This picture is too large: %(value)s million pixels at most. Make it smaller first."),
    "paper_locked": N_("This document is protected by a password. Save it without one first."),
    "paper_damaged": N_("This file could not be read safely. Print or scan it anew, as PDF or as a picture."),
    "paper_too_complicated": N_("This document is made of too many pieces. Print or scan it anew, as PDF or as a picture."),
    "paper_busy": N_(
        "Other papers are being checked at this moment. Try again in a minute: what you wrote is still here,"
        " only the file must be chosen again."
    ),
    "paper_infected": N_("The scanner found something harmful in this file. It was not kept."),
    "paper_quota": N_("You sent more than %(value)s MB today. Go on tomorrow, or ask a colleague."),
    "paper_waits": N_("This file waits until it was scanned for harmful content. No scanner answers at the moment; it stays closed."),
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
    told = {name: _in_words(text) if name in DAYS else text for name, text in refusal.params.items()}
    params = {"field": refusal.field or "", "kind": "", "value": "", "expected": "", "day": "", **told}
    return _(SENTENCES[refusal.code]) % params if refusal.code in SENTENCES else refusal.code


DAYS = frozenset({"day", "start", "end"})


def _in_words(day: str) -> str:
    """A day as people write it; whatever is no day of a calendar stays as it is."""
    try:
        return PartialDate.on(date.fromisoformat(day)).text((get_language() or "fr")[:2])
    except ValueError:
        return day
