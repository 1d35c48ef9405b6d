"""``python -m tests.support.people NAME …`` signs people in to the product of this environment; prints JSON."""

import json
import os
import sys

import django


def sign_in(name: str) -> dict[str, str | int]:
    """Make the user if needed, and a session for it."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from trademe.accounts.models import User

    user = User.objects.filter(username=name).first()
    if user is None:
        user = User(username=name)
        user.set_unusable_password()
        user.save()
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return {"name": name, "id": user.pk, "session": str(session.session_key)}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trademe.settings")
    django.setup()
    sys.stdout.write(json.dumps([sign_in(name) for name in sys.argv[1:]]))
