"""Help cards: words of the field, in the words of the glossary. A test compares this page with `docs/glossary.md`."""

from typing import Any

from django.utils.translation import gettext_lazy as _

TERMS: dict[str, tuple[Any, Any]] = {
    "entitlement": (_("Right"), _("A right, or a power over her.")),
    "presumption_stated": (_("Presumed a victim"), _("Reasonable grounds; neither proof nor complaint is needed.")),
    "recognition_decided": (_("Recognition decision"), _("A body's decision. A negative one bars no new presumption.")),
    "concern_reported": (_("Concern reported"), _("A doubt, seen or told. It is enough to open a case; it proves nothing.")),
    "indicator_observed": (_("Sign observed"), _("It invites a question. Its absence proves nothing.")),
    "urgent_need": (_("Urgent need"), _("What cannot wait; asked before any step that takes her out.")),
    "safe_contact_instructions": (
        _("Safe contact instructions"),
        _("How, when and with which words she may be reached. Without them nobody calls or writes."),
    ),
    "Case.pseudonym": (_("Code name"), _("A word that means nothing outside the service, never her own name.")),
    "Task": (_("Task"), _("A duty in one case for one role: it can be taken, put off, set aside with a reason.")),
    "Grant": (_("Who can see this"), _("What lets another organisation see a case, for some data groups, with a reason and an end.")),
    "Fact": (_("Fact"), _("A dated statement, by somebody, in a capacity. Never changed or deleted.")),
    "Worklist": (_("Worklist"), _("What will go wrong if nothing is done today.")),
}
"""Code in the glossary → (label, what it means)."""
