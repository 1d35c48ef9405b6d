from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    name = "trademe.operations"
    label = "operations"
    verbose_name = _("Operations")

    def ready(self) -> None:
        from trademe.operations import roles

        post_migrate.connect(roles.write, dispatch_uid="trademe.operations.roles")
