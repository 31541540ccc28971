"""Addresses of this room. Words in them are neutral."""

from django.urls import path

from repere.places.views import country, house, moving, vouching

app_name = "places"
urlpatterns = [
    path("", house.desk, name="desk"),
    path("asked/<uuid:hold>/", house.asked, name="asked"),
    path("asked/<uuid:hold>/<slug:act>/", house.asked_act, name="asked_act"),
    path("houses/new/", house.new, name="new"),
    path("houses/<uuid:shelter>/", house.house, name="house"),
    path("houses/<uuid:shelter>/<slug:act>/", house.house_act, name="house_act"),
    path("vouching/<uuid:voice>/", vouching.vouching, name="vouching"),
    path("moving/<uuid:asked>/", moving.moving, name="moving"),
    path("moving/<uuid:asked>/<slug:act>/", moving.moving_act, name="moving_act"),
    path("proposal/", country.proposal, name="proposal"),
    path("missing/", country.shortfall, name="shortfall"),
]
