"""A version: code that passed its checks, numbered by the database and never changed."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class StrategyVersion(models.Model):
    class Origin(models.TextChoices):
        MODEL = "model", _("Written by the model")
        BUILTIN = "builtin", _("Composed by rule")
        HAND = "hand", _("Edited by hand")
        RESTORED = "restored", _("Restored")

    class Run(models.TextChoices):
        """Whether the code was run in the sandbox."""

        PASSED = "passed", _("Passed")
        NOT_RUN = "not_run", _("Not run")

    strategy = models.ForeignKey(
        "strategies.Strategy", verbose_name=_("strategy"), on_delete=models.CASCADE, related_name="versions"
    )
    number = models.PositiveIntegerField(_("number"))
    code = models.TextField(_("code"))
    code_sha256 = models.CharField(_("SHA-256 of the code"), max_length=64)
    # the version that was restored or edited by hand
    based_on = models.PositiveIntegerField(_("based on"), null=True, blank=True)
    # the reply that made it; NULL for what was made by hand, or after a purge
    message = models.ForeignKey(
        "chat.Message",
        verbose_name=_("message"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="versions",
    )
    spec = models.JSONField(_("spec"), null=True, blank=True)
    spec_revision = models.PositiveIntegerField(_("plan revision"), null=True, blank=True)
    parameters = models.JSONField(_("parameters"), default=dict)  # {name: default}
    indicators = models.JSONField(_("indicators"), default=list)  # [{"name": "SMA", "params": {...}}]
    # {"checked": [{"check", "ok", "line", "message"}], "not_checked": [{"check", "reason"}]}
    validation = models.JSONField(_("validation"), default=dict)
    run = models.CharField(_("run"), max_length=12, choices=Run.choices, default=Run.NOT_RUN)
    run_reason = models.CharField(_("why it was not run"), max_length=200, blank=True, default="")
    origin = models.CharField(_("origin"), max_length=12, choices=Origin.choices)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        ordering = ("strategy", "number")
        constraints = (models.UniqueConstraint(fields=("strategy", "number"), name="version_number_once"),)
        # the same code again is recognised by it; not unique, since an old version can be restored as a new one
        indexes = (models.Index(fields=("strategy", "code_sha256"), name="version_code"),)

    def __str__(self) -> str:
        return f"{self.strategy_id} v{self.number}"
