"""The one address of this room that nobody signs in for."""

from django.urls import path

from repere.cases.referral import door_views

app_name = "open"
urlpatterns = [path("<str:token>/", door_views.opened, name="capsule")]
