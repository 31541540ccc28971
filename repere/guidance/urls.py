"""Addresses for anybody. No word in them says what they are about."""

from django.urls import path

from repere.guidance import views

app_name = "guidance"
urlpatterns = [
    path("", views.start, name="start"),
    path("part/<str:name>", views.part, name="part"),
    path("<str:language>/near/", views.near, name="near"),
    path("<str:language>/near/<str:territory>/", views.around, name="around"),
    path("<str:language>/", views.home, name="home"),
    path("<str:language>/<slug:name>/", views.page, name="page"),
]
