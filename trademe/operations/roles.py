"""The roles of the staff, as groups: ``operator`` sees everything, ``support`` everything but texts."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

SEEN_BY_SUPPORT = (
    "chat.view_conversation",
    "chat.view_message",
    "chat.view_turn",
    "chat.view_usagerecord",
    "chat.view_dailyspend",
    "chat.view_attachment",
    "strategies.view_dataset",
    "accounts.view_user",
    "operations.see_costs",
    "operations.verify",
)
SEEN_BY_OPERATOR = (
    *SEEN_BY_SUPPORT,
    "chat.view_summary",
    "strategies.view_strategy",
    "strategies.view_strategyversion",
    "strategies.view_strategyspec",
    "strategies.view_backtest",
    "operations.view_accessrecord",
    "operations.read_texts",
    "operations.export_texts",
)
ROLES = {"operator": SEEN_BY_OPERATOR, "support": SEEN_BY_SUPPORT}


def write(**kwargs: Any) -> None:
    """Give each role exactly its permissions; after each migration, as soon as they are there."""
    for name, wanted in ROLES.items():
        condition = Q(pk__in=[])
        for label in wanted:
            app, codename = label.split(".")
            condition |= Q(content_type__app_label=app, codename=codename)
        group, _made = Group.objects.get_or_create(name=name)
        group.permissions.set(Permission.objects.filter(condition))
