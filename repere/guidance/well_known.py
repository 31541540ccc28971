from django.urls import path

from repere.guidance import views

app_name = "well_known"
urlpatterns = [path("security.txt", views.security, name="security")]
