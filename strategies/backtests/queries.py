"""Reads of backtests; their number does not grow with the number of runs."""

from dataclasses import dataclass

from django.db.models import QuerySet

from strategies.backtests import results
from strategies.engine.metrics import Figures, deflated_sharpe
from strategies.models import Backtest, BacktestResult, BacktestState, StrategyVersion


def of_version(version: StrategyVersion) -> QuerySet[Backtest]:
    """A version's runs, the newest first."""
    found = Backtest.objects.filter(version=version).order_by("-created_at", "-pk")
    return found.select_related("version__strategy")


@dataclass(frozen=True, slots=True)
class Tried:
    """How many different versions (code and parameters) its owner has tried on these data, this one included.

    ``deflated_sharpe`` is the probability that the Sharpe ratio is more than the best of so many would show by luck.
    """

    count: int
    deflated_sharpe: float | None


def tried(backtest: Backtest, counts: dict[str, int] | None = None) -> Tried:
    """For a complete run, in one query; ``counts`` remembers them by dataset for a list of one owner's runs."""
    if backtest.figures is None:
        return Tried(0, None)
    counts = {} if counts is None else counts
    if backtest.dataset_fingerprint not in counts:
        counts[backtest.dataset_fingerprint] = _count(backtest)
    count = counts[backtest.dataset_fingerprint]
    return Tried(count, deflated_sharpe(Figures(**backtest.figures), max(count, 1)))


def _count(backtest: Backtest) -> int:
    complete = Backtest.objects.filter(
        owner_id=backtest.owner_id,
        dataset_fingerprint=backtest.dataset_fingerprint,
        state=BacktestState.COMPLETE,
    )
    return complete.order_by().values("trial_sha256").distinct().count()


def result_of(backtest: Backtest) -> results.StoredResult | None:
    """The stored result, proven by its hash; None where there is none. Raises BadResult."""
    stored = BacktestResult.objects.filter(pk=backtest.pk).first()
    if stored is None:
        return None
    data = results.decompress(bytes(stored.data))
    if results.sha256_of(data) != backtest.result_sha256:
        raise results.BadResult("The stored result is not the one that its hash was taken of.")
    return results.read(data)
