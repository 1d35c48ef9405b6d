"""Django's database sessions, for keys that could be one: others (a NUL in a cookie) are no session, not an error."""

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore


def could_be_key(key: str) -> bool:
    """Keys are made of lower-case letters and digits."""
    return key.isascii() and key.isalnum()


class SessionStore(DatabaseSessionStore):
    def _validate_session_key(self, key: str | None) -> bool:
        # Django leaves it out of its types
        return bool(super()._validate_session_key(key)) and key is not None and could_be_key(key)  # type: ignore[misc]
