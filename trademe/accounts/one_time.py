"""The one-time link by which the first owner signs in without a password."""

from datetime import datetime

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from trademe.accounts.models import User

OWNER_NAME = "owner"


class OneTimeTokenGenerator(PasswordResetTokenGenerator):
    """Valid for PASSWORD_RESET_TIMEOUT seconds and until the next sign-in; never usable to reset a password."""

    key_salt = "trademe.accounts.one_time"

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        # to the microsecond: Django's cuts at the second, which lets a link live through a sign-in in its own second
        last_login: datetime | str = user.last_login or ""
        return f"{user.pk}{user.password}{last_login}{timestamp}"


tokens = OneTimeTokenGenerator()


def ensure_owner() -> User:
    """The account that owns this installation: the first active superuser, made without a password if there is none."""
    owner = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
    if owner is not None:
        return owner
    return User.objects.create_superuser(_free_name(), password=None)


def link_path(user: User) -> str:
    """Path of a new link; the links before it end when one of them is used."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("one_time_login", args=(uid, tokens.make_token(user)))


def redeem(uid: str, token: str) -> User | None:
    """The user whose link this is, at its first and only use; two uses at once are told apart by the database."""
    try:
        user = User.objects.get(pk=int(urlsafe_base64_decode(uid).decode()), is_active=True)
    except (ValueError, OverflowError, User.DoesNotExist):
        return None
    if not tokens.check_token(user, token):
        return None
    unused = User.objects.filter(pk=user.pk, last_login=user.last_login)
    if user.last_login is None:
        unused = User.objects.filter(pk=user.pk, last_login__isnull=True)
    if unused.update(last_login=Now()) != 1:
        return None
    user.refresh_from_db()
    return user


def _free_name() -> str:
    taken = set(User.objects.filter(username__startswith=OWNER_NAME).values_list("username", flat=True))
    name, number = OWNER_NAME, 1
    while name in taken:
        number += 1
        name = f"{OWNER_NAME}-{number}"
    return name
