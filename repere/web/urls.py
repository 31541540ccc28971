"""The index of every address."""

from django.urls import include, path

urlpatterns = [
    path("", include("repere.accounts.urls")),
    path("", include("repere.web.pages_urls")),
    path("", include("repere.cases.urls")),
]

handler400 = "repere.web.errors.bad_request"
handler403 = "repere.web.errors.forbidden"
handler404 = "repere.web.errors.not_found"
handler500 = "repere.web.errors.failed"
