"""Pages about the tool and the law, apart from any person."""

from django.urls import path

from repere.web import state_views, views

app_name = "pages"
urlpatterns = [
    path("rules/", views.rules, name="rules"),
    path("rules/<str:rule_id>/", views.rule, name="rule"),
    path("sources/", views.sources, name="sources"),
    path("sources/<str:source_id>/", views.source, name="source"),
    path("mechanism/", views.mechanism, name="mechanism"),
    path("about/", views.about, name="about"),
    path("help/", views.help_page, name="help"),
    path("language/", views.language, name="language"),
    path("ready", state_views.ready, name="ready"),
    path("installation/", state_views.installation, name="installation"),
    path("read-day/", views.read_day, name="read_day"),
]
