"""Who may read what is secret to which degree: one declaration, from which the queries and the database's policies are made.

T0 public · T1 members: organisations that are past their probation · T2 need to know: only the organisation that keeps it and those
it has shown it to; others learn by a directed question whether such a thing is known
in a région · T3 secret: never a row here, only sealed bytes
for its holder (`Secret`), one reveal at a time. Names of persons and their contacts are never less than T1.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Exists, Q
from django.utils.translation import gettext_lazy as _

from repere.directory.models import Organisation
from repere.ledger.actions import Acting
from repere.ledger.policy import ACTING_JOB, ACTING_KIND, ACTING_ORGANISATION, ACTING_ROLE, ACTING_USER


class Tier(models.IntegerChoices):
    PUBLIC = 0, _("Anybody")
    MEMBERS = 1, _("Members past their probation")
    NEED_TO_KNOW = 2, _("Ourselves only; others may ask whether it exists")


ME = ACTING_ORGANISATION
PAST_PROBATION = f"EXISTS (SELECT FROM directory_organisation o WHERE o.id = {ME} AND o.state = 'active')"
JOB_READS = f"{ACTING_JOB} AND tier <= 1"
ASKING_ROLES = (
    "case_worker", "outreach_worker", "shelter_worker", "lawyer", "child_protection", "police", "gendarmerie", "labour_inspector",
    "health_worker", "coordination",
)  # fmt: skip
"""Roles that look for where somebody can go, and may ask directed questions."""

SEEN = f"(tier = 0 AND {ME} IS NOT NULL OR organisation_id = {ME} OR {ME} = ANY (known_to) OR tier = 1 AND {PAST_PROBATION} OR {JOB_READS})"
OF_SEEN = "service_id IN (SELECT s.id FROM directory_service s)"
OF_OURS = f"service_id IN (SELECT s.id FROM directory_service s WHERE s.organisation_id = {ME})"  # noqa: S608 constants of the house
PERSONS = f"{OF_SEEN} AND ({PAST_PROBATION} OR {OF_OURS})"
BY_ME = f"entered_by = {ACTING_USER} AND entered_organisation_id = {ME}"


def seen_by(actor: Acting) -> Q:
    """The first lock, in the words of `SEEN`."""
    if actor.organisation_id is None:
        # As `JOB_READS`: the database lets through a job on the worker's own connection, and nobody else.
        return Q(tier__lte=Tier.MEMBERS) if actor.kind == "system" else Q(pk__in=[])
    active = Organisation.objects.filter(pk=actor.organisation_id, state=Organisation.State.ACTIVE)
    ours = Q(organisation_id=actor.organisation_id) | Q(known_to__contains=[actor.organisation_id])
    return Q(tier=Tier.PUBLIC) | ours | Q(Exists(active), tier=Tier.MEMBERS)


class SeenByActor(models.QuerySet[Any]):
    """Rows with a tier and an organisation of their own."""

    def visible_to(self, actor: Acting) -> Any:
        return self.filter(seen_by(actor))


POLICIES: dict[str, dict[str, str]] = {
    "directory_structure": {
        "by tier": f"FOR SELECT USING {SEEN}",
        "kept by who enters it": f"FOR INSERT WITH CHECK (organisation_id = {ME})",
        "changed by who keeps it": f"FOR UPDATE USING (organisation_id = {ME}) WITH CHECK (organisation_id = {ME})",
        "counted by the guard": "FOR SELECT TO repere_owner USING (true)",
    },
    "directory_service": {
        "by tier": f"FOR SELECT USING {SEEN}",
        "kept by who enters it": f"FOR INSERT WITH CHECK (organisation_id = {ME})",
        "changed by who keeps it": f"FOR UPDATE USING (organisation_id = {ME}) WITH CHECK (organisation_id = {ME})",
        "searched by the guard": "FOR SELECT TO repere_owner USING (true)",
        "vetted by the guard": "FOR UPDATE TO repere_owner USING (true) WITH CHECK (true)",
    },
    "directory_mandate": {
        "of services one may read": f"FOR SELECT USING ({PERSONS} OR {ACTING_JOB})",
        "named by who keeps the service": f"FOR INSERT WITH CHECK ({OF_OURS} AND {BY_ME} AND confirmed_by IS NULL)",
        "ended or confirmed": f"FOR UPDATE USING ({PERSONS}) WITH CHECK ({PERSONS})",
    },
    "directory_contact": {
        "of services one may read": (f"FOR SELECT USING (mandate_id IS NULL AND {OF_SEEN} OR {PERSONS} OR {ACTING_JOB})"),
        "given by who keeps the service": f"FOR INSERT WITH CHECK ({OF_OURS} AND {BY_ME} AND verified_on IS NULL)",
        "verified by members": f"FOR UPDATE USING ({PERSONS}) WITH CHECK ({PERSONS})",
        "counted by the guard": "FOR SELECT TO repere_owner USING (true)",
    },
    "directory_voice": {
        "read inside the house": f"FOR SELECT USING ({OF_SEEN})",
        "one's own voice": f"FOR INSERT WITH CHECK (user_id = {ACTING_USER} AND organisation_id = {ME} AND {OF_SEEN} AND {PAST_PROBATION})",
        "counted by the guard": "FOR SELECT TO repere_owner USING (true)",
    },
    "directory_outcome": {
        "read inside the house": f"FOR SELECT USING ({OF_SEEN} OR {ACTING_JOB})",
        "told by who referred": f"FOR INSERT WITH CHECK (organisation_id = {ME} AND user_id = {ACTING_USER} AND {OF_SEEN})",
    },
    "directory_convention": {
        "past probation, or one's own": f"FOR SELECT USING (organisation_id = {ME} OR {PAST_PROBATION})",
        "kept by who enters it": f"FOR INSERT WITH CHECK (organisation_id = {ME})",
        "changed by who keeps it": f"FOR UPDATE USING (organisation_id = {ME}) WITH CHECK (organisation_id = {ME})",
        "read by a job that reminds": f"FOR SELECT USING ({ACTING_JOB})",
        "marked by a job that reminds": f"FOR UPDATE USING ({ACTING_JOB}) WITH CHECK ({ACTING_JOB})",
    },
    # What is not old enough to be told is the job's alone.
    "directory_regionkept": {"by the job that publishes": f"FOR ALL USING ({ACTING_JOB}) WITH CHECK ({ACTING_JOB})"},
    "directory_question": {
        "one's own": f"FOR SELECT USING (user_id = {ACTING_USER})",
        "asked by oneself": f"FOR INSERT WITH CHECK (user_id = {ACTING_USER} AND organisation_id = {ME})",
    },
    "directory_secret": {
        "its holder while it lasts, and who gave it": (
            f"FOR SELECT USING (holder_id = {ME} AND (until IS NULL OR until > transaction_timestamp()) OR {OF_OURS})"
        ),
        "given by who keeps the service": f"FOR INSERT WITH CHECK ({OF_OURS})",
        "taken back by who keeps the service": f"FOR DELETE USING ({OF_OURS})",
    },
    "directory_importbatch": {
        "of one's organisation": f"FOR SELECT USING (organisation_id = {ME})",
        "brought by oneself": f"FOR INSERT WITH CHECK (organisation_id = {ME} AND user_id = {ACTING_USER})",
        "applied or undone": f"FOR UPDATE USING (organisation_id = {ME}) WITH CHECK (organisation_id = {ME})",
    },
    "directory_importchange": {
        "of one's batches": "FOR SELECT USING (batch_id IN (SELECT b.id FROM directory_importbatch b))",
        "written with the batch": "FOR INSERT WITH CHECK (batch_id IN (SELECT b.id FROM directory_importbatch b))",
    },
}

ADDED: dict[str, dict[str, str]] = {
    "directory_reminderletter": {
        "read by jobs": f"FOR SELECT USING ({ACTING_JOB})",
        "written by jobs": f"FOR INSERT WITH CHECK ({ACTING_JOB})",
        "sent by jobs": f"FOR UPDATE USING ({ACTING_JOB}) WITH CHECK ({ACTING_JOB})",
    },
}
"""Table of migration 0030."""

LINKS: dict[str, dict[str, str]] = {
    "directory_mailboxlink": {
        "of one's own entries": f"FOR SELECT USING (organisation_id = {ME})",
        "sent by the house": (
            f"FOR INSERT WITH CHECK (organisation_id = {ME} AND {ACTING_KIND} = 'system' AND used_at IS NULL AND contact_id IN"  # noqa: S608
            f" (SELECT c.id FROM directory_contact c JOIN directory_service s ON s.id = c.service_id WHERE s.organisation_id = {ME}))"
        ),
        "opened by the house": (
            f"FOR UPDATE USING (organisation_id = {ME} AND {ACTING_KIND} = 'system' AND used_at IS NULL)"
            f" WITH CHECK (organisation_id = {ME} AND {ACTING_KIND} = 'system')"
        ),
    },
}
"""Table of migration 0043."""

GRANTS = {
    "directory_structure": {"web": "SELECT, INSERT, UPDATE (name, kind, website, closed_on, known_to, words)", "worker": "SELECT"},
    "directory_service": {
        # Nobody sets `vetted_at`: two voices do, through the guard. Nobody changes a tier or who keeps an entry.
        "web": "SELECT, INSERT, UPDATE (function, name, description, support, audiences, forms, languages, territories, remote, travel,"
        " eligibility, first_evaluation, frame, training, trained_on, caution, cost, hours, website, closed_on, known_to, words)",
        "worker": "SELECT",
    },
    "directory_mandate": {
        "web": "SELECT, INSERT, UPDATE (ends_on, ended_entered_by, confirmed_on, confirmed_by, confirmed_organisation_id)",
        "worker": "SELECT",
    },
    "directory_contact": {
        # A value never changes: another one is written beside it, and waits for a call to the old one.
        "web": "SELECT, INSERT, UPDATE (verified_on, verified_by, verified_organisation_id, called_back_on, called_back_by, ended_on,"
        " mailbox_proved_on)",
        "worker": "SELECT",
    },
    "directory_mailboxlink": {"web": "SELECT, INSERT, UPDATE (sent_at, failure, used_at)"},
    "directory_voice": {"web": "SELECT, INSERT"},
    "directory_outcome": {"web": "SELECT, INSERT", "worker": "SELECT"},
    "directory_convention": {"web": "SELECT, INSERT, UPDATE", "worker": "SELECT, UPDATE (reminded_days)"},
    "directory_reminderletter": {"worker": "SELECT, INSERT, UPDATE (sent_at, tries, failure)"},
    "directory_regionkept": {"worker": "SELECT, INSERT, DELETE"},
    "directory_question": {"web": "SELECT, INSERT"},
    "directory_secret": {"web": "SELECT, INSERT, DELETE"},
    "directory_importbatch": {"web": "SELECT, INSERT, UPDATE (state, applied_at, undone_at)"},
    "directory_importchange": {"web": "SELECT, INSERT"},
    # Written by the job alone: a page that could publish could also tell what must not be told.
    "published.directory_service": {"worker": "SELECT, INSERT, DELETE", "public": "SELECT"},
    "published.directory_coverage": {"worker": "SELECT, INSERT, DELETE", "public": "SELECT"},
    "published.directory_region": {"worker": "SELECT, INSERT, DELETE", "public": "SELECT"},
}

__all__ = ["ACTING_KIND", "ACTING_ROLE", "ADDED", "ASKING_ROLES", "GRANTS", "LINKS", "POLICIES", "SeenByActor", "Tier", "seen_by"]
