"""Signing out and changing the password close the open sockets at once; other processes see it with their next look."""

from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.db.models.signals import post_save
from django.http import HttpRequest

from chat import runtime
from trademe.accounts.models import User


def connect() -> None:
    user_logged_out.connect(_signed_out, dispatch_uid="trademe-sockets-signed-out")
    post_save.connect(_user_saved, sender=User, dispatch_uid="trademe-sockets-user-saved")


def _signed_out(sender: type[User], request: HttpRequest, user: User | None, **extra: Any) -> None:
    running = runtime.current()
    if running is not None and user is not None and request.session.session_key:
        running.hub.threadsafe(running.hub.sign_out, user.pk, request.session.session_key)


def _user_saved(sender: type[User], instance: User, **extra: Any) -> None:
    """A password or ``is_active`` may have changed: every socket's session is looked at again."""
    running = runtime.current()
    if running is not None:
        running.hub.threadsafe(running.hub.doubt, instance.pk)
