"""Requests as views behind a sign-in get them."""

from django.http import HttpRequest

from trademe.accounts.models import User


class Signed(HttpRequest):
    """A request behind ``login_required``."""

    user: User
