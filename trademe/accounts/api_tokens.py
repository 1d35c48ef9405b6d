"""The one API token of a user, for `Authorization: Token …`."""

from django.db import transaction
from rest_framework.authtoken.models import Token

from trademe.accounts.models import User


def has_token(user: User) -> bool:
    return Token.objects.filter(user=user).exists()


def renew(user: User) -> str:
    """A new token in place of the old one, which stops working."""
    with transaction.atomic():
        Token.objects.filter(user=user).delete()
        return str(Token.objects.create(user=user).key)


def revoke(user: User) -> None:
    Token.objects.filter(user=user).delete()
