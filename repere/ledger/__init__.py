"""Who did what, who looked at what: rows that are only ever added."""

from repere.ledger.actions import look, record

__all__ = ["look", "record"]
