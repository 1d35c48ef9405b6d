"""Routes under ``/accounts/``."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from trademe.accounts import views

urlpatterns = [
    path("login/", views.SignInView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("signup/", views.sign_up, name="signup"),
    path("password/", views.password_change, name="password_change"),
    path("settings/", views.account_settings, name="settings"),
    path("settings/token/", views.api_token_renew, name="api_token_renew"),
    path("settings/token/revoke/", views.api_token_revoke, name="api_token_revoke"),
    path("one-time/<str:uid>/<str:token>/", views.one_time_login, name="one_time_login"),
]
