"""Where the link in a letter to a mailbox leads: nobody signs in there."""

from django.urls import path

from repere.accounts import views_mailbox

app_name = "seen"
urlpatterns = [path("<str:token>/", views_mailbox.seen, name="mailbox")]
