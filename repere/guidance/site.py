"""The index of a process that serves these pages alone, under the database role `public`."""

from django.urls import include, path

urlpatterns = [
    path("info/", include("repere.guidance.urls")),
    path(".well-known/", include("repere.guidance.well_known")),
]
