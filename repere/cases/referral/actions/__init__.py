"""Every write of a referral: one verb, one transaction, one row of the ledger."""

from repere.cases.referral.actions.answering import accept_offer, acknowledge_offer, read_offer, refuse_offer, report_outcome
from repere.cases.referral.actions.capsules import answer_capsule, make_capsule, open_capsule
from repere.cases.referral.actions.minors import report_and_hold, report_and_shelter
from repere.cases.referral.actions.ringing import tell_called_back
from repere.cases.referral.actions.sending import Asked, preview, recall_referral, send_referral
from repere.cases.referral.actions.together import add_joint_step, finish_joint_step

__all__ = [
    "Asked", "accept_offer", "acknowledge_offer", "add_joint_step", "answer_capsule", "finish_joint_step", "make_capsule", "open_capsule",
    "preview", "read_offer", "recall_referral", "refuse_offer", "report_and_hold", "report_and_shelter", "report_outcome", "send_referral",
    "tell_called_back",
]  # fmt: skip
