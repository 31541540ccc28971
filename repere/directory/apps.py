from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "repere.directory"
