"""Words on screen for the short codes of the core. The glossary is tested against them."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

OUTCOMES = {
    "entitlement": {
        "holds": _("Open to her today"),
        "does_not_hold": _("Not open today"),
        "cannot_tell": _("Cannot be told yet"),
    },
    "duty": {
        "open": _("To do"),
        "done": _("Done"),
        "missed": _("Not done while it could be"),
        "does_not_hold": _("Nothing to do today"),
        "cannot_tell": _("Cannot be told yet"),
    },
    "condition": {
        "holds": _("Met"),
        "does_not_hold": _("Not met"),
        "cannot_tell": _("Cannot be told yet"),
    },
}
WOULD = {
    "entitlement": {
        "holds": _("Would be open"),
        "does_not_hold": _("Would not be open"),
        "cannot_tell": _("Cannot be told yet"),
    },
    "duty": {
        "open": _("Would be to do"),
        "done": _("Would be done"),
        "missed": _("Would not have been done while it could be"),
        "does_not_hold": _("Would not be to do"),
        "cannot_tell": _("Cannot be told yet"),
    },
    "condition": OUTCOMES["condition"],
}
"""An outcome under rules that are not her law: a demand, another country's law. Nothing of it is open today."""
OUTCOME_SIGNALS = {"holds": "open", "does_not_hold": "none", "cannot_tell": "ask", "open": "due", "done": "open", "missed": "none"}
LEVELS = {
    "national_law": _("National law"),
    "international_obligation": _("International obligation"),
    "guidance": _("Guidance or scheme, not law"),
    "demanded": _("Demanded, not law"),
    "choice": _("A reminder we chose"),
}
LEVEL_HELP = {
    "national_law": _("Written in the country's law."),
    "international_obligation": _("The State has bound itself to it. Whether a court applies it directly is not settled."),
    "guidance": _("An authority, or the body that runs a scheme for it, says so. It is not a law and nobody is bound by it in court."),
    "demanded": _("Asked for by associations. It opens nothing today."),
    "choice": _("No text gives this rule: it is a reminder chosen here."),
}
CERTAINTIES = {
    "A": _("read in the text itself"),
    "B": _("read in an excerpt of the text"),
    "C": _("read in a work about the text"),
    "M": _("from memory, not checked"),
    "I": _("our own inference"),
}
REASONS = {
    "older_text_not_checked": _("The text in force on that day has not been read."),
    "no_source_for_territory": _("No text read here covers this territory."),
    "not_settled": _("The law is not settled on this point."),
}
BASES = {
    "own_act": _("done or decided by the writer"),
    "observed": _("seen or heard"),
    "person_said": _("told by her"),
    "document": _("read in a document"),
    "third_party": _("told by somebody else"),
}
ASKED_BY = {
    "demanded": _("demanded by %(who)s"),
    "supported": _("supported by %(who)s"),
    "discussed": _("discussed by %(who)s"),
    "implied": _("implied by %(who)s"),
}
ASKED_BY_ON = {
    "demanded": _("demanded by %(who)s on %(day)s"),
    "supported": _("supported by %(who)s on %(day)s"),
    "discussed": _("discussed by %(who)s on %(day)s"),
    "implied": _("implied by %(who)s on %(day)s"),
}
STANCES = {
    "demanded": _("demanded"),
    "supported": _("supported"),
    "discussed": _("discussed"),
    "implied": _("implied"),
}
DISCRETION = {
    "due": _("It must be granted when the conditions are met."),
    "discretionary": _("It may be granted: the authority decides."),
}
COOPERATION = {
    "required": _("It depends on a complaint, a testimony or other help to justice."),
    "not_required": _("It does not depend on a complaint or a testimony."),
}
CLOSINGS = {
    "fact": _("Done"),
    "waiver": _("Set aside"),
    "no_longer_required": _("No longer required"),
    "missed": _("Its day went by"),
}
SOURCE_KINDS = {
    "law": _("Laws"),
    "regulation": _("Regulations"),
    "convention": _("Conventions"),
    "directive": _("Directives"),
    "circular": _("Circulars"),
    "judgment": _("Judgments"),
    "guidance": _("Guidance"),
    "report": _("Reports"),
    "minutes": _("Minutes of meetings"),
    "analysis": _("Analyses"),
    "standard": _("Standards"),
    "statistics": _("Statistics"),
}
TERRITORIES = {
    "world": _("everywhere it was ratified or chosen"),
    "FR": _("metropolitan France"),
    "UK": _("United Kingdom"),
    "BE": _("Belgium"),
}
AGES = {
    "minor": _("Under 18"),
    "adult": _("18 or over"),
    "not_known": _("not known"),
}
KNOWN = {"yes": pgettext_lazy("answer", "Yes"), "no": pgettext_lazy("answer", "No"), "not_known": _("not known")}
STEP_VALUES = {
    "yes": pgettext_lazy("step of a reasoning", "yes"),
    "no": pgettext_lazy("step of a reasoning", "no"),
    "cannot_tell": pgettext_lazy("step of a reasoning", "cannot tell"),
}
REMINDER_STEPS = {
    "before": _("falls due soon"),
    "overdue": _("is overdue"),
    "escalate": _("passed on, still not done"),
    "taken_over": _("a colleague took this file over"),
    "covered": _("a colleague covers this file"),
    "handed_over": _("this file was handed over to you"),
    "handover_proposed": _("a colleague proposes this file to you"),
    "handover_accepted": _("your colleague follows this file now"),
    "handover_declined": _("your colleague cannot follow this file"),
    "no_referent": _("nobody follows this file"),
    "break_glass": _("was opened in an emergency: to be reviewed"),
    "left_unasked": _("was sent to another service without asking her"),
    "opened_in_danger": _("was opened to another service because her life was said to be in danger: for four hours"),
    "set_aside": _("a colleague who does not follow this file set a task aside"),
    "many_set_aside": _("a colleague set many tasks aside within an hour, in this file too: look at them, and ask"),
    "said_elsewhere": _("another organisation noted something about her: read it, and ask her"),
}
UNITS = {
    "days": _("days"),
    "working_days": _("working days"),
    "months": _("months"),
    "years": _("years"),
    "hours": _("hours"),
    "euros": _("euros"),
    "count": _("times"),
}
ONE_OF_A_UNIT = {
    "days": _("day"),
    "working_days": _("working day"),
    "months": _("month"),
    "years": _("year"),
    "hours": _("hour"),
    "euros": _("euro"),
    "count": _("time"),
}
EXAMPLE_OUTCOMES = {
    "holds": _("It holds"),
    "open": _("It is to be done"),
    "done": _("It is done"),
    "missed": _("It can no longer be done"),
    "does_not_hold": _("It does not hold"),
    "cannot_tell": _("It cannot be told"),
}
