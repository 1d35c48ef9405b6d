"""Each backtest is fetched through its owner, or not at all; pages and API come here."""

from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _

from strategies.models import Backtest
from trademe.accounts.models import User


def backtest_for(user: "User | int", backtest_id: UUID) -> Backtest:
    """The user's own run with its version and strategy; raises Http404 for a foreign or unknown one alike."""
    found = (
        Backtest.objects.visible_to(user).select_related("version__strategy", "dataset").filter(pk=backtest_id).first()
    )
    if found is None:
        raise Http404(_("There is no such backtest."))
    return found
