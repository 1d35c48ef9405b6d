"""The form of a preview: an indicator's parameters, and bars to draw it on."""

from typing import Any

from strategies.backtests.forms import BarsForm
from strategies.previews.service import Wish, wish


class PreviewForm(BarsForm):
    """``wish`` is there when the form is valid."""

    wish: Wish | None = None

    def accept(self, found: dict[str, Any]) -> None:
        self.wish = wish(self.version, found["dataset"], **self.range_of(found), parameters=self.parameters_of(found))
