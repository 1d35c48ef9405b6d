"""Each strategy, version and dataset is fetched through its owner, or not at all; pages and API come here."""

from django.http import Http404
from django.utils.translation import gettext as _

from strategies.models import Dataset, Strategy, StrategyVersion
from trademe.accounts.models import User

LARGEST_ID = 2**63 - 1
LARGEST_NUMBER = 2**31 - 1  # what the columns can hold; SQLite raises beyond


def strategy_for(user: "User | int", strategy_id: int) -> Strategy:
    """The user's own strategy; raises Http404 for a foreign or unknown one alike."""
    if strategy_id <= LARGEST_ID:
        found = Strategy.objects.visible_to(user).filter(pk=strategy_id).first()
        if found is not None:
            return found
    raise Http404(_("There is no such strategy."))


def version_for(user: "User | int", strategy_id: int, number: int) -> StrategyVersion:
    """A version of the user's own strategy, with the strategy; raises Http404 otherwise."""
    if strategy_id <= LARGEST_ID and number <= LARGEST_NUMBER:
        found = (
            StrategyVersion.objects.filter(strategy__in=Strategy.objects.visible_to(user))
            .select_related("strategy")
            .filter(strategy_id=strategy_id, number=number)
            .first()
        )
        if found is not None:
            return found
    raise Http404(_("There is no such version."))


def dataset_for(user: "User | int", dataset_id: int) -> Dataset:
    """A dataset that comes with the product or is the user's own; raises Http404 otherwise."""
    if dataset_id <= LARGEST_ID:
        found = Dataset.objects.visible_to(user).filter(pk=dataset_id).first()
        if found is not None:
            return found
    raise Http404(_("There is no such dataset."))


def own_dataset_for(user: "User | int", dataset_id: int) -> Dataset:
    """A dataset that the user imported; raises Http404 also for one that comes with the product."""
    found = dataset_for(user, dataset_id)
    if found.owner_id is None:
        raise Http404(_("There is no such dataset."))
    return found
