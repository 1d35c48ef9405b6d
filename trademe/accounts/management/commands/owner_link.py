"""``manage.py owner_link``: prints a sign-in link for the owner, who is made at the first time."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from trademe.accounts import one_time


class Command(BaseCommand):
    help = "Prints a one-time sign-in link for the owner account (made without a password if there is none)."

    def handle(self, *args: Any, **options: Any) -> None:
        owner = one_time.ensure_owner()
        minutes = settings.PASSWORD_RESET_TIMEOUT // 60
        self.stdout.write(f"Sign in as {owner.get_username()} (works once, within {minutes} minutes):")
        self.stdout.write(f"  http://127.0.0.1:{settings.CONFIG.port}{one_time.link_path(owner)}")
