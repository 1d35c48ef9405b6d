"""What the template of a preview shows, as named attributes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from strategies.backtests.setup import offer
from strategies.models import StrategyVersion
from strategies.previews.form import PreviewForm
from strategies.sandbox import levels
from trademe.accounts.models import User


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """``off``: why nothing can be run here; ``chart_url`` is empty where there is nothing to draw."""

    version: StrategyVersion
    form: PreviewForm
    off: str
    chart_url: str
    url: str
    anything_to_run: bool

    @property
    def heading(self) -> str:
        return _("Preview of {strategy}, version {number}").format(
            strategy=self.version.strategy.name, number=self.version.number
        )


def page(user: User, version: StrategyVersion, data: Mapping[str, Any] | None) -> PreviewPage:
    """The form with what was chosen, and where its chart comes from; nothing is run here."""
    offered = offer(user, version)
    form = PreviewForm(version, offered, user.pk, data)
    level = levels.known()
    off = f"{level.reason} {level.cure}" if level is not None and not level.runs else ""
    chosen = {name: data[name] for name in form.fields if data.get(name)} if data else {}
    if not chosen and offered.best is not None:
        chosen = {"dataset": str(offered.best.pk)}
    drawable = bool(chosen) and not off and (data is None or form.is_valid())
    chart = reverse("api-preview", args=[version.strategy_id, version.number])
    return PreviewPage(
        version=version,
        form=form,
        off=off,
        chart_url=f"{chart}?{urlencode(chosen)}" if drawable else "",
        url=reverse("strategies:preview", args=[version.strategy_id, version.number]),
        anything_to_run=bool(offered.datasets),
    )
