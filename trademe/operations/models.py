"""Who of the staff looked at whose conversation, or changed something in it: written before it is shown."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class AccessRecord(models.Model):
    """One look or change. Names and ids are copied, so that it tells the same after people and rows are gone."""

    class Action(models.TextChoices):
        READ = "read", pgettext_lazy("access", "Read")
        FOUND = "found", pgettext_lazy("access", "Shown by a search")
        EXPORT = "export", pgettext_lazy("access", "Exported")
        REPAIR = "repair", pgettext_lazy("access", "Repaired")

    at = models.DateTimeField(_("time"), auto_now_add=True)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("staff")
    )
    staff_name = models.CharField(_("staff name"), max_length=150)
    action = models.CharField(_("action"), max_length=12, choices=Action.choices)
    owner_number = models.BigIntegerField(_("owner's number"), null=True)
    owner_name = models.CharField(_("owner"), max_length=150, blank=True, default="")
    conversation_uuid = models.UUIDField(_("conversation"), null=True)
    what = models.CharField(_("what"), max_length=120)  # the kind and number of the row, or the repair

    class Meta:
        verbose_name = _("access record")
        verbose_name_plural = _("access log")
        ordering = ("-pk",)
        indexes = (models.Index(fields=("conversation_uuid", "-at"), name="access_conversation"),)
        permissions = (
            ("read_texts", _("Can read what people said")),
            ("export_texts", _("Can export conversations")),
            ("see_costs", _("Can see costs")),
            ("verify", _("Can verify the records")),
            ("repair", _("Can repair the records")),
        )

    def __str__(self) -> str:
        return f"{self.staff_name} {self.action} {self.what}"
