"""Words of referrals on screen: states, urgencies, reasons, outcomes, news. None of them says what a referral is about."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

STATES = {
    "waiting": (_("waits for its turn"), "none"),
    "sent": (_("sent, not acknowledged yet"), "due"),
    "acknowledged": (_("acknowledged"), "waiting"),
    "accepted": (pgettext_lazy("state of a referral", "accepted"), "done"),
    "refused": (pgettext_lazy("state of a referral", "refused"), "none"),
    "no_answer": (_("no answer, passed on"), "none"),
    "called_back": (_("called back"), "none"),
    "not_needed": (_("not asked"), "none"),
}
LINK_TO_MAKE = (_("yours to do: make the link and the code; nothing has left yet"), "overdue")
URGENCIES = {
    "now": _("Now: acknowledged within 1 hour, answered within 4"),
    "today": _("Today: acknowledged within 4 hours, answered within 24"),
    "week": _("This week: acknowledged within a day, answered within 3"),
    "planned": _("Planned: acknowledged within 3 days, answered within 14"),
}
REASONS = {
    "full": _("No place or no time at present"),
    "not_our_work": _("Not what we do"),
    "not_our_territory": _("Not in our territory"),
    "not_our_language": _("No language in common, and no interpreter"),
    "no_longer_offered": _("We no longer offer this"),
    "other": _("Another reason of ours"),
}
OUTCOMES = {
    "reached": _("We reached her"),
    "sheltered": _("She has a place to stay"),
    "support_started": _("Support has started"),
    "she_declined": _("She declined; her way back stays open"),
    "contact_lost": _("Contact was lost"),
    "ended": _("Our part is over"),
}
HANDLINGS = {
    "share": _("Both accompany her"),
    "transfer": _("They take over; we see the outcome only"),
}
STEPS = {
    "first_call": _("First call, in the safe way"),
    "first_meeting": _("First meeting"),
    "papers_handed_over": _("Papers handed over"),
    "interpreter_found": _("Interpreter found"),
    "transport_arranged": _("Transport arranged"),
    "news_of_her": _("News to the other service"),
}
NEWS = {
    "sent": _("new"),
    "acknowledged": _("they acknowledged it"),
    "accepted": _("they accepted"),
    "refused": _("they refused; the next was asked"),
    "no_answer": _("they did not answer; the next was asked"),
    "called_back": _("called back by the sender"),
    "reminded": _("reminder: an answer is waited for"),
    "escalated": _("late: everybody in the service is asked to look"),
    "reminded_late": _("not acknowledged in time; they were reminded"),
    "escalated_late": _("still not acknowledged; the next is asked soon"),
    "passed_on": _("the time was over; somebody else was asked"),
    "outcome": _("an outcome was reported"),
    "capsule_due": _("make the link and call them with the code"),
    "capsule_burnt": _("the link closed after wrong codes: call them, or ask somebody else"),
}
VOICES = {
    "herself": _("She said it herself"),
    "representative": _("Whoever represents her said it"),
    "staff": _("A colleague says she agrees; she did not say it to me"),
}
REPRESENTATIVES = {
    "guardian": _("Guardian"),
    "ad_hoc": _("Ad hoc administrator"),
    "child_protection": _("Child protection"),
    "judge": _("Judge"),
    "parent": _("Parent, after it was checked that nothing ties them to the exploitation"),
}
HEARD = {
    "alone": _("Heard alone"),
    "with_interpreter": _("Heard with an interpreter"),
    "with_trusted": _("Heard with somebody she trusts"),
    "not_heard": _("Could not be heard yet"),
}
CHANNELS = {
    "here": _("Within this tool, between organisations"),
    "in_person": _("Face to face"),
    "phone": _("By telephone"),
    "paper": _("On paper"),
}
