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
