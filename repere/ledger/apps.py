from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "repere.ledger"
