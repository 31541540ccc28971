from django.urls import path

from repere.accounts import views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign_in"),
    path("sign-out/", views.sign_out, name="sign_out"),
    path("role/", views.change_role, name="change_role"),
    path("invitation/<str:token>/", views.invitation, name="invitation"),
    path("demo/sign-in", views.demo_sign_in, name="demo_sign_in"),
]
