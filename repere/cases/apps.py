from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "repere.cases"

    def ready(self) -> None:
        from repere.cases import access, leaving

        access.declare()
        leaving.declare()
