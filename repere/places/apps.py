from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "repere.places"
    label = "places"
