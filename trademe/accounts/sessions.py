"""Whether a session still is signed in, as that person and with the current password: asked by open sockets.

A database that does not answer raises: a failed look is no negative answer.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare
from django.utils.translation.trans_real import parse_accept_lang_header

from trademe.accounts.models import User
from trademe.accounts.session_store import could_be_key


@dataclass(frozen=True, slots=True)
class Identity:
    """Who opened a socket."""

    user_id: int
    session_key: str
    language: str


def identity_of(scope: dict[str, Any]) -> Identity | None:
    """The signed-in person behind a socket's session cookie; None when there is none."""
    key = scope.get("cookies", {}).get(settings.SESSION_COOKIE_NAME, "")
    user = _users_of({key}).get(key) if could_be_key(key) else None
    if user is None:
        return None
    return Identity(user.pk, key, user.language or browser_language(scope))


def session_is_valid(session_key: str | None, user_id: int) -> bool:
    """Whether this session is signed in as this active user, with the password of now."""
    return session_key is not None and bool(valid_sessions({(session_key, user_id)}))


def valid_sessions(pairs: Collection[tuple[str, int]]) -> set[tuple[str, int]]:
    """Those of the given (session key, user id) that are valid; two reads for all, nothing written."""
    users = _users_of({key for key, _user_id in pairs})
    return {(key, user_id) for key, user_id in pairs if key in users and users[key].pk == user_id}


def _users_of(keys: Collection[str]) -> dict[str, User]:
    sessions = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    signed_in = {session.session_key: session.get_decoded() for session in sessions}
    ids = {data[SESSION_KEY] for data in signed_in.values() if data.get(SESSION_KEY) and data.get(BACKEND_SESSION_KEY)}
    users = {str(user.pk): user for user in User.objects.filter(pk__in=ids, is_active=True)}
    found = {}
    for key, data in signed_in.items():
        user = users.get(str(data.get(SESSION_KEY)))
        if user is not None and _has_current_password(user, data.get(HASH_SESSION_KEY, "")):
            found[key] = user
    return found


def _has_current_password(user: User, session_hash: str) -> bool:
    hashes = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    return any(constant_time_compare(session_hash, current) for current in hashes)


def browser_language(scope: dict[str, Any]) -> str:
    """The language cookie of the page, else what the browser accepts."""
    cookie = scope.get("cookies", {}).get(settings.LANGUAGE_COOKIE_NAME, "")
    headers = dict(scope.get("headers", []))
    accepted = headers.get(b"accept-language", b"").decode("latin-1")
    for code in (cookie, *(code for code, _weight in parse_accept_lang_header(accepted))):
        try:
            return translation.get_supported_language_variant(code)
        except LookupError:
            continue
    return settings.LANGUAGE_CODE
