"""Where a calendar program reads the days of a member: the address itself is the key."""

from django.urls import path

from repere.cases.outside import door_views

app_name = "days"
urlpatterns = [path("<str:token>.ics", door_views.feed, name="feed")]
