"""A dataset: bars of one instrument in one timeframe, that never change; and the chunks that hold them."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from trademe.accounts.models import User


class DatasetQuerySet(models.QuerySet["Dataset"]):
    def visible_to(self, user: "User | int") -> Self:
        """What comes with the product, and what the person imported."""
        return self.filter(Q(owner=None) | Q(owner=user))


class Dataset(models.Model):
    class Kind(models.TextChoices):
        STOCK = "stock", _("Stock")
        CRYPTO = "crypto", _("Crypto")
        FOREX = "forex", _("Currencies")
        FUTURES = "futures", _("Futures")
        INDEX = "index", _("Index")

    class Timeframe(models.TextChoices):
        M1 = "1m", _("1 minute")
        M5 = "5m", _("5 minutes")
        M15 = "15m", _("15 minutes")
        M30 = "30m", _("30 minutes")
        H1 = "1h", _("1 hour")
        H4 = "4h", _("4 hours")
        D1 = "1d", _("1 day")
        W1 = "1w", _("1 week")

    # None: it comes with the product and everybody sees it
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="datasets",
    )
    key = models.SlugField(_("key"), max_length=120, unique=True)
    instrument = models.CharField(_("instrument"), max_length=40)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    timeframe = models.CharField(_("timeframe"), max_length=4, choices=Timeframe.choices)
    synthetic = models.BooleanField(_("synthetic"), default=False)
    source = models.CharField(_("source"), max_length=300)
    licence = models.CharField(_("licence"), max_length=300)
    adjustment = models.CharField(_("adjustment"), max_length=300, blank=True, default="")
    # beginnings of the first and the last bar, UTC
    first_time = models.DateTimeField(_("from"))
    last_time = models.DateTimeField(_("to"))
    bar_count = models.PositiveIntegerField(_("bars"))
    gap_count = models.PositiveIntegerField(_("gaps"), default=0)
    gaps = models.JSONField(_("gaps"), default=list)  # the first 50: [[microseconds before, microseconds after], …]
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    report = models.JSONField(_("report"), default=dict)  # of an import: what was mended
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = DatasetQuerySet.as_manager()

    class Meta:
        verbose_name = _("dataset")
        verbose_name_plural = _("datasets")
        ordering = ("instrument", "timeframe", "pk")
        indexes = (models.Index(fields=("owner", "instrument", "timeframe"), name="dataset_market"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(bar_count__gt=0, first_time__lte=models.F("last_time")), name="dataset_not_empty"
            ),
        )

    def __str__(self) -> str:
        return self.key

    @property
    def always_open(self) -> bool:
        """Whether its market has no nights and weekends."""
        return self.kind == self.Kind.CRYPTO


class DatasetChunk(models.Model):
    """Up to 10,000 bars, compressed: a range is read from its chunks only."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    first_time = models.BigIntegerField()  # microseconds, UTC
    last_time = models.BigIntegerField()
    bar_count = models.PositiveIntegerField()
    data = models.BinaryField()  # zlib of the little-endian columns, one after another

    class Meta:
        ordering = ("dataset", "number")
        constraints = (models.UniqueConstraint(fields=("dataset", "number"), name="chunk_once"),)

    def __str__(self) -> str:
        return f"{self.dataset_id} #{self.number}"
