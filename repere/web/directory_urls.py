"""Addresses of the directory. They stand here, above the accounts, because some of them ask for a fresh proof."""

from django.urls import path

from repere.accounts import views_mailbox, views_secret
from repere.accounts.stepup import doing, fresh
from repere.directory.views import changing, country, entries, exchange

app_name = "directory"
urlpatterns = [
    path("", entries.search, name="find"),
    path("new/", entries.new, name="new"),
    path("to-vouch/", entries.waiting, name="waiting"),
    path("entries/<uuid:entry>/", entries.entry, name="entry"),
    path("entries/<uuid:entry>/edit/", changing.edit, name="edit"),
    path("entries/<uuid:entry>/show/", fresh()(changing.show), name="show"),
    path("entries/<uuid:entry>/closed/", fresh(minutes=5)(views_secret.address), name="address"),
    path("entries/<uuid:entry>/closed/<slug:act>/", fresh(minutes=5)(views_secret.address_act), name="address_act"),
    path("entries/<uuid:entry>/<slug:act>/", fresh(when=doing("vouch"))(entries.entry_act), name="entry_act"),
    path("contacts/<uuid:contact>/mailbox/", views_mailbox.mailbox, name="mailbox"),
    path("contacts/<uuid:contact>/mailbox/send/", views_mailbox.send, name="mailbox_send"),
    path("contacts/<uuid:contact>/<slug:act>/", fresh(when=doing("verify", "called"))(entries.contact_act), name="contact_act"),
    path("mandates/<uuid:mandate>/<slug:act>/", entries.mandate_act, name="mandate_act"),
    path("coverage/", country.coverage_page, name="coverage"),
    path("lists/", country.lists, name="lists"),
    path("safe-place/", country.safe_place, name="safe_place"),
    path("conventions/", country.conventions, name="conventions"),
    path("conventions/<uuid:convention>/", country.convention, name="convention"),
    path("files/", exchange.imports, name="imports"),
    path("files/template/", exchange.template, name="template"),
    path("files/<uuid:batch>/", exchange.one_import, name="import"),
    path("files/<uuid:batch>/<slug:act>/", exchange.import_act, name="import_act"),
    path("export/<slug:format>/", fresh(minutes=5)(exchange.export), name="export"),
]
