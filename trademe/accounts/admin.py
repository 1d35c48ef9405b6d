"""Users: accounts are changed here, and switched off rather than deleted."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework.authtoken.models import TokenProxy

from chat.models import Conversation
from trademe.accounts.models import User

# it would show everybody's API token in plain text; a person makes and revokes their own in the settings
admin.site.unregister(TokenProxy)


@admin.register(User)
class UserAdmin(DjangoUserAdmin):  # type: ignore[type-arg]
    list_display = ("username", "conversation_count", "language", "is_active", "is_staff", "last_login", "date_joined")
    list_filter = ("is_active", "is_staff", "is_superuser", "language")
    search_fields = ("username", "email")
    date_hierarchy = "date_joined"
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "password", "email", "language")}),
        (_("Permissions"), {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
        (_("Times"), {"fields": ("last_login", "date_joined")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        owned = Conversation.objects.filter(owner=OuterRef("pk"), deleted_at=None).order_by().values("owner")
        counted = Subquery(owned.annotate(number=Count("pk")).values("number"), output_field=IntegerField())
        queryset: QuerySet[User] = super().get_queryset(request)
        return queryset.annotate(number_of_conversations=Coalesce(counted, 0))

    @admin.display(description=_("conversations"), ordering="number_of_conversations")
    def conversation_count(self, user: Any) -> int:
        return int(user.number_of_conversations)
