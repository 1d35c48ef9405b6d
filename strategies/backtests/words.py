"""What codes of a run mean, in the language of the moment."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from strategies.models import Backtest
from strategies.sandbox import words as sandbox_words

_PROBLEM_CODES = ("sandbox-off", "sandbox-unavailable")


def error_words(backtest: Backtest) -> str:
    """Why the run has no result, with its line; empty where it ended well or has not ended."""
    code = backtest.error_code
    if not code:
        return ""
    if code in _PROBLEM_CODES:
        problem = backtest.error_message
        return f"{sandbox_words.reason(problem)} {sandbox_words.cure(problem)}"
    ours = {
        "no_data": _("There are no bars in that range any more."),
        "dataset_gone": _("The bars were deleted before the run began."),
        "bad_bars": _("The stored bars cannot be run on: %(reason)s") % {"reason": backtest.error_message},
        "not_believed": _("What came out of the sandbox cannot be the result of a run: %(reason)s")
        % {"reason": backtest.error_message},
        "result_too_long": _("The result is longer than what can be kept. Choose a shorter range."),
        "worker_lost": _("The process that ran it ended in the middle. Nothing of it is kept; run it again."),
        "internal_error": _("Something went wrong on the server. The operator finds the reason in the log."),
    }
    if code in ours:
        return ours[code]
    if code in sandbox_words.ENDS:
        return str(sandbox_words.ENDS[code])
    return backtest.error_message


def error_place(backtest: Backtest) -> str:
    """``line 12, bar 500``; empty where there is none."""
    parts = []
    if backtest.error_line:
        parts.append(_("line %(line)s") % {"line": backtest.error_line})
    if backtest.error_bar:
        parts.append(_("bar %(bar)s") % {"bar": backtest.error_bar})
    return ", ".join(parts)


def no_trades_words(code: str, bars: int) -> str:
    """Why there was no trade; empty where there were some."""
    words = {
        "never_ordered": _(
            "The strategy never placed an order: its entry condition was not true on any of the %(bars)s bars."
        ),
        "warmup": _(
            "No bar was left to trade on: the indicators need more bars to warm up than the %(bars)s of this range."
        ),
        "size-too-small": _("Orders were placed, but each was smaller than the smallest piece that can be traded."),
        "no-cash": _("Orders were placed, but there was not enough cash for any of them."),
        "last_bar": _("The only orders were placed on the last bar, so there was no bar left to fill them."),
        "not_reached": _("Orders were placed, but the price never reached any of them."),
    }
    return words.get(code, "") % {"bars": bars} if code in words else ""


def state_words(backtest: Backtest) -> str:
    return str(Backtest.State(backtest.state).label)


_REASONS = {
    "open": gettext_lazy("still open"),
    "close": gettext_lazy("closed"),
    "stop": gettext_lazy("stop"),
    "target": gettext_lazy("target"),
    "opposite": gettext_lazy("opposite order"),
    "ruin": gettext_lazy("ruin"),
}


def reason_words(reason: str) -> str:
    """Why a trade ended."""
    return str(_REASONS.get(reason, reason))
