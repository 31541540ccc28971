"""The index of every address."""

from django.urls import include, path

urlpatterns = [
    path("", include("repere.accounts.urls")),
    path("", include("repere.web.pages_urls")),
    path("directory/", include("repere.web.directory_urls")),
    path("places/", include("repere.places.urls")),
    path("", include("repere.cases.urls")),
    path("days/", include("repere.cases.outside.door_urls")),
    path("open/", include("repere.cases.referral.door_urls")),
    path("seen/", include("repere.accounts.mailbox_urls")),
    path("", include("repere.guidance.site")),
]

handler400 = "repere.web.errors.bad_request"
handler403 = "repere.web.errors.forbidden"
handler404 = "repere.web.errors.not_found"
handler500 = "repere.web.errors.failed"
