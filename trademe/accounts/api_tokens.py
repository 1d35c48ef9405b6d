"""API tokens of a user, for `Authorization: Token …`: any number, each named, shown once and kept as a hash."""

import hashlib
import secrets

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import TokenAuthentication
from rest_framework.exceptions import AuthenticationFailed

from trademe.accounts.models import ApiToken, User

MOST = 20  # tokens of one user


class TooMany(Exception):
    """The user has as many tokens as one may have."""


class HashedTokenAuthentication(TokenAuthentication):
    """The user of a token, by its hash: what the database holds opens nothing."""

    def authenticate_credentials(self, key: str) -> tuple[User, ApiToken]:
        token = ApiToken.objects.select_related("user").filter(digest=digest(key), user__is_active=True).first()
        if token is None:
            raise AuthenticationFailed(_("This token is not known or was revoked."))
        _note_use(token)
        return token.user, token


def of_user(user: User) -> QuerySet[ApiToken]:
    """The newest first."""
    return ApiToken.objects.filter(user=user).order_by("-created_at", "-pk")


def make(user: User, name: str = "") -> str:
    """A new token, which nobody can read again; raises TooMany."""
    if of_user(user).count() >= MOST:
        raise TooMany
    # random and long, so that one round of a hash is enough: there is nothing to guess
    key = secrets.token_hex(32)
    ApiToken.objects.create(user=user, name=name, digest=digest(key), beginning=key[:6])
    return key


def revoke(user: User, token_id: int | None = None) -> int:
    """One of the user's tokens, or all of them, stop working; how many those were."""
    tokens = of_user(user) if token_id is None else of_user(user).filter(pk=token_id)
    return tokens.delete()[0]


def digest(key: str) -> str:
    """SHA-256 of the token's UTF-8, hex."""
    return hashlib.sha256(key.encode()).hexdigest()


def _note_use(token: ApiToken) -> None:
    """The day only, so that a program that asks all day writes once."""
    today = timezone.now().date()
    if token.last_used_on != today:
        ApiToken.objects.filter(pk=token.pk).update(last_used_on=today)
