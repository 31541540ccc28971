from django.apps import AppConfig
from django.core import checks

from repere.web.checks import as_django_checks


class WebConfig(AppConfig):
    name = "repere.web"

    def ready(self) -> None:
        checks.register(as_django_checks, checks.Tags.database)
