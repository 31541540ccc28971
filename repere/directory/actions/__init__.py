"""Every write of the directory: one verb, one transaction, one row of the ledger.

The caller stands in a transaction of its actor already (`accounts.acting.acting_as`, or a signed-in request): this room lies
below the accounts and takes the actor as an argument.
"""

from repere.directory.actions.asking import ask_for_safe_place
from repere.directory.actions.conventions import keep_convention, mark_reminded
from repere.directory.actions.entries import (
    add_entry,
    add_service,
    add_structure,
    close_service,
    edit_service,
    edit_structure,
    hide_from,
    show_to,
)
from repere.directory.actions.importing import FORMATS, apply_import, preview_import, undo_import
from repere.directory.actions.mandates import confirm_mandate, end_mandate, name_holder
from repere.directory.actions.publishing import publish
from repere.directory.actions.verifying import (
    add_contact,
    call_back,
    change_contact,
    prove_mailbox,
    record_outcome,
    verify_contact,
    vouch,
)

__all__ = [
    "FORMATS", "add_contact", "add_entry", "add_service", "add_structure", "apply_import", "ask_for_safe_place", "call_back",
    "change_contact", "close_service", "confirm_mandate", "edit_service", "edit_structure", "end_mandate", "hide_from",
    "keep_convention", "mark_reminded", "name_holder", "preview_import", "prove_mailbox", "publish", "record_outcome", "show_to",
    "undo_import", "verify_contact", "vouch",
]  # fmt: skip
