"""A person who signs in."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """Signs in, owns conversations and strategies; ``language`` empty means the browser's."""

    class Language(models.TextChoices):
        ENGLISH = "en", _("English")
        CHINESE = "zh-hans", _("Chinese")

    language = models.CharField(_("language"), max_length=10, choices=Language.choices, blank=True, default="")


class ApiToken(models.Model):
    """A program's key to everything that its user can do; only its hash is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=60, blank=True, default="")
    digest = models.CharField(max_length=64, unique=True, editable=False)  # SHA-256, hex
    beginning = models.CharField(max_length=6, editable=False)  # of the token, so that a person knows which it is
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_on = models.DateField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
